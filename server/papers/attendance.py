"""The attendance list (danh sách đại biểu, công dân tham dự): who was in the conference, as the room knows it. Names, offices and areas; never a telephone number,
an address or a ground of refusal (R42)."""

from __future__ import annotations

from typing import Any

from moderation.conference import Conference
from moderation.kernel import Refusal, Role
from moderation.people import Channel, Person, Standing
from moderation.wording import ERASED
from server.office.work import Work
from server.papers.course import counted
from server.papers.minutes import places
from server.papers.register import draft
from server.papers.words import described, moment

GROUPS: tuple[tuple[str, frozenset[Role]], ...] = (
    ("Người chủ trì", frozenset({Role.CHAIR})),
    ("Thư ký, bộ phận tổng hợp, kỹ thuật", frozenset({Role.SECRETARY, Role.OFFICE, Role.DESK, Role.OPERATOR})),
    ("Cơ quan, đơn vị trả lời", frozenset({Role.AGENCY})),
    ("Cơ quan giám sát", frozenset({Role.MONITOR})),
    ("Nhân dân", frozenset({Role.CITIZEN})),
)
"""The parts of the list; somebody of several roles stands in the first that fits."""

OUTSIDE = frozenset({Standing.LOBBY, Standing.TURNED_AWAY})
"""Who was never let in."""


def attendance_paper(w: Work, id: str, c: Conference) -> str:
    """Drafts the list of a conference from the state of its room; gives the paper (raises `Refusal` room_not_held before the conference was opened)."""
    return draft(w, id, "attendance", attendance_data(c))


def attendance_data(c: Conference) -> dict[str, Any]:
    """What the template is filled with (raises `Refusal` room_not_held)."""
    if c.agenda.opened_at is None:
        raise Refusal("room_not_held")
    opened = moment(c.agenda.opened_at)
    listed = [who for who in c.people.values() if who.standing not in OUTSIDE and (who.standing is not Standing.REFUSED or who.joined_at is not None)]
    groups, left = [], listed
    for name, roles in GROUPS:
        people = sorted((who for who in left if who.roles & roles), key=lambda who: (place(c, who), named(who)))
        left = [who for who in left if not who.roles & roles]
        if people:
            groups.append({"name": name, "people": [row(c, who) for who in people]})
    return {
        "title": c.plan.title, "date": opened.date().isoformat(), "starts_at": opened.strftime("%H:%M"),
        "place": places(c), "counts": counts(c), "total": sum(counted(c)),
        "groups": groups,
    }  # fmt: skip


def counts(c: Conference) -> list[dict[str, str]]:
    """The head counts by venue and channel, as the minutes have them."""
    rows = [{"name": v.name, "count": "chưa báo" if (n := c.venues[v.id].count) is None else str(n)} for v in c.plan.venues if v.id in c.venues]
    _, online, phone = counted(c)
    if c.format != "in_person":
        rows.append({"name": "Trực tuyến, từng người", "count": str(online)})
    if phone:
        rows.append({"name": "Qua điện thoại", "count": str(phone)})
    return rows


def row(c: Conference, who: Person) -> dict[str, str]:
    """One line of the list."""
    name = named(who)
    return {"name": name, "about": described(c, who).removeprefix(name).lstrip(", "), "channel": place(c, who), "noted": noted(who)}


def named(who: Person) -> str:
    return who.identity.name if who.identity else ERASED


def place(c: Conference, who: Person) -> str:
    """Where somebody took part: the venue's name, or the channel."""
    at = next((v.name for v in c.plan.venues if v.id == who.venue), "")
    return at or {Channel.HALL: "Hội trường", Channel.VENUE: "Điểm cầu", Channel.ONLINE: "Trực tuyến", Channel.PHONE: "Điện thoại"}[who.channel]


def noted(who: Person) -> str:
    """How the room knows of somebody: came in at this time, was entered by name at the place or on the telephone, or is only on the list."""
    if who.joined_at is None:
        return "có tên trong danh sách"
    entered = who.roles == {Role.CITIZEN} and who.channel is not Channel.ONLINE
    return f"{'ghi tên' if entered else 'vào phòng họp'} {moment(who.joined_at):%H:%M}"
