"""Between bytes and values: frames from clients, commands, and facts in the journal, each defined once, by its dataclass.

Everything from outside is checked here: unknown fields, wrong types, doubled keys, NaN, NUL and lone surrogates are refused, text is made NFC and
loses what cannot be seen, so that behind this door a text is a text.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import is_dataclass
from functools import cache
from typing import Any, get_args, get_type_hints

import orjson
from pydantic import TypeAdapter, ValidationError

from moderation import history, rights
from moderation.kernel import EVOLVE, Command, Fact, Refusal
from server.rooms.frames import ASKED, Do, Hello, Ping, Signal
from server.unseen import seen

__all__ = ["Malformed", "command_from", "decode", "encode", "facts", "frame_from", "history"]

MAX_FRAME = 16_384
MAX_DEPTH = 12
TOO_LARGE = "too large"


class Malformed(Exception):
    """A frame that is no message of the protocol. `reason` is for the log and for the developer of the client."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


# --- frames -------------------------------------------------------------------------------------------------------------

_ID = re.compile(r"[A-Za-z0-9._-]{4,64}")
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        raise Malformed("doubled key")
    return out


def _no_constant(name: str) -> Any:
    raise Malformed(f"{name} is not JSON")


def tidy(value: Any, depth: int = 0) -> Any:
    """The value with all its texts tidied. What is too deep, not finite or no text is refused."""
    if depth > MAX_DEPTH:
        raise Malformed("too deep")
    if isinstance(value, str):
        return tidy_text(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise Malformed("number out of range")
    if isinstance(value, dict):
        return _no_doubles([(tidy_text(k), tidy(v, depth + 1)) for k, v in value.items()])
    if isinstance(value, list):
        return [tidy(v, depth + 1) for v in value]
    return value


def tidy_text(text: str) -> str:
    """The text in NFC, without control characters (but line feed and tab) and without what is not `seen`. NUL and lone surrogates are refused."""
    if "\0" in text:
        raise Malformed("NUL in text")
    text = _CONTROL.sub("", text)
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Malformed("lone surrogate in text") from None
    return seen(text)


def frame_from(text: str) -> Hello | Do | Signal | Ping:
    """The message in a text frame, or `Malformed`."""
    if len(text) > MAX_FRAME or len(text.encode("utf-8", "replace")) > MAX_FRAME:
        raise Malformed(TOO_LARGE)
    try:
        value = json.loads(text, object_pairs_hook=_no_doubles, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Malformed("not JSON") from None
    value = tidy(value)
    if not isinstance(value, dict) or not isinstance(value.get("type"), str) or value["type"] not in ASKED:
        raise Malformed("unknown type")
    kind = ASKED[value.pop("type")]
    if kind is Hello and "as" in value:
        value["as_"] = value.pop("as")
    try:
        message: Hello | Do | Signal | Ping = adapter(kind).validate_json(orjson.dumps(value))
    except (ValidationError, orjson.JSONEncodeError) as error:
        raise Malformed(first_error(error)) from None
    if isinstance(message, Do) and not _ID.fullmatch(message.id):
        raise Malformed("bad id")
    return message


# --- commands -----------------------------------------------------------------------------------------------------------

COMMANDS: dict[str, type[Command]] = {command.name: command for command in rights.RIGHTS}


def command_from(value: dict[str, Any]) -> Command:
    """The command in a `do` message. Raises `Refusal`: `command_unknown`, or `command_malformed` with the field."""
    value = dict(value)
    name = value.pop("do", None)
    if not isinstance(name, str) or name not in COMMANDS:
        raise Refusal("command_unknown", command=str(name)[:40])
    try:
        command: Command = adapter(COMMANDS[name]).validate_json(orjson.dumps(value))
    except (ValidationError, orjson.JSONEncodeError) as error:
        raise Refusal("command_malformed", command=name, reason=first_error(error)) from None
    return command


def first_error(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, first['loc']))[:60]}: {first['msg'][:120]}"
    return str(error)[:120]


ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


def adapter(kind: type[Any]) -> TypeAdapter[Any]:
    """Strict, with unknown fields forbidden, for a dataclass and all that it holds."""
    if kind not in ADAPTERS:
        for part in parts(kind):
            part.__pydantic_config__ = {"extra": "forbid", "strict": True}
        ADAPTERS[kind] = TypeAdapter(kind)
    return ADAPTERS[kind]


def parts(kind: type[Any]) -> list[Any]:
    """The dataclass and the dataclasses in its fields, inner ones first."""
    found: list[Any] = []

    def look(annotation: Any) -> None:
        if is_dataclass(annotation) and annotation not in found:
            for hint in get_type_hints(annotation).values():
                look(hint)
            found.append(annotation)
        for inner in get_args(annotation):
            look(inner)

    look(kind)
    return found


# --- facts --------------------------------------------------------------------------------------------------------------

PRIVATE = "identity"
"""The field of a fact that is personal data: kept beside the chain, not in it."""


@cache
def facts() -> dict[str, type[Fact]]:
    """All facts by the name they have in the journal."""
    return {fact.name: fact for fact in EVOLVE}


def field_names(kind: type[Fact]) -> frozenset[str]:
    return frozenset(getattr(kind, "__dataclass_fields__", ()))


def encode(fact: Fact) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """A fact as (payload, private): JSON-able values. What is personal is only in the second."""
    payload: dict[str, Any] = adapter(type(fact)).dump_python(fact, mode="json")
    personal = payload.pop(PRIVATE, None) if PRIVATE in field_names(type(fact)) else None
    return payload, None if personal is None else {PRIVATE: personal}


def decode(name: str, payload: dict[str, Any], private: dict[str, Any] | None = None) -> Fact:
    """The fact of a record. Where personal data was erased the identity is None."""
    kind = facts()[name]
    value = dict(payload)
    if PRIVATE in field_names(kind):
        value[PRIVATE] = private[PRIVATE] if private else None
    fact: Fact = adapter(kind).validate_json(orjson.dumps(value))
    return fact
