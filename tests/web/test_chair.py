"""The chair's console and what the hall sees of it, in a real browser."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from moderation.conduct import Propose, Rung
from moderation.queue import Enqueue
from server.rooms.rooms import LiveRoom
from tests.rooms.house import House, open_house, until
from tests.rooms.phases import bring_to_step, do
from tests.web.pages import PHONE, faults, flaws, link, open_browser, phone

DESK = {"width": 1366, "height": 900}
PANELS = ("queue", "floor", "agenda", "cases", "order", "hall")


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as house:
        yield house


@pytest_asyncio.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with open_browser(chromium) as browser:
        yield browser


async def speaking_time(house: House) -> LiveRoom:
    """Step 4, with one citizen of the hall in the queue."""
    live = await house.conference()
    await bring_to_step(live, 4)
    await do(live, Enqueue("entry-of-minh", "Nước ngập ở ngõ 12", person="minh"), "desk")
    return live


async def at(browser: Browser, house: House, live: LiveRoom, person: str) -> Page:
    page = await phone(browser)
    await page.set_viewport_size(DESK)  # type: ignore[arg-type]
    await page.goto(link(house, live, person))
    return page


async def test_the_chair_gives_and_takes_the_floor_by_keys_and_takes_it_back(house: House, browser: Browser) -> None:
    live = await speaking_time(house)
    page = await at(browser, house, live, "chair")
    hall = await at(browser, house, live, "display")
    await expect(page.locator(".turn")).to_contain_text("Phạm Văn Minh")
    await page.keyboard.press("n")
    await expect(page.locator(".speaker")).to_contain_text("Phạm Văn Minh")
    await expect(hall.locator(".display-name")).to_have_text("Phạm Văn Minh")
    await expect(hall.locator(".display-topic")).to_have_text("Nước ngập ở ngõ 12")
    await page.keyboard.press("e")
    await until(lambda: live.room.state.speeches[live.room.state.floor.main or ""].clock.allotted == 240_000)
    await expect(page.get_by_role("button", name=re.compile("^Hoàn tác"))).to_contain_text("thêm thời gian")
    await page.keyboard.press("u")
    await until(lambda: live.room.state.speeches[live.room.state.floor.main or ""].clock.allotted == 180_000)
    await page.keyboard.press("m")
    await expect(hall.locator(".display-quiet")).to_contain_text("Đề nghị giữ trật tự")
    assert live.room.state.floor.silenced
    assert not live.room.state.queue.open
    await page.keyboard.press("m")
    await page.keyboard.press("s")
    await expect(page.get_by_text("Ý kiến chờ trả lời")).to_be_visible()
    assert live.room.state.floor.main is None
    assert faults(page) == []
    assert faults(hall) == []


async def test_keys_rest_while_somebody_writes_and_can_be_switched_off(house: House, browser: Browser) -> None:
    live = await speaking_time(house)
    page = await at(browser, house, live, "chair")
    await page.locator("[data-tab=order]").click()
    await page.get_by_label("Tìm theo tên").press_sequentially("minh n s")
    await page.locator("[data-tab=hall]").click()
    await page.get_by_label("Dùng phím tắt").uncheck()
    await page.locator("h2", has_text="Đang phát biểu").click()
    await page.keyboard.press("n")
    await house.still(live)
    assert live.room.state.floor.main is None


async def test_a_proposal_is_decided_with_one_tap(house: House, browser: Browser) -> None:
    live = await speaking_time(house)
    page = await at(browser, house, live, "chair")
    await expect(page.locator(".turn")).to_be_visible()
    await do(live, Propose("proposal-1", Rung.UNQUEUE, "minh", "Lặp lại ý kiến đã ghi nhận."), "desk")
    await expect(page.locator("#alert")).to_have_text("Có 1 đề xuất chờ quyết định")
    await page.locator(".proposal").get_by_role("button", name="Đồng ý", exact=True).click()
    await expect(page.locator(".turn")).to_have_count(0)
    await expect(page.locator(".proposal")).to_have_count(0)


async def test_a_button_that_the_room_would_refuse_says_why(house: House, browser: Browser) -> None:
    live = await speaking_time(house)
    page = await at(browser, house, live, "co-chair")
    button = page.get_by_role("button", name=re.compile("^Mời người kế tiếp"))
    await expect(button).to_have_attribute("aria-disabled", "true")
    await button.click(force=True)
    await expect(page.locator(".toast")).to_have_text("Người chủ trì khác đang điều hành.")
    assert live.room.state.floor.main is None


async def test_axe_finds_nothing_on_any_panel_at_desk_and_on_the_phone(house: House, browser: Browser) -> None:
    live = await speaking_time(house)
    page = await at(browser, house, live, "chair")
    for size in (DESK, PHONE):
        await page.set_viewport_size(size)  # type: ignore[arg-type]
        for panel in PANELS:
            tab = page.locator(f"[data-tab={panel}]")
            if not await tab.is_visible():
                continue
            await tab.click()
            await expect(page.locator(f".panel[data-panel={panel}]")).to_be_visible()
            assert await flaws(page) == [], (size, panel)
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (size, panel)


async def test_those_who_watch_and_those_who_answer_find_nothing_amiss(house: House, browser: Browser) -> None:
    live = await speaking_time(house)
    for person in ("monitor", "agency", "display"):
        page = await at(browser, house, live, person)
        await expect(page.get_by_text("Phạm Văn Minh").or_(page.get_by_text("Âm thanh, hình ảnh")).first).to_be_visible()
        assert faults(page) == [], person  # before axe, which styles the page in its own way
        assert await flaws(page) == [], person


async def test_the_display_keeps_its_last_picture_with_a_mark(house: House, browser: Browser) -> None:
    live = await speaking_time(house)
    hall = await at(browser, house, live, "display")
    await expect(hall.locator(".display-next")).to_contain_text("Phạm Văn Minh")
    await hall.context.set_offline(True)
    for socket in live.hub.sockets_of("display").copy():
        await socket.outlet.close(1012)
    await expect(hall.locator(".display-lost")).to_be_visible()
    await expect(hall.locator(".display-next")).to_contain_text("Phạm Văn Minh")
    await hall.context.set_offline(False)
    await expect(hall.locator(".display-lost")).to_have_count(0)


async def test_the_name_on_the_display_is_a_twelfth_of_its_height(house: House, browser: Browser) -> None:
    live = await speaking_time(house)
    hall = await at(browser, house, live, "display")
    for width, height in ((1024, 768), (1920, 1080), (3840, 2160)):
        await hall.set_viewport_size({"width": width, "height": height})
        name = hall.locator(".display-name")
        await expect(name).to_be_visible()
        assert float((await name.evaluate("e => getComputedStyle(e).fontSize"))[:-2]) >= height / 12
        fits = "document.documentElement.scrollWidth <= innerWidth && document.documentElement.scrollHeight <= innerHeight"
        assert await hall.evaluate(fits), (width, height)
