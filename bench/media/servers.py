"""The two media servers under test, on the same core and with the same way in: ours, and Janus with one event loop."""

import asyncio
import itertools
import json
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from bench.media.audience import HERE, compiled
from bench.media.peer import AUDIO, VIDEO, Kind, Peer, Remote, read
from bench.media.stage import Source
from server.media.embedded import EmbeddedEngine
from server.media.engine import Direction, MediaConfig
from server.media.transport.dtls import Identity

CONFERENCE = "c"
ROOM = 1234
MOST = 10_000

JANUS = """
general: {{ configs_folder = "{folder}", plugins_folder = "{installed}/plugins", transports_folder = "{installed}/transports",
  events_folder = "{folder}/none", loggers_folder = "{folder}/none", debug_level = 2, session_timeout = 0, event_loops = 1, server_name = "bench" }}
media: {{ ipv6 = false, rtp_port_range = "20000-60000" }}
nat: {{ ice_lite = true, ice_enforce_list = "127.0.0.1", ice_ignore_list = "vmnet", nice_debug = false }}
plugins: {{ disable = "{plugins}" }}
transports: {{ disable = "{transports}" }}
"""
"""ICE-lite, as for a server with a public address: the cheaper way for Janus, and what our engine is too."""


class Server(Protocol):
    """A media server on one core; `listen` and `publish` connect a peer."""

    name: str

    @property
    def pid(self) -> int: ...

    async def start(self, core: int) -> None: ...

    async def stop(self) -> None: ...

    async def publish(self, source: Source, name: str) -> Remote: ...

    async def direct(self, heard: frozenset[str], floor: str | None) -> None: ...

    async def listen(self, identity: Identity, number: int, picture: bool) -> Peer: ...


class Ours:
    """The embedded engine, one process."""

    def __init__(self, accelerated: bool) -> None:
        self.name = "native" if accelerated else "python"
        self.engine = EmbeddedEngine(
            MediaConfig(
                host="127.0.0.1",
                announced=("127.0.0.1",),
                accelerated=accelerated,
                sessions_per_conference=MOST,
                sessions_per_source=50,
                sessions_per_address=MOST,
            )
        )

    @property
    def pid(self) -> int:
        assert self.engine.pid is not None
        return self.engine.pid

    async def start(self, core: int) -> None:
        with on_core(core):
            await self.engine.start()

    async def stop(self) -> None:
        await self.engine.stop()

    async def publish(self, source: Source, name: str) -> Remote:
        return read(await self.engine.publish(CONFERENCE, f"in-{name}", name, source.offer()))

    async def direct(self, heard: frozenset[str], floor: str | None) -> None:
        await self.engine.direct(CONFERENCE, Direction(heard, floor=floor))

    async def listen(self, identity: Identity, number: int, picture: bool) -> Peer:
        peer = Peer(identity)
        sections: list[tuple[Kind, str, int, int]] = [("audio", "0", AUDIO, 0)]
        if picture:
            sections.append(("video", "1", VIDEO, 0))
        answer = await self.engine.listen(CONFERENCE, f"out-{number}", peer.describe(sections, "actpass", "recvonly"))
        await peer.connect(read(answer))
        return peer


