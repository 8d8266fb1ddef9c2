"""From the case into its room and back: the plan becomes the room's first fact, and the case learns when the room runs and closes."""

from __future__ import annotations

from sqlalchemy import select

from moderation.agenda import MoveToStep
from server.accounts.keys import new_id
from server.conferences.people import draw_up
from server.conferences.tables import conference, participant
from tests.office.ward import CASE, Ward


async def opened(ward: Ward) -> None:
    async with ward.browser("van-phong") as browser:
        answer = await browser.post(f"/van-phong/hoi-nghi/{CASE}/phong-hop/mo", data={"once": new_id()})
        assert answer.status_code == 303, answer.text


async def test_the_room_opens_with_the_plan_of_the_case(ward: Ward) -> None:
    await opened(ward)
    state = (await ward.parts.rooms.get(CASE)).room.state
    assert state.plan.title == ward.example["conference"]["title"]
    assert [v.id for v in state.plan.venues] == ["DC-01", "DC-02", "DC-03", "ONLINE"]
    assert state.plan.chair_title == "Chủ tịch UBND phường Bến Sông"
    with ward.work() as w:
        assert w.row(conference, CASE)["stage"] == "ready"


async def test_the_chairs_account_finds_its_own_door(ward: Ward) -> None:
    await opened(ward)
    async with ward.browser("chu-tich") as browser:
        page = (await browser.get(f"/van-phong/hoi-nghi/{CASE}/phong-hop")).text
        assert "?as=chair" in page
        door = page.partition('href="/hop/')[2].partition('"')[0]
        assert (await browser.get(f"/hop/{door}")).status_code == 200


async def test_an_agency_cannot_open_the_room(ward: Ward) -> None:
    async with ward.browser("kthtdt") as browser:
        answer = await browser.post(f"/van-phong/hoi-nghi/{CASE}/phong-hop/mo", data={"once": new_id()})
    assert answer.status_code == 403
    with ward.work() as w:
        assert w.row(conference, CASE)["stage"] == "draft"


async def test_the_case_is_in_session_when_the_chair_opens(ward: Ward) -> None:
    await opened(ward)
    live = await ward.parts.rooms.get(CASE)
    await live.room.do(new_id(), "chair", MoveToStep(1))
    await live.settled()
    with ward.work() as w:
        assert w.row(conference, CASE)["stage"] == "in_session"


async def test_the_list_is_drawn_up_from_the_plan_once(ward: Ward) -> None:
    with ward.work("van-phong") as w:
        w.act = "draft_case"
        for row in w.db.execute(select(participant.c.id)).all():
            w.drop(participant, row.id)
    with ward.work("van-phong") as w:
        assert draw_up(w, CASE) > 10
    with ward.work("van-phong") as w:
        assert draw_up(w, CASE) == 0
        listed = {row.person: row.role for row in w.db.execute(select(participant.c.person, participant.c.role))}
    assert {"chair", "office", "secretary", "desk", "op-DC-02", "op-DC-03", "agency-kthtdt", "monitor-mttq", "display"} <= listed.keys()


async def test_somebody_added_after_the_opening_gets_a_seat_at_once(ward: Ward) -> None:
    await opened(ward)
    async with ward.browser("van-phong") as browser:
        more = {"once": new_id(), "role": "agency", "name": "Đội quản lý điện", "body": "dien"}
        assert (await browser.post(f"/van-phong/hoi-nghi/{CASE}/phong-hop/them", data=more)).status_code == 303
        refused = await browser.post(f"/van-phong/hoi-nghi/{CASE}/phong-hop/them", data={"once": new_id(), "role": "operator", "name": "Ai đó"})
    assert refused.status_code == 422 and "phải thuộc một điểm cầu" in refused.text and 'value="Ai đó"' in refused.text
    assert "agency-dien" in (await ward.parts.rooms.get(CASE)).room.state.people
