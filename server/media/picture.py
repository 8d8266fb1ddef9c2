"""One picture of the programme, *floor* or *hall*: what feeds it, in two sizes, and who sees it in which.

Nothing is decoded. Each size is one `rtp.Slot`, rewritten once for all; a listener who moves from one size to the other goes on
behind what it has seen, by offsets of its own.
"""

import struct
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Protocol

from server.media.card import Card
from server.media.rtp import vp8
from server.media.rtp.packets import SenderReport, ahead
from server.media.rtp.senderreports import SlotReports, SourceClock
from server.media.rtp.slot import CLOCK_RATE, CODECS, Codec, End, Slot
from server.media.transport.fanout import Outlet, Path

FLOWING: Final = 1.5
"""Seconds without a packet after which a stream gives way to its other size."""
STALE: Final = 3.0
"""Seconds without any packet after which the card is shown."""

Send = Callable[[Sequence[bytes], Sequence[Outlet]], object]


class Feed(Protocol):
    """What can feed a picture: a publisher's stream."""

    codec: Codec
    bits_per_second: int
    loss: float
    """Share of its packets that did not reach us."""
    last: float
    """When its last packet came."""

    def __hash__(self) -> int: ...

    def ask(self, now: float) -> None:
        """A key frame is needed; may be said as often as wanted."""


class View:
    """One listener's sight of one picture."""

    def __init__(self, picture: "Picture", path: Path, types: tuple[int, ...]) -> None:
        self.picture = picture
        self.slot: Slot | None = None
        """The size it gets."""
        self.wanted: Slot | None = None
        """The size it is to get from that one's next key frame on."""
        self.outlet = Outlet(path, types)
        self._path, self._types = path, types
        self._end: End | None = None
        self._former: tuple[Slot, Outlet] | None = None
        self._first = 0
        self._gone = (0, 0)

    def takes(self, packet: bytes) -> bool:
        """Whether it can show what a slot sends, by the codec of this packet."""
        return self._types[packet[1] & 127] >= 0

    @property
    def sent(self) -> tuple[int, int]:
        """Packets and payload octets, in all."""
        return self._gone[0] + self.outlet.packets, self._gone[1] + self.outlet.octets

    def want(self, slot: Slot | None) -> None:
        """See another size, from its next key frame on; None at once nothing."""
        if slot is self.wanted:
            return
        self.wanted = slot
        if slot is None:
            self.picture.leave(self)
        elif slot is not self.slot:
            slot.key_frame()
            self.picture.waiting.add(self)
        else:
            self.picture.waiting.discard(self)

    def left(self, unsent: int = 0) -> None:
        """Its size sends no more to it, and so many of the last packets not either."""
        if self.slot is not None:
            end, own = self.slot.end, self.outlet
            self._end = End(
                (end.sequence + own.sequence - unsent) & 0xFFFF,
                (end.timestamp + own.timestamp) & 0xFFFFFFFF,
                (end.picture + own.picture) & 0x7FFF,
                (end.tl0 + own.tl0) & 0xFF,
                end.at,
            )
            self._former = (self.slot, own)
        self.slot = None

    def joined(self, slot: Slot, packet: bytes, now: float) -> None:
        """`packet` of `slot` is the first that goes to it: lined up behind what it saw before."""
        sequence, timestamp = struct.unpack_from("!HI", packet, 2)
        self._gone = self.sent
        self.outlet = own = Outlet(self._path, self._types)
        if self._end is not None:
            end, found = self._end, vp8.read(packet[12:]) if packet[1] & 127 == CODECS.index("vp8") else None
            passed = 1 if end.at is None else max(1, round((now - end.at) * CLOCK_RATE))
            own.sequence = (end.sequence + 1 - sequence) & 0xFFFF
            own.timestamp = (end.timestamp + passed - timestamp) & 0xFFFFFFFF
            # where the first packet has no number, the slot's next one that has must go on behind
            numbered, layered = found is not None and found.picture is not None, found is not None and found.tl0 is not None
            own.picture = (end.picture + numbered - slot.end.picture) & 0x7FFF
            own.tl0 = (end.tl0 + layered - slot.end.tl0) & 0xFF
        self._first = (sequence + own.sequence) & 0xFFFF
        self.slot = slot

    def again(self, sequences: Iterable[int]) -> list[tuple[bytes, Outlet]]:
        """The packets with these numbers, as far as they are still there, each with the outlet it goes out by."""
        found: list[tuple[bytes, Outlet]] = []
        for sequence in sequences:
            slot, outlet = self.slot, self.outlet
            if self._former is not None and (slot is None or ahead(sequence, self._first) < 0):
                slot, outlet = self._former
            packet = slot.again((sequence - outlet.sequence) & 0xFFFF) if slot else None
            if packet is not None:
                found.append((packet, outlet))
        return found


