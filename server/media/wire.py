"""What the server and the engine's process say to each other: one JSON object a line, over a pair of sockets.

Server to engine: `{"id", "do", …}`; engine to server: `{"id", "result"}`, `{"id", "refusal", "details"}` or
`{"event", …}`.
"""

import asyncio
import json
import socket
from typing import Any, Final

from server.media.engine import Closed, ConferenceStats, Direction, EngineStats, Levels, MediaEvent

LINE: Final = 1 << 20
"""Longest line in bytes."""

Message = dict[str, Any]


async def open_wire(end: socket.socket) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_unix_connection(sock=end, limit=LINE)


def send(writer: asyncio.StreamWriter, message: Message) -> None:
    """Queue one message; the other side reads all the time, so nothing waits here."""
    if not writer.is_closing():
        writer.write(json.dumps(message, separators=(",", ":")).encode() + b"\n")


async def receive(reader: asyncio.StreamReader) -> Message | None:
    """The next message, or None when the other side has gone."""
    try:
        line = await reader.readline()
    except (ConnectionError, ValueError):
        return None
    if not line.endswith(b"\n"):
        return None
    message: Message = json.loads(line)
    return message


def from_direction(direction: Direction) -> Message:
    return {"heard": sorted(direction.heard), "floor": direction.floor, "hall": direction.hall}


def to_direction(message: Message) -> Direction:
    return Direction(frozenset(message["heard"]), message["floor"], message["hall"])


def from_event(event: Levels | Closed) -> Message:
    if isinstance(event, Levels):
        return {
            "event": "levels",
            "conference": event.conference,
            "dbfs": dict(event.dbfs),
            "speaking": sorted(event.speaking),
        }
    return {
        "event": "closed",
        "conference": event.conference,
        "session": event.session,
        "source": event.source,
        "publishing": event.publishing,
        "reason": event.reason,
    }


def to_event(message: Message) -> MediaEvent:
    if message["event"] == "levels":
        return Levels(message["conference"], message["dbfs"], frozenset(message["speaking"]))
    return Closed(message["conference"], message["session"], message["source"], message["publishing"], message["reason"])


def from_stats(stats: EngineStats) -> Message:
    return {
        "cpu_seconds": stats.cpu_seconds,
        "late_ticks": stats.late_ticks,
        "conferences": {
            name: {
                "publishers": sorted(one.publishers),
                "listeners": one.listeners,
                "dbfs": dict(one.dbfs),
                "speaking": sorted(one.speaking),
                "sent_bytes": one.sent_bytes,
                "bits_per_second": one.bits_per_second,
            }
            for name, one in stats.conferences.items()
        },
    }


def to_stats(message: Message, restarts: int) -> EngineStats:
    conferences = {
        name: ConferenceStats(
            frozenset(one["publishers"]),
            one["listeners"],
            one["dbfs"],
            frozenset(one["speaking"]),
            one["sent_bytes"],
            one["bits_per_second"],
        )
        for name, one in message["conferences"].items()
    }
    return EngineStats(True, conferences, message["cpu_seconds"], restarts, message["late_ticks"])
