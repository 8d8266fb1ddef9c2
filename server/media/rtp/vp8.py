"""What an RTP payload of VP8 says about itself (RFC 7741 section 4), and how its picture numbers are moved."""

from typing import NamedTuple


class Descriptor(NamedTuple):
    """The payload descriptor (RFC 7741 section 4.2), as far as a forwarder needs it."""

    starts: bool
    """The packet begins a frame: first partition, first octet."""
    key: bool
    """The packet begins a key frame (section 4.3: inverse key frame flag)."""
    picture: int | None
    """Picture id, of 7 or 15 bits."""
    wide: bool
    """The picture id has 15 bits."""
    tl0: int | None
    """TL0PICIDX: number of the base layer's frame, 8 bits."""
    layer: int
    """Octet of temporal layer and key index where there is one, else -1."""
    end: int
    """Length of the descriptor."""


def read(payload: bytes) -> Descriptor | None:
    """The descriptor of a payload, or None where it breaks off or no picture follows it."""
    size = len(payload)
    if size < 2:
        return None
    first = payload[0]
    picture = tl0 = None
    wide, layer, at = False, -1, 1
    if first & 0x80:
        flags, at = payload[1], 2
        if flags & 0x80:
            if at >= size:
                return None
            picture, at = payload[at], at + 1
            if picture & 0x80:
                if at >= size:
                    return None
                picture, wide, at = (picture & 0x7F) << 8 | payload[at], True, at + 1
        if flags & 0x40:
            if at >= size:
                return None
            tl0, at = payload[at], at + 1
        if flags & 0x30:
            if at >= size:
                return None
            layer, at = payload[at], at + 1
    if at >= size:
        return None
    starts = first & 0x17 == 0x10  # S is set, the partition index is 0
    return Descriptor(starts, starts and not payload[at] & 1, picture, wide, tl0, layer, at)


def renumbered(payload: bytes, found: Descriptor, picture: int | None, tl0: int | None) -> bytes:
    """The payload with other numbers: `picture` is written with 15 bits always, because a receiver takes one width
    for the whole stream (section 4.2). A number which the source does not have is not made up."""
    if found.picture is None or picture is None:
        if found.tl0 is None or tl0 is None:
            return payload
        at = 2 + (0 if found.picture is None else 1 + found.wide)
        return b"%b%c%b" % (payload[:at], tl0 & 0xFF, payload[at + 1 :])
    head = bytearray(payload[:2])
    head += (0x8000 | picture & 0x7FFF).to_bytes(2)
    if found.tl0 is not None:
        head.append((found.tl0 if tl0 is None else tl0) & 0xFF)
    if found.layer >= 0:
        head.append(found.layer)
    return bytes(head) + payload[found.end :]
