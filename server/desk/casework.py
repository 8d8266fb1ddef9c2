"""What waits for somebody and has no day of its own: plans and answers to approve, notices to sign, petitions to sort, messages that failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Table, and_, func, or_, select

from moderation.case.following import NoticeState
from moderation.case.petitions import State
from moderation.case.rights import RIGHTS
from moderation.case.stages import Stage
from server.conclusions.tables import conclusion, extension, notice
from server.conferences.tables import conference, year_entry
from server.deadlines.tables import deadline
from server.desk.pile import SHOWN, Find, Line, Pile, first_of, short
from server.notifications.outbox import NO_ADDRESS
from server.notifications.tables import message
from server.office.work import Work
from server.organisation.tables import body, office
from server.petitions.tables import petition
from server.reports.tables import report

CASES = "/van-phong/hoi-nghi"


def may_in(w: Work, action: str) -> frozenset[str]:
    """The units in which the one who works may do this."""
    return frozenset(unit for post in w.by.posts if post.duty.value in RIGHTS[action] for unit in (*post.reach, post.unit))


def _of_cases(w: Work, action: str, table: Table, *columns: Any) -> Any:
    """A question about rows of cases in which one may do this; None where there are none."""
    units = may_in(w, action)
    if not units:
        return None
    return (
        select(table.c.conference, conference.c.title, *columns)
        .join(conference, conference.c.id == table.c.conference)
        .where(conference.c.unit.in_(units))
    )


WAITING: Mapping[State, tuple[str, str, str]] = {
    State.ANSWERED: ("to_release", "release_answer", "/cong-bo"),
    State.RECEIVED: ("to_sort", "triage_petition", "/phan-loai"),
    State.ACCEPTED: ("to_assign", "assign_petition", "?tt=accepted"),
    State.DRAFTED: ("to_check", "check_answer", "?tt=drafted"),
}
"""State of a petition → its pile, what one must be allowed to do, and the page for it."""


def _petitions(w: Work) -> Iterator[Pile]:
    """Petitions that somebody has to act on: one line for each case, with how many."""
    units = {state: may_in(w, action) for state, (_, action, _) in WAITING.items()}
    states = [state.value for state, reach in units.items() if reach]
    if not states:
        return
    counted = (
        select(petition.c.conference, petition.c.state, func.count().label("count"))
        .where(
            petition.c.conference.in_(select(conference.c.id).where(conference.c.unit.in_(frozenset().union(*units.values())))),
            petition.c.state.in_(states),
        )
        .group_by(petition.c.conference, petition.c.state)
        .subquery()
    )
    joined = select(counted, conference.c.title, conference.c.unit).join(conference, conference.c.id == counted.c.conference)
    rows = w.db.execute(joined.order_by(conference.c.date, conference.c.id)).mappings().all()
    for state, (name, _, place) in WAITING.items():
        found = [row for row in rows if row["state"] == state.value and row["unit"] in units[state]]
        lines = tuple(Line(f"{CASES}/{row['conference']}/kien-nghi{place}", row["title"], count=row["count"]) for row in found[:SHOWN])
        yield Pile(name, lines, sum(row["count"] for row in found), f"/van-phong/kien-nghi?tt={state.value}")


def _notices(w: Work) -> Iterator[Pile]:
    """Conclusion notices that wait for the chair's signature."""
    wanted = _of_cases(w, "sign_paper", notice)
    if wanted is None:
        return
    rows, count = first_of(w, wanted.where(notice.c.state == NoticeState.SUBMITTED.value).order_by(conference.c.held_on, notice.c.id))
    yield Pile("notices", tuple(Line(f"{CASES}/{row['conference']}/ket-luan", row["title"]) for row in rows), count)


def _extensions(w: Work) -> Iterator[Pile]:
    """Longer terms that agencies ask for."""
    wanted = _of_cases(w, "extend_task", extension, extension.c.conclusion, extension.c.new_due, conclusion.c.code, conclusion.c.text, body.c.short)
    if wanted is None:
        return
    joined = wanted.join(conclusion, conclusion.c.id == extension.c.conclusion).join(body, body.c.id == extension.c.body)
    rows, count = first_of(w, joined.where(extension.c.state == "asked").order_by(extension.c.asked_on, extension.c.id))
    lines = tuple(Line(f"/van-phong/nhiem-vu/{row['conclusion']}", f"{row['code']} {short(row['text'])}", about=row["short"]) for row in rows)
    yield Pile("extensions", lines, count)


