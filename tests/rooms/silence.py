"""The media port with nobody behind it: says what a `MediaEngine` says when it is down, and remembers what it was told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from server.media.engine import Direction, EngineStats, MediaEvent, MediaRefusal, Restarted
from server.media.rtp.ladder import Rung


class Silence:
    """An engine that is never up. Like every engine it takes directions and removals at any time, and refuses sessions while it is down."""

    def __init__(self) -> None:
        self.directions: dict[str, Direction] = {}
        self.recordings: dict[str, tuple[str | None, bool]] = {}
        self.removed: list[tuple[str, str]] = []

    async def start(self) -> None:
        """Nothing to start."""

    async def stop(self) -> None:
        """Nothing to stop."""

    async def publish(self, conference: str, session: str, source: str, offer: str) -> str:
        raise MediaRefusal("media_unavailable")

    async def listen(
        self, conference: str, session: str, offer: str, *, minus: str | None = None, most: Rung = Rung.BOTH, only: str | None = None
    ) -> str:
        raise MediaRefusal("media_unavailable")

    async def save(self, conference: str, session: str, most: Rung) -> None:
        """There are no sessions."""

    async def record(self, conference: str, folder: str | None, *, stage: bool = False) -> None:
        self.recordings[conference] = (folder, stage)

    async def direct(self, conference: str, direction: Direction) -> None:
        self.directions[conference] = direction

    async def remove(self, conference: str, session: str) -> None:
        """There are no sessions."""

    async def remove_source(self, conference: str, source: str) -> None:
        self.removed.append((conference, source))

    async def stats(self) -> EngineStats:
        return EngineStats(up=False)

    async def events(self) -> AsyncIterator[MediaEvent]:
        await asyncio.Event().wait()
        yield Restarted()  # which it never does
