"""Looking up petitions: one, lists with filters, and what belongs to one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, Select, and_, func, or_, select
from sqlalchemy.sql import ColumnElement

from moderation import Refusal
from moderation.case.petitions import OPEN, AnswerState, State
from moderation.case.rights import RIGHTS
from moderation.case.text import collation, words
from server.conferences.queries import case
from server.conferences.tables import conference
from server.office.work import Work
from server.organisation.tables import body, unit
from server.petitions.reach import may_read, open_to
from server.petitions.tables import petition, petition_answer, petition_file, petition_proposal
from server.search.search import SENDER, family, matching
from server.search.tables import search_entry

PAGE = 30


def petition_of_case(w: Work, id: str, petition_id: str, action: str = "see_petitions") -> tuple[RowMapping, RowMapping]:
    """The conference and one of its petitions, if the one who works may do this with it (raises `Refusal` petition_unknown, not_allowed). To others than those who
    may read it (`reach.py`), what was not triaged, a complaint, a denunciation or what belongs to the reception of citizens is unknown (Art. 1.2)."""
    found = w.row(conference, id, "conference_unknown")
    row = w.row(petition, petition_id, "petition_unknown")
    if row["conference"] != id:
        raise Refusal("petition_unknown")
    w.allow(action, found["unit"], *concerned(row))
    if not may_read(w, found["unit"], row):
        raise Refusal("petition_unknown")
    return found, row


def concerned(row: RowMapping) -> tuple[str, ...]:
    """The bodies whose matter a petition is: the lead and the coordinating ones."""
    return tuple(id for id in (row["lead"], *row["coordinating"]) if id)


def sees_contacts(w: Work, found: RowMapping, row: RowMapping) -> bool:
    """Whether somebody works with the sender: whoever takes petitions in, and the agency that answers. Others see neither number nor address."""
    return (
        w.may("triage_petition", found["unit"])
        or w.may("draft_answer", found["unit"], *concerned(row))
        or (row["keyed_by"] == w.by.account != "public")
    )


def sees_drafts(w: Work, found: RowMapping, row: RowMapping) -> bool:
    """Whether somebody works on the answer: the agencies that give it, those who take petitions in, the advising office, the chair. Others read what was released."""
    return w.may("see_sealed", found["unit"]) or w.may("draft_answer", found["unit"], *concerned(row))


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list shows. `lead` is a body; `state` a state, "open", "late", or "speak" for who wants to speak; `text` is sought in everything that was indexed, and
    in the names of the senders for those who take petitions in."""

    conference: str | None = None
    state: str = ""
    field: str = ""
    lead: str = ""
    text: str = ""


COLUMNS = (
    petition.c.id, petition.c.conference, petition.c.code, petition.c.state, petition.c.field, petition.c.shown_as, petition.c.summary, petition.c.content, petition.c.request,
    petition.c.source, petition.c.received_on, petition.c.lead, petition.c.answer_due, petition.c.kind, petition.c.withheld, petition.c.merged_into,
    petition.c.wants_to_speak,
)  # fmt: skip


