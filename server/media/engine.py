"""The port behind which a media engine sits: what the room may ask of it, and what it tells the room.

The room decides who is heard and seen (R22) and says so with a `Direction`, always the whole of it. The
engine carries it out on the server, so that a client which sends without the floor is silent whatever it
does. Every engine passes the contract in `tests/media/test_engine.py`.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

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

    announced_address: str | None = None
    """Address written into answers in place of the machine's own: the public one behind a 1:1 translation."""
    addresses: tuple[str, ...] = ()
    """Local addresses to offer; empty means all of this machine's."""
    include_loopback: bool = True
    """Offer 127.0.0.1 too, so that a conference can be tried on one machine."""
    sessions_per_conference: int = 400
    sessions_per_source: int = 12
    """Most sessions of one person, as many as a person may have screens: nobody takes the places of all others."""
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
    """A session has ended. `reason`: removed, replaced, failed, silent, never_connected."""

    conference: str
    session: str
    source: str | None
    publishing: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Restarted:
    """The engine has lost all sessions and is back: every publisher and listener must make a new offer."""


MediaEvent = Levels | Closed | Restarted


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


@dataclass(frozen=True, slots=True)
class EngineStats:
    up: bool
    conferences: Mapping[str, ConferenceStats] = field(default_factory=dict)
    cpu_seconds: float = 0.0
    """CPU time of the engine's process since it started."""
    restarts: int = 0
    late_ticks: int = 0
    """Mixer ticks that began more than 20 ms after their time: listeners heard a gap."""


class MediaEngine(Protocol):
    """One engine for all conferences of a server. Answers hold all candidates (no trickle)."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def publish(self, conference: str, session: str, source: str, offer: str) -> str:
        """Take `source`'s microphone and camera in; returns the answer.

        A new session of a source replaces its old one. Takes one sound section and the first video section.
        """
        ...

    async def listen(self, conference: str, session: str, offer: str, *, minus: str | None = None, low_data: bool = False) -> str:
        """Give the programme out; returns the answer.

        `minus` is the listener's own source: it never hears itself, and `remove_source` closes this session
        too. Always give it for a person or a venue; it costs an encoding of its own only while that source
        is heard. The first video section of the offer gets the slot *floor*, the second the slot *hall*;
        `low_data` gives sound only.
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
