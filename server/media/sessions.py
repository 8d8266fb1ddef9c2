"""The sessions of all conferences of one engine process: who publishes, who listens, and who has gone."""

import asyncio
import logging
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal

import ifaddr

from server.media.engine import Closed, Direction, EngineStats, Levels, MediaConfig, MediaRefusal, Recorded, Stepped
from server.media.listener import Listener
from server.media.programme import Programme
from server.media.publisher import Publisher
from server.media.recording.recorder import Recorder
from server.media.rtp.ladder import Rung, Step
from server.media.sdp import Offer, Transport, read_offer, write_answer
from server.media.transport import fanout
from server.media.transport.connection import Connection, Limits, State
from server.media.transport.dtls import Identity
from server.media.transport.port import UdpPort, bind

log = logging.getLogger(__name__)

WATCH_SECONDS: Final = 0.2
LAST_WORDS: Final = 0.8
"""Seconds in which a recording may end before the process does; what is not ended is mended at the next start."""
REASONS: Final = {"connect_timeout": "never_connected", "removed": "removed", "replaced": "replaced", "silent": "silent", "flood": "flood"}
"""Why a connection closed, in the words of the port; anything else is `failed`."""


class Session:
    """One connection, and what it is for."""

    def __init__(self, conference: str, name: str, source: str | None, connection: Connection, end: Publisher | Listener) -> None:
        self.conference = conference
        self.name = name
        self.source = source
        self.connection = connection
        self.end = end


