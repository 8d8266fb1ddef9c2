"""Who may give which command when (R3): the whole matrix of roles, commands and phases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from moderation import RIGHTS, Actor, Command, Conference, Phase, Refusal, Role, actor, open_to
from moderation.kernel import DECIDE
from moderation.people import Standing
from moderation.rights import BARE, entitled
from moderation.view import PARTS, me
from tests.moderation.hall import Hall

HOLDER = {
    Role.CHAIR: "chair",
    Role.OFFICE: "office",
    Role.SECRETARY: "secretary",
    Role.DESK: "desk",
    Role.OPERATOR: "op-east",
    Role.AGENCY: "agency",
    Role.CITIZEN: "minh",
    Role.MONITOR: "monitor",
    Role.DISPLAY: "display",
}


@pytest.fixture(scope="module")
def room() -> Conference:
    return Hall().opened(4).c


def test_r3_every_command_has_a_line_in_the_table_and_every_line_a_command() -> None:
    assert set(RIGHTS) == set(DECIDE)
    assert all(roles and phases for roles, phases in RIGHTS.values())


@pytest.mark.parametrize("command", RIGHTS, ids=lambda command: command.name)
def test_r3_what_is_not_in_the_table_is_refused(room: Conference, command: type[Command]) -> None:
    roles, phases = RIGHTS[command]
    for role, person in HOLDER.items():
        for phase in Phase:
            c = replace(room, phase=phase)
            expected = "not_allowed" if role not in roles else "" if phase in phases else "not_now"
            assert verdict(c, actor(c, person), command) == expected, (role, phase)


def verdict(c: Conference, by: Actor, command: type[Command]) -> str:
    try:
        entitled(c, by, command)
    except Refusal as refusal:
        return refusal.code
    return ""


def test_r1_monitor_and_display_see_and_never_act() -> None:
    for role in (Role.MONITOR, Role.DISPLAY):
        assert [command.name for command, (roles, _) in RIGHTS.items() if role in roles] == ["join"]


def test_r3_the_roles_of_an_actor_are_those_of_the_state(room: Conference) -> None:
    assert actor(room, "op-east") == Actor("op-east", frozenset({Role.OPERATOR}), "east")
    with pytest.raises(Refusal, match="person_unknown"):
        actor(room, "stranger")


@pytest.mark.parametrize("standing", [Standing.LOBBY, Standing.TURNED_AWAY, Standing.REFUSED])
def test_r3_who_is_not_in_the_room_gives_no_command_at_all(room: Conference, standing: Standing) -> None:
    c = replace(room, people={**room.people, "minh": replace(room.people["minh"], standing=standing)})
    by = actor(c, "minh")
    assert {verdict(c, by, command) for command, (roles, phases) in RIGHTS.items() if Role.CITIZEN in roles and c.phase in phases} == {"not_in_room"}


def test_r3_a_command_unknown_to_the_table_is_refused(room: Conference) -> None:
    class TurnOffTheLights(Command):
        pass

    assert verdict(room, actor(room, "chair"), TurnOffTheLights) == "not_allowed"


def test_r3_the_screens_know_what_the_rules_would_say() -> None:
    hall = Hall().opened(4)
    chair = me(hall.c, "chair")["may"]
    assert chair["call_next"] == "queue_empty" and chair["open_queue"] == "nothing_to_change" and chair["close_queue"] == ""
    assert me(hall.c, "co-chair")["may"]["call_next"] == "gavel_elsewhere"
    assert me(hall.c, "secretary")["may"]["finish_minutes"] == "not_now"
    hall.ask("minh")
    assert me(hall.c, "chair")["may"]["call_next"] == ""


def test_r3_a_button_is_enabled_exactly_when_the_server_would_agree() -> None:
    hall = Hall().opened(4)
    hall.ask("minh"), hall.next(), hall.ask("oanh")
    for person in hall.c.people:
        by = actor(hall.c, person)
        for name, code in open_to(hall.c, by, hall.now).items():
            command = next(k for k in RIGHTS if k.name == name)
            if command in BARE:
                attempt = Hall.__new__(Hall)
                attempt.__dict__.update(hall.__dict__, journal=[])
                if code:
                    attempt.refused(code, command(), person)
                else:
                    attempt.do(command(), person)


def test_every_role_has_a_view() -> None:
    assert set(PARTS) | {"operator"} == {r.value for r in Role} - {"system"}
