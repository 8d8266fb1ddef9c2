"""What one listener is sent: both pictures, small ones, sound, or sound of low data. Down fast, up slowly, always told."""

from collections.abc import Mapping
from enum import IntEnum
from typing import NamedTuple


class Rung(IntEnum):
    """From the least to the most."""

    LOW_AUDIO = 0
    AUDIO = 1
    LOW_VIDEO = 2
    BOTH = 3


NEEDS = {Rung.LOW_AUDIO: 40_000, Rung.AUDIO: 58_000, Rung.LOW_VIDEO: 260_000, Rung.BOTH: 1_060_000}
"""Bits per second on the wire where nothing was measured yet: Opus, and two pictures of 100 or 500 kbit/s."""
LOSS = 0.10
"""A share lost in two reports in a row leads down; a quarter in one does."""
SLOW = 1.0
"""Seconds of round trip above which queues stand in the way: as bad as loss."""
SETTLE = 2.0
"""Seconds after a step during which reports still speak of the rung before."""
HOLD, PROBE, LONGEST = 5.0, 15.0, 240.0
"""Seconds of peace before a step up which the estimate carries, before one which must be tried, and the most either grows to."""
FAILED = 15.0
"""A step up which does not last so many seconds has failed; the next one waits twice as long."""


class Step(NamedTuple):
    """A change, and why: bandwidth, loss, delay, saver (the listener's choice), recovered (the estimate carries it), probe (tried)."""

    rung: Rung
    why: str


class Ladder:
    """Times are monotonic seconds. Each input gives the step it leads to, or None."""

    def __init__(self, now: float, *, start: Rung = Rung.LOW_VIDEO, most: Rung = Rung.BOTH) -> None:
        self.most = most
        """The listener's own bound: the data saver."""
        self.rung = min(start, most)
        self.needs: Mapping[Rung, int] = NEEDS
        """Bits per second of each rung; whoever measures them sets it."""
        self._estimate: int | None = None
        self._bad = 0
        self._calm = self._stepped = now
        self._rose: float | None = None
        self._patience = 1.0
        self._saved = start if start > most else None
        """The rung from which the saver alone led down."""

    def save(self, most: Rung, now: float) -> Step | None:
        """The listener chooses a bound, or lifts it (`Rung.BOTH`): at once back to where the saver alone led down from, and from there as ever."""
        self.most = most
        without = self.rung if self._saved is None else self._saved
        rung = min(most, without)
        if rung == self.rung:
            return None
        step = self._to(rung, "saver", now)
        self._saved = without if without > rung else None
        return step

    def estimate(self, bits: int, now: float) -> Step | None:
        """REMB: what the path carries. Too little for the rung leads to the best rung it carries."""
        self._estimate = bits
        if bits >= self.needs[self.rung] * 0.9 or self.rung is Rung.LOW_AUDIO:
            return None
        self._calm = now
        if now - self._stepped < SETTLE and bits > self.needs[self.rung] / 2:
            return None
        return self._down(max((rung for rung in Rung if self.needs[rung] <= bits and rung < self.rung), default=Rung.LOW_AUDIO), "bandwidth", now)

    def report(self, fraction_lost: float, round_trip: float | None, now: float) -> Step | None:
        """A receiver report: the share lost (0 to 1) and seconds there and back, if known."""
        slow = round_trip is not None and round_trip > SLOW
        if fraction_lost <= LOSS and not slow:
            self._bad = 0
            if fraction_lost > LOSS / 4:
                self._calm = now
            return None
        self._calm = now
        self._bad += 1
        if self.rung is Rung.LOW_AUDIO or now - self._stepped < SETTLE or (self._bad < 2 and fraction_lost < 0.25):
            return None
        return self._down(Rung(self.rung - 1), "loss" if fraction_lost > LOSS else "delay", now)

    def tick(self, now: float) -> Step | None:
        """Time passes: one rung up after enough peace. An estimate grows only with what is sent, so a path that carries
        its rung well is tried with the next one, more and more rarely when that fails."""
        if self._rose is not None and now - self._rose > FAILED:
            self._rose, self._patience = None, 1.0
        if self.rung >= self.most:
            return None
        upper = Rung(self.rung + 1)
        carried = self._estimate is not None and self._estimate >= self.needs[upper] * 1.1
        wait = min(LONGEST, (HOLD if carried else PROBE) * self._patience)
        if now - max(self._calm, self._stepped) < wait or (self._estimate is not None and self._estimate < self.needs[self.rung]):
            return None
        self._rose = now
        return self._to(upper, "recovered" if carried else "probe", now)

    def _down(self, rung: Rung, why: str, now: float) -> Step:
        if self._rose is not None and now - self._rose <= FAILED:
            self._patience = min(LONGEST / HOLD, self._patience * 2)
        self._rose = None
        return self._to(rung, why, now)

    def _to(self, rung: Rung, why: str, now: float) -> Step:
        self.rung, self._stepped, self._calm, self._bad, self._saved = rung, now, now, 0, None
        if rung <= Rung.AUDIO:
            self._estimate = None  # it spoke of pictures, and none are sent
        return Step(rung, why)
