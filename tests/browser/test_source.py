"""The technician's page: what a program sends for a venue comes back, and the consoles see how its line does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import imageio_ffmpeg  # type: ignore[import-untyped]

from server.i18n import t
from tests.browser.browsers import Browsers
from tests.browser.house import House, open_house
from tests.browser.person import Person, person
from tests.client import Client, enter
from tests.web.pages import flaws

PICTURE = "-re -f lavfi -i color=c=0xc81e1e:s=1280x720:r=10[a];color=c=white:s=100x240:r=10[b];[a][b]overlay=x='mod(t*200,1180)'"
SOUND = "-re -f lavfi -i sine=frequency=1000:sample_rate=48000"
ENCODED = "-c:v libx264 -profile:v baseline -preset ultrafast -tune zerolatency -g 20 -b:v 1000k -pix_fmt yuv420p -c:a libopus -ac 2"


def vi(key: str, **details: object) -> str:
    return t("vi", key, **details)


@asynccontextmanager
async def program(url: str, token: str) -> AsyncIterator[None]:
    """Sends as OBS does with the settings of the page, but ten pictures a second: H.264 of 1280×720, and a tone."""
    given = [*f"-hide_banner -loglevel error {PICTURE} {SOUND} {ENCODED} -t 120 -f whip -authorization".split(), token, url]
    process = await asyncio.create_subprocess_exec(imageio_ffmpeg.get_ffmpeg_exe(), *given, stderr=asyncio.subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        await process.wait()


async def comes_to(house: House, browsers: Browsers, *names: str) -> list[Person]:
    browser = await browsers.open()
    people = []
    for name in names:
        one = await person(browser, name, house.base)
        await one.enter(house.people[name])
        people.append(one)
    return people


async def test_a_technician_sees_and_hears_what_the_server_receives(chromium: str, tmp_path: Path) -> None:
    with open_house(tmp_path) as house:
        chair = await Client(await enter(house.base, token=urlsplit(house.people["chair"]).fragment)).come()
        await chair.do({"do": "join", "notice_read": True, "rules_accepted": True})
        venue = next(id for id, one in chair.view["venues"].items() if one["kind"] != "main")
        operator = next(p["id"] for p in chair.view["people"].values() if "operator" in p["roles"] and p.get("venue") == venue)
        async with Browsers(chromium, tmp_path) as browsers:
            technician, desk, citizen = await comes_to(house, browsers, operator, "desk", "cit-29")
            refused = await citizen.page.goto(f"{house.base}/hop/{urlsplit(citizen.page.url).path.split('/')[2]}/obs")
            assert refused is not None and refused.status == 403
            await technician.page.goto(technician.page.url.partition("?")[0] + "/obs")
            await technician.live()
            await technician.reads(vi("source.sign_off"), ".sign-word")
            assert await flaws(technician.page) == []
            server, token = [await technician.page.locator(f"input[name={name}]").input_value() for name in ("server", "token")]
            card = await technician.page.locator("input[name=card]").input_value()

            await technician.listen()
            async with program(server, token):
                await technician.reads(vi("source.sign_good"), ".sign-word")
                await technician.reads("H.264 1280×720, ")
                await technician.sees((200, 30, 30), ".arrives video")
                await technician.hears(1000)
                for done in ("picture", "sound", "size"):
                    await technician.reads(vi(f"source.check_{done}"), ".checks .good")
                await technician.reads(vi("source.do_rate", rate="{rate}").partition("{rate}")[2])
                assert await technician.page.evaluate("document.getElementById('sound').muted"), "aloud it would come back into the microphone"
                assert await flaws(technician.page) == []
                await desk.page.locator(f"[data-source='venue:{venue}'] summary").click()
                await desk.reads("H.264", f"[data-source='venue:{venue}']")
                assert await desk.page.locator(f"[data-source='venue:{venue}']").get_attribute("data-state") == "good"
                async with httpx.AsyncClient(trust_env=False) as http:
                    figures = (await http.get(f"{house.base}/metrics")).text
                assert f'venue="{venue}",way="out"}} 1' in figures

            # killed without a word: it is missed, here and at the desk
            await technician.reads(vi("source.sign_lost"), ".sign-word")
            await desk.until(f"document.querySelector(\"[data-source='venue:{venue}']\").dataset.state === 'lost'")

            await technician.page.goto(card)
            await technician.reads(vi("card.tone"))
            await technician.until("/\\d\\d:\\d\\d:\\d\\d,\\d/.test(document.getElementById('clock').textContent)")
            assert [*technician.faults, *desk.faults] == []
        await chair.leave()
