"""Writes `docs/protocol.schema.json`: every frame and every command as JSON Schema, from the dataclasses that define them (`make protocol`).

For whoever writes another client, in whatever language; a test refuses a stale file. The commands of the browser's own type checker are in
`web/static/room/commands.d.ts`.
"""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from moderation.kernel import Role
from moderation.rights import RIGHTS
from server.rooms.frames import ASKED, SAID
from server.rooms.messages import adapter

FILE = Path(__file__).resolve().parents[2] / "docs" / "protocol.schema.json"

Json = dict[str, Any]


def schema() -> Json:
    """The whole schema: `from_client` and `from_server` are the frames, `commands` what goes into a `do` frame."""
    given = {command.name: command for command, (roles, _) in RIGHTS.items() if roles != {Role.SYSTEM}}
    groups: dict[str, dict[str, type[Any]]] = {"from_client": ASKED, "from_server": SAID, "commands": given}
    kinds = {(group, word): kind for group, words in groups.items() for word, kind in words.items()}
    made, shared = TypeAdapter.json_schemas([(key, "validation", adapter(kind)) for key, kind in kinds.items()])
    defs: Json = {name: plain(value) for name, value in shared["$defs"].items()}
    out: Json = {group: {} for group in groups}
    for (key, _), found in made.items():
        assert isinstance(key, tuple)
        group, word = key
        whole = defs.pop(found["$ref"].removeprefix("#/$defs/")) if "$ref" in found else plain(found)
        out[group][word] = worded(whole, "do" if group == "commands" else "type", word, kinds[group, word])
    out["from_client"]["do"]["properties"]["command"] = {"anyOf": [{"$ref": f"#/$defs/commands/{word}"} for word in given]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "description": "The protocol of the room; docs/protocol.md explains it. Made by server/rooms/schema.py.",
        "anyOf": [{"$ref": f"#/$defs/{group}/{word}"} for group in ("from_client", "from_server") for word in out[group]],
        "$defs": out | defs,
    }


def worded(found: Json, key: str, word: str, kind: type[Any]) -> Json:
    """The schema of one frame or command with the word by which it is known, and what it means."""
    fields = {name.rstrip("_"): value for name, value in found.get("properties", {}).items() if name != key}
    return {
        "description": inspect.getdoc(kind) or "",
        "type": "object",
        "properties": {key: {"const": word}} | fields,
        "required": [key, *(name for name in found.get("required", []) if name != key)],
        "additionalProperties": False,
    }


def plain(found: Any) -> Any:
    """The schema without the titles that repeat the names of fields."""
    if isinstance(found, dict):
        return {key: plain(value) for key, value in found.items() if not (key == "title" and isinstance(value, str))}
    return [plain(value) for value in found] if isinstance(found, list) else found


def written() -> str:
    return json.dumps(schema(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
