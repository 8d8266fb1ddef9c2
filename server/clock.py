"""The time of the server: starts at the system's time and runs with the monotonic clock: a jump of the system's clock moves no countdown."""

from __future__ import annotations

import time

_START = time.time_ns() // 1_000_000 - time.monotonic_ns() // 1_000_000


def now() -> int:
    """Milliseconds since the epoch (UTC)."""
    return _START + time.monotonic_ns() // 1_000_000
