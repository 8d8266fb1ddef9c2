"""Working days (ngày làm việc) of public bodies: Monday to Friday, less the days off, plus the Saturdays that are worked in exchange.

Nothing here knows a law's days: they are data, which an administrator keeps (`server/calendar`). The day from which one counts never counts itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property

ONE_DAY = timedelta(days=1)


class DayKind(StrEnum):
    """Why a day is not like its weekday: a public holiday, a day off in lieu, a working day swapped to be off, and the rest day that is worked in
    exchange."""

    HOLIDAY = "nghi_le"
    IN_LIEU = "nghi_bu"
    SWAPPED_OFF = "hoan_doi_nghi"
    MAKE_UP = "lam_bu"


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One such day with the paper that says so. `source_date` is None where the law itself says it."""

    day: date
    kind: DayKind
    title: str
    source_no: str = ""
    source_date: date | None = None


@dataclass(frozen=True)
class Calendar:
    """The days that differ from their weekday, and the years whose days off have been announced: a count that touches another year is provisional
    (tạm tính)."""

    days: Mapping[date, CalendarDay] = field(default_factory=dict)
    announced: frozenset[int] = frozenset()

    def is_working_day(self, day: date) -> bool:
        """Whether public bodies work on this day."""
        special = self.days.get(day)
        return day.weekday() < 5 if special is None else special.kind is DayKind.MAKE_UP

    def add(self, start: date, count: int) -> date:
        """The `count`-th working day after `start` (raises `ValueError` below 1, `OverflowError` beyond the year 9999)."""
        return self._count(start, count, ONE_DAY)

    def back(self, start: date, count: int) -> date:
        """The `count`-th working day before `start`: reading A of "ít nhất N ngày làm việc trước" (raises as `add`)."""
        return self._count(start, count, -ONE_DAY)

    def back_whole(self, start: date, count: int) -> date:
        """The last working day before `start` with `count` whole working days in between: reading B."""
        return self.back(start, count + 1)

    def working_day_from(self, day: date) -> date:
        """The day itself or, if it is a rest day, the next working day (Civil Code, Art. 148.5)."""
        return day if self.is_working_day(day) else self.add(day, 1)

    def working_day_until(self, day: date) -> date:
        """The day itself or, if it is a rest day, the working day before."""
        return day if self.is_working_day(day) else self.back(day, 1)

    def working_days(self, after: date, until: date) -> int:
        """How many working days lie after one day up to and including another: by how many something is late."""
        return sum(self.is_working_day(after + ONE_DAY * step) for step in range(1, (until - after).days + 1))

    def provisional(self, *days: date) -> bool:
        """Whether a count over these days touches a year that is not announced."""
        years = [day.year for day in days]
        return any(year not in self.announced for year in range(min(years), max(years) + 1))

    @cached_property
    def without_make_up(self) -> Calendar:
        """The same calendar for a profile that does not count make-up Saturdays."""
        return Calendar({day: special for day, special in self.days.items() if special.kind is not DayKind.MAKE_UP}, self.announced)

    def _count(self, start: date, count: int, step: timedelta) -> date:
        if count < 1:
            raise ValueError("at least one working day is counted")
        day = start
        while count:
            day += step
            count -= self.is_working_day(day)
        return day
