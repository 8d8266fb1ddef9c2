"""The first page: the entrance for everybody, the desk of the day for whoever has a duty."""

from __future__ import annotations

from typing import Any

import pytest

from server.accounts.seats import new_seat
from server.accounts.staff import account_named, create_account
from server.conclusions.tables import conclusion, extension, notice
from server.conferences.tables import conference, year_entry
from server.deadlines.tables import deadline
from server.desk.desk import piles
from server.desk.desk_pages import own_seats
from server.desk.pile import Pile
from server.notifications.outbox import enqueue
from server.notifications.tables import message
from server.organisation.tables import body
from server.petitions.tables import petition
from server.reports.tables import report
from tests.office.ward import CASE, Ward

TODAY = "2027-01-05"
HERE = f"/van-phong/hoi-nghi/{CASE}"


@pytest.fixture
def day(ward: Ward) -> None:
    ward.at(TODAY)


def due(ward: Ward, on: str, kind: str = "notice", owner: str = "vp", **values: Any) -> str:
    with ward.work() as w:
        return w.add(deadline, conference=CASE, kind=kind, subject="", clock="", counted_from={}, due=on, owner=owner, **values)


def desk(ward: Ward, login: str) -> dict[str, Pile]:
    """The piles of somebody's desk by name."""
    with ward.work(login) as w:
        return {pile.name: pile for pile in piles(w)}


def days(pile: Pile | None) -> list[str]:
    return [line.due for line in pile.lines] if pile else []


async def test_the_entrance_leads_back_to_the_page_asked_for_and_the_desk_is_for_whoever_has_a_duty(ward: Ward) -> None:
    with ward.parts.engine.begin() as db:
        create_account(db, "khach", "Khách mời", 0)
    async with ward.browser() as browser:
        shown = (await browser.get("/?ve=/van-phong/hoi-nghi")).text
        assert '<input type="hidden" name="to" value="/van-phong/hoi-nghi">' in shown
        for foreign in ("//example.org/", "https://example.org/", "/\\example.org", "javascript:alert(1)", "/\texample"):
            assert 'name="to" value="/"' in (await browser.get("/", params={"ve": foreign})).text, foreign
    async with ward.browser("khach") as browser:
        assert "Ông/bà chưa được giao nhiệm vụ trong hội nghị nào." in (await browser.get("/")).text
    async with ward.browser("tong-hop") as browser:
        assert "Hôm nay không có việc nào đang chờ." in (await browser.get("/")).text
    ward.at(TODAY)
    for n in range(1, 10):
        due(ward, f"2026-12-{n + 15:02}")
    async with ward.browser("van-phong") as browser:
        shown = (await browser.get("/")).text
    assert shown.count("(hạn ") == 6
    assert "Quá hạn 20 ngày (hạn 16/12/2026)" in shown and "và 3 việc khác" in shown
    assert f'href="{HERE}/moi-va-thong-bao"' in shown


@pytest.mark.usefixtures("day")
def test_late_due_and_coming_deadlines_are_piles_and_what_is_done_is_not_there(ward: Ward) -> None:
    for on, kind in (("2027-01-04", "notice"), ("2027-01-08", "answer"), ("2027-01-28", "conclusion"), ("2027-06-29", "periodic_report")):
        due(ward, on, kind)
    due(ward, "2027-01-03", "publication", met_on="2027-01-02", closed=True)
    shown = desk(ward, "van-phong")
    assert [days(shown.get(name)) for name in ("late", "soon", "later")] == [["2027-01-04"], ["2027-01-08"], ["2027-01-28"]]
    assert shown["late"].urgent and not shown["soon"].urgent


@pytest.mark.usefixtures("day")
def test_an_agency_sees_its_own_deadlines_and_the_office_those_of_others_only_when_late(ward: Ward) -> None:
    due(ward, "2027-01-07", "agency_report", "kthtdt")
    due(ward, "2027-01-04", "task", "ca")
    of_agency, of_office, of_other = desk(ward, "kthtdt"), desk(ward, "van-phong"), desk(ward, "vhxh")
    assert (days(of_agency.get("soon")), days(of_agency.get("late"))) == (["2027-01-07"], [])
    assert (days(of_office.get("soon")), days(of_office.get("late"))) == ([], ["2027-01-04"])
    assert of_other == {}


@pytest.mark.usefixtures("day")
def test_a_deadline_of_a_petition_names_it_and_leads_to_its_answer(ward: Ward) -> None:
    with ward.work() as w:
        add_petition(w, 1, "assigned", id="p1", code="KN-01", summary="Ngõ 12 ngập sâu", lead="kthtdt")
        w.add(deadline, conference=CASE, kind="answer", subject="p1", clock="", counted_from={}, due="2027-01-08", owner="kthtdt")
    line = desk(ward, "kthtdt")["soon"].lines[0]
    assert (line.about, line.href) == ("KN-01 Ngõ 12 ngập sâu", f"{HERE}/kien-nghi/p1/tra-loi")


