"""What waits for somebody and has no day of its own: plans and answers to approve, notices to sign, petitions to sort, messages that failed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, func, or_, select

from moderation.case.following import NoticeState
from moderation.case.petitions import State
from moderation.case.rights import RIGHTS
from moderation.case.stages import Stage
from server.conclusions.tables import conclusion, extension, notice
from server.conferences.tables import conference, year_entry
from server.desk.pile import Find, Line, Pile, first_of, short
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


def _petitions(name: str, action: str, state: State, place: str) -> Find:
    """Petitions in a state that somebody has to act on: one line for each case, with how many."""

    def find(w: Work) -> Pile | None:
        wanted = _of_cases(w, action, petition, func.count().label("count"), func.sum(func.count()).over().label("sum"))
        if wanted is None:
            return None
        grouped = wanted.where(petition.c.state == state.value).group_by(petition.c.conference, conference.c.title, conference.c.date)
        rows, _ = first_of(w, grouped.order_by(conference.c.date, petition.c.conference))
        lines = tuple(Line(f"{CASES}/{row['conference']}/kien-nghi{place}", row["title"], count=row["count"]) for row in rows)
        return Pile(name, lines, int(rows[0]["sum"]) if rows else 0, f"/van-phong/kien-nghi?tt={state.value}")

    return find


def _notices(w: Work) -> Pile | None:
    """Conclusion notices that wait for the chair's signature."""
    wanted = _of_cases(w, "sign_paper", notice)
    if wanted is None:
        return None
    rows, count = first_of(w, wanted.where(notice.c.state == NoticeState.SUBMITTED.value).order_by(conference.c.held_on, notice.c.id))
    return Pile("notices", tuple(Line(f"{CASES}/{row['conference']}/ket-luan", row["title"]) for row in rows), count)


def _extensions(w: Work) -> Pile | None:
    """Longer terms that agencies ask for."""
    wanted = _of_cases(w, "extend_task", extension, extension.c.conclusion, extension.c.new_due, conclusion.c.code, conclusion.c.text, body.c.short)
    if wanted is None:
        return None
    joined = wanted.join(conclusion, conclusion.c.id == extension.c.conclusion).join(body, body.c.id == extension.c.body)
    rows, count = first_of(w, joined.where(extension.c.state == "asked").order_by(extension.c.asked_on, extension.c.id))
    lines = tuple(Line(f"/van-phong/nhiem-vu/{row['conclusion']}", f"{row['code']} {short(row['text'])}", about=row["short"]) for row in rows)
    return Pile("extensions", lines, count)


def _reports(w: Work) -> Pile | None:
    """Periodic reports that wait for a signature."""
    units = may_in(w, "sign_report")
    if not units:
        return None
    rows, count = first_of(w, select(report).where(report.c.unit.in_(units), report.c.state == "submitted").order_by(report.c.last, report.c.id))
    lines = tuple(Line(f"/van-phong/bao-cao/{row['id']}", label=f"report_kind.{row['kind']}", about=str(row["year"])) for row in rows)
    return Pile("reports", lines, count, "/van-phong/bao-cao")


def _plans(w: Work) -> Pile | None:
    """Plans that wait for the chair's approval."""
    units = may_in(w, "approve_plan")
    if not units:
        return None
    wanted = select(conference.c.id, conference.c.title).where(conference.c.unit.in_(units), conference.c.stage == Stage.DRAFT.value)
    rows, count = first_of(w, wanted.order_by(conference.c.date, conference.c.id))
    return Pile("plans", tuple(Line(f"{CASES}/{row['id']}/ke-hoach", row["title"]) for row in rows), count)


def _year(w: Work) -> Pile | None:
    """Lines of the yearly programme that wait for the chair's approval."""
    units = may_in(w, "approve_plan")
    if not units:
        return None
    wanted = select(year_entry.c.id, year_entry.c.year, year_entry.c.topic, office.c.title).join(office, office.c.id == year_entry.c.office)
    waiting = (year_entry.c.unit.in_(units), year_entry.c.approved_at.is_(None), year_entry.c.year >= w.today.year)
    rows, count = first_of(w, wanted.where(*waiting).order_by(year_entry.c.year, year_entry.c.id))
    lines = tuple(Line("/van-phong/chuong-trinh-nam", row["topic"] or row["title"], about=f"{row['title']}, {row['year']}") for row in rows)
    return Pile("year", lines, count, "/van-phong/chuong-trinh-nam")


def _messages(w: Work) -> Pile | None:
    """Messages that failed, or of which nobody knows whether they went out."""
    units = may_in(w, "send_invitations") | may_in(w, "keep_accounts")
    if not units:
        return None
    wanted = select(message.c.id, message.c.title, message.c.recipient, message.c.state).outerjoin(
        conference, conference.c.id == message.c.conference
    )
    failed = (message.c.state.in_(("failed", "uncertain")), or_(message.c.conference.is_(None), conference.c.unit.in_(units)))
    rows, count = first_of(w, wanted.where(*failed).order_by(message.c.created.desc(), message.c.id))
    lines = tuple(Line("/van-phong/thu-gui", row["title"], about=row["recipient"], state=row["state"]) for row in rows)
    return Pile("messages", lines, count, "/van-phong/thu-gui", urgent=True)


FINDERS: tuple[Find, ...] = (
    _messages,
    _notices,
    _petitions("to_release", "release_answer", State.ANSWERED, "/cong-bo"),
    _plans,
    _year,
    _extensions,
    _reports,
    _petitions("to_sort", "triage_petition", State.RECEIVED, "/phan-loai"),
    _petitions("to_assign", "assign_petition", State.ACCEPTED, "?tt=accepted"),
    _petitions("to_check", "check_answer", State.DRAFTED, "?tt=drafted"),
)
"""The piles in the order of the page; each is for whoever has the right to do what waits there."""
