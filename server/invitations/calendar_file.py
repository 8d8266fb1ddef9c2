"""The conference as an entry for somebody's calendar (iCalendar): asked for, and taken back."""

from __future__ import annotations

from datetime import datetime

from icalendar import Calendar, Event
from sqlalchemy import RowMapping

from server.clock import HANOI, moment_of

HOURS = 3
"""How long a conference is taken to last whose end is not in the plan."""


def entry(case: RowMapping, edition: int, now: int, *, organiser: str, link: str = "", cancelled: bool = False) -> str:
    """The file. The entry is one for all editions: a later one takes the place of an earlier one, and CANCEL removes it (RFC 5546)."""
    calendar = Calendar()
    calendar.add("prodid", "-//doithoai//vi")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if cancelled else "REQUEST")
    event = Event()
    event.add("uid", f"{case['id']}@doithoai")
    event.add("sequence", edition * 2 + cancelled)
    event.add("dtstamp", _at(now))
    begins = moment_of(case["date"], case["starts_at"] or "08:00")
    event.add("dtstart", _at(begins))
    event.add("dtend", _at(moment_of(case["last_day"] or case["date"], case["ends_at"]) if case["ends_at"] else begins + HOURS * 3_600_000))
    event.add("summary", case["title"])
    event.add("location", case["place"])
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("organizer", organiser)
    if link:
        event.add("url", link)
    calendar.add_component(event)
    made: bytes = calendar.to_ical()
    return made.decode()


def organiser_of(file: str) -> str:
    """Who asked, in a file that was sent: only they can take the entry back."""
    return str(Calendar.from_ical(file).walk("VEVENT")[0]["organizer"])


def _at(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1_000, HANOI)
