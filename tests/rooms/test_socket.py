"""The door of the room, and bad manners at it: refused or shown literally, logged once, nobody else disturbed."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import time
import unicodedata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from logging.handlers import BufferingHandler
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from moderation import Conference
from moderation.rights import RIGHTS
from moderation.view import view
from server.accounts.keys import new_id
from server.accounts.links import public_link
from server.accounts.seats import seat_of
from server.accounts.sessions import open_session, sign_out
from server.accounts.staff import disable_account
from server.clock import now
from server.rooms import socket as door_of_the_room
from server.rooms.rooms import LiveRoom
from tests.client import NotLetIn, enter
from tests.rooms.house import House, until
from tests.rooms.silence import Silence
from tests.rooms.test_matrix import message


@asynccontextmanager
async def raw(house: House, live: LiveRoom, person: str, hello: bool = True, **headers: str) -> AsyncIterator[ClientConnection]:
    """A socket with nothing around it."""
    seat = house.door(live, person)
    given = headers or {"Authorization": f"Bearer {seat.secret}"}
    async with connect(f"ws{house.base[4:]}/ws/{seat.seat}", additional_headers=given, compression=None, proxy=None, max_size=None) as socket:
        if hello:
            await socket.send('{"type":"hello"}')
            while json.loads(await socket.recv())["type"] != "snapshot":
                pass
        yield socket


async def end_of(socket: ClientConnection) -> tuple[int | None, list[dict[str, Any]]]:
    """The close code, and what was said before."""
    said = []
    try:
        async with asyncio.timeout(5):
            async for text in socket:
                said.append(json.loads(text))
    except ConnectionClosed:
        pass
    return socket.close_code, said


async def unmoved(house: House, live: LiveRoom) -> Conference:
    """The state once all presence is noted."""
    await until(lambda: all(live.room.state.people[p].present for p in live.hub._staff))
    return await house.still(live)


# --- the door -----------------------------------------------------------------------------------------------------------


async def test_only_own_pages_and_programs_with_a_secret_open_a_socket(house: House) -> None:
    """Cross-site WebSocket hijacking (row 29): a foreign, missing or `null` origin is refused before the handshake is accepted."""
    live = await house.conference()
    seat = house.door(live, "oanh")
    cookie = f"__Host-s-{seat.seat}={seat.secret}"
    url = f"ws{house.base[4:]}/ws/{seat.seat}"
    for origin in ("https://evil.example", "null", house.base.replace("127.0.0.1", "127.0.0.1.evil.example"), None):
        with pytest.raises(InvalidStatus) as refused:
            async with connect(url, additional_headers={"Cookie": cookie} | ({"Origin": origin} if origin else {}), proxy=None):
                pass
        assert refused.value.response.status_code == 403
    async with connect(url, additional_headers={"Cookie": cookie, "Origin": house.base}, proxy=None) as socket:
        await socket.send('{"type":"hello"}')
        assert json.loads(await socket.recv())["audience"] == "citizen"


async def test_without_a_valid_secret_nothing_but_goodbye(house: House) -> None:
    live = await house.conference()
    seat = house.door(live, "oanh")
    for where, headers in (
        (seat.seat, {"Authorization": "Bearer nonsense"}),
        (new_id(), {"Authorization": f"Bearer {seat.secret}"}),
        (seat.seat, {"Origin": house.base}),
        (seat.seat, {"Origin": house.base, "Cookie": f"s-{seat.seat}={seat.secret}"}),
    ):
        async with connect(f"ws{house.base[4:]}/ws/{where}", additional_headers=headers, proxy=None) as socket:
            code, said = await end_of(socket)
            assert code == 4401 and [s["type"] for s in said] == ["bye"], (where, headers)


async def test_a_thousand_wrong_secrets_disturb_nobody(house: House) -> None:
    """Row 26: who fails at another's door does not throw them out."""
    live = await house.conference()
    oanh = await house.come(live, "oanh")
    for n in range(100):
        async with connect(f"ws{house.base[4:]}/ws/{oanh.door.seat}", additional_headers={"Authorization": f"Bearer {n}"}, proxy=None) as socket:
            assert (await end_of(socket))[0] == 4401
    await oanh.ping()
    assert oanh.code is None and (await house.client(oanh.door).come()).audience == "citizen"


