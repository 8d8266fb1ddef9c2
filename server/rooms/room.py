"""One conference while the server runs: its inbox, its state, and the one loop that decides, stores, and only then tells.

The loop takes what has arrived, decides each command on the state that the ones before would give, appends all their facts to the journal in one
go (group commit), and when they are safely stored makes the new state current, answers those who asked, and publishes. If another process appended
first, the room catches up and decides the same commands again: there is one writer by construction, not by election.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from moderation import SYSTEM, Actor, Command, Conference, Entry, Refusal, actor, decide, evolve, fold
from moderation.floor import timers
from moderation.kernel import Ms
from server.clock import now
from server.db.journal import Draft, Journal, Overtaken, Record, StorageRefusal
from server.rooms.messages import decode, encode

log = logging.getLogger(__name__)

BATCH = 256
"""Most commands decided and committed together."""

REMEMBERED = 20_000
"""Ids of carried-out commands kept for repeats; older ones are found in the journal no more, but their effects refuse a second time."""

Published = Callable[[Conference, Conference, Sequence[Entry]], None]
Stored = Callable[[bool], None]


@dataclass(slots=True)
class Ask:
    """A command in the inbox. `person` None is the room itself."""

    id: str
    person: str | None
    command: Command
    answer: asyncio.Future[int]

    @property
    def by(self) -> str:
        """Whose command it is. Ids are chosen by clients, so that each person has ids of their own."""
        return SYSTEM.person if self.person is None else self.person


@dataclass(slots=True)
class Decided:
    """What a batch comes to on one state."""

    state: Conference
    entries: list[Entry] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    answers: list[tuple[Ask, int | Refusal]] = field(default_factory=list)


def entry_of(record: Record) -> Entry:
    """A stored fact as the rules know it."""
    return Entry(record.seq, record.at, record.by, record.command, decode(record.type, record.payload, record.private))


class Room:
    """The state of one conference and the only way to change it. `published` is called after every commit, with the state before and after."""

    def __init__(self, id: str, journal: Journal, published: Published, stored: Stored | None = None) -> None:
        self.id = id
        self.state = Conference(id=id)
        self.head = ""
        self.epoch = secrets.token_hex(4)
        self._journal = journal
        self._published = published
        self._stored = stored or (lambda ok: None)
        self._inbox: asyncio.Queue[Ask | None] = asyncio.Queue()
        self._done: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._last_at: Ms = 0
        self._loop: asyncio.Task[None] | None = None
        self._ring: asyncio.TimerHandle | None = None
        self._rung: set[asyncio.Task[None]] = set()
        self._saving = True

    async def open(self) -> None:
        """Folds the journal and starts the loop."""
        await self._catch_up()
        self._loop = asyncio.create_task(self._run(), name=f"room {self.id}")
        self._set_timer()

    async def close(self) -> None:
        if self._ring:
            self._ring.cancel()
        if self._loop:
            self._loop.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._loop
        while not self._inbox.empty():
            if ask := self._inbox.get_nowait():
                self._answer(ask, Refusal("saving_stopped"))

    async def do(self, id: str, person: str | None, command: Command) -> int:
        """Has a command carried out; gives the seq of its last fact once it is durable. Raises `Refusal`; then nothing has changed.

        The same id again, from the same person, gives the same answer and happens no second time.
        """
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._inbox.put_nowait(Ask(id, person, command, answer))
        return await answer

    def wake(self) -> None:
        """Another process may have appended: look, in turn with the commands."""
        self._inbox.put_nowait(None)

    # --- the loop ---------------------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        while True:
            came = [await self._inbox.get()]
            while len(came) < BATCH and not self._inbox.empty():
                came.append(self._inbox.get_nowait())
            batch = [ask for ask in came if ask is not None]
            try:
                if len(batch) < len(came):
                    await self._follow()
                if batch:
                    await self._carry_out(batch)
            except Exception:
                log.exception("room %s", self.id)
                for ask in batch:
                    if not ask.answer.done():
                        ask.answer.set_exception(Refusal("internal"))

    async def _carry_out(self, batch: list[Ask]) -> None:
        try:
            decided, records = await self._store(batch)
        except StorageRefusal as refusal:
            self._tell_saving(False)
            for ask in batch:
                self._answer(ask, Refusal(refusal.code))
            return
        before, self.state = self.state, decided.state
        if records:
            self.head = records[-1].hash.hex()
            self._last_at = records[-1].at
        for ask, result in decided.answers:
            if isinstance(result, int):
                self._remember((ask.by, ask.id), result)
        if records:
            self._tell_saving(True)
            self._publish(before, decided.entries)
        for ask, result in decided.answers:
            self._answer(ask, result)

    async def _store(self, batch: list[Ask]) -> tuple[Decided, list[Record]]:
        """The batch decided on what is the last fact, and stored right behind it."""
        while True:
            decided = self._decide(batch)
            try:
                return decided, await self._journal.append(self.id, self.state.seq, decided.drafts)
            except Overtaken:
                await self._catch_up()

    def _publish(self, before: Conference, entries: list[Entry]) -> None:
        """Tells of what is stored. Nothing that goes wrong in the telling makes a stored command a refused one."""
        try:
            self._published(before, self.state, entries)
        except Exception:
            log.exception("room %s: telling of %d..%d", self.id, entries[0].seq, entries[-1].seq)
        self._set_timer()

    def _decide(self, batch: list[Ask]) -> Decided:
        """Decides every command of the batch on the state which those before it would give; changes nothing of the room."""
        out = Decided(self.state)
        at = max(now(), self._last_at)
        done: dict[tuple[str, str], int] = {}
        for ask in batch:
            key = (ask.by, ask.id)
            before = self._done.get(key) or done.get(key)
            if before is not None:
                out.answers.append((ask, before))
                continue
            try:
                by = self._actor(out.state, ask)
                facts = decide(out.state, ask.command, by, at)
                state, entries, drafts = out.state, [], []
                for fact in facts:
                    entry = Entry(state.seq + 1, at, by.person, ask.id, fact)
                    state = evolve(state, entry)
                    payload, private = encode(fact)
                    entries.append(entry)
                    drafts.append(Draft(at, by.person, ask.id, fact.name, payload, private))
            except Refusal as refusal:
                out.answers.append((ask, refusal))
                continue
            except Exception:
                log.exception("room %s: %s by %s", self.id, ask.command.name, ask.person)
                out.answers.append((ask, Refusal("internal")))
                continue
            out.state = state
            out.entries += entries
            out.drafts += drafts
            done[key] = state.seq
            out.answers.append((ask, state.seq))
        return out

    def _actor(self, state: Conference, ask: Ask) -> Actor:
        return SYSTEM if ask.person is None else actor(state, ask.person)

    def _answer(self, ask: Ask, result: int | Refusal) -> None:
        if ask.answer.done():
            return
        if isinstance(result, Refusal):
            ask.answer.set_exception(result)
        else:
            ask.answer.set_result(result)

    def _remember(self, key: tuple[str, str], seq: int) -> None:
        self._done[key] = seq
        while len(self._done) > REMEMBERED:
            self._done.popitem(last=False)

    def _tell_saving(self, ok: bool) -> None:
        if ok is not self._saving:
            self._saving = ok
            self._stored(ok)

    async def _follow(self) -> None:
        try:
            await self._catch_up()
        except StorageRefusal as refusal:  # the next command finds out, or the next one to wake the room
            log.warning("room %s: not caught up: %s", self.id, refusal)

    async def _catch_up(self) -> None:
        records = await self._journal.read(self.id, self.state.seq)
        if not records:
            return
        before = self.state
        entries = [entry_of(record) for record in records]
        self.state = fold(entries, self.state)
        for record in records:
            self._remember((record.by, record.command), record.seq)
        self.head = records[-1].hash.hex()
        self._last_at = entries[-1].at
        if self._loop is not None:
            self._publish(before, entries)

    # --- timers -----------------------------------------------------------------------------------------------------------

    def _set_timer(self) -> None:
        """Sets the one alarm to the first ring that the rules say is due; a new state sets it anew."""
        if self._ring:
            self._ring.cancel()
            self._ring = None
        due = timers(self.state)
        if due:
            wait = max(0.0, (due[0].at - now()) / 1000)
            if wait < 7 * 86_400:
                self._ring = asyncio.get_running_loop().call_later(wait + 0.005, self._rings)

    def _rings(self) -> None:
        self._ring = None
        due = [t for t in timers(self.state) if t.at <= now()]
        for timer in due:
            task = asyncio.ensure_future(self._by_itself(timer.command))
            self._rung.add(task)
            task.add_done_callback(self._rung.discard)
        if not due:
            self._set_timer()

    async def _by_itself(self, command: Command) -> None:
        try:
            await self.do(secrets.token_hex(8), None, command)
        except Refusal as refusal:  # the store did not take it, or it is no longer so: a second later the state tells which
            log.info("room %s: %s not carried out: %s", self.id, command.name, refusal.code)
            if self._ring is None:
                self._ring = asyncio.get_running_loop().call_later(1.0, self._set_timer)
