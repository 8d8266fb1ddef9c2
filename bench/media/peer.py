"""The other side of a media server, cheap enough to be there hundreds of times: SDP, an ICE check, DTLS, and keys.

One socket each; the handshake is OpenSSL's by the transport's own `Handshake`, the check our own STUN as the controlling side writes it.
"""

import asyncio
import itertools
import re
import secrets
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from server.media.transport import stun
from server.media.transport.dtls import Handshake, Identity
from server.media.transport.srtp import Srtp

AUDIO, VIDEO = 111, 96
"""Payload types of our own offers."""
PER_HOST = 250
"""Peers behind one loopback address: a server may bound how many come from one."""
TRAILERS = {"SRTP_AEAD_AES_256_GCM": 16, "SRTP_AEAD_AES_128_GCM": 16, "SRTP_AES128_CM_SHA1_80": 10}
"""How many octets SRTP adds to a packet."""

ONE_AT_A_TIME = threading.Lock()
"""The transport's SRTP has one buffer for all sessions of a process; here threads share it."""

Kind = Literal["audio", "video"]


@dataclass(frozen=True, slots=True)
class Section:
    """One media section of the server's description; `ssrc` is what it sends, 0 if nothing."""

    kind: Kind
    mid: str
    types: dict[str, int]
    ssrc: int


@dataclass(frozen=True, slots=True)
class Remote:
    """What a server's description says."""

    address: tuple[str, int]
    ufrag: str
    password: str
    fingerprint: tuple[str, str]
    setup: str
    sections: tuple[Section, ...]

    def of(self, kind: Kind) -> Section | None:
        return next((section for section in self.sections if section.kind == kind), None)


def read(sdp: str) -> Remote:
    """A description with at least one host candidate on loopback; raises ValueError where something is missing."""

    def first(pattern: str, text: str = sdp) -> re.Match[str]:
        found = re.search(pattern, text, re.MULTILINE)
        if found is None:
            raise ValueError(f"no {pattern} in the description:\n{sdp}")
        return found

    sections = []
    for part in re.split(r"^(?=m=)", sdp.replace("\r", ""), flags=re.MULTILINE)[1:]:
        kind = first(r"^m=(audio|video)", part)[1]
        types = {name.lower(): int(number) for number, name in re.findall(r"^a=rtpmap:(\d+) (opus|VP8|H264)/", part, re.MULTILINE | re.IGNORECASE)}
        ssrc = re.search(r"^a=ssrc:(\d+)", part, re.MULTILINE)
        sections.append(Section("audio" if kind == "audio" else "video", first(r"^a=mid:(.+)$", part)[1], types, int(ssrc[1]) if ssrc else 0))
    candidate = first(r"^a=candidate:\S+ 1 udp \d+ (127\.[\d.]+) (\d+) typ host")
    fingerprint = first(r"^a=fingerprint:(\S+) (\S+)")
    return Remote(
        (candidate[1], int(candidate[2])),
        first(r"^a=ice-ufrag:(\S+)")[1],
        first(r"^a=ice-pwd:(\S+)")[1],
        (fingerprint[1], fingerprint[2]),
        first(r"^a=setup:(\w+)")[1],
        tuple(sections),
    )


