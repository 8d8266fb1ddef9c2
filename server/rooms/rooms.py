"""All rooms of a server: opened when first asked for, each with its hub and its word to the media engine."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from moderation import Conference, Entry, Refusal
from moderation.conduct import Readmitted
from moderation.kernel import Phase, Role
from moderation.people import Person, SentBack
from moderation.view import main_hall, programme
from server.db.journal import Journal
from server.media.engine import Direction, MediaEngine, MediaRefusal
from server.media.recording.index import folder_of
from server.rooms.hub import OUT, Hub
from server.rooms.room import Room

log = logging.getLogger(__name__)

Bar = Callable[[str, str, bool], None]
"""Closes a person's ways in, on all devices, or opens the seat again (R31, R33): (conference, person, out). Called in a thread; doing it
twice changes nothing."""

Follow = Callable[[Conference], Awaitable[None]]
"""Carries what a room says to its case: called when its phase changes, and when its outcome changes after it was closed. Doing it twice changes nothing."""

TRIES = 5


class Rooms:
    """The rooms by conference id."""

    def __init__(self, journal: Journal, media: MediaEngine, bar: Bar, follow: Follow | None = None, recordings: Path | None = None) -> None:
        """`recordings`: where the conferences are recorded; without it none is."""
        self._journal = journal
        self._media = media
        self._bar = bar
        self._follow = follow
        self._recordings = recordings
        self._open: dict[str, LiveRoom] = {}
        self._opening: dict[str, asyncio.Lock] = {}

    async def get(self, conference: str) -> LiveRoom:
        """The room of a conference. Raises `Refusal` conference_unknown when its journal is empty."""
        if conference in self._open:
            return self._open[conference]
        async with self._opening.setdefault(conference, asyncio.Lock()):
            if conference not in self._open:
                live = LiveRoom(conference, self._journal, self._media, self._bar, self._follow, self._recordings)
                await live.open()
                if not live.room.state.seq:
                    await live.close()
                    raise Refusal("conference_unknown")
                self._open[conference] = live
        return self._open[conference]

    async def create(self, conference: str) -> LiveRoom:
        """A room for a conference that has no facts yet."""
        live = LiveRoom(conference, self._journal, self._media, self._bar, self._follow, self._recordings)
        await live.open()
        self._open[conference] = live
        return live

    async def follow(self) -> None:
        """Keeps the open rooms at what other processes append to their conferences. Ends at once where there is nothing to be told (SQLite)."""
        async with contextlib.aclosing(self._journal.appended()) as told:
            async for conference in told:
                for live in self.opened():
                    if conference in (None, live.id):
                        live.room.wake()

    def opened(self) -> list[LiveRoom]:
        return list(self._open.values())

    async def forget(self, conference: str) -> None:
        """Closes a room, to be read anew from its journal by whoever asks next: after personal data in it was erased."""
        live = self._open.pop(conference, None)
        if live is not None:
            await live.close()

    async def close(self) -> None:
        for live in self.opened():
            await live.close()
        self._open.clear()


OVER = (Phase.CLOSED, Phase.FROZEN)


def decided(state: Conference) -> tuple[object, ...]:
    """What the case takes over from a closed room."""
    return state.outcomes, state.petitions, state.notice_ground, state.notice_words


def own_source(state: Conference, who: Person) -> str:
    """The source a person's device publishes: an operator's is the venue, the desk's and the office's the main hall, everybody else's their own."""
    if Role.OPERATOR in who.roles:
        return f"venue:{who.venue}"
    if who.roles & {Role.DESK, Role.OFFICE} and Role.CHAIR not in who.roles:
        return main_hall(state)
    return who.id