async def test_a_socket_ends_with_the_session_it_stands_on(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signing out ends the screens of that browser, closing the account those of all, with what they send and hear; nobody else's."""
    monkeypatch.setattr(door_of_the_room, "LOOK_AGAIN", 0.1)
    live, parts, engine = await house.conference(), house.parts, house.parts.media
    assert isinstance(engine, Silence)
    chair, other = await house.come(live, "chair"), await house.come(live, "co-chair")

    with parts.engine.begin() as database:
        account = seat_of(database, chair.door.seat).account
        assert account
        here, there = (open_session(database, parts.keys, now(), 3_600_000, account=account) for _ in range(2))
    signed_out, disabled = [await house.client(replace(chair.door, secret=secret)).come() for secret in (here, there)]
    with parts.engine.begin() as database:
        sign_out(database, parts.keys, here, now())
    await signed_out.until(lambda: signed_out.code)
    assert (signed_out.code, signed_out.bye and signed_out.bye["reason"]) == (4401, "no_seat")
    await disabled.ping()
    assert not engine.removed
    with parts.engine.begin() as database:
        disable_account(database, account, True, now())
    await disabled.until(lambda: disabled.code)
    await chair.until(lambda: chair.code)
    assert (disabled.code, chair.code) == (4401, 4401), "a seat is no way around the account that holds it"
    await until(lambda: (live.id, "chair") in engine.removed)
    await other.ping()


async def test_hello_comes_first_in_time_and_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_of_the_room, "HELLO_WITHIN", 0.3)
    live = await house.conference()
    for first in ('{"type":"ping","t":1}', '{"type":"do","id":"early-1","command":{"do":"undo"}}', "[]", "{"):
        async with raw(house, live, "chair", hello=False) as socket:
            await socket.send(first)
            code, said = await end_of(socket)
            assert code == 1008 and [s["type"] for s in said] == ["bye"]
    async with raw(house, live, "chair", hello=False) as socket:
        assert (await end_of(socket))[0] == 4408
    chair = await house.come(live, "chair")
    await chair.send('{"type":"hello"}')
    await chair.until(lambda: '"frame_malformed"' in chair.frames[-1])
    await chair.ping()


async def test_a_person_has_twelve_screens_and_no_more(house: House) -> None:
    live = await house.conference()
    screens = [await house.come(live, "oanh") for _ in range(door_of_the_room.PER_PERSON)]
    one_more = await house.client(screens[0].door).come()
    assert one_more.code == 4429 and not one_more.view
    await screens[0].leave()
    await until(lambda: len(live.hub.sockets_of("oanh")) < door_of_the_room.PER_PERSON)
    assert (await house.client(screens[0].door).come()).view


async def test_who_sends_too_much_is_slowed_and_then_closed(house: House) -> None:
    """Each command over the limit is refused as too fast and changes nothing; who does not stop is closed, and others do not feel it."""
    live = await house.conference()
    chair = await house.come(live, "chair")
    command = json.dumps({"type": "do", "id": "fast-1", "command": {"do": "close_queue"}})
    async with raw(house, live, "oanh") as socket:
        for _ in range(100):
            await socket.send(command)
        answers: list[str] = []
        while len(answers) < 100:
            said = json.loads(await socket.recv())
            answers += [said["code"]] if said["type"] == "refused" else []
        assert set(answers) == {"not_allowed", "too_fast"} and answers.count("not_allowed") >= door_of_the_room.BURST - 1
        for _ in range(door_of_the_room.PATIENCE + 100):
            await socket.send(command)
        code, last = await end_of(socket)
    assert code == 4429 and last[-1]["type"] == "bye"
    assert await chair.do({"do": "close_queue"}) == live.room.state.seq


async def test_one_citizen_does_not_fill_the_record(house: House) -> None:
    """Twelve screens give no more commands than one, nor does coming back; others, and the citizen a little later, are served."""
    live = await house.conference()
    door = house.door(live, "oanh")
    phuc = await house.come(live, "phuc")
    before, started = live.room.state.seq, time.monotonic()
    for n in range(3):
        screens = [await house.client(door).come() for _ in range(4)]
        for k, screen in enumerate(screens):
            for m in range(10):
                entry = f"entry-{n}-{k}-{m}"
                await screen.send({"type": "do", "id": f"ask-{entry}", "command": {"do": "enqueue", "entry": entry, "topic": "x"}})
                await screen.send({"type": "do", "id": f"off-{entry}", "command": {"do": "withdraw", "entry": entry}})
        for screen in screens:
            await screen.ping()
            await screen.leave()
    facts = [r for r in await house.parts.journal.read(live.id, before) if r.by == "oanh"]
    assert 0 < len(facts) <= door_of_the_room.ASKS_AT_ONCE + door_of_the_room.ASKS_PER_SECOND * (time.monotonic() - started) + 1
    await phuc.do({"do": "enqueue", "entry": "phuc-1", "topic": "Rác thải"})
    oanh = await house.client(door).come()
    open_ = [e.id for e in live.room.state.queue.entries.values() if e.person == "oanh" and e.waiting]
    await oanh.do({"do": "withdraw", "entry": open_[0]} if open_ else {"do": "enqueue", "entry": "oanh-late", "topic": "x"})


