"""The server's side of the embedded engine: starts the engine's process and keeps it alive.

What must outlive that process is here: the directions. After a restart they are given again, and
`Restarted` tells the room that every publisher and listener must make a new offer.
"""

import asyncio
import itertools
import logging
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import asdict
from typing import Any, Final

from server import clock
from server.media import wire
from server.media.engine import (
    Direction,
    EngineStats,
    Levels,
    MediaConfig,
    MediaEvent,
    MediaRefusal,
    Restarted,
)
from server.media.rtp.ladder import Rung
from server.media.sdp import MAX_BYTES

log = logging.getLogger(__name__)

ANSWER_SECONDS: Final = 8.0
"""OBS waits eight seconds for an answer; nobody is kept longer."""
START_SECONDS: Final = 15.0
BEAT_SECONDS: Final = 0.5
"""Interval at which the process is asked for a sign of life."""
SILENT_SECONDS: Final = 3.0
"""After so long without one it is killed: listeners are back within five seconds."""
BACKOFF: Final = (0.0, 0.2, 0.5, 1.0, 2.0)
"""Seconds before the next start, after so many starts that did not become ready."""
EVENTS_WAITING: Final = 256


def _fits(offer: str) -> None:
    """What is longer than a line of the wire would end the engine's process."""
    if len(offer) > MAX_BYTES:
        raise MediaRefusal("malformed_sdp", reason="size")


