"""One listening session: its sound, its sight of the pictures, the rung it stands on, and what it says about what arrives."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Final

from server.media.budget import Budget
from server.media.engine import SessionStats
from server.media.picture import Picture, Send, View
from server.media.rtp.inbound import PLI_EVERY
from server.media.rtp.ladder import NEEDS, Ladder, Rung, Step
from server.media.rtp.packets import (
    Description,
    FullIntra,
    MaxBitrate,
    Nack,
    PictureLoss,
    ReceiverReport,
    ReportBlock,
    Rtcp,
    SenderReport,
    read_rtcp,
    write_rtcp,
)
from server.media.rtp.senderreports import ntp
from server.media.sdp import Offer, Track
from server.media.transport.connection import Connection
from server.media.transport.fanout import Outlet

AUDIO_BITS: Final = NEEDS[Rung.AUDIO]
RTCP_PER_SECOND: Final = 400
"""Parts of compound packets of one listener; a browser sends under sixty, a tenth of the packets lost makes it 150. Whoever sends more is closed."""
MEDIA_PER_SECOND: Final = 100
"""Packets of media of one listener, who has none to send; whoever sends more is closed."""
PLEAS: Final = 6
"""Key frames that one listener may ask for in twenty seconds."""
RESENT: Final = 200
"""Most packets sent again to one listener in a second: beyond that its path needs less, not more."""
LIGHT: Final = 0.02
"""Share lost with which one low estimate is believed; without it two in a row are wanted."""
TELLING: Final = 100_000
"""Bits of pictures in a second below which an estimate says nothing about the path: it follows what is sent."""
NAME: Final = b"programme"


class Listener:
    """`stepped` is called after each change of rung."""

    def __init__(
        self,
        connection: Connection,
        offer: Offer,
        minus: str | None,
        most: Rung,
        pictures: Mapping[str, Picture],
        sound: int,
        send: Send,
        wall: float,
        only: str | None = None,
    ) -> None:
        """`sound`: SSRC of the sound; `pictures` by name, in the order of the offer's sections; `wall`: see `SlotReports`; `only`: the source
        that it looks at apart from the programme."""
        now = time.monotonic()
        self.connection = connection
        self.minus = minus
        self.only = only
        self.ssrc = sound
        audio = offer.of("audio")
        self.has_sound = bool(audio)
        self.sound = Outlet(connection.path, (-1, -1, audio[0].types["opus"] if audio else -1))
        self.views: dict[str, View] = {}
        self._tracks = {audio[0].mid: Track((audio[0].types["opus"],), sound, "sound")} if audio else {}
        self._codecs = {"opus"} if audio else set()
        for section, (name, picture) in zip(offer.of("video"), pictures.items(), strict=False):
            types = (section.types.get("vp8", -1), section.types.get("h264", -1), -1)
            self.views[name] = View(picture, connection.path, types)
            self._tracks[section.mid] = Track(tuple(one for one in types if one >= 0), picture.ssrc, name)
            self._codecs |= section.types.keys()
        self._bound = Rung.BOTH if self.views else Rung.AUDIO
        self.ladder = Ladder(now, start=min(most, self._bound), most=min(most, self._bound))
        self.why = ""
        self.stepped: Callable[[Step], object] = lambda _: None
        self.repaired = 0
        self.loss = self.jitter = 0.0
        self.round_trip: float | None = None
        self._send, self._wall = send, wall
        self._resent, self._said, self._media = Budget(RESENT, now), Budget(RTCP_PER_SECOND, now), Budget(MEDIA_PER_SECOND, now)
        self._second = now
        self._sent = 0
        self._bits = self._picture_bits = self._pictures_sent = 0
        self._was_small = False
        self._pleas: deque[float] = deque(maxlen=PLEAS)
        connection.media_consents = True
        connection.on_rtcp = self._rtcp
        connection.on_rtp = self._rtp

    @property
    def low_data(self) -> bool:
        return self.ladder.rung is Rung.LOW_AUDIO

    def tracks(self) -> dict[str, Track]:
        """What the answer sends."""
        return self._tracks

    @property
    def octets(self) -> int:
        """Payload octets sent, in all."""
        return self.sound.octets + sum(view.sent[1] for view in self.views.values())

    # The ladder

    def begin(self) -> None:
        """The connection is up: pictures come from the next key frame on."""
        rung = self.ladder.rung
        for view in self.views.values():
            view.want({Rung.BOTH: view.picture.large, Rung.LOW_VIDEO: view.picture.small}.get(rung))

    def end(self) -> None:
        for view in self.views.values():
            view.want(None)

    def save(self, most: Rung) -> None:
        """The listener's own bound."""
        self._step(self.ladder.save(min(most, self._bound), time.monotonic()))

    def _step(self, step: Step | None) -> None:
        if step is not None:
            self.why = step.why
            if self.connection.srtp is not None:
                self.begin()
            self.stepped(step)

    # What it says

    def _rtcp(self, parts: list[bytes]) -> None:
        now = time.monotonic()
        if self._said.take(now, len(parts)) < len(parts):
            self.connection.close("flood")
            return
        for packet in read_rtcp(b"".join(parts)):
            if isinstance(packet, Nack):
                self._again(packet, now)
            elif isinstance(packet, PictureLoss):
                self._key_frame(packet.media)
            elif isinstance(packet, FullIntra):
                for ssrc, _ in packet.commands:
                    self._key_frame(ssrc)
            elif isinstance(packet, MaxBitrate):
                self._estimated(packet.bits, now)
            elif isinstance(packet, ReceiverReport | SenderReport):
                self._reported(packet.blocks, now)

    def _rtp(self, packet: bytes, now: float) -> None:
        if not self._media.take(now):
            self.connection.close("flood")

    def _view(self, ssrc: int) -> View | None:
        return next((view for view in self.views.values() if view.picture.ssrc == ssrc), None)

    def _key_frame(self, ssrc: int) -> None:
        """Who wants one again and again would take the good picture from all: six in twenty seconds are heard."""
        view, now = self._view(ssrc), time.monotonic()
        if view is None or view.slot is None or (len(self._pleas) == PLEAS and now - self._pleas[0] < 20):
            return
        if not self._pleas or now - self._pleas[-1] > PLI_EVERY:
            self._pleas.append(now)
        view.slot.key_frame()

    def _again(self, nack: Nack, now: float) -> None:
        view = self._view(nack.media)
        if view is None:
            return
        for packet, outlet in view.again(nack.sequences[: self._resent.take(now, len(nack.sequences))]):
            self.repaired += 1
            self._send([packet], [outlet])

    def _estimated(self, bits: int, now: float) -> None:
        """REMB speaks of the pictures alone."""
        small = bits < self._picture_bits * 0.9 and self._picture_bits > TELLING
        if small and not (self._was_small or self.loss > LIGHT):
            self._was_small = True  # one alone may be a hand-over on a busy machine
            return
        self._was_small = small
        if small or bits + AUDIO_BITS >= self.ladder.needs[self.ladder.rung]:
            self._step(self.ladder.estimate(bits + AUDIO_BITS, now))

    def _reported(self, blocks: tuple[ReportBlock, ...], now: float) -> None:
        """What was lost before it came to us is not its own path's loss."""
        worst, found = 0.0, False
        stamp = ntp(self._wall + now)
        for block in blocks:
            view = self._view(block.ssrc)
            if view is None and block.ssrc != self.ssrc:
                continue
            upstream = view.picture.upstream_loss(view.slot) if view is not None and view.slot is not None else 0.0
            worst, found = max(worst, block.fraction_lost / 256 - upstream), True
            self.jitter = block.jitter / (90_000 if view is not None else 48_000)
            round_trip = block.round_trip(stamp)
            self.round_trip = round_trip if round_trip is not None else self.round_trip
        if found:
            self.loss = worst
            self._step(self.ladder.report(worst, self.round_trip, now))

    # What it is told

    def pulse(self, now: float, sound: tuple[int, int]) -> None:
        """Once a second. `sound`: NTP time and timestamp of the sound, as they belong together."""
        passed = max(0.1, now - self._second)
        self._second = now
        sent = self.octets
        self._bits, self._sent = int((sent - self._sent) * 8 / passed), sent
        pictures = sent - self.sound.octets
        self._picture_bits, self._pictures_sent = int((pictures - self._pictures_sent) * 8 / passed), pictures
        if self.connection.srtp is None:
            return
        self.ladder.needs = self._needs()
        self._step(self.ladder.tick(now))
        reports: list[Rtcp] = []
        if self.has_sound and self.only is None:
            stamp = (sound[1] + self.sound.timestamp) & 0xFFFFFFFF
            reports.append(SenderReport(self.ssrc, sound[0], stamp, self.sound.packets & 0xFFFFFFFF, self.sound.octets & 0xFFFFFFFF))
        reports += [made for view in self.views.values() if (made := view.picture.report(view, now)) is not None]
        if reports:
            names = Description(tuple((report.ssrc, NAME) for report in reports if isinstance(report, SenderReport)))
            self.connection.send_rtcp(write_rtcp([*reports, names]))

    def _needs(self) -> dict[Rung, int]:
        large = sum(view.picture.bits(view.picture.large) for view in self.views.values())
        small = sum(view.picture.bits(view.picture.small) for view in self.views.values())
        return {**NEEDS, Rung.LOW_VIDEO: AUDIO_BITS + small, Rung.BOTH: AUDIO_BITS + large}

    def stats(self) -> SessionStats:
        return SessionStats(
            source=self.minus,
            publishing=False,
            connected=self.connection.srtp is not None,
            shaky=self.connection.shaky,
            rung=self.ladder.rung,
            why=self.why,
            loss=round(self.loss, 3),
            round_trip=self.round_trip,
            jitter=round(self.jitter, 4),
            bits_per_second=self._bits,
            repaired=self.repaired,
            codecs=tuple(sorted(self._codecs)),
        )
