"""The protocol as JSON Schema: never stale, and saying what the server takes."""

from __future__ import annotations

import json
from typing import Any

from moderation.kernel import Role
from moderation.rights import RIGHTS
from server.rooms import schema
from server.rooms.frames import ASKED, SAID
from server.rooms.messages import command_from
from tests.rooms.test_matrix import message

WRITTEN: dict[str, Any] = json.loads(schema.FILE.read_text(encoding="utf-8"))


def test_the_schema_is_not_stale() -> None:
    assert schema.FILE.read_text(encoding="utf-8") == schema.written(), "write it anew: make protocol"


def test_every_frame_and_every_command_of_people_is_in_it() -> None:
    defs = WRITTEN["$defs"]
    assert defs["from_client"].keys() == ASKED.keys() and defs["from_server"].keys() == SAID.keys()
    assert defs["commands"].keys() == {command.name for command, (roles, _) in RIGHTS.items() if roles != {Role.SYSTEM}}
    assert all(found["description"] for group in ("from_client", "from_server", "commands") for found in defs[group].values())


def test_every_reference_leads_somewhere() -> None:
    def references(value: Any) -> list[str]:
        if isinstance(value, list):
            return [ref for one in value for ref in references(one)]
        if isinstance(value, dict):
            return ([value["$ref"]] if "$ref" in value else []) + [ref for one in value.values() for ref in references(one)]
        return []

    found = references(WRITTEN)
    assert len(found) > 70
    for ref in found:
        place = WRITTEN
        for step in ref.removeprefix("#/").split("/"):
            place = place[step]


def test_it_asks_of_commands_what_the_server_asks() -> None:
    """The fields that it requires are those without which the server refuses, and those that it knows are those that the server takes."""
    for command, (roles, _) in RIGHTS.items():
        if roles == {Role.SYSTEM}:
            continue
        found = WRITTEN["$defs"]["commands"][command.name]
        assert set(message(command)) == set(found["required"])
        assert found["properties"].keys() == {"do", *getattr(command, "__dataclass_fields__", {})}
        assert command_from(message(command)).name == command.name
