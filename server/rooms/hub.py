"""Everybody who is connected to one room: who gets which view, what changed for whom, and who must leave.

A view is made and a frame is built once per audience, however many sockets it has. What concerns one person goes to that person alone. Who comes
back with the `seq` last seen gets the missing patches from a ring, or a snapshot.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from moderation import Conference, Entry, Refusal, Role
from moderation.kernel import Phase
from moderation.people import IN_ROOM, ChangePresence, Channel, Standing
from moderation.queue import Place, Status, order
from moderation.view import View, audience, diff, me, view
from server.accounts.keys import new_id
from server.clock import now
from server.i18n import t
from server.rooms.bucket import Bucket
from server.rooms.frames import Bye, Me, Patch, Snapshot, Told
from server.rooms.room import Room
from server.rooms.wire import Frame, Outlet
from server.settings import Language

log = logging.getLogger(__name__)

RING = 512
"""Patches kept per audience for those who come back."""

COUNTS_EVERY = 1.0
SWEEP_EVERY = 5.0
SILENT_FOR = 45.0
"""Seconds without a frame from a client (which pings every ten) after which its socket is given up."""

GONE_AFTER = 3.0
"""Seconds without any socket after which a person counts as gone."""

SILENT, GOING_AWAY, TOO_SLOW, NO_SEAT, REFUSED, TOO_MANY = 1001, 1012, 1013, 4401, 4403, 4429

ACTIVE = frozenset({Status.WAITING, Status.CALLED, Status.SPEAKING})

OUT = {Standing.REFUSED: "refused", Standing.TURNED_AWAY: "turned_away"}
"""Standings with which nobody stays or comes in, and the reason they are told."""

HELPERS = frozenset({"chair", "office", "secretary", "desk", "operator"})
"""Audiences who hear how many wait in the lobby (R42)."""


def pack(value: object) -> bytes:
    return orjson.dumps(value)


@dataclass(eq=False, slots=True)
class Socket:
    """One connection: whose, which screen, and what it was told last."""

    person: str
    outlet: Outlet
    wanted: str
    lang: Language
    audience: str = ""
    me: View = field(default_factory=dict)
    heard_at: float = 0.0
    typing: str | None = None


@dataclass(slots=True)
class Shown:
    """What an audience sees now, and the patches that led there, each from one committed seq to another."""

    view: View
    packed: bytes
    seq: int
    patches: deque[tuple[int, int, Frame]] = field(default_factory=lambda: deque(maxlen=RING))
    since: int = 0


class Hub:
    """The sockets of one room."""

    def __init__(self, room: Room, removed: Callable[[str], None], *, settle: float = 10.0) -> None:
        """`removed` is told the id of a person who was refused, before anybody else hears of it. `settle`: seconds after the start in which people
        may come back before those who were present count as gone."""
        self.room = room
        self._removed = removed
        self.asking: dict[str, Bucket] = {}  # of each citizen, over all screens and reconnections
        self._sockets: dict[str, set[Socket]] = defaultdict(set)
        self._audiences: dict[str, set[Socket]] = defaultdict(set)
        self._staff: set[str] = set()
        self._shown: dict[str, Shown] = {}
        self._line: tuple[int, tuple[Place, ...]] = (-1, ())
        self._counts: dict[str, Any] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        loop = asyncio.get_running_loop()
        self._timers = [loop.call_later(settle, self._settle)]
        self._keep(self._tick())

    def _keep(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._kept)

    def _kept(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception():
            log.error("hub of %s", self.room.id, exc_info=task.exception())

    async def close(self) -> None:
        for timer in self._timers:
            timer.cancel()
        await asyncio.gather(*(self.say_goodbye(socket, GOING_AWAY, "going_away") for socket in self.sockets()))
        for task in list(self._tasks):
            task.cancel()

    def sockets(self) -> list[Socket]:
        return [s for sockets in self._sockets.values() for s in sockets]

    def sockets_of(self, person: str) -> set[Socket]:
        return self._sockets.get(person, set())

    # --- coming and going -------------------------------------------------------------------------------------------------

    def add(self, socket: Socket, since: int, epoch: str) -> None:
        """Lets a socket in, with the patches it missed or a snapshot."""
        state = self.room.state
        socket.heard_at = asyncio.get_running_loop().time()
        socket.audience = audience(state.people[socket.person], socket.wanted)
        missed = self._missed(socket.audience, since) if epoch == self._epoch(socket.audience) else None
        self._sockets[socket.person].add(socket)
        self._audiences[socket.audience].add(socket)
        if state.people[socket.person].roles != {Role.CITIZEN}:
            self._staff.add(socket.person)
        if missed is None:
            self._snapshot(socket)
        else:
            socket.me = self._me(socket.person)
            self.tell(socket, *missed, self._me_frame(socket.me))
        if self._counts and socket.audience != "lobby":
            self.tell(socket, self._counts_frame(socket.audience))
        if len(self._sockets[socket.person]) == 1:
            self._presence(socket.person, True)

    def _epoch(self, audience: str) -> str:
        """What a seq refers to: this run of the room, and what this audience sees of it. Who comes back as another audience gets a snapshot."""
        return f"{self.room.epoch}.{audience}"

    def tell(self, socket: Socket, *frames: Frame) -> None:
        """Sends to one socket, and sends it away when it is too slow."""
        if not socket.outlet.write(*frames):
            self._too_slow(socket)

    def _too_slow(self, socket: Socket) -> None:
        self._audiences[socket.audience].discard(socket)
        self._keep(self.say_goodbye(socket, TOO_SLOW, "too_slow"))

    def drop(self, socket: Socket) -> None:
        """A socket is gone; the person may have others, or come back."""
        socket.outlet.dispose()
        self._audiences[socket.audience].discard(socket)
        mine = self._sockets.get(socket.person)
        if mine is None:
            return
        mine.discard(socket)
        if socket.typing:
            self.typing(socket, None)
        if not mine:
            del self._sockets[socket.person]
            self._staff.discard(socket.person)
            loop = asyncio.get_running_loop()
            self._timers = [h for h in self._timers if not h.cancelled() and h.when() > loop.time()]
            self._timers.append(loop.call_later(GONE_AFTER, self._gone, socket.person))

    def _gone(self, person: str) -> None:
        if person not in self._sockets:
            self._presence(person, False)

    def _settle(self) -> None:
        """Some time after a start: whoever was present before and has not come back is gone."""
        for person in self.room.state.people.values():
            if person.present and person.id not in self._sockets:
                self._presence(person.id, False)

    def _presence(self, person: str, present: bool) -> None:
        """Tells the rules, where they care: staff, whoever waits or speaks, and who did so before. Others are counted, not recorded (R43)."""
        state = self.room.state
        who = state.people.get(person)
        if who is None or state.phase is Phase.FROZEN:
            return
        active = any(e.person == person and e.status in ACTIVE for e in state.queue.entries.values())
        if who.roles != {Role.CITIZEN} or active or who.present or who.lost_at is not None:
            self._keep(self._change_presence(person, present))

    def _note_presence(self, after: Conference, concerned: set[str]) -> None:
        """Whoever asks for the floor while connected is present from then on: only of whom that is known can the rules notice the loss (R9)."""
        for id in concerned & self._sockets.keys():
            who = after.people[id]
            if not who.present and who.standing in IN_ROOM:
                self._presence(id, True)

    async def _change_presence(self, person: str, present: bool) -> None:
        try:
            await self.room.do(new_id(), None, ChangePresence(person, present))
        except Refusal as refusal:
            log.info("presence of %s: %s", person, refusal.code)

    async def say_goodbye(self, socket: Socket, code: int, reason: str) -> None:
        """Says why, and closes."""
        message = t(socket.lang, f"bye.{reason}")
        socket.outlet.write(Frame(pack(Bye(code=code, reason=reason, message=message))))
        await socket.outlet.close(code, reason)

    # --- publishing -------------------------------------------------------------------------------------------------------

    def published(self, before: Conference, after: Conference, entries: Sequence[Entry]) -> None:
        """Called once for every commit: refused people go first, then each audience gets its patch, then each person what concerns them."""
        concerned = {id for entry in entries for id in named(entry)}
        self._remove_refused(before, after, concerned)
        moved = self._take_out_moved(after, concerned)
        for name in [name for name, sockets in self._audiences.items() if sockets]:
            frame = self._patch(name)
            if frame:
                self._to(name, frame)
        for socket, screen in moved:
            socket.audience = screen
            self._audiences[screen].add(socket)
            self._snapshot(socket)
        self._personal(before, after, concerned | {entry.by for entry in entries})
        self._note_presence(after, concerned)

    def _remove_refused(self, before: Conference, after: Conference, concerned: set[str]) -> None:
        for id in concerned & after.people.keys():
            who, was = after.people[id], before.people.get(id)
            if who.standing in OUT and was is not None and was.standing is not who.standing:
                self._removed(id)
                for socket in self._sockets.pop(id, set()):
                    self._audiences[socket.audience].discard(socket)
                    socket.outlet.write(self._me_frame(me(after, id)))
                    self._keep(self.say_goodbye(socket, REFUSED, OUT[who.standing]))

    def _take_out_moved(self, after: Conference, concerned: set[str]) -> list[tuple[Socket, str]]:
        """The sockets that see something else from now on. They get a snapshot of it instead of the patches."""
        moved = []
        for socket in [s for id in concerned for s in self._sockets.get(id, ())]:
            screen = audience(after.people[socket.person], socket.wanted)
            if screen != socket.audience:
                self._audiences[socket.audience].discard(socket)
                moved.append((socket, screen))
        return moved

    def _patch(self, name: str) -> Frame | None:
        """Brings what an audience with sockets sees up to date; gives the frame, or None where nothing changed for it."""
        shown = self._shown[name]
        seq = self.room.state.seq
        new = view(self.room.state, name)
        patch = diff(shown.view, new)
        came_from, shown.seq = shown.seq, seq
        if not patch:
            return None
        frame = Frame(pack(Patch(seq=seq, now=now(), head=self.room.head[:8], patch=patch)))
        if len(shown.patches) == shown.patches.maxlen:
            shown.since = shown.patches[0][1]
        shown.patches.append((came_from, seq, frame))
        shown.view, shown.packed = new, b""
        return frame

    def _fresh(self, name: str) -> Shown:
        seq = self.room.state.seq
        return Shown(view(self.room.state, name), b"", seq, since=seq)

    def _look(self, name: str) -> Shown:
        shown = self._shown.get(name)
        if shown is None or shown.seq != self.room.state.seq:
            shown = self._shown[name] = self._fresh(name)
        if not shown.packed:
            shown.packed = pack(shown.view)
        return shown

    def _missed(self, name: str, since: int) -> list[Frame] | None:
        """The patches after `since`, or None when they are not all there."""
        shown = self._shown.get(name)
        if shown is None or shown.seq != self.room.state.seq or not shown.since <= since <= shown.seq:
            return None
        return [frame for came_from, _, frame in shown.patches if came_from >= since]

    def _snapshot(self, socket: Socket) -> None:
        shown = self._look(socket.audience)
        socket.me = self._me(socket.person)
        snapshot = Snapshot(
            epoch=self._epoch(socket.audience), seq=self.room.state.seq, now=now(), audience=socket.audience, head=self.room.head[:8],
            view=orjson.Fragment(shown.packed),  # type: ignore[arg-type]  # packed once for all who join
            me=socket.me,
        )  # fmt: skip
        frame = Frame(pack(snapshot))
        if not socket.outlet.write_whole(frame):
            self._too_slow(socket)

    def _to(self, name: str, frame: Frame) -> None:
        for socket in list(self._audiences[name]):
            if not socket.outlet.write(frame):
                self._too_slow(socket)

    # --- one's own affairs ------------------------------------------------------------------------------------------------

    def _me(self, person: str) -> View:
        if self._line[0] != self.room.state.seq:
            self._line = (self.room.state.seq, order(self.room.state))
        return me(self.room.state, person, self._line[1])

    def _me_frame(self, mine: View) -> Frame:
        return Frame(pack(Me(seq=self.room.state.seq, now=now(), me=mine)))

    def _personal(self, before: Conference, after: Conference, concerned: set[str]) -> None:
        """Brings what concerns single persons up to date. Staff are always concerned: what they may do changes with everything."""
        concerned |= {e.person for c in (before, after) for e in c.queue.entries.values() if e.status in ACTIVE}
        concerned |= {s.person for id, s in after.speeches.items() if before.speeches.get(id) is not s}
        concerned |= {c.speeches[c.floor.interposed].person for c in (before, after) if c.floor.interposed}
        for person in (concerned | self._staff) & self._sockets.keys():
            mine = self._me(person)
            frame = self._me_frame(mine)
            for socket in list(self._sockets[person]):
                if socket.me != mine:
                    socket.me = mine
                    self.tell(socket, frame)

    # --- volatile signals -------------------------------------------------------------------------------------------------

    def signal(self, audiences: Iterable[str], signal: dict[str, Any]) -> None:
        """Tells whole audiences something that may be lost. `operator` stands for all operators, `operator:<venue>` for those of one."""
        names = self._named(audiences)
        if names:
            frame = Frame(pack(Told(signal=signal)))
            for name in names:
                self._to(name, frame)

    def _named(self, audiences: Iterable[str]) -> list[str]:
        wanted = set(audiences)
        return [name for name, sockets in self._audiences.items() if sockets and (name in wanted or name.partition(":")[0] in wanted)]

    def watched(self, audiences: Iterable[str]) -> bool:
        """Whether any of these has a screen open."""
        return bool(self._named(audiences))

    def signal_to(self, persons: Iterable[str], signal: dict[str, Any]) -> None:
        """Tells all screens of single persons something that may be lost."""
        frame = Frame(pack(Told(signal=signal)))
        for socket in [s for id in persons for s in self._sockets.get(id, ())]:
            self.tell(socket, frame)

    def connected(self) -> list[str]:
        """Ids of those who have a screen open."""
        return list(self._sockets)

    def signal_all(self, signal: dict[str, Any]) -> None:
        self.signal({name.partition(":")[0] for name in self._audiences} - {"lobby"}, signal)

    def typing(self, socket: Socket, line: str | None) -> None:
        """Who writes where, for the other secretaries."""
        socket.typing = line
        who = self.room.state.people[socket.person].identity
        said = {"kind": "typing", "person": socket.person, "name": who.name if who else "", "line": line}
        frame = Frame(pack(Told(signal=said)))
        for other in list(self._audiences["secretary"]):
            if other is not socket:
                self.tell(other, frame)

    def counts(self) -> dict[str, Any]:
        """How many take part, by channel; nobody's name (R43)."""
        people = self.room.state.people
        present = Counter[str]()
        for id in self._sockets:
            who = people.get(id)
            if who and who.standing in IN_ROOM and Role.CITIZEN in who.roles and who.channel in (Channel.ONLINE, Channel.PHONE):
                present[who.channel.value] += 1
        halls = {v.id: v.count for v in self.room.state.venues.values() if v.count is not None}
        lobby = sum(p.standing is Standing.LOBBY for p in people.values())
        return {
            "kind": "counts", "present": sum(present.values()) + sum(halls.values()), "online": sum(present.values()),
            "venues": halls, "lobby": lobby,
        }  # fmt: skip

    def _counts_frame(self, audience: str) -> Frame:
        hidden = () if audience.partition(":")[0] in HELPERS else ("lobby",)
        return Frame(pack(Told(signal={k: v for k, v in self._counts.items() if k not in hidden})))

    def _tell_counts(self) -> None:
        counts = self.counts()
        if counts != self._counts:
            self._counts = counts
            for name in [name for name, sockets in self._audiences.items() if sockets and name != "lobby"]:
                self._to(name, self._counts_frame(name))

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        swept = loop.time()
        while True:
            await asyncio.sleep(COUNTS_EVERY)
            self._tell_counts()
            if loop.time() - swept > SWEEP_EVERY:
                swept = loop.time()
                for socket in self.sockets():
                    if swept - socket.heard_at > SILENT_FOR:
                        self._keep(self.say_goodbye(socket, SILENT, "silent"))


def named(entry: Entry) -> list[str]:
    """The persons a fact speaks of."""
    person = getattr(entry.fact, "person", None) or getattr(entry.fact, "to", None)
    return [*([person] if isinstance(person, str) else []), *getattr(entry.fact, "persons", ())]
