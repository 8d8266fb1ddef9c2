"""Every rule of the room has its tests, by number."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent

RULES = {n: f"test_r{n}_" for n in range(1, 46)}

ELSEWHERE = {39: "the journal: tests/db", 45: "the screens: tests/browser"}
"""Rules that are not kept here, and where they are."""


def found() -> dict[int, list[str]]:
    """R-number → the tests that are named after it."""
    tests: dict[int, list[str]] = {n: [] for n in RULES}
    for file in sorted(TESTS.glob("test_*.py")):
        for name, number in re.findall(r"^def (test_r(\d+)_\w+)", file.read_text("utf-8"), re.MULTILINE):
            tests[int(number)].append(f"{file.name}::{name}")
    return tests


@pytest.mark.parametrize("number", sorted(RULES.keys() - ELSEWHERE.keys()))
def test_every_rule_has_a_test_that_bears_its_number(number: int) -> None:
    assert found()[number]


def test_no_test_bears_the_number_of_no_rule() -> None:
    assert set(found()) == set(RULES)


def test_rules_kept_elsewhere_have_no_test_here() -> None:
    assert not any(found()[number] for number in ELSEWHERE)


def test_the_chapters_are_each_covered_by_the_test_file_of_their_name() -> None:
    chapters = {"people", "agenda", "queue", "floor", "conduct", "minutes", "conclusion", "view", "rights", "history"}
    assert {f.stem.removeprefix("test_") for f in TESTS.glob("test_*.py")} >= chapters
