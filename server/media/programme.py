"""The programme of one conference: every listener gets the same sound and the same two pictures.

It follows the room's direction without a word to anyone: a source leaves the sound at the mixer's next
tick, and a picture shows another source from its next key frame on.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Iterable
from secrets import randbelow
from typing import Final, Protocol

from server.media import sound
from server.media.engine import ConferenceStats, Direction, Levels
from server.media.listener import Listener
from server.media.monitor import Monitor
from server.media.picture import Picture, Send
from server.media.publisher import Publisher, Stream
from server.media.rtp.packets import SenderReport, write_rtp
from server.media.rtp.senderreports import NTP_EPOCH, SourceClock, ntp
from server.media.rtp.slot import CODECS, Codec
from server.media.transport.fanout import Outlet

log = logging.getLogger(__name__)

PICTURES: Final = ("floor", "hall")
"""In the order of a listener's video sections."""
OPUS: Final = len(CODECS)
"""Index of Opus among an outlet's payload types."""
LOOK_AHEAD: Final = 0.0065
"""Seconds by which an Opus encoder is behind (RFC 6716 section 2.1)."""
LEVEL_TICKS: Final = 10
"""Levels are told every tenth tick: five times a second."""
CATCH_UP: Final = 5
"""A mixer that is late by more than this many ticks leaves them out instead of hurrying."""


class Tap(Protocol):
    """What gets the programme beside the listeners, in the engine's own thread: it must not keep it waiting."""

    def sound(self, packet: bytes, at: float) -> None:
        """One Opus packet of 20 ms of the whole mix; `at`: monotonic seconds of its beginning."""
        ...

    def picture(self, slot: str, codec: Codec, packet: bytes, at: float) -> None:
        """A packet of a picture as it goes out."""
        ...

    def source_sound(self, source: str, packet: bytes, at: float) -> None: ...

    def source_picture(self, source: str, codec: Codec, packet: bytes, at: float) -> None: ...


Watch = Callable[[Stream | None, bytes, float], object]
"""Gets what a source sends, as it comes."""


class Line:
    """The numbering of all renditions with one length of frame, so that a listener moves among them without a gap."""

    def __init__(self) -> None:
        self.sequence = randbelow(1 << 15)
        """Of the packet that is next."""


