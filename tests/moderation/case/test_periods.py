"""The periods of the reports of Art. 15.1."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation import Refusal
from moderation.case.deadlines import ReportKind
from moderation.case.periods import FIRST, LAST, next_reports, period
from moderation.case.profiles import LAW_72, QD_1155

RULES = QD_1155.counting


def test_D15_1a_the_default_periods_are_those_of_state_reports() -> None:
    half, year = period(ReportKind.HALF_YEAR, 2027, RULES), period(ReportKind.YEAR, 2027, RULES)
    assert (half.first, half.last) == (date(2026, 12, 15), date(2027, 6, 14))
    assert (year.first, year.last) == (date(2026, 12, 15), date(2027, 12, 14))
    assert half.holds(date(2027, 1, 14)) and not half.holds(date(2027, 6, 15)) and year.holds(date(2027, 6, 15))


def test_the_periods_are_a_setting() -> None:
    calendar_year = replace(RULES, year_from=(1, 1), half_from=(7, 1))
    half, year = period(ReportKind.HALF_YEAR, 2027, calendar_year), period(ReportKind.CITY_YEAR, 2027, calendar_year)
    assert (half.first, half.last, year.last) == (date(2027, 1, 1), date(2027, 6, 30), date(2027, 12, 31))


@pytest.mark.parametrize(("year_from", "half_from"), [((12, 15), (12, 20)), ((1, 1), (12, 1)), ((6, 15), (6, 15))])
def test_halves_that_make_no_year_are_refused(year_from: tuple[int, int], half_from: tuple[int, int]) -> None:
    with pytest.raises(Refusal, match="profile_unfit"):
        period(ReportKind.YEAR, 2027, replace(RULES, year_from=year_from, half_from=half_from))


@pytest.mark.parametrize("year", [FIRST - 1, LAST + 1, 0, -5])
def test_a_year_without_the_regulation_is_refused(year: int) -> None:
    with pytest.raises(Refusal, match="bad_year"):
        period(ReportKind.YEAR, year, RULES)


@given(st.dates(date(2023, 1, 1), date(2099, 12, 1)), st.sampled_from([((12, 15), (6, 15)), ((1, 1), (7, 1)), ((7, 1), (1, 1)), ((10, 1), (4, 1))]))
def test_every_day_belongs_to_exactly_one_year_and_years_follow_each_other(day: date, days: tuple[tuple[int, int], tuple[int, int]]) -> None:
    rules = replace(RULES, year_from=days[0], half_from=days[1])
    years = [period(ReportKind.YEAR, year, rules) for year in range(max(FIRST, day.year - 1), day.year + 2)]
    assert sum(one.holds(day) for one in years) == 1 or day < years[0].first
    for one, after in pairwise(years):
        assert one.last + timedelta(days=1) == after.first
        half = period(ReportKind.HALF_YEAR, one.year, rules)
        assert half.first == one.first and half.last < one.last


def test_the_next_report_comes_first_and_one_whose_day_has_come_is_past() -> None:
    assert next_reports(date(2027, 1, 14), RULES)[:3] == ((ReportKind.HALF_YEAR, 2027), (ReportKind.YEAR, 2027), (ReportKind.CITY_YEAR, 2027))
    assert next_reports(date(2027, 6, 29), RULES)[0] == (ReportKind.HALF_YEAR, 2027)
    assert next_reports(date(2027, 6, 30), RULES)[0] == (ReportKind.YEAR, 2027)
    assert next_reports(date(2027, 12, 20), RULES)[0] == (ReportKind.HALF_YEAR, 2028)
    assert next_reports(date(2027, 1, 14), LAW_72.counting) == ()
