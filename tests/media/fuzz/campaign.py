"""Strangers and rogue sessions send what they like to an engine's process, while bystanders' packets are timed."""

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from server.media.embedded import EmbeddedEngine
from server.media.engine import Closed, Direction, MediaRefusal, Restarted
from server.media.rtp.ladder import Rung
from server.media.transport.dtls import Identity
from server.media.transport.srtp import SrtpError
from tests.media.fuzz.bystanders import CONSENT, Bystanders
from tests.media.fuzz.corpus import Entry
from tests.media.fuzz.grammar import Grammar
from tests.media.fuzz.rogue import LARGE, SMALL, SOUND, Rogue, description

STEP = 0.005
PUBLISHERS, LISTENERS, PROVED = 12, 16, 4
"""Rogue sessions that are there at a time; those of PROVED never shake hands."""
CALM = 3
"""Rogue listeners who report nothing and so are sent pictures to the end."""
HEARD = 6
"""Rogue publishers who are heard and seen, in a conference of their own; the others publish without the floor beside the bystanders."""
STRANGERS = 40
QUIET, LOUD = 4.0, 20.0
"""Seconds without and with attack, in turn."""
OFFERS_EVERY = 0.25
KINDS, SHARES = ("stranger", "proved", "keyless", "rtp", "rtcp"), (33, 5, 12, 40, 10)
"""Who sends: anybody; a session before its handshake; one after it, but not under its key; under its key."""
PUBLISHED = (SOUND, LARGE, SMALL)
WARM = 0.2
"""Share of the run after which memory is to grow no more: sessions are there, and what allocators keep has been taken."""


