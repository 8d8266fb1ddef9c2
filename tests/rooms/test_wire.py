"""The last metre: both ways of writing to a socket tell the same story, and a socket that does not read holds up nobody."""

from __future__ import annotations

import asyncio
import json
import socket as sockets
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from starlette.types import ASGIApp, Message
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame as WireFrame
from websockets.frames import Opcode

from moderation.minutes import WriteLine
from moderation.view import view
from server.accounts.keys import new_id
from server.app import create_app
from server.rooms import hub, wire
from server.rooms.rooms import LiveRoom
from server.rooms.wire import Frame
from server.settings import Settings
from tests.client import Door, merged
from tests.rooms.house import House, open_house, until
from tests.rooms.phases import bring_to_step
from tests.rooms.silence import Silence
from tests.rooms.test_kill import prepared


@pytest_asyncio.fixture(params=["room", "stock"])
async def either(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    """A server with the room's protocol class, and one with uvicorn's own."""
    async with open_house(tmp_path, stock=request.param == "stock") as house:
        yield house


async def test_both_ways_tell_the_same_story(either: House) -> None:
    live = await either.conference()
    await bring_to_step(live, 4)
    chair, oanh, display = [await either.come(live, person) for person in ("chair", "oanh", "display")]
    await oanh.do({"do": "enqueue", "entry": "oanh-1", "topic": "Đèn đường"})
    await chair.do({"do": "call_next"})
    await oanh.until(lambda: oanh.me.get("prompt"))
    await oanh.do({"do": "take_floor", "entry": "oanh-1"})
    assert await oanh.refusal({"do": "close_queue"}) == "not_allowed"
    await oanh.leave()
    await chair.do({"do": "extend_time", "seconds": 30})
    await oanh.come()
    await chair.do({"do": "refuse", "person": "oanh", "ground": "no_capacity", "words": "…"})
    await oanh.until(lambda: oanh.code is not None)
    assert oanh.code == 4403 and oanh.bye and oanh.me["standing"] == "refused"
    for client in (chair, display):
        await client.ping()
        assert client.view == view(live.room.state, client.audience)


def test_a_frame_is_the_same_bytes_as_the_library_makes() -> None:
    for length in (0, 125, 126, 65_535, 65_536):
        text = b"x" * length
        frame = Frame(text)
        assert frame.wire == WireFrame(Opcode.TEXT, text).serialize(mask=False)
        assert frame.wire is frame.wire, "made once"


# --- who does not read --------------------------------------------------------------------------------------------------


class Deaf:
    """A screen that opens its socket, says hello, and then reads only when told to. Its receive buffer is as small as the system allows."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self.frames: list[dict[str, Any]] = []
        self.code: int | None = None

    @classmethod
    async def come(cls, house: House, live: LiveRoom, person: str) -> Deaf:
        door = house.door(live, person)
        raw = sockets.socket()
        raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 1)
        raw.setblocking(False)
        host, _, port = house.base.removeprefix("http://").partition(":")
        await asyncio.get_running_loop().sock_connect(raw, (host, int(port)))
        headers = {"Authorization": f"Bearer {door.secret}"}
        socket = await connect(
            f"ws://{host}:{port}/ws/{door.seat}", sock=raw, additional_headers=headers, compression=None, max_queue=1, max_size=None
        )
        await socket.send('{"type":"hello"}')
        return cls(socket)

    async def listen(self) -> None:
        """Reads all that is there, to the end."""
        try:
            async for text in self._socket:
                self.frames.append(json.loads(text))
        except ConnectionClosed:
            pass
        self.code = self._socket.close_code

    async def ping(self) -> None:
        await self._socket.send('{"type":"ping","t":1}')

    def vanish(self) -> None:
        """The machine is switched off."""
        self._socket.transport.abort()


async def flood(live: LiveRoom, enough: Callable[[], object]) -> None:
    """Tells the secretaries much, until the system's own buffers are full and the server's backlog as well."""
    text = "chữ " * 1_900
    for n in range(3_000):
        if enough():
            return
        await live.room.do(new_id(), "secretary", WriteLine(f"line-{n % 8}", f"{n} {text}", n // 8))
    raise AssertionError("35 MB were taken by a socket that does not read")


async def test_who_does_not_read_holds_up_nobody_and_is_told_to_come_back(house: House) -> None:
    live = await house.conference()
    await bring_to_step(live, 1)
    deaf = await Deaf.come(house, live, "second")
    others = [await house.come(live, "secretary"), await house.come(live, "second")]
    await until(lambda: len(live.hub.sockets_of("second")) == 2)
    await flood(live, lambda: len(live.hub.sockets_of("second")) == 1)
    for client in others:
        await client.ping()
        assert client.view == view(live.room.state, "secretary")
    assert not others[1].bye
    await deaf.listen()
    assert deaf.code == 1013 and deaf.frames[-1]["type"] == "bye" and deaf.frames[-1]["code"] == 1013
    seqs = [frame["seq"] for frame in deaf.frames if frame["type"] == "patch"]
    assert seqs == sorted(set(seqs)) and seqs[-1] < live.room.state.seq, "in order as far as it came"
    back = house.client(others[1].door)
    back.epoch, back.seq, back.view = deaf.frames[0]["epoch"], deaf.frames[0]["seq"], deaf.frames[0]["view"]
    for frame in deaf.frames:
        if frame["type"] == "patch":
            back.seq, back.view = frame["seq"], merged(back.view, frame["patch"])
    await back.come()
    await back.ping()
    assert back.view == view(live.room.state, "secretary")


async def test_who_never_reads_is_cut_off_and_forgotten(either: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a client keeps sending, and where nobody waits for it any more: nothing of it stays."""
    monkeypatch.setattr(wire, "PATIENCE", 0.3)
    live = await either.conference()
    await bring_to_step(live, 1)
    chair = await either.come(live, "chair")
    deaf = await Deaf.come(either, live, "second")
    await until(lambda: live.hub.sockets_of("second"))
    sockets = list(live.hub.sockets_of("second"))
    await flood(live, lambda: any(s.outlet.closed for s in sockets))
    await deaf.ping()
    await until(lambda: not live.hub.sockets_of("second"), 10)
    protocol = sockets[0].outlet._protocol
    if protocol is not None:
        await until(lambda: protocol.disconnected)
    await chair.ping()
    assert chair.view == view(live.room.state, "chair")
    deaf.vanish()


async def test_a_large_snapshot_on_a_slow_line_is_no_reason_to_be_sent_away(house: House) -> None:
    """A snapshot beyond the backlog is waited for: otherwise who has a slow line would be sent away again after every return."""
    live = await house.conference()
    await bring_to_step(live, 1)
    for n in range(400):
        await live.room.do(new_id(), "secretary", WriteLine(f"line-{n}", f"{n} " + "chữ " * 1_900))
    deaf = await Deaf.come(house, live, "second")
    await until(lambda: live.hub.sockets_of("second"))
    chair = await house.come(live, "chair")
    for n in range(3):
        await chair.do({"do": "close_queue" if n % 2 == 0 else "open_queue"})
    assert not any(s.outlet.closed for s in live.hub.sockets_of("second"))
    listening = asyncio.create_task(deaf.listen())
    await until(lambda: len([f for f in deaf.frames if f["type"] == "patch"]) >= 3)
    assert deaf.frames[0]["type"] == "snapshot"
    listening.cancel()
    deaf.vanish()


async def test_who_falls_silent_is_given_up(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "SILENT_FOR", 1.0)
    monkeypatch.setattr(hub, "SWEEP_EVERY", 0.2)
    live = await house.conference()
    oanh, phuc = await house.come(live, "oanh"), await house.come(live, "phuc")
    for _ in range(6):
        await phuc.ping()
        await asyncio.sleep(0.4)
    assert oanh.code == 1001 and oanh.bye and oanh.bye["reason"] == "silent"
    assert phuc.code is None


# --- plain ASGI ---------------------------------------------------------------------------------------------------------


class Plain:
    """One WebSocket as another ASGI server would bring it: events in, events out, no transport to write to."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._in: asyncio.Queue[Message] = asyncio.Queue()
        self._out: asyncio.Queue[Message] = asyncio.Queue()
        scope = {
            "type": "websocket", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "ws", "path": f"/ws/{door.seat}", "root_path": "",
            "raw_path": b"", "query_string": b"", "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 1), "subprotocols": [],
            "headers": [(b"host", b"localhost"), (b"authorization", f"Bearer {door.secret}".encode())],
        }  # fmt: skip
        self._in.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.ensure_future(app(scope, self._in.get, self._out.put))

    async def event(self) -> Message:
        return await asyncio.wait_for(self._out.get(), 5)

    def say(self, **event: Any) -> None:
        self._in.put_nowait({"type": "websocket.receive", **event})

    async def hears(self, *kinds: str) -> dict[str, Any]:
        """The next frame of one of these types."""
        while True:
            event = await self.event()
            if event["type"] == "websocket.send":
                said: dict[str, Any] = json.loads(event["text"])
                if said["type"] in kinds:
                    return said

    async def ended(self) -> None:
        self._in.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await asyncio.wait_for(self._task, 5)


async def test_another_server_than_uvicorn_serves_the_room_too(tmp_path: Path) -> None:
    doors = await prepared(tmp_path)
    app = create_app(Settings(data_dir=tmp_path), Silence())
    async with app.router.lifespan_context(app):
        secretary, oanh = Plain(app, doors["secretary"]), Plain(app, doors["oanh"])
        for session in (secretary, oanh):
            assert (await session.event())["type"] == "websocket.accept"
            session.say(text='{"type":"hello"}')
            assert (await session.hears("snapshot"))["seq"] > 0
        command = {"do": "write_line", "line": "line-1", "text": "Chào"}
        secretary.say(text=json.dumps({"type": "do", "id": "save-1", "command": command}))
        heard = [await secretary.hears("ack", "patch")]
        while heard[-1]["type"] != "ack":
            heard.append(await secretary.hears("ack", "patch"))
        told = next(frame["patch"] for frame in heard if frame["type"] == "patch" and frame["seq"] == heard[-1]["seq"])
        assert told["minutes"]["lines"]["line-1"]["text"] == "Chào"
        oanh.say(bytes=b"\0\1")
        assert (await oanh.hears("bye"))["code"] == 1008
        assert (await oanh.event())["code"] == 1008
        for session in (secretary, oanh):
            await session.ended()
