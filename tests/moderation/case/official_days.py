"""The official days off of public bodies, 2023–2027, written down by hand from the announcements: what the calendar is held against.

It shares nothing with the program: neither its library of holidays nor its way of counting.
"""

from __future__ import annotations

from datetime import date, timedelta


def _span(first: date, last: date) -> set[date]:
    return {first + timedelta(days=n) for n in range((last - first).days + 1)}


OFF: dict[int, set[date]] = {
    2023: {
        date(2023, 1, 2),
        *_span(date(2023, 1, 20), date(2023, 1, 26)),
        *_span(date(2023, 5, 1), date(2023, 5, 3)),
        date(2023, 9, 1),
        date(2023, 9, 4),
    },
    2024: {
        date(2024, 1, 1),
        *_span(date(2024, 2, 8), date(2024, 2, 14)),
        date(2024, 4, 18),
        *_span(date(2024, 4, 29), date(2024, 5, 1)),
        *_span(date(2024, 9, 2), date(2024, 9, 3)),
    },
    2025: {
        date(2025, 1, 1),
        *_span(date(2025, 1, 25), date(2025, 2, 2)),
        date(2025, 4, 7),
        *_span(date(2025, 4, 30), date(2025, 5, 2)),
        *_span(date(2025, 9, 1), date(2025, 9, 2)),
    },
    2026: {
        *_span(date(2026, 1, 1), date(2026, 1, 2)),
        *_span(date(2026, 2, 14), date(2026, 2, 22)),
        date(2026, 4, 27),
        *_span(date(2026, 4, 30), date(2026, 5, 1)),
        *_span(date(2026, 8, 31), date(2026, 9, 2)),
        date(2026, 11, 24),
    },
    2027: {
        date(2027, 1, 1),
        *_span(date(2027, 2, 4), date(2027, 2, 10)),
        date(2027, 4, 16),
        date(2027, 4, 30),
        date(2027, 5, 3),
        *_span(date(2027, 9, 2), date(2027, 9, 3)),
        date(2027, 11, 24),
    },
}
"""Days off by year; rest days among them change nothing."""

MAKE_UP: dict[int, set[date]] = {
    2023: set(),
    2024: {date(2024, 5, 4)},
    2025: {date(2025, 4, 26)},
    2026: {date(2026, 1, 10), date(2026, 8, 22)},
    2027: set(),
}
"""Saturdays worked in exchange."""

WORKED = [
    day
    for day in sorted(_span(date(2023, 1, 1), date(2027, 12, 31)))
    if day in MAKE_UP[day.year] or (day.isoweekday() <= 5 and day not in OFF[day.year])
]
"""Every working day of the five years, in order: counting is stepping along this list."""
