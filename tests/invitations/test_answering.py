"""The own page of an invitation: by its link alone, without an account, until the conference is over; and from there into the open room."""

from __future__ import annotations

from sqlalchemy import select

from moderation.queue import Status
from moderation.view import view
from server.accounts.keys import Keys, new_id
from server.accounts.seats import seat_of
from server.conferences.tables import conference
from server.demo.seeding import seed as demonstration
from server.invitations import delivery, recipients
from server.invitations.letters import token_of
from server.invitations.recipients import Guest
from server.invitations.tables import invitation
from tests.office.ward import CASE, Ward


def invited(ward: Ward, guest: Guest) -> str:
    """Invites somebody by letter; gives the secret of the link."""
    with ward.work("van-phong") as w:
        recipients.add(w, CASE, [guest])
        keys = Keys(ward.settings.pepper)
        delivery.send(w, CASE, keys, "https://doithoai.example.vn", {}, "doithoai@bensong.example")
        return token_of(keys, str(w.db.scalar(select(invitation.c.id).where(invitation.c.recipient == guest.recipient))))


async def test_the_page_says_when_where_and_how_and_takes_the_answer(ward: Ward) -> None:
    token = invited(ward, Guest("Bà Nguyễn Thị Ước", "Tổ 2"))
    async with ward.browser() as browser:
        assert "#" not in str((await browser.get("/moi")).url)
        page = await browser.post("/moi", data={"token": token})
        assert page.headers["cache-control"] == "no-store"
        assert [
            word
            for word in ("Bà Nguyễn Thị Ước", "14/01/2027", "13:30", "Hội trường UBND phường Bến Sông", "ghi âm, ghi hình")
            if word not in page.text
        ] == []
        given = {"token": token, "answer": "coming", "coming_by": "online", "wants_to_speak": "1", "topic": "Ngập ngõ 12"}
        for _ in range(2):
            answered = await browser.post("/moi/tra-loi", data=given)
            assert answered.status_code == 200 and "Đã ghi nhận" in answered.text
        refused = await browser.post("/moi/tra-loi", data={**given, "coming_by": "helicopter"})
        assert refused.status_code == 422 and "cách tham dự phù hợp" in refused.text and 'value="Ngập ngõ 12"' in refused.text
    with ward.work() as w:
        row = w.db.execute(select(invitation)).mappings().one()
    assert (row["answer"], row["coming_by"], row["wants_to_speak"], row["topic"]) == ("coming", "online", True, "Ngập ngõ 12")
    async with ward.browser("van-phong") as browser:
        page_of_office = (await browser.get(f"/van-phong/hoi-nghi/{CASE}/moi-va-thong-bao")).text
    assert "Ngập ngõ 12" in page_of_office and "1 sẽ dự" in page_of_office


async def test_a_wrong_link_shows_nothing_and_guessing_is_slowed(ward: Ward) -> None:
    invited(ward, Guest("Bà Ước"))
    async with ward.browser() as browser:
        for _ in range(30):
            answer = await browser.post("/moi", data={"token": new_id()})
            assert answer.status_code == 404 and "Bà Ước" not in answer.text
        assert (await browser.post("/moi", data={"token": new_id()})).status_code == 429


async def test_D5_1_the_ways_to_come_follow_the_form(ward: Ward) -> None:
    token = invited(ward, Guest("Bà Ước"))
    with ward.work() as w:
        w.change(conference, CASE, format="in_person")
    async with ward.browser() as browser:
        page = (await browser.post("/moi", data={"token": token})).text
        assert 'value="hall"' in page and 'value="online"' not in page
        assert (await browser.post("/moi/tra-loi", data={"token": token, "answer": "coming", "coming_by": "online"})).status_code == 422


async def test_the_link_leads_into_the_room_once_it_is_open(ward: Ward) -> None:
    token = invited(ward, Guest("Bà Ước", "Tổ 2"))
    async with ward.browser() as browser:
        assert (await browser.post("/moi/vao-phong", data={"token": token})).status_code == 409
        async with ward.browser("van-phong") as office:
            opened = await office.post(f"/van-phong/hoi-nghi/{CASE}/phong-hop/mo", data={"once": new_id()})
            assert opened.status_code == 303, opened.text
        assert "/moi/vao-phong" in (await browser.post("/moi", data={"token": token})).text
        ways = [(await browser.post("/moi/vao-phong", data={"token": token})) for _ in range(2)]
        assert all(way.status_code == 303 and way.headers["location"].startswith("http://localhost/vao#") for way in ways)
        entered = await browser.post("/api/enter", json={"token": ways[0].headers["location"].partition("#")[2]})
        assert entered.json()["redirect"].startswith("/hop/")
    people = (await ward.parts.rooms.get(CASE)).room.state.people
    assert [person.identity.name for id, person in people.items() if id.startswith("moi-") and person.identity] == ["Bà Ước"]


async def opened(ward: Ward) -> None:
    async with ward.browser("van-phong") as office:
        answer = await office.post(f"/van-phong/hoi-nghi/{CASE}/phong-hop/mo", data={"once": new_id()})
        assert answer.status_code == 303, answer.text


