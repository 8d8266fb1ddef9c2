"""STUN as an ICE-lite agent needs it (RFC 8489, RFC 8445): bytes in, bytes out, no socket and no clock.

Only Binding is known. `parse` never raises: what is no STUN message is None. `judge` says what a request deserves.
"""

import binascii
import hmac
import ipaddress
import struct
from dataclasses import dataclass, field

COOKIE = 0x2112A442
REQUEST, INDICATION, SUCCESS, ERROR = 0x0001, 0x0011, 0x0101, 0x0111
"""Message types of the Binding method (RFC 8489 section 5)."""

USERNAME, MESSAGE_INTEGRITY, ERROR_CODE, UNKNOWN_ATTRIBUTES, XOR_MAPPED_ADDRESS = 0x0006, 0x0008, 0x0009, 0x000A, 0x0020
PRIORITY, USE_CANDIDATE, FINGERPRINT, ICE_CONTROLLED, ICE_CONTROLLING = 0x0024, 0x0025, 0x8028, 0x8029, 0x802A
UNDERSTOOD = frozenset({USERNAME, MESSAGE_INTEGRITY, PRIORITY, USE_CANDIDATE, 0x001C, 0x001D, 0x0014, 0x0015})
"""Attributes of the comprehension-required range (below 0x8000) which a request may carry without being answered 420."""

_HEADER = struct.Struct("!HHI12s")
_ATTRIBUTE = struct.Struct("!HH")
MOST_ATTRIBUTES = 32


@dataclass(frozen=True, slots=True)
class Message:
    """One STUN message; `attributes` holds the first of each type, in the order received, up to MESSAGE-INTEGRITY."""

    type: int
    transaction: bytes
    attributes: dict[int, bytes]
    covered: bytes = field(repr=False)
    """What MESSAGE-INTEGRITY is computed over (RFC 8489 section 14.5): the header with its length adjusted, and all before it."""

    def authentic(self, key: bytes) -> bool:
        """Whether MESSAGE-INTEGRITY is there and was made with `key`."""
        given = self.attributes.get(MESSAGE_INTEGRITY)
        return given is not None and hmac.compare_digest(hmac.digest(key, self.covered, "sha1"), given)

    @property
    def local_ufrag(self) -> str | None:
        """The part of USERNAME before the colon: the fragment of whom the request is sent to (RFC 8445 section 7.2.2)."""
        name = self.attributes.get(USERNAME)
        if name is None:
            return None
        try:
            return name.partition(b":")[0].decode("ascii")
        except UnicodeDecodeError:
            return None


def parse(data: bytes) -> Message | None:
    """Read a message, or None where a length, the cookie, or a FINGERPRINT that is there is not right."""
    if len(data) < 20 or len(data) % 4:
        return None
    kind, length, cookie, transaction = _HEADER.unpack_from(data)
    if kind & 0xC000 or cookie != COOKIE or length + 20 != len(data):
        return None
    attributes: dict[int, bytes] = {}
    covered = b""
    position = 20
    for _ in range(MOST_ATTRIBUTES):
        if position == len(data):
            return Message(kind, transaction, attributes, covered)
        name, size = _ATTRIBUTE.unpack_from(data, position)
        end = position + 4 + size
        if end > len(data):
            return None
        if name == FINGERPRINT:
            if size != 4 or end != len(data) or int.from_bytes(data[position + 4 : end], "big") != _fingerprint(data[:position]):
                return None
        elif name == MESSAGE_INTEGRITY:
            if size != 20:
                return None
            if not covered:
                covered = data[:2] + struct.pack("!H", position + 4) + data[4:position]
                attributes[name] = data[position + 4 : end]
        elif not covered:
            attributes.setdefault(name, data[position + 4 : end])
        position = end + (-size % 4)
        if position > len(data):
            return None
    return Message(kind, transaction, attributes, covered) if position == len(data) else None


def _fingerprint(before: bytes) -> int:
    """CRC-32 of all before the attribute, as RFC 8489 section 14.7 wants it; the length in the header counts the attribute already."""
    return binascii.crc32(before) ^ 0x5354554E


def compose(kind: int, transaction: bytes, attributes: list[tuple[int, bytes]], key: bytes | None = None) -> bytes:
    """Write a message, with MESSAGE-INTEGRITY when there is a key, and always with FINGERPRINT."""
    body = b"".join(_ATTRIBUTE.pack(name, len(value)) + value + bytes(-len(value) % 4) for name, value in attributes)
    if key is not None:
        covered = _HEADER.pack(kind, len(body) + 24, COOKIE, transaction) + body
        body += _ATTRIBUTE.pack(MESSAGE_INTEGRITY, 20) + hmac.digest(key, covered, "sha1")
    message = _HEADER.pack(kind, len(body) + 8, COOKIE, transaction) + body
    return message + struct.pack("!HHI", FINGERPRINT, 4, _fingerprint(message))


def xor_mapped(host: str, port: int, transaction: bytes) -> bytes:
    """The value of XOR-MAPPED-ADDRESS (RFC 8489 section 14.2); an IPv4 address mapped into IPv6 goes out as the IPv4 address it is."""
    address = ipaddress.ip_address(host.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    mask = (struct.pack("!I", COOKIE) + transaction)[: len(address.packed)]
    family = 1 if address.version == 4 else 2
    return struct.pack("!BBH", 0, family, port ^ (COOKIE >> 16)) + bytes(a ^ b for a, b in zip(address.packed, mask, strict=True))


def mapped(value: bytes, transaction: bytes) -> tuple[str, int] | None:
    """The address an XOR-MAPPED-ADDRESS names, or None where it cannot be read."""
    if len(value) not in (8, 20) or value[1] != (1 if len(value) == 8 else 2):
        return None
    mask = struct.pack("!I", COOKIE) + transaction
    packed = bytes(a ^ b for a, b in zip(value[4:], mask, strict=False))
    return str(ipaddress.ip_address(packed)), int.from_bytes(value[2:4], "big") ^ (COOKIE >> 16)


def success(request: Message, host: str, port: int, key: bytes) -> bytes:
    """The answer to an authentic check: where it was seen to come from."""
    return compose(SUCCESS, request.transaction, [(XOR_MAPPED_ADDRESS, xor_mapped(host, port, request.transaction))], key)


def refusal(request: Message, code: int, key: bytes | None = None) -> bytes:
    """An error answer without a phrase, so that it is never longer than what asked for it; 420 names what was not understood."""
    attributes = [(ERROR_CODE, struct.pack("!HBB", 0, code // 100, code % 100))]
    if code == 420:
        attributes.append((UNKNOWN_ATTRIBUTES, b"".join(struct.pack("!H", name) for name in _unknown(request))))
    return compose(ERROR, request.transaction, attributes, key)


def _unknown(request: Message) -> list[int]:
    return [name for name in request.attributes if name < 0x8000 and name not in UNDERSTOOD]


def judge(request: Message, key: bytes | None) -> int:
    """What a Binding request deserves: 200, or an error code; `key` is None where the user is not known.

    400 and 401 as RFC 8489 section 9.1.3 orders them; then 420 (section 6.3.1); then 487 where the other side
    says it is controlled too: a lite agent always is (RFC 8445 sections 6.1.1 and 7.3.1.1).
    """
    if MESSAGE_INTEGRITY not in request.attributes or USERNAME not in request.attributes:
        return 400
    if key is None or not request.authentic(key):
        return 401
    if _unknown(request):
        return 420
    if ICE_CONTROLLED in request.attributes:
        return 487
    return 200
