"""Real pages in a real Chromium, for tests of the browser's side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser, Page, ViewportSize, async_playwright

from server.accounts.links import seat_link
from server.clock import now
from server.conferences.cases import seat_for
from server.rooms.rooms import LiveRoom
from tests.rooms.house import House

ARGUMENTS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)
PHONE: ViewportSize = {"width": 360, "height": 740}


@asynccontextmanager
async def open_browser(path: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        await browser.close()


async def phone(browser: Browser, **how: Any) -> Page:
    """A page on somebody's telephone, with what went wrong in it as `page.faults`."""
    context = await browser.new_context(viewport=PHONE, locale="vi-VN", permissions=["microphone", "camera"], **how)
    page = await context.new_page()
    page.set_default_timeout(10_000)
    page.on("pageerror", lambda error: faults(page).append(str(error)))
    page.on("console", lambda said: faults(page).append(said.text) if "Content Security Policy" in said.text else None)
    return page


def faults(page: Page) -> list[str]:
    """Script errors and broken policies of a page so far."""
    found: list[str] = page.__dict__.setdefault("faults", [])
    return found


class Cable:
    """The network between a browser and a house, which a test can cut: connections end, and new ones are refused."""

    def __init__(self, house: House) -> None:
        self._port = int(house.base.rpartition(":")[2])
        self._lines: set[asyncio.StreamWriter] = set()
        self._whole = True

    async def __aenter__(self) -> Cable:
        self._server = await asyncio.start_server(self._line, "127.0.0.1", 0)
        self.base = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.cut()
        self._server.close()

    async def cut(self) -> None:
        self._whole = False
        for line in list(self._lines):
            line.transport.abort()

    def mend(self) -> None:
        self._whole = True

    async def _line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._whole:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._lines |= {writer, far_writer}
        await asyncio.gather(self._carry(reader, far_writer), self._carry(far_reader, writer))
        self._lines -= {writer, far_writer}

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass  # cut
        finally:
            writer.close()


def link(house: House, live: LiveRoom, person: str, base: str = "") -> str:
    """A personal link as it stands on an invitation."""
    seat = seat_for(house.parts.engine, live, person)
    with house.parts.engine.begin() as database:
        return f"{base or house.base}/vao#{seat_link(database, house.parts.keys, seat, now())}"


async def flaws(page: Page) -> list[str]:
    """What axe-core finds on the page as it is now."""
    found = await Axe().run(page)
    return [f"{flaw['id']}: {flaw['nodes'][0]['html'][:200]}" for flaw in found.response["violations"]]
