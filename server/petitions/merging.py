"""Likely duplicates, and telling several petitions as one without losing any (D8.2b)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import RowMapping, select

from moderation import Refusal
from moderation.case.petitions import IN_DIALOGUE, SEALED, Standing, State, before_merging, may_merge, step
from moderation.case.text import gist, likest
from server.conferences.queries import case
from server.office.work import Work
from server.petitions.dues import answer_due_again, answer_no_longer_due
from server.petitions.entering import kind_of, reindex, said
from server.petitions.queries import merged_ones, petition_of_case
from server.petitions.reach import open_to
from server.petitions.tables import petition
from server.petitions.telling import tell_sender

MOST_COMPARED = 3_000
"""Petitions of a case that a text is compared with, the newest first."""


@dataclass(frozen=True, slots=True)
class Alike:
    """A petition that says much the same. `percent` is how much alike."""

    id: str
    code: str
    shown_as: str
    text: str
    percent: int


def likely_duplicates(w: Work, id: str, text: str, *, but: str = "", most: int = 5) -> list[Alike]:
    """The petitions of a case that are most like a text, likest first, of those that the one who types may read."""
    found = case(w, id, "see_petitions")
    of_all = [] if w.may("see_sealed", found["unit"]) else [open_to(w.by.account)]
    where = (
        *of_all,
        petition.c.conference == id,
        petition.c.id != but,
        petition.c.state.in_([State.RECEIVED.value, *(state.value for state in IN_DIALOGUE)]),
    )
    columns = (petition.c.id, petition.c.code, petition.c.shown_as, petition.c.summary, petition.c.content, petition.c.request)
    rows = {row["id"]: row for row in w.db.execute(select(*columns).where(*where).order_by(petition.c.number.desc()).limit(MOST_COMPARED)).mappings()}
    alike = likest(text, [(id, gist(f"{row['content']} {row['request']}")) for id, row in rows.items()], most)
    return [Alike(id, rows[id]["code"], rows[id]["shown_as"], said(rows[id])[:240], round(100 * degree)) for id, degree in alike]


def merge(w: Work, id: str, into: str, others: Sequence[str]) -> None:
    """Tells these petitions together with `into`. Their texts, senders and files stay as they are; what was merged into them comes along."""
    found, target = petition_of_case(w, id, into, "merge_petitions")
    rows = [petition_of_case(w, id, other, "merge_petitions")[1] for other in dict.fromkeys(others)]
    if not rows:
        raise Refusal("nobody_named", field="others")
    may_merge(_standing(target), map(_standing, rows))
    for row in rows:
        followers = merged_ones(w, row["id"])
        for follower in followers:
            w.change(petition, follower["id"], merged_into=into)
        w.change(petition, row["id"], state=step(State(row["state"]), State.MERGED).value, merged_into=into)
        for told in (row["id"], *(follower["id"] for follower in followers)):
            reindex(w, told, found["unit"])
        answer_no_longer_due(w, row["id"])
        tell_sender(w, row["id"], "merged", into=target["code"])


def unmerge(w: Work, id: str, petition_id: str) -> None:
    """Takes a petition out of a merger again, back to where it was; out of one that was sealed, to be looked at by itself."""
    found, row = petition_of_case(w, id, petition_id, "merge_petitions")
    if State(row["state"]) is not State.MERGED:
        raise Refusal("not_merged")
    sealed = row["kind"] in SEALED
    then = before_merging(row["lead"], kind_of(row))
    w.change(petition, petition_id, state=then.value, merged_into=None, kind=None if sealed else row["kind"])
    reindex(w, petition_id, found["unit"])
    if then is State.ASSIGNED and row["answer_due"]:
        answer_due_again(w, row)


def _standing(row: RowMapping) -> Standing:
    return Standing(row["id"], row["conference"], State(row["state"]), row["merged_into"])
