"""Whole frames out of RTP packets: put into order, joined (RFC 7741, RFC 6184), and given their place on our clock.

A frame of which something is missing is left out, and with it all up to the next key frame, because a decoder could only show them broken.
"""

from collections.abc import Iterator
from typing import Final, Generic, NamedTuple, TypeVar

from server.media.rtp import vp8
from server.media.rtp.h264 import FU_A, IDR, SPS, STAP_A
from server.media.rtp.packets import Rtp, ahead, read_rtp
from server.media.rtp.slot import LEAP, Codec

PATIENCE: Final = 0.5
"""Seconds that a missing packet is waited for: the engine asks its publisher for it again."""
PPS, DELIMITER, FILLER = 8, 9, 12
"""NAL unit types (H.264 table 7-1); the last two say nothing that a file needs."""
START_CODE: Final = b"\x00\x00\x00\x01"
"""Before each NAL unit (H.264 annex B)."""

T = TypeVar("T")


class Order(Generic[T]):
    """Packets of one sender by their sequence number, each once; `None` stands where some are missing, or another sender begins."""

    def __init__(self) -> None:
        self._sender: int | None = None
        self._next: int | None = None
        self._waiting: dict[int, tuple[float, T]] = {}

    def put(self, sender: int, sequence: int, item: T, now: float) -> Iterator[T | None]:
        """What is next in order with this packet, if anything. `sender`: its SSRC."""
        if self._next is None:
            self._next = sequence
        number = self._next + ahead(sequence, self._next & 0xFFFF)
        if sender != self._sender or abs(number - self._next) > LEAP:  # begun anew
            self._sender = sender
            self._waiting.clear()
            self._next = number
            yield None
        if number >= self._next:
            self._waiting[number] = (now, item)
        while self._waiting:
            if self._next not in self._waiting:
                if now - min(at for at, _ in self._waiting.values()) < PATIENCE:
                    return
                self._next = min(self._waiting)
                yield None
            yield self._waiting.pop(self._next)[1]
            self._next += 1


LARGEST: Final = 2 << 20
"""Octets of a picture; one that grows beyond has no end, and would be kept for ever."""


class Frame(NamedTuple):
    """One picture."""

    codec: Codec
    data: bytes
    """A frame of VP8 (RFC 6386), or an access unit of H.264 with start codes (annex B)."""
    key: bool
    timestamp: int
    """Of RTP, 90 kHz."""
    at: float
    """When its last packet came."""
    parameters: bytes
    """Of H.264 the sequence and picture parameter sets that it needs, with start codes."""


