"""The WebRTC sessions of all conferences, on aiortc: who publishes, who listens, and who has gone."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

from server.media.engine import Closed, Direction, EngineStats, Levels, MediaConfig, MediaRefusal
from server.media.picture import Camera
from server.media.programme import SLOTS, Listener, Programme
from server.media.sdp import Offer, read_offer, write_answer
from server.media.sound import Microphone

_PUBLISHED: Final = {"audio": ("audio/opus",), "video": ("video/VP8", "video/H264", "video/rtx")}
_LISTENED: Final = {"audio": ("audio/opus",), "video": ("video/VP8", "video/rtx")}

_PEER: Final = RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
"""No server of anybody's is asked for our address; everything of a session goes over one transport."""


@dataclass(eq=False, slots=True)
class Session:
    """One peer connection: a publisher (`listener` is None) or a listener."""

    conference: str
    name: str
    source: str | None
    peer: RTCPeerConnection
    listener: Listener | None = None
    connected: bool = False
    since: float = field(default_factory=time.monotonic)
    """Time of its beginning, and for a publisher of the last packet that could be decoded."""
    readers: list[asyncio.Task[None]] = field(default_factory=list)


class Sessions:
    """All sessions of one engine process. Raises MediaRefusal where the port says so."""

    def __init__(self, config: MediaConfig, tell: Callable[[Levels | Closed], None]) -> None:
        self._config = config
        self._tell = tell
        self._programmes: dict[str, Programme] = {}
        self._sessions: dict[tuple[str, str], Session] = {}
        self._encoders = ThreadPoolExecutor(2, "picture")
        self._closing: set[asyncio.Task[None]] = set()

    # What the room asks

    async def publish(self, conference: str, name: str, source: str, offer: str) -> str:
        described = read_offer(offer, publishing=True)
        session = self._open(conference, name, source)
        taken: dict[str, RTCRtpTransceiver] = {}
        for kind in described.kinds:
            transceiver = session.peer.addTransceiver(kind, "inactive" if kind in taken else "recvonly")
            _prefer(transceiver, _PUBLISHED[kind])
            taken.setdefault(kind, transceiver)
        answer = await self._answer(session, described)
        for old in self._publishers(conference, source):
            if old is not session:
                self._close(old, "replaced")
        microphone, camera = (
            Microphone() if "audio" in taken else None,
            Camera() if "video" in taken else None,
        )
        self._programme(conference).add_source(source, microphone, camera)
        if microphone:
            self._read(session, taken["audio"], microphone.put)
        if camera:
            self._read(session, taken["video"], camera.put)
        return answer

    async def listen(self, conference: str, name: str, offer: str, minus: str | None, low_data: bool) -> str:
        described = read_offer(offer, publishing=False)
        session = self._open(conference, name, minus)
        pictures = 0 if low_data else min(described.kinds.count("video"), len(SLOTS))
        session.listener = listener = self._programme(conference).join(minus, low_data, pictures)
        waiting = {"audio": [listener.sound], "video": list(listener.pictures.values())}
        for kind in described.kinds:
            answered = bool(waiting[kind])
            transceiver = session.peer.addTransceiver(waiting[kind].pop(0) if answered else kind, "sendonly" if answered else "inactive")
            _prefer(transceiver, _LISTENED[kind])
        return await self._answer(session, described)

    def direct(self, conference: str, direction: Direction) -> None:
        if conference in self._programmes or direction != Direction():
            self._programme(conference).direct(direction)

    def remove(self, conference: str, name: str) -> None:
        if session := self._sessions.get((conference, name)):
            self._close(session, "removed")

    def remove_source(self, conference: str, source: str) -> None:
        for session in self._of(conference):
            if session.source == source:
                self._close(session, "removed")

    def stats(self) -> EngineStats:
        return EngineStats(
            up=True,
            conferences={name: programme.stats() for name, programme in self._programmes.items()},
            cpu_seconds=time.process_time(),
            late_ticks=sum(programme.late_ticks for programme in self._programmes.values()),
        )

    # The life of a session

    def _open(self, conference: str, name: str, source: str | None) -> Session:
        self.remove(conference, name)
        others = self._of(conference)
        if len(others) >= self._config.sessions_per_conference:
            raise MediaRefusal("too_many_sessions", limit=self._config.sessions_per_conference)
        if source is not None and sum(other.source == source for other in others) >= self._config.sessions_per_source:
            raise MediaRefusal("too_many_sessions", limit=self._config.sessions_per_source)
        session = Session(conference, name, source, RTCPeerConnection(_PEER))
        self._sessions[conference, name] = session

        @session.peer.on("connectionstatechange")
        def changed() -> None:
            if session.peer.connectionState == "connected":
                session.connected, session.since = True, time.monotonic()
            elif session.peer.connectionState in ("failed", "closed"):
                self._close(session, "failed")

        return session

    async def _answer(self, session: Session, offer: Offer) -> str:
        """Answer, with all candidates; a session that fails here leaves nothing behind."""
        peer = session.peer
        try:
            await peer.setRemoteDescription(RTCSessionDescription(offer.text, "offer"))
            await peer.setLocalDescription(await peer.createAnswer())
        except Exception as error:  # aiortc's parser raises whatever its string functions raise
            self._close(session, "failed")
            raise MediaRefusal("malformed_sdp", reason=type(error).__name__) from error
        if self._sessions.get((session.conference, session.name)) is not session:
            raise MediaRefusal("media_unavailable")
        return write_answer(peer.localDescription.sdp, offer, self._config.announced_address)

    def _read(self, session: Session, transceiver: RTCRtpTransceiver, put: Callable[[Any], None]) -> None:
        """Hand each decoded frame on; a section that the offer left inactive has no track."""
        track: MediaStreamTrack | None = transceiver.receiver.track

        async def read(track: MediaStreamTrack) -> None:
            with suppress(MediaStreamError):
                while True:
                    put(await track.recv())
                    session.since = time.monotonic()

        if track is not None:
            session.readers.append(asyncio.create_task(read(track)))

    def _close(self, session: Session, reason: str) -> None:
        """Take a session out of the programme at once; its connection is taken down behind that."""
        if self._sessions.get((session.conference, session.name)) is not session:
            return
        del self._sessions[session.conference, session.name]
        programme = self._programme(session.conference)
        if session.listener:
            programme.leave(session.listener)
        elif session.source is not None and not self._publishers(session.conference, session.source):
            programme.drop_source(session.source)
        for reader in session.readers:
            reader.cancel()
        closing = asyncio.create_task(session.peer.close())
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)
        self._tell(Closed(session.conference, session.name, session.source, session.listener is None, reason))

    async def watch(self) -> None:
        """Until cancelled: tell the levels five times a second, and close what does not live."""
        while True:
            await asyncio.sleep(0.2)
            for name, programme in list(self._programmes.items()):
                if levels := programme.told_levels(name):
                    self._tell(levels)
            now = time.monotonic()
            for session in list(self._sessions.values()):
                age = now - session.since
                if not session.connected and age > self._config.connect_seconds:
                    self._close(session, "never_connected")
                elif session.listener is None and age > self._config.silence_seconds:
                    self._close(session, "silent")
            await self._forget_empty()

    async def _forget_empty(self) -> None:
        """A conference without sessions and without direction costs nothing."""
        for name, programme in list(self._programmes.items()):
            if programme.direction == Direction() and not self._of(name):
                del self._programmes[name]
                await programme.stop()

    async def close(self) -> None:
        """End everything, in order."""
        for session in list(self._sessions.values()):
            self._close(session, "removed")
        for programme in self._programmes.values():
            await programme.stop()
        await asyncio.gather(*self._closing, return_exceptions=True)
        self._encoders.shutdown(wait=False)

    def _programme(self, conference: str) -> Programme:
        programme = self._programmes.get(conference)
        if programme is None:
            programme = self._programmes[conference] = Programme(self._encoders)
            programme.start()
        return programme

    def _of(self, conference: str) -> list[Session]:
        return [session for session in self._sessions.values() if session.conference == conference]

    def _publishers(self, conference: str, source: str) -> list[Session]:
        return [s for s in self._of(conference) if s.source == source and s.listener is None]


def _prefer(transceiver: RTCRtpTransceiver, names: tuple[str, ...]) -> None:
    """Agree to these codecs only, best first, with retransmission for pictures (RFC 4588)."""
    codecs = RTCRtpSender.getCapabilities(transceiver.kind).codecs
    transceiver.setCodecPreferences([codec for name in names for codec in codecs if codec.mimeType == name])
