"""kill -9 while people are at it: the browsers come back by themselves, without a reload, and every letter is there."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from pathlib import Path

from moderation.agenda import AppointSecretary, MoveToStep
from server.rehearsal.robot import Robot
from tests.browser.browsers import open_browser
from tests.browser.hands import CitizenAtHome, vi
from tests.browser.house import House, open_house
from tests.browser.person import Person, comes, person

BACK_WITHIN = 5
"""Seconds from when the server takes requests again until every page is connected."""

SAME_PAGE = "window.samePage === true"
HALL = ".hall-picture video"


async def test_after_a_kill_browsers_come_back_with_every_letter(chromium: str, tmp_path: Path) -> None:
    with open_house(tmp_path) as house:
        async with open_browser(chromium, tmp_path) as browser:
            people = {who: await person(browser, who, house.base) for who in ("chair", "secretary", "desk", "display", "cit-PB-2")}
            for who, one in people.items():
                await one.enter(house.people[who])
            await people["cit-PB-2"].join()
            robots = await opened(house)
            secretary = people["secretary"]
            await secretary.press(vi("secretary.new_note"))
            note = secretary.page.locator("article.record.note textarea").last
            try:
                for one in people.values():
                    await one.page.evaluate("window.samePage = true")
                await comes(lambda: shows_more(people["cit-PB-2"], 0), "the citizen sees the hall")
                written = ""
                for sentence in ("Câu viết ngay trước lần ngắt thứ nhất. ", "Câu viết ngay trước lần ngắt thứ hai. "):
                    written += sentence
                    await note.press_sequentially(sentence)
                    house.kill()
                    offline = f"Viết khi máy chủ tắt, lần {written.count('ngắt')}. "
                    written += offline
                    await note.press_sequentially(offline)
                    await secretary.page.locator("[data-saving=kept]").wait_for()
                    await asyncio.to_thread(house.start)
                    restarted = time.monotonic()
                    await asyncio.gather(*(one.live(BACK_WITHIN) for one in people.values()))
                    print(f"all back {(time.monotonic() - restarted) * 1000:.0f} ms after the restart")
                    await comes(partial(stored, robots[-1], written.strip()), f"“{written}” is stored", BACK_WITHIN)
                    await secretary.page.locator("[data-saving=saved]").wait_for()
                assert all([await one.page.evaluate(SAME_PAGE) for one in people.values()]), "nobody had to load the page again"
                await comes(lambda: pictures_move(people["cit-PB-2"]), "pictures come back", 15)
                await CitizenAtHome(people["cit-PB-2"]).raise_hand("Sau khi máy chủ trở lại")
                await people["chair"].reads("Sau khi máy chủ trở lại")
            finally:
                for robot in robots:
                    await robot.leave()


async def opened(house: House) -> list[Robot]:
    """Opens the conference with both secretaries appointed; gives those who did it."""
    robots = [Robot(house.base, who, number) for number, who in enumerate(("office", "secretary-2"))]
    for robot in robots:
        await robot.enter(house.people[robot.person])
    office = robots[0]
    await office.do(MoveToStep(1))
    for secretary in ("secretary", "secretary-2"):
        await office.do(AppointSecretary(secretary))
    return robots


async def stored(robot: Robot, text: str) -> bool:
    return any((line.get("text") or "").strip() == text for line in robot.view["minutes"]["lines"].values())


async def shows_more(one: Person, pictures: int) -> bool:
    return bool((await one.looks(HALL))["pictures"] > pictures)


async def pictures_move(one: Person) -> bool:
    """Whether the hall's picture goes on within half a second."""
    before = (await one.looks(HALL))["pictures"]
    await asyncio.sleep(0.5)
    return await shows_more(one, before)