def listed(w: Work, wanted: Filter, page: int = 1) -> tuple[Sequence[RowMapping], int, int]:
    """A page of petitions that the one who works may see, with the number of pages and of petitions."""
    where = condition(w, wanted)
    count = w.db.scalar(select(func.count()).select_from(petition).where(where)) or 0
    order = (petition.c.conference, petition.c.number) if wanted.conference else (petition.c.received_at.desc(), petition.c.id)
    page_of = select(petition.c.id).where(where).order_by(*order).limit(PAGE).offset((page - 1) * PAGE)  # sorts ids, not whole petitions
    found: Select[Any] = select(*COLUMNS, body.c.short.label("lead_name")).outerjoin(body, body.c.id == petition.c.lead)
    rows = w.db.execute(found.where(petition.c.id.in_(page_of)).order_by(*order)).mappings().all()
    return rows, max(1, -(-count // PAGE)), count


def condition(w: Work, wanted: Filter) -> ColumnElement[bool]:
    """The condition of a filter, within what the one who works may see."""
    parts: list[ColumnElement[bool]] = [_of_units(w, "see_petitions"), or_(open_to(w.by.account), _of_units(w, "see_sealed"))]
    if wanted.conference is not None:
        parts.append(petition.c.conference == wanted.conference)
    if wanted.state == "open":
        parts.append(petition.c.state.in_([state.value for state in OPEN]))
    elif wanted.state == "late":
        parts.append(late(w))
    elif wanted.state == "speak":
        parts.append(petition.c.wants_to_speak.is_(True))
    elif wanted.state:
        parts.append(petition.c.state == wanted.state)
    if wanted.field:
        parts.append(petition.c.field == wanted.field)
    if wanted.lead:
        parts.append(petition.c.lead == wanted.lead)
    if wanted.text.strip():
        sought = matching(words(wanted.text))
        if sought is None:
            parts.append(petition.c.id.is_(None))
        else:
            holding = select(search_entry.c.subject).where(sought)
            named = and_(petition.c.id.in_(holding.where(search_entry.c.kind == SENDER)), _of_units(w, "triage_petition"))
            parts.append(or_(petition.c.id.in_(holding.where(search_entry.c.kind.in_(family("petition")))), named))
    return and_(*parts)


def _of_units(w: Work, action: str) -> ColumnElement[bool]:
    """The condition that a petition belongs to a unit in which the one who works may do this."""
    units = sorted({id for post in w.by.posts if post.duty.value in RIGHTS[action] for id in post.reach})
    return petition.c.conference.in_(select(conference.c.id).where(conference.c.unit.in_(units)))


def late(w: Work) -> ColumnElement[bool]:
    """Assigned, and the agency's draft is overdue."""
    return and_(petition.c.state == State.ASSIGNED.value, petition.c.answer_due < w.today.isoformat())


def counts(w: Work, conference_id: str) -> dict[str, int]:
    """How many petitions of a case stand in each state, with "late" and "speak" besides."""
    by_state = w.db.execute(select(petition.c.state, func.count()).where(petition.c.conference == conference_id).group_by(petition.c.state)).all()
    found = {state: int(count) for state, count in by_state}
    of_case = petition.c.conference == conference_id
    found["late"] = w.db.scalar(select(func.count()).select_from(petition).where(of_case, late(w))) or 0
    return found


def bodies(w: Work, unit_id: str) -> dict[str, RowMapping]:
    """The bodies of a unit and of the units above it that exist today: id → row, those of the unit itself first."""
    parents = {row.id: row.parent for row in w.db.execute(select(unit.c.id, unit.c.parent))}
    units: list[str] = []
    above: str | None = unit_id
    while above is not None and above not in units:
        units.append(above)
        above = parents.get(above)
    day = w.today.isoformat()
    rows = w.db.execute(
        select(body).where(body.c.unit.in_(units), body.c.valid_from <= day, or_(body.c.valid_to.is_(None), body.c.valid_to >= day))
    ).mappings()
    return {row["id"]: row for row in sorted(rows, key=lambda row: (units.index(row["unit"]), collation(row["name"])))}


def merged_ones(w: Work, id: str) -> Sequence[RowMapping]:
    """The petitions that were merged into this one, as they came."""
    return w.db.execute(select(petition).where(petition.c.merged_into == id).order_by(petition.c.number)).mappings().all()


def answers_of(w: Work, id: str) -> Sequence[RowMapping]:
    """The versions of the answer, newest first."""
    return w.db.execute(select(petition_answer).where(petition_answer.c.petition == id).order_by(petition_answer.c.number.desc())).mappings().all()


def answers_seen(w: Work, found: RowMapping, row: RowMapping) -> Sequence[RowMapping]:
    """The versions of the answer that the one who looks may read: all of them, or the released one."""
    every = answers_of(w, row["id"])
    return every if sees_drafts(w, found, row) else [answer for answer in every if answer["state"] == AnswerState.RELEASED.value]


def files_of(w: Work, id: str) -> Sequence[RowMapping]:
    return w.db.execute(select(petition_file).where(petition_file.c.petition == id).order_by(petition_file.c.at, petition_file.c.id)).mappings().all()


def proposals_of(w: Work, id: str) -> Sequence[RowMapping]:
    """What the Front proposed about the assignment, newest first, with the body's name."""
    found = select(petition_proposal, body.c.name.label("body_name")).join(body, body.c.id == petition_proposal.c.proposed_lead)
    return w.db.execute(found.where(petition_proposal.c.petition == id).order_by(petition_proposal.c.at.desc())).mappings().all()


def next_to_triage(w: Work, conference_id: str) -> str | None:
    """The oldest petition of a case that nobody has triaged."""
    case(w, conference_id, "triage_petition")
    where = (petition.c.conference == conference_id, petition.c.state == State.RECEIVED.value)
    return w.db.scalar(select(petition.c.id).where(*where).order_by(petition.c.number).limit(1))
