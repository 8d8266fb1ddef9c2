"""Whoever misbehaves has the misery alone: the others' packets come as before, the engine keeps nothing of it, and closes whom it may close.

One engine for all attacks, each with its own sessions. What comes under a session's key speaks for its owner, who is closed for it; what anybody
could have sent (replays, datagrams from a forged address) is dropped, else strangers could end other people's sessions.
"""

import asyncio
import os
import random
import signal
import socket
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import numpy as np
import pytest
import pytest_asyncio

from server.media.embedded import EmbeddedEngine
from server.media.engine import Closed, Direction, MediaConfig, MediaRefusal, Restarted
from server.media.opus import RATE, Encoder
from server.media.rtp.packets import Nack, PictureLoss, ReceiverReport, write_rtcp, write_rtp
from server.media.transport.dtls import Handshake, Identity
from tests.media.fuzz.bystanders import HERTZ, Bystanders
from tests.media.fuzz.campaign import prefer, resident
from tests.media.fuzz.rogue import LARGE, OPUS, SOUND, VP8, Rogue, description
from tests.media.peers import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECONDS = 1.0
"""Of an attack."""
KEPT_KB = 3_000
"""What allocators may keep of an attack."""


class Town:
    """An engine, bystanders, and what the engine tells."""

    def __init__(self) -> None:
        self.engine = EmbeddedEngine(MediaConfig(host="127.0.0.1", connect_seconds=2.0, silence_seconds=2.0))
        self.identity = Identity()
        self.bystanders = Bystanders(self.identity)
        self.events: list[Closed | Restarted] = []
        self.rogues: list[Rogue] = []

    async def begin(self) -> None:
        await self.engine.start()
        prefer(self.engine.pid)
        await self.bystanders.begin(self.engine)
        self.bystanders.window("before")

    async def listen(self) -> None:
        async for event in self.engine.events():
            if isinstance(event, Closed | Restarted):
                self.events.append(event)

    def rogue(self) -> Rogue:
        self.rogues.append(Rogue(self.identity))
        return self.rogues[-1]

    async def publisher(self) -> Rogue:
        rogue = self.rogue()
        await rogue.publish(self.engine, "c", f"rogue-{rogue.session}")
        await rogue.join()
        return rogue

    async def listener(self) -> Rogue:
        rogue = self.rogue()
        await rogue.listen(self.engine, "c")
        await rogue.join()
        return rogue

    def closed(self, rogue: Rogue) -> str | None:
        """The reason for which its session was closed."""
        return next((e.reason for e in self.events if isinstance(e, Closed) and e.session == rogue.session), None)

    async def counted(self, name: str) -> int:
        return (await self.engine.stats()).counters.get(name, 0)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town() -> AsyncIterator[Town]:
    town = Town()
    telling = asyncio.create_task(town.listen())
    await town.begin()
    await handshakes_that_never_end(town)  # what memory so many sessions take is taken once, before anything is measured
    yield town
    telling.cancel()
    for rogue in town.rogues:
        rogue.close()
    await town.bystanders.close()
    await town.engine.stop()


async def flood(send: Callable[[int], object], hertz: int = 1000, seconds: float = SECONDS) -> int:
    """Call `send` so often; returns how often it was."""
    begin, number = time.monotonic(), 0
    while (passed := time.monotonic() - begin) < seconds:
        while number < passed * hertz:
            send(number)
            number += 1
        await asyncio.sleep(0.004)
    return number


def sound(number: int, payload: bytes = b"\x78" + bytes(60), *, kind: int = OPUS, ssrc: int = SOUND) -> bytes:
    return write_rtp(payload, payload_type=kind, sequence=number & 0xFFFF, timestamp=number * 960 & 0xFFFFFFFF, ssrc=ssrc)


# Each attack returns the rogue and the reason for which it is closed, None if it is not


async def media_before_the_handshake(town: Town) -> tuple[Rogue, str | None]:
    rogue = town.rogue()
    await rogue.publish(town.engine, "c", "early")
    await rogue.check()
    await flood(lambda n: rogue.send(sound(n)))
    assert await town.counted("media_before_dtls") > 500
    return rogue, "never_connected"


async def handshakes_that_never_end(town: Town) -> tuple[Rogue, str | None]:
    rogues = [town.rogue() for _ in range(60)]
    for number, rogue in enumerate(rogues):
        await rogue.publish(town.engine, "c", f"half-{number}")
        await rogue.check()
        rogue.send(Handshake(town.identity, "client", []).start()[0])
    await until(lambda: all(town.closed(rogue) == "never_connected" for rogue in rogues))
    return rogues[0], "never_connected"


async def another_certificate_than_was_said(town: Town) -> tuple[Rogue, str | None]:
    rogue = town.rogue()
    await rogue.publish(town.engine, "c", "liar")
    rogue.identity = Identity()
    await rogue.check()
    with suppress(ConnectionError, TimeoutError):
        await rogue.shake()
    return rogue, "failed"


