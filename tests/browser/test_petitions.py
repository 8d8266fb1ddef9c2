"""Petitions in a real browser: somebody without an account sends one from a telephone and follows it; the desk keys a slip while likely duplicates come."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from PIL import Image
from playwright.async_api import Browser, BrowserContext, Page

from moderation.case.stages import Stage
from server import clock
from server.accounts.sessions import open_session
from server.accounts.staff import account_named
from tests.browser.browsers import open_browser
from tests.office.ward import CASE, Ward, open_ward
from tests.petitions.seeding import seed_petitions
from tests.petitions.slips import DRAINS, store

pytestmark = pytest.mark.asyncio(loop_scope="module")
PHONE = {"width": 390, "height": 844}
HERE = f"/van-phong/hoi-nghi/{CASE}/kien-nghi"
WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


class Served:
    """A ward behind a port, with a browser."""

    def __init__(self, ward: Ward, base: str, browser: Browser) -> None:
        self.ward, self.base, self.browser = ward, base, browser

    async def context(self, login: str = "") -> BrowserContext:
        """A new browser on a telephone, signed in as this login."""
        context = await self.browser.new_context(viewport=PHONE, base_url=self.base)  # type: ignore[arg-type]  # a size is a size
        if login:
            with self.ward.parts.engine.begin() as db:
                secret = open_session(db, self.ward.parts.keys, clock.now(), 3_600_000, account=account_named(db, login).id)
            address = self.base.replace("http:", "https:")
            await context.add_cookies(
                [{"name": "__Host-account", "value": secret, "url": address, "secure": True, "httpOnly": True, "sameSite": "Lax"}]
            )
        return context


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    folder = tmp_path_factory.mktemp("petitions")
    async with open_ward(folder, stage=Stage.COLLECTING) as ward:
        ward.at("2026-12-20")
        with ward.work() as w:
            seed_petitions(w, ward.example, CASE, ward.parts.keys, store(ward))
        async with ward.served() as base, open_browser(chromium, folder) as browser:
            yield Served(ward, base, browser)


async def good(page: Page) -> None:
    """axe-core finds nothing, and the page is no wider than the telephone."""
    found: Any = await Axe().run(page)
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
    assert not await page.evaluate(WIDER), page.url


async def test_D12_1_from_a_telephone_one_sends_a_petition_and_follows_it(served: Served) -> None:
    context = await served.context()
    page = await context.new_page()
    picture = io.BytesIO()
    Image.new("RGB", (60, 40)).save(picture, "PNG")
    await page.goto(f"/y-kien/{CASE}")
    await good(page)
    await page.fill("[name=content]", DRAINS)
    await page.fill("[name=name]", "Nguyễn Thị Hoa")
    assert not await page.locator("[name=representative]").is_visible()
    await page.click("main button[type=submit]")
    await page.wait_for_selector("[data-faults]")
    assert await page.input_value("[name=content]") == DRAINS
    await page.check("[name=is_group]")
    assert await page.locator("[name=representative]").is_visible()
    await page.uncheck("[name=is_group]")
    await page.check("[name=declared]")
    await page.set_input_files("[name=files]", {"name": "ngập.png", "mimeType": "image/png", "buffer": picture.getvalue()})
    await good(page)
    await page.click("main button[type=submit]")
    code = await page.locator("[data-code]").inner_text()
    await good(page)
    await page.goto(f"/theo-doi#{code}")
    await page.wait_for_selector(".steps-done")
    assert DRAINS in await page.locator("main").inner_text()
    assert code not in page.url
    await good(page)
    await context.close()


async def test_D8_2b_likely_duplicates_come_when_a_syllable_is_finished_and_never_while_it_is_composed(served: Served) -> None:
    context = await served.context("tong-hop")
    page = await context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.post_data or "") if request.url.endswith("/giong") else None)
    await page.goto(f"{HERE}/phieu")
    await page.click("[name=content]")
    keyboard = await context.new_cdp_session(page)
    for written in ("c", "co", "coo", "côngs", "cống thoat nuoc ngo 12 pho Caau"):
        await keyboard.send("Input.imeSetComposition", {"text": written, "selectionStart": len(written), "selectionEnd": len(written)})
    await page.wait_for_timeout(900)  # longer than the page waits before it asks
    assert asked == []
    await keyboard.send("Input.insertText", {"text": "cống thoát nước ngõ 12 phố Cầu Mây ngập"})
    await page.wait_for_selector("aside.alike:not([hidden]) li")
    assert len(asked) == 1
    assert "KN-01" in await page.locator("aside.alike").inner_text()
    assert await page.input_value("[name=content]") == "cống thoát nước ngõ 12 phố Cầu Mây ngập"
    await good(page)
    await context.close()


@pytest.mark.parametrize(
    ("login", "path"), [("van-phong", HERE), ("chu-tich", f"{HERE}/cong-bo"), ("van-phong", f"{HERE}/nhap-bang"), ("mttq", f"{HERE}/du-bao")]
)
async def test_the_offices_pages_are_accessible_on_a_telephone(served: Served, login: str, path: str) -> None:
    context = await served.context(login)
    page = await context.new_page()
    await page.goto(path)
    await good(page)
    if path == HERE:
        await page.click("tbody a")
        await page.wait_for_selector(".answer")
        await good(page)
    await context.close()
