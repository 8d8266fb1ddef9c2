"""The programme of one conference: every listener gets the same sound and the same two pictures.

It follows the room's direction without a word to anyone: a source leaves the sound at the mixer's next
tick, and a slot shows another source from its next picture on.
"""

import asyncio
from concurrent.futures import Executor
from typing import Final

from server.media import picture, sound
from server.media.engine import ConferenceStats, Direction, Levels
from server.media.outlet import Outlet

SLOTS: Final = {"floor": 500_000, "hall": 250_000}
"""The video slots in the order of a listener's video sections, with their bit rates."""
LEVEL_TICKS: Final = 10
"""Levels are told every tenth tick: five times a second."""
CATCH_UP: Final = 5
"""A mixer that is late by more than this many ticks leaves them out instead of hurrying."""


class Listener:
    """What one listening session receives: a sound track, and a picture track per slot it asked for."""

    def __init__(self, minus: str | None, low_data: bool) -> None:
        self.minus = minus
        self.low_data = low_data
        self.sound = Outlet("audio", depth=10)
        self.pictures: dict[str, Outlet] = {}

    def outlets(self) -> list[Outlet]:
        return [self.sound, *self.pictures.values()]


class Programme:
    """The mixer, the slots and the listeners of one conference."""

    def __init__(self, executor: Executor) -> None:
        self.direction = Direction()
        self.microphones: dict[str, sound.Microphone] = {}
        self.cameras: dict[str, picture.Camera] = {}
        self.listeners: set[Listener] = set()
        self.late_ticks = 0
        self.levels: dict[str, float] = {}
        self._renditions: dict[tuple[str | None, bool], tuple[sound.Rendition, list[Outlet]]] = {}
        self._slots = {name: picture.Slot(bit_rate, executor) for name, bit_rate in SLOTS.items()}
        self._gone_bytes = 0
        self._second = (0.0, 0, 0)
        self._tasks: list[asyncio.Task[None]] = []

    # What the room and the sessions change

    def direct(self, direction: Direction) -> None:
        self.direction = direction
        self._regroup()

    def add_source(self, source: str, microphone: sound.Microphone | None, camera: picture.Camera | None) -> None:
        """A source begins to publish; one that is there already is replaced."""
        self.drop_source(source)
        if microphone:
            self.microphones[source] = microphone
        if camera:
            self.cameras[source] = camera
        self._regroup()

    def drop_source(self, source: str) -> None:
        self.microphones.pop(source, None)
        self.cameras.pop(source, None)
        self.levels.pop(source, None)
        self._regroup()

    def join(self, minus: str | None, low_data: bool, pictures: int) -> Listener:
        """A listener with up to two picture tracks."""
        listener = Listener(minus, low_data)
        for name, slot in list(self._slots.items())[:pictures]:
            outlet = listener.pictures[name] = Outlet("video", depth=20, want_key=slot.want_key)
            slot.outlets.add(outlet)
        self.listeners.add(listener)
        self._regroup()
        return listener

    def leave(self, listener: Listener) -> None:
        self.listeners.discard(listener)
        for name, outlet in listener.pictures.items():
            self._slots[name].outlets.discard(outlet)
        for outlet in listener.outlets():
            self._gone_bytes += outlet.sent_bytes
            outlet.stop()
        self._regroup()

    def _regroup(self) -> None:
        """Give every listener the rendition that it must hear now, and every slot its camera.

        A listener's own source is left out only while it is heard and publishes: so the cost of mix-minus
        follows the stage, not the audience.
        """
        on_stage = self.direction.heard & self.microphones.keys()
        groups: dict[tuple[str | None, bool], list[Outlet]] = {}
        for listener in self.listeners:
            minus = listener.minus if listener.minus in on_stage else None
            groups.setdefault((minus, listener.low_data), []).append(listener.sound)
        known = self._renditions
        self._renditions = {key: (known[key][0] if key in known else sound.Rendition(*key), outlets) for key, outlets in groups.items()}
        for name, source in (("floor", self.direction.floor), ("hall", self.direction.hall)):
            self._slots[name].show(self.cameras.get(source) if source is not None else None)

    # The clock

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._mix())]
        self._tasks += [asyncio.create_task(slot.run()) for slot in self._slots.values()]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _mix(self) -> None:
        loop = asyncio.get_running_loop()
        begin = loop.time()
        tick = 0
        while True:
            late = loop.time() - begin - tick * sound.TICK
            if late < 0:
                await asyncio.sleep(-late)
            elif late > sound.TICK:
                self.late_ticks += 1
                if late > CATCH_UP * sound.TICK:
                    tick += int(late / sound.TICK)
            self._tick(tick)
            tick += 1

    def _tick(self, tick: int) -> None:
        whole, contributions = sound.mix(self.microphones, self.direction.heard)
        for rendition, outlets in self._renditions.values():
            if any(outlet.reading for outlet in outlets):
                for packet in rendition.encode(tick, whole, contributions):
                    for outlet in outlets:
                        outlet.put(packet)
        if tick % LEVEL_TICKS == 0:
            self.levels = {source: microphone.level() for source, microphone in self.microphones.items()}

    # What it tells

    def speaking(self) -> frozenset[str]:
        return frozenset(source for source in self.direction.heard if self.levels.get(source, sound.SILENT) > sound.SPEECH)

    def stats(self) -> ConferenceStats:
        now = asyncio.get_running_loop().time()
        sent = self._gone_bytes + sum(outlet.sent_bytes for listener in self.listeners for outlet in listener.outlets())
        since, before, rate = self._second
        if now - since >= 1.0:
            rate = int((sent - before) * 8 / (now - since)) if since else 0
            self._second = (now, sent, rate)
        return ConferenceStats(
            publishers=frozenset(self.microphones.keys() | self.cameras.keys()),
            listeners=len(self.listeners),
            dbfs=dict(self.levels),
            speaking=self.speaking(),
            sent_bytes=sent,
            bits_per_second=rate,
        )

    def told_levels(self, conference: str) -> Levels | None:
        return Levels(conference, dict(self.levels), self.speaking()) if self.levels else None