async def a_packet_again_and_again(town: Town) -> tuple[Rogue, str | None]:
    rogue = await town.publisher()
    packet = rogue.srtp.protect(sound(7))
    await flood(lambda _: rogue.send(packet))
    assert await town.counted("replayed") > 500
    return rogue, None


async def key_frames_asked_for_a_thousand_times_a_second(town: Town) -> tuple[Rogue, str | None]:
    rogue, asked = await town.listener(), town.bystanders.asked
    request = write_rtcp([ReceiverReport(1), PictureLoss(1, rogue.streams[1])])
    await flood(lambda _: rogue.rtcp(request))
    assert town.bystanders.asked - asked <= 2 * SECONDS + 2
    return rogue, "flood"


async def everything_asked_for_again(town: Town) -> tuple[Rogue, str | None]:
    rogue = await town.listener()
    request = write_rtcp([ReceiverReport(1), Nack(1, rogue.streams[1], tuple(range(0, 5000)))])
    await flood(lambda _: rogue.rtcp(request))
    return rogue, "flood"


async def a_hundred_requests_in_each_datagram(town: Town) -> tuple[Rogue, str | None]:
    rogue = await town.listener()
    request = write_rtcp([ReceiverReport(1), *[PictureLoss(1, rogue.streams[1])] * 100])
    await flood(lambda _: rogue.rtcp(request), 100)
    return rogue, "flood"


async def media_of_a_listener(town: Town) -> tuple[Rogue, str | None]:
    rogue = await town.listener()
    await flood(lambda n: rogue.rtp(sound(n)))
    return rogue, "flood"


async def more_than_any_camera_sends(town: Town) -> tuple[Rogue, str | None]:
    rogue, key = await town.publisher(), bytes((0x90, 0x80, 0x80, 1, 0)) + bytes(1100)
    await town.engine.direct("c", Direction(frozenset({town.bystanders.source}), floor=town.bystanders.source, hall=f"rogue-{rogue.session}"))
    await flood(lambda n: rogue.rtp(sound(n, key, kind=VP8, ssrc=LARGE)), 2500)
    await town.engine.direct("c", Direction(frozenset({town.bystanders.source}), floor=town.bystanders.source))
    return rogue, "flood"


async def streams_that_nobody_announced(town: Town) -> tuple[Rogue, str | None]:
    rogue = await town.publisher()
    await flood(lambda n: rogue.rtp(sound(n, ssrc=5_000_000 + n)))
    return rogue, "flood"


async def payload_types_that_nobody_offered(town: Town) -> tuple[Rogue, str | None]:
    rogue = await town.publisher()
    rogue.rtp(sound(0))
    await flood(lambda n: rogue.rtp(sound(n + 1, kind=35 + n % 20)))
    return rogue, "flood"


async def datagrams_too_long(town: Town) -> tuple[Rogue, str | None]:
    rogue, before = await town.publisher(), await town.counted("too_long")
    await flood(lambda _: rogue.send(bytes([0x80, OPUS]) + bytes(50_000)), 300)
    assert await town.counted("too_long") - before > 100
    return rogue, None


