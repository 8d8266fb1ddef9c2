"""Sender reports of a slot: one wall clock for all sources, so that lips and voice stay together (RFC 3550 section 6.4.1).

Each publisher reports against its own wall clock. The sound is mixed here and reported against ours, so a picture's
report must be too: `SourceClock` learns how far a publisher's clock is from ours.
"""

from server.media.rtp.packets import SenderReport
from server.media.rtp.slot import CLOCK_RATE, Slot

NTP_EPOCH = 2_208_988_800
"""Seconds from 1900 to 1970."""
DRIFT = 0.0005
"""Seconds a second by which a clock may run away from ours before it is followed."""


def ntp(seconds: float) -> int:
    """64 bits of fixed point (RFC 3550 section 4) for seconds since 1900."""
    return round(seconds * (1 << 32)) & 0xFFFFFFFFFFFFFFFF


class SourceClock:
    """How far our clock is from a publisher's, for all its streams; the least delay seen counts, because only that is the path's own."""

    def __init__(self) -> None:
        self._offset: float | None = None
        self._heard = 0.0

    def offset(self, report: SenderReport, now: float) -> float:
        """Our monotonic seconds less the publisher's wall clock, with this report which came at `now`."""
        seen = now - report.ntp / (1 << 32)
        risen = seen if self._offset is None else self._offset + DRIFT * (now - self._heard)
        if self._offset is None or abs(seen - risen) > 2:  # the publisher's clock was set
            self._offset = seen
        else:
            self._offset = min(seen, risen)
        self._heard = now
        return self._offset


class SlotReports:
    """The reports of one slot. `wall` is the seconds since 1900 at monotonic time 0, the same for all of an engine."""

    def __init__(self, slot: Slot, wall: float) -> None:
        self.slot = slot
        self.wall = wall
        self._known: dict[object, tuple[float, int]] = {}

    def heard(self, source: object, report: SenderReport, clock: SourceClock, now: float) -> None:
        """A report of a source has come: its stream showed `report.timestamp` at that moment of our time."""
        self._known[source] = (report.ntp / (1 << 32) + clock.offset(report, now), report.timestamp)

    def forget(self, source: object) -> None:
        """The source has gone."""
        self._known.pop(source, None)

    def report(self, now: float) -> SenderReport | None:
        """The slot's report at `now`; None while nothing feeds it or its source has not reported."""
        known = self._known.get(self.slot.source)
        if known is None:
            return None
        when, timestamp = known
        shown = timestamp + self.slot.timestamp_offset + round((now - when) * CLOCK_RATE)
        return SenderReport(self.slot.ssrc, ntp(self.wall + now), shown & 0xFFFFFFFF, self.slot.packets, self.slot.octets)
