"""Forms: what comes back, and what counts as the same form."""

from __future__ import annotations

from sqlalchemy import select

from server.accounts.keys import new_id
from server.conferences.tables import content
from tests.office.ward import CASE, Ward

PLAN = f"/van-phong/hoi-nghi/{CASE}/ke-hoach"


async def test_one_page_number_serves_each_of_its_forms_and_each_of_its_texts(ward: Ward) -> None:
    once = new_id()
    async with ward.browser("van-phong") as browser:
        for text in ("Lần một", "Lần một", "Lần hai"):
            assert (await browser.post(f"{PLAN}/noi-dung", data={"once": once, "block": "a", "text": text})).status_code == 303
        venue = {"once": once, "code": "DC-09", "kind": "branch", "name": "Nhà văn hóa số 9"}
        assert (await browser.post(f"{PLAN}/diem-cau", data=venue)).status_code == 303
        page = (await browser.get(PLAN)).text
    with ward.work() as w:
        assert w.db.scalar(select(content.c.text).where(content.c.conference == CASE, content.c.block == "a")) == "Lần hai"
    assert "Nhà văn hóa số 9" in page


async def test_what_is_wrong_is_said_in_words(ward: Ward) -> None:
    async with ward.browser("van-phong") as browser:
        wrong = {"once": new_id(), "title": "x" * 301, "regime": "periodic", "date": "9999-12-31", "starts_at": "25:99", "version": "1"}
        page = (await browser.post(PLAN, data=wrong)).text
    assert "nhiều nhất 300 ký tự" in page and "Không phải ngày" in page and "Không phải giờ" in page


async def test_a_title_cannot_turn_the_text_around_it(ward: Ward) -> None:
    async with ward.browser("van-phong") as browser:
        begun = await browser.post(
            "/van-phong/hoi-nghi/moi", data={"once": new_id(), "title": "Hội nghị \u202etreo\u202c", "regime": "periodic", "unit": "p-bensong"}
        )
        page = (await browser.get(begun.headers["location"])).text
    assert "Hội nghị treo" in page and "\u202e" not in page


async def test_the_chair_reads_what_is_missing_in_words(ward: Ward) -> None:
    with ward.work() as w:
        from server.conferences.tables import conference

        w.change(conference, CASE, assignment="", assignment_date=None, approved_at=None)
        version = w.row(conference, CASE)["version"]
    async with ward.browser("chu-tich") as browser:
        page = (await browser.post(f"{PLAN}/duyet", data={"once": new_id(), "version": str(version)})).text
    assert "số văn bản phân công cơ quan tham mưu, ngày văn bản phân công" in page and "[&#39;" not in page