class Programme:
    """The mixer, the pictures, the publishers and the listeners of one conference."""

    def __init__(self, send: Send) -> None:
        self.direction = Direction()
        self.publishers: dict[str, Publisher] = {}
        self.listeners: set[Listener] = set()
        self.late_ticks = 0
        self.levels: dict[str, float] = {}
        self.wall = time.time() - time.monotonic() + NTP_EPOCH
        self.ssrc = 1 + randbelow((1 << 32) - 8)
        """Of the sound; those of the pictures follow."""
        self.pictures = {name: Picture(self.ssrc + place, self.wall, send) for place, name in enumerate(PICTURES, 1)}
        self.monitors: dict[str, Monitor] = {}
        """Of sources that somebody looks at apart from the programme."""
        self.tap: Tap | None = None
        self.tap_stage = False
        """Whether the tap gets each stage source too."""
        self._send = send
        self._renditions: dict[tuple[str | None, bool], tuple[sound.Rendition, list[Outlet]]] = {}
        self._lines = {1: Line(), 3: Line()}
        self._low: set[Listener] = set()
        self._due: dict[Listener, float] = {}
        self._stamp = randbelow(1 << 32)
        self._tick = 0
        self._begin = time.monotonic()
        self._gone = 0
        self._second = (0.0, 0, 0)
        self._next_report = 0.0
        self._task: asyncio.Task[None] | None = None

    # What the room and the sessions change

    def direct(self, direction: Direction) -> None:
        self.direction = direction
        self._regroup()
        self._show()

    def add(self, publisher: Publisher) -> None:
        """A source begins to publish; one that is there already is replaced."""
        before = self.publishers.get(publisher.source)
        if before is not None:
            self.drop(before)
        self.publishers[publisher.source] = publisher
        publisher.push, publisher.heard, publisher.shown = self._push, self._heard, self._shown
        self._regroup()
        self._show()
        self._watch()

    def drop(self, publisher: Publisher) -> None:
        """A publisher has gone."""
        if self.publishers.get(publisher.source) is publisher:
            del self.publishers[publisher.source]
            self.levels.pop(publisher.source, None)
        for picture in self._every_picture():
            for stream in publisher.streams:
                picture.drop(stream)
        self._regroup()

    def monitor(self, source: str) -> Monitor:
        """Where a source is looked at apart from the programme; it ends with its last listener."""
        if source not in self.monitors:
            self.monitors[source] = Monitor(self.wall, self._send)
            self._show()
            self._watch()
        return self.monitors[source]

    def join(self, listener: Listener) -> None:
        self.listeners.add(listener)
        self._due[listener] = time.monotonic() + random.random()
        if listener.only is not None:
            self.monitors[listener.only].outlets.append(listener.sound)
            return
        if listener.low_data:
            self._to_line(listener, low=True)
        if listener.has_sound:
            key = self._rendition_of(listener)
            if key not in self._renditions:
                self._renditions[key] = sound.Rendition(*key), []
            self._renditions[key][1].append(listener.sound)

    def leave(self, listener: Listener) -> None:
        listener.end()
        if listener.only is not None and listener in self.listeners:
            outlets = self.monitors[listener.only].outlets
            outlets.remove(listener.sound)
            if not outlets:
                del self.monitors[listener.only]
                self._watch()
        self.listeners.discard(listener)
        self._low.discard(listener)
        self._due.pop(listener, None)
        self._gone += listener.octets
        self._regroup()

    def _regroup(self) -> None:
        """Give every listener the rendition that it must hear now.

        A listener's own source is left out only while it is heard and publishes: so the cost of mix-minus
        follows the stage, not the audience.
        """
        groups: dict[tuple[str | None, bool], list[Outlet]] = {}
        for listener in self.listeners:
            if listener.has_sound and listener.only is None:
                groups.setdefault(self._rendition_of(listener), []).append(listener.sound)
        if self.tap is not None:
            groups.setdefault((None, False), [])
        known = self._renditions
        self._renditions = {key: (known[key][0] if key in known else sound.Rendition(*key), outlets) for key, outlets in groups.items()}

    def _rendition_of(self, listener: Listener) -> tuple[str | None, bool]:
        """The source that it does not hear, and whether it gets little data."""
        apart = listener.minus if listener.minus in self.direction.heard and listener.minus in self.publishers else None
        return apart, listener in self._low

    def _show(self) -> None:
        now = time.monotonic()
        for name, source in (("floor", self.direction.floor), ("hall", self.direction.hall)):
            publisher = self.publishers.get(source) if source is not None else None
            self.pictures[name].show(tuple(publisher.streams) if publisher else (), now, hold=source is not None)
        for source, monitor in self.monitors.items():
            publisher = self.publishers.get(source)
            monitor.picture.show(tuple(publisher.streams) if publisher else (), now, hold=False)

    def _every_picture(self) -> list[Picture]:
        return [*self.pictures.values(), *(monitor.picture for monitor in self.monitors.values())]

    def _push(self, stream: Stream, packet: bytes, now: float) -> None:
        for picture in self._every_picture():
            picture.push(stream, stream.codec, packet, now)

    def _heard(self, stream: Stream, report: SenderReport, clock: SourceClock, now: float) -> None:
        for picture in self._every_picture():
            picture.heard(stream, report, clock, now)

    def _shown(self, stream: Stream) -> bool:
        return any(picture.feeds(stream) for picture in self._every_picture())

    def flush(self) -> None:
        """Send what the last datagrams brought."""
        for picture in self._every_picture():
            picture.flush()

    # A recording

    def record(self, tap: Tap | None, *, stage: bool = False) -> None:
        """`tap` gets the programme from now on, with `stage` each source of the stage as well; None ends it."""
        self.tap, self.tap_stage = tap, stage
        for name, picture in self.pictures.items():
            picture.watch = None if tap is None else self._watched(tap, name)
            if tap is not None:
                picture.large.key_frame()
        self._watch()
        self._regroup()

    def _watched(self, tap: Tap, name: str) -> Callable[[Codec, bytes, float], object]:
        return lambda codec, packet, at: tap.picture(name, codec, packet, at + (self._waited() if name == "floor" else 0.0))

    def want_key_frame(self, name: str) -> None:
        """A recording lacks a key frame of a picture or of a source."""
        if name in self.pictures:
            self.pictures[name].large.key_frame()
        elif (publisher := self.publishers.get(name)) is not None and publisher.streams:
            publisher.streams[0].ask(time.monotonic())

    def _watch(self) -> None:
        for publisher in self.publishers.values():
            tapped = self._source_watched(self.tap, publisher) if self.tap is not None and self.tap_stage else None
            monitor = self.monitors.get(publisher.source)
            publisher.watch = tapped if monitor is None else self._monitored(monitor, publisher, tapped)

    @staticmethod
    def _monitored(monitor: Monitor, publisher: Publisher, tapped: Watch | None) -> Watch:
        def watched(stream: Stream | None, packet: bytes, at: float) -> None:
            if stream is None:
                monitor.sound(publisher, packet)
            if tapped is not None:
                tapped(stream, packet, at)

        return watched

    def _source_watched(self, tap: Tap, publisher: Publisher) -> Watch:
        source = publisher.source

        def watched(stream: Stream | None, packet: bytes, at: float) -> None:
            if source not in self.direction.heard:
                return
            if stream is None:
                tap.source_sound(source, packet, at)
            elif stream is publisher.streams[0]:  # the large picture
                tap.source_picture(source, stream.codec, packet, at)

        return watched

    # The clock

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        self._begin = time.monotonic()
        tick = 0
        while True:
            late = time.monotonic() - self._begin - tick * sound.TICK
            if late < 0:
                await asyncio.sleep(-late)
            elif late > sound.TICK:
                self.late_ticks += 1
                if late > CATCH_UP * sound.TICK:
                    tick += int(late / sound.TICK)
                await asyncio.sleep(0)
            self._tick = tick
            now = time.monotonic()
            try:
                self._mix(tick, now)
                self._pulse(now)
            except Exception:  # what one source sends must not silence the others for good
                log.exception("tick %s of a programme failed", tick)
            tick += 1

    def _mix(self, tick: int, now: float) -> None:
        """One tick: 20 ms of everybody's sound."""
        microphones = {source: publisher.microphone for source, publisher in self.publishers.items() if publisher.microphone is not None}
        whole, contributions = sound.mix(microphones, self.direction.heard, now)
        for (minus, low), (rendition, outlets) in self._renditions.items():
            recorded = self.tap is not None and minus is None and not low
            if not recorded and not any(outlet.path.address for outlet in outlets):
                continue
            payload = rendition.encode(tick, whole, contributions)
            if payload is None:
                continue
            stamp = (self._stamp + (tick + 1 - rendition.ticks) * sound.FRAME) & 0xFFFFFFFF
            sequence = self._lines[rendition.ticks].sequence
            self._send([write_rtp(payload, payload_type=OPUS, sequence=sequence & 0xFFFF, timestamp=stamp, ssrc=self.ssrc)], outlets)
            if recorded and self.tap is not None:
                self.tap.sound(payload, now - sound.TICK)
        self._lines[1].sequence += 1
        if (tick + 1) % 3 == 0:
            self._lines[3].sequence += 1
            self._move()
        if tick % LEVEL_TICKS == 0:
            self.levels = {source: microphone.level() for source, microphone in microphones.items()}

    def _move(self) -> None:
        """Where frames of both lengths end, listeners change between them."""
        moving = [listener for listener in self.listeners if listener.only is None and listener.low_data != (listener in self._low)]
        for listener in moving:
            self._to_line(listener, low=listener.low_data)
        if moving:
            self._regroup()

    def _to_line(self, listener: Listener, *, low: bool) -> None:
        before, after = (self._lines[1], self._lines[3]) if low else (self._lines[3], self._lines[1])
        listener.sound.sequence = (listener.sound.sequence + before.sequence - after.sequence) & 0xFFFF
        (self._low.add if low else self._low.discard)(listener)

    def _pulse(self, now: float) -> None:
        for picture in self._every_picture():
            picture.pulse(now)
        for publisher in list(self.publishers.values()):
            publisher.pulse(now)
        if now >= self._next_report:
            self._next_report = now + 1.0
            for publisher in list(self.publishers.values()):
                publisher.report(now)
        due = [listener for listener, when in self._due.items() if now >= when]
        if due:
            stamp = self.sound_clock()
            for listener in due:
                self._due[listener] = now + 1.0
                listener.pulse(now, stamp)

    def sound_clock(self) -> tuple[int, int]:
        """NTP time and timestamp of the sound that is mixed now. What the floor said waited in its playout, and its picture did not."""
        when = self._begin + self._tick * sound.TICK - self._waited()
        return ntp(self.wall + when), (self._stamp + self._tick * sound.FRAME) & 0xFFFFFFFF

    def _waited(self) -> float:
        """Seconds that the floor's voice waits here before it is mixed."""
        floor = self.publishers.get(self.direction.floor or "")
        return floor.microphone.playout.waited + LOOK_AHEAD if floor is not None and floor.microphone is not None else 0.0

    # What it tells

    def speaking(self) -> frozenset[str]:
        return frozenset(source for source in self.direction.heard if self.levels.get(source, sound.SILENT) > sound.SPEECH)

    def stats(self, sessions: Iterable[tuple[str, Publisher | Listener]]) -> ConferenceStats:
        now = time.monotonic()
        sent = self._gone + sum(listener.octets for listener in self.listeners)
        since, before, rate = self._second
        if now - since >= 1.0:
            rate = int((sent - before) * 8 / (now - since)) if since else 0
            self._second = (now, sent, rate)
        return ConferenceStats(
            publishers=frozenset(self.publishers),
            listeners=len(self.listeners),
            dbfs=dict(self.levels),
            speaking=self.speaking(),
            sent_bytes=sent,
            bits_per_second=rate,
            sessions={name: one.stats() for name, one in sessions},
            recording=self.tap is not None,
        )

    def told_levels(self, conference: str) -> Levels | None:
        return Levels(conference, dict(self.levels), self.speaking()) if self.levels else None
