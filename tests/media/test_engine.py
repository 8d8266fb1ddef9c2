"""The contract of the port: every engine passes this, with real peers on loopback."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import TypeVar

import pytest
import pytest_asyncio

from server.media.embedded import EmbeddedEngine
from server.media.engine import (
    Closed,
    Direction,
    Levels,
    MediaConfig,
    MediaEngine,
    MediaEvent,
    MediaRefusal,
    Restarted,
    Stepped,
)
from server.media.rtp.ladder import Rung
from tests.media.peers import Colour, Hearer, Publisher, Tone, only_loopback, until

T = TypeVar("T", bound=MediaEvent)

LOW, HIGH = 440.0, 1000.0
LOUD, SILENT = -20.0, -45.0
RED, BLUE = (200, 30, 30), (30, 30, 200)

ENGINES: dict[str, Callable[[MediaConfig], EmbeddedEngine]] = {
    "embedded": EmbeddedEngine,
    "Python": lambda config: EmbeddedEngine(replace(config, accelerated=False)),
}
"""With the compiled part, where there is one, and without."""


@pytest_asyncio.fixture(params=ENGINES)
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[EmbeddedEngine]:
    only_loopback()
    engine = ENGINES[request.param](MediaConfig(host="127.0.0.1", sessions_per_conference=8, sessions_per_source=5))
    await engine.start()
    yield engine
    await engine.stop()


class House:
    """The peers of one test, closed at its end."""

    def __init__(self, engine: MediaEngine) -> None:
        self.engine = engine
        self.peers: list[Publisher] = []

    async def publisher(self, source: str, *tracks: Tone | Colour, session: str | None = None) -> Publisher:
        peer = Publisher(*tracks)
        self.peers.append(peer)
        answer = await self.engine.publish("c", session or f"in-{source}", source, await peer.offer())
        await peer.accept(answer)
        await peer.connected()
        return peer

    async def hearer(self, session: str, pictures: int = 0, **how: str | Rung | None) -> Hearer:
        peer = Hearer(pictures)
        self.peers.append(peer)
        answer = await self.engine.listen("c", session, await peer.offer(), **how)  # type: ignore[arg-type]
        await peer.accept(answer)
        await peer.connected()
        return peer


@pytest_asyncio.fixture
async def house(engine: EmbeddedEngine) -> AsyncIterator[House]:
    house = House(engine)
    yield house
    await asyncio.gather(*(peer.close() for peer in house.peers))


def near(seen: tuple[int, int, int] | None, wanted: tuple[int, int, int]) -> bool:
    return seen is not None and all(abs(a - b) < 40 for a, b in zip(seen, wanted, strict=True))


async def test_who_has_the_floor_is_heard_and_nobody_else(engine: EmbeddedEngine, house: House) -> None:
    await house.publisher("an", Tone(LOW))
    await house.publisher("binh", Tone(HIGH))
    hearer = await house.hearer("out")
    await asyncio.sleep(0.8)
    assert hearer.heard, "the programme flows while nobody has the floor"
    assert hearer.level(LOW) < SILENT and hearer.level(HIGH) < SILENT
    await engine.direct("c", Direction(frozenset({"an"})))
    await until(lambda: hearer.level(LOW) > LOUD)
    await asyncio.sleep(0.4)
    assert hearer.level(HIGH) < SILENT
    await until(lambda: hearer.level(LOW) > LOUD)
    await engine.direct("c", Direction(frozenset({"binh"})))
    await until(lambda: hearer.level(HIGH) > LOUD and hearer.level(LOW) < SILENT)
    await engine.direct("c", Direction())
    await until(lambda: hearer.level(HIGH) < SILENT)
    await engine.direct("c", Direction(frozenset({"an", "binh"})))
    await until(lambda: hearer.level(HIGH) > LOUD and hearer.level(LOW) > LOUD)


async def test_mix_minus_leaves_out_ones_own_voice_only(engine: EmbeddedEngine, house: House) -> None:
    await house.publisher("an", Tone(LOW))
    await house.publisher("venue:DC-02", Tone(HIGH))
    an = await house.hearer("out-an", minus="an")
    hall = await house.hearer("out-hall", minus="venue:DC-02")
    audience = await house.hearer("out", most=Rung.LOW_AUDIO)
    await engine.direct("c", Direction(frozenset({"an", "venue:DC-02"})))
    await until(lambda: an.level(HIGH) > LOUD and hall.level(LOW) > LOUD)
    await until(lambda: audience.level(LOW, 0.4) > LOUD and audience.level(HIGH, 0.4) > LOUD)
    await asyncio.sleep(0.4)
    assert an.level(LOW) < SILENT and hall.level(HIGH) < SILENT
    await engine.direct("c", Direction(frozenset({"venue:DC-02"})))
    await until(lambda: hall.level(LOW) < SILENT and an.level(HIGH) > LOUD)


async def test_slots_follow_the_direction_without_renegotiation(engine: EmbeddedEngine, house: House) -> None:
    await house.publisher("an", Tone(LOW), Colour(RED))
    await house.publisher("binh", Colour(BLUE, 240, 320))
    hearer = await house.hearer("out", pictures=2)
    await until(lambda: hearer.pictures[0] > 0 and hearer.pictures[1] > 0)
    assert max(hearer.colour(0) or (255,)) < 110, "the still card is calm and dark"
    before = hearer.peer.remoteDescription.sdp
    await engine.direct("c", Direction(frozenset({"an"}), floor="an", hall="binh"))
    await until(lambda: near(hearer.colour(0), RED) and near(hearer.colour(1), BLUE))
    count = hearer.pictures[0]
    await until(lambda: hearer.pictures[0] > count + 10)
    await engine.direct("c", Direction(frozenset({"an"}), floor="binh", hall="an"))
    await until(lambda: near(hearer.colour(0), BLUE) and near(hearer.colour(1), RED))
    await engine.direct("c", Direction())
    await until(lambda: max(hearer.colour(0) or (255,)) < 110)
    late = await house.hearer("late", pictures=1)
    await engine.direct("c", Direction(floor="an"))
    await until(lambda: near(late.colour(0), RED))
    assert hearer.peer.remoteDescription.sdp == before


async def test_a_source_is_looked_at_apart_from_the_programme(engine: EmbeddedEngine, house: House) -> None:
    """Whoever sets a source up sees and hears it come back; the programme knows nothing of it."""
    monitor = await house.hearer("monitor", pictures=1, minus="venue:east", only="venue:east")
    hearer = await house.hearer("out", pictures=1)
    await house.publisher("venue:east", Tone(LOW), Colour(RED))
    await until(lambda: near(monitor.colour(0), RED) and monitor.level(LOW) > LOUD)
    await house.publisher("venue:east", Tone(HIGH), Colour(BLUE), session="again")
    await until(lambda: near(monitor.colour(0), BLUE) and monitor.level(HIGH) > LOUD)
    assert hearer.level(HIGH) < SILENT and max(hearer.colour(0) or (0,)) < 110, "the still card, and nobody speaks"
    await engine.direct("c", Direction(frozenset({"venue:east"}), floor="venue:east"))
    await until(lambda: near(hearer.colour(0), BLUE) and hearer.level(HIGH) > LOUD)
    assert monitor.level(HIGH) > LOUD
    await engine.remove("c", "again")
    await until(lambda: max(monitor.colour(0) or (255,)) < 110 and monitor.level(HIGH) < SILENT)


async def test_low_data_gives_sound_only(engine: EmbeddedEngine, house: House) -> None:
    await house.publisher("an", Tone(LOW), Colour(RED))
    await engine.direct("c", Direction(frozenset({"an"}), floor="an"))
    hearer = await house.hearer("out", pictures=1, most=Rung.LOW_AUDIO)
    await until(lambda: hearer.level(LOW, 0.4) > LOUD)
    await asyncio.sleep(1.0)
    assert hearer.pictures == [0]
    assert hearer.heard[-1][1].size == 3 * 960, "60 ms frames"


async def test_the_data_saver_changes_what_is_sent_without_a_new_session(engine: EmbeddedEngine, house: House) -> None:
    steps: list[Stepped] = []
    reading = asyncio.create_task(collect(engine, steps, Stepped))
    await house.publisher("an", Tone(LOW), Colour(RED, 640, 360), Colour(RED, 320, 180))
    await engine.direct("c", Direction(frozenset({"an"}), floor="an"))
    hearer = await house.hearer("out", pictures=1, minus="binh")
    other = await house.hearer("other", pictures=1, most=Rung.LOW_VIDEO)
    await until(lambda: near(hearer.colour(0), RED) and hearer.width(0) == 640)
    await until(lambda: near(other.colour(0), RED) and other.width(0) == 320)
    await engine.save("c", "out", Rung.LOW_VIDEO)
    await until(lambda: hearer.width(0) == 320)
    await engine.save("c", "out", Rung.LOW_AUDIO)
    await until(lambda: bool(hearer.heard) and hearer.heard[-1][1].size == 3 * 960)
    count = hearer.pictures[0]
    await asyncio.sleep(0.5)
    assert hearer.pictures[0] == count and hearer.level(LOW, 0.4) > LOUD
    stats = (await engine.stats()).conferences["c"].sessions
    assert (stats["out"].rung, stats["out"].why, stats["other"].rung) == (Rung.LOW_AUDIO, "saver", Rung.LOW_VIDEO)
    assert stats["in-an"].publishing and set(stats["in-an"].codecs) == {"opus", "vp8"} and stats["in-an"].bits_per_second > 10_000
    await until(
        lambda: (
            [(step.session, step.source, step.rung, step.why) for step in steps]
            == [("out", "binh", Rung.LOW_VIDEO, "saver"), ("out", "binh", Rung.LOW_AUDIO, "saver")]
        )
    )
    await engine.save("c", "out", Rung.BOTH)
    await until(lambda: hearer.width(0) == 640)
    reading.cancel()


async def test_a_new_session_replaces_and_removal_ends(engine: EmbeddedEngine, house: House) -> None:
    events: list[Closed] = []
    reading = asyncio.create_task(collect(engine, events, Closed))
    await engine.direct("c", Direction(frozenset({"an"})))
    await house.publisher("an", Tone(LOW), session="first")
    hearer = await house.hearer("out")
    own = await house.hearer("own", minus="an")
    await until(lambda: hearer.level(LOW) > LOUD)
    await house.publisher("an", Tone(HIGH), session="second")
    await until(lambda: hearer.level(HIGH) > LOUD and hearer.level(LOW) < SILENT)
    assert [(e.session, e.reason) for e in events] == [("first", "replaced")]
    await engine.remove_source("c", "an")
    await until(lambda: hearer.level(HIGH) < SILENT)
    await until(lambda: own.peer.connectionState == "closed")
    assert hearer.peer.connectionState == "connected"
    assert {(e.session, e.publishing) for e in events[1:]} == {("second", True), ("own", False)}
    await engine.remove("c", "out")
    await engine.remove("c", "out")
    await until(lambda: hearer.peer.connectionState == "closed")
    assert (await engine.stats()).conferences["c"].listeners == 0
    reading.cancel()


async def test_levels_and_stats(engine: EmbeddedEngine, house: House) -> None:
    levels: list[Levels] = []
    reading = asyncio.create_task(collect(engine, levels, Levels))
    await house.publisher("an", Tone(LOW))
    await house.publisher("binh", Tone(HIGH))
    await house.hearer("out")
    await engine.direct("c", Direction(frozenset({"an"})))
    await until(lambda: levels and levels[-1].speaking == {"an"})
    await asyncio.sleep(0.5)
    assert -14 < levels[-1].dbfs["an"] < -8 and -14 < levels[-1].dbfs["binh"] < -8
    count = len(levels)
    took = await until(lambda: len(levels) >= count + 5)
    assert took > 0.7, "five times a second, not more"
    await engine.stats()
    await asyncio.sleep(1.1)
    stats = await engine.stats()
    one = stats.conferences["c"]
    assert one.publishers == {"an", "binh"} and one.listeners == 1 and one.speaking == {"an"}
    assert 10_000 < one.bits_per_second < 60_000
    assert stats.up and stats.restarts == 0 and stats.cpu_seconds > 0
    reading.cancel()


async def test_bad_offers_are_refused_and_disturb_nobody(engine: EmbeddedEngine, house: House) -> None:
    await house.publisher("an", Tone(LOW))
    await engine.direct("c", Direction(frozenset({"an"})))
    hearer = await house.hearer("out")
    await until(lambda: hearer.level(LOW) > LOUD)
    good = await an_offer(1)
    for bad in (
        "",
        "hello",
        "v=0\r\n" * 10_000,
        "v=0\r\n" + "a=x:" + "y" * 70_000,
        good + "m=audio 9 UDP/TLS/RTP/SAVPF 96\r\n" * 1000,
        good.replace("a=ice-pwd:", "a=ice-pw:"),
        good.replace("a=fingerprint:sha-256 ", "a=fingerprint:sha-256 ZZ:"),
        good.replace("a=rtcp-mux\r\n", ""),
        good.replace("a=group:BUNDLE 0 1", "a=group:BUNDLE 0"),
        good.replace("m=audio ", "m=audio x"),
        good.replace("s=-", "s=\0"),
        good.replace("recvonly", "sendonly"),
    ):
        with pytest.raises(MediaRefusal) as refusal:
            await engine.listen("c", "bad", bad)
        assert refusal.value.code == "malformed_sdp"
    with pytest.raises(MediaRefusal) as refusal:
        await engine.listen("c", "bad", good.replace("VP8/", "AV1/").replace("H264/", "AV2/"))
    assert refusal.value.code == "unsupported_codec" and refusal.value.details == {"kind": "video"}
    assert (await engine.stats()).conferences["c"].listeners == 1
    await until(lambda: hearer.level(LOW) > LOUD)
    assert hearer.peer.connectionState == "connected"


async def test_too_many_sessions(engine: EmbeddedEngine) -> None:
    offer = await an_offer(0)
    for number in range(8):
        await engine.listen("c", f"out-{number}", offer)
    with pytest.raises(MediaRefusal) as refusal:
        await engine.listen("c", "one more", offer)
    assert refusal.value.code == "too_many_sessions" and refusal.value.details == {"limit": 8}
    await engine.listen("c", "out-0", offer)
    await engine.listen("another", "out-0", offer)


async def test_one_person_does_not_take_the_places_of_all(engine: EmbeddedEngine) -> None:
    offer = await an_offer(0)
    for number in range(5):
        await engine.listen("c", f"greedy-{number}", offer, minus="greedy")
    with pytest.raises(MediaRefusal) as refusal:
        await engine.listen("c", "greedy-5", offer, minus="greedy")
    assert refusal.value.code == "too_many_sessions" and refusal.value.details == {"limit": 5}
    await engine.listen("c", "greedy-0", offer, minus="greedy")
    await engine.listen("c", "modest", offer, minus="modest")


async def test_killed_it_comes_back_and_tells(engine: EmbeddedEngine, house: House) -> None:
    restarted: list[Restarted] = []
    reading = asyncio.create_task(collect(engine, restarted, Restarted))
    await house.publisher("an", Tone(LOW))
    await engine.direct("c", Direction(frozenset({"an"})))
    pid = engine.pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    await until(lambda: restarted)
    assert engine.pid != pid
    await house.publisher("an", Tone(HIGH))
    hearer = await house.hearer("out")
    await until(lambda: hearer.level(HIGH) > LOUD)
    assert (await engine.stats()).restarts == 1
    reading.cancel()


async def test_a_port_that_is_taken_gives_way_to_another(engine: EmbeddedEngine) -> None:
    taken = (await engine.stats()).port
    other = EmbeddedEngine(MediaConfig(host="127.0.0.1", port=taken))
    await other.start()
    stats = await other.stats()
    assert stats.up and stats.port not in (0, taken)
    await other.stop()


async def test_a_stopped_engine_refuses(engine: EmbeddedEngine) -> None:
    await engine.stop()
    await engine.direct("c", Direction(frozenset({"an"})))
    await engine.remove("c", "x")
    with pytest.raises(MediaRefusal) as refusal:
        await engine.listen("c", "out", "v=0")
    assert refusal.value.code == "media_unavailable"
    assert not (await engine.stats()).up


async def an_offer(pictures: int) -> str:
    """A listener's offer of a peer that has gone."""
    peer = Hearer(pictures)
    offer = await peer.offer()
    await peer.close()
    return offer


async def collect(engine: MediaEngine, into: list[T], kind: type[T]) -> None:
    async for event in engine.events():
        if isinstance(event, kind):
            into.append(event)
