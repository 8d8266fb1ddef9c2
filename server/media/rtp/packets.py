"""RTP and RTCP packets (RFC 3550, 4585, 5104, draft-alvestrand-rmcat-remb-03) read from and written to bytes.

Reading never raises: what cannot be read is None, or left out of the list. A compound packet which breaks off
in the middle gives the packets before the break.
"""

import struct
from collections.abc import Iterable, Sequence
from typing import NamedTuple

SR, RR, SDES, BYE, RTPFB, PSFB = 200, 201, 202, 203, 205, 206
"""RTCP packet types (RFC 3550 section 12.1, RFC 4585 section 6.1)."""

MOST_ASKED = 512
"""Sequence numbers read of one request: nobody who asks for more has use for them."""

_HEADER = struct.Struct("!BBHII")
_BLOCK = struct.Struct("!IB3sIIII")


def ahead(a: int, b: int, bits: int = 16) -> int:
    """How far the counter `a` is ahead of `b` (negative: behind), both of `bits` bits and wrapping."""
    half = 1 << (bits - 1)
    return ((a - b + half) & ((1 << bits) - 1)) - half


class Rtp(NamedTuple):
    """One RTP packet (RFC 3550 section 5.1); contributing sources, extension and padding are skipped."""

    marker: bool
    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    start: int
    """Where the payload starts in the packet."""
    end: int
    """Where it ends, before any padding."""


def read_rtp(data: bytes) -> Rtp | None:
    """The header of an RTP packet, or None where version, extension or padding do not fit its length."""
    size = len(data)
    if size < 12:
        return None
    first, second, sequence, timestamp, ssrc = _HEADER.unpack_from(data)
    if first >> 6 != 2:
        return None
    start, end = 12 + 4 * (first & 15), size
    if first & 16:
        if start + 4 > size:
            return None
        start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4])
    if first & 32:
        if data[-1] == 0:
            return None
        end -= data[-1]
    if start > end:
        return None
    return Rtp(second > 127, second & 127, sequence, timestamp, ssrc, start, end)


def write_rtp(payload: bytes, *, payload_type: int, sequence: int, timestamp: int, ssrc: int, marker: bool = False) -> bytes:
    """An RTP packet with the plain header of 12 octets."""
    return _HEADER.pack(128, marker << 7 | payload_type, sequence, timestamp, ssrc) + payload


class ReportBlock(NamedTuple):
    """What a receiver says about one stream (RFC 3550 section 6.4.1)."""

    ssrc: int
    fraction_lost: int
    """Lost since the last report, in 1/256."""
    lost: int
    """Lost in all; signed, 24 bits: duplicates make it negative."""
    highest: int
    """Extended highest sequence number received, 32 bits."""
    jitter: int
    """In units of the stream's clock."""
    last_sr: int
    """Middle 32 bits of the NTP time of the last sender report, 0 when there was none."""
    delay: int
    """Time since that report, in 1/65536 s."""

    def round_trip(self, ntp: int) -> float | None:
        """Seconds there and back, when this block arrived at the NTP time `ntp` (64 bits); None when it cannot tell."""
        if self.last_sr == 0:
            return None
        units = ((ntp >> 16) - self.last_sr - self.delay) & 0xFFFFFFFF
        return units / 65536 if units < 1 << 31 else None


class SenderReport(NamedTuple):
    """RFC 3550 section 6.4.1; `ntp` is the 64-bit fixed-point time at which the stream's clock showed `timestamp`."""

    ssrc: int
    ntp: int
    timestamp: int
    packets: int
    octets: int
    blocks: tuple[ReportBlock, ...] = ()


class ReceiverReport(NamedTuple):
    """RFC 3550 section 6.4.2."""

    ssrc: int
    blocks: tuple[ReportBlock, ...] = ()


class Description(NamedTuple):
    """The canonical names of sources (RFC 3550 section 6.5); other items are skipped."""

    names: tuple[tuple[int, bytes], ...]