def _reports(w: Work) -> Iterator[Pile]:
    """Periodic reports that wait for a signature."""
    units = may_in(w, "sign_report")
    if not units:
        return
    rows, count = first_of(w, select(report).where(report.c.unit.in_(units), report.c.state == "submitted").order_by(report.c.last, report.c.id))
    lines = tuple(Line(f"/van-phong/bao-cao/{row['id']}", label=f"report_kind.{row['kind']}", about=str(row["year"])) for row in rows)
    yield Pile("reports", lines, count, "/van-phong/bao-cao")


def _plans(w: Work) -> Iterator[Pile]:
    """Plans that wait for the chair's approval."""
    units = may_in(w, "approve_plan")
    if not units:
        return
    wanted = select(conference.c.id, conference.c.title).where(conference.c.unit.in_(units), conference.c.stage == Stage.DRAFT.value)
    rows, count = first_of(w, wanted.order_by(conference.c.date, conference.c.id))
    yield Pile("plans", tuple(Line(f"{CASES}/{row['id']}/ke-hoach", row["title"]) for row in rows), count)


def _year(w: Work) -> Iterator[Pile]:
    """Lines of the yearly programme that wait for the chair's approval."""
    units = may_in(w, "approve_plan")
    if not units:
        return
    wanted = select(year_entry.c.id, year_entry.c.year, year_entry.c.topic, office.c.title).join(office, office.c.id == year_entry.c.office)
    waiting = (year_entry.c.unit.in_(units), year_entry.c.approved_at.is_(None), year_entry.c.year >= w.today.year)
    rows, count = first_of(w, wanted.where(*waiting).order_by(year_entry.c.year, year_entry.c.id))
    lines = tuple(Line("/van-phong/chuong-trinh-nam", row["topic"] or row["title"], about=f"{row['title']}, {row['year']}") for row in rows)
    yield Pile("year", lines, count, "/van-phong/chuong-trinh-nam")


def _messages(w: Work) -> Iterator[Pile]:
    """Messages that failed, or of which nobody knows whether they went out."""
    units = may_in(w, "send_invitations") | may_in(w, "keep_accounts")
    if not units:
        return
    wanted = select(message.c.id, message.c.title, message.c.recipient, message.c.state).outerjoin(
        conference, conference.c.id == message.c.conference
    )
    failed = (message.c.state.in_(("failed", "uncertain")), or_(message.c.conference.is_(None), conference.c.unit.in_(units)))
    lost = message.c.body.in_(select(body.c.id).where(body.c.email == ""))  # these wait for an address first: `_without_address`
    rows, count = first_of(w, wanted.where(*failed, or_(message.c.error != NO_ADDRESS, ~lost)).order_by(message.c.created.desc(), message.c.id))
    lines = tuple(Line("/van-phong/thu-gui", row["title"], about=row["recipient"], state=row["state"]) for row in rows)
    yield Pile("messages", lines, count, "/van-phong/thu-gui", urgent=True)


def _without_address(w: Work) -> Iterator[Pile]:
    """Bodies that cannot be written to and have a deadline to keep, or were to be told something: what they have to do is shown on their desk alone."""
    units, keeps = may_in(w, "send_invitations"), may_in(w, "keep_organisation")

    def concerns(table: Table, to: Any, *where: Any) -> Any:
        """Whether a row of this table is for the body, in a case of one's units or in no case."""
        here = or_(conference.c.unit.in_(units | keeps), and_(table.c.conference.is_(None), body.c.unit.in_(units | keeps)))
        return select(table.c.id).outerjoin(conference, conference.c.id == table.c.conference).where(to == body.c.id, here, *where).exists()

    if not units | keeps:
        return
    owes = concerns(deadline, deadline.c.owner, deadline.c.closed.is_(False))
    missed = concerns(message, message.c.body, message.c.state == "failed", message.c.error == NO_ADDRESS)
    goes_on = or_(body.c.valid_to.is_(None), body.c.valid_to >= w.today.isoformat())
    wanted = select(body.c.id, body.c.name, body.c.unit).where(body.c.email == "", goes_on, or_(owes, missed))
    rows, count = first_of(w, wanted.order_by(body.c.name, body.c.id))
    lines = tuple(Line(f"/van-phong/to-chuc/co-quan/{row['id']}" if row["unit"] in keeps else "", row["name"]) for row in rows)
    yield Pile("no_address", lines, count, note="pile.no_address_note")


FINDERS: tuple[Find, ...] = (
    _messages,
    _without_address,
    _notices,
    _plans,
    _year,
    _extensions,
    _reports,
    _petitions,
)
"""The piles in the order of the page; each is for whoever has the right to do what waits there."""
