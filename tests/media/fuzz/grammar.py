"""What a hostile peer may send: things of the right shape with something wrong in them, drawn from a seed."""

import random
import struct
from collections.abc import Callable, Sequence

from server.media.rtp.packets import (
    Bye,
    Description,
    FullIntra,
    MaxBitrate,
    Nack,
    PictureLoss,
    ReceiverReport,
    ReportBlock,
    Rtcp,
    SenderReport,
    write_rtcp,
)
from server.media.transport import stun
from tests.media.fuzz.rogue import H264, LARGE, OPUS, SMALL, SOUND, VP8

MOST = 1850
"""Octets of a packet before it is protected: what goes through a session's own key."""
EVERYTHING = b"".join(struct.pack("!HH", number, 0xFFFF) for number in range(0, 7480, 17))
"""As many numbers as a packet can ask for again (RFC 4585 section 6.2.1)."""
EDGES = (0, 1, 2, 3, 4, 0x7F, 0x80, 0xFE, 0xFF, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF)


class Grammar:
    """All chance comes from `chance`; `seen` are real datagrams, to be replayed, cut and joined."""

    def __init__(self, chance: random.Random, seen: Sequence[bytes]) -> None:
        self.chance = chance
        self.seen = list(seen)
        self._sequence = dict.fromkeys((SOUND, LARGE, SMALL), 0)

    def _any(self, *makers: Callable[[], bytes]) -> bytes:
        return self.chance.choice(makers)()

    def _bytes(self, most: int = 60) -> bytes:
        return self.chance.randbytes(self.chance.randrange(most + 1))

    def broken(self, data: bytes) -> bytes:
        """The same, with one to four things wrong."""
        out = bytearray(data)
        for _ in range(self.chance.randrange(1, 5)):
            at = self.chance.randrange(len(out)) if out else 0
            match self.chance.randrange(8):
                case 0 if out:
                    out[at] ^= 1 << self.chance.randrange(8)
                case 1 if out:
                    out[at] = self.chance.choice(EDGES) & 0xFF
                case 2 if len(out) > 1:
                    at &= ~1
                    out[at : at + 2] = self.chance.choice((*EDGES, len(out))).to_bytes(2)
                case 3:
                    del out[at:]
                case 4:
                    out += self._bytes()
                case 5:
                    out[at:at] = out[at : at + self.chance.randrange(1, 40)]
                case 6:
                    del out[at : at + self.chance.randrange(1, 9)]
                case _ if self.seen:
                    other = self.chance.choice(self.seen)
                    out[at:] = other[self.chance.randrange(len(other)) :]
        return bytes(out[:2100])

    # From anywhere

    def stranger(self) -> bytes:
        """A datagram of somebody without keys."""
        return self._any(self.noise, self.replay, self.check, self.record, self.plain, lambda: self.broken(self.chance.choice(self.seen)))

    def noise(self) -> bytes:
        size = self.chance.choice((0, 1, 3, 12, 20, 21, 60, 400, 1400, 2047, 2048, 2049))
        return self.chance.choice((b"", b"\x80\x60", b"\x81\xc9", b"\x16\xfe\xfd", b"\x17\xfe\xfd", b"\0\1")) + self.chance.randbytes(size)

    def replay(self) -> bytes:
        return self.chance.choice(self.seen)

    def check(self) -> bytes:
        """STUN with attributes of every kind, with a wrong key or none."""
        names = (stun.USERNAME, stun.MESSAGE_INTEGRITY, stun.PRIORITY, stun.USE_CANDIDATE, stun.ICE_CONTROLLED, stun.XOR_MAPPED_ADDRESS, 0x7FFF)
        attributes = [(self.chance.choice(names), self._bytes(24)) for _ in range(self.chance.randrange(40))]
        kind = self.chance.choice((stun.REQUEST, stun.REQUEST, stun.INDICATION, stun.SUCCESS, stun.ERROR, 0x0003, 0x3FFF))
        made = stun.compose(kind, self.chance.randbytes(12), attributes, self._bytes(20) if self.chance.random() < 0.5 else None)
        return made if self.chance.random() < 0.5 else self.broken(made)

    def record(self) -> bytes:
        """DTLS records, one or more, with handshake messages and their fragments (RFC 6347 section 4)."""
        out = b""
        for _ in range(self.chance.choice((1, 1, 1, 2, 5))):
            body = self._bytes(200)
            if self.chance.random() < 0.5:
                whole, start = self.chance.choice((len(body), 0, 0xFFFFFF, 20_000)), self.chance.choice((0, 0, 1, 0xFFFFFF))
                kind, number = self.chance.choice((0, 1, 2, 11, 12, 14, 16, 20, 255)), self.chance.randrange(4)
                body = (
                    bytes([kind])
                    + whole.to_bytes(3)
                    + number.to_bytes(2)
                    + start.to_bytes(3)
                    + self.chance.choice((len(body), 0, 0xFFFFFF)).to_bytes(3)
                    + body
                )
            size = len(body) if self.chance.random() < 0.8 else self.chance.choice(EDGES)
            version = self.chance.choice((b"\xfe\xfd", b"\xfe\xff", b"\x03\x03"))
            out += bytes([self.chance.choice((20, 21, 22, 23, 24, 26, 63))]) + version + self.chance.choice((0, 0, 1, 255)).to_bytes(2)
            out += self.chance.randrange(5).to_bytes(6) + size.to_bytes(2) + body
        return out[:2048]

    def plain(self) -> bytes:
        """Media without a key."""
        return self._any(self.rtp, self.rtcp)

    # With keys

    def rtp(self) -> bytes:
        """An RTP packet of a publisher (RFC 3550 section 5.1)."""
        ssrc, kind = self.chance.choice(((SOUND, OPUS), (LARGE, VP8), (SMALL, H264)))
        payload = {OPUS: self.opus, VP8: self.vp8, H264: self.h264}[kind]()
        step = self.chance.choice((1,) * 60 + (0, 2, -1, -5, 40, 200, 2999, 3001, -3001, 20_000))
        sequence = self._sequence[ssrc] = (self._sequence[ssrc] + step) & 0xFFFF
        stamp = self.chance.choice((sequence * 960, sequence * 3600, 0, 0xFFFFFFFF, self.chance.getrandbits(32))) & 0xFFFFFFFF
        first, second = 0x80, kind | (0x80 if self.chance.random() < 0.5 else 0)
        if self.chance.random() < 0.004:
            ssrc = self.chance.getrandbits(32)
        if self.chance.random() < 0.1:
            second = self.chance.randrange(128) & ~0x40 | self.chance.choice((0, 0x80))  # not RTCP (RFC 5761 section 4)
        between = b""
        if self.chance.random() < 0.1:
            count = self.chance.randrange(16)
            first, between = first | count, self.chance.randbytes(4 * count)
        if self.chance.random() < 0.1:
            words = self.chance.choice((0, 1, 2, 100))
            claimed = words if self.chance.random() < 0.7 else self.chance.choice(EDGES)
            first |= 0x10
            between += self.chance.choice((b"\xbe\xde", b"\x10\x00", b"\0\0")) + claimed.to_bytes(2) + self.chance.randbytes(4 * words)
        if self.chance.random() < 0.15:
            first |= 0x20
            payload += bytes([self.chance.choice((0, 1, 4, len(payload) & 0xFF, 0xFF))])
        if self.chance.random() < 0.02:
            first ^= self.chance.choice((0x40, 0x80, 0xC0))
        packet = struct.pack("!BBHII", first & 0xFF, second & 0xFF, sequence, stamp, ssrc) + between + payload
        return packet[:MOST]

    def opus(self) -> bytes:
        """A payload of Opus: any configuration, any count of frames, lengths that fit and lengths that do not (RFC 6716 section 3)."""
        toc = self.chance.randrange(256)
        match toc & 3:
            case 2:
                body = bytes([self.chance.choice((0, 1, 251, 252, 255))]) + self._bytes(300)
            case 3:
                body = bytes([self.chance.randrange(256)]) + self._bytes(1200)
            case _:
                body = self._bytes(400)
        return self.chance.choice((bytes([toc]) + body,) * 8 + (b"", bytes([toc]), self._bytes(1275)))

    def vp8(self) -> bytes:
        """A payload descriptor with any flags, whole or breaking off (RFC 7741 section 4.2), and some picture."""
        first, flags = self.chance.choice((0x80, 0x90, 0x90, 0x10, 0x00, 0xFF, self.chance.randrange(256))), self.chance.randrange(256)
        head = bytes([first]) + (bytes([flags]) if first & 0x80 else b"")
        if first & 0x80 and flags & 0x80:
            number = self.chance.getrandbits(15)
            head += (0x8000 | number).to_bytes(2) if self.chance.random() < 0.7 else bytes([number & 0x7F])
        head += self.chance.randbytes((flags >> 6 & 1) + (1 if flags & 0x30 else 0))
        if self.chance.random() < 0.1:
            return head[: self.chance.randrange(len(head) + 1)]
        return head + self.chance.choice((b"\0", b"\1", b"\x9d\x01\x2a")) + self._bytes(self.chance.choice((20, 20, 1200, MOST)))

    def h264(self) -> bytes:
        """Single units, aggregations and fragments (RFC 6184 section 5), with lengths that lie."""
        kind = self.chance.choice((1, 5, 7, 8, 24, 24, 24, 25, 28, 28, 29, 0, 31))
        out = bytes([self.chance.choice((0x60, 0, 0xE0)) | kind])
        if kind == 24:
            for _ in range(self.chance.choice((0, 1, 2, 3, 60))):
                unit = bytes([0x60 | self.chance.choice((1, 5, 7, 8))]) + self._bytes(20)
                size = len(unit) if self.chance.random() < 0.7 else self.chance.choice(EDGES)
                out += size.to_bytes(2) + unit
        elif kind in (28, 29):
            out += bytes([self.chance.choice((0x80, 0x40, 0, 0xC0)) | self.chance.choice((1, 5, 7))]) if self.chance.random() < 0.9 else b""
        return out + self._bytes(self.chance.choice((0, 30, 1200)))

    def rtcp(self, media: Sequence[int] = (SOUND, LARGE, SMALL)) -> bytes:
        """A compound packet of a publisher or of a listener who gets `media`; half of them with something wrong."""
        parts = [self._report(media) for _ in range(self.chance.choice((1, 1, 2, 3, 12)))]
        if self.chance.random() < 0.5:
            at = self.chance.randrange(len(parts))
            parts[at] = self.broken(parts[at])
        out = b"".join(parts)
        if len(out) < 8 or not 192 <= out[1] < 224:
            out = struct.pack("!BBHI", 0x80, 201, 1, 1) + out
        return out[:MOST]

    def _report(self, media: Sequence[int]) -> bytes:
        chance = self.chance
        ssrc = chance.choice((*media, *media, 0, 1, chance.getrandbits(32)))
        words = [chance.choice((0, 1, 0xFFFFFFFF, chance.getrandbits(32))) for _ in range(8)]

        def blocks() -> tuple[ReportBlock, ...]:
            about = chance.choices((*media, 7), k=chance.choice((0, 1, 1, 1, 1, 2, 2, 31)))
            return tuple(ReportBlock(one, chance.randrange(256), chance.randrange(-(2**23), 2**23), *words[1:5]) for one in about)

        many = (ssrc,) * chance.choice((0, 1, 31))
        known: tuple[Callable[[], Rtcp], ...] = (
            lambda: SenderReport(ssrc, words[0] << 32 | words[5], words[6], words[7], words[1], blocks()),
            lambda: ReceiverReport(ssrc, blocks()),
            lambda: Description(((ssrc, self._bytes(255)), (ssrc, b""))),
            lambda: Bye(many),
            lambda: Nack(1, ssrc, tuple(chance.getrandbits(16) for _ in range(chance.choice((0, 1, 17, 60))))),
            lambda: PictureLoss(1, ssrc),
            lambda: FullIntra(1, tuple((one, chance.randrange(256)) for one in many)),
            lambda: MaxBitrate(1, chance.choice((0, 1, 30_000, 2_000_000, 1 << 40, (1 << 18) - 1 << 63)), many),
        )
        if chance.random() < 0.03:
            return struct.pack("!BBHII", 0x81, 205, 2 + len(EVERYTHING) // 4, 1, ssrc) + EVERYTHING
        if chance.random() < 0.8:
            return write_rtcp([chance.choice(known)()])
        kind, form, body = chance.choice((204, 205, 206, 207, 192, 223)), chance.randrange(32), chance.randbytes(4 * chance.randrange(30))
        return struct.pack("!BBH", 0x80 | form | chance.choice((0, 0x20)), kind, len(body) // 4) + body

    # Over HTTP

    def offer(self, whole: str) -> str:
        """A description with some lines gone, doubled, exchanged, or with another word in them."""
        lines = whole.split("\r\n")
        for _ in range(self.chance.choice((1, 1, 1, 2, 4))):
            at = self.chance.randrange(len(lines))
            match self.chance.randrange(6):
                case 0 if len(lines) > 1:
                    del lines[at]
                case 1:
                    lines[at:at] = [lines[at]] * self.chance.choice((1, 1, 5, 1500))
                case 2:
                    other = self.chance.randrange(len(lines))
                    lines[at], lines[other] = lines[other], lines[at]
                case 3:
                    lines[at] = lines[at][: self.chance.randrange(len(lines[at]) + 1)]
                case _:
                    words = lines[at].replace(":", ": ").split(" ")
                    words[self.chance.randrange(len(words))] = self.chance.choice(WORDS)
                    lines[at] = " ".join(words).replace(": ", ":")
            if not lines:
                break
        return self.chance.choice(("\r\n",) * 9 + ("\n", "\r")).join(lines)


WORDS = (
    *("", "0", "-1", "128", "65536", "4294967296", "9" * 1900, "audio", "video", "application", "opus/48000/2", "VP8/90000", "H264/90000", "\0"),
    *("sendrecv", "recvonly", "inactive", "active", "passive", "holdconn", "sha-1", "sha-256", "UDP/TLS/RTP/SAVPF", "RTP/AVP", "a=" * 500),
    *("²", "٩٦", "opuſ/48000/2", "ſha-256", "\u2028"),
)