class Janus:
    """VideoRoom of Debian's package, spoken to through its Unix socket: what JSON over HTTP would cost is not counted against it."""

    name = "janus"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self._sock: socket.socket | None = None
        self._reader: asyncio.Task[None] | None = None
        self._numbers = itertools.count(1)
        self._replies: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._offers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._session = 0
        self._feeds: dict[str, int] = {}
        self._seen: str | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self, core: int) -> None:
        program = shutil.which("janus")
        assert program is not None
        loopback = compiled(HERE / "loopback.c", self._folder, "-ldl")
        installed = installation()
        configuration = self._folder / "janus.jcfg"
        off = {kind: ",".join(p.name for p in (installed / kind).glob("*.so")) for kind in ("plugins", "transports")}
        plugins = off["plugins"].replace("libjanus_videoroom.so", "")
        transports = off["transports"].replace("libjanus_pfunix.so", "")
        configuration.write_text(JANUS.format(folder=self._folder, installed=installed, plugins=plugins, transports=transports))
        path = self._folder / "api"
        path.unlink(missing_ok=True)
        (self._folder / "janus.transport.pfunix.jcfg").write_text(f'general: {{ enabled = true, json = "compact", path = "{path}" }}\n')
        for _ in range(10):
            with on_core(core), (self._folder / "janus.log").open("w") as log:
                self._process = await asyncio.create_subprocess_exec(
                    program, "-F", str(self._folder), "-C", str(configuration),
                    env={**os.environ, "LD_PRELOAD": str(loopback)}, stdout=log, stderr=log,
                )  # fmt: skip
            self._sock = await self._reached(path)
            if self._sock is not None:
                break
        else:
            raise RuntimeError((self._folder / "janus.log").read_text()[-2000:])
        self._sock.setblocking(False)
        self._reader = asyncio.create_task(self._read())
        self._session = (await self._ask(janus="create"))["data"]["id"]
        handle = await self._attach()
        await self._say(handle, request="create", room=ROOM, publishers=20, bitrate=0, audiocodec="opus", videocodec="vp8")

    async def _reached(self, path: Path) -> socket.socket | None:
        """A connection, or None: the thread of Janus's socket may find that it is not yet initialised (1.1.2), and ends; most often Janus does too."""
        assert self._process is not None
        made = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for _ in range(20):
            await asyncio.sleep(0.2)
            with suppress(OSError):
                made.connect(str(path))
                return made
        made.close()
        await self._end()
        return None

    async def stop(self) -> None:
        if self._reader:
            self._reader.cancel()
        if self._sock:
            self._sock.close()
        await self._end()

    async def _end(self) -> None:
        if self._process and self._process.returncode is None:
            self._process.kill()  # asked to end, it takes its time for hundreds of sessions
            await self._process.wait()

    async def publish(self, source: Source, name: str) -> Remote:
        handle = await self._attach()
        event = await self._say(handle, source.offer(), request="joinandconfigure", ptype="publisher", room=ROOM, display=name)
        self._feeds[name] = event["plugindata"]["data"]["id"]
        return read(event["jsep"]["sdp"])

    async def direct(self, heard: frozenset[str], floor: str | None) -> None:
        """Who is subscribed to is seen and heard."""
        assert heard == {floor}
        self._seen = floor

    async def listen(self, identity: Identity, number: int, picture: bool) -> Peer:
        assert self._seen is not None
        streams: list[dict[str, Any]] = [{"feed": self._feeds[self._seen]}]
        if not picture:
            streams[0]["mid"] = "0"
        handle = await self._attach()
        event = await self._say(handle, request="join", ptype="subscriber", room=ROOM, streams=streams)
        remote = read(event["jsep"]["sdp"])
        peer = Peer(identity)
        sections: list[tuple[Kind, str, int, int]] = [
            (section.kind, section.mid, section.types["opus" if section.kind == "audio" else "vp8"], 0) for section in remote.sections
        ]
        await self._say(handle, peer.describe(sections, "active", "recvonly"), "answer", request="start", room=ROOM)
        await peer.connect(remote, mutual=True)
        return peer

    async def _attach(self) -> int:
        answer = await self._ask(janus="attach", session_id=self._session, plugin="janus.plugin.videoroom")
        return int(answer["data"]["id"])

    async def _say(self, handle: int, sdp: str | None = None, kind: str = "offer", **body: Any) -> dict[str, Any]:
        """A message to the room and its event, or its answer where there is none."""
        message: dict[str, Any] = {"janus": "message", "session_id": self._session, "handle_id": handle, "body": body}
        if sdp:
            message["jsep"] = {"type": kind, "sdp": sdp}
        return await self._ask(**message)

    async def _ask(self, **message: Any) -> dict[str, Any]:
        assert self._sock is not None
        number = str(next(self._numbers))
        answer = self._replies[number] = asyncio.get_running_loop().create_future()
        await asyncio.get_running_loop().sock_sendall(self._sock, json.dumps({**message, "transaction": number}).encode())
        try:
            found: dict[str, Any] = await asyncio.wait_for(answer, 20)
        finally:
            del self._replies[number]
        if found["janus"] == "error" or "error" in found.get("plugindata", {}).get("data", {}):
            raise RuntimeError(f"Janus refuses: {found}")
        return found

    async def _read(self) -> None:
        assert self._sock is not None
        while data := await asyncio.get_running_loop().sock_recv(self._sock, 1 << 17):
            message = json.loads(data)
            waiting = self._replies.get(message.get("transaction", ""))
            if waiting and not waiting.done() and message["janus"] != "ack":  # an event follows an acknowledgement
                waiting.set_result(message)


def installation() -> Path:
    """The folder of Janus's plugins."""
    return next(Path("/usr/lib").glob("*/janus"))


def version() -> str:
    """What Debian says about the Janus that is installed."""
    said = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", "janus"], capture_output=True, text=True).stdout
    return re.sub(r"-.*", "", said) or "unknown"


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """Processes started within run on one core and, where the system lets us (as root), before whatever else wants it; this one then goes back."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    with suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    try:
        yield
    finally:
        with suppress(PermissionError):
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        os.sched_setaffinity(0, before)
