"""One outgoing stream without a break, fed by changing sources.

A slot has one SSRC, one sequence, one time line and one count of pictures for its whole life; what feeds it may
change as often as the room decides (R22), and a receiver sees one camera that never stopped (RFC 3550 section 5.1,
RFC 7741 section 4.2). Packets lost on the way in stay lost, so that receivers ask for them; packets out of order
pass out of order.
"""

import struct
from collections.abc import Hashable
from secrets import randbelow
from typing import Final, Literal, NamedTuple

from server.media.rtp import h264, vp8
from server.media.rtp.packets import ahead, read_rtp

Codec = Literal["vp8", "h264"]
CODECS: Final[tuple[Codec, ...]] = ("vp8", "h264")
"""A packet goes out with the index of its codec as payload type, for each listener's own."""
CLOCK_RATE: Final = 90_000
"""Of every picture's timestamps (RFC 7741 section 4.1, RFC 6184 section 5.1)."""
RING = 512
"""Outgoing packets kept to be sent again: about five seconds of a picture; a power of two."""
LEAP = 3000
"""A source whose sequence number leaps further has begun anew (MAX_DROPOUT, RFC 3550 appendix A.1)."""

_HEADER = struct.Struct("!BBHII")


class End(NamedTuple):
    """The last numbers that a stream sent, and when; a receiver who is moved to another stream goes on behind them."""

    sequence: int
    timestamp: int
    picture: int
    tl0: int
    at: float | None


class Slot:
    """`select` says who is to feed it, `push` takes a packet and gives what goes out; times are monotonic seconds."""

    def __init__(self, ssrc: int) -> None:
        self.ssrc = ssrc
        self.source: Hashable = None
        """Whose packets go out now."""
        self.wanted: Hashable = None
        """Whose packets are to go out: another than `source` until its key frame is here."""
        self.wish: Hashable = None
        """Whose key frame is needed; None when nobody's. The caller asks (throttled: `Inbound.want_key_frame`)."""
        self.key = False
        """Whether a decoder may begin at the packet that `push` gave last."""
        self.packets = 0
        self.octets = 0
        self.timestamp_offset = 0
        """Outgoing timestamp less the source's, modulo 2^32; holds for `source`."""
        self._ring: list[bytes | None] = [None] * RING
        self._highest = randbelow((1 << 15) - 1)  # below 32768: SRTP's roll-over counter cannot be guessed wrong (RFC 3711 section 3.3.1)
        self._first = self._highest + 1  # both unwrapped: packets from before a change are not let in after it
        self._sequence_offset = 0
        self._timestamp = randbelow(1 << 32)
        self._arrival: float | None = None
        self._picture = randbelow(1 << 15)
        self._picture_offset = 0
        self._source_picture = 0  # unwrapped, for sources which count with 7 bits
        self._tl0 = 0
        self._tl0_offset = 0

    def select(self, source: Hashable, *, hold: bool = True) -> Hashable:
        """From the next key frame of `source` on, it feeds the slot; None feeds nothing from now on. With `hold` the
        former source stays until then, without it the former source is silent at once (it lost the right).

        The source to ask for a key frame, or None."""
        if source is None or not hold:
            self.source = source if source == self.source else None
        if source != self.wanted:
            self.wish = None if source is None or source == self.source else source
        self.wanted = source
        return self.wish

    def key_frame(self) -> Hashable:
        """A receiver lacks a key frame. The source to ask, or None where there is none."""
        if self.wanted is not None:
            self.wish = self.wanted
        return self.wish

    def push(self, source: Hashable, codec: Codec, data: bytes, now: float) -> bytes | None:
        """The packet as it goes out, with its codec's index as payload type; None when it does not go out."""
        if source != self.source and source != self.wanted:
            return None
        packet = read_rtp(data)
        if packet is None:
            return None
        marker, _, sequence, timestamp, _, start, end = packet
        payload = data[start:end]
        found = vp8.read(payload) if codec == "vp8" else None
        key = found.key if found else codec == "h264" and h264.starts_key_frame(payload)
        if source != self.source:
            if not key:
                return None
            self._begin(source, sequence, timestamp, found, now)
        out = self._highest + ahead((sequence + self._sequence_offset) & 0xFFFF, self._highest & 0xFFFF)
        if abs(out - self._highest) > LEAP:
            if not key:
                self.wish = source if self.wanted == source else self.wish
                return None
            self._begin(source, sequence, timestamp, found, now)
            out = self._first
        if out < self._first:
            return None
        if key and source == self.wanted:
            self.wish = None
        stamp = (timestamp + self.timestamp_offset) & 0xFFFFFFFF
        if found is not None:
            payload = self._renumbered(payload, found)
        if out > self._highest:
            self._highest = out
            if ahead(stamp, self._timestamp, 32) > 0:
                self._timestamp, self._arrival = stamp, now
        self.key = key
        sent = _HEADER.pack(128, (128 if marker else 0) | CODECS.index(codec), out & 0xFFFF, stamp, self.ssrc) + payload
        if out > self._highest - RING:
            self._ring[out % RING] = sent
        self.packets += 1
        self.octets += len(payload)
        return sent

    @property
    def end(self) -> End:
        """How far the stream has come."""
        return End(self._highest & 0xFFFF, self._timestamp, self._picture & 0x7FFF, self._tl0 & 0xFF, self._arrival)

    def again(self, sequence: int) -> bytes | None:
        """The packet that went out with this sequence number, while the ring has it (RFC 4585 section 6.2.1)."""
        sent = self._ring[sequence % RING]
        return sent if sent is not None and sent[2] << 8 | sent[3] == sequence else None

    def _begin(self, source: Hashable, sequence: int, timestamp: int, found: vp8.Descriptor | None, now: float) -> None:
        """Lines the source up behind what went out: the next number, the next picture, as much later as time has passed."""
        self.source = source
        self._first = self._highest + 1
        self._sequence_offset = (self._first - sequence) & 0xFFFF
        passed = 0 if self._arrival is None else round((now - self._arrival) * CLOCK_RATE)
        self.timestamp_offset = (self._timestamp + max(1, passed) - timestamp) & 0xFFFFFFFF
        if found is not None and found.picture is not None:
            self._source_picture = found.picture
            self._picture_offset = self._picture + 1 - found.picture
        if found is not None and found.tl0 is not None:
            self._tl0_offset = self._tl0 + 1 - found.tl0

    def _renumbered(self, payload: bytes, found: vp8.Descriptor) -> bytes:
        picture = tl0 = None
        if found.picture is not None:
            bits = 15 if found.wide else 7
            unwrapped = self._source_picture + ahead(found.picture, self._source_picture & (1 << bits) - 1, bits)
            self._source_picture = max(self._source_picture, unwrapped)
            picture = unwrapped + self._picture_offset
            self._picture = max(self._picture, picture)
        if found.tl0 is not None:
            tl0 = (found.tl0 + self._tl0_offset) & 0xFF
            if ahead(tl0, self._tl0 & 0xFF, 8) > 0:
                self._tl0 = tl0
        return vp8.renumbered(payload, found, picture, tl0)
