"""The door of the room: one WebSocket per screen, from the first frame to the goodbye. See docs/protocol.md."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from moderation import Refusal, Role
from server.accounts.seats import Seat
from server.clock import now
from server.errors import language_of
from server.i18n import chosen_language, t
from server.rooms.bucket import Bucket
from server.rooms.frames import Ack, Bye, Do, Hello, Ping, Pong, Refused, Signal
from server.rooms.hub import NO_SEAT, OUT, REFUSED, TOO_MANY, Hub, Socket, pack
from server.rooms.messages import TOO_LARGE, Malformed, command_from, frame_from
from server.rooms.rooms import LiveRoom, Rooms
from server.rooms.wire import Frame, Outlet

log = logging.getLogger(__name__)

HELLO_WITHIN = 10.0
PER_SECOND, BURST = 20.0, 60.0
"""Frames a socket may send: on average, and at once."""

ASKS_PER_SECOND, ASKS_AT_ONCE = 2.0, BURST
"""Commands of a citizen that are carried out, from all screens together: what changes something costs everybody."""

PATIENCE = 200
"""Frames over the limit after which the socket is closed."""

PER_PERSON = 12
"""Sockets one person may have open."""

FORGIVEN = 8
"""Malformed frames that are answered before the socket is closed."""

LOOK_AGAIN = 5.0
"""Seconds after which it is looked at again whether one may still sit there; for staff, whose sessions end while they are connected. What ends a
citizen's, a refusal, comes from the room itself."""

BINARY = "binary frame"
FATAL = {BINARY: 1008, TOO_LARGE: 1009}
"""Malformed frames after which a socket is closed at once, with their codes."""

Sitter = Callable[[WebSocket, str], Awaitable[Seat]]
"""Who sits on a seat, by the connection's cookie or bearer secret. Raises `Refusal`."""


def socket_routes(rooms: Rooms, sitter: Sitter) -> APIRouter:
    """The route `/ws/{seat}`."""
    router = APIRouter()

    @router.websocket("/ws/{seat}")
    async def room_socket(websocket: WebSocket, seat: str) -> None:
        lang = language_of(websocket)
        try:
            sitting = await sitter(websocket, seat)
            live = await rooms.get(sitting.conference)
        except Refusal as refusal:
            await websocket.accept()
            refused = refusal.code == "seat_revoked"
            await goodbye(websocket, REFUSED if refused else NO_SEAT, "refused" if refused else "no_seat", lang)
            return
        await websocket.accept()
        try:
            hello = await asyncio.wait_for(first_frame(websocket), HELLO_WITHIN)
        except TimeoutError:
            await goodbye(websocket, 4408, "no_hello", lang)
            return
        except Malformed as malformed:
            log.info("no hello from seat %s: %s", seat, malformed.reason)
            await goodbye(websocket, 1008, "malformed", lang)
            return
        except WebSocketDisconnect:
            return
        await visit(websocket, live, sitting, hello, chosen_language(hello.lang, lang), sitter)

    return router


async def first_frame(websocket: WebSocket) -> Hello:
    message = frame_from(await text_of(websocket))
    if not isinstance(message, Hello):
        raise Malformed("hello comes first")
    return message


async def text_of(websocket: WebSocket) -> str:
    message = await websocket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    text = message.get("text")
    if text is None:
        raise Malformed(BINARY)
    return str(text)


async def goodbye(websocket: WebSocket, code: int, reason: str, lang: Any) -> None:
    with contextlib.suppress(Exception):
        await websocket.send_text(pack(Bye(code=code, reason=reason, message=t(lang, f"bye.{reason}"))).decode())
        await websocket.close(code, reason)


