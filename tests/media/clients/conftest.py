"""What the tests with real clients share: the site, one browser, and that everything a client needs is there."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.browser.browsers import FLAGS
from tests.conftest import ROOT
from tests.media.clients.site import Site, open_site


@pytest.fixture(scope="session", autouse=True)
def clients_are_there() -> None:
    """Without GStreamer or libwebrtc a test fails, never skips."""
    found = subprocess.run([ROOT / "scripts/clients", "--find"], capture_output=True, text=True, check=False)
    if found.returncode != 0:
        pytest.fail(f"{found.stderr.strip()} `make test` installs it.")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site() -> AsyncIterator[Site]:
    async with open_site() as site:
        yield site


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS, ignore_default_args=["--mute-audio"])
        yield browser
        await browser.close()
