"""What the log never holds."""

from __future__ import annotations

import logging

import pytest

from server.logs import Discreet, discreet


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("/hop/x?token=secret", "/hop/x"),
        ("GET /a?b=c HTTP/1.1", "GET /a HTTP/1.1"),
        ("Hường\n2026 forged line", "Hường\\u000a2026 forged line"),
        ("\x1b[2J", "\\u001b[2J"),
        ("abc\u202edef", "abc\\u202edef"),
        ("plain", "plain"),
    ],
)
def test_queries_and_control_characters_stay_out(written: str, kept: str) -> None:
    assert discreet(written) == kept
    record = logging.LogRecord("x", logging.INFO, "x", 1, "%s %d", (written, 5), None)
    assert Discreet().filter(record)
    assert record.getMessage() == f"{kept} 5"
