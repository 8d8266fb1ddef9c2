"""Deadlines, against the worked example's expected ones and the examples of the requirements."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.case.counting import count
from moderation.case.deadlines import (
    HANOI,
    Deadline,
    ReportKind,
    agency_report_due,
    check_conference_day,
    conclusion_done,
    conclusion_due,
    earliest,
    notice_counted_from,
    notice_latest,
    publication_due,
    report_latest,
)
from moderation.case.profiles import LAW_72, PROFILES, QD_1155, Profile
from moderation.kernel import Refusal
from server.demo.example import read
from tests.moderation.case.days import OFFICIAL

HELD = date(2027, 1, 14)
DAYS = st.dates(date(2023, 3, 1), date(2027, 10, 31))


def there(found: Deadline | None) -> Deadline:
    assert found is not None
    return found


@pytest.fixture(scope="module")
def example() -> dict[str, Any]:
    return read()


def test_every_deadline_of_the_example_comes_out_as_expected(example: dict[str, Any]) -> None:
    notice, publication = there(notice_latest(QD_1155, OFFICIAL, HELD)), there(publication_due(LAW_72, OFFICIAL, HELD))
    signed = example["after_conference"]["conclusion_notice"]["signed_on"]
    counted = {
        "notice_latest": notice.due,
        "notice_latest_strict": notice.safe,
        "law72_notice_latest": there(notice_latest(LAW_72, OFFICIAL, HELD)).due,
        "conclusion_due": there(conclusion_due(QD_1155, OFFICIAL, HELD)).due,
        "conclusion_due_extended": there(conclusion_due(QD_1155, OFFICIAL, HELD, extended=True)).due,
        "law72_publication_due": publication.safe,
        "law72_publication_due_rolled": publication.due,
        "agency_report_due": there(agency_report_due(QD_1155, OFFICIAL, signed)).due,
    }
    assert counted == example["expected_deadlines"]


def test_what_was_sent_in_the_example_is_judged_as_expected(example: dict[str, Any]) -> None:
    notice = there(notice_latest(QD_1155, OFFICIAL, HELD))
    for sent in (example["preparation"]["invitations"]["sent_on"], example["preparation"]["public_notice"]["published_on"]):
        assert not notice.late(sent)
    due = there(agency_report_due(QD_1155, OFFICIAL, example["after_conference"]["conclusion_notice"]["signed_on"]))
    for report in example["after_conference"]["agency_reports"]:
        dates = (report["to_chair_on"], report["to_petitioner_on"])
        assert (None not in dates and not any(due.late(day) for day in dates)) is report["expected_on_time"], report["agency"]


def test_d8_1b_sent_on_the_seventh_working_day_back_is_on_time_and_a_day_later_is_late() -> None:
    due = there(notice_latest(QD_1155, OFFICIAL, HELD))
    assert not due.late(date(2027, 1, 5)) and due.late(date(2027, 1, 6))


def test_d8_1b_under_the_strict_reading_seven_whole_days_lie_between() -> None:
    strict = there(notice_latest(QD_1155.with_settings(notice_reading="B"), OFFICIAL, HELD))
    assert (strict.due, strict.safe) == (date(2027, 1, 4), date(2027, 1, 4)) and strict.late(date(2027, 1, 5))


def test_d8_1c_the_law_counts_seven_calendar_days_and_rolls_no_day_before_something() -> None:
    on_sunday = date(2027, 1, 17)
    assert there(notice_latest(LAW_72, OFFICIAL, on_sunday)).due == date(2027, 1, 10)
    assert not OFFICIAL.is_working_day(date(2027, 1, 10))


def test_d8_1b_a_conference_on_a_rest_day_is_counted_back_from_it() -> None:
    assert there(notice_latest(QD_1155, OFFICIAL, date(2025, 10, 25))).due == date(2025, 10, 16)
    check_conference_day(QD_1155, OFFICIAL, date(2025, 10, 25))
    with pytest.raises(Refusal) as refused:
        check_conference_day(QD_1155.with_settings(rest_day_conference=False), OFFICIAL, date(2025, 10, 25))
    assert refused.value.code == "rest_day_conference"


def test_d8_1b_a_postponed_conference_is_counted_anew_unless_the_profile_lets_the_invitations_stand() -> None:
    assert notice_counted_from(QD_1155, HELD, date(2027, 3, 4)) == date(2027, 3, 4)
    assert notice_counted_from(QD_1155.with_settings(postponing_restarts=False), HELD, date(2027, 3, 4)) == HELD


def test_a_deadline_lasts_to_the_end_of_its_day_and_warns_before_offices_close() -> None:
    due = there(notice_latest(QD_1155, OFFICIAL, HELD))
    assert due.moment == datetime(2027, 1, 5, 23, 59, 59, tzinfo=HANOI) and due.warn_from == datetime(2027, 1, 5, 16, 30, tzinfo=HANOI)
    assert not due.late(due.moment) and due.late(due.moment + timedelta(seconds=1))
    assert not due.late(datetime(2027, 1, 5, 16, 59, 59, tzinfo=HANOI).astimezone())


def test_d10_1a_a_notice_sent_on_the_eleventh_day_is_late_by_one_working_day() -> None:
    due = there(conclusion_due(QD_1155, OFFICIAL, HELD))
    assert due.due == date(2027, 1, 28) and due.late(date(2027, 1, 29))
    assert OFFICIAL.working_days(due.due, date(2027, 1, 29)) == 1


def test_d10_1a_the_notice_is_done_when_it_is_signed_and_sent_to_the_last_recipient() -> None:
    assert conclusion_done(QD_1155, date(2027, 1, 27), None) is None
    assert conclusion_done(QD_1155, None, date(2027, 1, 28)) is None
    assert conclusion_done(QD_1155, date(2027, 1, 27), date(2027, 1, 29)) == date(2027, 1, 29)
    assert conclusion_done(QD_1155.with_settings(conclusion_needs_sending=False), date(2027, 1, 27), None) == date(2027, 1, 27)


def test_d10_1c_the_extension_counts_fifteen_days_from_the_conference_over_tet() -> None:
    assert there(conclusion_due(QD_1155, OFFICIAL, HELD, extended=True)).due == date(2027, 2, 11)
    longer = QD_1155.with_settings(extension_from_due=True)
    assert there(conclusion_due(longer, OFFICIAL, HELD, extended=True)).due == OFFICIAL.add(HELD, 25)


def test_d10_2_seven_working_days_after_the_date_on_the_notice_or_after_receipt() -> None:
    notice, received = date(2027, 1, 27), date(2027, 1, 29)
    assert there(agency_report_due(QD_1155, OFFICIAL, notice, received)).due == date(2027, 2, 12)
    by_receipt = QD_1155.with_settings(agency_report_from="received")
    assert there(agency_report_due(by_receipt, OFFICIAL, notice, received)).due == date(2027, 2, 16)
    assert there(agency_report_due(by_receipt, OFFICIAL, notice)).due == date(2027, 2, 12)


@pytest.mark.parametrize(
    ("kind", "latest", "late"),
    [
        pytest.param(ReportKind.HALF_YEAR, date(2027, 6, 29), date(2027, 6, 30), id="D15.1a half a year"),
        pytest.param(ReportKind.YEAR, date(2027, 12, 14), date(2027, 12, 15), id="D15.1b a year"),
        pytest.param(ReportKind.CITY_YEAR, date(2027, 12, 19), date(2027, 12, 20), id="D15.1c the city's roll-up"),
    ],
)
def test_d15_1a_d15_1b_d15_1c_before_a_day_means_not_on_it(kind: ReportKind, latest: date, late: date) -> None:
    due = there(report_latest(QD_1155, OFFICIAL, kind, 2027))
    assert due.due == latest and not due.late(latest) and due.late(late)
    loose = there(report_latest(QD_1155.with_settings(before_is_strict=False), OFFICIAL, kind, 2027))
    assert not loose.late(late)


def test_d15_1c_a_last_day_on_a_rest_day_is_advised_to_be_the_working_day_before() -> None:
    due = there(report_latest(QD_1155, OFFICIAL, ReportKind.CITY_YEAR, 2027))
    assert (due.due.isoweekday(), due.safe) == (7, date(2027, 12, 17))
    assert there(report_latest(QD_1155.with_settings(advise_working_day=False), OFFICIAL, ReportKind.CITY_YEAR, 2027)).safe == due.due


def test_several_clocks_run_and_the_earliest_is_the_one_to_warn_of() -> None:
    after = (conclusion_due(QD_1155, OFFICIAL, HELD), publication_due(QD_1155, OFFICIAL, HELD), publication_due(LAW_72, OFFICIAL, HELD))
    assert after[1] is None
    assert there(earliest(after)).clock == "LUAT-72-2025-D43"
    before = (notice_latest(QD_1155, OFFICIAL, HELD), notice_latest(LAW_72, OFFICIAL, HELD))
    assert there(earliest(before)).clock == "QD-1155-QD-TU"
    assert earliest(()) is None


def test_a_profile_without_a_deadline_gives_none() -> None:
    assert conclusion_due(LAW_72, OFFICIAL, HELD) is None and conclusion_due(LAW_72, OFFICIAL, HELD, extended=True) is None
    assert agency_report_due(LAW_72, OFFICIAL, HELD) is None and publication_due(QD_1155, OFFICIAL, HELD) is None
    assert report_latest(LAW_72, OFFICIAL, ReportKind.YEAR, 2027) is None
    assert notice_latest(QD_1155.with_settings(notice_days=None), OFFICIAL, HELD) is None


def test_what_touches_a_year_not_announced_is_provisional() -> None:
    assert there(notice_latest(QD_1155, OFFICIAL, HELD)).provisional
    assert not there(notice_latest(QD_1155, OFFICIAL, date(2026, 12, 21))).provisional
    assert not there(notice_latest(LAW_72, OFFICIAL, HELD)).provisional, "calendar days back ask no calendar of days off"
    assert there(publication_due(LAW_72, OFFICIAL, HELD)).provisional, "whether it rolls depends on the days off"


@given(DAYS)
def test_by_any_day_the_extension_is_later_and_the_strict_reading_earlier(day: date) -> None:
    assert there(conclusion_due(QD_1155, OFFICIAL, day)).due < there(conclusion_due(QD_1155, OFFICIAL, day, extended=True)).due
    notice = there(notice_latest(QD_1155, OFFICIAL, day))
    assert notice.safe < notice.due < day
    assert OFFICIAL.is_working_day(there(publication_due(LAW_72, OFFICIAL, day)).due)


@given(DAYS)
def test_a_make_up_saturday_that_is_not_counted_never_makes_a_deadline_shorter(day: date) -> None:
    without = QD_1155.with_settings(make_up_counts=False)
    assert there(conclusion_due(without, OFFICIAL, day)).due >= there(conclusion_due(QD_1155, OFFICIAL, day)).due


SETTINGS: dict[str, st.SearchStrategy[Any]] = {
    "notice_reading": st.sampled_from(["A", "B"]),
    "make_up_counts": st.booleans(),
    "advise_working_day": st.booleans(),
    "base": st.sampled_from(["working", "calendar"]),
    "extension_from_due": st.booleans(),
    "before_is_strict": st.booleans(),
    "roll_forward": st.booleans(),
}


@given(st.sampled_from(PROFILES), DAYS, st.fixed_dictionaries({}, optional=SETTINGS))
def test_what_is_kept_counts_to_the_same_day_whatever_the_settings(profile: Profile, day: date, settings: dict[str, Any]) -> None:
    profile = profile.with_settings(**settings)
    every = (
        notice_latest(profile, OFFICIAL, day),
        conclusion_due(profile, OFFICIAL, day),
        conclusion_due(profile, OFFICIAL, day, extended=True),
        publication_due(profile, OFFICIAL, day),
        agency_report_due(profile, OFFICIAL, day),
        *(report_latest(profile, OFFICIAL, kind, day.year) for kind in ReportKind),
    )
    for one in every:
        if one is not None:
            counted = count(OFFICIAL, one.counted_from)
            assert (counted.due, counted.safe or counted.due, counted.provisional) == (one.due, one.safe, one.provisional), one
