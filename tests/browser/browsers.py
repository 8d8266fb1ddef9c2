"""Chromium as the tests start it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from tests.browser.devices import Devices

FLAGS = [
    "--no-sandbox",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--allow-loopback-in-peer-connection",
]


class Browsers:
    """Browser processes, one for each pair of devices: Chromium takes its microphone and camera once for a process."""

    def __init__(self, path: str, folder: Path) -> None:
        self._path = path
        self._folder = folder
        self._stack = AsyncExitStack()

    async def open(self, devices: Devices | None = None) -> Browser:
        """A new process; nothing in it is muted."""
        given = devices.flags(self._folder) if devices else []
        browser = await self._playwright.chromium.launch(executable_path=self._path, args=[*FLAGS, *given], ignore_default_args=["--mute-audio"])
        self._stack.push_async_callback(browser.close)
        return browser

    async def __aenter__(self) -> Browsers:
        self._playwright = await self._stack.enter_async_context(async_playwright())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()


@asynccontextmanager
async def open_browser(path: str, folder: Path) -> AsyncIterator[Browser]:
    """One browser for the time of the block."""
    async with Browsers(path, folder) as browsers:
        yield await browsers.open()
