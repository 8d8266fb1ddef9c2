"""The last step of what goes to many: each listener's own payload type and numbers, its own key, one system call.

A packet comes in with a plain header of 12 octets and the index of its codec as payload type (`rtp.Slot.push`).
"""

import socket
import struct
from collections.abc import Sequence
from typing import Final

from server.media.rtp import vp8
from server.media.transport.srtp import Srtp, SrtpError

ACCELERATED = False
"""Whether the compiled part sends."""
VP8: Final = 0
"""Index of VP8 among the codecs: its pictures are numbered."""

_NUMBERS: Final = struct.Struct("!HI")


def use(accelerated: bool) -> None:
    """Choose the compiled part, if it is there, or this one."""


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
    made: dict[tuple[object, ...], list[bytes]] = {}
    for outlet in outlets:
        path = outlet.path
        srtp, address = path.srtp, path.address
        if srtp is None or address is None:
            continue
        key = (outlet.types, outlet.sequence, outlet.timestamp, outlet.picture, outlet.tl0)
        rewritten = made.get(key)
        if rewritten is None:
            rewritten = made[key] = [out for packet in packets if (out := _rewritten(packet, outlet)) is not None]
        protect = srtp.protect
        for packet in rewritten:
            try:
                sock.sendto(protect(packet), address)
            except (OSError, SrtpError):  # a full buffer, or no way there
                continue
            outlet.packets += 1
            outlet.octets += len(packet) - 12
            sent += 1
    return sent


def _rewritten(packet: bytes, outlet: Outlet) -> bytes | None:
    index = packet[1] & 127
    kind = outlet.types[index]
    if kind < 0:
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
