"""Petitions collected before a conference (Art. 8.2): how one goes from the slip to the released answer, and what does not belong to the dialogue (Art. 1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from moderation.case.stages import Stage
from moderation.kernel import Refusal


class State(StrEnum):
    """Where a petition stands. `DRAFTED`: the agency's draft waits to be checked; `ANSWERED`: a checked answer waits for the chair; `RELEASED`: the chair
    released it."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    ASSIGNED = "assigned"
    DRAFTED = "drafted"
    ANSWERED = "answered"
    RELEASED = "released"
    REFERRED = "referred"
    MERGED = "merged"


FOLLOWS: Mapping[State, frozenset[State]] = {
    State.RECEIVED: frozenset((State.ACCEPTED, State.REFERRED, State.MERGED)),
    State.ACCEPTED: frozenset((State.ASSIGNED, State.REFERRED, State.MERGED)),
    State.ASSIGNED: frozenset((State.DRAFTED, State.REFERRED, State.MERGED)),
    State.DRAFTED: frozenset((State.ASSIGNED, State.ANSWERED, State.MERGED)),
    State.ANSWERED: frozenset((State.ASSIGNED, State.DRAFTED, State.RELEASED, State.MERGED)),
    State.RELEASED: frozenset((State.ASSIGNED, State.DRAFTED)),
    State.REFERRED: frozenset((State.ACCEPTED,)),
    State.MERGED: frozenset((State.RECEIVED, State.ACCEPTED, State.ASSIGNED)),
}
"""What follows what. A released answer is never taken back: a better one goes the whole way again (RELEASED → DRAFTED)."""

OPEN = (State.RECEIVED, State.ACCEPTED, State.ASSIGNED, State.DRAFTED, State.ANSWERED)
"""Still waiting for an answer."""
IN_DIALOGUE = (State.ACCEPTED, State.ASSIGNED, State.DRAFTED, State.ANSWERED, State.RELEASED)
"""Part of the dialogue: in the synthesis, in the room."""


def step(now: State, then: State) -> State:
    """The state that follows (raises `Refusal` petition_does_not_follow). Standing still is no step and no fault."""
    if then is not now and then not in FOLLOWS[now]:
        raise Refusal("petition_does_not_follow", state=now.value, then=then.value)
    return then


class Kind(StrEnum):
    """What a petition is, as the triage decides. Everything but `IN_SCOPE` goes elsewhere (Art. 1.2: complaint, denunciation, reception of citizens; Art. 1.3:
    voters' contact with the People's Council) or cannot be taken (`UNCLEAR`: without a question that anybody could answer)."""

    IN_SCOPE = "in_scope"
    COMPLAINT = "complaint"
    DENUNCIATION = "denunciation"
    RECEPTION = "reception"
    VOTERS = "voters"
    UNCLEAR = "unclear"


ELSEWHERE = tuple(kind for kind in Kind if kind is not Kind.IN_SCOPE)
SEALED = (Kind.COMPLAINT, Kind.DENUNCIATION, Kind.RECEPTION)
"""What laws of their own protect (Art. 1.2): once the triage says so, only those who sent it on and the chair may read it, or know that it is there."""

LETTERS = {State.RECEIVED: "YK", State.ACCEPTED: "KN", State.REFERRED: "NP"}
"""What the code of a petition begins with: an opinion as received, a petition of the dialogue, one that belongs elsewhere."""

SOURCES = ("paper_slip", "web_form", "on_behalf", "hotline", "meeting", "table")
"""How a petition came: a slip of paper, the public form, written down by the head of a residential group or another helper (ghi hộ), the hotline, a meeting, a
table that was read in."""
BASES = ("live", "study", "work", "produce", "invest", "related")
"""On what ground somebody takes part (Art. 2.2)."""
CHANNELS = ("hall", "venue", "online", "phone")
"""From where somebody wants to speak."""
FIELDS = (
    "ha_tang_giao_thong", "ha_tang_chieu_sang", "moi_truong", "dat_dai", "giai_phong_mat_bang", "trat_tu_do_thi", "an_ninh_trat_tu", "giao_duc", "y_te",
    "an_sinh_xa_hoi", "lao_dong_viec_lam", "thu_tuc_hanh_chinh", "dien_nuoc", "van_hoa_the_thao", "nong_nghiep", "kinh_doanh", "khac",
)  # fmt: skip
"""What petitions are about."""

ADULT_FOR_NAME = 16
"""Below this age nobody is named in public texts (Law 91/2025, Art. 24)."""


