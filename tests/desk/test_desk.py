"""The first page: the entrance for everybody, the desk of the day for whoever has a duty."""

from __future__ import annotations

from typing import Any

import pytest

from server.accounts.seats import new_seat
from server.accounts.staff import account_named, create_account
from server.conclusions.tables import conclusion, extension, notice
from server.conferences.tables import conference, year_entry
from server.deadlines.tables import deadline
from server.notifications.outbox import enqueue
from server.notifications.tables import message
from server.petitions.tables import petition
from tests.office.ward import CASE, Ward

TODAY = "2027-01-05"


@pytest.fixture
def day(ward: Ward) -> None:
    ward.at(TODAY)


def due(ward: Ward, on: str, kind: str = "notice", owner: str = "vp", **values: Any) -> str:
    with ward.work() as w:
        return w.add(deadline, conference=CASE, kind=kind, subject="", clock="", counted_from={}, due=on, owner=owner, **values)


async def desk(ward: Ward, login: str) -> str:
    async with ward.browser(login) as browser:
        answer = await browser.get("/")
    assert answer.status_code == 200
    return answer.text.partition('<script type="application/json"')[0]


async def test_whoever_is_not_signed_in_sees_the_entrance_and_is_led_back_to_the_page_asked_for(ward: Ward) -> None:
    async with ward.browser() as browser:
        shown = (await browser.get("/?ve=/van-phong/hoi-nghi")).text
        assert '<input type="hidden" name="to" value="/van-phong/hoi-nghi">' in shown
        for foreign in ("//example.org/", "https://example.org/", "/\\example.org", "javascript:alert(1)", "/\texample"):
            assert 'name="to" value="/"' in (await browser.get("/", params={"ve": foreign})).text, foreign


async def test_an_account_without_a_duty_sees_its_conferences(ward: Ward) -> None:
    with ward.parts.engine.begin() as db:
        create_account(db, "khach", "Khách mời", 0)
    assert "Bạn chưa được giao nhiệm vụ trong hội nghị nào." in await desk(ward, "khach")


@pytest.mark.usefixtures("day")
async def test_late_due_and_coming_deadlines_are_piles_and_what_is_done_is_not_there(ward: Ward) -> None:
    due(ward, "2027-01-04")
    due(ward, "2027-01-08", "answer")
    due(ward, "2027-01-28", "conclusion")
    due(ward, "2027-06-29", "periodic_report")
    due(ward, "2027-01-03", "dossier", met_on="2027-01-02", closed=True)
    shown = await desk(ward, "van-phong")
    assert "Quá hạn 1 ngày (hạn 04/01/2027)" in shown
    assert "Còn 3 ngày (hạn 08/01/2027)" in shown
    assert "Hạn 28/01/2027" in shown
    assert "29/06/2027" not in shown and "02/01/2027" not in shown


@pytest.mark.usefixtures("day")
async def test_an_agency_sees_its_own_deadlines_and_the_office_those_of_others_only_when_late(ward: Ward) -> None:
    due(ward, "2027-01-07", "agency_report", "kthtdt")
    due(ward, "2027-01-04", "task", "ca")
    of_agency, of_office, of_other = await desk(ward, "kthtdt"), await desk(ward, "van-phong"), await desk(ward, "vhxh")
    assert "hạn 07/01/2027" in of_agency and "hạn 04/01/2027" not in of_agency
    assert "hạn 04/01/2027" in of_office and "hạn 07/01/2027" not in of_office
    assert "hạn 0" not in of_other


@pytest.mark.usefixtures("day")
async def test_the_chair_sees_plans_and_lines_of_the_yearly_programme_to_approve(ward: Ward) -> None:
    with ward.work() as w:
        w.add(year_entry, unit="p-bensong", year=2027, office="ct-ubnd", regime="thematic", topic="Đối thoại với thanh niên")
    chair, office = await desk(ward, "chu-tich"), await desk(ward, "van-phong")
    assert "Kế hoạch chờ duyệt" in chair and f"/van-phong/hoi-nghi/{CASE}/ke-hoach" in chair
    assert "Đối thoại với thanh niên" in chair and "Đối thoại với thanh niên" not in office
    assert "Kế hoạch chờ duyệt" not in office


@pytest.mark.usefixtures("day")
async def test_messages_that_failed_are_on_the_desk_of_whoever_sends_them(ward: Ward) -> None:
    with ward.work() as w:
        for key, state in (("a", "failed"), ("b", "sent"), ("c", "uncertain")):
            given = {
                "kind": "invitation",
                "channel": "email",
                "recipient": f"Người nhận {key}",
                "address": "a@example.vn",
                "title": "Giấy mời",
                "text": "…",
            }
            w.change(message, enqueue(w, key, conference=CASE, **given), state=state)  # type: ignore[arg-type]
    shown = await desk(ward, "van-phong")
    assert "Người nhận a" in shown and "Người nhận c" in shown and "Người nhận b" not in shown
    assert "Người nhận a" not in await desk(ward, "kthtdt")


