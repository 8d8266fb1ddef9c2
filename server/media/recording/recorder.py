"""Writes what a programme gives to its tap. The engine's thread only hands over; a thread of its own joins, muxes and looks after the disk."""

import logging
import re
import shutil
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from errno import ENOSPC
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final, Literal

from server.media import opus
from server.media.recording import index
from server.media.recording.frames import Frame, Frames, Order, Timeline
from server.media.recording.segment import TICK, Segment, playable
from server.media.rtp.packets import read_rtp
from server.media.rtp.slot import CLOCK_RATE, Codec

log = logging.getLogger(__name__)

SOONEST: Final = 1.0
"""Seconds before a file gives way to one with other pictures: a source that changes with every key frame must not make a file of each."""
LONGEST: Final = 600.0
"""Seconds after which a new file begins."""
PATIENCE: Final = 2.0
"""Seconds that a beginning file waits for the other of sound and picture."""
OVERDUE: Final = 10.0
"""Seconds that a file's end waits for a key frame."""
IDLE: Final = 5.0
"""Seconds without anything after which a file ends."""
WAITING: Final = 8192
"""Packets that may wait for the writer: some 30 seconds of a slow disk."""
LOOK: Final = 1.0
"""Seconds between two looks at the disk."""
TELL: Final = 10.0
LEAST_FREE: Final = 2 << 30
LEAST_SHARE: Final = 0.02
"""Of the disk, that stay free beside LEAST_FREE: the record must still be written when a recording cannot."""

PICTURES: Final = ("floor", "hall")
"""The slots; each is a series, with the sound of the whole."""

State = Literal["on", "off", "failed"]
Tell = Callable[[State, str, float, int], object]
"""State, reason, seconds, bytes."""


_writing: Final[defaultdict[Path, threading.Lock]] = defaultdict(threading.Lock)
"""One writer for a folder: one that is to go on waits for the end of the last."""


class DiskFull(OSError):
    """Less is free than must stay free."""


class Series:
    """Sound and picture that belong together, in one file after another."""

    def __init__(self, recorder: "Recorder", name: str) -> None:
        self.name = name
        self.last = 0.0
        """When something came."""
        self._recorder = recorder
        self._file: Segment | None = None
        self._held: list[tuple[float, bytes, int] | tuple[float, Frame]] = []
        self._heard = False
        self._seen: Frame | None = None

    def sound(self, packet: bytes, at: float, samples: int) -> None:
        """A packet of Opus."""
        self.last = at
        self._heard = True
        file = self._file
        if file is None:
            self._hold((at, packet, samples))
            return
        if at - file.begin > LONGEST + (0 if file.picture_like is None else OVERDUE):
            file = self._turn(at, None)
        file.sound(packet, at, samples)

    def picture(self, frame: Frame, at: float) -> None:
        """A picture; one that is no key frame follows one that was."""
        self.last = at
        file = self._file
        if file is None:
            if frame.key:
                self._seen = frame
            if self._seen is not None:
                self._hold((at, frame))
            return
        if frame.key and ((frame.codec, frame.parameters) != file.picture_like or file.has_sound != self._heard or at - file.begin > LONGEST):
            if at - file.begin < SOONEST and file.picture_like is not None:
                return
            file = self._turn(at, frame)
        if self.continues(frame):
            file.picture(frame, at)

    def continues(self, frame: Frame) -> bool:
        """Whether its file already holds pictures like this one."""
        return self._file is not None and (frame.codec, frame.parameters) == self._file.picture_like

    def wants_key_frame(self, now: float) -> bool:
        """Whether its next file waits for one."""
        file = self._file
        return file is not None and file.picture_like is not None and (now - file.begin > LONGEST or file.has_sound != self._heard)

    def look(self, now: float) -> None:
        """What time alone does."""
        if self._file is not None and now - self.last > IDLE:
            self.close()
        elif self._held and now - self._held[0][0] > PATIENCE:
            self._begin()
        elif self._file is not None:
            self._file.sync()

    def close(self) -> None:
        """Ends the file."""
        if self._held:
            self._begin()
        file, self._file = self._file, None
        self._heard, self._seen = False, None
        if file is not None:
            self._recorder.ended(file)

    @property
    def size(self) -> int:
        """Bytes of the file that is written."""
        return self._file.path.stat().st_size if self._file is not None else 0

    def _hold(self, item: tuple[float, bytes, int] | tuple[float, Frame]) -> None:
        self._held.append(item)
        if (self._heard and self._seen is not None) or item[0] - self._held[0][0] > PATIENCE:
            self._begin()

    def _begin(self) -> None:
        """The first file, with all that was held."""
        held, self._held = sorted(self._held, key=lambda item: item[0]), []
        self._file = file = self._recorder.begun(self, held[0][0], sound=self._heard, picture=self._seen)
        for item in held:
            if len(item) == 3:
                file.sound(item[1], item[0], item[2])
            elif (item[1].codec, item[1].parameters) == file.picture_like:
                file.picture(item[1], item[0])

    def _turn(self, at: float, picture: Frame | None) -> Segment:
        """The next file, from `at` on or where the sound of the last one ended."""
        before = self._file
        assert before is not None
        self._recorder.ended(before)
        begin = min(at, before.end) if at - before.end < 1 else at
        self._file = self._recorder.begun(self, begin, sound=self._heard, picture=picture)
        return self._file


