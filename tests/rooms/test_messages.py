"""The edge where bytes become values: whatever comes in, a message, a command or a refusal comes out, and behind it a text is a text."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation import Refusal
from moderation.kernel import Command
from moderation.queue import Enqueue, LimitQueue, Motive
from server.rooms.frames import Do, Hello, Ping, Signal
from server.rooms.messages import COMMANDS, MAX_FRAME, Malformed, command_from, frame_from, tidy_text

WORDS = st.one_of(st.text(max_size=40), st.sampled_from(["do", "type", "id", "command", "hello", "ping", "enqueue", "entry", "topic", "oanh-1"]))
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), WORDS),
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(WORDS, inner, max_size=5)),
    max_leaves=20,
)
FRAMES = st.builds(
    lambda kind, more: {"type": kind} | more, st.sampled_from(["hello", "do", "signal", "ping", "x"]), st.dictionaries(WORDS, JSON, max_size=4)
)


def read(text: str) -> Hello | Do | Signal | Ping | None:
    try:
        return frame_from(text)
    except Malformed:
        return None


def test_every_message_of_the_protocol_is_understood() -> None:
    assert read('{"type":"hello"}') == Hello()
    assert read('{"type":"hello","since":7,"epoch":"a","as":"desk","lang":"en"}') == Hello(7, "a", "desk", "en")
    assert read('{"type":"do","id":"0190-abcd","command":{"do":"undo"}}') == Do("0190-abcd", {"do": "undo"})
    assert read('{"type":"signal","signal":{"kind":"typing","line":null}}') == Signal({"kind": "typing", "line": None})
    assert read('{"type":"ping","t":12}') == Ping(12)


@pytest.mark.parametrize(
    "text",
    [
        "", "null", "[]", '"hello"', "{", "{}", '{"type":1}', '{"type":["hello"]}', '{"type":"snapshot"}', '{"type":"hello","more":1}',
        '{"type":"hello","since":"7"}', '{"type":"hello","since":7.0}', '{"type":"hello","since":true}', '{"type":"hello","as":null}',
        '{"type":"hello","type":"hello"}', '{"type":"do","id":"ab-1","command":{"do":"undo","do":"undo"}}', '{"type":"hello","type\u200b":"ping"}',
        '{"type":"ping","t":NaN}', '{"type":"ping","t":Infinity}', '{"type":"ping","t":1e999}', '{"type":"ping","t":1' + "0" * 5000 + "}",
        '{"type":"ping","t":99999999999999999999999}', '{"type":"hello","lang":"\\u0000"}', '{"type":"hello","lang":"\\ud800"}',
        '{"type":"do","id":"abc","command":{}}', '{"type":"do","id":"a b c d","command":{}}', '{"type":"do","id":"' + "a" * 65 + '","command":{}}',
        '{"type":"do","id":"ab-1","command":[]}', '{"type":"do","id":"ab-1"}', '{"type":"signal","signal":' + '{"a":' * 13 + "1" + "}" * 14,
        "[" * 8_000 + "]" * 8_000, '{"type":"hello","lang":"' + "x" * MAX_FRAME + '"}', '{"type":"hello","lang":"' + "ệ" * 6_000 + '"}',
    ],
)  # fmt: skip
def test_what_is_no_message_is_malformed(text: str) -> None:
    assert read(text) is None


@settings(max_examples=400)
@given(st.one_of(st.text(max_size=200), JSON.map(json.dumps), FRAMES.map(json.dumps), FRAMES.map(lambda v: json.dumps(v, ensure_ascii=False))))
def test_whatever_comes_in_a_message_or_malformed_comes_out(text: str) -> None:
    message = read(text)
    assert message is None or isinstance(message, Hello | Do | Signal | Ping)


@settings(max_examples=400)
@given(st.sampled_from([*COMMANDS, "nothing", ""]), st.dictionaries(WORDS, JSON, max_size=4))
def test_whatever_is_asked_a_command_or_a_refusal_comes_out(name: str, more: dict[str, Any]) -> None:
    message = read(json.dumps({"type": "do", "id": "ab-1", "command": {**more, "do": name}}))
    if isinstance(message, Do):
        command, code = asked(message.command)
        assert code or (isinstance(command, Command) and command.name == name)
        assert not code or code == ("command_malformed" if name in COMMANDS else "command_unknown")


def asked(value: dict[str, Any]) -> tuple[Command | None, str]:
    """The command, or the code of the refusal, whose details are JSON."""
    try:
        return command_from(value), ""
    except Refusal as refusal:
        json.dumps(refusal.details)
        return None, refusal.code


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"do": "enqueue", "entry": "e-01"}, "topic"),
        ({"do": "enqueue", "entry": "e-01", "topic": 5}, "topic"),
        ({"do": "enqueue", "entry": "e-01", "topic": "x", "motive": "loud"}, "motive"),
        ({"do": "enqueue", "entry": "e-01", "topic": "x", "by": "chair"}, "by"),
        ({"do": "enqueue", "entry": ["e-01", "e-02"], "topic": "x"}, "entry"),
        ({"do": "limit_queue", "limit": "5"}, "limit"),
        ({"do": "limit_queue", "limit": 5.5}, "limit"),
        ({"do": "admit", "persons": "oanh"}, "persons"),
        ({"do": "register_person", "person": "p-01", "identity": {"name": "x", "idcard": "1"}}, "identity"),
    ],
)
def test_a_malformed_command_is_refused_by_its_field(value: dict[str, Any], reason: str) -> None:
    with pytest.raises(Refusal) as refused:
        command_from(value)
    assert refused.value.code == "command_malformed" and refused.value.details["reason"].startswith(reason)


def test_a_command_is_what_its_dataclass_says() -> None:
    assert command_from({"do": "enqueue", "entry": "e-01", "topic": "x", "motive": "follow_up"}) == Enqueue("e-01", "x", Motive.FOLLOW_UP)
    assert command_from({"do": "limit_queue", "limit": None}) == LimitQueue(None)


# --- texts --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (unicodedata.normalize("NFD", "Nguyễn Thị Hường"), "Nguyễn Thị Hường"),
        ("\u202eDược\u202c", "Dược"),
        ("\u2066An\u2069 \u061cBình\u200f", "An Bình"),
        ("A\u200bn\ufeff B\u00adình\u2060", "An Bình"),
        ("e\u200b\u0301", "é"),
        ("Dòng\n\thai\x07\x1b[31m", "Dòng\n\thai[31m"),
        ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
        ("{{7*7}} =1+1 ../ %0d%0a", "{{7*7}} =1+1 ../ %0d%0a"),
        ("👩\u200d👧 \U0001f3f3\ufe0f\u200d🌈", "👩\u200d👧 \U0001f3f3\ufe0f\u200d🌈"),
        ("A\u200dB\u200d", "AB"),
        ("1\ufe0f\u20e3 ❤\ufe0f", "1\ufe0f\u20e3 ❤\ufe0f"),
        ("\u3164\u115f\u2800\uffa0", ""),
        ("Cô\ufe00 Hà\U000e0101\u034f\ufffe", "Cô Hà"),
        ("o" + "\u0335" * 90 + "k", "o" + "\u0335" * 4 + "k"),
    ],
)
def test_a_text_loses_what_cannot_be_seen_and_nothing_else(typed: str, kept: str) -> None:
    assert tidy_text(typed) == kept


@settings(max_examples=300)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80))
def test_a_tidy_text_stays_as_it_is(text: str) -> None:
    tidy = tidy_text(text)
    assert tidy_text(tidy) == tidy == unicodedata.normalize("NFC", tidy)
    assert not [c for c in tidy if unicodedata.category(c) in ("Cc", "Cf") and c not in "\n\t\r\u200d"]
