"""The pages of the organisation, used by the ward's administrator."""

from __future__ import annotations

import html
import re
from datetime import date

import pytest
from httpx import AsyncClient, Response

from moderation.case.organisation import Presiding
from moderation.case.profiles import profiles_on
from moderation.case.rights import Duty
from server.accounts.keys import new_id
from server.accounts.staff import account_named
from server.office.staff import staff_of
from server.organisation.queries import advising_of, bodies, chairs, profiles, units
from tests.office.ward import Ward

HERE = "/van-phong/to-chuc"
WARD = f"{HERE}/don-vi/p-bensong"


def shown(answer: Response) -> str:
    """What a page shows: without the words that it gives to its scripts."""
    return html.unescape(answer.text.partition('<script type="application/json"')[0])


async def sent(browser: AsyncClient, path: str, **typed: str) -> Response:
    return await browser.post(path, data={"once": new_id(), **typed})


async def test_every_page_of_it_is_drawn(ward: Ward) -> None:
    paths = ["", "/don-vi/moi", "/don-vi/p-bensong", "/don-vi/p-bensong/co-quan-moi", "/don-vi/p-bensong/nguoi-moi", "/co-quan/ubnd", "/co-quan/ubnd/chuc-danh-moi",
             "/chuc-danh/pct-ubnd/ket-thuc", "/tai-khoan", "/can-cu", "/can-cu/QD-1155-QD-TU", "/can-cu/moi",
             "/don-vi/p-bensong/ket-thuc", "/lich-su"]  # fmt: skip
    async with ward.browser("admin") as browser:
        for path in paths:
            answer = await browser.get(HERE + path)
            assert answer.status_code == 200, path
            assert not re.search(r"(organisation|duty|refusal)\.[a-z_.]+[<\s]", shown(answer)), path
        for path in ("/don-vi/nowhere", "/co-quan/nothing", "/can-cu/QD-1", "/chuc-danh/none/ket-thuc", "/nguoi-giu/none/ket-thuc"):
            assert (await browser.get(HERE + path)).status_code == 404, path


async def test_it_is_for_administrators(ward: Ward) -> None:
    async with ward.browser("van-phong") as browser:
        for path in ("", "/don-vi/moi", "/tai-khoan", "/can-cu"):
            assert (await browser.get(HERE + path)).status_code == 403, path
        assert (await sent(browser, f"{HERE}/don-vi/moi", kind="xa", place="Lạ", parent="tp")).status_code in (403, 422)
        assert (await sent(browser, f"{HERE}/tai-khoan", login="la", name="Người lạ")).status_code in (403, 422)
    with ward.work() as w:
        assert [one.id for one in units(w.db)] == ["tp", "p-bensong"]


async def test_a_unit_is_entered_with_its_bodies_and_its_chairs(ward: Ward) -> None:
    async with ward.browser("admin") as browser:
        kept = await sent(browser, f"{HERE}/don-vi/moi", kind="dac_khu", place="Cát Hải", parent="tp")
        assert kept.status_code == 303
        page = shown(await browser.get(kept.headers["location"].partition("?")[0]))
        assert "Ủy ban nhân dân đặc khu Cát Hải" in page and "Bí thư Đảng ủy đặc khu Cát Hải" in page
        again = await sent(browser, f"{HERE}/don-vi/moi", kind="dac_khu", place="Cát Hải", parent="tp")
        assert again.status_code == 422 and "Đã có đặc khu Cát Hải." in shown(again)
    with ward.work() as w:
        zone = next(one for one in units(w.db) if one.place == "Cát Hải")
        assert {one.presiding for one in chairs(w.db, zone.id, w.today)} == set(Presiding)


