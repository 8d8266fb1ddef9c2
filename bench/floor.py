"""How fast the floor is: granting to first sound, revoking to silence, at a listener; and what a listener costs.

Measured on decoded sound at a real WebRTC peer on this machine (aiortc, whose receiver alone waits 80 ms for stragglers).
The last line is one JSON object. `python -m bench.floor`, about a minute and a half.
"""

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from bench.room import prepare, room_round
from server.media.embedded import EmbeddedEngine
from server.media.engine import Direction, MediaConfig
from tests.media.peers import Colour, Hearer, Publisher, Tone, energy, only_loopback, until

TRIALS = 40
HERTZ = 440.0
AUDIBLE, SILENT = -30.0, -50.0
"""Levels in dBFS of one 20 ms frame at the tone's frequency."""
LISTENERS = 16
SECONDS = 8.0
PRESENT, COMMANDS = 200, 60
"""Participants and commands of the room that is measured without media and while media runs."""

MeasureRoom = Callable[[], Awaitable[list[float]]]
"""Measures the room alone: milliseconds from command to last participant, one for each command."""


async def publisher(engine: EmbeddedEngine, source: str, *tracks: Tone | Colour) -> Publisher:
    peer = Publisher(*tracks)
    await peer.accept(await engine.publish("c", f"in-{source}", source, await peer.offer()))
    await peer.connected()
    return peer


async def hearer(engine: EmbeddedEngine, session: str, pictures: int = 0) -> Hearer:
    peer = Hearer(pictures)
    await peer.accept(await engine.listen("c", session, await peer.offer()))
    await peer.connected()
    return peer


async def delay(engine: EmbeddedEngine, listener: Hearer, heard: bool) -> float:
    """Milliseconds from the command to the first frame at the listener that is as commanded."""
    begin = time.monotonic()
    await engine.direct("c", Direction(frozenset({"an"}) if heard else frozenset()))

    def arrived() -> float | None:
        for at, pcm in list(listener.heard):
            level = energy(pcm, HERTZ)
            if at >= begin and (level > AUDIBLE if heard else level < SILENT):
                return at
        return None

    await until(lambda: arrived() is not None, 5)
    at = arrived()
    assert at is not None
    return (at - begin) * 1000


async def cost(engine: EmbeddedEngine) -> float:
    """Share of one core that the engine uses, once connections are made and others have ended."""
    await asyncio.sleep(2.0)
    before, begin = (await engine.stats()).cpu_seconds, time.monotonic()
    await asyncio.sleep(SECONDS)
    return ((await engine.stats()).cpu_seconds - before) / (time.monotonic() - begin)


async def cost_of_one(engine: EmbeddedEngine, pictures: int) -> float:
    """Share of one core that one more listener costs, over and above the first, for whom the encoder runs."""
    peers = [await hearer(engine, "first", pictures)]
    one = await cost(engine)
    peers += [await hearer(engine, f"more-{number}", pictures) for number in range(LISTENERS)]
    many = await cost(engine)
    await asyncio.gather(*(peer.close() for peer in peers))
    return (many - one) / LISTENERS


def percentiles(name: str, values: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return {f"{name}_p{rank}_ms": round(cuts[rank - 1], 1) for rank in (50, 95, 99)}


async def measure(measure_room: MeasureRoom | None = None) -> dict[str, float]:
    """All figures. With `measure_room`, the room's latency is taken without media and while media runs."""
    only_loopback()
    figures: dict[str, float] = {"trials": TRIALS, "listeners": LISTENERS}
    if measure_room:
        figures |= percentiles("room_without_media", await measure_room())
    engine = EmbeddedEngine(MediaConfig(host="127.0.0.1"))
    await engine.start()
    peers: list[Publisher] = [
        await publisher(engine, "an", Tone(HERTZ), Colour((200, 30, 30), 640, 360, grain=20)),
        await publisher(engine, "binh", Tone(1000.0)),
    ]
    listener = await hearer(engine, "measured")
    peers.append(listener)
    await asyncio.sleep(1.0)
    grants, revokes = [], []
    for trial in range(TRIALS):
        grants.append(await delay(engine, listener, True))
        await asyncio.sleep(0.25 + trial % 20 / 1000)  # commands fall anywhere between two ticks
        revokes.append(await delay(engine, listener, False))
        await asyncio.sleep(0.25 + trial % 19 / 1000)
    figures |= percentiles("grant_to_sound", grants) | percentiles("revoke_to_silence", revokes)

    await engine.direct("c", Direction(frozenset({"an", "binh"}), floor="an"))
    figures["cores_before_listeners"] = round(await cost(engine), 3)
    if measure_room:
        figures |= percentiles("room_with_media", await measure_room())
    figures["cores_per_listener_sound"] = round(await cost_of_one(engine, pictures=0), 4)
    figures["cores_per_listener_sound_and_picture"] = round(await cost_of_one(engine, pictures=1), 4)
    figures["late_ticks"] = (await engine.stats()).late_ticks
    await asyncio.gather(*(peer.close() for peer in peers))
    await engine.stop()
    return figures


async def main() -> None:
    """All figures, with a room of `PRESENT` participants beside."""
    with tempfile.TemporaryDirectory() as folder:
        seats = await prepare(Path(folder), PRESENT)

        async def measure_room() -> list[float]:
            _, times = await asyncio.to_thread(room_round, seats, Path(folder), COMMANDS)
            return times

        print(json.dumps(await measure(measure_room)))


if __name__ == "__main__":
    asyncio.run(main())
