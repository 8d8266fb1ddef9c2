"""Who may do what (R3), asked of the running server over raw sockets: every command, as every role, in every phase, into the own conference and into
another. Refused means refused with the table's code, and nothing has changed."""

from __future__ import annotations

import inspect
import json
from contextlib import suppress
from dataclasses import MISSING, fields
from enum import Enum
from types import ModuleType, NoneType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

import moderation
from moderation import Identity, Phase, Role
from moderation.agenda import ResumeSession, TakeBreak
from moderation.kernel import DECIDE, Command
from moderation.people import AddPerson, Channel, Knock
from moderation.plan import Plan
from moderation.rights import RIGHTS
from server.accounts.keys import new_id
from server.rooms.messages import COMMANDS, adapter
from tests.client import Client, Door
from tests.rooms.house import PEOPLE, House
from tests.rooms.phases import bring_to

MANY = (*PEOPLE, AddPerson("late", (Role.CITIZEN,), Identity("Chưa vào"), Channel.ONLINE))
ACTORS = {
    "chair": Role.CHAIR, "co-chair": Role.CHAIR, "office": Role.OFFICE, "secretary": Role.SECRETARY, "desk": Role.DESK, "operator": Role.OPERATOR,
    "agency": Role.AGENCY, "monitor": Role.MONITOR, "display": Role.DISPLAY, "oanh": Role.CITIZEN, "late": Role.CITIZEN, "knocker": Role.CITIZEN,
}  # fmt: skip
"""Person → role: one of each role, a chair without the gavel, a citizen who has not joined, and one who waits in the lobby."""

VERDICTS = {"not_allowed", "not_now", "not_in_room", "not_joined"}


def sample(kind: Any) -> Any:
    """A value of a field's type that names nobody and nothing there is."""
    if kind is NoneType:
        return None
    if get_args(kind):
        return (sample(get_args(kind)[0]),) if get_origin(kind) is tuple else sample(get_args(kind)[0])
    if issubclass(kind, Enum):
        return next(iter(kind))
    return {str: "nobody", int: 0, bool: True, Identity: Identity("Ai đó"), Plan: Plan("Kế hoạch khác")}[kind]


def message(command: type[Command]) -> dict[str, Any]:
    """The command as it goes over the wire, with values for what it must hold."""
    hints = get_type_hints(command)
    needed = [f.name for f in fields(command) if f.default is MISSING and f.default_factory is MISSING]  # type: ignore[arg-type]
    value = adapter(command).dump_python(command(**{name: sample(hints[name]) for name in needed}), mode="json")
    return {"do": command.name} | {name: value[name] for name in needed}


def verdict(actor: str, command: type[Command], phase: Phase) -> str:
    """What the table says: a code, or "" where the decision is left to the chapter."""
    roles, phases = RIGHTS[command]
    if ACTORS[actor] not in roles:
        return "not_allowed"
    if phase not in phases:
        return "not_now"
    if actor == "knocker":
        return "not_in_room"
    return "not_joined" if actor == "late" and command.name != "join" else ""


def modules(package: ModuleType) -> list[ModuleType]:
    return [m for _, m in inspect.getmembers(package, inspect.ismodule) if m.__name__.startswith("moderation.")]


def test_every_command_has_its_line_in_the_table() -> None:
    """A command that is forgotten in the table fails here, and is refused to everybody until then."""
    defined = {
        value.name
        for module in modules(moderation)
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, Command) and value is not Command
    }
    assert len(defined) > 60
    assert defined == {command.name for command in RIGHTS} == set(COMMANDS) == {command.name for command in DECIDE}


@pytest.mark.parametrize("phase", Phase)
async def test_every_command_as_every_role(house: House, phase: Phase) -> None:
    live = await house.conference(people=MANY, joined=False)
    for person in [p.person for p in MANY if p.person != "late"]:
        await live.room.do(new_id(), person, COMMANDS["join"](notice_read=True, rules_accepted=True))  # type: ignore[call-arg]
    await live.room.do(new_id(), None, Knock("knocker", Identity("Khách")))
    await bring_to(live, phase)
    clients = {actor: await house.come(live, actor) for actor in ACTORS}
    await house.still(live)
    cells = [(command, actor) for command in RIGHTS for actor in ACTORS]
    barred = [(command, actor) for command, actor in cells if verdict(actor, command, phase)]
    asked = [(command, actor) for command, actor in cells if not verdict(actor, command, phase)]
    asked.sort(key=lambda cell: (cell[0] in (TakeBreak, ResumeSession), cell[1] == "chair"))  # what changes the phase comes last

    before = live.room.state
    wrong = []
    for command, actor in barred:
        code = await clients[actor].refusal(message(command))
        if code != verdict(actor, command, phase):
            wrong.append((actor, command.name, code))
    assert not wrong
    assert live.room.state is before and house.parts.journal.head(live.id)[0] == before.seq

    for command, actor in asked:
        assert live.room.state.phase is phase
        code = await outcome(clients[actor], message(command))
        if code in {*VERDICTS, "command_malformed", "command_unknown", "internal"}:
            wrong.append((actor, command.name, code))
    assert not wrong
    print(f"{phase.value}: {len(barred)} barred, {len(asked)} left to the rules")


