"""The frames on the wire, each defined once: what a client sends, and what the server says. docs/protocol.md explains them.

`type` is the word by which a frame is known. Ids, seqs and times are as that page says; `now` is the server's clock in milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

# --- from the client ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hello:
    """First frame: which screen this is, and what it saw last."""

    since: int = 0
    epoch: str = ""
    as_: str = ""
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Do:
    """A command with the id that makes it happen at most once."""

    id: str
    command: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Signal:
    """Volatile: what may be lost."""

    signal: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ping:
    """Keeps the line alive; `t` comes back with the server's time."""

    t: int


ASKED: dict[str, type[Any]] = {"hello": Hello, "do": Do, "signal": Signal, "ping": Ping}
"""Frames from clients by their type."""

# --- from the server ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The whole state, as this audience and this person see it."""

    type: Literal["snapshot"] = "snapshot"
    epoch: str
    seq: int
    now: int
    audience: str
    head: str
    view: dict[str, Any]
    me: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """What changed for everybody of an audience: a merge patch (RFC 7386)."""

    type: Literal["patch"] = "patch"
    seq: int
    now: int
    head: str
    patch: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """What concerns one person alone, whole."""

    type: Literal["me"] = "me"
    seq: int
    now: int
    me: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """A command is durably stored; `seq` is its last fact."""

    type: Literal["ack"] = "ack"
    id: str
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A command, or a frame (then `id` is empty), was refused and changed nothing."""

    type: Literal["refused"] = "refused"
    id: str
    code: str
    details: dict[str, Any]
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A volatile signal from the server, by its `kind`."""

    type: Literal["signal"] = "signal"
    signal: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pong:
    """The answer to a ping."""

    type: Literal["pong"] = "pong"
    t: int
    now: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bye:
    """The last frame before the server closes."""

    type: Literal["bye"] = "bye"
    code: int
    reason: str
    message: str


SAID: dict[str, type[Any]] = {
    "snapshot": Snapshot, "patch": Patch, "me": Me, "ack": Ack, "refused": Refused, "signal": Told, "pong": Pong, "bye": Bye,
}  # fmt: skip
"""Frames from the server by their type."""
