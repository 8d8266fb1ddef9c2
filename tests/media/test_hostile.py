"""Whoever misbehaves has the misery alone: the others hear on, the engine closes what does not live and outlives a hang."""

import asyncio
import os
import re
import signal
import socket
from collections.abc import AsyncIterator

import pytest_asyncio

from server.media.embedded import EmbeddedEngine
from server.media.engine import Closed, Direction, MediaConfig, Restarted
from tests.media.peers import Hearer, Publisher, Tone, only_loopback, until

HERTZ = 440.0


class Watched:
    """An engine with one publisher who is heard, one listener, and what it tells."""

    def __init__(self, engine: EmbeddedEngine) -> None:
        self.engine = engine
        self.publisher = Publisher(Tone(HERTZ))
        self.hearer = Hearer()
        self.events: list[object] = []
        self.port = 0

    async def begin(self) -> None:
        await self.publisher.accept(await self.engine.publish("c", "in", "an", await self.publisher.offer()))
        answer = await self.engine.listen("c", "out", await self.hearer.offer())
        self.port = int(re.findall(r"^m=audio (\d+) ", answer, re.MULTILINE)[0])
        await self.hearer.accept(answer)
        await self.engine.direct("c", Direction(frozenset({"an"})))
        await self.hears()

    async def hears(self) -> None:
        """The listener hears the publisher, once its machine has the time."""
        await until(lambda: self.hearer.level(HERTZ) > -20)

    async def listen_to_events(self) -> None:
        async for event in self.engine.events():
            self.events.append(event)

    def closed(self, session: str) -> str | None:
        """The reason for which a session was closed."""
        return next((e.reason for e in self.events if isinstance(e, Closed) and e.session == session), None)


@pytest_asyncio.fixture
async def watched() -> AsyncIterator[Watched]:
    only_loopback()
    engine = EmbeddedEngine(MediaConfig(host="127.0.0.1", connect_seconds=3.0, silence_seconds=3.0))
    await engine.start()
    watched = Watched(engine)
    telling = asyncio.create_task(watched.listen_to_events())
    await asyncio.sleep(0)
    yield watched
    telling.cancel()
    await asyncio.gather(watched.publisher.close(), watched.hearer.close())
    await engine.stop()


GARBAGE = {
    "noise": os.urandom(900),
    "media before encryption": b"\x80\x60" + os.urandom(300),
    "a check without a key": b"\0\1\0\0\x21\x12\xa4\x42" + bytes(12),
    "a broken check": b"\0\1\xff\xff\x21\x12\xa4\x42" + os.urandom(60),
    "a broken handshake": b"\x16\xfe\xfd" + os.urandom(80),
    "reports": b"\x81\xce\0\2" + os.urandom(8),
    "oversize": b"\x80\x60" + bytes(60_000),
    "empty": b"",
}


async def test_a_flood_of_garbage_disturbs_nobody(watched: Watched) -> None:
    await watched.begin()
    for kind, datagram in GARBAGE.items():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as flood:
            for _ in range(10):
                for _ in range(50):
                    flood.sendto(datagram, ("127.0.0.1", watched.port))
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.3)
        await watched.hears()
        assert watched.hearer.peer.connectionState == "connected", kind
    stats = await watched.engine.stats()
    assert stats.up and stats.restarts == 0


async def test_a_wrong_fingerprint_never_connects(watched: Watched) -> None:
    await watched.begin()
    liar = Hearer()
    offer = await liar.offer()
    false = re.sub(r"(a=fingerprint:sha-\d+ )..:..", r"\g<1>00:11", offer)
    await liar.accept(await watched.engine.listen("c", "liar", false))
    await until(lambda: watched.closed("liar"))
    assert not liar.heard
    await watched.hears()
    await liar.close()


async def test_what_does_not_live_is_closed(watched: Watched) -> None:
    await watched.begin()
    absent = Hearer()
    await watched.engine.listen("c", "absent", await absent.offer())
    await until(lambda: watched.closed("absent"))
    assert watched.closed("absent") == "never_connected"
    for transceiver in watched.publisher.peer.getTransceivers():
        transceiver.sender.replaceTrack(None)
    await until(lambda: watched.closed("in"))
    assert watched.closed("in") == "silent"
    assert watched.hearer.peer.connectionState == "connected", "a listener need not send anything"
    await absent.close()


async def test_a_storm_of_offers_leaves_one_session(watched: Watched) -> None:
    await watched.begin()
    offer = await watched.publisher.offer()
    for _ in range(30):
        await watched.engine.publish("c", "storm", "storm", offer)
    conference = (await watched.engine.stats()).conferences["c"]
    assert conference.publishers == {"an", "storm"} and conference.listeners == 1
    assert sum(isinstance(e, Closed) and e.session == "storm" for e in watched.events) == 29
    await watched.hears()


async def test_an_engine_that_hangs_is_started_again(watched: Watched) -> None:
    pid = watched.engine.pid
    assert pid
    os.kill(pid, signal.SIGSTOP)
    await until(lambda: any(isinstance(e, Restarted) for e in watched.events), 20)
    assert watched.engine.pid != pid
    await watched.begin()
