"""Keeping the calendar, on the ward's pages and behind them."""

from __future__ import annotations

from datetime import date

import pytest
from httpx import Response
from sqlalchemy import func, select

from moderation import Refusal
from moderation.case.calendar import CalendarDay, DayKind
from moderation.case.deadlines import notice_latest
from moderation.case.profiles import QD_1155
from server.accounts.keys import new_id
from server.calendar import load
from server.calendar.keeping import announce_year, propose_year, remove_day, seed, set_day
from server.calendar.seed import seeded
from server.calendar.tables import calendar_day
from server.deadlines.deadlines import set_deadline
from server.deadlines.tables import deadline
from server.office import history
from server.office.tables import history as entries
from server.office.work import HOUSE
from tests.office.conftest import ward  # noqa: F401 - the fixture
from tests.office.ward import CASE, Ward

HERE = "/van-phong/lich-lam-viec"


def shown(answer: Response) -> str:
    """What a page shows: without the words that it gives to its scripts."""
    return answer.text.partition('<script type="application/json"')[0]


MONDAY = CalendarDay(date(2026, 11, 23), DayKind.SWAPPED_OFF, "Nghỉ hoán đổi", "1/TB-BNV", date(2026, 10, 1))


async def test_what_is_kept_begins_with_the_days_of_a_new_server_and_is_counted_at_once(ward: Ward) -> None:  # noqa: F811
    with ward.work() as w:
        assert load(w.db) is seeded()
    with ward.work("admin") as w:
        set_day(w, MONDAY, why="Văn bản mới")
    with ward.work() as w:
        assert load(w.db).days == {**seeded().days, MONDAY.day: MONDAY}
        assert load(w.db) is load(w.db), "read once"
        assert load(w.db).add(date(2026, 11, 20), 1) == date(2026, 11, 25)
    with ward.work("admin") as w:
        remove_day(w, MONDAY.day, "Nhầm")
        assert load(w.db).days == seeded().days
        told = history.read(w, HOUSE, kind="calendar_day")[0]
    assert [(one.subject, one.why, one.by) for one in told] == [
        ("2026-11-23", "Nhầm", "Quản trị hệ thống"),
        ("2026-11-23", "Văn bản mới", "Quản trị hệ thống"),
    ]


async def test_what_is_undone_with_its_transaction_is_not_counted(ward: Ward) -> None:  # noqa: F811
    def fails() -> None:
        with ward.work("admin") as w:
            set_day(w, MONDAY)
            assert not load(w.db).is_working_day(MONDAY.day)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    with ward.work() as w:
        assert load(w.db).is_working_day(MONDAY.day)


async def test_a_change_that_changes_nothing_tells_nothing(ward: Ward) -> None:  # noqa: F811
    with ward.work("admin") as w:
        set_day(w, MONDAY)
        before, calendar = w.db.scalar(select(func.count()).select_from(entries)), load(w.db)
        set_day(w, MONDAY)
        seed(w)
        assert w.db.scalar(select(func.count()).select_from(entries)) == before and load(w.db) is calendar


async def test_a_year_is_announced_with_its_paper_and_no_longer_provisional(ward: Ward) -> None:  # noqa: F811
    day = date(2027, 1, 14)
    with ward.work("admin") as w:
        assert load(w.db).provisional(day)
        with pytest.raises(Refusal, match="source_missing"):
            announce_year(w, 2027, " ")
        announce_year(w, 2027, "1/TB-BNV")
        assert not load(w.db).provisional(day)
        announce_year(w, 2027, "1/TB-BNV", announced=False)
        assert load(w.db).provisional(day)
        announce_year(w, 2028, "2/TB-BNV")
        assert 2028 in load(w.db).announced


async def test_a_coming_year_gets_the_days_of_statute_and_keeps_those_that_are_there(ward: Ward) -> None:  # noqa: F811
    own = CalendarDay(date(2028, 9, 2), DayKind.HOLIDAY, "Quốc khánh, theo văn bản", "3/TB-BNV")
    with ward.work("admin") as w:
        set_day(w, own)
        assert propose_year(w, 2028) > 8
        assert load(w.db).days[own.day] == own and date(2028, 4, 30) in load(w.db).days
        assert propose_year(w, 2028) == 0 and 2028 not in load(w.db).announced


async def test_d8_1b_a_changed_day_moves_the_open_deadline_and_the_history_keeps_the_old_one(ward: Ward) -> None:  # noqa: F811
    counted = notice_latest(QD_1155, seeded(), date(2027, 1, 14))
    assert counted is not None
    with ward.work() as w:
        id = set_deadline(w, conference=CASE, kind="notice", clock=counted.clock, counted_from=counted.counted_from, owner="vp")
        assert (w.row(deadline, id)["due"], w.row(deadline, id)["provisional"]) == ("2027-01-05", True)
    with ward.work("admin") as w:
        set_day(w, CalendarDay(date(2027, 1, 8), DayKind.SWAPPED_OFF, "Nghỉ hoán đổi", "1/TB-BNV"), why="Theo 1/TB-BNV")
    with ward.work() as w:
        assert (w.row(deadline, id)["due"], w.row(deadline, id)["safe"]) == ("2027-01-04", "2026-12-31")
        told = history.read(w, CASE, kind="deadline", subject=id)[0][0]
        assert ("due", "2027-01-05", "2027-01-04") in told.changes and told.why == "Theo 1/TB-BNV"
    with ward.work("admin") as w:
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
async def test_a_day_that_would_mean_nothing_is_refused(ward: Ward, day: date, kind: DayKind, code: str) -> None:  # noqa: F811
    with ward.work("admin") as w:
        with pytest.raises(Refusal) as refused:
            set_day(w, CalendarDay(day, kind, "x", "1"))
        assert refused.value.code == code and w.db.scalar(select(func.count()).select_from(calendar_day)) == 0
        with pytest.raises(Refusal, match="not_found"):
            remove_day(w, date(2026, 11, 25))