class Picture:
    """`show` says whose streams feed it; `push` takes their packets, `flush` sends what has gathered."""

    def __init__(self, ssrc: int, wall: float, send: Send) -> None:
        """`wall`: seconds since 1900 at monotonic time 0 (`SlotReports`)."""
        self.ssrc = ssrc
        self.large, self.small = Slot(ssrc), Slot(ssrc)
        self.waiting: set[View] = set()
        """Views that wait for a key frame of another size."""
        self._send = send
        self._reports = {slot: SlotReports(slot, wall) for slot in (self.large, self.small)}
        self._audience: dict[Slot, list[Outlet]] = {self.large: [], self.small: []}
        self._views: dict[Slot, list[View]] = {self.large: [], self.small: []}
        """Whose outlets the audience's are."""
        self._pending: dict[Slot, list[bytes]] = {self.large: [], self.small: []}
        self._codec: dict[Slot, int] = {}
        """What each slot sent last, as index."""
        self._card = Card()
        self._feeds: tuple[Feed, ...] = ()
        self._shown = 0.0
        self.watch: Callable[[Codec, bytes, float], object] | None = None
        """Gets every packet of the large size, for a recording."""
        self._choose(0.0)

    # Who feeds it

    def show(self, feeds: tuple[Feed, ...], now: float, *, hold: bool) -> None:
        """The streams of one source, the larger first; none means the card. With `hold` what was seen before stays until the new one's
        key frame."""
        if feeds != self._feeds:
            self._feeds, self._shown = feeds, now
            self._choose(now, hold=hold)

    def feeds(self, stream: object) -> bool:
        """Whether a stream's packets are of use now."""
        return any(stream is slot.source or stream is slot.wanted for slot in self._audience)

    def drop(self, stream: object) -> None:
        """A stream has ended."""
        if any(feed is stream for feed in self._feeds):
            self.show(tuple(feed for feed in self._feeds if feed is not stream), self._shown, hold=False)
        for reports in self._reports.values():
            reports.forget(stream)

    def _choose(self, now: float, *, hold: bool = True) -> None:
        flowing = [feed for feed in self._feeds if now - feed.last < FLOWING]
        if not flowing and (now - self._shown < STALE or any(now - feed.last < STALE for feed in self._feeds)):
            flowing = list(self._feeds)
        for slot, feed in ((self.large, flowing[0] if flowing else self._card), (self.small, flowing[-1] if flowing else self._card)):
            own = slot.source in self._feeds or now - self._shown < STALE  # who lost the right is not seen longer, whatever the next one sends
            slot.select(feed, hold=hold and own and bool(flowing))

    def bits(self, slot: Slot) -> int:
        """Bits per second that a size costs, as its source sends now."""
        return getattr(slot.source, "bits_per_second", 0)

    def upstream_loss(self, slot: Slot) -> float:
        """Share lost before it came to us: nobody's own path is to blame for that."""
        return getattr(slot.source, "loss", 0.0)

    # What comes in and goes out

    def push(self, feed: object, codec: Codec, packet: bytes, now: float) -> None:
        for slot in self._audience:
            if feed is slot.source or feed is slot.wanted:
                sent = slot.push(feed, codec, packet, now)
                if sent is not None:
                    self._out(slot, sent, now)

    def _out(self, slot: Slot, sent: bytes, now: float) -> None:
        if slot.key and self._codec.get(slot) != sent[1] & 127:
            self._codec[slot] = sent[1] & 127
            for view in [view for view in self._views[slot] if not view.takes(sent)]:  # its numbers wait until there is something for it again
                wanted = view.wanted
                self.leave(view, unsent=1)
                view.wanted = wanted
                self.waiting.add(view)
        if slot.key and self.waiting:
            self.flush()
            for view in [view for view in self.waiting if view.wanted is slot and view.takes(sent)]:
                self.leave(view)
                view.wanted = slot
                view.joined(slot, sent, now)
                self._audience[slot].append(view.outlet)
                self._views[slot].append(view)
        self._pending[slot].append(sent)
        if self.watch is not None and slot is self.large:
            self.watch(CODECS[sent[1] & 127], sent, now)

    def leave(self, view: View, unsent: int = 0) -> None:
        """A view gets nothing more, until it wants something."""
        self.waiting.discard(view)
        if view.slot is not None:
            self.flush()
            self._audience[view.slot].remove(view.outlet)
            self._views[view.slot].remove(view)
        view.wanted = None
        view.left(unsent)

    def flush(self) -> None:
        for slot, pending in self._pending.items():
            if pending:
                self._pending[slot] = []
                if self._audience[slot]:
                    self._send(pending, self._audience[slot])

    def pulse(self, now: float) -> None:
        """What time alone does, fifty times a second."""
        self._choose(now)
        for slot in self._audience:
            wish = slot.wish
            if wish is self._card or (slot.wanted is self._card and self._card.due(now)):
                for packet in self._card.packets(now):
                    self.push(self._card, self._card.codec, packet, now)
            elif wish is not None:
                wish.ask(now)  # type: ignore[attr-defined]
        self.flush()

    # Reports

    def heard(self, feed: object, report: SenderReport, clock: SourceClock, now: float) -> None:
        """A sender report of one of its streams."""
        for reports in self._reports.values():
            reports.heard(feed, report, clock, now)

    def report(self, view: View, now: float) -> SenderReport | None:
        """A view's sender report."""
        made = self._reports[view.slot].report(now) if view.slot is not None else None
        if made is None:
            return None
        packets, octets = view.sent
        return made._replace(
            timestamp=(made.timestamp + view.outlet.timestamp) & 0xFFFFFFFF, packets=packets & 0xFFFFFFFF, octets=octets & 0xFFFFFFFF
        )