def collects(stage: Stage, first: str | None, last: str | None, today: date) -> bool:
    """Whether a conference takes opinions from the public today: its plan is approved, and the day lies in the time for collecting, if one is set."""
    day = today.isoformat()
    return stage in (Stage.APPROVED, Stage.COLLECTING) and (first is None or first <= day) and (last is None or day <= last)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who raises a petition, as far as rules ask. `name` is the person or, of a group, what the group is called."""

    name: str
    area: str = ""
    birth_year: int | None = None
    is_group: bool = False
    representative: str = ""
    authority: str = ""
    publish_name: bool = False


def declared(yes: bool) -> None:
    """Whoever sends a petition answers for its accuracy, and says so (Art. 12.3; raises `Refusal` declaration_needed)."""
    if not yes:
        raise Refusal("declaration_needed", field="declared")


def kept_source(source: str, keyed_by: str, detail: str) -> None:
    """What was written on somebody's behalf says by whom (D8.2a; raises `Refusal` writer_needed)."""
    if source not in SOURCES:
        raise Refusal("source_unknown", field="source")
    if source == "on_behalf" and not detail:
        raise Refusal("writer_needed", field="source_detail")
    if source != "web_form" and not keyed_by:
        raise Refusal("writer_needed", field="source_detail")


def may_ask_to_speak(sender: Sender) -> None:
    """A group speaks through one person whom it has authorised (Art. 2.2; raises `Refusal` representative_needed)."""
    if sender.is_group and not (sender.representative and sender.authority):
        raise Refusal("representative_needed", field="authority" if sender.representative else "representative")


def shown_as(sender: Sender, year: int) -> str:
    """How a petition's sender is called where the public reads or hears it: by name only with consent and never a child; else by where they live. A group is
    called as it calls itself."""
    child = sender.birth_year is not None and year - sender.birth_year < ADULT_FOR_NAME
    if sender.is_group or (sender.publish_name and not child):
        return sender.name
    return f"Công dân {sender.area}" if sender.area else "Công dân"


# --- merging -------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """What merging asks of a petition."""

    id: str
    conference: str
    state: State
    merged_into: str | None = None


def may_merge(into: Standing, others: Iterable[Standing]) -> None:
    """Whether these may be told together with `into` (D8.2b). Nothing is lost: each keeps its text, its sender and its way back. Raises `Refusal`."""
    if into.state not in (State.RECEIVED, *IN_DIALOGUE):
        raise Refusal("merge_into_what_is_not_open", petition=into.id)
    for other in others:
        if other.id == into.id:
            raise Refusal("merge_with_itself")
        if other.conference != into.conference:
            raise Refusal("merge_across_conferences")
        if other.state in (State.RELEASED, State.REFERRED, State.MERGED):
            raise Refusal("merge_what_is_settled", petition=other.id)


def before_merging(lead: str | None, kind: Kind | None) -> State:
    """The state that a petition goes back to when it is taken out of a merger again."""
    if kind is not Kind.IN_SCOPE:
        return State.RECEIVED
    return State.ASSIGNED if lead else State.ACCEPTED


def opinions(merged_into: Mapping[str, str | None]) -> dict[str, int]:
    """Of each petition that stands for itself: how many opinions it tells together, its own included. `merged_into`: petition → the one it was merged into."""
    counts = {id: 1 for id, into in merged_into.items() if into is None}
    for id, into in merged_into.items():
        seen = {id}
        while into is not None and into not in counts and into not in seen:
            seen.add(into)
            into = merged_into.get(into)
        if into in counts and id not in counts:
            counts[into] += 1
    return counts


# --- answers -------------------------------------------------------------------------------------------------------------------


class AnswerState(StrEnum):
    """A version of an answer: drafted by the agency, sent back with a remark or checked by the advising office, released by the chair."""

    DRAFT = "draft"
    RETURNED = "returned"
    CHECKED = "checked"
    RELEASED = "released"
    SUPERSEDED = "superseded"


ANSWER_FOLLOWS: Mapping[AnswerState, frozenset[AnswerState]] = {
    AnswerState.DRAFT: frozenset((AnswerState.RETURNED, AnswerState.CHECKED, AnswerState.SUPERSEDED)),
    AnswerState.RETURNED: frozenset((AnswerState.SUPERSEDED,)),
    AnswerState.CHECKED: frozenset((AnswerState.RELEASED, AnswerState.RETURNED, AnswerState.SUPERSEDED)),
    AnswerState.RELEASED: frozenset((AnswerState.SUPERSEDED,)),
    AnswerState.SUPERSEDED: frozenset(),
}


def answer_step(now: AnswerState, then: AnswerState) -> AnswerState:
    """The state of a version that follows (raises `Refusal` answer_does_not_follow): what was not checked is not released, what was released is not rewritten."""
    if then not in ANSWER_FOLLOWS[now]:
        raise Refusal("answer_does_not_follow", state=now.value, then=then.value)
    return then


def is_late(state: State, due: str | None, today: date) -> bool:
    """Whether the agency's draft is overdue (D8.2c); what lies with the advising office or the chair is not the agency's delay."""
    return state is State.ASSIGNED and due is not None and due < today.isoformat()