async def visit(websocket: WebSocket, live: LiveRoom, seat: Seat, hello: Hello, lang: Any, sitter: Sitter) -> None:
    """A screen's stay in the room."""
    hub = live.hub
    state = live.room.state
    who = state.people.get(seat.person)
    if who is None:
        await goodbye(websocket, NO_SEAT, "no_seat", lang)
        return
    if who.standing in OUT:  # since the handshake, or before a crash that left the seat open
        await goodbye(websocket, REFUSED, OUT[who.standing], lang)
        return
    if len(hub.sockets_of(seat.person)) >= PER_PERSON:
        await goodbye(websocket, TOO_MANY, "too_many", lang)
        return
    socket = Socket(seat.person, Outlet(websocket), hello.as_, lang)
    hub.add(socket, hello.since, hello.epoch)
    loop = asyncio.get_running_loop()
    bucket = Bucket(PER_SECOND, BURST, loop.time())
    malformed = 0
    tasks: set[asyncio.Task[None]] = set()
    watch = asyncio.create_task(while_seated(websocket, live, seat, socket, sitter)) if seat.account else None
    try:
        while not socket.outlet.closed:
            try:
                message = frame_from(await text_of(websocket))
            except Malformed as error:
                malformed += 1
                if malformed == 1:
                    log.info("malformed frame from %s: %s", seat.person, error.reason)
                if malformed > FORGIVEN or error.reason in FATAL:
                    await hub.say_goodbye(socket, FATAL.get(error.reason, 1008), "malformed")
                    return
                answer(hub, socket, "", Refusal("frame_malformed", reason=error.reason))
                continue
            socket.heard_at = loop.time()
            if not bucket.take(socket.heard_at):
                if bucket.over > PATIENCE:
                    await hub.say_goodbye(socket, TOO_MANY, "too_many")
                    return
                if isinstance(message, Do):
                    answer(hub, socket, message.id, Refusal("too_fast"))
                continue
            if isinstance(message, Do):
                task = asyncio.create_task(carry_out(live, socket, message))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
            elif isinstance(message, Ping):
                hub.tell(socket, Frame(pack(Pong(t=message.t, now=now()))))
            elif isinstance(message, Signal):
                volatile(hub, socket, message.signal)
            else:
                answer(hub, socket, "", Refusal("frame_malformed", reason="hello comes once"))
    except (WebSocketDisconnect, RuntimeError):
        pass  # the other side went
    except asyncio.CancelledError:
        if not socket.outlet.given_up:
            raise
    finally:
        if watch is not None:
            watch.cancel()
        hub.drop(socket)


async def while_seated(websocket: WebSocket, live: LiveRoom, seat: Seat, socket: Socket, sitter: Sitter) -> None:
    """Ends a screen once the session it stands on has ended: signed out, the account closed, or a new password. With a person's last screen goes what
    the person sends and hears."""
    while not socket.outlet.closed:
        await asyncio.sleep(LOOK_AGAIN)
        try:
            await sitter(websocket, seat.id)
        except Refusal as refusal:
            if refusal.code != "seat_revoked":  # which the room does itself, and says so
                if live.hub.sockets_of(seat.person) <= {socket}:
                    await live.silence(seat.person)
                await live.hub.say_goodbye(socket, NO_SEAT, "no_seat")
                return
        except Exception:
            log.exception("seat %s not looked at", seat.id)


async def carry_out(live: LiveRoom, socket: Socket, message: Do) -> None:
    """A command: acknowledged when durable, or refused with code and sentence. What changed nothing does not count as asked."""
    asking = asking_of(live, socket.person)
    if asking is not None and not asking.take(asyncio.get_running_loop().time()):
        answer(live.hub, socket, message.id, Refusal("too_fast"))
        return
    before, seq = live.room.state.seq, 0
    try:
        seq = await live.room.do(message.id, socket.person, command_from(message.command))
    except Refusal as refusal:
        answer(live.hub, socket, message.id, refusal)
    else:
        live.hub.tell(socket, Frame(pack(Ack(id=message.id, seq=seq))))
    if asking is not None and seq <= before:
        asking.give_back()


def asking_of(live: LiveRoom, person: str) -> Bucket | None:
    """How much a citizen may still ask for; None for those who hold the conference."""
    if live.room.state.people[person].roles != {Role.CITIZEN}:
        return None
    return live.hub.asking.setdefault(person, Bucket(ASKS_PER_SECOND, ASKS_AT_ONCE, asyncio.get_running_loop().time()))


def answer(hub: Hub, socket: Socket, id: str, refusal: Refusal) -> None:
    sentence = t(socket.lang, f"refusal.{refusal.code}", **refusal.details)
    hub.tell(socket, Frame(pack(Refused(id=id, code=refusal.code, details=refusal.details, message=sentence))))


def volatile(hub: Hub, socket: Socket, signal: dict[str, Any]) -> None:
    """Signals from clients: who writes where. Anything else is let fall."""
    line = signal.get("line")
    if signal.get("kind") == "typing" and socket.audience == "secretary" and (line is None or (isinstance(line, str) and len(line) <= 64)):
        hub.typing(socket, line)
