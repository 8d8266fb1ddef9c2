"""The way out to many in Python alone (see `fanout`); the compiled part does the same, byte for byte.

A packet comes in with a plain header of 12 octets and the index of its codec as payload type (`rtp.Slot.push`).
"""

import errno
import socket
import struct
import sys
from collections.abc import Sequence
from typing import Final

from server.media.rtp import vp8
from server.media.transport.srtp import LONGEST, TRAILER, Srtp, SrtpError

VP8: Final = 0
"""Index of VP8 among the codecs: its pictures are numbered."""

UDP_SEGMENT: Final = 103
"""Socket option of Linux: one message is cut into datagrams of this size on its way out (udp(7))."""
UNCUT: Final = (errno.EIO, errno.EMSGSIZE, errno.EINVAL)
"""What is answered where a message cannot be cut: the first by a network that never can, the others where one way takes shorter datagrams only."""
MOST_SEGMENTS: Final = 64
LARGEST_MESSAGE: Final = 65_000

_NUMBERS: Final = struct.Struct("!HI")


def _can_segment() -> bool:
    if not sys.platform.startswith("linux"):
        return False
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, 1200)
        except OSError:
            return False
    return True


_segmenting = _can_segment()


def _segment(on: bool) -> None:
    global _segmenting
    _segmenting = on


class Path:
    """Where one session's packets go, and under which key; nowhere while one of them is None."""

    __slots__ = ("address", "srtp")

    def __init__(self) -> None:
        self.address: tuple[object, ...] | None = None
        self.srtp: Srtp | None = None


class Outlet:
    """One listener's end of one stream: `types` are its payload types by index of codec, -1 for what it cannot take."""

    __slots__ = ("octets", "packets", "path", "picture", "sequence", "timestamp", "tl0", "types")

    def __init__(self, path: Path, types: tuple[int, ...]) -> None:
        self.path = path
        self.types = types
        self.sequence = self.timestamp = self.picture = self.tl0 = 0
        """What is added to the numbers of a packet, modulo their width."""
        self.packets = self.octets = 0
        """Sent so far; octets of payload."""


def send(sock: socket.socket, packets: Sequence[bytes], outlets: Sequence[Outlet]) -> int:
    """Send all packets to all outlets; what cannot be sent is lost, as on any network. Returns how many went out."""
    sent = 0
    made: dict[tuple[object, ...], tuple[list[bytes], list[tuple[int, int]], int]] = {}
    for outlet in outlets:
        path = outlet.path
        srtp, address = path.srtp, path.address
        if srtp is None or address is None:
            continue
        key = (outlet.types, outlet.sequence, outlet.timestamp, outlet.picture, outlet.tl0)
        known = made.get(key)
        if known is None:
            ours = [out for packet in packets if (out := rewritten(packet, outlet)) is not None]
            known = made[key] = ours, _runs(ours), sum(map(len, ours)) - 12 * len(ours)
        ours, runs, octets = known
        protect = srtp.protect
        try:
            ciphered = [protect(packet) for packet in ours]
        except SrtpError:
            continue
        for start, end in runs:
            try:
                if end - start == 1:
                    sock.sendto(ciphered[start], address)
                else:
                    sock.sendmsg(
                        ciphered[start:end], [(socket.IPPROTO_UDP, UDP_SEGMENT, len(ciphered[start]).to_bytes(2, sys.byteorder))], 0, address
                    )
            except OSError as error:  # a full buffer, or no way there
                if end - start > 1 and error.errno in UNCUT:
                    if error.errno == errno.EIO:
                        _segment(False)
                    sent += _singly(sock, ciphered[start:end], address)
                continue
            sent += end - start
        outlet.packets += len(ours)
        outlet.octets += octets
    return sent


def _singly(sock: socket.socket, datagrams: Sequence[bytes], address: tuple[object, ...]) -> int:
    sent = 0
    for datagram in datagrams:
        try:
            sock.sendto(datagram, address)
        except OSError:
            continue
        sent += 1
    return sent


def _runs(packets: Sequence[bytes]) -> list[tuple[int, int]]:
    """Which packets go out as one message: all of one size, but for a last one that is shorter."""
    if not _segmenting:
        return [(place, place + 1) for place in range(len(packets))]
    runs: list[tuple[int, int]] = []
    start = 0
    for place in range(1, len(packets) + 1):
        size = len(packets[start])
        ends = place == len(packets) or len(packets[place]) > size or len(packets[place - 1]) < size
        if ends or place - start == MOST_SEGMENTS or (place - start + 1) * (size + 32) > LARGEST_MESSAGE:
            runs.append((start, place))
            start = place
    return runs


def rewritten(packet: bytes, outlet: Outlet) -> bytes | None:
    """The packet with an outlet's own payload type and numbers; None where it cannot take the codec, or nobody the packet."""
    if not 12 <= len(packet) <= LONGEST - TRAILER:
        return None
    index = packet[1] & 127
    kind = outlet.types[index] if index < len(outlet.types) else -1
    if not 0 <= kind < 128:
        return None
    head = bytes((packet[0], packet[1] & 128 | kind))
    if not (outlet.sequence or outlet.timestamp or outlet.picture or outlet.tl0):
        return head + packet[2:]
    sequence, timestamp = _NUMBERS.unpack_from(packet, 2)
    head += _NUMBERS.pack((sequence + outlet.sequence) & 0xFFFF, (timestamp + outlet.timestamp) & 0xFFFFFFFF) + packet[8:12]
    payload = packet[12:]
    found = vp8.read(payload) if index == VP8 else None
    if found is None:
        return head + payload
    picture = None if found.picture is None else found.picture + outlet.picture
    tl0 = None if found.tl0 is None else found.tl0 + outlet.tl0
    return head + vp8.renumbered(payload, found, picture, tl0)