class Frames:
    """The frames of one stream of pictures, which may change its codec."""

    def __init__(self) -> None:
        self.broken = True
        """Whether a key frame is needed before anything more can be shown."""
        self.last = 0.0
        """When its last packet came."""
        self._order: Order[tuple[Codec, bytes, Rtp, float]] = Order()
        self._parts: list[bytes] = []
        self._key = False
        self._stamp: int | None = None
        self._size = 0
        self._codec: Codec = "vp8"
        self._astray = True
        self._sps = self._pps = b""

    def put(self, codec: Codec, packet: bytes, at: float) -> list[Frame]:
        """The frames that are whole with this packet."""
        read = read_rtp(packet)
        if read is None:
            return []
        self.last = at
        found: list[Frame] = []
        for next_ in self._order.put(read.ssrc, read.sequence, (codec, packet[read.start : read.end], read, at), at):
            if next_ is None:
                self._break()
                continue
            frame = self._join(*next_)
            if frame is not None:
                found.append(frame)
        return found

    def _break(self) -> None:
        """Something is missing or makes no sense: where the next frame begins is to be seen."""
        self.broken = self._astray = True
        self._parts, self._stamp = [], None

    def _join(self, codec: Codec, payload: bytes, read: Rtp, at: float) -> Frame | None:
        if codec != self._codec:
            self._break()
            self._codec = codec
        if not payload:
            return None
        if read.timestamp != self._stamp:
            if self._parts:  # the end of the former frame never came
                self._break()
            self._astray = self._astray and self._stamp is None and not self._begins(payload)
            self._parts, self._key, self._stamp, self._size = [], False, read.timestamp, 0
        if self._astray:
            self._astray = not read.marker
            return None
        if not (self._vp8(payload) if codec == "vp8" else self._h264(payload)):
            self._break()
            self._astray = not read.marker
            return None
        self._size += len(payload)
        if self._size > LARGEST:
            self._break()
            return None
        return self._ended(read.timestamp, at) if read.marker else None

    def _begins(self, payload: bytes) -> bool:
        """Whether a frame begins here for sure: every frame of VP8 says so, of H.264 only one with parameter sets."""
        if self._codec == "vp8":
            found = vp8.read(payload)
            return found is not None and found.starts
        return payload[0] & 31 == SPS or (payload[0] & 31 == STAP_A and len(payload) > 3 and payload[3] & 31 == SPS)

    def _vp8(self, payload: bytes) -> bool:
        found = vp8.read(payload)
        if found is None or found.starts != (not self._parts):
            return False
        self._key = self._key or found.key
        self._parts.append(payload[found.end :])
        return True

    def _h264(self, payload: bytes) -> bool:
        kind = payload[0] & 31
        if kind == FU_A:
            if len(payload) < 3:
                return False
            if payload[1] & 0x80:
                self._parts += [START_CODE, bytes((payload[0] & 0xE0 | payload[1] & 31,))]
                self._key = self._key or payload[1] & 31 == IDR
            elif not self._parts:
                return False
            self._parts.append(payload[2:])
            return True
        if kind != STAP_A:
            return kind < STAP_A and self._unit(payload)
        at = 1
        while at + 2 < len(payload):
            end = at + 2 + int.from_bytes(payload[at : at + 2])
            if end > len(payload) or not self._unit(payload[at + 2 : end]):
                return False
            at = end
        return True

    def _unit(self, unit: bytes) -> bool:
        """One whole NAL unit."""
        if not unit:
            return False
        kind = unit[0] & 31
        if kind == SPS:
            self._sps = unit
        elif kind == PPS:
            self._pps = unit
        elif kind not in (DELIMITER, FILLER):
            self._key = self._key or kind == IDR
            self._parts += [START_CODE, unit]
        return True

    def _ended(self, timestamp: int, at: float) -> Frame | None:
        data, self._parts, self._stamp = b"".join(self._parts), [], None
        if not data:
            return None
        parameters = b""
        if self._codec == "h264":
            if self._key and not (self._sps and self._pps):
                self.broken = True
                return None
            parameters = START_CODE + self._sps + START_CODE + self._pps
        elif self._key and (len(data) < 10 or data[3:6] != b"\x9d\x01\x2a"):  # RFC 6386 section 9.1
            self.broken = True
            return None
        if self._key:
            self.broken = False
        return None if self.broken else Frame(self._codec, data, self._key, timestamp, at, parameters)


class Timeline:
    """Where the timestamps of a stream lie on our clock: they run evenly, while packets come sooner or later."""

    def __init__(self, rate: int, *, follow: float, leap: float) -> None:
        """`follow`: share of the difference to the arrival that is taken over each time. `leap`: seconds of difference which say that the stream
        stood still or began anew."""
        self._rate = rate
        self._follow, self._leap = follow, leap
        self._last: tuple[int, float] | None = None

    def at(self, timestamp: int, arrived: float) -> float:
        """Our seconds for a timestamp whose packet arrived then."""
        when = arrived
        if self._last is not None:
            stamp, before = self._last
            even = before + ahead(timestamp, stamp, 32) / self._rate
            if abs(arrived - even) < self._leap:
                when = even + (arrived - even) * self._follow
        self._last = (timestamp, when)
        return when