class Recorder:
    """A `programme.Tap` that writes into `folder`, made if it is not there and continued if it is.

    `tell` and `wish` are called in the writer's thread: how the recording stands, and whose key frame is needed (a slot or a source).
    Nothing is raised, whatever the disk does.
    """

    def __init__(
        self,
        folder: Path,
        *,
        tell: Tell,
        wish: Callable[[str], object] = lambda _: None,
        stage: bool = False,
        least_free: int = LEAST_FREE,
        clock: Callable[[], float] = time.monotonic,
        wall: float | None = None,
    ) -> None:
        """`wall`: milliseconds since the epoch at `clock` 0, by the clock of the conference's record."""
        self.stage = stage
        self.lost = 0
        """Packets that found the queue full."""
        self._folder = folder
        self._tell, self._wish = tell, wish
        self._least_free = least_free
        self._clock = clock
        self._wall = time.time() * 1000 - clock() * 1000 if wall is None else wall
        self._queue: SimpleQueue[tuple[float, Callable[[], None]] | None] = SimpleQueue()
        self._open = True
        self._series: dict[str, Series] = {}
        self._frames: dict[str, tuple[Frames, Timeline]] = {}
        self._sounds: dict[str, tuple[Order[tuple[int, bytes, float]], Timeline]] = {}
        self._mix = Timeline(opus.RATE, follow=0, leap=0.06)
        self._stamp = 0
        self._number = 0
        self._written = 0
        self._begun = self._looked = self._told = clock()
        self._lost_told = 0
        self._thread = threading.Thread(target=self._run, name="recording", daemon=True)
        self._thread.start()

    # In the engine's thread

    def sound(self, packet: bytes, at: float) -> None:
        """One Opus packet of 20 ms of the whole mix; `at`: monotonic seconds of its beginning."""
        self._put(at, lambda: self._take_sound(packet, at))

    def picture(self, slot: str, codec: Codec, packet: bytes, at: float) -> None:
        """RTP as it goes out of a slot."""
        self._put(at, lambda: self._take_picture(slot, codec, packet, at))

    def source_sound(self, source: str, packet: bytes, at: float) -> None:
        """RTP with Opus as it came from a source."""
        if self.stage:
            self._put(at, lambda: self._take_source_sound(source, packet, at))

    def source_picture(self, source: str, codec: Codec, packet: bytes, at: float) -> None:
        """RTP as it came from a source."""
        if self.stage:
            self._put(at, lambda: self._take_picture(source, codec, packet, at))

    def close(self, wait: float = 0.0) -> None:
        """Ends the recording; `tell` says when it is done. `wait`: seconds to wait for that."""
        if self._open:
            self._open = False
            self._queue.put(None)
        if wait:
            self._thread.join(wait)

    def _put(self, at: float, work: Callable[[], None]) -> None:
        if not self._open:
            return
        if self._queue.qsize() < WAITING:
            self._queue.put((at, work))
        else:
            self.lost += 1

    # In the writer's thread

    def _run(self) -> None:
        with _writing[self._folder]:
            self._write()

    def _write(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._look_at_disk()
            (self._folder / index.WHOLE).unlink(missing_ok=True)
            pieces = index.settle(self._folder)
            self._written = sum(piece.size for piece in pieces)
            self._number = max((int(piece.file.split("-")[0]) for piece in pieces), default=0)
            self._say("on")
            while self._step():
                pass
            self._open = False
            self._end()
            self._say("off")
        except Exception as error:
            log.error("recording into %s: %s", self._folder, error, exc_info=not isinstance(error, OSError))
            self._open = False
            with suppress(Exception):
                self._end()
            self._say("failed", "disk_full" if isinstance(error, DiskFull) or getattr(error, "errno", 0) == ENOSPC else "io")

    def _step(self) -> bool:
        """One packet, or a second without; whether it goes on."""
        try:
            found = self._queue.get(timeout=LOOK)
        except Empty:
            now = self._clock()
        else:
            if found is None:
                return False
            now, work = found  # a writer that is late looks at its packets' time
            work()
        if now - self._looked >= LOOK:
            self._looked = now
            self._look(now)
        return True

    def _look(self, now: float) -> None:
        self._look_at_disk()
        for series in self._series.values():
            series.look(now)
        for name, (frames, _) in self._frames.items():
            if now - frames.last < IDLE and (frames.broken or self._of(name).wants_key_frame(now)):
                self._wish(name)
        if now - self._told >= TELL or self.lost != self._lost_told:
            self._say("on", "overflow" if self.lost != self._lost_told else "")
            self._lost_told = self.lost

    def _look_at_disk(self) -> None:
        disk = shutil.disk_usage(self._folder)
        if disk.free < max(self._least_free, LEAST_SHARE * disk.total):
            raise DiskFull

    def _end(self) -> None:
        series, self._series = self._series, {}
        for one in series.values():
            one.close()
        index.conclude(self._folder)

    def _say(self, state: State, reason: str = "") -> None:
        self._told = self._clock()
        size = self._written + sum(series.size for series in self._series.values())
        self._tell(state, reason, round(self._told - self._begun, 1), size)

    def _take_sound(self, packet: bytes, at: float) -> None:
        when = self._mix.at(self._stamp, at)
        self._stamp = (self._stamp + TICK) & 0xFFFFFFFF
        for slot in PICTURES:
            self._of(slot).sound(packet, when, TICK)

    def _take_picture(self, name: str, codec: Codec, packet: bytes, at: float) -> None:
        if name not in self._frames:
            self._frames[name] = Frames(), Timeline(CLOCK_RATE, follow=0.05, leap=1.0)
        frames, timeline = self._frames[name]
        for frame in frames.put(codec, packet, at):
            if frame.key and not self._of(name).continues(frame) and not playable(frame):
                frames.broken = True
                continue
            self._of(name).picture(frame, timeline.at(frame.timestamp, frame.at))

    def _take_source_sound(self, source: str, packet: bytes, at: float) -> None:
        read = read_rtp(packet)
        if read is None:
            return
        if source not in self._sounds:
            self._sounds[source] = Order(), Timeline(opus.RATE, follow=0, leap=0.3)
        order, timeline = self._sounds[source]
        for found in order.put(read.ssrc, read.sequence, (read.timestamp, packet[read.start : read.end], at), at):
            samples = opus.duration(found[1]) if found is not None else 0
            if found is not None and samples:
                self._of(source).sound(found[1], timeline.at(found[0], found[2]), samples)

    def _of(self, name: str) -> Series:
        if name not in self._series:
            self._series[name] = Series(self, name)
        return self._series[name]

    # What a series asks

    def begun(self, series: Series, at: float, *, sound: bool, picture: Frame | None) -> Segment:
        """The next file of a series."""
        self._number += 1
        name = f"{self._number:04}-{re.sub('[^A-Za-z0-9]+', '-', series.name).strip('-')}"
        file = Segment(self._folder, name, at, sound=sound, picture=picture)
        index.begun(self._folder, index.Piece(round(self._wall + at * 1000), file.path.name, series.name, file.codecs))
        return file

    def ended(self, file: Segment) -> None:
        """A file is whole."""
        file.close()
        index.ended(self._folder, file.path.name, file.end - file.begin, file.gaps)
        self._written += file.path.stat().st_size
