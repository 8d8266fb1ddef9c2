"""Everything the office says is in the catalogue: acts, columns and kinds of the history, stages, refusals, and each key that a template names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from moderation.case.rights import RIGHTS
from moderation.case.stages import Stage
from server.db.all_tables import metadata
from server.i18n import LANGUAGES, catalogue

ROOT = Path(__file__).resolve().parents[2]
UNTOLD = {
    "fact",
    "account",
    "seat",
    "session",
    "link",
    "code",
    "schema_version",
    "history",
    "taken_form",
    "message",
    "alembic_version",
    "conference_figure",
}
"""Tables whose rows are not told in the history."""
QUIET = {"id", "conference", "version", "created"}
"""Columns that the history does not show."""


def said(text: str) -> set[str]:
    """Keys that are named in full."""
    return set(re.findall(r'\bt\("([a-z_]+\.[A-Za-z0-9_.-]+)"[,)]', text))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_key_that_a_template_names_is_there(lang: str) -> None:
    keys = set().union(*(said(path.read_text("utf-8")) for path in (ROOT / "web/templates").rglob("*.html")))
    assert len(keys) > 200
    assert sorted(keys - catalogue(lang).keys()) == []


def test_every_refusal_has_a_sentence() -> None:
    sources = [*(ROOT / "server").rglob("*.py"), *(ROOT / "moderation").rglob("*.py")]
    codes = set().union(*(re.findall(r'[^a-zA-Z]Refusal\(\s*"(\w+)"', path.read_text("utf-8")) for path in sources))
    assert sorted(code for code in codes if f"refusal.{code}" not in catalogue("vi")) == []


def test_every_act_and_every_stage_has_a_name() -> None:
    assert sorted(f"act.{action}" for action in RIGHTS if f"act.{action}" not in catalogue("vi")) == []
    assert sorted(stage for stage in Stage if f"stage.{stage}" not in catalogue("vi")) == []


def test_every_table_and_column_of_the_history_has_a_name() -> None:
    tables = [table for table in metadata.sorted_tables if table.name not in UNTOLD]
    assert sorted(table.name for table in tables if f"kind.{table.name}" not in catalogue("vi")) == []
    columns = {column.name for table in tables for column in table.c} - QUIET
    assert sorted(name for name in columns if f"column.{name}" not in catalogue("vi")) == []