# --- bad frames ---------------------------------------------------------------------------------------------------------

BAD = [
    "", "[]", "{", '{"type":"x"}', '{"type":"hello","more":1}', '{"type":"ping","t":"1"}', '{"type":"ping","t":1,"t":1}', '{"type":"ping","t":NaN}',
    '{"type":"signal","signal":{"kind":"\\u0000"}}', '{"type":"signal","signal":{"kind":"\\ud83d"}}', "[" * 7_000,
    '{"type":"do","id":"x","command":{}}',
    '{"type":"do","id":"ab-1","command":{"do":"undo"},"by":"chair"}', '{"type":"snapshot","view":{}}',
]  # fmt: skip


@pytest.mark.parametrize("frame", BAD)
async def test_a_bad_frame_is_answered_and_logged_once_and_repeated_nonsense_closes(house: House, frame: str) -> None:
    live = await house.conference()
    chair, secretary = await house.come(live, "chair"), await house.come(live, "secretary")
    before = await unmoved(house, live)
    log, heard = logging.getLogger("server.rooms.socket"), BufferingHandler(1_000)
    log.addHandler(heard)
    log.setLevel(logging.INFO)
    try:
        async with raw(house, live, "oanh") as socket:
            for n in range(door_of_the_room.FORGIVEN + 5):
                if n == 2:
                    await socket.send('{"type":"ping","t":5}')
                await socket.send(frame)
            code, said = await end_of(socket)
    finally:
        log.removeHandler(heard)
    assert code == 1008 and said[-1]["type"] == "bye"
    refused = [s for s in said if s["type"] == "refused"]
    assert len(refused) == door_of_the_room.FORGIVEN and {s["code"] for s in refused} == {"frame_malformed"}
    assert all(s["message"] and s["id"] == "" for s in refused) and any(s["type"] == "pong" for s in said)
    assert sum("malformed frame from oanh" in record.getMessage() for record in heard.buffer) == 1
    for client in (chair, secretary):
        await client.ping()
        assert client.view == view(live.room.state, client.audience)
    assert live.room.state is before


@pytest.mark.parametrize(
    ("frame", "as_text", "code"),
    [
        (b"\x00\x01", False, 1008),
        (b'{"type":"ping","t":1}', False, 1008),
        (b'{"type":"ping","t":1,"\xff":1}', True, 1007),
        (b"\xc3\x28", True, 1007),
        (b'{"type":"ping","t":1}' + b" " * 16_384, True, 1009),
        ('{"type":"hello","lang":"' + "ệ" * 6_000 + '"}', True, 1009),
        (b" " * 200_000, True, 1009),
    ],
)
async def test_some_frames_close_at_once(house: House, frame: Any, as_text: bool, code: int) -> None:
    live = await house.conference()
    chair = await house.come(live, "chair")
    async with raw(house, live, "oanh") as socket:
        await socket.send(frame, text=as_text)
        assert (await end_of(socket))[0] == code
    async with raw(house, live, "oanh", hello=False) as socket:
        await socket.send(frame, text=as_text)
        assert (await end_of(socket))[0] in (code, 1008)
    await chair.ping()
    assert chair.code is None


# --- bad texts ----------------------------------------------------------------------------------------------------------

NAMES = [
    ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
    ("{{7*7}} %0d%0aBcc: x", "{{7*7}} %0d%0aBcc: x"),
    ("\u202eChủ tịch\u202c\u2066", "Chủ tịch"),
    (unicodedata.normalize("NFD", "Nguyễn Thị Hường"), "Nguyễn Thị Hường"),
    ("'; DROP TABLE fact; --", "'; DROP TABLE fact; --"),
    ('=HYPERLINK("http://x")', '=HYPERLINK("http://x")'),
]


async def test_names_are_kept_literally_without_what_cannot_be_seen(house: House) -> None:
    live = await house.conference()
    desk, office = await house.come(live, "desk"), await house.come(live, "office")
    for n, (typed, kept) in enumerate(NAMES):
        await desk.do({"do": "register_person", "person": f"nguoi-{n}", "identity": {"name": typed}})
        await office.until(lambda n=n: f"nguoi-{n}" in office.view["people"])  # type: ignore[misc]
        assert office.view["people"][f"nguoi-{n}"]["name"] == kept == desk.view["people"][f"nguoi-{n}"]["name"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("x" * 10_000, "text_too_long"),
        ("x" * 121, "text_too_long"),
        ("", "text_missing"),
        (" \t\n", "text_missing"),
        ("\u200b\u202e", "text_missing"),
    ],
)
async def test_names_that_are_none_are_refused(house: House, name: str, code: str) -> None:
    live = await house.conference()
    desk = await house.come(live, "desk")
    before = await unmoved(house, live)
    assert await desk.refusal({"do": "register_person", "person": "nguoi-1", "identity": {"name": name}}) == code
    assert live.room.state is before


