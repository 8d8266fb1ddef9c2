"""When a source's packets are played: in the order of their sequence, and late enough that the path's jitter leaves no holes.

No clock and no sound in here: times are arguments (monotonic seconds), packets are Opus payloads.
"""

from collections import deque
from typing import Final, NamedTuple

from server.media.opus import RATE, duration
from server.media.rtp.packets import ahead

LEAST, MOST = 0.02, 0.30
"""Seconds of delay: below, any scheduling would be heard; above, a dialogue is none any more."""
FORGET: Final = 0.997
"""What is left of the worst lateness seen after each packet: half of it goes in about 5 s."""
DRIFT: Final = 0.0002
"""Seconds a second by which the least delay is let grow: a publisher's clock is not ours."""
SLACK: Final = 0.05
"""Seconds above the wanted delay which are cut away once they have stood for a second."""
PATIENCE: Final = 10
"""After so many takes with nothing there (0.2 s) the delay is built up anew before playing on."""
LEAP: Final = 3000
GAP: Final = 10
"""A hole of more packets than that is not filled."""
WAITING: Final = 100
"""Most packets kept: two seconds."""


class Lost(NamedTuple):
    """A packet that will not come; `following` is the one behind it, if it is there."""

    samples: int
    following: bytes | None


class Playout:
    """`put` takes what comes, `next` gives what is to be played now."""

    def __init__(self) -> None:
        self.delay = LEAST
        """Seconds that a packet should wait, by the lateness of late."""
        self.waited = LEAST
        """Seconds that packets do wait, of late."""
        self.lost = self.late = 0
        self._waiting: dict[int, tuple[bytes, float]] = {}  # by unwrapped sequence number, with the time of arrival
        self._highest = -1
        self._next: int | None = None
        self._played = 0  # all before this one are over
        self._since: float | None = None
        self._samples = RATE // 50
        self._least: float | None = None
        self._stamp: int | None = None
        self._heard = 0.0
        self._spread = 0.0
        self._empty = 0
        self._depths: deque[float] = deque(maxlen=50)

    def put(self, sequence: int, timestamp: int, packet: bytes, now: float) -> None:
        """A packet has come; nothing is said of one that comes too late."""
        step = 0 if self._highest < 0 else ahead(sequence, self._highest & 0xFFFF)
        if self._highest < 0 or abs(step) > LEAP or len(self._waiting) >= WAITING:
            self._begin(sequence, timestamp)
            step = 0
        number = self._highest + step
        self._highest = max(self._highest, number)
        self._learn(timestamp, now)
        if number < self._played:
            self.late += 1
            return
        self._waiting[number] = packet, now
        if self._since is None:
            self._since = now

    def next(self, now: float) -> bytes | Lost | None:
        """The packet to play now, or that it is lost, or None where nothing is there yet."""
        if not self._waiting:
            self._empty += 1
            if self._empty >= PATIENCE:
                self._next = self._since = None
            return None
        if self._next is None:
            if self._since is not None and now - self._since < self.delay:
                return None
            self._next = min(self._waiting)
            self._depths.clear()
        self._empty = 0
        found = self._waiting.pop(self._next, None)
        first = self._next if found is not None else min(self._waiting)
        if found is None and first - self._next > GAP:
            self._next = first
            found = self._waiting.pop(first)
        self._next = self._played = self._next + 1
        self._depths.append(len(self._waiting) * self._samples / RATE)
        if found is None:
            self.lost += 1
            following = self._waiting.get(self._next)
            return Lost(self._samples, following[0] if following else None)
        packet, arrived = found
        self.waited += (now - arrived - self.waited) / 16
        self._samples = duration(packet) or self._samples
        return packet

    def surplus(self) -> bytes | None:
        """A packet to leave out, where for a second more has waited than the jitter asks for."""
        if len(self._depths) < 50 or min(self._depths) < self.delay + SLACK or self._next is None:
            return None
        self._depths.clear()
        self._next = self._played = self._next + 1
        found = self._waiting.pop(self._next - 1, None)
        return found[0] if found else None

    def clear(self) -> None:
        """What waits is forgotten; what was learned about the path stays."""
        self._waiting.clear()
        self._next = self._since = None
        self._empty = 0

    def _begin(self, sequence: int, timestamp: int) -> None:
        self.clear()
        self._highest = self._played = sequence + (1 << 16)
        self._least, self._stamp = None, timestamp

    def _learn(self, timestamp: int, now: float) -> None:
        assert self._stamp is not None
        ahead_by = ahead(timestamp, self._stamp & 0xFFFFFFFF, 32)
        stamp = self._stamp + ahead_by
        self._stamp = max(self._stamp, stamp)
        transit = now - stamp / RATE
        if self._least is None or abs(transit - self._least) > 5:
            self._least = transit
        else:
            self._least = min(self._least + DRIFT * (now - self._heard), transit)
        self._heard = now
        self._spread = max(self._spread * FORGET, transit - self._least)
        self.delay = min(MOST, max(LEAST, self._spread + LEAST / 2))
