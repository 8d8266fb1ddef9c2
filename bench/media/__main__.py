"""`make bench-media`: our engine against Janus on the same core, and how many listeners one core carries.

Prints progress, and as its last line one JSON object. The server has one core, stage and audience have the other. Rounds are interleaved (Janus, pure
Python, native, and again, each time beginning with another); ratios are medians over rounds. QUICK=1 is one short round.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.media import machine
from bench.media.audience import HERE, Audience, compiled, milliseconds
from bench.media.servers import Janus, Ours, Server, version
from bench.media.stage import Source, Stage
from bench.media.witness import witness
from server.media.transport import fanout
from server.media.transport.dtls import Identity

ROOT = HERE.parent.parent
COMPARED = (150, 300, 600)
STEPS = {
    "janus": (150, 300, 400, 600),
    "python": (150, 300, 400, 500, 600, 700, 800),
    "native": (150, 300, 600, 700, 800, 900, 1000, 1200),
}
"""Listeners, step by step; beyond the compared ones it ends where two fail one after the other."""
AUDIO_STEPS = (600, 900, 1200, 1600, 2000, 2500, 3000)
MOST_LOSS, MOST_P99, LEAST_DELIVERED = 0.001, 20.0, 0.99
"""A step holds below this loss, with pictures' packets under way for less than this (ms), and with so much of what was sent delivered."""
SETTLE = 1.5
JOINING = 16


@dataclass
class Plan:
    """How long it takes; `retries` is what is left of measuring again."""

    quick: bool
    rounds: int
    window: float
    retries: int
    core: int
    identity: Identity = field(default_factory=Identity)

    def steps(self, name: str) -> tuple[int, ...]:
        return COMPARED[:2] if self.quick else STEPS[name]


@dataclass
class Hall:
    """One server with its stage and audience."""

    server: Server
    stage: Stage
    audience: Audience
    plan: Plan
    picture: bool = True

    async def enter(self, name: str, hertz: float, picture: bool = True, measured: bool = False) -> Source:
        """Somebody begins to publish."""
        source = Source(self.plan.identity, hertz, picture, self.audience.utter if measured else None)
        await self.stage.enter(source, await self.server.publish(source, name))
        return source

    async def grow(self, size: int) -> None:
        """Listeners join until there are so many."""
        turn = asyncio.Semaphore(JOINING)

        async def one(number: int) -> None:
            async with turn:
                self.audience.add(await self.server.listen(self.plan.identity, number, self.picture))

        await asyncio.gather(*(one(number) for number in range(len(self.audience.peers), size)))

    async def share(self, seconds: float) -> float:
        """CPU of the server as a share of its core."""
        pid, core = self.server.pid, self.plan.core
        for _ in range(3):
            before, begin = machine.reading(pid, core), time.monotonic()
            await asyncio.sleep(seconds)
            after, passed = machine.reading(pid, core), time.monotonic() - begin
            used = after.process - before.process
            if not machine.disturbed(pid, before, after, passed) or not self._again():
                break
        return used / passed

    def _again(self) -> bool:
        self.plan.retries -= 1
        return self.plan.retries >= 0

    async def measured(self) -> dict[str, Any]:
        """One window; where others used the core meanwhile, the best of three."""
        await asyncio.sleep(SETTLE)
        tries = [await self._window()]
        while tries[-1]["disturbed"] and len(tries) < 3 and self._again():
            tries.append(await self._window())
        return {**min(tries, key=lambda figures: float(figures["foreign"])), "tries": len(tries)}

    async def _window(self) -> dict[str, Any]:
        pid, core, size = self.server.pid, self.plan.core, len(self.audience.peers)
        sent = self._sent()
        counts, delays, used, begin, own = (
            self.audience.counts(),
            self.audience.delays.copy(),
            machine.reading(pid, core),
            time.monotonic(),
            time.process_time(),
        )
        await asyncio.sleep(self.plan.window)
        if self.server.pid != pid:
            raise RuntimeError(f"{self.server.name} was replaced while it was measured")
        after, passed = machine.reading(pid, core), time.monotonic() - begin
        grown, took, own = self.audience.counts(), self.audience.delays - delays, time.process_time() - own
        sent = self._sent() - sent
        streams = ("sound", "picture") if self.picture else ("sound",)
        got = sum(grown[name]["received"] - counts[name]["received"] for name in streams)
        expected = sum(int((grown[name]["highest"] - counts[name]["highest"]).sum()) for name in streams)
        cpu, packets = after.process - used.process, int(got.sum())
        p50, p99, most = milliseconds(took, (0.5, 0.99, 1.0))
        dropped, repaired = (int((grown["picture"][name] - counts["picture"][name]).sum()) for name in ("dropped", "repaired"))
        return {
            "listeners": size,
            "packets_per_cpu_second": round(packets / cpu) if cpu else 0,
            "cpu": round(cpu / passed, 3),
            "loss": round(max(0.0, 1 - packets / expected), 6) if expected else 1.0,
            "delivered": round(packets / (sent * size), 4),
            "silent": int((got == 0).sum()),
            "p50_ms": p50,
            "p99_ms": p99,
            "max_ms": most,
            "repaired": round(repaired / dropped, 3) if dropped else None,
            "foreign": round((after.busy - used.busy - cpu + after.steal - used.steal) / passed, 3),
            "disturbed": machine.disturbed(pid, used, after, passed),
            "load": round(own / passed, 2),
        }

    def _sent(self) -> int:
        """Packets that a listener ought to have got so far: of a sound, whoever made it, and of a picture."""
        first = self.stage.sources[0]
        return first.sent["audio"] + (first.sent["video"] if self.picture else 0)


