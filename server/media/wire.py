"""What the server and the engine's process say to each other: one JSON object a line, over a pair of sockets.

Server to engine: `{"id", "do", …}`; engine to server: `{"id", "result"}`, `{"id", "refusal", "details"}` or
`{"event", "told"}`. Dataclasses go as they are: what six hundred sessions say of themselves must not hold up their sound.
"""

import asyncio
import socket
from typing import Any, Final

import orjson

from server.media.engine import Closed, ConferenceStats, Direction, EngineStats, Levels, MediaEvent, Recorded, SessionStats, Stepped
from server.media.rtp.ladder import Rung

LINE: Final = 16 << 20
"""Longest line in bytes."""

Message = dict[str, Any]


async def open_wire(end: socket.socket) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_unix_connection(sock=end, limit=LINE)


def send(writer: asyncio.StreamWriter, message: Message) -> None:
    """Queue one message; the other side reads all the time, so nothing waits here."""
    if not writer.is_closing():
        writer.write(orjson.dumps(message, default=sorted, option=orjson.OPT_APPEND_NEWLINE))


async def receive(reader: asyncio.StreamReader) -> Message | None:
    """The next message, or None when the other side has gone."""
    try:
        line = await reader.readline()
    except (ConnectionError, ValueError):
        return None
    if not line.endswith(b"\n"):
        return None
    message: Message = orjson.loads(line)
    return message


def from_direction(direction: Direction) -> Message:
    return {"heard": sorted(direction.heard), "floor": direction.floor, "hall": direction.hall}


def to_direction(message: Message) -> Direction:
    return Direction(frozenset(message["heard"]), message["floor"], message["hall"])


def from_event(event: MediaEvent) -> Message:
    """`Restarted` is not among them: the server itself says it."""
    return {"event": type(event).__name__.lower(), "told": event}


def to_event(message: Message) -> MediaEvent:
    told = message["told"]
    match message["event"]:
        case "levels":
            return Levels(**{**told, "speaking": frozenset(told["speaking"])})
        case "closed":
            return Closed(**told)
        case "stepped":
            return Stepped(**{**told, "rung": Rung(told["rung"])})
        case _:
            return Recorded(**told)


def to_stats(message: Message, restarts: int) -> EngineStats:
    conferences = {name: _to_conference(one) for name, one in message["conferences"].items()}
    return EngineStats(**{**message, "conferences": conferences, "restarts": restarts})


def _to_conference(one: Message) -> ConferenceStats:
    sessions = {name: _to_session(session) for name, session in one["sessions"].items()}
    return ConferenceStats(**{**one, "publishers": frozenset(one["publishers"]), "speaking": frozenset(one["speaking"]), "sessions": sessions})


def _to_session(one: Message) -> SessionStats:
    rung = None if one["rung"] is None else Rung(one["rung"])
    return SessionStats(**{**one, "rung": rung, "codecs": tuple(one["codecs"])})
