"""A client wholly in the test's hand: a socket, our own check and handshake, and the keys, so that every octet of a datagram can be chosen."""

import asyncio
import re
import secrets
import socket
from collections.abc import Iterable
from contextlib import suppress

from server.media.engine import MediaEngine
from server.media.rtp.ladder import Rung
from server.media.transport import stun
from server.media.transport.dtls import Handshake, Identity
from server.media.transport.srtp import Srtp

OPUS, VP8, H264 = 111, 96, 102
"""Payload types of our offers."""
SOUND, LARGE, SMALL = 1001, 2001, 2002
"""SSRCs of what we publish."""
KEPT = 40


def description(identity: Identity, ufrag: str, *, publishing: bool, pictures: int = 1) -> str:
    """An offer as a browser makes it: sound and pictures in one bundle; a second picture is of H.264 alone."""
    lines = ["v=0", f"o=- {secrets.randbits(60)} 2 IN IP4 127.0.0.1", "s=-", "t=0 0"]
    lines.append("a=group:BUNDLE " + " ".join(map(str, range(1 + pictures))))
    for mid in range(1 + pictures):
        kind, types = ("audio", f"{OPUS}") if mid == 0 else ("video", f"{VP8}" if mid == 1 else f"{H264}")
        lines += [f"m={kind} 9 UDP/TLS/RTP/SAVPF {types}", "c=IN IP4 0.0.0.0", f"a=mid:{mid}", "a=rtcp-mux"]
        lines += [f"a={'sendonly' if publishing else 'recvonly'}", f"a=ice-ufrag:{ufrag}", f"a=ice-pwd:{ufrag * 3}", "a=setup:active"]
        lines += [f"a=fingerprint:sha-256 {identity.fingerprint()}"]
        lines += [
            {0: f"a=rtpmap:{OPUS} opus/48000/2", 1: f"a=rtpmap:{VP8} VP8/90000"}.get(mid, f"a=rtpmap:{H264} H264/90000"),
            f"a=fmtp:{H264} packetization-mode=1;profile-level-id=42e01f" if mid == 2 else "a=rtcp-rsize",
        ]
        if publishing:
            lines.append(f"a=ssrc:{(SOUND, LARGE, SMALL)[mid]} cname:rogue")
    return "\r\n".join(lines) + "\r\n"


class Rogue:
    """One session. `publish` or `listen` asks for it, `check` proves the address, `shake` makes the keys; `join` is all three."""

    def __init__(self, identity: Identity, host: str = "127.0.0.1") -> None:
        """Comes from `host`, any address of loopback."""
        self.identity = identity
        self.ufrag = secrets.token_hex(4)
        self.session = secrets.token_hex(8)
        self.number = 0
        """Of the engine's port."""
        self.streams: tuple[int, ...] = ()
        """SSRCs which the engine sends: sound, floor, hall."""
        self.handshake: Handshake | None = None
        self.sent: list[bytes] = []
        """The first of its datagrams: to be replayed by others."""
        self._key = b""
        self._name = b""
        self._fingerprint = ""
        self.sock = self._opened(host)

    def _opened(self, host: str) -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.setblocking(False)
        made.bind((host, 0))
        return made

    def move(self, host: str) -> None:
        """Comes from another address from now on."""
        self.sock.close()
        self.sock = self._opened(host)
        self.sock.connect(("127.0.0.1", self.number))

    async def publish(self, engine: MediaEngine, conference: str, source: str, pictures: int = 1) -> None:
        offer = description(self.identity, self.ufrag, publishing=True, pictures=pictures)
        self._told(await engine.publish(conference, self.session, source, offer))

    async def listen(self, engine: MediaEngine, conference: str, most: Rung = Rung.LOW_VIDEO, pictures: int = 1) -> None:
        offer = description(self.identity, self.ufrag, publishing=False, pictures=pictures)
        self._told(await engine.listen(conference, self.session, offer, most=most))

    def _told(self, answer: str) -> None:
        found = {name: re.search(rf"^a={name}:(.*?)\r$", answer, re.MULTILINE) for name in ("ice-ufrag", "ice-pwd", "fingerprint")}
        said = {name: match[1] for name, match in found.items() if match is not None}
        self._name = f"{said['ice-ufrag']}:{self.ufrag}".encode()
        self._key = said["ice-pwd"].encode()
        self._fingerprint = said["fingerprint"].split()[1]
        self.number = int(re.findall(r"^m=audio (\d+) ", answer, re.MULTILINE)[0])
        self.streams = tuple(dict.fromkeys(map(int, re.findall(r"^a=ssrc:(\d+)", answer, re.MULTILINE))))
        self.sock.connect(("127.0.0.1", self.number))

    def request(self, more: Iterable[tuple[int, bytes]] = (), key: bytes | None = None, transaction: bytes | None = None) -> bytes:
        """A check (RFC 8445 section 7.2) that nominates; with another `key` it is not authentic."""
        usual = [(stun.USERNAME, self._name), (stun.PRIORITY, bytes(4)), (stun.ICE_CONTROLLING, bytes(8)), (stun.USE_CANDIDATE, b"")]
        return stun.compose(stun.REQUEST, transaction or secrets.token_bytes(12), [*usual, *more], self._key if key is None else key)

    async def check(self) -> None:
        """Prove the address; raises TimeoutError where no answer comes."""
        async with asyncio.timeout(5):
            while True:
                self.send(self.request())
                with suppress(TimeoutError):
                    while (await self.next(0.5))[0] >= 4:
                        pass
                    return

    async def shake(self) -> None:
        """The handshake, as client; raises TimeoutError, or ConnectionError where it fails."""
        shake = self.handshake = Handshake(self.identity, "client", [("sha-256", self._fingerprint)])
        out = shake.start()
        async with asyncio.timeout(10):
            while shake.state == "running":
                for datagram in out:
                    self.send(datagram)
                try:
                    data = await self.next(0.3)
                except TimeoutError:
                    out = shake.expire()
                    continue
                out = shake.receive(data) if 20 <= data[0] < 64 else []
        for datagram in out:
            self.send(datagram)
        if shake.state != "done":
            raise ConnectionError(shake.reason)

    async def join(self) -> None:
        """`check` and `shake`, after `publish` or `listen`."""
        await self.check()
        await self.shake()

    @property
    def srtp(self) -> Srtp:
        assert self.handshake is not None and self.handshake.srtp is not None, "join first"
        return self.handshake.srtp

    def send(self, datagram: bytes) -> None:
        """Lost where a buffer is full or nobody is there, as on any network."""
        if len(self.sent) < KEPT:
            self.sent.append(datagram)
        with suppress(OSError):
            self.sock.send(datagram)

    def rtp(self, packet: bytes) -> None:
        self.send(self.srtp.protect(packet))

    def rtcp(self, compound: bytes) -> None:
        self.send(self.srtp.protect_rtcp(compound))

    def record(self, *texts: bytes) -> bytes:
        """A datagram with a DTLS record for each text, under the session's key."""
        assert self.handshake is not None
        for text in texts:
            self.handshake._ssl.send(text)
        return self.handshake._ssl.bio_read(65536)

    async def next(self, seconds: float = 3.0) -> bytes:
        async with asyncio.timeout(seconds):
            return await asyncio.get_running_loop().sock_recv(self.sock, 4096)

    def drain(self) -> int:
        """What has come is thrown away; how many it was."""
        count = 0
        with suppress(BlockingIOError, ConnectionRefusedError):
            while True:
                self.sock.recv(4096)
                count += 1
        return count

    def close(self) -> None:
        self.sock.close()