def holds(step: dict[str, Any]) -> bool:
    """Whether so many were served well."""
    late = step["p99_ms"] is not None and step["p99_ms"] >= MOST_P99
    return bool(step["loss"] < MOST_LOSS and not late and step["silent"] == 0 and step["delivered"] >= LEAST_DELIVERED)


@asynccontextmanager
async def hall(server: Server, plan: Plan, receiver: Path, room: int) -> AsyncIterator[Hall]:
    audience = Audience(receiver, room)
    stage = Stage()
    stage.start()
    try:
        await server.start(plan.core)
        yield Hall(server, stage, audience, plan)
    finally:
        audience.close()
        await stage.close()
        await server.stop()


async def climb(made: Hall, steps: Sequence[int], compared: Sequence[int]) -> list[dict[str, Any]]:
    """Step by step; ends where two fail one after the other and no compared one follows."""
    found: list[dict[str, Any]] = []
    failed = 0
    for size in steps:
        if failed >= 2 and size > max(compared, default=0):
            break
        await made.grow(size)
        found.append(await made.measured())
        failed = 0 if holds(found[-1]) else failed + 1
        print(f"    {'holds' if holds(found[-1]) else 'fails'} {found[-1]}", flush=True)
    return found


async def visit(server: Server, plan: Plan, receiver: Path) -> dict[str, Any]:
    """One server's turn: the cost of joining, memory, and the steps."""
    steps = plan.steps(server.name)
    async with hall(server, plan, receiver, max(steps)) as made:
        await made.enter("an", 440.0, measured=True)
        await server.direct(frozenset({"an"}), "an")
        await asyncio.sleep(1.0)  # Janus lets nobody subscribe to who has only just connected
        await witness(await server.listen(plan.identity, -1, True))
        made.stage.paused = True
        await asyncio.sleep(0.5)
        before, memory = await made.share(1.0), machine.resident(server.pid)
        begin, used = time.monotonic(), machine.reading(server.pid, plan.core).process
        await made.grow(steps[0])
        used, took = machine.reading(server.pid, plan.core).process - used, time.monotonic() - begin
        await asyncio.sleep(0.5)
        joins = (used - took * (before + await made.share(1.0)) / 2) / steps[0]
        made.stage.paused = False
        found = await climb(made, steps, COMPARED)
        size = len(made.audience.peers)
        figures = {
            "server": server.name,
            "join_cpu_ms": round(joins * 1000, 2),
            "joins_per_second": round(steps[0] / took, 1),
            "kb_per_listener": round((machine.resident(server.pid) - memory) / size / 1000, 1),
            "profile": made.audience.peers[0].srtp.profile.name if made.audience.peers[0].srtp else None,
            "steps": found,
        }
        print(f"    { ({key: value for key, value in figures.items() if key != 'steps'}) }", flush=True)
        return figures


