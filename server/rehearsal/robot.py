"""One simulated participant: enters by a link or code, follows the room, gives commands, and has a voice and a picture of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import urllib.error
import urllib.request
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

import websockets
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from moderation.kernel import Command, Refusal
from moderation.view import merge
from server.accounts.keys import new_id
from server.rehearsal.voice import Picture, Voice


class Robot:
    """A participant without a person. `view` and `me` are what a person in its place would see."""

    def __init__(self, base: str, person: str, number: int) -> None:
        self.base = base.rstrip("/")
        self.person = person
        self.number = number
        self.seat = ""
        self.view: dict[str, Any] = {}
        self.me: dict[str, Any] = {}
        self.gone = ""
        self._secret = ""
        self._socket: Any = None
        self._waiting: dict[str, asyncio.Future[int]] = {}
        self._ready = asyncio.Event()
        self._work: set[asyncio.Task[None]] = set()
        self._peer: RTCPeerConnection | None = None
        self.voice = Voice(number)
        self._picture = Picture(number)

    # --- entering ---------------------------------------------------------------------------------------------------------

    async def post(self, path: str, body: bytes, kind: str = "application/json", **headers: str) -> tuple[bytes, Any]:
        """Body and headers of the answer to a POST. Raises `OSError` when refused."""

        def send() -> tuple[bytes, Any]:
            request = urllib.request.Request(f"{self.base}{path}", body, {"Content-Type": kind, "Origin": self.base, **headers})
            with urllib.request.urlopen(request, timeout=15) as answer:
                return answer.read(), answer.headers

        return await asyncio.to_thread(send)

    async def enter(self, link: str) -> None:
        """Enters by a personal link."""
        await self._seated("/api/enter", {"token": urlsplit(link).fragment})

    async def enter_by_code(self, code: str) -> None:
        """Enters by a one-time code of the desk, as somebody in the hall does with their own phone (R7)."""
        await self._seated("/api/code", {"code": code})

    async def _seated(self, path: str, body: dict[str, str]) -> None:
        answer, headers = await self.post(path, json.dumps(body).encode())
        self.seat = json.loads(answer)["seat"]
        cookie = next(c for c in headers.get_all("Set-Cookie") if f"s-{self.seat}=" in c)
        self._secret = cookie.split(";")[0].partition("=")[2]
        self._keep(self._follow())
        await asyncio.wait_for(self._ready.wait(), 20)

    async def code_for(self, person: str) -> str:
        """A code for somebody whom this seat has registered."""
        answer, _ = await self.post(
            f"/api/seats/{self.seat}/codes", json.dumps({"person": person}).encode(), Cookie=f"__Host-s-{self.seat}={self._secret}"
        )
        return str(json.loads(answer)["code"])

    # --- following --------------------------------------------------------------------------------------------------------

    def _keep(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def _follow(self) -> None:
        address = f"ws{self.base[4:]}/ws/{self.seat}"
        while not self.gone:
            try:
                async with websockets.connect(
                    address, additional_headers={"Authorization": f"Bearer {self._secret}"}, compression=None, max_size=2**22
                ) as socket:
                    self._socket = socket
                    await socket.send(json.dumps({"type": "hello", "lang": "vi"}))
                    pinging = asyncio.create_task(self._ping(socket))
                    try:
                        async for frame in socket:
                            self._take(json.loads(frame))
                    finally:
                        pinging.cancel()
            except (OSError, websockets.WebSocketException):
                await asyncio.sleep(0.5)

    async def _ping(self, socket: Any) -> None:
        while True:
            await asyncio.sleep(10)
            await socket.send('{"type":"ping","t":0}')

    def _take(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind == "snapshot":
            self.view, self.me = message["view"], message["me"]
            self._ready.set()
        elif kind == "patch":
            self.view = merge(self.view, message["patch"])
        elif kind == "me":
            self.me = message["me"]
        elif kind in ("ack", "refused"):
            waiting = self._waiting.pop(message["id"], None)
            if waiting and not waiting.done():
                if kind == "ack":
                    waiting.set_result(message["seq"])
                else:
                    waiting.set_exception(Refusal(message["code"], **message["details"]))
        elif kind == "bye":
            self.gone = message["reason"]
        self.voice.speaking = bool(self.me.get("heard"))

    async def do(self, command: Command) -> int:
        """Gives a command. Raises `Refusal`."""
        id = new_id()
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting[id] = answer
        await self._socket.send(json.dumps({"type": "do", "id": id, "command": {"do": command.name, **wire(command)}}))
        return await asyncio.wait_for(answer, 15)

    # --- sound and picture ------------------------------------------------------------------------------------------------

    async def publish(self) -> None:
        """Sends voice and picture (WHIP). What is heard of it the room decides."""
        if self._peer is not None:
            return
        self._peer = peer = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        peer.addTransceiver(self.voice, "sendonly")
        peer.addTransceiver(self._picture, "sendonly")
        await peer.setLocalDescription(await peer.createOffer())
        try:
            answer, _ = await self.post(
                f"/whip/{self.seat}", peer.localDescription.sdp.encode(), "application/sdp", Cookie=f"__Host-s-{self.seat}={self._secret}"
            )
        except urllib.error.HTTPError:
            await self.silence()
            return
        await peer.setRemoteDescription(RTCSessionDescription(answer.decode(), "answer"))

    async def silence(self) -> None:
        """Stops sending."""
        peer, self._peer = self._peer, None
        if peer is not None:
            await peer.close()
            self.voice, self._picture = Voice(self.number), Picture(self.number)

    async def leave(self) -> None:
        self.gone = self.gone or "left"
        await self.silence()
        for task in list(self._work):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


def wire(command: Command) -> dict[str, Any]:
    """A command's fields as they go over the wire."""
    return asdict(command)  # type: ignore[call-overload,no-any-return]
