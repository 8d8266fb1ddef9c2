"""A conference in the middle of step 4, as full of life as one gets: robots have played the example so far, and some of them stay."""

from __future__ import annotations

import asyncio
import contextlib
import json
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser

from moderation.conduct import Ground, Propose, Refuse, Remind, Rung
from moderation.floor import YieldFloor
from moderation.kernel import Identity
from moderation.people import Admit, Channel, Join, RegisterPerson
from moderation.queue import Enqueue
from server.rehearsal.robots import Cast, keep_sounding, perform
from server.rehearsal.script import script
from tests.browser.browsers import open_browser
from tests.browser.house import House, open_house
from tests.browser.person import DESK, Person, person

HOSTILE = '<img src=x onerror="window.hacked=1">\u202eìr ìt'
"""A name that would run a script on every page that takes names for HTML, and turn round what follows it."""

NEIGHBOUR = "Chi hội Người cao tuổi Tổ dân phố số 5"
"""Who stands in the hall where no such name is wanted."""

WATCHER, WAITING, OUT = "Công dân Tổ dân phố số 1", "Công dân Tổ dân phố số 3", "Công dân không rõ nơi cư trú"
"""Who came by the public link: admitted, still in the lobby, refused."""


class Lively:
    """The house, who plays in it, and a browser to look at it."""

    def __init__(self, house: House, cast: Cast, browser: Browser) -> None:
        self.house = house
        self.cast = cast
        self.browser = browser
        self.tokens: dict[str, tuple[str, str]] = {}
        """Name of who came by the public link → seat and secret."""

    async def visit(self, who: str, size: tuple[int, int] = DESK, address: str = "") -> Person:
        """The page of a person of the example, or of somebody who came by the public link, in a window of this size."""
        one = await person(self.browser, who, self.house.base, size)
        if who in self.tokens:
            seat, secret = self.tokens[who]
            await one.context.add_cookies(
                [{"name": f"__Host-s-{seat}", "value": secret, "domain": "localhost", "path": "/", "secure": True, "httpOnly": True}]
            )
            await one.page.goto(f"{self.house.base}/hop/{seat}{address}", wait_until="domcontentloaded")
            return one
        await one.enter(self.house.people[who])
        if address:
            await one.page.goto(f"{one.page.url}{address}", wait_until="domcontentloaded")
        return one

    async def knock(self, name: str) -> str:
        """Somebody comes by the public link; gives the id in the room."""

        def send() -> tuple[str, str]:
            body = json.dumps({"token": self.house.public.partition("#")[2], "name": name}).encode()
            request = urllib.request.Request(f"{self.house.base}/api/enter", body, {"Content-Type": "application/json", "Origin": self.house.base})
            with urllib.request.urlopen(request, timeout=10) as answer:
                seat = str(json.loads(answer.read())["seat"])
                cookie = next(c for c in answer.headers.get_all("Set-Cookie") if f"s-{seat}=" in c)
                return seat, cookie.split(";")[0].partition("=")[2]

        self.tokens[name] = await asyncio.to_thread(send)
        desk = await self.cast.robot("desk")
        for _ in range(100):
            for id, one in desk.view["lobby"].items():
                if one["name"] == name:
                    return str(id)
            await asyncio.sleep(0.05)
        raise LookupError(name)

    async def play(self, name: str) -> None:
        """To where the first citizen online speaks; the second has not joined yet. `name`: of somebody in the hall who waits, and disturbs."""
        for act in script().steps:
            if act.by == "cit-PB-2" and isinstance(act.command, YieldFloor):
                break
            if not (act.by == "cit-29" and isinstance(act.command, Join)):
                assert await perform(self.cast, act), act
        chair, desk = await self.cast.robot("chair"), await self.cast.robot("desk")
        await desk.do(RegisterPerson("in-hall-1", Identity(name, HOSTILE if name == HOSTILE else ""), Channel.HALL))
        await desk.do(Enqueue("waiting-1", HOSTILE if name == HOSTILE else "Sửa sân nhà văn hóa", person="in-hall-1"))
        for guest in (WATCHER, OUT):
            await desk.do(Admit((await self.knock(guest),)))
        ids = {one["name"]: id for id, one in desk.view["people"].items()}
        await chair.do(Remind(ids[OUT], "Đề nghị chờ chủ trì mời rồi mới phát biểu."))
        await chair.do(Refuse(ids[OUT], Ground.BREACH, "Đã nhắc nhở, vẫn tiếp tục chen ngang.", 1))
        await self.knock(WAITING)
        await desk.do(Propose("proposal-1", Rung.REMIND, "in-hall-1", "Nói chuyện riêng, gây ồn tại hội trường."))


@asynccontextmanager
async def lively(chromium: str, folder: Path, *, sounding: bool = False, hostile: bool = True) -> AsyncIterator[Lively]:
    """`sounding`: the robots send sound and picture, too. `hostile`: somebody in the hall has a name that would do harm."""
    with open_house(folder) as house:
        cast = Cast(house.base, house.people)
        async with open_browser(chromium, folder) as browser:
            scene = Lively(house, cast, browser)
            await scene.play(HOSTILE if hostile else NEIGHBOUR)
            sound = asyncio.create_task(keep_sounding(cast)) if sounding else None
            try:
                yield scene
            finally:
                if sound is not None:
                    sound.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await sound
                await cast.leave()
