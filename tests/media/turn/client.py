"""A TURN client over UDP (RFC 8656) that asks for whatever it is told to ask, and says how it was answered."""

from __future__ import annotations

import hashlib
import os
import socket
import struct

from server.media.transport import stun

ALLOCATE, REFRESH, SEND, PERMIT, BIND = 0x003, 0x004, 0x006, 0x008, 0x009
"""Methods (RFC 8656 section 17)."""
CHANNEL, LIFETIME, PEER, DATA, FAMILY, TRANSPORT = 0x000C, 0x000D, 0x0012, 0x0013, 0x0017, 0x0019
REALM, NONCE = 0x0014, 0x0015
INDICATION, ERROR = 0x010, 0x110
UDP = bytes([17, 0, 0, 0])


class Client:
    """One client: one socket, at most one allocation. Requests answer 200 or the error code; 0 is no answer."""

    def __init__(self, port: int, user: str, password: str, *, family: int = 4) -> None:
        self.user = user
        self._password = password
        self._family = family
        self._challenge: dict[int, bytes]
        self._port = port
        self._socket = self._connected()

    def allocate(self, wait: float = 2.0) -> int:
        wanted = [(TRANSPORT, UDP), (FAMILY, bytes([1 if self._family == 4 else 2, 0, 0, 0]))]
        code = self._ask(ALLOCATE, wanted, wait)
        if code == 401 and (code := self._ask(ALLOCATE, wanted, wait)) == 437:
            self._socket.close()  # somebody had this port a while ago: another one is taken (section 7.4)
            self._socket = self._connected()
            return self.allocate(wait)
        return code

    def refresh(self, seconds: int = 600) -> int:
        return self._ask(REFRESH, [(LIFETIME, struct.pack("!I", seconds))])

    def permit(self, host: str, port: int = 9) -> int:
        return self._ask(PERMIT, [], peer=(host, port))

    def bind(self, host: str, port: int = 9) -> int:
        return self._ask(BIND, [(CHANNEL, struct.pack("!HH", 0x4001, 0))], peer=(host, port))

    def send(self, host: str, port: int, data: bytes) -> None:
        """An indication: never answered."""
        transaction = os.urandom(12)
        self._socket.send(stun.compose(SEND | INDICATION, transaction, [(PEER, stun.xor_mapped(host, port, transaction)), (DATA, data)]))

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        """Gives the allocation back, if there is one, without waiting."""
        if self._challenge:
            self._request(REFRESH, [(LIFETIME, bytes(4))], os.urandom(12))
        self._socket.close()

    def _connected(self) -> socket.socket:
        made = socket.socket(type=socket.SOCK_DGRAM)
        made.connect(("127.0.0.1", self._port))
        self._challenge = {}
        return made

    def _request(self, method: int, attributes: list[tuple[int, bytes]], transaction: bytes) -> None:
        if not self._challenge:
            self._socket.send(stun.compose(method, transaction, attributes))
            return
        realm = self._challenge[REALM]
        key = hashlib.md5(self.user.encode() + b":" + realm + b":" + self._password.encode()).digest()
        proof = [(stun.USERNAME, self.user.encode()), (REALM, realm), (NONCE, self._challenge[NONCE])]
        self._socket.send(stun.compose(method, transaction, [*attributes, *proof], key))

    def _ask(self, method: int, attributes: list[tuple[int, bytes]], wait: float = 2.0, peer: tuple[str, int] | None = None) -> int:
        transaction = os.urandom(12)
        if peer:
            attributes = [*attributes, (PEER, _peer(*peer, transaction))]
        self._request(method, attributes, transaction)
        self._socket.settimeout(wait)
        try:
            answer = stun.parse(self._socket.recv(2048))
        except (TimeoutError, ConnectionRefusedError):
            return 0
        assert answer is not None and answer.transaction == transaction
        if NONCE in answer.attributes:
            self._challenge = answer.attributes
        if answer.type & ERROR != ERROR:
            return 200
        code = answer.attributes[stun.ERROR_CODE]
        return code[2] * 100 + code[3]


def _peer(host: str, port: int, transaction: bytes) -> bytes:
    """XOR-PEER-ADDRESS with the address as it is written: IPv4 in IPv6 form stays what it is."""
    if ":" not in host:
        return stun.xor_mapped(host, port, transaction)
    mask = struct.pack("!I", stun.COOKIE) + transaction
    packed = socket.inet_pton(socket.AF_INET6, host)
    return struct.pack("!BBH", 0, 2, port ^ (stun.COOKIE >> 16)) + bytes(a ^ b for a, b in zip(packed, mask, strict=True))