@pytest.mark.usefixtures("day")
async def test_of_many_the_most_urgent_are_shown_and_all_are_counted(ward: Ward) -> None:
    for n in range(1, 10):
        due(ward, f"2026-12-{n + 15:02}")
    shown = await desk(ward, "van-phong")
    assert shown.count("(hạn ") == 6
    assert "và 3 việc khác" in shown
    assert "hạn 16/12/2026" in shown and "hạn 24/12/2026" not in shown


async def test_a_quiet_day_says_so(ward: Ward) -> None:
    assert "Hôm nay không có việc nào đang chờ." in await desk(ward, "tong-hop")


async def test_a_seat_in_a_conference_of_another_day_is_not_on_the_desk(ward: Ward) -> None:
    with ward.work() as w:
        w.change(conference, CASE, stage="invited")
        new_seat(w.db, CASE, "office", w.now, account_named(w.db, "van-phong").id)
    assert "Phòng họp hôm nay" not in await desk(ward, "van-phong")


async def test_petitions_wait_for_whoever_sorts_assigns_checks_and_releases_them(ward: Ward) -> None:
    with ward.work() as w:
        common: dict[str, Any] = {"conference": CASE, "received_at": w.now, "received_on": TODAY, "source": "paper_slip", "declared": True, "name": "…",
                                  "shown_as": "Công dân", "field": "khac", "content": "…"}  # fmt: skip
        for n, state in enumerate(("received", "received", "accepted", "drafted", "answered", "released", "merged"), start=1):
            w.add(petition, id=f"p{n}", number=n, code=f"YK-{n}", state=state, **common)
    shown = {login: await desk(ward, login) for login in ("chu-tich", "van-phong", "tong-hop", "kthtdt")}
    waits = {login: [name for name in PILES if name in page] for login, page in shown.items()}
    assert waits == {"chu-tich": [PILES[3]], "van-phong": [*PILES[:3]], "tong-hop": [PILES[0]], "kthtdt": []}
    assert f"/van-phong/hoi-nghi/{CASE}/kien-nghi/phan-loai" in shown["tong-hop"]
    assert shown["tong-hop"].count('<span class="chip num">2</span>') == 2, "two in all, and two in this case"


PILES = ("Ý kiến chờ phân loại", "Kiến nghị chờ phân công", "Dự thảo trả lời chờ kiểm tra", "Trả lời chờ duyệt công bố")


async def test_notices_to_sign_and_longer_terms_wait_for_the_chair(ward: Ward) -> None:
    with ward.work() as w:
        w.add(notice, conference=CASE, state="submitted")
        item = w.add(
            conclusion, conference=CASE, code="KL-03", place=3, outcome="o", kind="assigned", text="Trả kết quả 26 hồ sơ", lead="kthtdt", state="open"
        )
        w.add(extension, conference=CASE, conclusion=item, body="kthtdt", asked_on=TODAY, new_due="2027-04-30", reason="…", state="asked")
    chair, office = await desk(ward, "chu-tich"), await desk(ward, "van-phong")
    for words in ("Thông báo kết luận chờ ký", f"/van-phong/hoi-nghi/{CASE}/ket-luan", "KL-03 Trả kết quả 26 hồ sơ", f"/van-phong/nhiem-vu/{item}"):
        assert words in chair, words
    assert "chờ ký" not in office and "KL-03" not in office


@pytest.mark.usefixtures("day")
async def test_a_deadline_of_a_petition_names_it_and_leads_to_its_answer(ward: Ward) -> None:
    with ward.work() as w:
        w.add(petition, id="p1", number=1, code="KN-01", state="assigned", conference=CASE, received_at=w.now, received_on=TODAY, source="paper_slip", declared=True,
              name="…", shown_as="Công dân", field="khac", content="…", summary="Ngõ 12 ngập sâu", lead="kthtdt")  # fmt: skip
        w.add(deadline, conference=CASE, kind="answer", subject="p1", clock="", counted_from={}, due="2027-01-08", owner="kthtdt")
    shown = await desk(ward, "kthtdt")
    assert "KN-01 Ngõ 12 ngập sâu" in shown
    assert f'href="/van-phong/hoi-nghi/{CASE}/kien-nghi/p1/tra-loi"' in shown
