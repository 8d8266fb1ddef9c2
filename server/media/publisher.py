"""One publishing session: its sound goes to a microphone of the mix, its pictures to whoever shows them; what it is told in return."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Final

from server.media.budget import Budget
from server.media.engine import SessionStats
from server.media.opus import RATE
from server.media.rtp.inbound import Inbound
from server.media.rtp.packets import Description, MaxBitrate, Nack, PictureLoss, ReceiverReport, Rtcp, SenderReport, read_rtcp, read_rtp, write_rtcp
from server.media.rtp.senderreports import SourceClock
from server.media.rtp.slot import CLOCK_RATE, Codec
from server.media.sdp import Offer, Section, Track
from server.media.sound import Microphone
from server.media.transport.connection import Connection

OWN_SSRC: Final = 1
"""Who our feedback is from: we send this side nothing else."""
MOST_BITS: Final = 1_200_000
"""What a publisher's pictures may take together; REMB says so."""
LEAST_BITS: Final = 150_000
HEAVY, LIGHT = 0.10, 0.02
"""Share lost above which a publisher is asked to send less, and below which it may send more again."""
PACKETS_PER_SECOND: Final = 700
OCTETS_PER_SECOND: Final = 625_000
"""Four times what an encoder is asked for; all of it would go to every listener. Whoever sends more is closed."""
RTCP_PER_SECOND: Final = 200
"""Parts of compound packets."""
UNKNOWN_PER_SECOND: Final = 200
"""Packets of streams that nobody announced, or of payload types that nobody offered; whoever sends more is closed."""
PICTURES: Final[tuple[Codec, ...]] = ("vp8", "h264")


class Stream:
    """One stream of pictures (`picture.Feed`)."""

    def __init__(self, connection: Connection, section: Section) -> None:
        self.section = section
        self.codecs: dict[int, Codec] = {section.types[name]: name for name in PICTURES if name in section.types}
        self.codec: Codec = next(iter(self.codecs.values()))
        self.inbound: Inbound | None = None
        self.bits_per_second = 0
        self.loss = 0.0
        self.last = -1e9
        self.octets = 0
        self._connection = connection

    def ask(self, now: float) -> None:
        if self.inbound is not None and self.inbound.want_key_frame(now):
            feedback(self._connection, PictureLoss(OWN_SSRC, self.inbound.ssrc))


def feedback(connection: Connection, *packets: Rtcp) -> None:
    """A compound packet begins with a report (RFC 3550 section 6.1)."""
    connection.send_rtcp(write_rtcp([ReceiverReport(OWN_SSRC), *packets]))


