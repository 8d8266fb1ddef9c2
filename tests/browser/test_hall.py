"""The main hall's sound and picture, from the desk's machine, from the office's instead, and by a program with a token."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from server.i18n import t
from tests.browser.browsers import Browsers
from tests.browser.devices import HIGH, LOW
from tests.browser.house import House, open_house
from tests.browser.person import SILENT, Person, comes, person
from tests.client import Client, enter


def vi(key: str) -> str:
    return t("vi", key)


async def opened(house: House) -> None:
    """Step 1 begins; the chair sits in the hall and nobody speaks."""
    for who, command in (("chair", {"do": "join", "notice_read": True, "rules_accepted": True}), ("office", {"do": "move_to_step", "step": 1})):
        one = await Client(await enter(house.base, token=urlsplit(house.people[who]).fragment)).come()
        await one.do(command)
        await one.leave()


async def silent(one: Person, hertz: int) -> bool:
    return await one.loudest(hertz) < SILENT


async def send(one: Person) -> None:
    await one.page.locator("details.hall summary").click()
    await one.press(vi("operator.send.start"))
    await one.reads(vi("desk.hall.send.on"))


async def test_the_chair_in_the_hall_is_heard_through_the_halls_microphone(chromium: str, tmp_path: Path) -> None:
    with open_house(tmp_path) as house:
        await opened(house)
        async with Browsers(chromium, tmp_path) as browsers:
            low, high = await browsers.open(LOW), await browsers.open(HIGH)
            desk, office, citizen = [await person(b, n, house.base) for b, n in ((low, "desk"), (high, "office"), (high, "citizen"))]
            await citizen.enter(house.people["cit-29"])
            await citizen.join()
            await citizen.listen()

            await desk.enter(house.people["desk"])
            await desk.reads(vi("desk.hall.heard"))
            await send(desk)
            await citizen.hears(440)

            # the engine dies: the room goes on, and everybody hears again without touching anything
            house.kill_media()
            begun = time.time()
            await comes(lambda: silent(citizen, 440), "the sound is gone")
            await citizen.hears(440)
            assert time.time() - begun < 5
            await desk.press(vi("operator.hear.start"))
            await desk.listen()
            await desk.reads(vi("operator.hear.on"))
            await asyncio.sleep(1)
            assert await desk.loudest(440) < SILENT, "the hall does not hear itself"

            # the office takes over: the desk is told, and does not take it back
            await office.enter(house.people["office"])
            await office.press(vi("office.tab.people"))
            await send(office)
            await citizen.hears(1000)
            await desk.reads(vi("operator.send.replaced"), seconds=20)
            await asyncio.sleep(6)
            await office.reads(vi("desk.hall.send.on"))
            assert await citizen.loudest(440) < SILENT

            # what is typed into OBS opens a session by itself
            await desk.press(vi("operator.send.stop"))
            await desk.page.goto(desk.page.url.partition("?")[0] + "/obs")
            server, token = [await desk.page.locator(f"input[name={name}]").input_value() for name in ("server", "token")]
            async with httpx.AsyncClient(trust_env=False) as obs:
                for secret, status in ((token, 400), ("x" + token, 403)):
                    sent = {"Authorization": f"Bearer {secret}", "Content-Type": "application/sdp"}
                    answer = await obs.post(server, content="no offer", headers=sent)
                    assert answer.status_code == status
            assert [*desk.faults, *citizen.faults, *office.faults] == []
