"""Poor networks: speech stays intelligible, pictures give way to it, and who comes from another address goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from server.media.engine import Direction, SessionStats
from server.media.rtp.ladder import Rung
from tests.media.clients.client import Colour, Program, Scene, comes, flows, share, until
from tests.media.clients.makes import libwebrtc
from tests.media.clients.network import Relay, Weather
from tests.media.clients.site import CONFERENCE, Site
from tests.media.clients.venues import connected

pytestmark = pytest.mark.asyncio(loop_scope="module")

SCENE = Scene(700, Colour(200, 180, 30))
POOR = Weather(loss=0.05, jitter=0.15)


class Call:
    """One publisher with the floor, one listener, and a relay for each of them."""

    def __init__(self, site: Site, near: Relay, far: Relay) -> None:
        self.site = site
        self.near, self.far = near, far
        """The publisher's network, and the listener's."""
        self.publisher: Program
        self.listener: Program

    async def stats(self) -> SessionStats:
        """Of the listener."""
        sessions = (await self.site.engine.stats()).conferences[CONFERENCE].sessions
        return next(session for session in sessions.values() if not session.publishing)


@pytest_asyncio.fixture(loop_scope="module")
async def call(site: Site) -> AsyncIterator[Call]:
    async with Relay(1) as near, Relay(2) as far:
        call = Call(site, near, far)
        site.relays.update(an=near, chi=far)
        call.publisher, call.listener = libwebrtc(), libwebrtc()
        await site.engine.direct(CONFERENCE, Direction(frozenset({"an"}), floor="an"))
        await site.listen(call.listener, "chi")
        await site.publish(call.publisher, "an", SCENE)
        await comes(call.listener, SCENE.hertz, SCENE.colour)
        yield call
        await asyncio.gather(call.publisher.close(), call.listener.close())


async def test_five_in_a_hundred_lost_and_150_ms_of_jitter_are_intelligible(call: Call) -> None:
    """On the publisher's way, and then on both."""
    call.near.up = call.near.down = POOR
    assert await share(call.listener, SCENE.hertz, 4) >= 0.9, "what a venue with a poor line says"
    call.far.up = call.far.down = POOR
    assert await share(call.listener, SCENE.hertz, 4) >= 0.9, "and to one with a poor line"
    assert call.near.lost > 5 and call.far.lost > 5


async def test_thirty_in_a_hundred_lost_leave_the_sound(call: Call) -> None:
    call.far.down = Weather(loss=0.3)

    async def only_sound() -> bool:
        return (await call.stats()).rung in (Rung.AUDIO, Rung.LOW_AUDIO)

    assert await until(only_sound, 20), await call.stats()
    assert (await call.stats()).why == "loss"
    await asyncio.sleep(0.5)  # what was under way
    pictures = (await call.listener.received()).pictures
    assert await share(call.listener, SCENE.hertz, 3) >= 0.8
    assert (await call.listener.received()).pictures == pictures


async def test_a_call_goes_on_from_another_address(call: Call) -> None:
    for relay in (call.far, call.near):
        await relay.move()
        await asyncio.wait_for(relay.followed.wait(), 5)
        await asyncio.sleep(0.5)
        assert await share(call.listener, SCENE.hertz, 2) > 0.9
        await flows(call.listener)
    assert (await call.stats()).connected


async def test_of_114_venues_only_the_called_one_is_heard(site: Site) -> None:
    """All of them speak; the called one hears nothing of itself."""
    called = {"venue:12": 440, "venue:77": 620}
    async with connected(site, {(name := f"venue:{number}"): called.get(name, 1000) for number in range(114)}) as venues:
        assert len((await site.engine.stats()).conferences[CONFERENCE].publishers) == 114
        for name, hertz in called.items():
            await site.engine.direct(CONFERENCE, Direction(frozenset({name}), floor=name))
            await asyncio.sleep(1.5)
            wrong = [f"{venue.name}: {heard}" for venue in venues if not ((heard := venue.hears()).hears(hertz) or venue.name == name)]
            assert not wrong
            own = next(venue for venue in venues if venue.name == name)
            assert own.hears().tone()[1] < -60
            assert min(len(venue.heard) for venue in venues) == 50
