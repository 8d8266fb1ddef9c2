"""Whatever is done to a record, `verify` says where: any byte of an export, any fact or value of a database,
any end cut off."""

from __future__ import annotations

import asyncio
import io
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.db.journal import Draft, Journal
from server.db.postgresql import libpq
from server.db.verify import (
    Entry,
    Head,
    Unreadable,
    chain,
    facts_in_database,
    facts_in_export,
    first_hash,
    from_line,
    to_line,
    verify,
    verify_database,
    verify_export,
    write_export,
)
from tests.databases import PostgresqlServer

FACTS = 12
ERASED = 5


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal of twelve facts, every third with personal data, that of the fifth erased."""
    path = tmp_path_factory.mktemp("verify") / "journal.db"

    async def fill() -> None:
        journal = Journal(path)
        journal.start()
        for n in range(FACTS):
            private = {"name": f"Người {n}"} if n % 3 == 1 else None
            await journal.append("a", n, [Draft(n, "p", f"c{n}", "line", {"text": f"Dòng “{n}”\n\t\\"}, private)])
        await journal.append("b", 0, [Draft(1, "p", "c", "line", {})])
        assert journal.erase("a", ERASED)
        journal.close()

    asyncio.run(fill())
    return path


@pytest.fixture(scope="module")
def entries(database: Path) -> list[Entry]:
    return list(facts_in_database(database, "a"))


def with_bytes(entry: Entry, name: str, value: bytes | None) -> Entry:
    """An entry with one of its four byte fields changed."""
    fields: dict[str, Any] = {**entry._asdict(), name: value}
    return Entry(**fields)


def head(entries: list[Entry]) -> Head:
    return Head(entries[-1].seq, entries[-1].hash)


def test_a_good_record_is_good_in_both_places(database: Path, entries: list[Entry], tmp_path: Path) -> None:
    verdicts = verify_database(database)
    assert [(v.conference, v.count, v.ok) for v in verdicts] == [("a", FACTS, True), ("b", 1, True)]
    export = tmp_path / "a.jsonl"
    assert write_export(export, entries) == FACTS
    assert verify_export(export, head(entries)).ok
    assert str(verify_export(export)) == f"a: {FACTS} facts, head {entries[-1].hash.hex()}"
    with pytest.raises(FileExistsError):
        write_export(export, entries)


def test_an_earlier_head_lies_on_the_chain(entries: list[Entry]) -> None:
    for entry in entries:
        assert verify("a", entries, Head(entry.seq, entry.hash)).ok
    assert verify("a", entries, Head(0, first_hash("a"))).ok
    assert verify("a", entries, Head(4, entries[4].hash)).fault == "other_head"
    assert verify("a", entries, Head(0, bytes(32))).fault == "other_head"


@settings(max_examples=1000, deadline=None)
@given(data=st.data())
def test_any_byte_of_an_export_is_named(entries: list[Entry], data: st.DataObject) -> None:
    lines = [to_line(entry) for entry in entries]
    at = data.draw(st.integers(0, len(lines) - 1))
    place = data.draw(st.integers(0, len(lines[at]) - 1))
    mask = data.draw(st.integers(1, 255))
    lines[at] = lines[at][:place] + bytes([lines[at][place] ^ mask]) + lines[at][place + 1 :]
    verdict = verify("a", _lines(b"".join(lines)), head(entries))
    assert verdict.at_seq == at + 1, verdict


def _lines(content: bytes) -> list[Entry]:
    """The facts of an export; what is unreadable stands in its place as something that never verifies."""
    found = []
    for line in io.BytesIO(content):
        try:
            found.append(from_line(line))
        except Unreadable:
            found.append(Entry("", -1, b"", b""))
    return found


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_change_to_a_stored_fact_is_named(entries: list[Entry], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, FACTS - 1))
    entry = entries[at]
    fields = [name for name in ("body", "hash", "salt", "private") if getattr(entry, name)]
    name = data.draw(st.sampled_from(fields))
    value: bytes = getattr(entry, name)
    place = data.draw(st.integers(0, len(value) - 1))
    changed = value[:place] + bytes([value[place] ^ data.draw(st.integers(1, 255))]) + value[place + 1 :]
    verdict = verify("a", [*entries[:at], with_bytes(entry, name, changed), *entries[at + 1 :]])
    assert verdict.at_seq == at + 1
    assert verdict.fault == ("altered_private" if name in ("salt", "private") else verdict.fault)
    assert verdict.count == at


@given(at=st.integers(0, FACTS - 1), column=st.integers(0, 3))
def test_a_column_that_says_something_else_is_named(entries: list[Entry], at: int, column: int) -> None:
    columns = list(entries[at].columns or ())
    columns[column] = "another"
    changed = entries[at]._replace(columns=tuple(columns))
    verdict = verify("a", [*entries[:at], changed, *entries[at + 1 :]])
    assert (verdict.fault, verdict.at_seq) == ("altered_columns", at + 1)


@given(at=st.integers(0, FACTS - 2))
def test_a_missing_fact_is_named(entries: list[Entry], at: int) -> None:
    verdict = verify("a", [*entries[:at], *entries[at + 1 :]])
    assert (verdict.fault, verdict.at_seq) == ("gap", at + 1)


@given(pair=st.lists(st.integers(0, FACTS - 1), min_size=2, max_size=2, unique=True))
def test_swapped_facts_are_named(entries: list[Entry], pair: list[int]) -> None:
    one, two = sorted(pair)
    swapped = list(entries)
    swapped[one], swapped[two] = swapped[two], swapped[one]
    assert verify("a", swapped).at_seq == one + 1
    renumbered = [entry._replace(seq=n) for n, entry in enumerate(swapped, 1)]
    assert verify("a", renumbered).at_seq == one + 1


@given(left=st.integers(0, FACTS - 1))
def test_an_end_cut_off_is_named_by_a_head_noted_elsewhere(entries: list[Entry], left: int) -> None:
    assert verify("a", entries[:left]).ok
    verdict = verify("a", entries[:left], head(entries))
    assert (verdict.fault, verdict.at_seq) == ("truncated", left + 1)


def test_a_record_hashed_anew_is_another_one(entries: list[Entry]) -> None:
    previous, forged = first_hash("a"), []
    for entry in entries:
        body = entry.body.replace(b'"p"', b'"q"')
        previous = chain(previous, body)
        forged.append(Entry("a", entry.seq, body, previous, entry.salt, entry.private))
    assert verify("a", forged).ok
    assert verify("a", forged, head(entries)).fault == "other_head"


def test_personal_data_half_erased_or_put_in_is_named(entries: list[Entry]) -> None:
    kept = next(n for n, entry in enumerate(entries) if entry.private is not None)
    put_in = entries[0]._replace(salt=b"s" * 16, private=b"{}")
    halves = [with_bytes(entries[kept], "salt", None), with_bytes(entries[kept], "private", None)]
    for at, changed in ((kept, halves[0]), (kept, halves[1]), (0, put_in)):
        verdict = verify("a", [*entries[:at], changed, *entries[at + 1 :]])
        assert (verdict.fault, verdict.at_seq) == ("altered_private", at + 1)


def test_a_tampered_database_file_is_named(database: Path, tmp_path: Path) -> None:
    """Someone with the file takes the triggers away first."""
    for sentence, fault, seq in (
        ("UPDATE fact SET body = replace(body, 'D', 'd') WHERE seq = 7", "altered_body", 7),
        ("UPDATE fact SET by = 'another' WHERE seq = 3", "altered_columns", 3),
        ("DELETE FROM fact WHERE seq = 4 AND conference = 'a'", "gap", 4),
        ("UPDATE fact SET private = CAST('{}' AS BLOB) WHERE seq = 2", "altered_private", 2),
        ("UPDATE fact SET hash = 5 WHERE seq = 6", "unreadable", 6),
    ):
        copy = tmp_path / "copy.db"
        source, target = sqlite3.connect(database), sqlite3.connect(copy)
        source.backup(target)
        source.close()
        for trigger in ("fact_follows", "fact_stays", "fact_unchanged"):
            target.execute(f"DROP TRIGGER {trigger}")
        target.execute(sentence.replace("replace(body, 'D', 'd')", "CAST(replace(CAST(body AS TEXT), 'D', 'd') AS BLOB)"))
        target.commit()
        target.close()
        verdict = verify_database(copy, "a")[0]
        assert (verdict.fault, verdict.at_seq) == (fault, seq), sentence


def test_a_tampered_postgresql_database_is_named(database: Path, entries: list[Entry], postgresql_server: PostgresqlServer, tmp_path: Path) -> None:
    """The same facts, in the other database; its owner takes the triggers away first."""
    url = postgresql_server.fresh(tmp_path)
    with psycopg.connect(libpq(url), autocommit=True) as owner:
        for entry in entries:
            row = (entry.conference, entry.seq, *(entry.columns or ()), entry.body, entry.private, entry.salt, entry.hash)
            owner.execute("INSERT INTO fact VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)", row)
        assert list(facts_in_database(url, "a")) == entries == list(facts_in_database(f"sqlite:///{database}", "a"))
        assert verify_database(url, known=head(entries))[0].ok
        owner.execute("DROP FUNCTION fact_append_only() CASCADE")
        for sentence, fault, seq in (
            ("UPDATE fact SET body = convert_to(replace(convert_from(body, 'UTF8'), 'D', 'd'), 'UTF8') WHERE seq = 12", "altered_body", 12),
            ("UPDATE fact SET \"by\" = 'another' WHERE seq = 9", "altered_columns", 9),
            ("UPDATE fact SET private = '{}'::bytea WHERE seq = 8", "altered_private", 8),
            ("DELETE FROM fact WHERE seq = 4 AND conference = 'a'", "gap", 4),
        ):
            owner.execute(sentence)
            verdict = verify_database(url, "a")[0]
            assert (verdict.fault, verdict.at_seq) == (fault, seq), sentence
        owner.execute("DROP TABLE fact")
        with pytest.raises(Unreadable):
            verify_database(url)
    postgresql_server.drop(url)


def test_what_holds_no_facts_is_unreadable(tmp_path: Path) -> None:
    nothing = tmp_path / "nothing"
    nothing.write_bytes(b"not a database at all, but long enough to be looked at" * 9)
    with pytest.raises(Unreadable):
        verify_database(nothing)
    with pytest.raises(Unreadable):
        verify_export(nothing)
    with pytest.raises(Unreadable):
        verify_database(tmp_path / "absent.db")
    with pytest.raises(Unreadable):
        list(facts_in_export(nothing))


def test_the_check_needs_the_standard_library_only(entries: list[Entry], tmp_path: Path) -> None:
    """The file `verify.py` alone, run by a bare interpreter on an export."""
    import server.db.verify

    export = tmp_path / "a.jsonl"
    write_export(export, entries)
    (tmp_path / "verify.py").write_bytes(Path(server.db.verify.__file__).read_bytes())
    program = "import pathlib, verify; print(verify.verify_export(pathlib.Path('a.jsonl')))"
    said = subprocess.run(
        [sys.executable, "-S", "-s", "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        env={},
    )
    assert said.stdout.startswith(f"a: {FACTS} facts")
