"""Every code that the rules give to a screen has its sentence."""

from __future__ import annotations

import re
from pathlib import Path

from moderation.agenda import POINTS
from moderation.conclusion import Kind
from moderation.kernel import EVOLVE
from server.i18n import catalogue

RULES = "\n".join(path.read_text(encoding="utf-8") for path in sorted((Path(__file__).resolve().parents[2] / "moderation").glob("*.py")))


def test_every_refusal_of_the_rules_has_a_sentence() -> None:
    codes = set(re.findall(r'Refusal\(\s*"(\w+)"', RULES))
    assert len(codes) > 80
    assert {f"refusal.{code}" for code in codes} <= catalogue("vi").keys()


def test_every_reason_for_a_place_in_the_queue_has_a_sentence() -> None:
    reasons = {"procedure", "follow_up", "spoken", "time", "longest", "turn", "overtaken", "moved", "held"}
    assert all(f'"{reason}"' in RULES for reason in reasons)
    assert {f"why.{reason}" for reason in reasons} == {key for key in catalogue("vi") if key.startswith("why.")}


def test_every_act_that_can_be_undone_has_a_name() -> None:
    acts = {f"act.{fact.name}" for fact in EVOLVE if fact.undoable}
    assert acts <= catalogue("vi").keys()


def test_every_outcome_and_every_point_of_the_agenda_has_a_name() -> None:
    points = {f"agenda.point_{point}" for points in POINTS.values() for point in points}
    assert points | {f"outcome.{kind}" for kind in Kind} <= catalogue("vi").keys()