def most(steps: list[dict[str, Any]]) -> int:
    """The largest step that holds."""
    return max((int(step["listeners"]) for step in steps if holds(step)), default=0)


async def sounds(accelerated: bool, plan: Plan, receiver: Path) -> list[dict[str, Any]]:
    """How many who listen only."""
    steps = AUDIO_STEPS[:1] if plan.quick else AUDIO_STEPS
    async with hall(Ours(accelerated), plan, receiver, max(steps)) as made:
        made.picture = False
        await made.enter("an", 440.0, picture=False)
        await made.server.direct(frozenset({"an"}), None)
        return await climb(made, steps, ())


async def idle(accelerated: bool, plan: Plan, receiver: Path) -> float:
    """What a listener costs while nobody speaks and nothing is shown, as a share of the core."""
    size = 100 if plan.quick else 300
    async with hall(Ours(accelerated), plan, receiver, size + 1) as made:
        await made.grow(1)
        await asyncio.sleep(2.0)
        before = await made.share(plan.window)
        await made.grow(size + 1)
        await asyncio.sleep(3.0)
        return (await made.share(plan.window) - before) / size


async def stages(accelerated: bool, plan: Plan, receiver: Path) -> dict[str, float]:
    """What those on stage cost, with one listener: sources with sound and camera, all heard, one seen; then eight voices only."""
    figures: dict[str, float] = {}
    for group, picture in (((1, 3, 6), True), ((8,), False)):
        async with hall(Ours(accelerated), plan, receiver, 2) as made:
            await made.grow(1)
            await asyncio.sleep(1.5)
            nobody = await made.share(plan.window)
            figures.setdefault("nobody", round(nobody, 4))
            names: list[str] = []
            for size in group:
                while len(names) < size:
                    names.append(f"person-{len(names)}")
                    await made.enter(names[-1], 300.0 + 70 * len(names), picture)
                await made.server.direct(frozenset(names), names[0] if picture else None)
                await asyncio.sleep(SETTLE)
                cost = await made.share(plan.window)
                figures[f"sources_{size}" if picture else f"mix_{size}"] = round(cost - nobody, 4)
    return figures


async def blocked(accelerated: bool, plan: Plan, receiver: Path) -> tuple[float, float]:
    """The 99th percentile of the delay with 150 listeners, in ms: while this process, which is the room's, waits, and while it is busy for 30 ms
    of every 100."""

    async def busy() -> None:
        while True:
            begin = time.monotonic()
            while time.monotonic() - begin < 0.03:
                pass
            await asyncio.sleep(0.07)

    async with hall(Ours(accelerated), plan, receiver, COMPARED[0]) as made:
        await made.enter("an", 440.0, measured=True)
        await made.server.direct(frozenset({"an"}), "an")
        await made.grow(COMPARED[0])
        calm = await made.measured()
        working = asyncio.create_task(busy())
        worked = await made.measured()
        working.cancel()
        return calm["p99_ms"], worked["p99_ms"]


def spread(values: Sequence[float]) -> dict[str, Any]:
    return {
        "median": round(statistics.median(values), 3),
        "min": round(min(values), 3),
        "max": round(max(values), 3),
        "rounds": [round(v, 3) for v in values],
    }


