"""Who publishes × who listens: every listener decodes every publisher's tone and picture.

One conference for all. A publisher comes, gets the floor and leaves before the next; the listeners stay, and are never renegotiated with.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from server.media.engine import Direction
from tests.media.clients.client import Colour, Listener, Publisher, Scene, comes
from tests.media.clients.makes import Aiortc, Chromium, FFmpeg, gstreamer, libwebrtc
from tests.media.clients.site import Site

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
LISTENERS = ("chromium", "libwebrtc", "gstreamer", "aiortc", "aiortc-ipv6")
VP8_ONLY = ("libwebrtc",)
"""Its build has no H.264; it hears those who send nothing else."""


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


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def listeners(site: Site, browser: Browser) -> AsyncIterator[dict[str, Listener]]:
    """They come before anybody publishes."""
    found: dict[str, Listener] = {
        "chromium": Chromium(browser, site.base),
        "libwebrtc": libwebrtc(),
        "gstreamer": gstreamer(),
        "aiortc": Aiortc(),
        "aiortc-ipv6": Aiortc(address="::1"),
    }
    async with AsyncExitStack() as stack:
        for name, listener in found.items():
            await site.listen(listener, f"to-{name}")
            stack.push_async_callback(listener.close)
        yield found


@dataclass
class OnFloor:
    name: str
    scene: Scene


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=PUBLISHERS)
async def on_floor(request: pytest.FixtureRequest, site: Site, browser: Browser, listeners: dict[str, Listener]) -> AsyncIterator[OnFloor]:
    name: str = request.param
    scene = PUBLISHERS[name]
    publisher = publisher_of(name, browser, site)
    await site.engine.direct("c", Direction(frozenset({name}), floor=name))
    await site.publish(publisher, name, scene)
    yield OnFloor(name, scene)
    await publisher.close()


@pytest.mark.parametrize("listener", LISTENERS)
async def test_every_listener_hears_and_sees_every_publisher(on_floor: OnFloor, listener: str, listeners: dict[str, Listener]) -> None:
    sees = not ("h264" in on_floor.name and listener in VP8_ONLY)
    before = await listeners[listener].received()
    await comes(listeners[listener], on_floor.scene.hertz, on_floor.scene.colour if sees else None)
    await asyncio.sleep(0.5)
    now = await listeners[listener].received()
    assert now.hears(on_floor.scene.hertz), "and goes on"
    assert not sees or now.pictures[0] > before.pictures[0] + 4