async def outcome(client: Client, command: dict[str, Any]) -> str:
    """The code of the refusal, or "" when it was carried out."""
    seq = client.ask(command)
    try:
        await seq
    except Exception as refused:
        return str(getattr(refused, "code", refused))
    return ""


async def test_no_seat_of_one_conference_opens_another(house: House) -> None:
    """Whoever sits in A says every command into B: on B's seats, with the secret of A, as cookie and as bearer. Nothing is heard, nothing changes."""
    a, b = await house.conference("dt-a"), await house.conference("dt-b")
    before = await house.still(b)
    for person in [p.person for p in PEOPLE]:
        own, other = house.door(a, person), house.door(b, person)
        for headers in (
            {"Authorization": f"Bearer {own.secret}"},
            {"Cookie": f"__Host-s-{other.seat}={own.secret}; __Host-s-{own.seat}={own.secret}", "Origin": house.base},
        ):
            said = await shouted(Door(house.base, other.seat, ""), headers)
            assert [frame["type"] for frame in said] == ["bye"] and said[0]["code"] == 4401, (person, said)
    assert b.room.state is before and house.parts.journal.head(b.id)[0] == before.seq


async def shouted(door: Door, headers: dict[str, str]) -> list[dict[str, Any]]:
    """All commands sent without waiting for anything; gives what came back."""
    said: list[dict[str, Any]] = []
    url = f"ws{door.base.removeprefix('http')}/ws/{door.seat}"
    async with connect(url, additional_headers=headers, compression=None, proxy=None) as socket:
        with suppress(ConnectionClosed):
            await socket.send(json.dumps({"type": "hello"}))
            for command in RIGHTS:
                await socket.send(json.dumps({"type": "do", "id": new_id(), "command": message(command)}))
        with suppress(ConnectionClosed):
            async for text in socket:
                said.append(json.loads(text))
        assert socket.close_code == 4401
    return said


async def test_ids_of_another_conference_mean_nothing(house: House) -> None:
    """The chair of A names people, entries and lines of B."""
    a, b = await house.conference("dt-a"), await house.conference("dt-b", people=[*PEOPLE, AddPerson("bich", (Role.CITIZEN,), Identity("Bích"))])
    bich = await house.come(b, "bich")
    await bich.do({"do": "enqueue", "entry": "bich-1", "topic": "Nước sạch"})
    await bring_to(a, Phase.RUNNING)
    chair = await house.come(a, "chair")
    before = await house.still(b)
    assert await chair.refusal({"do": "refuse", "person": "bich", "ground": "under_influence", "words": "…"}) == "person_unknown"
    assert await chair.refusal({"do": "call_entry", "entry": "bich-1"}) == "entry_unknown"
    assert await chair.refusal({"do": "remove_entry", "entry": "bich-1"}) == "entry_unknown"
    assert b.room.state is before


async def test_nobody_names_an_actor(house: House) -> None:
    """Who acts is taken from the session: a frame or a command that names somebody else is refused as malformed (R3)."""
    live = await house.conference()
    oanh = await house.come(live, "oanh")
    before = await house.still(live)
    for more in ({"by": "chair"}, {"actor": "chair"}, {"user_id": "chair"}, {"roles": ["chair"]}):
        assert await oanh.refusal({"do": "close_queue"} | more) == "command_malformed"
        await oanh.send({"type": "do", "id": new_id(), "command": {"do": "close_queue"}} | more)
        await oanh.until(lambda: '"frame_malformed"' in oanh.frames[-1])
    assert await oanh.refusal({"do": "enqueue", "entry": "entry-1", "topic": "x", "person": "minh"}) == "only_for_yourself"
    assert live.room.state is before


async def test_the_first_in_the_room_is_not_its_chair(house: House) -> None:
    """Nobody holds the gavel by coming first, and no citizen ever takes it (R2)."""
    live = await house.conference(people=[p for p in PEOPLE if p.person not in ("chair", "co-chair")])
    oanh = await house.come(live, "oanh")
    assert live.room.state.gavel is None
    assert await oanh.refusal({"do": "take_gavel", "reason": "trước tiên"}) == "not_allowed"
    await live.room.do(new_id(), None, PEOPLE[0])
    assert live.room.state.gavel == "chair"
