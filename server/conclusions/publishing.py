"""Making the results public within 10 days, as State law asks of communes: on which channels, on which days."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select

from moderation import Refusal
from server.conclusions import clocks
from server.conclusions.items import after
from server.conclusions.reports import Kept
from server.conclusions.tables import notice, publication
from server.office.work import Work

CHANNELS = ("web", "posted", "loudspeaker", "heads", "zalo", "other")
"""Where results are published: the unit's web page, posted at the office, loudspeakers, sent to heads of residential groups, Zalo, elsewhere."""


def publish(w: Work, id: str, channel: str, on: date, address: str, files: Kept) -> None:
    """Notes that the results were published on a channel (raises `Refusal` day_to_come, published_before_closing)."""
    case = after(w, id, "publish_result")
    if on > w.today:
        raise Refusal("day_to_come", field="on")
    if case["held_on"] and on.isoformat() < case["held_on"]:
        raise Refusal("published_before_closing", field="on")
    w.add(publication, conference=id, channel=channel, published_on=on.isoformat(), address=address, files=files)
    settle(w, id)


def unpublish(w: Work, id: str, one: str, why: str) -> None:
    """Takes a line back that was noted by mistake; the history keeps it."""
    after(w, id, "publish_result")
    if w.row(publication, one)["conference"] != id:
        raise Refusal("not_found")
    w.drop(publication, one, why=why)
    settle(w, id)


def settle(w: Work, id: str) -> None:
    """The deadline is met on the first day of publication; without one it runs again."""
    first = w.db.scalar(select(func.min(publication.c.published_on)).where(publication.c.conference == id))
    clocks.run_again(w, id, "publication")
    if first:
        clocks.meet(w, "publication", "", first, id)


def is_public(w: Work, id: str) -> bool:
    """Whether the results may be read by everybody: the notice is issued, or they were published before it."""
    issued = w.db.scalar(select(notice.c.issued_on).where(notice.c.conference == id))
    return bool(issued) or w.db.scalar(select(publication.c.id).where(publication.c.conference == id).limit(1)) is not None
