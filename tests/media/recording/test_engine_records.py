"""The engine's recording, with real peers: what is heard and seen is in the files, also after the engine was killed."""

import asyncio
import os
import signal
import time
from pathlib import Path

from server.media.embedded import EmbeddedEngine
from server.media.engine import Direction, MediaConfig, Recorded, Restarted
from server.media.recording import index
from tests.media.peers import Colour, Publisher, Tone, only_loopback, until
from tests.media.recording.material import BLUE, RED, decoded, near


async def test_a_conference_is_recorded_over_a_change_of_the_floor_and_a_death_of_the_engine(tmp_path: Path) -> None:
    only_loopback()
    engine = EmbeddedEngine(MediaConfig(host="127.0.0.1"))
    told: list[Recorded | Restarted] = []

    async def listen() -> None:
        async for event in engine.events():
            if isinstance(event, Recorded | Restarted):
                told.append(event)

    def states() -> list[str]:
        return [event.state for event in told if isinstance(event, Recorded)]

    async def publish(source: str, hertz: float, colour: tuple[int, int, int]) -> Publisher:
        peer = Publisher(Tone(hertz), Colour(colour))
        await peer.accept(await engine.publish("c", f"in-{source}", source, await peer.offer()))
        await peer.connected()
        return peer

    reading = asyncio.create_task(listen())
    await engine.start()
    peers = [await publish("an", 440, RED), await publish("binh", 1000, BLUE)]
    await engine.record("c", str(tmp_path / "r"), stage=True)
    await engine.direct("c", Direction(frozenset({"an"}), floor="an"))
    await until(lambda: "on" in states())
    await asyncio.sleep(1.5)
    assert (await engine.stats()).conferences["c"].recording
    changed = time.time()
    await engine.direct("c", Direction(frozenset({"binh"}), floor="binh"))
    await asyncio.sleep(1.5)
    os.kill(engine.pid or 0, signal.SIGKILL)
    await until(lambda: any(isinstance(event, Restarted) for event in told) and states().count("on") == 2)
    peers.append(await publish("binh", 1000, BLUE))
    await asyncio.sleep(1.5)
    await engine.record("c", None)
    await until(lambda: states()[-1] == "off")
    assert not (await engine.stats()).conferences["c"].recording
    pieces = index.read(tmp_path / "r")
    assert (tmp_path / "r" / index.WHOLE).exists() and all(piece.seconds for piece in pieces)
    first, second = [piece for piece in pieces if piece.series == "floor"][:2], [piece for piece in pieces if piece.series == "floor"][-1]
    place = index.locate(pieces, round(changed * 1000))
    assert place is not None and place[0] in {piece.file for piece in first}
    seen = decoded(tmp_path / "r" / place[0])
    assert abs(seen.hertz(place[1] - 1.0, place[1] - 0.1) - 440) < 3 and abs(seen.hertz(place[1] + 0.4, len(seen.pcm) / 48_000) - 1000) < 3
    assert near([colour for at, colour, _ in seen.frames if at < place[1]][-1], RED) and near(seen.frames[-1][1], BLUE)
    after = decoded(tmp_path / "r" / second.file)
    assert abs(after.hertz(len(after.pcm) / 48_000 - 0.6, len(after.pcm) / 48_000) - 1000) < 3 and near(after.frames[-1][1], BLUE)
    an = next(piece for piece in pieces if piece.series == "an")
    alone = decoded(tmp_path / "r" / an.file)
    assert an.codecs == ("opus", "vp8") and abs(alone.hertz(0.2, 1.2) - 440) < 3 and near(alone.frames[-1][1], RED)
    for peer in peers:
        await peer.close()
    await engine.stop()
    reading.cancel()
