"""`make bench-floor`: how fast the floor is at a listener: granting to first sound, revoking to silence, joining to the first picture, handing over.

Sound is measured after decoding at aiortc, whose receiver alone waits 80 ms for stragglers; pictures on the screen of Chromium, from wishing to join (with
ICE and DTLS) to the first one presented, and every one while the floor changes hands between two who publish. The last line is one JSON object.
"""

import asyncio
import json
import statistics
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright

from bench.media.machine import foremost
from bench.media.peer import read
from bench.media.stage import PER_SECOND, Source, Stage, film
from bench.room import ROOT, prepare, room_round
from server.media.embedded import EmbeddedEngine
from server.media.engine import Direction, MediaConfig, Stepped
from server.media.transport.dtls import Identity
from tests.browser.browsers import FLAGS
from tests.media.peers import Hearer, energy, only_loopback, until

TRIALS, JOINS, HAND_OVERS = 40, 20, 20
HERTZ = {"an": 440.0, "binh": 1000.0}
COLOURS = {"an": (200, 30, 30), "binh": (30, 30, 200)}
AUDIBLE, SILENT = -30.0, -50.0
"""Levels in dBFS of one 20 ms frame at the tone's frequency."""
NEAR = 60
"""How far a field's colour may be off; a picture with a field that is further off from both is broken."""
SEEN_MS = 1200
PRESENT, COMMANDS = 200, 60
"""Participants and commands of the room that is measured without media and while media runs."""

MeasureRoom = Callable[[], Awaitable[list[float]]]
"""Measures the room alone: milliseconds from command to last participant, one for each command."""


async def hearer(engine: EmbeddedEngine, session: str) -> Hearer:
    peer = Hearer()
    await peer.accept(await engine.listen("c", session, await peer.offer()))
    await peer.connected()
    return peer


async def delay(engine: EmbeddedEngine, listener: Hearer, heard: bool) -> float:
    """Milliseconds from the command to the first frame at the listener that is as commanded."""
    begin = time.monotonic()
    await engine.direct("c", Direction(frozenset({"an"}) if heard else frozenset()))

    def arrived() -> float | None:
        for at, pcm in list(listener.heard):
            level = energy(pcm, HERTZ["an"])
            if at >= begin and (level > AUDIBLE if heard else level < SILENT):
                return at
        return None

    await until(lambda: arrived() is not None, 5)
    at = arrived()
    assert at is not None
    return (at - begin) * 1000


async def floor(engine: EmbeddedEngine) -> dict[str, float]:
    """Granting and revoking; commands fall anywhere between two ticks of the mixer."""
    listener = await hearer(engine, "measured")
    await asyncio.sleep(1.0)
    grants, revokes = [], []
    for trial in range(TRIALS):
        grants.append(await delay(engine, listener, True))
        await asyncio.sleep(0.2 + trial % 20 / 1000)
        revokes.append(await delay(engine, listener, False))
        await asyncio.sleep(0.2 + trial % 19 / 1000)
    await listener.close()
    return percentiles("grant_to_sound", grants) | percentiles("revoke_to_silence", revokes)


def shows(fields: list[list[int]]) -> str | None:
    """Whose picture it is, or None where a field is not as it should be."""
    for name, colour in COLOURS.items():
        if all(abs(a - b) < NEAR for field in fields for a, b in zip(field, colour, strict=True)):
            return name
    return None