class Publisher:
    """`push` is called with each packet of a picture, and `heard` with each sender report of one."""

    def __init__(self, source: str, connection: Connection, offer: Offer) -> None:
        self.source = source
        self.connection = connection
        self.microphone = Microphone() if offer.of("audio") else None
        self.streams = [Stream(connection, section) for section in offer.of("video")[:2]]
        """The larger picture first, as offered."""
        self.clock = SourceClock()
        self.last = time.monotonic()
        """When its last packet came."""
        self.push: Callable[[Stream, bytes, float], object] = lambda *_: None
        self.heard: Callable[[Stream, SenderReport, SourceClock, float], object] = lambda *_: None
        self.watch: Callable[[Stream | None, bytes, float], object] | None = None
        """Gets every packet as it came, for a recording; None stands for sound."""
        self.shown: Callable[[Stream], bool] = lambda _: False
        self.repaired = 0
        self._sound: Inbound | None = None
        self._sound_section = offer.of("audio")[0] if offer.of("audio") else None
        self._by_ssrc: dict[int, Stream | None] = {}
        self._announced = {ssrc: stream for stream in self.streams for ssrc in stream.section.ssrcs[:1]}
        self._refused: deque[int] = deque(maxlen=8)
        self._budget = MOST_BITS
        self._worst = 0.0
        self._bits = self._octets = 0
        self._second = now = time.monotonic()
        self._said, self._unknown = Budget(RTCP_PER_SECOND, now), Budget(UNKNOWN_PER_SECOND, now)
        self._packets, self._flow = Budget(PACKETS_PER_SECOND, now), Budget(OCTETS_PER_SECOND, now)
        connection.media_consents = True
        connection.on_rtp = self._rtp
        connection.on_rtcp = self._rtcp

    def tracks(self) -> dict[str, Track]:
        """What the answer takes of the offer: sound, and each picture in one codec, the one that every listener can see where it has it."""
        taken = {}
        if self._sound_section is not None:
            taken[self._sound_section.mid] = Track((self._sound_section.types["opus"],))
        for stream in self.streams:
            taken[stream.section.mid] = Track((stream.section.types[stream.codec],))
        return taken

    # What comes in

    def _rtp(self, packet: bytes, now: float) -> None:
        if not self._packets.take(now) or self._flow.take(now, len(packet)) < len(packet):
            self.connection.close("flood")
            return
        found = read_rtp(packet)
        if found is None:
            return
        ssrc = found.ssrc
        if ssrc not in self._by_ssrc and not self._bind(ssrc, found.payload_type):
            self._nothing(now)
            return
        self.last = now
        self._octets += len(packet)
        stream = self._by_ssrc[ssrc]
        if stream is None:
            assert self._sound is not None and self.microphone is not None
            if self._sound_section is not None and found.payload_type == self._sound_section.types["opus"]:
                self._sound.packet(found.sequence, found.timestamp, now)
                self.microphone.put(found.sequence, found.timestamp, packet[found.start : found.end], now)
                if self.watch is not None:
                    self.watch(None, packet, now)
            else:
                self._nothing(now)
            return
        codec = stream.codecs.get(found.payload_type)
        if codec is None or stream.inbound is None:
            self._nothing(now)
            return
        stream.codec, stream.last = codec, now
        stream.octets += len(packet)
        stream.inbound.packet(found.sequence, found.timestamp, now)
        if found.start < found.end:  # a packet of padding only is a probe
            self.push(stream, packet, now)
            if self.watch is not None:
                self.watch(stream, packet, now)

    def _nothing(self, now: float) -> None:
        """A packet has come that is none of what was offered."""
        if not self._unknown.take(now):
            self.connection.close("flood")

    def _bind(self, ssrc: int, payload_type: int) -> bool:
        """An SSRC is heard for the first time: it belongs to the section that announced it, else to the first of its payload type that has none."""
        if ssrc in self._refused:
            return False
        stream = self._announced.get(ssrc)
        if stream is None:
            announced = set(self._announced.values())
            stream = next((s for s in self.streams if payload_type in s.codecs and s.inbound is None and s not in announced), None)
        if stream is not None and stream.inbound is None:
            stream.inbound = Inbound(ssrc, CLOCK_RATE)
            self._by_ssrc[ssrc] = stream
            return True
        section = self._sound_section
        if section is not None and self._sound is None and payload_type == section.types["opus"] and (not section.ssrcs or ssrc in section.ssrcs):
            self._sound = Inbound(ssrc, RATE, repairs=False)
            self._by_ssrc[ssrc] = None
            return True
        self._refused.append(ssrc)
        return False

    def _rtcp(self, parts: list[bytes]) -> None:
        now = time.monotonic()
        if self._said.take(now, len(parts)) < len(parts):
            self.connection.close("flood")
            return
        for packet in read_rtcp(b"".join(parts)):
            if isinstance(packet, SenderReport):
                stream = self._by_ssrc.get(packet.ssrc)
                if packet.ssrc not in self._by_ssrc:
                    continue
                inbound = self._sound if stream is None else stream.inbound
                if inbound is not None:
                    inbound.sender_report(packet, now)
                if stream is not None:
                    self.heard(stream, packet, self.clock, now)

    # What goes back

    def pulse(self, now: float) -> None:
        """Fifty times a second: asks for what is missing of the pictures that somebody sees."""
        for stream in self.streams:
            inbound = stream.inbound
            if inbound is None:
                continue
            missing = inbound.nacks(now)
            if not self.shown(stream):
                continue
            if missing:
                self.repaired += len(missing)
                feedback(self.connection, Nack(OWN_SSRC, inbound.ssrc, tuple(missing)))
            if inbound.key_frame_due(now):
                feedback(self.connection, PictureLoss(OWN_SSRC, inbound.ssrc))

    def report(self, now: float) -> None:
        """Once a second: what has come, and how much may come."""
        passed = max(0.1, now - self._second)
        self._second = now
        self._bits, self._octets = int(self._octets * 8 / passed), 0
        blocks = []
        self._worst = 0.0
        for stream in [None, *self.streams]:
            inbound = self._sound if stream is None else stream.inbound
            block = inbound.report(now) if inbound is not None else None
            if block is None:
                continue
            blocks.append(block)
            loss = block.fraction_lost / 256
            self._worst = max(self._worst, loss)
            if stream is not None:
                stream.loss = loss
                stream.bits_per_second, stream.octets = int(stream.octets * 8 / passed), 0
        if self._worst > HEAVY:
            self._budget = max(LEAST_BITS, int(self._budget * (1 - self._worst / 2)))
        elif self._worst < LIGHT:
            self._budget = min(MOST_BITS, int(self._budget * 1.08) + 1000)
        ssrcs = tuple(stream.inbound.ssrc for stream in self.streams if stream.inbound is not None)
        limit = [MaxBitrate(OWN_SSRC, self._budget, ssrcs)] if ssrcs else []
        if blocks or limit:
            self.connection.send_rtcp(write_rtcp([ReceiverReport(OWN_SSRC, tuple(blocks)), Description(((OWN_SSRC, b"programme"),)), *limit]))

    def stats(self) -> SessionStats:
        inbounds = [(self._sound, RATE)] if self._sound is not None else []
        inbounds += [(stream.inbound, CLOCK_RATE) for stream in self.streams if stream.inbound is not None]
        return SessionStats(
            source=self.source,
            publishing=True,
            connected=self.connection.srtp is not None,
            shaky=self.connection.shaky,
            loss=round(self._worst, 3),
            jitter=round(max((inbound.jitter / rate for inbound, rate in inbounds), default=0.0), 4),
            bits_per_second=self._bits,
            repaired=self.repaired,
            codecs=tuple((["opus"] if self.microphone else []) + [stream.codec for stream in self.streams]),
        )
