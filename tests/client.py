"""A second client of the room, written from docs/protocol.md and from nothing else: it enters, keeps its view by merge patches, gives commands that
happen at most once, and comes back by itself where it left off."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

Json = dict[str, Any]

FOR_EVER = frozenset({4401, 4403})
"""Close codes after which a client does not come back."""

AGAIN = frozenset({"saving_stopped", "too_fast"})
"""Refusals that decide nothing: the command is sent again a little later, with its id."""


class Refused(Exception):
    """A command that was not carried out."""

    def __init__(self, code: str, details: Json, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.details = details
        self.message = message


class NotLetIn(Exception):
    """The door said no."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code


@dataclass(frozen=True)
class Door:
    """Where one may come in: a seat, and the secret that proves it is one's own."""

    base: str
    seat: str
    secret: str


async def enter(base: str, *, token: str = "", code: str = "", name: str | None = None, cookies: dict[str, str] | None = None) -> Door:
    """Enters by a link's token or by a code. Raises `NotLetIn`."""
    path, body = ("/api/code", {"code": code}) if code else ("/api/enter", {"token": token} | ({} if name is None else {"name": name}))
    async with httpx.AsyncClient(base_url=base, cookies=cookies, trust_env=False) as http:
        answer = await http.post(path, json=body, headers={"Origin": base})
    said = answer.json()
    if answer.status_code != 200:
        raise NotLetIn(answer.status_code, said["code"])
    if "asks" in said:
        raise NotLetIn(200, f"asks_{said['asks']}")
    name_of = {name: value for name, value in answer.cookies.items() if name.endswith(f"s-{said['seat']}")}
    return Door(base, said["seat"], next(iter(name_of.values())))


def merged(old: Any, patch: Any) -> Any:
    """RFC 7386: keys replace, null removes, lists are replaced whole."""
    if not isinstance(patch, dict):
        return patch
    out = dict(old) if isinstance(old, dict) else {}
    for key, value in patch.items():
        if value is None:
            out.pop(key, None)
        else:
            out[key] = merged(out.get(key), value)
    return out


