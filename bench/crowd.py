"""A crowd of WebSocket clients in one thread: connects, counts frames, and says when the last one has a message.

Raw sockets and epoll, since what is measured is the server: a client library would cost more than the server does. Only what the server sends is
parsed (unmasked, unfragmented text frames).
"""

from __future__ import annotations

import base64
import os
import select
import socket
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Member:
    """One connection: what has arrived and is not parsed yet, and how many frames of each kind came."""

    socket: socket.socket
    buffer: bytearray = field(default_factory=bytearray)
    open: bool = False
    snapshots: int = 0
    patches: int = 0
    bytes: int = 0


class Crowd:
    """`join` connects members; `until` reads from all until each has what is waited for."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.members: list[Member] = []
        self._epoll = select.epoll()
        self._by_fd: dict[int, Member] = {}

    def join(self, path: str, headers: Sequence[str], hello: str | None) -> Member:
        """Connects and sends the handshake and the first frame at once; the answer is read later."""
        s = socket.create_connection(("127.0.0.1", self.port))
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", "Upgrade: websocket", "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", *headers,
        ]  # fmt: skip
        s.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
        s.setblocking(False)
        member = Member(s)
        self.members.append(member)
        self._by_fd[s.fileno()] = member
        self._epoll.register(s.fileno(), select.EPOLLIN)
        member.buffer = bytearray()
        if hello is not None:
            self._hello[s.fileno()] = hello
        return member

    @property
    def _hello(self) -> dict[int, str]:
        hellos: dict[int, str] = self.__dict__.setdefault("hellos", {})
        return hellos

    def until(self, done: Callable[[Member], bool], seconds: float, waiting: Sequence[Member] | None = None) -> float:
        """Reads until `done` holds for all members (or those `waiting`); gives the time (perf_counter) at which the last one had it."""
        left = {m.socket.fileno() for m in (waiting or self.members) if not done(m)}
        end = time.perf_counter() + seconds
        last = time.perf_counter()
        while left:
            if time.perf_counter() > end:
                raise TimeoutError(f"{len(left)} of {len(self.members)} are still waiting")
            for fd, _ in self._epoll.poll(0.05):
                member = self._by_fd[fd]
                self._read(member)
                if fd in left and done(member):
                    left.discard(fd)
                    last = time.perf_counter()
        return last

    def _read(self, member: Member) -> None:
        try:
            data = member.socket.recv(262_144)
        except BlockingIOError:
            return
        if not data:
            raise ConnectionError("the server closed a connection")
        member.bytes += len(data)
        buffer = member.buffer
        buffer += data
        if not member.open:
            end = buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            if not buffer.startswith(b"HTTP/1.1 101"):
                raise ConnectionError(bytes(buffer[:80]).decode("latin-1"))
            del buffer[: end + 4]
            member.open = True
            hello = self._hello.pop(member.socket.fileno(), None)
            if hello is not None:
                member.socket.sendall(masked(hello))
        at = 0
        size = len(buffer)
        while size - at >= 2:
            length, head = buffer[at + 1], 2
            if length == 126:
                if size - at < 4:
                    break
                length, head = struct.unpack_from(">H", buffer, at + 2)[0], 4
            elif length == 127:
                if size - at < 10:
                    break
                length, head = struct.unpack_from(">Q", buffer, at + 2)[0], 10
            if size - at < head + length:
                break
            start = at + head
            if buffer[start + 9 : start + 11] == b"pa":
                member.patches += 1
            elif buffer[start + 9 : start + 11] == b"sn":
                member.snapshots += 1
            at = start + length
        del buffer[:at]

    def close(self) -> None:
        for member in self.members:
            member.socket.close()
        self._epoll.close()


def masked(text: str) -> bytes:
    """A text frame as a client sends it."""
    payload = text.encode()
    head = bytes([0x81, 0x80 | len(payload)]) if len(payload) < 126 else bytes([0x81, 0xFE]) + struct.pack(">H", len(payload))
    return head + b"\0\0\0\0" + payload