class Sessions:
    """All sessions of one engine process; needs a running loop. Raises MediaRefusal where the port says so."""

    def __init__(self, config: MediaConfig, tell: Callable[[Levels | Closed | Stepped | Recorded], None]) -> None:
        self._config = config
        self._tell = tell
        self._programmes: dict[str, Programme] = {}
        self._sessions: dict[str, dict[str, Session]] = {}
        """By conference and name."""
        self._recorders: dict[str, tuple[str, Recorder]] = {}
        self._socket = _bound(config)
        self._port = UdpPort(
            self._socket, Identity(), Limits(connect_seconds=config.connect_seconds, sessions_per_address=config.sessions_per_address)
        )
        self._port.on_drained = self._drained
        self._port.start()
        self._addresses = config.announced or own_addresses(config, self._socket)

    # What the room asks

    def publish(self, conference: str, name: str, source: str, offer: str) -> str:
        read = read_offer(offer, publishing=True)
        connection = self._admit(conference, name, source, read, publishing=True)
        publisher = Publisher(source, connection, read)
        for old in self._of(conference):
            if old.source == source and isinstance(old.end, Publisher):
                self._close(old, "replaced")
        self._programme(conference).add(publisher)
        self._keep(Session(conference, name, source, connection, publisher))
        return write_answer(read, self._transport(connection), publisher.tracks(), publishing=True)

    def listen(self, conference: str, name: str, offer: str, minus: str | None, most: Rung, only: str | None = None) -> str:
        read = read_offer(offer, publishing=False)
        connection = self._admit(conference, name, minus, read, publishing=False)
        programme = self._programme(conference)
        pictures, sound = programme.pictures, programme.ssrc
        if only is not None:
            monitor = programme.monitor(only)
            pictures, sound = {"only": monitor.picture}, monitor.ssrc
        listener = Listener(connection, read, minus, most, pictures, sound, self._send, programme.wall, only)
        programme.join(listener)
        session = Session(conference, name, minus, connection, listener)

        def stepped(step: Step) -> None:
            self._tell(Stepped(conference, name, minus, step.rung, step.why))

        listener.stepped = stepped
        self._keep(session)
        return write_answer(read, self._transport(connection), listener.tracks(), publishing=False)

    def save(self, conference: str, name: str, most: Rung) -> None:
        session = self._sessions.get(conference, {}).get(name)
        if session is not None and isinstance(session.end, Listener):
            session.end.save(most)

    def direct(self, conference: str, direction: Direction) -> None:
        if conference in self._programmes or direction != Direction():
            self._programme(conference).direct(direction)

    def record(self, conference: str, folder: str | None, *, stage: bool, at: int) -> None:
        """`at`: milliseconds since the epoch now, by the clock of the conference's record."""
        had, recorder = self._recorders.get(conference, (None, None))
        if recorder is not None:
            if (had, recorder.stage) == (folder, stage):
                return
            self._end_recording(conference, recorder)
        if folder is None:
            return
        loop, programme = asyncio.get_running_loop(), self._programme(conference)

        def told(state: Literal["on", "off", "failed"], reason: str, seconds: float, size: int) -> None:
            with suppress(RuntimeError):  # the loop has ended before its writer
                loop.call_soon_threadsafe(lambda: self._recorded(new, Recorded(conference, state, reason, seconds, size)))

        def wish(name: str) -> None:
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(programme.want_key_frame, name)

        new = Recorder(Path(folder), tell=told, wish=wish, stage=stage, wall=at - time.monotonic() * 1000)
        self._recorders[conference] = (folder, new)
        programme.record(new, stage=stage)

    def _recorded(self, recorder: Recorder, event: Recorded) -> None:
        if event.state == "failed":
            self._end_recording(event.conference, recorder)
        self._tell(event)

    def _end_recording(self, conference: str, recorder: Recorder) -> None:
        recorder.close()
        if self._recorders.get(conference, (None, None))[1] is recorder:
            del self._recorders[conference]
            self._programme(conference).record(None)

    def remove(self, conference: str, name: str) -> None:
        if session := self._sessions.get(conference, {}).get(name):
            self._close(session, "removed")

    def remove_source(self, conference: str, source: str) -> None:
        for session in self._of(conference):
            if session.source == source:
                self._close(session, "removed")

    def stats(self) -> EngineStats:
        return EngineStats(
            up=True,
            conferences={
                name: programme.stats((session.name, session.end) for session in self._of(name)) for name, programme in self._programmes.items()
            },
            cpu_seconds=time.process_time(),
            late_ticks=sum(programme.late_ticks for programme in self._programmes.values()),
            accelerated=fanout.ACCELERATED,
            port=self._port.number,
            counters=dict(self._port.counters),
        )

    # The life of a session

    def _admit(self, conference: str, name: str, source: str | None, offer: Offer, *, publishing: bool) -> Connection:
        """A place for a session. A publisher whose source publishes already takes that one's, and is never kept out by its own listeners."""
        self.remove(conference, name)
        here = self._sessions.get(conference, {}).values()
        own = [one for one in here if source is not None and one.source == source]
        if not (publishing and any(isinstance(one.end, Publisher) for one in own)) and len(here) >= self._config.sessions_per_conference:
            raise MediaRefusal("too_many_sessions", limit=self._config.sessions_per_conference)
        if not publishing and sum(isinstance(one.end, Listener) for one in own) >= self._config.sessions_per_source:
            raise MediaRefusal("too_many_sessions", limit=self._config.sessions_per_source)
        return self._port.admit("client" if offer.setup == "active" else "server", offer.fingerprints, offer.remote)

    def _keep(self, session: Session) -> None:
        self._sessions.setdefault(session.conference, {})[session.name] = session

        def changed(connection: Connection) -> None:
            if connection.state is State.CLOSED:
                self._close(session, REASONS.get(connection.reason, "failed"))
            elif connection.state is State.CONNECTED and isinstance(session.end, Listener):
                session.end.begin()

        session.connection.on_state = changed

    def _transport(self, connection: Connection) -> Transport:
        return Transport(connection.ufrag, connection.password, self._port.identity.fingerprint(), self._port.number, self._addresses)

    def _close(self, session: Session, reason: str) -> None:
        """Take a session out of the programme at once, and say goodbye."""
        here = self._sessions.get(session.conference, {})
        if here.get(session.name) is not session:
            return
        del here[session.name]
        if not here:
            del self._sessions[session.conference]
        programme = self._programme(session.conference)
        if isinstance(session.end, Listener):
            programme.leave(session.end)
        else:
            programme.drop(session.end)
        session.connection.close(reason)
        self._tell(Closed(session.conference, session.name, session.source, isinstance(session.end, Publisher), reason))

    async def watch(self) -> None:
        """Until cancelled: tell the levels five times a second, and close what does not live."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            for name, programme in list(self._programmes.items()):
                if levels := programme.told_levels(name):
                    self._tell(levels)
            silent = time.monotonic() - self._config.silence_seconds
            for session in [session for here in self._sessions.values() for session in here.values()]:
                if isinstance(session.end, Publisher) and session.connection.state is State.CONNECTED and session.end.last < silent:
                    self._close(session, "silent")
            await self._forget_empty()

    async def _forget_empty(self) -> None:
        """A conference without sessions and without direction costs nothing."""
        for name, programme in list(self._programmes.items()):
            if programme.direction == Direction() and programme.tap is None and name not in self._sessions:
                del self._programmes[name]
                await programme.stop()

    async def close(self) -> None:
        """End everything, in order."""
        for session in [session for here in self._sessions.values() for session in here.values()]:
            self._close(session, "removed")
        for programme in self._programmes.values():
            await programme.stop()
        for _, recorder in self._recorders.values():
            await asyncio.to_thread(recorder.close, LAST_WORDS)
        self._port.close()

    def _programme(self, conference: str) -> Programme:
        programme = self._programmes.get(conference)
        if programme is None:
            programme = self._programmes[conference] = Programme(self._send)
            programme.start()
        return programme

    def _of(self, conference: str) -> list[Session]:
        return list(self._sessions.get(conference, {}).values())

    def _send(self, packets: Sequence[bytes], outlets: Sequence[fanout.Outlet]) -> None:
        self._port.counters["sent"] += fanout.send(self._socket, packets, outlets)

    def _drained(self) -> None:
        for programme in self._programmes.values():
            programme.flush()


def _bound(config: MediaConfig) -> socket.socket:
    """The UDP port, or another one where it is taken: a conference that a firewall may hinder is better than none."""
    try:
        return bind(config.host, config.port)
    except OSError as error:
        if config.port == 0:
            raise
        log.error("UDP port %s cannot be had (%s); media goes by another one, which a firewall may not let through", config.port, error)
        return bind(config.host, 0)


def own_addresses(config: MediaConfig, bound: socket.socket) -> tuple[str, ...]:
    """The addresses at which this machine can be reached, IPv4 before IPv6; loopback last, and only if it is wanted."""
    if config.host is not None:
        return (config.host,)
    four: list[str] = []
    six: list[str] = []
    for adapter in ifaddr.get_adapters():
        for found in adapter.ips:
            if isinstance(found.ip, str):
                if not found.ip.startswith(("127.", "169.254.")):
                    four.append(found.ip)
            elif not found.ip[0].startswith("fe80") and found.ip[0] != "::1" and bound.family == socket.AF_INET6:
                six.append(found.ip[0])
    loopback = ["127.0.0.1"] if config.include_loopback or not four + six else []
    return (*four, *six, *loopback)
