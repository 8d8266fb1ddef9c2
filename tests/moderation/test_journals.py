"""Journals that were once recorded fold for ever, to the same views."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from moderation import Conference, fold
from moderation.view import PARTS
from tests.moderation.recording import JOURNALS, hashed, promise, read, record

FILES = sorted(JOURNALS.glob("*.jsonl"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_recorded_journal_folds_to_the_views_it_had(file: Path) -> None:
    head, entries = read(file)
    c = fold(entries, Conference(id=head["conference"]))
    assert promise(c) == head
    assert c.seq == len(entries)


def test_there_are_recorded_journals_with_all_that_can_happen() -> None:
    from moderation.kernel import EVOLVE

    assert {e.fact.name for file in FILES for e in read(file)[1]} == {fact.name for fact in EVOLVE}


def test_a_view_hash_tells_one_view_from_another() -> None:
    assert hashed({"a": 1, "b": 2}) == hashed({"b": 2, "a": 1}) != hashed({"a": 1})
    assert len(hashed({})) == hashlib.sha256().digest_size * 2


def test_recording_and_reading_are_the_same_journal(tmp_path: Path) -> None:
    from tests.moderation.hall import Hall

    hall = Hall().opened(4)
    hall.speak("minh", answer=True)
    record(hall, tmp_path / "short.jsonl")
    head, entries = read(tmp_path / "short.jsonl")
    assert entries == hall.journal and set(head["views"]) == set(PARTS)