class EmbeddedEngine:
    """A `MediaEngine` (see the port) with one process on this machine."""

    def __init__(self, config: MediaConfig | None = None) -> None:
        self._config = config or MediaConfig()
        self._directions: dict[str, Direction] = {}
        self._recordings: dict[str, tuple[str, bool]] = {}
        self._process: asyncio.subprocess.Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._ids = itertools.count(1)
        self._readers: set[asyncio.Queue[MediaEvent]] = set()
        self._keeper: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._starts = 0
        self._heard = 0.0
        """When the process said anything last."""

    @property
    def pid(self) -> int | None:
        """Process id of the engine while it runs."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Raises MediaRefusal `media_unavailable` when the process is not ready in time; it is tried further, until `stop`."""
        self._keeper = asyncio.create_task(self._keep())
        try:
            await asyncio.wait_for(self._ready.wait(), START_SECONDS)
        except TimeoutError:
            raise MediaRefusal("media_unavailable") from None

    async def stop(self) -> None:
        if self._keeper:
            self._keeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeper
            self._keeper = None

    async def publish(self, conference: str, session: str, source: str, offer: str) -> str:
        _fits(offer)
        answer: str = await self._ask("publish", conference=conference, session=session, source=source, offer=offer)
        return answer

    async def listen(
        self, conference: str, session: str, offer: str, *, minus: str | None = None, most: Rung = Rung.BOTH, only: str | None = None
    ) -> str:
        _fits(offer)
        answer: str = await self._ask("listen", conference=conference, session=session, offer=offer, minus=minus, most=most, only=only)
        return answer

    async def save(self, conference: str, session: str, most: Rung) -> None:
        with suppress(MediaRefusal):
            await self._ask("save", conference=conference, session=session, most=most)

    async def record(self, conference: str, folder: str | None, *, stage: bool = False) -> None:
        """Is kept, like a direction."""
        if folder is None:
            self._recordings.pop(conference, None)
        else:
            self._recordings[conference] = (folder, stage)
        if self._writer and self._ready.is_set():
            self._send_recording(conference, folder, stage)

    async def direct(self, conference: str, direction: Direction) -> None:
        """Is kept, and sent when the process is there; the room never waits for an engine to carry it out."""
        if direction == Direction():
            self._directions.pop(conference, None)
        else:
            self._directions[conference] = direction
        if self._writer and self._ready.is_set():
            self._send_direction(conference, direction)

    async def remove(self, conference: str, session: str) -> None:
        """An engine that is down has no sessions: then there is nothing to do."""
        with suppress(MediaRefusal):
            await self._ask("remove", conference=conference, session=session)

    async def remove_source(self, conference: str, source: str) -> None:
        with suppress(MediaRefusal):
            await self._ask("remove_source", conference=conference, source=source)

    async def stats(self) -> EngineStats:
        restarts = max(0, self._starts - 1)
        try:
            return wire.to_stats(await self._ask("stats"), restarts)
        except MediaRefusal:
            return EngineStats(up=False, restarts=restarts)

    async def events(self) -> AsyncIterator[MediaEvent]:
        queue: asyncio.Queue[MediaEvent] = asyncio.Queue()
        self._readers.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._readers.discard(queue)

    def _tell(self, event: MediaEvent) -> None:
        for queue in self._readers:
            if not isinstance(event, Levels) or queue.qsize() < EVENTS_WAITING:
                queue.put_nowait(event)

    async def _ask(self, do: str, seconds: float = ANSWER_SECONDS, **arguments: object) -> Any:
        writer = self._writer
        if writer is None or not self._ready.is_set():
            raise MediaRefusal("media_unavailable")
        number = next(self._ids)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        wire.send(writer, {"id": number, "do": do, **arguments})
        try:
            return await asyncio.wait_for(answer, seconds)
        except TimeoutError:
            raise MediaRefusal("media_unavailable") from None
        finally:
            self._waiting.pop(number, None)

    # The process

    async def _keep(self) -> None:
        """Until cancelled: run the process, again and again."""
        vain = 0
        while True:
            await asyncio.sleep(BACKOFF[min(vain, len(BACKOFF) - 1)])
            vain += 1
            try:
                if await self._run():
                    vain = 0
            except OSError as error:
                log.error("the media engine does not start: %s", error)

    async def _run(self) -> bool:
        """One life of the process; says whether it ever became ready."""
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                self._process = process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "server.media.worker", str(theirs.fileno())),
                    pass_fds=(theirs.fileno(),),
                    env=None if self._config.accelerated else os.environ | {"DOITHOAI_ACCELERATED": "0"},
                )
            reader, self._writer = await wire.open_wire(ours)
        except BaseException:
            ours.close()  # a process that has begun ends with it
            raise
        beating = asyncio.create_task(self._beat(process))
        ready = False
        try:
            wire.send(self._writer, asdict(self._config))
            while message := await wire.receive(reader):
                self._heard = asyncio.get_running_loop().time()
                if message.get("event") == "ready":
                    ready = True
                    self._begin()
                else:
                    self._take(message)
            log.warning("the media engine has stopped, exit code %s", process.returncode)
        finally:
            self._ready.clear()
            beating.cancel()
            self._writer.close()
            self._fail_waiting()
            await self._end(process)
            self._process = self._writer = None
        return ready

    def _begin(self) -> None:
        self._starts += 1
        for conference, direction in self._directions.items():
            self._send_direction(conference, direction)
        for conference, (folder, stage) in self._recordings.items():
            self._send_recording(conference, folder, stage)
        self._ready.set()
        if self._starts > 1:
            self._tell(Restarted())

    def _send_direction(self, conference: str, direction: Direction) -> None:
        assert self._writer is not None
        message = {"do": "direct", "conference": conference, "direction": wire.from_direction(direction)}
        wire.send(self._writer, {"id": next(self._ids), **message})

    def _send_recording(self, conference: str, folder: str | None, stage: bool) -> None:
        assert self._writer is not None
        message = {"do": "record", "conference": conference, "folder": folder, "stage": stage, "at": clock.now()}
        wire.send(self._writer, {"id": next(self._ids), **message})

    def _take(self, message: wire.Message) -> None:
        if "event" in message:
            self._tell(wire.to_event(message))
            return
        answer = self._waiting.get(message["id"])
        if answer is None or answer.done():
            return
        if "refusal" in message:
            answer.set_exception(MediaRefusal(message["refusal"], **message["details"]))
        else:
            answer.set_result(message["result"])

    def _fail_waiting(self) -> None:
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(MediaRefusal("media_unavailable"))

    async def _beat(self, process: asyncio.subprocess.Process) -> None:
        """A process that hangs is killed; its end is noticed like any other."""
        loop = asyncio.get_running_loop()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ready.wait(), START_SECONDS)  # then as good as silent
        while loop.time() - self._heard < SILENT_SECONDS:
            if self._writer is not None:
                wire.send(self._writer, {"id": next(self._ids), "do": "beat"})
            await asyncio.sleep(BEAT_SECONDS)
            if loop.time() - self._heard >= SILENT_SECONDS:
                await asyncio.sleep(0.05)  # this process may have been the busy one: what it has not read yet is a sign of life
        log.error("the media engine gives no sign of life")
        with suppress(ProcessLookupError):
            process.kill()

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        """It ends by itself when its socket closes; a second later it is killed."""
        try:
            await asyncio.wait_for(process.wait(), 1.0)
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
