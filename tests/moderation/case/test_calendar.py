"""Working days, held against an independent list of every working day of five years."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.case.calendar import Calendar
from tests.moderation.case.days import OFFICIAL
from tests.moderation.case.official_days import WORKED

DAYS = st.dates(date(2023, 1, 1), date(2027, 12, 31))
COUNTS = st.integers(1, 400)


@given(DAYS)
def test_a_day_is_worked_when_the_list_says_so(day: date) -> None:
    assert OFFICIAL.is_working_day(day) is (day in WORKED)


@given(DAYS, COUNTS)
def test_the_nth_working_day_after_any_day_is_the_nth_of_the_list_behind_it(start: date, count: int) -> None:
    place = bisect_right(WORKED, start) + count - 1
    if place < len(WORKED):
        assert OFFICIAL.add(start, count) == WORKED[place]


@given(DAYS, COUNTS)
def test_the_nth_working_day_before_any_day_is_the_nth_of_the_list_ahead_of_it(start: date, count: int) -> None:
    place = bisect_left(WORKED, start) - count
    if place >= 0:
        assert OFFICIAL.back(start, count) == WORKED[place]


@given(DAYS, st.integers(1, 60))
def test_whole_days_between_are_counted_without_both_ends(start: date, count: int) -> None:
    if bisect_left(WORKED, start) > count:
        sent = OFFICIAL.back_whole(start, count)
        assert sum(sent < day < start for day in WORKED) == count
        assert sent in WORKED and sent < OFFICIAL.back(start, count)


@given(DAYS, COUNTS)
def test_counting_there_and_back_meets_the_working_day_one_left(start: date, count: int) -> None:
    if OFFICIAL.is_working_day(start) and start + timedelta(days=count * 3) < date(2027, 12, 31):
        assert OFFICIAL.back(OFFICIAL.add(start, count), count) == start
        assert OFFICIAL.working_days(start, OFFICIAL.add(start, count)) == count


@given(DAYS)
def test_a_rest_day_rolls_to_the_nearest_working_day_of_either_side(day: date) -> None:
    if date(2023, 1, 10) < day < date(2027, 12, 20):
        assert OFFICIAL.working_day_from(day) == WORKED[bisect_left(WORKED, day)]
        assert OFFICIAL.working_day_until(day) == WORKED[bisect_right(WORKED, day) - 1]


def test_the_make_up_saturday_counts_unless_a_profile_says_no() -> None:
    assert OFFICIAL.add(date(2026, 8, 21), 1) == date(2026, 8, 22)
    assert OFFICIAL.without_make_up.add(date(2026, 8, 21), 1) == date(2026, 8, 24)


def test_the_monday_between_sunday_and_the_day_of_culture_is_worked_until_somebody_enters_otherwise() -> None:
    assert OFFICIAL.is_working_day(date(2026, 11, 23)) and not OFFICIAL.is_working_day(date(2026, 11, 24))


def test_a_count_that_touches_a_year_not_announced_is_provisional() -> None:
    assert not OFFICIAL.provisional(date(2026, 12, 1), date(2026, 12, 31))
    assert OFFICIAL.provisional(date(2026, 12, 31), date(2027, 1, 5))
    assert OFFICIAL.provisional(date(2028, 1, 5), date(2026, 12, 31))
    assert Calendar({}, frozenset({2026, 2028})).provisional(date(2026, 12, 31), date(2028, 1, 5))


@pytest.mark.parametrize("count", [0, -1])
def test_less_than_one_day_is_not_counted(count: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        OFFICIAL.add(date(2027, 1, 14), count)
    with pytest.raises(ValueError, match="at least one"):
        OFFICIAL.back(date(2027, 1, 14), count)
