"""The other side of the port: a peer made of aiortc's ICE and DTLS transports, and one that is bare sockets and our own handshake."""

import asyncio
import socket
import struct
from typing import Any

from aiortc import RTCCertificate, RTCDtlsTransport, RTCIceGatherer, RTCIceParameters, RTCIceTransport
from aiortc import rtcdtlstransport as aio
from aiortc.rtcdtlstransport import RTCDtlsFingerprint, RTCDtlsParameters
from aiortc.sdp import candidate_from_sdp

from server.media.transport import stun
from server.media.transport.connection import Connection, State
from server.media.transport.dtls import Handshake, Identity, Role
from server.media.transport.port import UdpPort
from server.media.transport.srtp import Srtp
from tests.media.peers import only_loopback

AIORTC_PROFILES = {p.openssl_profile.decode(): p for p in aio.SRTP_PROFILES}
PACKET = struct.pack("!BBHII", 0x80, 111, 7, 960, 0xCAFE) + b"sound" * 20
REPORT = struct.pack("!BBHI", 0x80, 201, 1, 0xCAFE) + struct.pack("!BBHII", 0x81, 206, 2, 0xCAFE, 0xBEEF)
WRONG = "sha-256", ":".join(["AB"] * 32)


class Clock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def until(true: Any, seconds: float = 5.0) -> None:
    """Wait until `true()` is; fails after some seconds."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - what is waited for is state, not an event
            await asyncio.sleep(0.005)


def request(connection: Connection, transaction: bytes, *, nominate: bool = True, key: bytes | None = None, controlled: bool = False) -> bytes:
    """A connectivity check for `connection`, as a browser writes it; made with another `key` it is not authentic."""
    attributes = [(stun.USERNAME, f"{connection.ufrag}:them".encode()), (stun.PRIORITY, bytes(4))]
    attributes.append((stun.ICE_CONTROLLED if controlled else stun.ICE_CONTROLLING, bytes(8)))
    if nominate:
        attributes.append((stun.USE_CANDIDATE, b""))
    return stun.compose(stun.REQUEST, transaction, attributes, connection.key if key is None else key)


class Bare:
    """A socket on loopback with our own handshake behind it: every single datagram is in the test's hand."""

    def __init__(self, port: UdpPort, identity: Identity) -> None:
        self.identity, self.port, self.number = identity, port, 0
        self.shake: Handshake | None = None
        self.sock = self.opened()

    def opened(self) -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.setblocking(False)
        made.bind(("127.0.0.1", 0))
        made.connect(("127.0.0.1", self.port.number))
        return made

    def move(self) -> socket.socket:
        """Another address from now on; returns the socket of the one before, for the caller to close."""
        before, self.sock = self.sock, self.opened()
        return before

    async def ask(self, message: bytes) -> stun.Message | None:
        """Send a request; its answer, or None where none comes in 0.15 s."""
        self.sock.send(message)
        try:
            return stun.parse(await self.next(0.15))
        except TimeoutError:
            return None

    async def check(self, connection: Connection, **how: Any) -> stun.Message | None:
        self.number += 1
        return await self.ask(request(connection, self.number.to_bytes(12, "big"), **how))

    async def next(self, seconds: float = 3.0) -> bytes:
        async with asyncio.timeout(seconds):
            return await asyncio.get_running_loop().sock_recv(self.sock, 4096)

    async def connect(self, connection: Connection, role: Role = "client") -> Srtp:
        """Check, handshake, and the keys."""
        assert await self.check(connection) is not None
        self.shake = Handshake(self.identity, role, [("sha-256", self.port.identity.fingerprint())])
        out = self.shake.start()
        while self.shake.state == "running":
            for datagram in out:
                self.sock.send(datagram)
            out = self.shake.receive(await self.next())
        for datagram in out:
            self.sock.send(datagram)
        await until(lambda: connection.state is State.CONNECTED)
        assert self.shake.srtp is not None
        return self.shake.srtp


class Peer:
    """ICE (controlling, full) and DTLS of aiortc, without its RTP."""

    def __init__(self, profiles: list[str] | None = None) -> None:
        only_loopback()
        self.certificate = RTCCertificate.generateCertificate()
        self.ice = RTCIceTransport(RTCIceGatherer(iceServers=[]))
        self.ice._connection.ice_controlling = True
        self.dtls = RTCDtlsTransport(self.ice, [self.certificate])
        self.rtp: list[bytes] = []
        self.rtcp: list[bytes] = []

        async def rtp(data: bytes, arrival_time_ms: int) -> None:
            self.rtp.append(data)

        async def rtcp(data: bytes) -> None:
            self.rtcp.append(data)

        self.dtls._handle_rtp_data, self.dtls._handle_rtcp_data = rtp, rtcp  # type: ignore[method-assign]
        if profiles:
            self.dtls._srtp_profiles = [AIORTC_PROFILES[name] for name in profiles]

    @property
    def fingerprints(self) -> list[tuple[str, str]]:
        return [(f.algorithm, f.value) for f in self.certificate.getFingerprints()]

    async def connect(self, port: UdpPort, connection: Connection) -> None:
        await self.ice.iceGatherer.gather()
        await self.ice.addRemoteCandidate(candidate_from_sdp(f"1 1 udp 2130706431 127.0.0.1 {port.number} typ host"))
        await self.ice.addRemoteCandidate(None)
        await self.ice.start(RTCIceParameters(usernameFragment=connection.ufrag, password=connection.password, iceLite=True))
        self.dtls._set_role("client" if connection.role == "server" else "server")
        await self.dtls.start(RTCDtlsParameters(fingerprints=[RTCDtlsFingerprint("sha-256", port.identity.fingerprint())]))

    async def stop(self) -> None:
        await self.dtls.stop()
        await self.ice.stop()