async def test_d2_1b_a_person_is_made_chair_by_their_office_and_ends_as_one(ward: Ward) -> None:
    with ward.work() as w:
        person = account_named(w.db, "thu-ky")
    typed = {"account": person.id, "role": "chair", "body": "ubnd", "since": "2026-12-15"}
    async with ward.browser("admin") as browser:
        without = await sent(browser, f"{WARD}/nguoi-moi", **typed)
        assert without.status_code == 422 and "phải gắn với một chức danh" in shown(without)
        assert (await sent(browser, f"{WARD}/nguoi-moi", **typed, office="pct-ubnd")).status_code == 303
        with ward.work() as w:
            post = next(one for one in staff_of(w.db, person, w.today).posts if one.duty is Duty.CHAIR)
            assert (post.office, post.deputy) == ("pct-ubnd", True)
        page = shown(await browser.get(WARD))
        end = re.findall(r"/van-phong/to-chuc/nguoi-giu/(\w+)/ket-thuc\" aria-label=\"Kết thúc: Thư ký hội nghị, Người chủ trì", page)
        assert len(end) == 1
        assert (await browser.get(f"{HERE}/nguoi-giu/{end[0]}/ket-thuc")).status_code == 200
        assert (await sent(browser, f"{HERE}/nguoi-giu/{end[0]}/ket-thuc", last_day="2026-12-16", why="Hết phân công")).status_code == 303
    with ward.work() as w:
        assert not staff_of(w.db, person, date(2026, 12, 17)).has(Duty.CHAIR)


async def test_bodies_and_offices_are_entered_changed_and_ended(ward: Ward) -> None:
    typed = {"name": "Ban Chỉ huy quân sự phường", "short": "BCHQS phường", "system": "nha_nuoc", "since": "2026-12-01"}
    async with ward.browser("admin") as browser:
        assert (await sent(browser, f"{WARD}/co-quan-moi", **typed)).status_code == 303
        with ward.work() as w:
            made = next(one for one in bodies(w.db, "p-bensong") if one.short == "BCHQS phường")
        turned = await sent(browser, f"{HERE}/co-quan/{made.id}", **typed, until="2026-11-30")
        assert turned.status_code == 422 and "Ngày kết thúc phải sau ngày bắt đầu." in shown(turned) and "BCHQS phường" in shown(turned)
        assert (await sent(browser, f"{HERE}/co-quan/{made.id}", **typed, symbol="BCHQS", external="1")).status_code == 303
        assert (await sent(browser, f"{HERE}/co-quan/{made.id}/chuc-danh-moi", title="Chỉ huy trưởng", since="2026-12-01")).status_code == 303
        page = shown(await browser.get(WARD))
        assert "Chỉ huy trưởng" in page and "BCHQS" in page
        assert (await sent(browser, f"{HERE}/chuc-danh/pct-ubnd/ket-thuc", last_day="2026-12-31")).status_code == 303
    with ward.work() as w:
        assert "pct-ubnd" not in {one.id for one in chairs(w.db, "p-bensong", date(2027, 1, 1))}
        assert advising_of(w.db, "ct-ubnd", date(2027, 1, 14))[1] is not None


async def test_an_account_is_made_its_link_shown_once_and_the_account_closed_and_opened(ward: Ward) -> None:
    async with ward.browser("admin") as browser:
        made = await sent(browser, f"{HERE}/tai-khoan", login="binh", name="Trần Văn Bình")
        assert made.status_code == 200 and re.search(r"/thiet-lap#[\w-]{20,}", shown(made))
        assert "/thiet-lap#" not in shown(await browser.get(f"{HERE}/tai-khoan"))
        taken = await sent(browser, f"{HERE}/tai-khoan", login="Binh", name="Người khác")
        assert taken.status_code == 422 and "đã có người dùng" in shown(taken)
        with ward.work() as w:
            person, own = account_named(w.db, "binh"), account_named(w.db, "admin")
        assert "/thiet-lap#" in shown(await sent(browser, f"{HERE}/tai-khoan/{person.id}/lien-ket"))
        assert (await sent(browser, f"{HERE}/tai-khoan/{person.id}/khoa")).status_code == 303
        with ward.work() as w:
            assert account_named(w.db, "binh").disabled
        assert (await sent(browser, f"{HERE}/tai-khoan/{person.id}/mo")).status_code == 303
        assert (await sent(browser, f"{HERE}/tai-khoan/{own.id}/khoa")).status_code == 422
    with ward.work() as w:
        assert not account_named(w.db, "binh").disabled and not account_named(w.db, "admin").disabled


