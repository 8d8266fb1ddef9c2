"""What every chapter of the rules is made of: refusals, actors, entries of the journal, and the three registries.

A chapter holds *commands* (imperative: what somebody asks for), *facts* (past tense: what happened), and for each command one `decide` function,
for each fact one `evolve` function. Nothing here reads a clock, a file or a socket: the time is an argument, a timer's ring is a command.
Times are `int` milliseconds since the epoch (UTC); durations are `int` milliseconds unless a name ends in `_s` (seconds).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from moderation.conference import Conference

Ms = int

SECOND: Ms = 1_000


class Refusal(Exception):
    """A command that is not carried out. It changed nothing.

    `code` is stable and for programs; the sentence for people is `refusal.<code>` in the catalogues, filled with `details`.
    """

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


class Role(StrEnum):
    """The roles of R1, plus the room itself, whose timers and sockets also give commands."""

    CHAIR = "chair"
    OFFICE = "office"
    SECRETARY = "secretary"
    DESK = "desk"
    OPERATOR = "operator"
    AGENCY = "agency"
    CITIZEN = "citizen"
    MONITOR = "monitor"
    DISPLAY = "display"
    SYSTEM = "system"


class Phase(StrEnum):
    """The life of the live room. `BREAK` stops all clocks (R13); `FROZEN` begins with the last signature (R38)."""

    PLANNED = "planned"
    RUNNING = "running"
    BREAK = "break"
    CLOSED = "closed"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who gives a command: always taken from the session, never from the message (R3)."""

    person: str
    roles: frozenset[Role]
    venue: str | None = None

    def has(self, *roles: Role) -> bool:
        return not self.roles.isdisjoint(roles)


SYSTEM = Actor("system", frozenset({Role.SYSTEM}))


class Command:
    """Base of all commands. `name` is the word on the wire, made from the class name: CallNext → call_next."""

    __slots__ = ()
    name: str = ""

    def __init_subclass__(cls) -> None:
        cls.name = snake(cls.__name__)


class Fact:
    """Base of all facts. `name` is the word in the journal, made from the class name: FloorGiven → floor_given.

    `undoable` facts are the acts on queue and floor that R27 can take back.
    """

    __slots__ = ()
    name: str = ""
    undoable: bool = False

    def __init_subclass__(cls, undoable: bool = False) -> None:
        cls.name = snake(cls.__name__)
        cls.undoable = undoable or cls.__dict__.get("undoable", False)  # slots=True makes every dataclass twice


Facts = tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact in its place in the journal: `seq` counts from 1 without gaps, `at` is server time, `command` the id of the command that caused it."""

    seq: int
    at: Ms
    by: str
    command: str
    fact: Fact


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is. Personal data: the journal keeps it beside the hashed record, so that it can be erased and the chain still verifies."""

    name: str
    area: str = ""
    phone: str = ""


Decide = Callable[["Conference", Any, Actor, Ms], Facts]
Evolve = Callable[["Conference", Any, Entry], "Conference"]

DECIDE: dict[type[Command], Decide] = {}
EVOLVE: dict[type[Fact], Evolve] = {}

D = TypeVar("D", bound=Decide)
E = TypeVar("E", bound=Evolve)


def decides(command: type[Command]) -> Callable[[D], D]:
    """Registers the one function that answers `command`."""

    def register(function: D) -> D:
        assert command not in DECIDE, command
        DECIDE[command] = function
        return function

    return register


def evolves(*facts: type[Fact]) -> Callable[[E], E]:
    """Registers the one function that carries a fact into the state. It never refuses: what is in the journal has happened."""

    def register(function: E) -> E:
        for fact in facts:
            assert fact not in EVOLVE, fact
            EVOLVE[fact] = function
        return function

    return register


def snake(name: str) -> str:
    return "".join("_" + c.lower() if c.isupper() and i else c.lower() for i, c in enumerate(name))


def put(mapping: Mapping[str, Any], key: str, value: Any) -> dict[str, Any]:
    """A copy of `mapping` with one key set; states are never changed in place."""
    return {**mapping, key: value}


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock that can stop: `used` is what ran before `since`; `since` is None while it stands still (R26)."""

    allotted: Ms
    used: Ms = 0
    since: Ms | None = None

    def read(self, now: Ms) -> Ms:
        """Time used at `now`."""
        return self.used + (max(0, now - self.since) if self.since is not None else 0)

    def left(self, now: Ms) -> Ms:
        """Time left at `now`; negative in overtime."""
        return self.allotted - self.read(now)

    def started(self, now: Ms) -> Clock:
        return self if self.since is not None else Clock(self.allotted, self.used, now)

    def stopped(self, now: Ms) -> Clock:
        return Clock(self.allotted, self.read(now), None)

    def extended(self, by: Ms) -> Clock:
        return Clock(self.allotted + by, self.used, self.since)


EMPTY: Mapping[str, Any] = {}


def empty() -> Any:
    """Default of a mapping field in a frozen state."""
    return field(default_factory=dict)


# --- checks used by many chapters ---------------------------------------------------------------------------------------

MAX_NAME = 120
MAX_TOPIC = 300
MAX_TEXT = 8_000


def text(value: str, limit: int, what: str, *, required: bool = True) -> str:
    """`value` without surrounding space; refused when empty (if required) or longer than `limit` characters."""
    value = value.strip()
    if required and not value:
        raise Refusal("text_missing", field=what)
    if len(value) > limit:
        raise Refusal("text_too_long", field=what, limit=limit)
    return value


def fresh(mapping: Mapping[str, Any], key: str) -> str:
    """A new id made by the client, which must not exist yet: an id can be taken once.

    Ids such as S12 or M12 are the room's own, made from the number of a fact still to come.
    """
    if not 4 <= len(key) <= 64 or not all(c.isalnum() or c in "-_." for c in key) or (key[0] in "MRS" and key[1:].isdecimal()):
        raise Refusal("bad_id", id=key[:64])
    if key in mapping:
        raise Refusal("id_taken", id=key)
    return key
