"""The port behind which a media engine sits: what the room may ask of it, and what it tells the room.

The room decides who is heard and seen (R22) and says so with a `Direction`, always the whole of it. The
engine carries it out on the server, so that a client which sends without the floor is silent whatever it
does. Every engine passes the contract in `tests/media/test_engine.py`.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from server.media.rtp.ladder import Rung

VENUE = "venue:"
"""Prefix of the source id of a hall or branch venue (*điểm cầu*); any other source id is a person's id."""


class MediaRefusal(Exception):
    """The engine does not do what was asked, and nothing has changed.

    `code` is stable and has its sentence in the catalogue under `refusal.<code>`; `details` fill that
    sentence.

    malformed_sdp         the offer cannot be read, or breaks a bound (`reason`)
    unsupported_codec     no Opus for sound, or neither VP8 nor H.264 for a picture (`kind`)
    too_many_sessions     the conference has as many sessions as one engine takes (`limit`)
    media_unavailable     the engine is stopped, restarting or did not answer in time
    media_not_allowed     this seat may not do that now (raised by the room's side, answered 403)
    """

    def __init__(self, code: str, **details: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.details: dict[str, str | int] = dict(details)


@dataclass(frozen=True, slots=True)
class Direction:
    """Who is heard and seen in one conference; pure data, made from the room's state."""

    heard: frozenset[str] = frozenset()
    """Source ids whose microphones are in the mix. All others are left out of it."""
    floor: str | None = None
    """Source shown in the video slot *floor* (who speaks), or None for the still card."""
    hall: str | None = None
    """Source shown in the video slot *hall* (the hall, or the chair), or None for the still card."""


@dataclass(frozen=True, slots=True)
class MediaConfig:
    """How an engine meets the network, and its bounds."""

    host: str | None = None
    """Address the UDP port is bound to; None means all, IPv6 and IPv4."""
    port: int = 0
    """Number of the one UDP port for everybody's media; 0 takes any that is free, as does one that is taken."""
    announced: tuple[str, ...] = ()
    """Addresses written into answers; empty means this machine's own. Give the public ones where it stands behind a translation."""
    include_loopback: bool = True
    """Offer 127.0.0.1 too, so that a conference can be tried on one machine."""
    accelerated: bool = True
    """Send by the compiled part where it is there."""
    sessions_per_conference: int = 400
    sessions_per_source: int = 12
    """Most sessions of one person, as many as a person may have screens: nobody takes the places of all others."""
    sessions_per_address: int = 400
    """Most sessions sent to one address: a ward's people may share one, and so do those behind the relay."""
    connect_seconds: float = 15.0
    """A session that has not connected after this time is closed."""
    silence_seconds: float = 30.0
    """A publisher that has sent no packet for this time is closed."""


@dataclass(frozen=True, slots=True)
class Levels:
    """Microphone levels, five times a second, heard or not; volatile: may be lost, is never logged."""

    conference: str
    dbfs: Mapping[str, float]
    """Source id → RMS level of the last 200 ms in dBFS, from -90 (silence) to 0."""
    speaking: frozenset[str]
    """Sources that are in the mix and loud enough to be speech: for the speaker highlight."""


@dataclass(frozen=True, slots=True)
class Closed:
    """A session has ended. `reason`: removed, replaced, failed, silent, never_connected, flood (far more than any client sends)."""

    conference: str
    session: str
    source: str | None
    publishing: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Stepped:
    """A listener is sent more or less than before. `why`: bandwidth, loss, delay, saver, recovered, probe (`rtp.ladder.Step`)."""

    conference: str
    session: str
    source: str | None
    """The listener's own source (`minus`), if it has one."""
    rung: Rung
    why: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """How the recording of a conference stands, told at every change and every ten seconds. `reason` with `failed`: disk_full, io."""

    conference: str
    state: Literal["on", "off", "failed"]
    reason: str = ""
    seconds: float = 0.0
    size: int = 0
    """Bytes written so far."""


@dataclass(frozen=True, slots=True)
class Restarted:
    """The engine has lost all sessions and is back: every publisher and listener must make a new offer."""


MediaEvent = Levels | Closed | Stepped | Recorded | Restarted


@dataclass(frozen=True, slots=True)
class SessionStats:
    """One session as it is now; of a listener what it is sent and says about it, of a publisher what comes in."""

    source: str | None
    publishing: bool
    connected: bool
    shaky: bool = False
    """Nothing has come from it for five seconds."""
    rung: Rung | None = None
    why: str = ""
    """Why it is on this rung; empty from the beginning."""
    loss: float = 0.0
    """Share lost in the last report, 0 to 1; of a publisher with repeats counted as lost."""
    round_trip: float | None = None
    """Seconds."""
    jitter: float = 0.0
    """Seconds (RFC 3550 section 6.4.1), the worst of its streams."""
    bits_per_second: int = 0
    repaired: int = 0
    """Packets sent again on its request, or asked for again."""
    codecs: tuple[str, ...] = ()
    """opus, vp8, h264: what it sends, or can take."""


@dataclass(frozen=True, slots=True)
class ConferenceStats:
    publishers: frozenset[str] = frozenset()
    """Sources that have a publishing session."""
    listeners: int = 0
    dbfs: Mapping[str, float] = field(default_factory=dict)
    speaking: frozenset[str] = frozenset()
    sent_bytes: int = 0
    """Payload bytes sent to listeners since the conference began here (RTP headers not counted)."""
    bits_per_second: int = 0
    """Payload sent to all listeners, mean of the last second."""
    sessions: Mapping[str, SessionStats] = field(default_factory=dict)
    recording: bool = False


@dataclass(frozen=True, slots=True)
class EngineStats:
    up: bool
    conferences: Mapping[str, ConferenceStats] = field(default_factory=dict)
    cpu_seconds: float = 0.0
    """CPU time of the engine's process since it started."""
    restarts: int = 0
    late_ticks: int = 0
    """Mixer ticks that began more than 20 ms after their time: listeners heard a gap."""
    accelerated: bool = False
    """Whether the compiled part sends."""
    port: int = 0
    """The UDP port's number."""
    counters: Mapping[str, int] = field(default_factory=dict)
    """Datagrams `received` and `sent`, and those dropped, by reason (`transport.UdpPort`)."""


class MediaEngine(Protocol):
    """One engine for all conferences of a server. Answers hold all candidates (no trickle)."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def publish(self, conference: str, session: str, source: str, offer: str) -> str:
        """Take `source`'s microphone and camera in; returns the answer.

        A new session of a source replaces its old one. Takes one sound section and up to two video sections: the picture, and the same
        picture small.
        """
        ...

    async def listen(
        self, conference: str, session: str, offer: str, *, minus: str | None = None, most: Rung = Rung.BOTH, only: str | None = None
    ) -> str:
        """Give the programme out; returns the answer.

        `minus` is the listener's own source: it never hears itself, and `remove_source` closes this session
        too. Always give it for a person or a venue; it costs an encoding of its own only while that source
        is heard. The first video section of the offer gets the slot *floor*, the second the slot *hall*;
        `most` is the listener's own bound of what it is sent (data saver). `only`: this source in place of the programme, heard and shown or not, for
        whoever sets it up: its sound as it comes, its picture in the first video section.
        """
        ...

    async def save(self, conference: str, session: str, most: Rung) -> None:
        """A listener chooses another bound; nothing is negotiated again. A session that is not there is no error."""
        ...

    async def record(self, conference: str, folder: str | None, *, stage: bool = False) -> None:
        """Record the programme into `folder` (of this machine) from now on, with `stage` each stage source too; None ends it.

        The same again changes nothing. After a restart it goes on by itself. `Recorded` tells how it stands.
        """
        ...

    async def direct(self, conference: str, direction: Direction) -> None:
        """Carry out the whole direction; giving the same one again changes nothing."""
        ...

    async def remove(self, conference: str, session: str) -> None:
        """End one session; ending one that is not there is no error."""
        ...

    async def remove_source(self, conference: str, source: str) -> None:
        """End every session of a person or venue, publishing and listening (refusal, R28)."""
        ...

    async def stats(self) -> EngineStats: ...

    def events(self) -> AsyncIterator[MediaEvent]:
        """What happens from now on, for one reader; one that falls behind loses levels, nothing else."""
        ...
