"""How the programme comes to a telephone: as much as was chosen, on after a call, and in words where the path is weak."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from urllib.parse import urlsplit

from server.i18n import t
from tests.browser.browsers import Browsers
from tests.browser.devices import HIGH, LOW
from tests.browser.house import House, open_house
from tests.browser.person import PHONE, person
from tests.client import Client, enter

TAKEN_AWAY = """() => {
  const [track] = document.querySelector("video.preview").srcObject.getAudioTracks();
  track.stop();
  track.dispatchEvent(new Event("ended"));
  return track.id;
}"""
"""What a page sees when a telephone call, or another program, takes the microphone."""


def vi(key: str, **details: object) -> str:
    return t("vi", key, **details)


async def opened(house: House) -> None:
    """Step 1 begins; the chair sits in the hall and nobody speaks."""
    for who, command in (("chair", {"do": "join", "notice_read": True, "rules_accepted": True}), ("office", {"do": "move_to_step", "step": 1})):
        one = await Client(await enter(house.base, token=urlsplit(house.people[who]).fragment)).come()
        await one.do(command)
        await one.leave()


async def test_a_telephone_hears_as_it_has_chosen_and_on_after_a_call(chromium: str, tmp_path: Path) -> None:
    with open_house(tmp_path) as house:
        await opened(house)
        async with Browsers(chromium, tmp_path) as browsers:
            low, high = await browsers.open(LOW), await browsers.open(HIGH)
            desk, citizen = await person(low, "desk", house.base), await person(high, "citizen", house.base, PHONE)
            posts: list[str] = []
            citizen.page.on(
                "request", lambda request: posts.append(f"{request.method} {urlsplit(request.url).query}") if "/whep/" in request.url else None
            )

            # the data saver is chosen before joining
            await citizen.enter(house.people["cit-29"])
            await citizen.tick(vi("watch.mode_small"))
            await citizen.join()
            await citizen.listen()
            await citizen.reads(vi("rung.own_low_video"))
            assert posts == ["POST most=low_video"]

            await desk.enter(house.people["desk"])
            await desk.page.locator("details.hall summary").click()
            await desk.press(vi("operator.send.start"))
            await citizen.hears(440)
            await citizen.sees(LOW.colour, ".hall-picture video")

            # chosen anew while listening: nothing is opened again, and the sound does not stop
            await citizen.tick(vi("watch.mode_sound"))
            await citizen.reads(vi("rung.own_low_audio"))
            await citizen.until("!document.querySelector('.pictures')")
            await citizen.hears(440)
            assert posts == ["POST most=low_video", "PUT "]
            await citizen.tick(vi("watch.mode_video"))
            await citizen.sees(LOW.colour, ".hall-picture video")
            assert posts[2:] == ["PUT "]

            # a call stops the sound, and takes the desk's microphone away: both go on by themselves
            await citizen.page.evaluate("document.getElementById('sound').pause()")
            await citizen.until("!document.getElementById('sound').paused")
            gone = await desk.page.evaluate(TAKEN_AWAY)
            await desk.until(f"document.querySelector('video.preview').srcObject.getAudioTracks().some(({{ id }}) => id !== '{gone}')")
            await asyncio.sleep(1)
            await citizen.hears(440)

            # no sound arrives: the written lines take its place, until it is back
            house.kill_media(signal.SIGSTOP)
            await citizen.reads(vi("rung.text"))
            await citizen.hears(440)
            await citizen.until("!document.querySelector('.gist-now')")
            assert [*desk.faults, *citizen.faults] == []
