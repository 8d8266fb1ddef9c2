"""From the case into its room and back: the plan becomes the room's first fact, and the case learns when the room runs and closes."""

from __future__ import annotations

from moderation.agenda import MoveToStep
from server.accounts.keys import new_id
from server.conferences.tables import conference
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
    assert answer.status_code == 422
    with ward.work() as w:
        assert w.row(conference, CASE)["stage"] == "draft"


async def test_the_case_is_in_session_when_the_chair_opens(ward: Ward) -> None:
    await opened(ward)
    live = await ward.parts.rooms.get(CASE)
    await live.room.do(new_id(), "chair", MoveToStep(1))
    await live.settled()
    with ward.work() as w:
        assert w.row(conference, CASE)["stage"] == "in_session"