async def test_an_administrator_adds_a_day_on_the_page_and_takes_it_away(ward: Ward) -> None:  # noqa: F811
    async with ward.browser("admin") as browser:
        typed = {
            "once": new_id(),
            "day": "2026-12-24",
            "kind": "hoan_doi_nghi",
            "title": "Nghỉ hoán đổi",
            "source_no": "9/TB-BNV",
            "source_date": "2026-12-01",
        }
        kept = await browser.post(f"{HERE}/ngay", data=typed)
        assert (kept.status_code, kept.headers["location"]) == (303, f"{HERE}?nam=2026&xong=day_kept")
        page = shown(await browser.get(f"{HERE}?nam=2026"))
        assert "9/TB-BNV" in page and "24/12/2026" in page
        assert 'value="Nghỉ hoán đổi"' in shown(await browser.get(f"{HERE}/ngay?ngay=2026-12-24"))
        without = await browser.post(f"{HERE}/ngay/xoa", data={"once": new_id(), "day": "2026-12-24", "reason": ""})
        assert without.status_code == 422 and "Chưa điền mục này." in shown(without)
        gone = await browser.post(f"{HERE}/ngay/xoa", data={"once": new_id(), "day": "2026-12-24", "reason": "Nhập nhầm"})
        assert gone.status_code == 303 and "9/TB-BNV" not in shown(await browser.get(f"{HERE}?nam=2026"))
        told = shown(await browser.get(f"{HERE}/lich-su"))
        assert "Nhập nhầm" in told and "Nghỉ hoán đổi" in told


async def test_a_day_that_does_not_fit_comes_back_with_a_sentence_and_what_was_typed(ward: Ward) -> None:  # noqa: F811
    async with ward.browser("admin") as browser:
        typed = {"once": new_id(), "day": "2026-12-24", "kind": "lam_bu", "title": "Làm bù đợt này", "source_no": "9/TB-BNV"}
        answer = await browser.post(f"{HERE}/ngay", data=typed)
    assert answer.status_code == 422 and "ngày làm bù phải rơi vào" in shown(answer) and "Làm bù đợt này" in shown(answer)


async def test_the_page_says_provisional_until_the_year_is_confirmed(ward: Ward) -> None:  # noqa: F811
    async with ward.browser("admin") as browser:
        assert "Tạm tính: lịch nghỉ năm này chưa công bố" in shown(await browser.get(f"{HERE}?nam=2027"))
        refused = await browser.post(f"{HERE}/nam/2027", data={"once": new_id(), "announced": "1"})
        assert refused.status_code == 422 and "Cần ghi số văn bản công bố." in shown(refused)
        kept = await browser.post(f"{HERE}/nam/2027", data={"once": new_id(), "announced": "1", "source": "1/TB-BNV"})
        assert kept.status_code == 303
        page = shown(await browser.get(f"{HERE}?nam=2027"))
        assert "Tạm tính: lịch nghỉ năm này chưa công bố" not in page and "1/TB-BNV" in page
        assert (await browser.get(f"{HERE}/nam/1999")).status_code == 404
        assert (await browser.post(f"{HERE}/nam/2028/theo-luat", data={"once": new_id()})).status_code == 303
        assert "30/04/2028" in shown(await browser.get(f"{HERE}?nam=2028"))


async def test_everybody_in_the_office_reads_and_counts_and_only_an_administrator_writes(ward: Ward) -> None:  # noqa: F811
    async with ward.browser("kthtdt") as browser:
        page = shown(await browser.get(f"{HERE}?nam=2027&tu=2027-01-14&so=7&huong=lui"))
        assert "05/01/2027" in page and "Ngày an toàn: 04/01/2027" in page and f"{HERE}/ngay" not in page
        assert "11/02/2027" in shown(await browser.get(f"{HERE}?tu=2027-01-14&so=15&huong=sau"))
        for bad in ("tu=2027-01-14&so=0", "tu=x&so=3", "tu=2027-01-14&so=99999999999", "tu=0001-01-01&so=3"):
            assert "Cần một ngày và số ngày" in shown(await browser.get(f"{HERE}?{bad}"))
        assert (await browser.get(f"{HERE}/ngay")).status_code == 403
        assert (await browser.get(f"{HERE}/lich-su")).status_code == 403
        typed = {"once": new_id(), "day": "2026-12-24", "kind": "nghi_le", "title": "x", "source_no": "1"}
        assert (await browser.post(f"{HERE}/ngay", data=typed)).status_code in (403, 422)
    with ward.work() as w:
        assert date(2026, 12, 24) not in load(w.db).days
