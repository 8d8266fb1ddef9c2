"""A calendar from the official list, for tests of rules."""

from __future__ import annotations

from moderation.case.calendar import Calendar, CalendarDay, DayKind
from tests.moderation.case.official_days import MAKE_UP, OFF

OFFICIAL = Calendar(
    {
        **{day: CalendarDay(day, DayKind.HOLIDAY, "nghỉ") for days in OFF.values() for day in days},
        **{day: CalendarDay(day, DayKind.MAKE_UP, "làm bù") for days in MAKE_UP.values() for day in days},
    },
    frozenset({2023, 2024, 2025, 2026}),
)
"""As it stands at the end of 2026: the next year is not announced."""