async def publishing_without_the_floor(town: Town) -> tuple[Rogue, str | None]:
    rogue, encoder, pictures = await town.publisher(), Encoder(40_000), town.bystanders.pictures
    tone = (np.sin(2 * np.pi * 3 * HERTZ * np.arange(960) / RATE) * 0.9).astype(np.float32)  # 3 * 440 Hz repeats after less than 20 ms
    opus = [encoder.encode(np.roll(tone, -number * 960 % 960)) for number in range(10)]
    key = bytes((0x90, 0x80, 0x80, 1, 0)) + bytes(900)

    def send(number: int) -> None:
        if number % 20 == 0:
            rogue.rtp(sound(number // 20, opus[number // 20 % 10]))
        else:
            rogue.rtp(sound(number, key, kind=VP8, ssrc=LARGE))

    began = time.monotonic()
    await flood(send, 500)
    assert town.bystanders.level(3 * HERTZ) < -45
    assert town.bystanders.pictures - pictures < 50 * (time.monotonic() - began) + 10  # the speaker's own are 50 packets a second
    return rogue, None


async def a_storm_of_offers(town: Town) -> tuple[Rogue, str | None]:
    rogue, count = town.rogue(), 0
    begin = time.monotonic()
    while time.monotonic() - begin < SECONDS:
        await rogue.publish(town.engine, "c", "storm")
        count += 1
    conference = (await town.engine.stats()).conferences["c"]
    assert "storm" in conference.publishers and count > 20
    await until(lambda: sum(isinstance(e, Closed) and e.session == rogue.session and e.reason == "removed" for e in town.events) == count - 1)
    return rogue, "removed"


async def offers_of_a_thousand_lines(town: Town) -> tuple[Rogue, str | None]:
    rogue = town.rogue()
    plain = description(town.identity, rogue.ufrag, publishing=True)
    kinds = ("a=candidate:1 1 udp 1 10.0.0.{} 9 typ host", "a=ssrc:{} cname:x", "a=rtpmap:{} H264/90000", "a=fmtp:{} a=b")
    begin = time.monotonic()
    while time.monotonic() - begin < SECONDS:
        lines = [random.choice(kinds).format(number % 250) + "\r\n" for number in range(1000)]
        await town.engine.publish("c", rogue.session, "long", plain + "".join(lines))
        with pytest.raises(MediaRefusal, match="malformed_sdp"):
            await town.engine.publish("c", rogue.session, "long", plain + "".join(3 * lines))
        await asyncio.sleep(0.02)
    with pytest.raises(MediaRefusal, match="malformed_sdp"):
        await town.engine.publish("c", rogue.session, "long", plain + "é" * 2_000_000)
    await town.engine.remove("c", rogue.session)
    return rogue, "removed"


async def a_thousand_strangers(town: Town) -> tuple[Rogue, str | None]:
    number = town.bystanders.speaker.number
    chance = random.Random(1)
    hello = Handshake(town.identity, "client", []).start()[0]
    check = b"\0\1" + struct.pack("!HI", 0, 0x2112A442) + bytes(12)
    for stranger in range(1000):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.setblocking(False)
            sock.bind((f"127.{1 + stranger // 250}.{stranger % 250}.1", 0))
            for datagram in (check, hello, sound(1), chance.randbytes(900), b"", b"\0\1\xff\xff\x21\x12\xa4\x42" + chance.randbytes(60)):
                try:
                    sock.sendto(datagram, ("127.0.0.1", number))
                except BlockingIOError:
                    await asyncio.sleep(0.001)
        if stranger % 5 == 0:
            await asyncio.sleep(0.004)
    assert await town.counted("unknown_address") > 1000
    rogue = await town.listener()
    return rogue, None


ATTACKS: list[Callable[[Town], Awaitable[tuple[Rogue, str | None]]]] = [
    media_before_the_handshake,
    handshakes_that_never_end,
    another_certificate_than_was_said,
    a_packet_again_and_again,
    key_frames_asked_for_a_thousand_times_a_second,
    everything_asked_for_again,
    a_hundred_requests_in_each_datagram,
    media_of_a_listener,
    more_than_any_camera_sends,
    streams_that_nobody_announced,
    payload_types_that_nobody_offered,
    datagrams_too_long,
    publishing_without_the_floor,
    a_storm_of_offers,
    offers_of_a_thousand_lines,
    a_thousand_strangers,
]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
async def test_the_others_notice_nothing_of(attack: Callable[[Town], Awaitable[tuple[Rogue, str | None]]], town: Town) -> None:
    pid = town.engine.pid
    assert pid is not None
    await asyncio.sleep(0.3)
    memory = resident(pid)
    town.bystanders.window(attack.__name__)
    rogue, reason = await attack(town)
    await asyncio.sleep(0.2)
    town.bystanders.window("before")
    if reason is None:
        await asyncio.sleep(0.2)
        assert town.closed(rogue) is None
        await town.engine.remove("c", rogue.session)
    else:
        await until(lambda: town.closed(rogue) == reason)
    before, during = town.bystanders.percentile("before"), town.bystanders.percentile(attack.__name__)
    print(f"p99 {before:.1f} ms, during {during:.1f} ms, {resident(pid) - memory} kB more")
    assert during < 2 * before + 20
    await until(town.bystanders.hears, 2)  # who speaks may have been late: it is of this process, which was busy attacking
    assert resident(pid) - memory < KEPT_KB
    stats = await town.engine.stats()
    assert (town.engine.pid, stats.restarts, stats.counters.get("callback_failed", 0)) == (pid, 0, 0)


async def test_what_does_not_live_is_closed(town: Town) -> None:
    absent, silent, listener = town.rogue(), await town.publisher(), await town.listener()
    await absent.listen(town.engine, "c")
    silent.rtp(sound(1))
    await until(lambda: town.closed(absent) and town.closed(silent))
    assert (town.closed(absent), town.closed(silent)) == ("never_connected", "silent")
    assert town.closed(listener) is None, "a listener need not send anything"


async def test_an_engine_that_hangs_is_started_again(town: Town) -> None:
    pid = town.engine.pid
    assert pid
    os.kill(pid, signal.SIGSTOP)
    await until(lambda: any(isinstance(e, Restarted) for e in town.events), 20)
    assert town.engine.pid != pid
    again = Bystanders(town.identity)
    await again.begin(town.engine)
    await again.close()