class Bye(NamedTuple):
    """Sources which leave (RFC 3550 section 6.6)."""

    ssrcs: tuple[int, ...]


class Nack(NamedTuple):
    """Packets asked for again (RFC 4585 section 6.2.1)."""

    sender: int
    media: int
    sequences: tuple[int, ...]


class PictureLoss(NamedTuple):
    """PLI: a key frame is asked for (RFC 4585 section 6.3.1)."""

    sender: int
    media: int


class FullIntra(NamedTuple):
    """FIR: a key frame is asked for, by command (RFC 5104 section 4.3.1); (SSRC, command number) each."""

    sender: int
    commands: tuple[tuple[int, int], ...]


class MaxBitrate(NamedTuple):
    """REMB: the receiver's estimate of what its path carries (draft-alvestrand-rmcat-remb-03)."""

    sender: int
    bits: int
    """Bits per second over all the streams named."""
    ssrcs: tuple[int, ...]


Rtcp = SenderReport | ReceiverReport | Description | Bye | Nack | PictureLoss | FullIntra | MaxBitrate


def read_rtcp(data: bytes) -> list[Rtcp]:
    """The packets of a compound RTCP packet which we know (RFC 3550 section 6.1; reduced size is taken too, RFC 5506)."""
    found: list[Rtcp] = []
    at, size = 0, len(data)
    while at + 4 <= size:
        first, kind = data[at], data[at + 1]
        end = at + 4 + 4 * int.from_bytes(data[at + 2 : at + 4])
        if first >> 6 != 2 or end > size:
            break
        stop = end
        if first & 32:
            stop -= data[end - 1]
            if data[end - 1] == 0 or stop < at + 4:
                break
        packet = _read_one(first & 31, kind, data[at + 4 : stop])
        if packet is not None:
            found.append(packet)
        at = end
    return found


def _read_one(count: int, kind: int, body: bytes) -> Rtcp | None:
    try:
        if kind == SR:
            ssrc, ntp, timestamp, packets, octets = struct.unpack_from("!IQIII", body)
            return SenderReport(ssrc, ntp, timestamp, packets, octets, _blocks(body, 24, count))
        if kind == RR:
            (ssrc,) = struct.unpack_from("!I", body)
            return ReceiverReport(ssrc, _blocks(body, 4, count))
        if kind == SDES:
            return Description(_names(body, count))
        if kind == BYE:
            return Bye(struct.unpack_from(f"!{count}I", body))
        if kind == RTPFB and count == 1:
            return _nack(body)
        if kind == PSFB:
            return _payload_feedback(count, body)
    except (struct.error, IndexError):
        pass
    return None


def _blocks(body: bytes, at: int, count: int) -> tuple[ReportBlock, ...]:
    blocks = []
    for index in range(count):
        ssrc, fraction, lost, highest, jitter, last_sr, delay = _BLOCK.unpack_from(body, at + 24 * index)
        blocks.append(ReportBlock(ssrc, fraction, int.from_bytes(lost, signed=True), highest, jitter, last_sr, delay))
    return tuple(blocks)


def _names(body: bytes, count: int) -> tuple[tuple[int, bytes], ...]:
    names, at = [], 0
    for _ in range(count):
        (ssrc,) = struct.unpack_from("!I", body, at)
        at += 4
        while body[at]:
            end = at + 2 + body[at + 1]
            if end > len(body):
                raise IndexError
            if body[at] == 1:
                names.append((ssrc, body[at + 2 : end]))
            at = end
        at += 4 - at % 4
    return tuple(names)


def _nack(body: bytes) -> Nack:
    sender, media = struct.unpack_from("!II", body)
    sequences: list[int] = []
    for at in range(8, len(body) - 3, 4):
        base, mask = struct.unpack_from("!HH", body, at)
        sequences.append(base)
        sequences += [(base + bit + 1) & 0xFFFF for bit in range(16) if mask >> bit & 1]
        if len(sequences) >= MOST_ASKED:
            break
    return Nack(sender, media, tuple(sequences))