class Client:
    """One screen in one conference."""

    def __init__(self, door: Door, *, screen: str = "", lang: str = "vi", faithful: bool = False) -> None:
        """`screen`: which of one's roles it is for. `faithful`: comes back by itself whenever the connection is lost."""
        self.door = door
        self.screen = screen
        self.lang = lang
        self.faithful = faithful
        self.view: Json = {}
        self.me: Json = {}
        self.audience = ""
        self.head = ""
        self.epoch = ""
        self.seq = 0
        self.bye: Json | None = None
        self.code: int | None = None
        self.signals: list[Json] = []
        self.frames: list[str] = []
        self.outbox: dict[str, Json] = {}
        self.greeted_at = 0.0
        self._asked: dict[str, asyncio.Future[int]] = {}
        self._pongs: dict[int, asyncio.Future[int]] = {}
        self._socket: ClientConnection | None = None
        self._heard = asyncio.Event()
        self._work: asyncio.Task[None] | None = None

    # --- coming and going ----------------------------------------------------------------------------------------------

    async def come(self) -> Client:
        """Connects and waits for the state."""
        self.code = self.bye = None
        await self._connect()
        self._work = asyncio.create_task(self._live())
        await self.until(lambda: self.here or self.code is not None)
        return self

    @property
    def here(self) -> bool:
        """Whether the state has come on this connection."""
        return self._socket is not None and self.greeted_at > 0

    async def leave(self) -> None:
        """Closes in good order, and keeps what it knows."""
        if self._work:
            self._work.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._work
        await self.lose()

    async def lose(self) -> None:
        """Loses the connection as it is."""
        socket, self._socket = self._socket, None
        self.greeted_at = 0.0
        if socket is not None:
            await socket.close()

    def cut(self) -> None:
        """The network is gone, without a word."""
        if self._socket is not None:
            self._socket.transport.abort()

    async def _connect(self) -> None:
        self.greeted_at = 0.0
        url = f"ws{self.door.base.removeprefix('http')}/ws/{self.door.seat}"
        headers = {"Authorization": f"Bearer {self.door.secret}"}
        self._socket = await connect(url, additional_headers=headers, compression=None, proxy=None, max_size=None, ping_interval=None)
        hello: Json = {"type": "hello", "lang": self.lang}
        if self.screen:
            hello["as"] = self.screen
        if self.epoch:
            hello |= {"since": self.seq, "epoch": self.epoch}
        await self.send(hello)

    async def _live(self) -> None:
        while True:
            socket = self._socket
            assert socket is not None
            beat = asyncio.create_task(self._beat())
            try:
                async for text in socket:
                    await self._receive(str(text))
            except ConnectionClosed:
                pass
            finally:
                beat.cancel()
            self.code = socket.close_code
            self._socket = None
            self.greeted_at = 0.0
            self._heard.set()
            if not self.faithful or self.code in FOR_EVER:
                return
            await self._come_back()

    async def _come_back(self) -> None:
        wait = 0.05
        while True:
            await asyncio.sleep(wait * random.uniform(0.5, 1.0))
            try:
                await self._connect()
                return
            except (OSError, WebSocketException, TimeoutError):
                wait = min(1.0, wait * 1.5)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(10)
            await self.send({"type": "ping", "t": 0})

    # --- hearing --------------------------------------------------------------------------------------------------------

    async def _receive(self, text: str) -> None:
        self.frames.append(text)
        said = json.loads(text)
        match said["type"]:
            case "snapshot":
                self.view, self.me, self.audience = said["view"], said["me"], said["audience"]
                self.epoch, self.seq, self.head = said["epoch"], said["seq"], said["head"]
                await self._greeted()
            case "patch":
                self.view = merged(self.view, said["patch"])
                self.seq, self.head = said["seq"], said["head"]
            case "me":
                self.me = said["me"]
                await self._greeted()
            case "ack":
                self._answered(said["id"], said["seq"])
            case "refused" if said["code"] in AGAIN:
                asyncio.get_running_loop().call_later(0.2, self._again, said["id"])
            case "refused":
                self._answered(said["id"], Refused(said["code"], said["details"], said["message"]))
            case "pong":
                pong = self._pongs.pop(said["t"], None)
                if pong is not None and not pong.done():
                    pong.set_result(said["now"])
            case "signal":
                self.signals.append(said["signal"])
            case "bye":
                self.bye = said
        self._heard.set()

    async def _greeted(self) -> None:
        """The first state on a connection: what was not acknowledged goes out again, with its old ids."""
        if self.greeted_at:
            return
        self.greeted_at = time.monotonic()
        for id, command in list(self.outbox.items()):
            await self.send({"type": "do", "id": id, "command": command})

    def _again(self, id: str) -> None:
        if id in self.outbox:
            self._task = asyncio.ensure_future(self.send({"type": "do", "id": id, "command": self.outbox[id]}))

    def _answered(self, id: str, result: int | Refused) -> None:
        self.outbox.pop(id, None)
        asked = self._asked.pop(id, None)
        if asked is None or asked.done():
            return
        if isinstance(result, int):
            asked.set_result(result)
        else:
            asked.set_exception(result)

    # --- speaking -------------------------------------------------------------------------------------------------------

    async def send(self, message: Json | str | bytes) -> None:
        """Sends a frame as it is; without a connection it is lost."""
        if self._socket is not None:
            with contextlib.suppress(ConnectionClosed):
                await self._socket.send(message if isinstance(message, str | bytes) else json.dumps(message))

    def ask(self, command: Json, id: str = "") -> asyncio.Future[int]:
        """Puts a command into the outbox and sends it; the answer is the seq, or `Refused`."""
        id = id or str(uuid.uuid4())
        self.outbox[id] = command
        self._asked[id] = asyncio.get_running_loop().create_future()
        if self.here:
            self._sending = asyncio.ensure_future(self.send({"type": "do", "id": id, "command": command}))
        return self._asked[id]

    async def do(self, command: Json, id: str = "") -> int:
        """Gives a command and waits for its seq. Raises `Refused`."""
        return await asyncio.wait_for(self.ask(command, id), 10)

    async def refusal(self, command: Json) -> str:
        """Gives a command that must be refused; gives the code."""
        try:
            seq = await self.do(command)
        except Refused as refused:
            return refused.code
        raise AssertionError(f"carried out as {seq}: {command}")

    async def ping(self) -> int:
        """The server's time. All that the server sent before has then been heard."""
        t = random.getrandbits(40)
        self._pongs[t] = asyncio.get_running_loop().create_future()
        await self.send({"type": "ping", "t": t})
        return await asyncio.wait_for(self._pongs[t], 10)

    async def until(self, true: Callable[[], object], seconds: float = 10.0) -> None:
        """Waits until something is so; looked at after every frame. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while not true():
                self._heard.clear()
                await self._heard.wait()