@pytest.mark.parametrize(
    ("name", "code"),
    [("x" * 10_000, "malformed_request"), ("x" * 500, "text_too_long"), (" ", "text_missing"), ("A\u202eB", "text_unfit"), ("A\0B", "text_unfit")],
)
async def test_a_stranger_by_the_public_link_needs_a_name_too(house: House, name: str, code: str) -> None:
    live = await house.conference()
    with house.parts.engine.begin() as database:
        public = public_link(database, house.parts.keys, live.id, now())
    before = await unmoved(house, live)
    with pytest.raises(NotLetIn) as out:
        await enter(house.base, token=public, name=name)
    assert out.value.code == code and live.room.state is before


async def test_a_refusal_says_why_in_the_language_of_the_screen(house: House) -> None:
    live = await house.conference()
    for lang, word in (("vi", "Vai trò"), ("en", "role")):
        oanh = await house.come(live, "oanh", lang=lang)
        assert await oanh.refusal({"do": "close_queue"}) == "not_allowed"
        said = json.loads(next(text for text in oanh.frames if text.startswith('{"type":"refused"')))
        assert word in said["message"], said


# --- fuzz ---------------------------------------------------------------------------------------------------------------

FRAMES = 10_000


def nonsense(chance: random.Random) -> str | bytes:
    """A frame that looks like one, or hardly. To raise a hand is a citizen's right, and would not be refused."""
    command = message(chance.choice([command for command in RIGHTS if command.name != "enqueue"]))
    command[chance.choice(["do", "entry", "person", "by", "x" * chance.randrange(40)])] = chance.choice(
        [None, 1, -1, [], {}, "", "\u202e", "chair", [[[]]]]
    )
    frame: Any = {"type": chance.choice(["do", "do", "do", "hello", "ping", "signal", ""]), "id": f"fuzz-{chance.randrange(99)}", "command": command}
    text = json.dumps(frame, ensure_ascii=chance.random() < 0.5)
    match chance.randrange(8):
        case 0:
            place = chance.randrange(len(text))
            return text[:place] + chance.choice(['"', "{", "}", ",", "\\", "\\u0000", "\ud7ff", "NaN", "1e999"]) + text[place:]
        case 1:
            return text[: chance.randrange(len(text))]
        case 2:
            return text.encode()
        case 3:
            return bytes(chance.randrange(256) for _ in range(chance.randrange(30)))
        case 4:
            return text.replace(":", chance.choice([":[", "::", ":{", ""]), 1)
    return text


async def test_ten_thousand_mad_frames_disturb_nobody(house: House) -> None:
    """Row 25: one screen goes mad, comes back whenever it is closed, and goes on. The others work, and nothing is changed but by them."""
    live = await house.conference()
    workers = {person: await house.come(live, person) for person in ("chair", "secretary", "phuc", "minh", "display")}
    start = (await unmoved(house, live)).seq
    chance = random.Random(20_260_727)
    codes: set[int | None] = set()
    sent = 0

    async def rage() -> None:
        nonlocal sent
        while sent < FRAMES:
            async with raw(house, live, "oanh") as socket:
                hearing = asyncio.create_task(end_of(socket))
                try:
                    while sent < FRAMES and not hearing.done():
                        for _ in range(25):
                            frame = nonsense(chance)
                            await socket.send(frame, text=isinstance(frame, str) or chance.random() < 0.5)
                            sent += 1
                        await asyncio.sleep(0)
                    await socket.close()
                except ConnectionClosed:
                    pass
                codes.add((await hearing)[0])

    raging = asyncio.create_task(rage())
    done = 0
    while not raging.done():
        entry = f"phuc-{done}"
        await workers["phuc"].do({"do": "enqueue", "entry": entry, "topic": "Đèn đường"})
        await workers["chair"].do({"do": "close_queue"})
        await workers["chair"].do({"do": "open_queue"})
        await workers["phuc"].do({"do": "withdraw", "entry": entry})
        done += 1
        await asyncio.sleep(0.1)
    await raging
    assert sent >= FRAMES and {1007, 1008} <= codes <= {1000, 1007, 1008, 1009, 4429}
    assert done > 3
    for client in workers.values():
        await client.ping()
        assert client.code is None and client.view == view(live.room.state, client.audience)
    others = {(record.by, record.type) for record in await house.parts.journal.read(live.id, start) if record.by not in ("phuc", "chair", "system")}
    assert not others, "no fact is by the mad one"
    assert (await house.come(live, "oanh")).view == workers["phuc"].view
