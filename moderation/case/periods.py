"""What the periodic reports of Art. 15.1 cover, and which of them are being prepared. By when each has to be sent is counted in `deadlines.report_latest`.

The regulation names the last days and not the periods: those are settings of the profile, by default the ones of State reports: 15/12 of the year before to 14/6, and to
14/12. A year that begins after 1 July is named after the year in which it ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from moderation.case.deadlines import ReportKind
from moderation.case.profiles import Counting, MonthDay
from moderation.kernel import Refusal

FIRST, LAST = 2023, 2100
"""The years that a report may be about: the regulation is of 2023."""
SHORTEST_HALF, LONGEST_HALF = 120, 245
"""Days between the beginnings of the two halves of a year: less or more is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Period:
    """What a report is about: both days belong to it."""

    kind: ReportKind
    year: int
    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Whether something of this day belongs to it."""
        return self.first <= day <= self.last


def period(kind: ReportKind, year: int, counting: Counting) -> Period:
    """The first half of the year, or all of it (raises `Refusal` bad_year; profile_unfit when the halves of the profile make no year)."""
    if not FIRST <= year <= LAST:
        raise Refusal("bad_year", field="year", year=year)
    first, half, then = _first(counting, year), _half(counting, year), _first(counting, year + 1)
    if not SHORTEST_HALF <= (half - first).days <= LONGEST_HALF:
        raise Refusal("profile_unfit")
    return Period(kind, year, first, (half if kind is ReportKind.HALF_YEAR else then) - timedelta(days=1))


def sent_before(kind: ReportKind, counting: Counting) -> MonthDay | None:
    """Month and day before which it has to be sent; None where the profile knows no such report."""
    named = {ReportKind.HALF_YEAR: counting.half_year_before, ReportKind.YEAR: counting.year_before, ReportKind.CITY_YEAR: counting.city_year_before}
    return named[kind]


def next_reports(today: date, counting: Counting) -> tuple[tuple[ReportKind, int], ...]:
    """The reports of this and of next year that are still to be sent, the next one first."""
    coming = [
        (date(year, *limit), kind, year)
        for year in (today.year, today.year + 1)
        for kind in ReportKind
        if (limit := sent_before(kind, counting)) is not None
    ]
    return tuple((kind, year) for before, kind, year in sorted(coming) if before > today)


def _first(counting: Counting, year: int) -> date:
    month, _ = counting.year_from
    return date(year - 1 if month > 6 else year, *counting.year_from)


def _half(counting: Counting, year: int) -> date:
    half = date(year, *counting.half_from)
    return half if half > _first(counting, year) else date(year + 1, *counting.half_from)
