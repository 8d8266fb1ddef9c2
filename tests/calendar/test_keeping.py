"""Keeping the calendar: days, years, and what follows from a change."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from moderation import Refusal
from moderation.case.calendar import CalendarDay, DayKind
from moderation.case.deadlines import notice_latest
from moderation.case.profiles import QD_1155
from server.calendar import load
from server.calendar.keeping import announce_year, propose_year, remove_day, seed, set_day
from server.calendar.seed import seeded
from server.calendar.tables import calendar_day
from server.deadlines.deadlines import set_deadline
from server.deadlines.tables import deadline
from server.office import history
from server.office.tables import history as entries
from server.office.work import HOUSE
from tests.organisation.house import House

MONDAY = CalendarDay(date(2026, 11, 23), DayKind.SWAPPED_OFF, "Nghỉ hoán đổi", "1/TB-BNV", date(2026, 10, 1))


def test_what_is_kept_begins_with_the_days_of_a_new_server_and_is_counted_at_once(house: House) -> None:
    with house() as w:
        assert load(w.db) is seeded()
    with house() as w:
        set_day(w, MONDAY, why="Văn bản mới")
    with house() as w:
        assert load(w.db).days == {**seeded().days, MONDAY.day: MONDAY}
        assert load(w.db) is load(w.db), "read once"
        assert load(w.db).add(date(2026, 11, 20), 1) == date(2026, 11, 25)
    with house() as w:
        remove_day(w, MONDAY.day, "Nhầm")
        assert load(w.db).days == seeded().days
        told = history.read(w, HOUSE, kind="calendar_day")[0]
    assert [(one.subject, one.why, one.by) for one in told] == [
        ("2026-11-23", "Nhầm", "admin-account"),
        ("2026-11-23", "Văn bản mới", "admin-account"),
    ]


def test_what_is_undone_with_its_transaction_is_not_counted(house: House) -> None:
    def fails() -> None:
        with house() as w:
            set_day(w, MONDAY)
            assert not load(w.db).is_working_day(MONDAY.day)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    with house() as w:
        assert load(w.db).is_working_day(MONDAY.day)


def test_a_change_that_changes_nothing_tells_nothing(house: House) -> None:
    with house() as w:
        set_day(w, MONDAY)
        before, calendar = w.db.scalar(select(func.count()).select_from(entries)), load(w.db)
        set_day(w, MONDAY)
        seed(w)
        assert w.db.scalar(select(func.count()).select_from(entries)) == before and load(w.db) is calendar


def test_a_year_is_announced_with_its_paper_and_no_longer_provisional(house: House) -> None:
    day = date(2027, 1, 14)
    with house() as w:
        assert load(w.db).provisional(day)
        with pytest.raises(Refusal, match="source_missing"):
            announce_year(w, 2027, " ")
        announce_year(w, 2027, "1/TB-BNV")
        assert not load(w.db).provisional(day)
        announce_year(w, 2027, "1/TB-BNV", announced=False)
        assert load(w.db).provisional(day)
        announce_year(w, 2028, "2/TB-BNV")
        assert 2028 in load(w.db).announced


def test_a_coming_year_gets_the_days_of_statute_and_keeps_those_that_are_there(house: House) -> None:
    own = CalendarDay(date(2028, 9, 2), DayKind.HOLIDAY, "Quốc khánh, theo văn bản", "3/TB-BNV")
    with house() as w:
        set_day(w, own)
        assert propose_year(w, 2028) > 8
        assert load(w.db).days[own.day] == own and date(2028, 4, 30) in load(w.db).days
        assert propose_year(w, 2028) == 0 and 2028 not in load(w.db).announced


def test_d8_1b_a_changed_day_moves_the_open_deadline_and_the_history_keeps_the_old_one(house: House) -> None:
    counted = notice_latest(QD_1155, seeded(), date(2027, 1, 14))
    assert counted is not None
    with house() as w:
        id = set_deadline(w, conference=None, kind="notice", clock=counted.clock, counted_from=counted.counted_from, owner="vpubndtp")
        assert (w.row(deadline, id)["due"], w.row(deadline, id)["provisional"]) == ("2027-01-05", True)
    with house() as w:
        set_day(w, CalendarDay(date(2027, 1, 8), DayKind.SWAPPED_OFF, "Nghỉ hoán đổi", "1/TB-BNV"), why="Theo 1/TB-BNV")
    with house() as w:
        assert (w.row(deadline, id)["due"], w.row(deadline, id)["safe"]) == ("2027-01-04", "2026-12-31")
        told = history.read(w, HOUSE, kind="deadline", subject=id)[0][0]
        assert ("due", "2027-01-05", "2027-01-04") in told.changes and told.why == "Theo 1/TB-BNV"
    with house() as w:
        announce_year(w, 2027, "1/TB-BNV")
        assert not w.row(deadline, id)["provisional"]
        remove_day(w, date(2027, 1, 8), "Nhầm")
        assert w.row(deadline, id)["due"] == "2027-01-05"


@pytest.mark.parametrize(
    ("day", "kind", "code"),
    [
        (date(2026, 11, 25), DayKind.MAKE_UP, "day_kind_unfit"),
        (date(2026, 11, 28), DayKind.SWAPPED_OFF, "day_kind_unfit"),
        (date(2026, 11, 29), DayKind.IN_LIEU, "day_kind_unfit"),
        (date(2022, 11, 25), DayKind.HOLIDAY, "year_out_of_range"),
    ],
)
def test_a_day_that_would_mean_nothing_is_refused(house: House, day: date, kind: DayKind, code: str) -> None:
    with house() as w:
        with pytest.raises(Refusal) as refused:
            set_day(w, CalendarDay(day, kind, "x", "1"))
        assert refused.value.code == code and w.db.scalar(select(func.count()).select_from(calendar_day)) == 0
        with pytest.raises(Refusal, match="not_found"):
            remove_day(w, date(2026, 11, 25))
