"""The own account: calendar feed, sessions, password."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import httpx
from icalendar import Calendar
from sqlalchemy import select

from server.accounts.staff import account_named, disable_account, set_password, sign_in
from server.conferences.tables import conference
from server.db.tables import session
from server.deadlines.tables import deadline
from server.desk.tables import calendar_feed
from server.logs import discreet
from tests.office.ward import CASE, Ward

ADDRESS = re.compile(r'value="http://localhost(/lich/[0-9a-f]+\.ics)"')
OLD, NEW = "ngọn đèn đứng gác 1966", "con thuyền ra khơi 1958"


async def feed(browser: httpx.AsyncClient) -> str:
    """Makes the calendar's address and gives it."""
    answer = await browser.post("/tai-khoan/lich")
    assert (answer.status_code, answer.headers["location"]) == (303, "/tai-khoan?xong=feed_made")
    found = ADDRESS.search((await browser.get("/tai-khoan")).text)
    assert found
    return found[1]


def add_deadline(ward: Ward, **values: Any) -> str:
    with ward.work() as w:
        given: dict[str, Any] = {
            "conference": CASE,
            "kind": "notice",
            "subject": "",
            "clock": "",
            "counted_from": {},
            "due": "2027-01-05",
            "owner": "vp",
            **values,
        }
        return w.add(deadline, **given)


async def entries(browser: httpx.AsyncClient, address: str) -> dict[str, Any]:
    answer = await browser.get(address)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    return {str(event["uid"]): event for event in Calendar.from_ical(answer.content).walk("VEVENT")}


async def test_the_calendar_has_the_conference_and_the_deadlines_of_ones_body(ward: Ward) -> None:
    own, other = add_deadline(ward), add_deadline(ward, kind="agency_report", owner="tyt", due="2027-02-12")
    with ward.work() as w:
        w.change(conference, CASE, stage="invited")
    async with ward.browser("kthtdt") as agency, ward.browser("van-phong") as office, ward.browser() as program:
        of_agency, of_office = await entries(program, await feed(agency)), await entries(program, await feed(office))
    assert f"deadline-{own}@doithoai" in of_office and f"deadline-{other}@doithoai" in of_office
    assert of_agency.keys() == {f"conference-{CASE}@doithoai"}
    meeting = of_office[f"conference-{CASE}@doithoai"]
    assert meeting["dtstart"].dt.isoformat() == "2027-01-14T06:30:00+00:00"
    assert meeting["status"] == "CONFIRMED"
    assert of_office[f"deadline-{own}@doithoai"]["dtstart"].dt == date(2027, 1, 5)


async def test_what_moves_keeps_its_uid_and_what_is_called_off_says_so(ward: Ward) -> None:
    id = add_deadline(ward)
    with ward.work() as w:
        w.change(conference, CASE, stage="invited")
    async with ward.browser("van-phong") as browser:
        address = await feed(browser)
        before = await entries(browser, address)
        with ward.work() as w:
            w.change(conference, CASE, date="2027-01-21", stage="postponed")
            w.change(deadline, id, due="2027-01-12", closed=True)
        after = await entries(browser, address)
    assert before.keys() == after.keys()
    meeting, moved = after[f"conference-{CASE}@doithoai"], after[f"deadline-{id}@doithoai"]
    assert int(meeting["sequence"]) > int(before[f"conference-{CASE}@doithoai"]["sequence"])
    assert (meeting["status"], moved["status"], moved["dtstart"].dt) == ("CANCELLED", "CANCELLED", date(2027, 1, 12))


async def test_an_address_opens_only_while_it_is_the_owners_last_and_the_account_is_open(ward: Ward) -> None:
    async with ward.browser("van-phong") as browser, ward.browser() as program:
        first = await feed(browser)
        second = await feed(browser)
        assert first != second
        assert [(await program.get(address)).status_code for address in (first, second)] == [404, 200]
        forged = second[:-5] + ("0" if second[-5] != "0" else "1") + ".ics"
        assert (await program.get(forged)).status_code == 404
        assert (await program.get("/lich/" + "é" * 64 + ".ics")).status_code == 404
        with ward.parts.engine.begin() as db:
            disable_account(db, account_named(db, "van-phong").id, True, 0)
        assert (await program.get(second)).status_code == 404
    with ward.work() as w:
        assert len(w.db.execute(select(calendar_feed)).all()) == 2


