"""Writes `web/static/room/commands.d.ts`: every command with its fields, as TypeScript says them, from the dataclasses of the rules.

`python -m tests.web.commands` writes it anew; a test refuses a stale one.
"""

from __future__ import annotations

import types
import typing
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from moderation.rights import RIGHTS

FILE = Path(__file__).resolve().parents[2] / "web" / "static" / "room" / "commands.d.ts"
HEAD = "/** Every command and its fields (docs/protocol.md), written from the rules by `python -m tests.web.commands`. */\n\n"
PLAIN = {str: "string", int: "number", bool: "boolean", type(None): "null"}


def shape(kind: Any) -> str:
    """A Python type as TypeScript says it."""
    if kind in PLAIN:
        return PLAIN[kind]
    arguments = typing.get_args(kind)
    if isinstance(kind, types.UnionType) or typing.get_origin(kind) is typing.Union:
        return " | ".join(shape(one) for one in arguments)
    if typing.get_origin(kind) is tuple:
        return f"Array<{shape(arguments[0])}>"
    if is_dataclass(kind):
        return "{ " + "; ".join(members(kind)) + " }"
    if issubclass(kind, StrEnum):
        return " | ".join(f'"{value.value}"' for value in kind)
    raise TypeError(kind)


def members(kind: Any) -> list[str]:
    """The fields of a dataclass; those with a default may be left out."""
    hints = typing.get_type_hints(kind)
    optional = {f.name: f.default is not MISSING or f.default_factory is not MISSING for f in fields(kind)}
    return [f"{name}{'?' if left_out else ''}: {shape(hints[name])}" for name, left_out in optional.items()]


def written() -> str:
    """The whole file: the commands that people give, by name."""
    given = sorted((command for command, (roles, _) in RIGHTS.items() if roles != {"system"}), key=lambda command: command.name)
    lines = ["  | { " + "; ".join([f'do: "{command.name}"', *members(command)]) + " }" for command in given]
    return HEAD + "export type ExactCommand =\n" + "\n".join(lines) + ";\n"


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
