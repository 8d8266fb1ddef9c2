"""The pages of the calendar: read by everybody in the office, kept by an administrator."""

from __future__ import annotations

from datetime import date

from httpx import Response

from server.accounts.keys import new_id
from server.calendar import load
from tests.office.ward import Ward

HERE = "/van-phong/lich-lam-viec"


def shown(answer: Response) -> str:
    """What a page shows: without the words that it gives to its scripts."""
    return answer.text.partition('<script type="application/json"')[0]


async def test_an_administrator_adds_a_day_on_the_page_and_takes_it_away(ward: Ward) -> None:
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


async def test_a_day_that_does_not_fit_comes_back_with_a_sentence_and_what_was_typed(ward: Ward) -> None:
    async with ward.browser("admin") as browser:
        typed = {"once": new_id(), "day": "2026-12-24", "kind": "lam_bu", "title": "Làm bù đợt này", "source_no": "9/TB-BNV"}
        answer = await browser.post(f"{HERE}/ngay", data=typed)
    assert answer.status_code == 422 and "ngày làm bù phải rơi vào" in shown(answer) and "Làm bù đợt này" in shown(answer)


async def test_the_page_says_provisional_until_the_year_is_confirmed(ward: Ward) -> None:
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


async def test_everybody_in_the_office_reads_and_counts_and_only_an_administrator_writes(ward: Ward) -> None:
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