def _payload_feedback(form: int, body: bytes) -> Rtcp | None:
    sender, media = struct.unpack_from("!II", body)
    if form == 1:
        return PictureLoss(sender, media)
    if form == 4:
        return FullIntra(sender, tuple((ssrc, number) for ssrc, number in struct.iter_unpack("!IB3x", body[8:])))
    if form == 15 and body[8:12] == b"REMB":
        scaled = int.from_bytes(body[13:16])
        ssrcs = struct.unpack_from(f"!{body[12]}I", body, 16)
        return MaxBitrate(sender, (scaled & 0x3FFFF) << (scaled >> 18), ssrcs)
    return None


def write_rtcp(packets: Iterable[Rtcp]) -> bytes:
    """A compound packet, in the order given (the caller begins with a report: RFC 3550 section 6.1)."""
    return b"".join(map(_write_one, packets))


def _write_one(packet: Rtcp) -> bytes:
    if isinstance(packet, SenderReport):
        body = struct.pack("!IQIII", packet.ssrc, packet.ntp, packet.timestamp, packet.packets & 0xFFFFFFFF, packet.octets & 0xFFFFFFFF)
        return _framed(SR, len(packet.blocks), body + _write_blocks(packet.blocks))
    if isinstance(packet, ReceiverReport):
        return _framed(RR, len(packet.blocks), struct.pack("!I", packet.ssrc) + _write_blocks(packet.blocks))
    if isinstance(packet, Description):
        body = b""
        for ssrc, name in packet.names:
            chunk = struct.pack("!IBB", ssrc, 1, len(name)) + name
            body += chunk + bytes(4 - len(chunk) % 4)
        return _framed(SDES, len(packet.names), body)
    if isinstance(packet, Bye):
        return _framed(BYE, len(packet.ssrcs), struct.pack(f"!{len(packet.ssrcs)}I", *packet.ssrcs))
    if isinstance(packet, Nack):
        return _framed(RTPFB, 1, struct.pack("!II", packet.sender, packet.media) + _write_sequences(packet.sequences))
    if isinstance(packet, PictureLoss):
        return _framed(PSFB, 1, struct.pack("!II", packet.sender, packet.media))
    if isinstance(packet, FullIntra):
        commands = b"".join(struct.pack("!IB3x", ssrc, number) for ssrc, number in packet.commands)
        return _framed(PSFB, 4, struct.pack("!II", packet.sender, 0) + commands)
    exponent = max(0, packet.bits.bit_length() - 18)
    scaled = (exponent << 18 | packet.bits >> exponent).to_bytes(3)
    body = struct.pack("!II4sB3s", packet.sender, 0, b"REMB", len(packet.ssrcs), scaled)
    return _framed(PSFB, 15, body + struct.pack(f"!{len(packet.ssrcs)}I", *packet.ssrcs))


def _framed(kind: int, count: int, body: bytes) -> bytes:
    return struct.pack("!BBH", 128 | count, kind, len(body) // 4) + body


def _write_blocks(blocks: Iterable[ReportBlock]) -> bytes:
    return b"".join(_BLOCK.pack(b.ssrc, b.fraction_lost, _clamped(b.lost), b.highest, b.jitter, b.last_sr, b.delay) for b in blocks)


def _clamped(lost: int) -> bytes:
    return max(-0x800000, min(0x7FFFFF, lost)).to_bytes(3, signed=True)


def _write_sequences(sequences: Sequence[int]) -> bytes:
    """Base and mask of 16 for each run, in the order given, so that the order of the oldest first survives a wrap."""
    pairs: list[list[int]] = []
    for sequence in sequences:
        distance = (sequence - pairs[-1][0]) & 0xFFFF if pairs else 0
        if pairs and 1 <= distance <= 16:
            pairs[-1][1] |= 1 << (distance - 1)
        elif not pairs or distance:
            pairs.append([sequence, 0])
    return b"".join(struct.pack("!HH", base, mask) for base, mask in pairs)