def test_the_chair_sees_what_waits_for_approval_and_signature(ward: Ward) -> None:
    with ward.work() as w:
        w.add(year_entry, unit="p-bensong", year=2027, office="ct-ubnd", regime="thematic", topic="Đối thoại với thanh niên")
        w.add(notice, conference=CASE, state="submitted")
        item = w.add(
            conclusion, conference=CASE, code="KL-03", place=3, outcome="o", kind="assigned", text="Trả kết quả 26 hồ sơ", lead="kthtdt", state="open"
        )
        w.add(extension, conference=CASE, conclusion=item, body="kthtdt", asked_on=TODAY, new_due="2027-04-30", reason="…", state="asked")
        w.add(report, unit="p-bensong", kind="year", year=2026, first="2025-12-15", last="2026-12-14", state="submitted", created=w.now)
    chair, office = desk(ward, "chu-tich"), desk(ward, "van-phong")
    waits = {name: chair[name].lines[0].href for name in ("plans", "year", "notices", "extensions")}
    assert waits == {
        "plans": f"{HERE}/ke-hoach",
        "year": "/van-phong/chuong-trinh-nam",
        "notices": f"{HERE}/ket-luan",
        "extensions": f"/van-phong/nhiem-vu/{item}",
    }
    assert chair["year"].lines[0].title == "Đối thoại với thanh niên"
    assert chair["extensions"].lines[0].title == "KL-03 Trả kết quả 26 hồ sơ"
    assert chair["reports"].count == 1
    assert not {"plans", "year", "notices", "extensions", "reports"} & office.keys()


def test_messages_that_failed_are_on_the_desk_of_whoever_sends_them(ward: Ward) -> None:
    with ward.work() as w:
        for key, state in (("a", "failed"), ("b", "sent"), ("c", "uncertain")):
            given: dict[str, Any] = {"kind": "invitation", "channel": "email", "address": "a@example.vn", "title": "Giấy mời", "text": "…"}
            w.change(message, enqueue(w, key, conference=CASE, recipient=f"Người nhận {key}", **given), state=state)
    assert {(line.about, line.state) for line in desk(ward, "van-phong")["messages"].lines} == {
        ("Người nhận a", "failed"),
        ("Người nhận c", "uncertain"),
    }
    assert "messages" not in desk(ward, "kthtdt")


async def test_bodies_that_cannot_be_written_to_are_named_and_whoever_keeps_them_is_led_to_their_page(ward: Ward) -> None:
    due(ward, "2027-01-08", "answer", "kthtdt")
    due(ward, "2027-01-08", "task", "ca", closed=True)
    assert "no_address" not in desk(ward, "van-phong")
    with ward.work() as w:
        for id in ("kthtdt", "ca", "vhxh", "tyt"):
            w.change(body, id, email="")
        given: dict[str, Any] = {"kind": "reminder", "channel": "email", "recipient": "…", "address": "", "title": "Quá hạn", "text": "…"}
        enqueue(w, "lost", conference=CASE, body="vhxh", **given)
    kthtdt, vhxh = "Phòng Kinh tế, Hạ tầng và Đô thị phường", "Phòng Văn hóa - Xã hội phường"
    office, admin = desk(ward, "van-phong"), desk(ward, "admin")
    assert {(line.title, line.href) for line in office["no_address"].lines} == {(kthtdt, ""), (vhxh, "")}
    assert {line.href for line in admin["no_address"].lines} == {f"/van-phong/to-chuc/co-quan/{id}" for id in ("kthtdt", "vhxh")}
    assert "messages" not in office and "no_address" not in desk(ward, "kthtdt")
    async with ward.browser("van-phong") as browser:
        page = (await browser.get("/")).text
    assert "Chưa có địa chỉ thư" in page and f"<bdi>{kthtdt}</bdi>" in page and "/van-phong/to-chuc/co-quan/" not in page
    with ward.work() as w:
        w.change(body, "vhxh", email="vhxh@vidu.example")
    office = desk(ward, "van-phong")
    assert [line.title for line in office["no_address"].lines] == [kthtdt]
    assert [line.title for line in office["messages"].lines] == ["Quá hạn"]


async def test_whoever_types_the_beginning_of_an_address_is_led_to_the_desk(ward: Ward) -> None:
    async with ward.browser() as browser:
        answer = await browser.get("/van-phong")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def add_petition(w: Any, n: int, state: str, **values: Any) -> str:
    common: dict[str, Any] = {"conference": CASE, "received_at": w.now, "received_on": TODAY, "source": "paper_slip", "declared": True, "name": "…",
                              "shown_as": "Công dân", "field": "khac", "content": "…"}  # fmt: skip
    return str(w.add(petition, number=n, state=state, **{"code": f"YK-{n}", **common, **values}))


def test_petitions_wait_for_whoever_sorts_assigns_checks_and_releases_them(ward: Ward) -> None:
    with ward.work() as w:
        for n, state in enumerate(("received", "received", "accepted", "drafted", "answered", "released", "merged"), start=1):
            add_petition(w, n, state)
    names = ("to_sort", "to_assign", "to_check", "to_release")
    waits = {login: [name for name in names if name in desk(ward, login)] for login in ("chu-tich", "van-phong", "tong-hop", "kthtdt")}
    assert waits == {"chu-tich": ["to_release"], "van-phong": ["to_sort", "to_assign", "to_check"], "tong-hop": ["to_sort"], "kthtdt": []}
    pile = desk(ward, "tong-hop")["to_sort"]
    assert (pile.count, pile.lines[0].count, pile.lines[0].href) == (2, 2, f"{HERE}/kien-nghi/phan-loai")


@pytest.mark.parametrize(
    ("stage", "day", "shown"), [("invited", "2027-01-05", False), ("invited", "2027-01-14", True), ("in_session", "2027-01-05", True)]
)
def test_the_rooms_of_today_and_those_in_session_come_first(ward: Ward, stage: str, day: str, shown: bool) -> None:
    ward.at(day)
    with ward.work() as w:
        w.change(conference, CASE, stage=stage)
        new_seat(w.db, CASE, "office", w.now, account_named(w.db, "van-phong").id)
    with ward.work("van-phong") as w:
        name, at_office, seats = own_seats(w)
    assert (name, at_office, bool(seats)) == ("Chánh Văn phòng HĐND và UBND phường", True, shown)