async def test_d0_3_the_counting_questions_are_answered_on_a_page(ward: Ward) -> None:
    typed = {"notice_days": "7", "notice_reading": "B", "conclusion_days": "10", "conclusion_needs_sending": "1", "extended_days": "15", "agency_report_days": "7",
             "agency_report_from": "received", "make_up_counts": "1", "rest_day_conference": "1", "postponing_restarts": "1", "before_is_strict": "1",
             "advise_working_day": "1", "warn_from": "15:30"}  # fmt: skip
    async with ward.browser("admin") as browser:
        unfit = await sent(browser, f"{HERE}/can-cu/QD-1155-QD-TU", **{**typed, "notice_days": "0"})
        assert unfit.status_code == 422 and "Không phải số hợp lệ." in shown(unfit)
        assert (await sent(browser, f"{HERE}/can-cu/QD-1155-QD-TU", **typed)).status_code == 303
    with ward.work() as w:
        found = {one.code: one for one in profiles(w.db)}["QD-1155-QD-TU"].counting
    assert (found.notice_reading, found.agency_report_from, found.warn_from.hour, found.publication_days) == ("B", "received", 15, None)
    assert found.conclusion_needs_sending and not found.extension_from_due


@pytest.mark.parametrize("path", ["/can-cu/LUAT-72-2025-D43"])
async def test_a_profile_shows_only_the_days_that_it_knows(ward: Ward, path: str) -> None:
    async with ward.browser("admin") as browser:
        page = shown(await browser.get(HERE + path))
    assert 'name="publication_days"' in page and 'name="conclusion_days"' not in page


async def test_d0_3_d1_1_a_regulation_is_replaced_and_older_conferences_keep_theirs(ward: Ward) -> None:
    typed = {
        "code": "QD-1-2028",
        "title": "Quy chế kèm theo Quyết định số 1-QĐ/TU",
        "issued": "2028-01-02",
        "valid_from": "2028-02-01",
        "like": "QD-1155-QD-TU",
    }
    async with ward.browser("admin") as browser:
        kept = await sent(browser, f"{HERE}/can-cu/moi", **typed)
        assert kept.headers["location"].startswith(f"{HERE}/can-cu/QD-1-2028?")
        again = await sent(browser, f"{HERE}/can-cu/moi", **typed)
        assert again.status_code == 422 and "Đã có căn cứ mang mã QD-1-2028." in shown(again)
        assert "Quyết định số 1-QĐ/TU" in shown(await browser.get(f"{HERE}/can-cu"))
    with ward.work() as w:
        offered = [[one.code for one in profiles_on(day, "thanh_pho", profiles(w.db))] for day in (date(2028, 1, 31), date(2028, 2, 1))]
        assert offered == [["QD-1155-QD-TU"], ["QD-1155-QD-TU", "QD-1-2028"]]
        old, *_, new = profiles(w.db)
        assert new.counting == old.counting


async def test_a_unit_ends_with_all_that_belongs_to_it_and_the_history_tells_by_whom(ward: Ward) -> None:
    async with ward.browser("admin") as browser:
        turned = await sent(browser, f"{WARD}/ket-thuc", last_day="2025-01-01")
        assert turned.status_code == 422 and "Ngày kết thúc phải sau ngày bắt đầu." in shown(turned)
        assert (await sent(browser, f"{WARD}/ket-thuc", last_day="2027-06-30")).status_code == 303
        told = shown(await browser.get(f"{HERE}/lich-su"))
    assert "30/06/2027" in told and "Phó Chủ tịch UBND phường Bến Sông" in told and "Quản trị hệ thống" in told
    with ward.work() as w:
        assert chairs(w.db, "p-bensong", date(2027, 6, 30)) and chairs(w.db, "p-bensong", date(2027, 7, 1)) == ()
        assert bodies(w.db, "p-bensong", date(2027, 7, 1)) == ()