async def test_D8_2a_a_wish_to_speak_waits_in_the_queue_when_the_room_opens_once_and_in_the_lane_of_its_channel(ward: Ward) -> None:
    tokens = {name: invited(ward, Guest(name, "Tổ 2")) for name in ("Bà Ước", "Ông Bền", "Bà Cam", "Ông Dần", "Ông Em")}
    wish = {"answer": "coming", "wants_to_speak": "1"}
    answers = {
        "Bà Ước": {**wish, "coming_by": "online", "topic": "Ngập ngõ 12"},
        "Ông Bền": {**wish, "coming_by": "phone"},
        "Bà Cam": {"answer": "coming", "coming_by": "hall"},
        "Ông Em": {**wish, "coming_by": "venue:DC-03"},
        "Ông Dần": {"answer": "not_coming"},
    }
    async with ward.browser() as browser:
        for name, given in answers.items():
            ward.at("2026-12-20", f"09:0{list(answers).index(name)}")
            assert (await browser.post("/moi/tra-loi", data={"token": tokens[name], **given})).status_code == 200
        page = (await browser.post("/moi", data={"token": tokens["Ông Em"]})).text
        assert 'value="venue:DC-02"' in page and 'value="venue:DC-03" checked' in page and 'value="venue"' not in page
        nowhere = await browser.post("/moi/tra-loi", data={"token": tokens["Ông Em"], **wish, "coming_by": "venue:DC-99"})
        assert nowhere.status_code == 422
        for _ in range(2):
            await opened(ward)
        room = (await ward.parts.rooms.get(CASE)).room
        entries = list(room.state.queue.entries.values())
        assert [(e.channel, e.topic, e.source, e.waiting) for e in entries] == [
            ("online", "Ngập ngõ 12", "invitation", True),
            ("phone", "Phát biểu ý kiến", "invitation", True),
            ("venue", "Phát biểu ý kiến", "invitation", True),
        ]
        assert entries[2].venue == "DC-03", "who comes to a branch venue says to which"
        way = await browser.post("/moi/vao-phong", data={"token": tokens["Bà Ước"]})
        await browser.post("/api/enter", json={"token": way.headers["location"].partition("#")[2]})
        own = room.state.people[entries[0].person]
        assert own.identity and own.identity.name == "Bà Ước" and len(room.state.queue.entries) == 3
        late = {**wish, "coming_by": "hall", "topic": "Đèn đường"}
        for _ in range(2):
            assert (await browser.post("/moi/tra-loi", data={"token": tokens["Bà Cam"], **late})).status_code == 200
    assert [e.channel for e in room.state.queue.entries.values()] == ["online", "phone", "venue", "hall"]
    shown = view(room.state, "desk")["entries"][entries[0].id]
    assert shown["source"] == "invitation" and "entered_by" not in shown


async def test_D8_2a_a_wish_taken_back_leaves_the_queue_unless_it_was_called(ward: Ward) -> None:
    tokens = {name: invited(ward, Guest(name, "Tổ 2")) for name in ("Bà Ước", "Ông Bền")}
    wish = {"answer": "coming", "coming_by": "hall"}
    async with ward.browser() as browser:
        for token in tokens.values():
            assert (await browser.post("/moi/tra-loi", data={"token": token, **wish, "wants_to_speak": "1"})).status_code == 200
        await opened(ward)
        room = (await ward.parts.rooms.get(CASE)).room
        assert [e.status for e in room.state.queue.entries.values()] == [Status.WAITING, Status.WAITING]
        for given in (wish, {"answer": "not_coming"}):
            assert (await browser.post("/moi/tra-loi", data={"token": tokens["Bà Ước"], **given})).status_code == 200
    waiting = [room.state.people[e.person].identity for e in room.state.queue.entries.values() if e.waiting]
    assert [one.name for one in waiting if one] == ["Ông Bền"]


async def test_the_demonstration_opens_its_room_with_the_wishes_that_came_with_invitations(ward: Ward) -> None:
    token = invited(ward, Guest("Bà Ước", "Tổ 2"))
    given = {"token": token, "answer": "coming", "coming_by": "online", "wants_to_speak": "1", "topic": "Ngập ngõ 12"}
    async with ward.browser() as browser:
        assert (await browser.post("/moi/tra-loi", data=given)).status_code == 200
    for _ in range(2):
        assert (await demonstration(ward.parts, "http://localhost"))["conference"] == CASE
    entries = (await ward.parts.rooms.get(CASE)).room.state.queue.entries
    assert [(e.topic, e.source) for e in entries.values()] == [("Ngập ngõ 12", "invitation")]


async def test_the_link_of_a_body_leads_to_its_seat(ward: Ward) -> None:
    front, agency = (invited(ward, Guest(id, kind="body", body=id)) for id in ("mttq", "kthtdt"))
    await opened(ward)
    state = (await ward.parts.rooms.get(CASE)).room.state
    async with ward.browser() as browser:
        for token, role in ((front, "monitor"), (agency, "agency")):
            way = await browser.post("/moi/vao-phong", data={"token": token})
            assert way.status_code == 303, way.text
            seat = (await browser.post("/api/enter", json={"token": way.headers["location"].partition("#")[2]})).json()["seat"]
            with ward.work() as w:
                person = (await ward.parts.rooms.get(CASE)).room.state.people[seat_of(w.db, seat).person]
            assert (person.body, {one.value for one in person.roles}) == ("mttq" if role == "monitor" else "kthtdt", {role})
    assert len((await ward.parts.rooms.get(CASE)).room.state.people) == len(state.people), "whoever is on the list has the seat already"
