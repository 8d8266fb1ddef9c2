"""A real browser stays in one conference: who is heard and seen changes around it, and it is never renegotiated with."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Browser

from server.media.engine import Direction
from tests.media.clients.client import Colour, Scene, comes, flows, until
from tests.media.clients.makes import Aiortc, Chromium
from tests.media.clients.site import CONFERENCE, Site

pytestmark = pytest.mark.asyncio(loop_scope="module")

AN, BINH = Scene(440, Colour(200, 30, 30)), Scene(1000, Colour(30, 160, 60))


async def test_the_floor_passes_on_and_a_refused_person_is_gone(site: Site, browser: Browser) -> None:
    an, binh, listener = Chromium(browser, site.base), Aiortc(), Chromium(browser, site.base)
    await site.listen(listener, "chi")
    await site.publish(binh, "binh", BINH)
    await site.publish(an, "an", AN)
    await site.engine.direct(CONFERENCE, Direction(frozenset({"an"}), floor="an"))
    await comes(listener, AN.hertz, AN.colour, slot=0)
    assert not (await listener.received()).sees(BINH.colour, slot=1), "who has not the floor is not seen"
    await flows(listener)

    await site.engine.direct(CONFERENCE, Direction(frozenset({"binh"}), floor="binh", hall="an"))
    await comes(listener, BINH.hertz, BINH.colour, slot=0)
    await comes(listener, BINH.hertz, AN.colour, slot=1)

    await site.engine.remove_source(CONFERENCE, "an")

    async def only_binh() -> bool:
        now = await listener.received()
        return now.hears(BINH.hertz) and now.sees(BINH.colour, slot=0) and not now.sees(AN.colour, slot=1)

    async def disconnected() -> bool:
        return bool((await an.transport())["dtlsState"] == "closed")

    assert await until(only_binh, 5), await listener.received()
    assert await until(disconnected, 5), await an.transport()
    assert await listener.page.evaluate("negotiations") == 0
    await asyncio.gather(binh.close(), listener.close())
