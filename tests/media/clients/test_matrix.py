"""Who publishes × who listens: every listener decodes every publisher's tone and picture.

One conference for all. A publisher comes, gets the floor and leaves before the next; the listeners stay, and are never renegotiated with.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from server.media.engine import Direction
from server.media.rtp.ladder import Rung
from tests.media.clients.client import Colour, Listener, Publisher, Scene, comes, flows
from tests.media.clients.makes import Aiortc, Chromium, FFmpeg, gstreamer, libwebrtc
from tests.media.clients.site import CONFERENCE, Site

pytestmark = pytest.mark.asyncio(loop_scope="module")

PUBLISHERS = {
    "chromium-vp8": Scene(400, Colour(200, 30, 30)),
    "chromium-h264": Scene(500, Colour(30, 160, 60)),
    "libwebrtc-vp8": Scene(600, Colour(40, 60, 200)),
    "gstreamer-vp8": Scene(700, Colour(200, 180, 30)),
    "gstreamer-h264": Scene(800, Colour(180, 40, 170)),
    "ffmpeg-h264": Scene(900, Colour(30, 170, 180)),
    "ffmpeg-h264-active": Scene(1000, Colour(220, 120, 20)),
    "aiortc-vp8": Scene(1100, Colour(210, 210, 210)),
    "aiortc-h264": Scene(1200, Colour(110, 110, 110)),
    "aiortc-vp8-ipv6": Scene(1300, Colour(120, 200, 120)),
}
LISTENERS = ("chromium", "libwebrtc", "gstreamer", "aiortc-ipv6")
VP8_ONLY = ("libwebrtc",)
"""Its build has no H.264: it hears those who send nothing else, and sees whoever comes after them."""


def publisher_of(name: str, browser: Browser, site: Site) -> Publisher:
    match name.split("-"):
        case ["chromium", "vp8" | "h264" as codec]:
            return Chromium(browser, site.base, codec)
        case ["libwebrtc", "vp8"]:
            return libwebrtc()
        case ["gstreamer", "vp8" | "h264" as codec]:
            return gstreamer(codec)
        case ["ffmpeg", "h264", *role]:
            return FFmpeg(active=bool(role))
        case ["aiortc", "vp8" | "h264" as codec, *ipv6]:
            return Aiortc(codec, "::1" if ipv6 else "127.0.0.1")
    raise LookupError(name)


def listener_of(name: str, browser: Browser, site: Site) -> Listener:
    match name.split("-"):
        case ["chromium"]:
            return Chromium(browser, site.base)
        case ["libwebrtc"]:
            return libwebrtc()
        case ["gstreamer"]:
            return gstreamer()
        case ["aiortc", "ipv6"]:
            return Aiortc(address="::1")
    raise LookupError(name)


class Listeners:
    """They come before anybody publishes and stay, by name."""

    def __init__(self, site: Site, browser: Browser) -> None:
        self._site, self._browser = site, browser
        self.now: dict[str, Listener] = {}

    async def come(self, name: str) -> None:
        self.now[name] = listener_of(name, self._browser, self._site)
        await self._site.listen(self.now[name], name)

    async def receives(self, name: str, scene: Scene, *, sees: bool) -> None:
        """Wait until a listener has all of it. One that a busy machine has led down to sound comes anew: this is not about its path."""

        async def met() -> None:
            await comes(self.now[name], scene.hertz, scene.colour if sees else None)
            if sees:
                await flows(self.now[name])

        try:
            await met()
        except AssertionError:
            if await self._site.rung(name) not in (Rung.AUDIO, Rung.LOW_AUDIO):
                raise
            await self.now[name].close()
            await self.come(name)
            await met()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def listeners(site: Site, browser: Browser) -> AsyncIterator[Listeners]:
    found = Listeners(site, browser)
    for name in LISTENERS:
        await found.come(name)
    yield found
    for listener in found.now.values():
        await listener.close()


@pytest.mark.parametrize("name", PUBLISHERS)
async def test_all_listeners_hear_and_see(name: str, site: Site, browser: Browser, listeners: Listeners) -> None:
    scene, publisher = PUBLISHERS[name], publisher_of(name, browser, site)
    blind = VP8_ONLY if name.split("-")[1] == "h264" else ()
    await site.engine.direct(CONFERENCE, Direction(frozenset({name}), floor=name))
    await site.publish(publisher, name, scene)
    ends = await asyncio.gather(*(listeners.receives(one, scene, sees=one not in blind) for one in LISTENERS), return_exceptions=True)
    await publisher.close()
    assert name not in (await site.engine.stats()).conferences[CONFERENCE].publishers, "its DELETE ends the session at once"
    assert not {listener: end for listener, end in zip(LISTENERS, ends, strict=True) if end is not None}


async def test_what_a_browser_says_of_the_transport(listeners: Listeners) -> None:
    chromium = listeners.now["chromium"]
    assert isinstance(chromium, Chromium)
    transport = await chromium.transport()
    assert (transport["dtlsRole"], transport["tlsVersion"]) == ("client", "FEFD")
    assert "AEAD_AES_256_GCM" in transport["srtpCipher"], "FFmpeg, which knows nothing else, has AES-CM"
    assert await chromium.page.evaluate("negotiations") == 0
