"""The main hall sends its picture and sound from the desk's machine, and what the technician types into OBS is shown."""

from __future__ import annotations

from pathlib import Path

from server.i18n import t
from tests.browser.browsers import open_browser
from tests.browser.house import open_house
from tests.browser.person import person


async def test_desk_and_office_send_the_main_hall(chromium: str, tmp_path: Path) -> None:
    with open_house(tmp_path) as house:
        async with open_browser(chromium, tmp_path) as browser:
            for who in ("desk", "office"):
                one = await person(browser, who, house.base)
                await one.enter(house.people[who])
                page = one.page
                if who == "office":
                    await page.get_by_role("button", name=t("vi", "office.tab.people")).click()
                await page.locator("details.hall summary").click()
                await page.get_by_role("button", name=t("vi", "operator.send.start")).click()
                await page.get_by_text(t("vi", "operator.send.on")).wait_for()
                await page.get_by_role("button", name=t("vi", "desk.hall.obs")).click()
                assert "/whip/" in await page.locator("dialog input[name=server]").input_value()
                assert len(await page.locator("dialog input[name=token]").input_value()) > 40