def resident(pid: int) -> int:
    """kB of memory that a process has."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def prefer(pid: int | None) -> None:
    """A core for the engine, where it runs when it wants to, as far as we may say so: what is measured is its own delay, not that of a busy machine."""
    *ours, its = sorted(os.sched_getaffinity(0))
    with suppress(OSError):
        if pid is not None and ours:
            os.sched_setaffinity(pid, {its})
            os.sched_setscheduler(pid, os.SCHED_RR, os.sched_param(1))


class Pool:
    """The rogue sessions: whoever is closed is replaced."""

    def __init__(self, engine: EmbeddedEngine, identity: Identity) -> None:
        self.closed: Counter[str] = Counter()
        self.joined = 0
        self.publishers: dict[int, Rogue] = {}
        self.listeners: dict[int, Rogue] = {}
        self.proved: dict[int, Rogue] = {}
        self._engine, self._identity = engine, identity
        self._places: dict[str, tuple[Rogue, dict[int, Rogue], int, str]] = {}
        self._joining: set[asyncio.Task[None]] = set()

    def fill(self) -> None:
        for place in range(PUBLISHERS):
            self._enter(self.publishers, place, "publisher")
        for place in range(LISTENERS):
            self._enter(self.listeners, place, "listener")
        for place in range(PROVED):
            self._enter(self.proved, place, "proved")

    def _enter(self, places: dict[int, Rogue], place: int, kind: str) -> None:
        task = asyncio.create_task(self._join(places, place, kind))
        self._joining.add(task)
        task.add_done_callback(self._joining.discard)

    async def _join(self, places: dict[int, Rogue], place: int, kind: str) -> None:
        rogue = Rogue(self._identity, f"127.0.0.{2 + place}")
        self._places[rogue.session] = (rogue, places, place, kind)
        conference = "hostile" if place < HEARD else "c"
        try:
            if kind == "listener":
                await rogue.listen(self._engine, conference, pictures=2)
            else:
                await rogue.publish(self._engine, conference, f"{kind}-{place}", pictures=2)
            await rogue.check()
            if kind != "proved":
                await rogue.shake()
        except (TimeoutError, ConnectionError, OSError, MediaRefusal):  # closed while it came, or its datagrams were lost among the others
            with suppress(MediaRefusal):
                await self._engine.remove(conference, rogue.session)
            return
        self.joined += 1
        places[place] = rogue

    def gone(self, closed: Closed) -> None:
        if closed.session in self._places:
            rogue, places, place, kind = self._places.pop(closed.session)
            self.closed[closed.reason] += 1
            places.pop(place, None)
            rogue.close()
            self._enter(places, place, kind)

    def of(self, kind: str) -> list[Rogue]:
        """Who can send a kind of datagram."""
        if kind == "proved":
            return list(self.proved.values())
        if kind == "stranger":
            return []
        return [*self.publishers.values(), *(rogue for place, rogue in self.listeners.items() if place >= CALM and kind != "rtp")]

    def all(self) -> list[Rogue]:
        return [*self.publishers.values(), *self.listeners.values(), *self.proved.values()]

    async def close(self) -> None:
        for task in list(self._joining):
            task.cancel()
        await asyncio.gather(*self._joining, return_exceptions=True)
        for rogue in self.all():
            rogue.close()


class Campaign:
    """`run` returns what there is to say; `note` is told how it stands."""

    def __init__(
        self, engine: EmbeddedEngine, seed: int, rate: int = 8000, *, saved: Sequence[Entry] = (), note: Callable[[str], object] = lambda _: None
    ) -> None:
        """`saved` is sent first, each by whom it is for."""
        self.engine, self.rate = engine, rate
        self.chance = random.Random(seed)
        self.identity = Identity()
        self.bystanders = Bystanders(self.identity)
        self.pool = Pool(engine, self.identity)
        self.sent: Counter[str] = Counter()
        self.offers: Counter[str] = Counter()
        self.restarts = 0
        self._underway: set[asyncio.Task[None]] = set()
        self._note = note
        self._saved = [entry for entry in saved if entry.kind != "offer"]
        self._offers = [entry.data.decode() for entry in saved if entry.kind == "offer"]
        self._grammar = Grammar(self.chance, [])
        self._strangers = [Rogue(self.identity, f"127.0.1.{1 + number}") for number in range(STRANGERS)]

    async def run(self, datagrams: int, quiet: float = QUIET, loud: float = LOUD) -> dict[str, Any]:
        """Until the engine has received so many datagrams more."""
        engine, pid = self.engine, self.engine.pid
        assert pid is not None
        await engine.direct("hostile", Direction(frozenset(f"publisher-{place}" for place in range(HEARD)), floor="publisher-0", hall="publisher-1"))
        telling = asyncio.create_task(self._events())
        offering: asyncio.Task[None] | None = None
        try:
            await self.bystanders.begin(engine)
            self.pool.fill()
            await asyncio.sleep(1.5)
            self._grammar.seen = [data for rogue in [*self.pool.all(), self.bystanders.speaker, self.bystanders.listener] for data in rogue.sent]
            for stranger in self._strangers:
                stranger.sock.connect(("127.0.0.1", self.bystanders.speaker.number))
            before = (await engine.stats()).counters
            began, memory = time.monotonic(), [resident(pid)]
            received = warm = 0
            self.bystanders.window("before")
            await asyncio.sleep(quiet)
            offering = asyncio.create_task(self._offer())
            while received < datagrams and not self.restarts:
                self.bystanders.window("during")
                await self._attack(loud, int((datagrams - received) * 1.05) + 100)
                self.bystanders.window(None)
                await asyncio.sleep(0.3)
                received = (await engine.stats()).counters.get("received", 0) - before.get("received", 0)
                memory.append(resident(pid))
                warm = warm or (len(memory) - 1 if received > WARM * datagrams else 0)
                self.bystanders.window("before")
                await asyncio.sleep(quiet)
                self._note(f"{received} datagrams, {memory[-1]} kB, closed {dict(self.pool.closed)}")
            stats = await engine.stats()
            hears = self.bystanders.hears()
        finally:
            for task in (telling, offering):
                if task is not None:
                    task.cancel()
            await self.pool.close()
            for stranger in self._strangers:
                stranger.close()
            await self.bystanders.close()
        refused = {name: count - before.get(name, 0) for name, count in stats.counters.items() if name not in ("received", "sent")}
        return {
            "datagrams": received,
            "sent_by_kind": dict(self.sent),
            "crashes": self.restarts + (engine.pid != pid),
            "failed_callbacks": refused.get("callback_failed", 0),
            "others_hear": hears,
            "others_p50_ms": [round(self.bystanders.percentile(name, 50), 2) for name in ("before", "during")],
            "others_p99_ms": [round(self.bystanders.percentile(name), 2) for name in ("before", "during")],
            "others_packets": [len(self.bystanders.lateness[name]) for name in ("before", "during")],
            "late_ticks": stats.late_ticks,
            "accelerated": stats.accelerated,
            "forwarded_bytes": stats.conferences["hostile"].sent_bytes,
            "memory_kb": [memory[0], memory[warm], memory[-1]],
            "memory_growth_kb": memory[-1] - memory[warm],
            "refused": dict(sorted(refused.items())),
            "sessions": self.pool.joined,
            "closed": dict(self.pool.closed),
            "offers": dict(self.offers),
            "seconds": round(time.monotonic() - began, 1),
        }

    async def _events(self) -> None:
        async for event in self.engine.events():
            if isinstance(event, Closed):
                self.pool.gone(event)
            elif isinstance(event, Restarted):
                self.restarts += 1

    async def _attack(self, seconds: float, most: int) -> None:
        begin = consent = time.monotonic()
        number = 0
        while (passed := time.monotonic() - begin) < seconds and number < most and not self.restarts:
            for _ in range(min(int(passed * self.rate) - number, self.rate // 10)):
                self._one()
                number += 1
            number = int(passed * self.rate)  # what a busy machine did not let go out is not made up in one burst
            if time.monotonic() - consent > CONSENT:
                consent = time.monotonic()
                self._nudge()
            await asyncio.sleep(STEP)

    def _nudge(self) -> None:
        """Consent of all rogues, and other pictures in their conference."""
        for rogue in self.pool.all():
            rogue.drain()
            rogue.send(rogue.request())
        sources = [f"publisher-{self.chance.randrange(HEARD)}" for _ in range(2)]
        heard = frozenset(f"publisher-{place}" for place in self.chance.sample(range(HEARD), 4))
        self._begin(self.engine.direct("hostile", Direction(heard, floor=sources[0], hall=sources[1])))
        for place, rogue in self.pool.listeners.items():  # so that numbers are moved, too
            self._begin(
                self.engine.save("hostile" if place < HEARD else "c", rogue.session, Rung(self.chance.randrange(2 if place < CALM else 0, 4)))
            )

    def _begin(self, doing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(doing)
        self._underway.add(task)
        task.add_done_callback(self._underway.discard)

    def _one(self) -> None:
        if self._saved:
            kind, data = self._saved.pop()
        else:
            kind, data = self.chance.choices(KINDS, SHARES)[0], None
        rogues = self.pool.of(kind)
        if not rogues:
            self.chance.choice(self._strangers).send(self._grammar.stranger() if data is None else data)
            self.sent["stranger"] += 1
            return
        rogue = self.chance.choice(rogues)
        if kind == "proved":
            rogue.send(self._grammar.stranger())
        elif kind == "keyless":
            rogue.send(self._keyless(rogue))
        elif kind == "rtcp":
            rogue.rtcp(self._grammar.rtcp(rogue.streams or PUBLISHED) if data is None else data)
        else:
            try:
                rogue.rtp(self._grammar.rtp() if data is None else data)
            except SrtpError:  # libsrtp does not protect a header that breaks off
                return
        self.sent[kind] += 1

    def _keyless(self, rogue: Rogue) -> bytes:
        """From a connected session, but not under its key; or DTLS under it, or an authentic check."""
        chance = self.chance
        match chance.randrange(5):
            case 0:
                return self._grammar.broken(chance.choice(rogue.sent))
            case 1:
                return chance.choice(rogue.sent)
            case 2:
                return rogue.record(*(chance.randbytes(chance.randrange(1, 40)) for _ in range(chance.choice((1, 1, 5, 20)))))
            case 3:
                return rogue.request([(chance.choice((0x0003, 0x0024, 0x8028, 0x8029, 0x802A, 0xC001)), chance.randbytes(chance.randrange(12)))])
            case _:
                return self._grammar.stranger()

    async def _offer(self) -> None:
        """Malformed descriptions, as they may come over HTTP."""
        while True:
            await asyncio.sleep(OFFERS_EVERY)
            publishing = self.chance.random() < 0.5
            offer = (
                self._offers.pop()
                if self._offers
                else self._grammar.offer(description(self.identity, "fuzz", publishing=publishing, pictures=self.chance.randrange(3)))
            )
            try:
                if publishing:
                    await self.engine.publish("offers", "one", "one", offer)
                else:
                    await self.engine.listen("offers", "one", offer)
                self.offers["taken"] += 1
                await self.engine.remove("offers", "one")
            except MediaRefusal as refusal:
                self.offers[refusal.code] += 1