class LiveRoom:
    """A room with its hub, and the task that keeps the media engine at the direction of the moment."""

    def __init__(
        self, conference: str, journal: Journal, media: MediaEngine, bar: Bar, follow: Follow | None = None, recordings: Path | None = None
    ) -> None:
        self.id = conference
        self._recordings = recordings
        self._media = media
        self._bar = bar
        self._follow = follow
        self.room = Room(conference, journal, self._published, self._stored)
        self.hub: Hub
        self.arrived: dict[str, int] = {}
        """Source → when it last began to send sound and picture, in ms."""
        self._direct = asyncio.Event()
        self._director: asyncio.Task[None] | None = None
        self._out: set[asyncio.Task[None]] = set()
        self._barring = asyncio.Lock()
        self._following = asyncio.Lock()

    async def open(self) -> None:
        await self.room.open()
        self.hub = Hub(self.room, self._removed)
        self._director = asyncio.create_task(self._keep_directing())
        self._direct.set()
        if self.room.state.phase is not Phase.PLANNED:
            self._do(self._carry_to_case())
        for person in self.room.state.people.values():
            if person.standing in OUT:  # a crash may have come between the refusal and its effect
                self._do(self._carry_standing(person.id))

    async def settled(self) -> None:
        """Waits until everything has been carried to accounts, media and case that was to be carried."""
        await asyncio.gather(*self._out)

    async def close(self) -> None:
        await self.settled()
        await self.hub.close()
        await self.room.close()
        if self._director:
            self._director.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._director

    def direct_again(self) -> None:
        """The engine came back: tell it who is heard and seen."""
        self._direct.set()

    def _published(self, before: Conference, after: Conference, entries: Sequence[Entry]) -> None:
        self._direct.set()
        self.hub.published(before, after, entries)
        if after.phase is not before.phase or (after.phase in OVER and decided(after) != decided(before)):
            self._do(self._carry_to_case())
        for entry in entries:
            if isinstance(entry.fact, Readmitted):
                self._do(self._carry_standing(entry.fact.person))
            elif isinstance(entry.fact, SentBack):  # whoever waits in the lobby hears and sees nothing of the room (R6)
                for person in entry.fact.persons:
                    self._do(self.silence(person))

    def _stored(self, ok: bool) -> None:
        self.hub.signal_all({"kind": "saving", "ok": ok})

    async def _keep_directing(self) -> None:
        """Sends the latest direction whenever it changed; what was overtaken meanwhile is never sent."""
        told: Direction | None = None
        recorded: tuple[str | None, bool] = (None, False)
        while True:
            await self._direct.wait()
            self._direct.clear()
            if recorded != (recorded := self._recording()):
                await self._media.record(self.id, recorded[0], stage=recorded[1])
            wanted = programme(self.room.state)
            direction = Direction(wanted.heard, wanted.floor, wanted.hall)
            try:
                await self._media.direct(self.id, direction)
                told = direction
            except MediaRefusal as refusal:
                log.warning("media of %s: %s", self.id, refusal.code)
                if told != direction:
                    await asyncio.sleep(0.5)
                    self._direct.set()

    def _recording(self) -> tuple[str | None, bool]:
        """Where the conference is to be recorded now, and whether each source of the stage is, too."""
        recording = self.room.state.recording
        if recording.since is None or self._recordings is None:
            return None, False
        return str(folder_of(self._recordings, self.id)), recording.stage

    def _removed(self, person: str) -> None:
        """A person was refused or turned away (R31): inaudible first, then everything they hold is void."""
        self._do(self._put_out(person))

    async def _put_out(self, person: str) -> None:
        await self.silence(person)
        await self._carry_standing(person)

    async def silence(self, person: str) -> None:
        """Ends all that a person's devices send and hear; those of a hall or venue too, unless somebody else of it is here."""
        people = self.room.state.people
        own = own_source(self.room.state, people[person]) if person in people else person
        others = [id for id in self.hub.connected() if id != person and id in people and own_source(self.room.state, people[id]) == own]
        with contextlib.suppress(MediaRefusal):
            for source in dict.fromkeys([person] if others else [person, own]):
                await self._media.remove_source(self.id, source)

    async def _carry_standing(self, person: str) -> None:
        """Carries to the accounts whether a person may come in, as it stands now; one after the other, so that the last word is the last act."""
        async with self._barring:
            for again in range(TRIES):
                out = self.room.state.people[person].standing in OUT
                try:
                    await asyncio.to_thread(self._bar, self.id, person, out)
                    return
                except Exception:
                    log.exception("seat of %s in %s", person, self.id)
                    await asyncio.sleep(0.2 * again)

    async def _carry_to_case(self) -> None:
        """Tells the case how the room stands now. What fails is tried again at the next change and at the next start."""
        if self._follow is None:
            return
        async with self._following:
            for again in range(TRIES):
                try:
                    await self._follow(self.room.state)
                    return
                except Exception:
                    log.exception("case of %s", self.id)
                    await asyncio.sleep(0.2 * again)

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._out.add(task)
        task.add_done_callback(self._out.discard)