def compared(rounds: list[dict[str, dict[str, Any]]], name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Packets per CPU second as a ratio to Janus: by number of listeners, and over all of a round (the geometric mean of its steps)."""
    by_size: dict[int, list[float]] = {}
    overall = []
    for one in rounds:
        found = {kind: {step["listeners"]: step["packets_per_cpu_second"] for step in one[kind]["steps"]} for kind in ("janus", name)}
        ratios = {size: found[name][size] / found["janus"][size] for size in COMPARED if size in found[name] and size in found["janus"]}
        for size, ratio in ratios.items():
            by_size.setdefault(size, []).append(ratio)
        overall.append(statistics.geometric_mean(ratios.values()))
    return spread(overall), {str(size): spread(values) for size, values in by_size.items()}


def summary(rounds: list[dict[str, dict[str, Any]]], native: bool) -> dict[str, Any]:
    """The figures of the compared rounds."""
    ours = ("python", "native") if native else ("python",)
    result: dict[str, Any] = {}
    detail: dict[str, Any] = {}
    for name in ours:
        overall, by_size = compared(rounds, name)
        result[f"ratio_vs_janus_{name}"] = overall["median"]
        detail[f"ratio_{name}"] = {"overall": overall, **by_size}
    for name in ("janus", *ours):
        detail[f"max_listeners_{name}"] = spread([most(one[name]["steps"]) for one in rounds])
        detail[f"join_cpu_ms_{name}"] = spread([one[name]["join_cpu_ms"] for one in rounds])
        detail[f"kb_per_listener_{name}"] = spread([one[name]["kb_per_listener"] for one in rounds])
        if name != "janus":
            result[f"max_listeners_{name}"] = int(detail[f"max_listeners_{name}"]["median"])
    joins = [max(one[name]["join_cpu_ms"] for name in ours) / one["janus"]["join_cpu_ms"] for one in rounds]
    result["join_cpu_ratio_vs_janus"] = spread(joins)["median"]
    result["kb_per_listener"] = max(detail[f"kb_per_listener_{name}"]["median"] for name in ours)
    return {**result, "detail": {**detail, "join_cpu_ratio": spread(joins)}}


async def run(plan: Plan, folder: Path) -> dict[str, Any]:
    receiver = compiled(HERE / "receiver.c", folder)
    native = fanout.ACCELERATED
    kinds: list[Callable[[], Server]] = [lambda: Janus(folder), lambda: Ours(False)]
    if native:
        kinds.append(lambda: Ours(True))
    rounds: list[dict[str, dict[str, Any]]] = []
    for number in range(plan.rounds):
        one: dict[str, dict[str, Any]] = {}
        for kind in kinds[number % len(kinds) :] + kinds[: number % len(kinds)]:
            server = kind()
            print(f"round {number + 1}, {server.name}", flush=True)
            one[server.name] = await visit(server, plan, receiver)
        rounds.append(one)
    result = summary(rounds, native)
    for accelerated in (False, True) if native else (False,):
        name = "native" if accelerated else "python"
        print(f"sound only, {name}", flush=True)
        steps = await sounds(accelerated, plan, receiver)
        result[f"audio_only_max_{name}"] = most(steps)
        result["detail"][f"audio_only_{name}"] = steps
        idling = await idle(accelerated, plan, receiver)
        result["detail"][f"idle_listener_cpu_{name}"] = round(idling, 6)
        result["idle_listener_cpu"] = max(result.get("idle_listener_cpu", 0.0), round(idling, 6))
    print("a busy room", flush=True)
    calm, worked = await blocked(native, plan, receiver)
    result |= {"p99_ms_room_calm": calm, "p99_ms_room_blocked": worked}
    costs = await stages(native, plan, receiver)
    result |= {
        "cpu_of_1_3_6_sources": [costs[f"sources_{size}"] for size in (1, 3, 6)],
        "cpu_of_mix_of_8": costs["mix_8"],
        "cpu_of_nobody": costs["nobody"],
    }
    result |= {"janus": version(), "native": native, "quick": plan.quick, "rounds": rounds}
    return result


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int)
    arguments.add_argument("--window", type=float, help="seconds of one measurement")
    chosen = arguments.parse_args()
    if subprocess.run([ROOT / "scripts" / "janus"], stdout=subprocess.DEVNULL).returncode:
        sys.exit(1)
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        sys.exit("The benchmark needs two cores: one for the server, one for everybody else.")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 16_384)), hard))
    os.sched_setaffinity(0, set(cores[1:]))
    quick = os.environ.get("QUICK", "0") not in ("", "0")
    plan = Plan(quick, chosen.rounds or (1 if quick else 3), chosen.window or (2.0 if quick else 4.0), 4 if quick else 30, cores[0])
    begin = time.monotonic()
    with machine.foremost(), tempfile.TemporaryDirectory() as folder:
        result = asyncio.run(run(plan, Path(folder)))
    print(json.dumps({**result, "seconds": round(time.monotonic() - begin)}))


if __name__ == "__main__":
    main()