async def test_the_page_tells_who_one_is_and_an_address_can_be_revoked(ward: Ward) -> None:
    async with ward.browser("van-phong") as browser:
        shown = (await browser.get("/tai-khoan")).text
        for words in ("Chánh Văn phòng HĐND và UBND phường", "Cơ quan chủ trì tham mưu", "từ ngày 01/07/2025"):
            assert words in shown
        address = await feed(browser)
        await browser.post("/tai-khoan/lich/thu-hoi")
        assert (await browser.get(address)).status_code == 404


def test_the_log_does_not_hold_the_address_of_a_calendar() -> None:
    assert discreet("GET /lich/00aa11bb.ics HTTP/1.1") == "GET /lich/….ics HTTP/1.1"


async def test_signing_out_elsewhere_leaves_this_browser_signed_in(ward: Ward) -> None:
    async with ward.browser("van-phong") as here, ward.browser("van-phong") as there, ward.browser("chu-tich") as other:
        await here.post("/tai-khoan/phien")
        assert (await here.get("/tai-khoan")).status_code == 200
        assert (await there.get("/tai-khoan")).status_code == 303
        assert (await other.get("/tai-khoan")).status_code == 200


REFUSED = (
    ({"old": "sai rồi sai rồi", "new": NEW, "again": NEW}, "Mật khẩu hiện nay không đúng."),
    ({"old": OLD, "new": NEW, "again": NEW + "!"}, "Hai lần gõ mật khẩu mới không giống nhau."),
    ({"old": OLD, "new": "ngắn", "again": "ngắn"}, "Mật khẩu phải có ít nhất 10 ký tự."),
    ({"old": OLD, "new": NEW}, "Chưa điền mục này."),
)


async def test_a_password_that_cannot_be_changed_says_why_and_is_not_sent_back(ward: Ward) -> None:
    with ward.parts.engine.begin() as db:
        set_password(db, account_named(db, "van-phong").id, OLD, 0)
    async with ward.browser("van-phong") as browser:
        for typed, sentence in REFUSED:
            answer = await browser.post("/tai-khoan/mat-khau", data=typed)
            assert answer.status_code == 422
            assert sentence in answer.text
            assert NEW not in answer.text and OLD not in answer.text


async def test_a_new_password_ends_all_sessions_but_this_browsers(ward: Ward) -> None:
    with ward.parts.engine.begin() as db:
        set_password(db, account_named(db, "van-phong").id, OLD, 0)
    async with ward.browser("van-phong") as here, ward.browser("van-phong") as there:
        answer = await here.post("/tai-khoan/mat-khau", data={"old": OLD, "new": NEW, "again": NEW})
        assert (answer.status_code, answer.headers["location"]) == (303, "/tai-khoan?xong=password")
        del here.headers["Cookie"]
        here.headers["Cookie"] = answer.headers["set-cookie"].split(";")[0]
        assert (await here.get("/tai-khoan")).status_code == 200
        assert (await there.get("/tai-khoan")).status_code == 303
    sign_in(ward.parts.engine, ward.parts.keys, "van-phong", NEW, 0, 1)
    with ward.work() as w:
        assert w.db.scalar(select(session.c.secret_hash).where(session.c.revoked.is_(None), session.c.created == 0)) is not None


async def test_signing_in_goes_to_the_page_that_was_asked_for_and_to_no_other_server(ward: Ward) -> None:
    with ward.parts.engine.begin() as db:
        set_password(db, account_named(db, "van-phong").id, OLD, 0)
    async with ward.browser() as browser:
        for to, goes in (
            ("/van-phong/hoi-nghi", "/van-phong/hoi-nghi"),
            ("//example.org", "/"),
            ("https://example.org/x", "/"),
            ("/\\example.org", "/"),
        ):
            answer = await browser.post("/api/sign-in", json={"login": "van-phong", "password": OLD, "to": to})
            assert answer.json() == {"redirect": goes}
