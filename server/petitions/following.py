"""What somebody without an account reads of their own petition by its code (D12.1): where it stands, the answer, what happened when; nothing of others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping

from moderation.case.petitions import State
from server.accounts.keys import Keys
from server.conclusions.petitioners import status_for_petition
from server.conferences.tables import conference
from server.office import history
from server.office.work import Work
from server.organisation.tables import body
from server.petitions.answering import released
from server.petitions.tables import petition
from server.petitions.tracking import petition_by_code, typed


@dataclass(frozen=True, slots=True)
class Followed:
    """A petition as its sender reads it. `steps` are (state, moment); `told_with` is the code of the petition that it is told together with."""

    own: RowMapping
    conference: RowMapping
    state: State
    steps: tuple[tuple[str, int], ...]
    lead: str
    answer: str
    answered_at: int | None
    told_with: str
    conclusions: list[dict[str, Any]]


def followed(w: Work, keys: Keys, code: str) -> Followed:
    """The petition of a code as typed (raises `Refusal` tracking_code_unfit, tracking_code_unknown). One that was merged is answered with the one it is told with."""
    own = petition_by_code(w, keys, typed(code))
    told = w.row(petition, own["merged_into"]) if own["merged_into"] else own
    answer = released(w, told["id"])
    lead = w.row(body, told["lead"])["name"] if told["lead"] else ""
    steps = _steps(w, own)
    if told is not own:
        merged_at = steps[-1][1]
        steps += [(state, at) for state, at in _steps(w, told) if at > merged_at]
    return Followed(
        own, w.row(conference, own["conference"]), State(told["state"]), tuple(steps), lead, answer["text"] if answer else "", answer["released_at"] if answer else None,
        told["code"] if told is not own else "", status_for_petition(w, own["id"]),
    )  # fmt: skip


def _steps(w: Work, row: RowMapping) -> list[tuple[str, int]]:
    """The states of a petition in time, out of its history."""
    entries, _ = history.read(w, row["conference"], kind="petition", subject=row["id"])
    return [(str(new), entry.at) for entry in reversed(entries) for name, _, new in entry.changes if name == "state" and new]
