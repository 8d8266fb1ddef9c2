"""How often one may try. Failures are counted for an address and an account together, so that nobody locks
out somebody else."""

from __future__ import annotations

import hashlib
import time
from ipaddress import IPv6Address, ip_address

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from moderation.kernel import Refusal


class Tries:
    """Counts tries against several windows at once: the more of them, the longer the wait (raises `Refusal`
    too_many_tries)."""

    def __init__(self, *windows: str) -> None:
        self._windows: list[RateLimitItem] = [parse(window) for window in windows]
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    def check(self, *who: str) -> None:
        """Refuse when one of the windows is full; counts nothing."""
        key = _key(who)
        for window in self._windows:
            if not self._limiter.test(window, key):
                ends = self._limiter.get_window_stats(window, key).reset_time
                raise Refusal("too_many_tries", retry_after=max(1, int(ends - time.time()) + 1))

    def count(self, *who: str) -> None:
        """Count one try."""
        key = _key(who)
        for window in self._windows:
            self._limiter.hit(window, key)

    def forget(self, *who: str) -> None:
        """Start anew, after a success."""
        key = _key(who)
        for window in self._windows:
            self._limiter.clear(window, key)


def _key(who: tuple[str, ...]) -> str:
    return hashlib.sha256("\0".join(who).encode(errors="replace")).hexdigest()


def network(address: str) -> str:
    """What counts as one address: an IPv6 customer has a whole /64."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64))
    return str(parsed)