class Peer:
    """One socket on loopback. `describe` is our description, `connect` does the rest; then `srtp` is there."""

    _numbers = itertools.count()

    def __init__(self, identity: Identity) -> None:
        self.ufrag, self.password = secrets.token_hex(4), secrets.token_hex(12)
        self.srtp: Srtp | None = None
        self.remote: Remote | None = None
        self._identity = identity
        self._shake: Handshake | None = None
        number = next(Peer._numbers)
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setblocking(False)
        self.sock.bind((f"127.0.0.{2 + number // PER_HOST % 250}", 0))

    def describe(self, sections: Sequence[tuple[Kind, str, int, int]], setup: str, direction: str) -> str:
        """Sections are (kind, mid, payload type, SSRC or 0)."""
        lines = ["v=0", f"o=- {secrets.randbits(60)} 2 IN IP4 127.0.0.1", "s=-", "t=0 0"]
        lines += [f"a=group:BUNDLE {' '.join(mid for _, mid, _, _ in sections)}", "a=msid-semantic: WMS *"]
        for kind, mid, number, ssrc in sections:
            lines += [f"m={kind} 9 UDP/TLS/RTP/SAVPF {number}", "c=IN IP4 0.0.0.0", f"a=mid:{mid}", "a=rtcp-mux", f"a={direction}"]
            lines += [f"a=ice-ufrag:{self.ufrag}", f"a=ice-pwd:{self.password}", f"a=fingerprint:sha-256 {self._identity.fingerprint()}"]
            lines += [f"a=setup:{setup}", "a=ice-options:trickle"]
            if kind == "audio":
                lines += [f"a=rtpmap:{number} opus/48000/2", f"a=fmtp:{number} minptime=10;useinbandfec=1"]
            else:
                lines += [f"a=rtpmap:{number} VP8/90000"]
                lines += [f"a=rtcp-fb:{number} {what}" for what in ("nack", "nack pli", "ccm fir", "goog-remb")]
            if ssrc:
                lines += [f"a=msid:stage {kind}{mid}", f"a=ssrc:{ssrc} cname:stage", f"a=ssrc:{ssrc} msid:stage {kind}{mid}"]
        return "\r\n".join(lines) + "\r\n"

    def check(self, nominate: bool = True) -> bytes:
        """A connectivity check as the controlling side sends it (RFC 8445 section 7.2), which is also consent (RFC 7675)."""
        remote = self._told
        attributes = [(stun.USERNAME, f"{remote.ufrag}:{self.ufrag}".encode()), (stun.PRIORITY, (0x6E001EFF).to_bytes(4))]
        attributes.append((stun.ICE_CONTROLLING, b"\x01" * 8))
        if nominate:
            attributes.append((stun.USE_CANDIDATE, b""))
        return stun.compose(stun.REQUEST, secrets.token_bytes(12), attributes, remote.password.encode())

    async def connect(self, remote: Remote, seconds: float = 20.0, mutual: bool = False) -> None:
        """`mutual`: the other side hears nothing before it has checked us too. Raises TimeoutError, or ConnectionError where the handshake fails."""
        self.remote = remote
        self.sock.connect(remote.address)
        role: Literal["client", "server"] = "server" if remote.setup == "active" else "client"
        self._shake = shake = Handshake(self._identity, role, [remote.fingerprint])
        async with asyncio.timeout(seconds):
            flight, waiting, allowed = [self.check()], 0.2, False
            self._send_all(flight)
            while shake.state == "running":
                datagram = await self._next(waiting)
                if datagram is None:  # sent again sooner than OpenSSL would, as browsers do
                    waiting = min(1.0, 2 * waiting)
                elif datagram[0] < 4 and (message := stun.parse(datagram)):
                    if message.type == stun.REQUEST:
                        self.send(stun.success(message, *remote.address, self.password.encode()))
                    if message.type != (stun.REQUEST if mutual else stun.SUCCESS) or allowed:
                        continue
                    flight, waiting, allowed = shake.start(), 0.05, True
                elif 20 <= datagram[0] < 64:
                    flight, waiting = shake.receive(datagram), 0.1
                self._send_all(flight)
        if shake.state != "done":
            raise ConnectionError(shake.reason)
        self.srtp = shake.srtp

    @property
    def _told(self) -> Remote:
        assert self.remote is not None, "connect first"
        return self.remote

    @property
    def _keys(self) -> Srtp:
        assert self.srtp is not None, "connect first"
        return self.srtp

    @property
    def trailer(self) -> int:
        """Octets that SRTP adds."""
        return TRAILERS[self._keys.profile.name]

    def send(self, datagram: bytes) -> None:
        """Lost where the buffer is full or nobody is there, as on any network."""
        with suppress(OSError):
            self.sock.send(datagram)

    def sealed(self, packet: bytes) -> bytes:
        """An RTP packet under SRTP."""
        with ONE_AT_A_TIME:
            return bytes(self._keys.protect(packet))

    def send_rtcp(self, packet: bytes) -> None:
        with ONE_AT_A_TIME:
            protected = self._keys.protect_rtcp(packet)
        self.send(protected)

    def opened(self, datagram: bytes) -> bytes:
        """An RTP packet in the clear; raises SrtpError."""
        with ONE_AT_A_TIME:
            return bytes(self._keys.unprotect(datagram))

    def opened_rtcp(self, datagram: bytes) -> bytes:
        """A compound RTCP packet in the clear; raises SrtpError."""
        with ONE_AT_A_TIME:
            return bytes(self._keys.unprotect_rtcp(datagram))

    def close(self) -> None:
        if self._shake is not None and self.srtp is not None:
            self._send_all(self._shake.shutdown())
        self.sock.close()

    def _send_all(self, datagrams: Sequence[bytes]) -> None:
        for datagram in datagrams:
            self.send(datagram)

    async def _next(self, seconds: float) -> bytes | None:
        try:
            return await asyncio.wait_for(asyncio.get_running_loop().sock_recv(self.sock, 4096), seconds)
        except (TimeoutError, ConnectionRefusedError):
            return None
