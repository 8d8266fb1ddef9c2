"""What the server does by itself once an hour: reminds those who have to keep a deadline, tells the chair of what stays late, drafts the urging of Art. 13.2.

Every reminder has a key of deadline, day, kind and body: asked for again, it is the same message, also when the body got its address meanwhile.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import RowMapping, select

from server.conclusions.tasks import draft_urges
from server.conferences.tables import chair, conference
from server.deadlines.deadlines import addresses, said
from server.deadlines.tables import deadline
from server.i18n import t
from server.notifications.outbox import enqueue
from server.office.work import Work
from server.organisation.tables import office

SOON = 3
"""Calendar days before the day on which one is reminded first."""
ESCALATE = 3
"""Calendar days that something is late before the chair hears of it."""
OLD = 60
"""Calendar days after which what is late is no longer told by mail: a server that was off for long starts quietly."""
DRAFTED = frozenset({"task"})
"""Kinds that are not reminded of by the server when they are late: the advising unit gets a draft of its letter (D13.2)."""

ADVISED = frozenset({"answer"})
"""Kinds that the advising unit hears of too, before the day and after it (D8.2c)."""


def remind(w: Work) -> int:
    """Queues every reminder that today asks for; gives how many deadlines were looked at."""
    today = w.today
    first, last = (today - timedelta(days=OLD)).isoformat(), (today + timedelta(days=SOON)).isoformat()
    open_ones = select(deadline).where(deadline.c.closed.is_(False), deadline.c.due >= first, deadline.c.due <= last).order_by(deadline.c.due)
    rows = w.db.execute(open_ones).mappings().all()
    for row in rows:
        left = (w.today.fromisoformat(row["due"]) - today).days
        when = "soon" if left > 0 else "today" if left == 0 else "late"
        if not (when == "late" and row["kind"] in DRAFTED):
            tell(w, row, when, row["owner"])
        if row["kind"] in ADVISED:
            tell(w, row, when, advising_body(w, row["conference"]))
        if left <= -ESCALATE:
            tell(w, row, "escalated", chair_body(w, row["conference"]))
    w.act = "urge_task"
    draft_urges(w)
    return len(rows)


def tell(w: Work, row: RowMapping, when: str, to: str) -> None:
    """One reminder to whoever is written to at a body."""
    title = w.db.scalar(select(conference.c.title).where(conference.c.id == row["conference"])) if row["conference"] else ""
    what = t("vi", f"deadline.{row['kind']}")
    said_first = t("vi", f"reminder.{when}", what=what, due=said(row["due"]))
    text = "\n\n".join(("\n".join(filter(None, (said_first, title))), t("vi", f"reminder.asks_{when}"))) + "\n"
    for address, name in addresses(w, to):
        enqueue(
            w, f"reminder:{row['id']}:{row['due']}:{when}:{to}", kind="reminder", channel="email", recipient=name, address=address,
            conference=row["conference"], subject=row["id"], body=to, title=t("vi", f"reminder.title_{when}", what=what), text=text,
        )  # fmt: skip


def advising_body(w: Work, id: str | None) -> str:
    """The advising unit of a conference ("" without one)."""
    return str(w.db.scalar(select(conference.c.advising_body).where(conference.c.id == id)) or "")


def chair_body(w: Work, id: str | None) -> str:
    """The body of the office that presides first ("" without a conference)."""
    first = select(office.c.body).join(chair, chair.c.office == office.c.id).where(chair.c.conference == id).order_by(chair.c.place)
    return str(w.db.scalar(first) or "")
