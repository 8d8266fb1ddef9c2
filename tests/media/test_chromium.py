"""A real browser publishes and listens: it hears and sees who is directed, and is never renegotiated with."""

import asyncio
from typing import Any

from playwright.async_api import Page, async_playwright

from server.media.engine import Direction
from tests.media.peers import Publisher, Tone
from tests.media.site import open_site

SWITCHES = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]


async def comes(page: Page, condition: str, seconds: float = 12) -> None:
    """Wait until an expression in the page is true; says what the page measured when it does not come."""
    try:
        await page.wait_for_function(condition, timeout=seconds * 1000, polling=50)
    except Exception as error:
        state: Any = await page.evaluate("[level(440), level(1000), slot(0), slot(1), peer.connectionState]")
        raise AssertionError(f"{condition} does not come: {state}") from error


async def test_a_browser_hears_and_sees_the_directed(chromium: str) -> None:
    async with open_site(cookies=("an", "chi")) as site, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=SWITCHES)
        sender, listener = await browser.new_page(), await browser.new_page()
        for page in (sender, listener):
            await page.goto(f"{site.base}/page", wait_until="domcontentloaded")
        other = Publisher(Tone(1000.0))
        await other.accept(await site.engine.publish("c", "in-binh", "binh", await other.offer()))
        await sender.evaluate(f"publish('{site.base}/whip/an', 440, 'rgb(200,30,30)')")
        await listener.evaluate(f"listen('{site.base}/whep/chi')")
        await comes(listener, "slot(0).count > 0 && slot(1).count > 0")
        assert await listener.evaluate("level(440)") < -60

        await site.engine.direct("c", Direction(frozenset({"an"}), floor="an"))
        await comes(listener, "level(440) > -30 && slot(0).colour[0] > 150 && slot(0).colour[2] < 80")
        await asyncio.sleep(0.5)
        assert await listener.evaluate("level(1000)") < -60, "who has not the floor is not heard"
        count = await listener.evaluate("slot(0).count")
        await comes(listener, f"slot(0).count > {count} + 15")
        await site.engine.direct("c", Direction(frozenset({"binh"}), hall="an"))
        await comes(listener, "level(1000) > -30 && level(440) < -60 && slot(0).colour[0] < 110 && slot(1).colour[0] > 150")
        await site.engine.remove_source("c", "an")
        await comes(listener, "slot(1).colour[0] < 110")
        await sender.wait_for_function("peer.connectionState !== 'connected'", timeout=15000)
        assert await listener.evaluate("negotiations") == 0
        await browser.close()
        await other.close()
