"""The calendar of a new server equals the announced days off, each year, and agrees with the official list on every day."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.case.calendar import DayKind
from server.calendar.seed import YEARS, official_days, seeded, year_sources
from tests.moderation.case.official_days import MAKE_UP, OFF, WORKED


@pytest.mark.parametrize("year", YEARS)
def test_each_year_has_exactly_the_announced_days(year: int) -> None:
    days = official_days((year,))
    weekdays_off = {day.day for day in days if day.kind is not DayKind.MAKE_UP and day.day.isoweekday() <= 5}
    assert weekdays_off == {day for day in OFF[year] if day.isoweekday() <= 5}
    assert {day.day for day in days if day.kind is DayKind.MAKE_UP} == MAKE_UP[year]
    assert all(day.day.year == year and day.title and day.source_no for day in days)


def test_the_swap_that_the_library_lacks_is_there_with_its_paper() -> None:
    days = {day.day: day for day in official_days((2026,))}
    for day, kind in ((date(2026, 1, 2), DayKind.SWAPPED_OFF), (date(2026, 1, 10), DayKind.MAKE_UP)):
        assert (days[day].kind, days[day].source_no, days[day].source_date) == (kind, "12729/VPCP-KGVX", date(2025, 12, 25))


def test_the_day_of_culture_is_off_since_2026_and_the_monday_before_it_was_not_swapped() -> None:
    assert date(2026, 11, 24) in seeded().days and date(2027, 11, 24) in seeded().days
    assert date(2025, 11, 24) not in seeded().days and date(2026, 11, 23) not in seeded().days


def test_the_coming_year_is_provisional_until_its_paper_is_entered() -> None:
    assert seeded().announced == {2023, 2024, 2025, 2026}
    assert all(source for announced, source in year_sources().values() if announced)


@given(st.dates(date(2023, 1, 1), date(2027, 12, 31)), st.integers(1, 300))
def test_counting_on_it_steps_along_the_official_list(start: date, count: int) -> None:
    ahead, behind = bisect_right(WORKED, start) + count - 1, bisect_left(WORKED, start) - count
    if ahead < len(WORKED):
        assert seeded().add(start, count) == WORKED[ahead]
    if behind >= 0:
        assert seeded().back(start, count) == WORKED[behind]


def test_every_day_of_the_five_years_agrees() -> None:
    first = date(2023, 1, 1)
    days = [first + timedelta(days=n) for n in range((date(2027, 12, 31) - first).days + 1)]
    assert [day for day in days if seeded().is_working_day(day)] == WORKED


def test_a_year_further_on_has_the_days_of_statute() -> None:
    assert {date(2028, 4, 30), date(2028, 9, 2), date(2028, 11, 24)} <= {day.day for day in official_days((2028,))}
