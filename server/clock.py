"""The time of the server: starts at the system's time and runs with the monotonic clock: a jump of the system's clock moves no countdown.

A demonstration can be set to another time (`set_to`), so that a case of months is walked through in an hour; deadlines, papers and reminders then follow that time.
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta, timezone

HANOI = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
"""Vietnam's time: seven hours before UTC, without summer time since 1975."""

_START = time.time_ns() // 1_000_000 - time.monotonic_ns() // 1_000_000
_shift = 0
_stopped: int | None = None


def now() -> int:
    """Milliseconds since the epoch (UTC)."""
    return _stopped if _stopped is not None else _START + _shift + time.monotonic_ns() // 1_000_000


def today() -> date:
    """The day in Vietnam."""
    return day_of(now())


def day_of(at: int) -> date:
    """The day in Vietnam at a moment in milliseconds since the epoch."""
    return datetime.fromtimestamp(at / 1_000, UTC).astimezone(HANOI).date()


def moment(day: date, clock: str = "00:00") -> int:
    """A clock time of a day in Vietnam ("13:30" or "13:30:05") as milliseconds since the epoch."""
    return int(datetime.fromisoformat(f"{day.isoformat()}T{clock}").replace(tzinfo=HANOI).timestamp()) * 1_000


def moment_of(day: str, clock: str = "00:00") -> int:
    """The same for an ISO date."""
    return moment(date.fromisoformat(day), clock)


def set_to(at: int) -> None:
    """Sets the clock of this process to a moment, from where it runs on. For demonstrations and tests alone."""
    global _shift, _stopped
    _stopped = None
    _shift += at - now()


def stop_at(at: int) -> None:
    """Stops the clock of this process at a moment, until it is set again: for tests that play what happened to the millisecond."""
    global _stopped
    _stopped = at


def reset() -> None:
    """Back to the system's time."""
    global _shift, _stopped
    _shift, _stopped = 0, None


def is_simulated() -> bool:
    """Whether the time is not the system's."""
    return _shift != 0 or _stopped is not None
