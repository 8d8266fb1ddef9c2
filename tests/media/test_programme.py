"""One conference in the engine's process: lips and voice stay together, and moving between renditions leaves no gap."""

import asyncio
import time
from collections.abc import Sequence

import numpy as np
from aiortc.codecs.vpx import VpxPayloadDescriptor

from server.media.engine import Direction
from server.media.listener import Listener
from server.media.opus import RATE, Decoder, Encoder, duration
from server.media.programme import OPUS, Programme
from server.media.publisher import Publisher
from server.media.rtp.ladder import Rung
from server.media.rtp.packets import MaxBitrate, ReceiverReport, ReportBlock, SenderReport, read_rtp, write_rtcp, write_rtp
from server.media.rtp.senderreports import ntp
from server.media.sdp import Offer, Section
from server.media.sound import FRAME, TICK
from server.media.transport.connection import Connection, Limits
from server.media.transport.dtls import Identity
from server.media.transport.fanout import Outlet

SOUND = Section("audio", "0", {"opus": 111}, {}, (11,), True)
PICTURE = Section("video", "1", {"vp8": 96, "h264": 102}, {}, (12,), True)
OFFER = Offer((SOUND, PICTURE), (), ("ufrag", "password"), "passive")


class Wire:
    """Everything that goes out, by its SSRC."""

    def __init__(self) -> None:
        self.sent: dict[Outlet, list[bytes]] = {}

    def send(self, packets: Sequence[bytes], outlets: Sequence[Outlet]) -> None:
        for outlet in outlets:
            self.sent.setdefault(outlet, []).extend(packets)


def connection(identity: Identity) -> Connection:
    made = Connection(identity, "server", [], Limits(), lambda *_: None, lambda *_: None, time.monotonic())
    made.path.address = ("127.0.0.1", 9)
    return made


def click() -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """20 ms of sound that is loud from its first sample on."""
    return (0.8 * np.sin(2 * np.pi * 1000 * np.arange(FRAME) / RATE)).astype(np.float32)


async def test_a_clap_is_heard_when_it_is_seen() -> None:
    """The publisher's clock is an hour off; what it reports as one moment arrives at a listener as one moment."""
    identity, wire = Identity(), Wire()
    programme = Programme(wire.send)
    programme.start()
    publisher = Publisher("an", connection(identity), OFFER)
    programme.add(publisher)
    programme.direct(Direction(frozenset({"an"}), floor="an"))
    listener = Listener(connection(identity), OFFER, None, Rung.BOTH, programme.pictures, programme.ssrc, wire.send, programme.wall)
    programme.join(listener)
    listener.begin()
    view = listener.views["floor"]
    encoder, silence = Encoder(40_000), np.zeros(FRAME, np.float32)
    begin, clapped, late = time.monotonic(), 0.0, 0.0
    seen = None
    for number in range(80):
        await asyncio.sleep(max(0.0, begin + number * TICK - time.monotonic()))
        now = time.monotonic()
        late = max(late, now - begin - number * TICK)
        if number % 20 == 0:
            theirs = ntp(3_600 + number * TICK)
            reports = [SenderReport(11, theirs, number * FRAME, 0, 0), SenderReport(12, theirs, 7_000 + number * 1800, 0, 0)]
            publisher.connection.on_rtcp([write_rtcp([report]) for report in reports])
        sound = encoder.encode(click() if number == 60 else silence)
        publisher.connection.on_rtp(write_rtp(sound, payload_type=111, sequence=number, timestamp=number * FRAME, ssrc=11), now)
        payload = bytes(VpxPayloadDescriptor(1, 0, picture_id=1000 + number)) + b"\x10" + bytes(20)
        publisher.connection.on_rtp(write_rtp(payload, payload_type=96, sequence=number, timestamp=7_000 + number * 1800, ssrc=12, marker=True), now)
        programme.flush()
        if number == 60:
            seen = read_rtp(wire.sent[view.outlet][-1])
            clapped = now
    await asyncio.sleep(0.2)
    report = programme.pictures["floor"].report(view, time.monotonic())
    when, stamp = programme.sound_clock()
    await programme.stop()
    assert seen is not None and report is not None

    decoder, heard = Decoder(), None
    for packet in wire.sent[listener.sound]:
        header, pcm = read_rtp(packet), decoder.decode(packet[12:])
        assert header is not None and header.payload_type == OPUS and pcm is not None
        loud = np.flatnonzero(np.abs(pcm) > 0.2)
        if len(loud) and heard is None:
            heard = header.timestamp + int(loud[0])
    assert heard is not None

    def moment(stamp: int, at: int, shown: int, rate: int) -> float:
        """Seconds of our wall clock at which a stream showed a timestamp."""
        return at / 2**32 + ((stamp - shown + (1 << 31)) % (1 << 32) - (1 << 31)) / rate

    picture, sound_ = moment(seen.timestamp, report.ntp, report.timestamp, 90_000), moment(heard, when, stamp, RATE)
    assert abs(picture - (programme.wall + clapped)) < 0.05 + late, "on our clock, not theirs"
    assert abs(sound_ - picture) < 0.06 + 2 * late, "apart by less than anybody notices, on a machine that has the time"


async def test_between_frames_of_20_and_60_ms_nothing_is_missing() -> None:
    identity, wire = Identity(), Wire()
    programme = Programme(wire.send)
    listener = Listener(connection(identity), OFFER, None, Rung.BOTH, programme.pictures, programme.ssrc, wire.send, programme.wall)
    programme.join(listener)
    for tick in range(200):
        if tick in (40, 101, 133):
            listener.save(Rung.BOTH if listener.low_data else Rung.LOW_AUDIO)
        programme._mix(tick, tick * TICK)
    headers = [header for packet in wire.sent[listener.sound] if (header := read_rtp(packet)) is not None]
    lengths = [duration(packet[12:]) for packet in wire.sent[listener.sound]]
    assert {FRAME, 3 * FRAME} == set(lengths)
    offsets = {header.sequence: header for header in headers}
    assert len(offsets) == len(headers)
    for one, other, length in zip(headers, headers[1:], lengths, strict=False):
        assert (other.timestamp - one.timestamp) & 0xFFFFFFFF == length


def test_one_low_estimate_takes_no_picture_two_or_loss_do() -> None:
    identity, wire = Identity(), Wire()
    for loss, wanted in ((0, 2), (13, 1)):  # in 1/256
        programme = Programme(wire.send)
        listener = Listener(connection(identity), OFFER, None, Rung.BOTH, programme.pictures, programme.ssrc, wire.send, programme.wall)
        steps: list[str] = []
        listener.stepped = lambda step, steps=steps: steps.append(step.why)  # type: ignore[misc]
        listener._picture_bits = 900_000
        listener.ladder.needs = {Rung.LOW_AUDIO: 40_000, Rung.AUDIO: 58_000, Rung.LOW_VIDEO: 160_000, Rung.BOTH: 960_000}
        listener.connection.on_rtcp([write_rtcp([ReceiverReport(5, (ReportBlock(programme.ssrc, loss, 0, 1, 0, 0, 0),))])])
        for number in range(1, 3):
            listener.connection.on_rtcp([write_rtcp([MaxBitrate(5, 184_000, (programme.ssrc + 1,))])])
            assert steps == (["bandwidth"] if number >= wanted else []), (loss, number)
        assert listener.ladder.rung is Rung.LOW_VIDEO
