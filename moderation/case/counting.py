"""Counting one deadline from what it is kept with: the one place where days are counted, for a rule that is asked and for a row that is counted again.

`counted_from` is one of
    {"rule": "working_after" | "working_before" | "whole_working_before", "from": ISO date, "days": N}
    {"rule": "calendar_after", "from": …, "days": N, "roll": true when a rest day moves to the next working day (Civil Code, Art. 148.5)}
    {"rule": "calendar_before" | "whole_calendar_before", "from": …, "days": N}
    {"rule": "strictly_before" | "by_day", "year": Y, "month": M, "day": D}, with `"advise": false` where no working day is advised
    {"rule": "date", "on": ISO date}      somebody set it
With `"make_up": false` make-up Saturdays are not counted. `"stands": true` says that the first day goes on counting after a postponement.
`moderation.case.deadlines` gives these rules by the settings of a legal profile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from moderation.case.calendar import ONE_DAY, Calendar


@dataclass(frozen=True, slots=True)
class Counted:
    """The last day, an earlier one that no reading disputes (None where there is just one), and whether it may still move with the calendar."""

    due: date
    safe: date | None = None
    provisional: bool = False


def count(calendar: Calendar, counted_from: Mapping[str, Any]) -> Counted:
    """Counts it on this calendar (raises `ValueError` for what is no rule)."""
    rule = counted_from["rule"]
    calendar = calendar if counted_from.get("make_up", True) else calendar.without_make_up
    if rule == "date":
        return Counted(date.fromisoformat(counted_from["on"]))
    if rule in ("strictly_before", "by_day"):
        named = date(counted_from["year"], counted_from["month"], counted_from["day"])
        due = named if rule == "by_day" else named - ONE_DAY
        if not counted_from.get("advise", True):
            return Counted(due)
        safe = calendar.working_day_until(due)
        return Counted(due, safe if safe != due else None, calendar.provisional(due, safe))
    start, days = date.fromisoformat(counted_from["from"]), int(counted_from["days"])
    if rule == "working_after":
        due = calendar.add(start, days)
        return Counted(due, None, calendar.provisional(start, due))
    if rule == "working_before":
        due, safe = calendar.back(start, days), calendar.back_whole(start, days)
        return Counted(due, safe, calendar.provisional(start, safe))
    if rule == "whole_working_before":
        due = calendar.back_whole(start, days)
        return Counted(due, None, calendar.provisional(start, due))
    if rule == "calendar_before":
        return Counted(start - timedelta(days=days), start - timedelta(days=days + 1))
    if rule == "whole_calendar_before":
        return Counted(start - timedelta(days=days + 1))
    if rule == "calendar_after":
        plain = start + timedelta(days=days)
        due = calendar.working_day_from(plain) if counted_from.get("roll") else plain
        return Counted(due, plain if due != plain else None, bool(counted_from.get("roll")) and calendar.provisional(plain, due))
    raise ValueError(f"no rule to count by: {rule}")