async def pictures(engine: EmbeddedEngine, page: Page) -> dict[str, Any]:
    """Joining to the first picture, and handing over without a break in it."""

    async def answer(session: str, offer: str) -> str:
        return await engine.listen("c", session, offer)

    async def direct(source: str) -> None:
        await engine.direct("c", Direction(frozenset({source}), floor=source))

    await page.expose_function("answer", answer)
    await page.expose_function("direct", direct)
    await page.add_script_tag(path=ROOT / "bench" / "floor.js")
    await direct("an")
    await asyncio.sleep(0.5)
    joins = []
    for number in range(JOINS):
        joins.append(float(await page.evaluate(f"firstPicture('join-{number}')")))
        await asyncio.sleep(0.1 + number % 7 / 100)
    await page.evaluate("watch('watching')")
    await page.wait_for_function("pictures.length > 10")
    await asyncio.sleep(1.0)
    before = await page.evaluate("received()")
    gaps, switches, broken, shown, unseen = [], [], 0, 0, 0
    for number in range(HAND_OVERS):
        to = "an" if number % 2 else "binh"
        seen = await page.evaluate(f"handOver('{to}', {SEEN_MS + number % 9 * 5})")
        times = [picture["at"] for picture in seen["pictures"]]
        owners = [shows(picture["fields"]) for picture in seen["pictures"]]
        shown, broken = shown + len(owners), broken + owners.count(None)
        first = next((at for at, owner in zip(times, owners, strict=True) if at >= seen["begin"] and owner == to), None)
        if first is None:
            unseen += 1
            continue
        switches.append(first - seen["begin"])
        gaps.append(max(after - at for at, after in pairwise(times) if after >= seen["begin"]))
    after = await page.evaluate("received()")
    return {
        **percentiles("join_to_picture", joins),
        **percentiles("switch_to_picture", switches),
        **percentiles("switch_frozen", gaps),
        "frame_interval_ms": 1000 / PER_SECOND,
        "hand_overs": HAND_OVERS,
        "pictures_seen": shown,
        "hand_overs_unseen": unseen,
        "broken_pictures": broken,
        **{f"chromium_{name}": after[name] - before[name] for name in ("decoded", "dropped", "freezes", "lost")},
    }


async def stepped(engine: EmbeddedEngine, steps: list[str]) -> None:
    """Notes whoever is sent less than before: on a machine that is its own nobody is."""
    async for event in engine.events():
        if isinstance(event, Stepped) and event.why in ("bandwidth", "loss", "delay"):
            steps.append(f"{event.session} to {event.rung.name.lower()} for {event.why}")


def percentiles(name: str, values: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return {f"{name}_p{rank}_ms": round(cuts[rank - 1], 1) for rank in (50, 95, 99)}


async def measure(chromium: str, measure_room: MeasureRoom | None = None) -> dict[str, Any]:
    """All figures. With `measure_room`, the room's latency is taken without media and while media runs."""
    only_loopback()
    figures: dict[str, Any] = {"trials": TRIALS, "joins": JOINS}
    steps: list[str] = []
    if measure_room:
        figures |= percentiles("room_without_media", await measure_room())
    engine, stage = EmbeddedEngine(MediaConfig(host="127.0.0.1", announced=("127.0.0.1",))), Stage()
    await engine.start()
    stage.start()
    watching = asyncio.create_task(stepped(engine, steps))
    try:
        identity = Identity()
        for name, hertz in HERTZ.items():
            source = Source(identity, hertz, True, film=film(COLOURS[name]))
            await stage.enter(source, read(await engine.publish("c", f"in-{name}", name, source.offer())))
        figures |= await floor(engine)
        if measure_room:
            await engine.direct("c", Direction(frozenset(HERTZ), floor="an"))
            figures |= percentiles("room_with_media", await measure_room())
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            figures |= await pictures(engine, await browser.new_page())
            await browser.close()
        stats = await engine.stats()
        return {**figures, "steps_down": steps, "late_ticks": stats.late_ticks, "accelerated": stats.accelerated}
    finally:
        watching.cancel()
        await stage.close()
        await engine.stop()


async def main() -> None:
    """All figures, with a room of `PRESENT` participants beside."""
    found = subprocess.run([ROOT / "scripts" / "browser"], stdout=subprocess.PIPE, text=True, check=True)  # noqa: ASYNC221 - before anything runs
    with tempfile.TemporaryDirectory() as folder, foremost():
        seats = await prepare(Path(folder), PRESENT)

        async def measure_room() -> list[float]:
            _, times = await asyncio.to_thread(room_round, seats, Path(folder), COMMANDS)
            return times

        print(json.dumps(await measure(found.stdout.strip(), measure_room)))


if __name__ == "__main__":
    asyncio.run(main())
