"""The journal: order, durability under kill -9, group commit, erasure, and a disk that is full."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from server.db.engine import connect, open_engine, sqlite3
from server.db.journal import Draft, Journal, Overtaken, StorageRefusal
from server.db.verify import verify_database
from tests.databases import PostgresqlServer, SqliteFiles, held


def draft(number: int = 0, private: dict[str, object] | None = None) -> Draft:
    return Draft(
        1_753_000_000_000 + number,
        "p-1",
        f"c-{number}",
        "entry_made",
        {"topic": "Đường Hường", "n": number},
        private,
    )


@pytest.fixture
def journal(database_url: str) -> Iterator[Journal]:
    journal = Journal(database_url)
    journal.start()
    yield journal
    journal.close()


@pytest.fixture
def file_journal(sqlite_files: SqliteFiles, tmp_path: Path) -> Iterator[Journal]:
    """A journal of which the file itself is looked at."""
    journal = Journal(sqlite_files.fresh(tmp_path))
    journal.start()
    yield journal
    journal.close()


async def test_what_is_appended_is_what_is_read(journal: Journal) -> None:
    made = await journal.append("a", 0, [draft(1), draft(2, {"name": "Trần Thị Hường"})])
    made += await journal.append("a", 2, [draft(3)])
    assert [record.seq for record in made] == [1, 2, 3]
    assert made[1].private == {"name": "Trần Thị Hường"}
    assert await journal.read("a") == made
    assert await journal.read("a", since=2) == made[2:]
    assert journal.head("a") == (3, made[2].hash)
    assert await journal.append("a", 1, []) == []


async def test_a_new_journal_on_the_same_file_goes_on(journal: Journal) -> None:
    made = await journal.append("a", 0, [draft(1)])
    journal.close()
    again = Journal(journal.url)
    again.start()
    again.start()
    made += await again.append("a", 1, [draft(2)])
    assert await again.read("a") == made
    assert again.conferences() == ["a"]
    again.close()
    again.close()
    with pytest.raises(StorageRefusal):
        await again.append("a", 2, [draft(3)])


async def test_who_comes_second_is_overtaken_and_stores_nothing(journal: Journal) -> None:
    await journal.append("a", 0, [draft(1)])
    for after in (0, 2, -1):
        with pytest.raises(Overtaken) as overtaken:
            await journal.append("a", after, [draft(2), draft(3)])
        assert overtaken.value.seq == 1
    assert journal.head("a")[0] == 1


async def test_one_overtaken_append_costs_the_others_nothing(journal: Journal) -> None:
    """Fifty rivals and ten rooms at once: of the rivals exactly one wins, and every room gets all its
    facts."""
    rivals = [journal.append("contested", 0, [draft(n)]) for n in range(50)]
    rooms = [journal.append(f"room-{n}", 0, [draft(n), draft(n + 1)]) for n in range(10)]
    answers = await asyncio.gather(*rivals, *rooms, return_exceptions=True)
    won = [answer for answer in answers[:50] if isinstance(answer, list)]
    lost = [answer for answer in answers[:50] if isinstance(answer, Overtaken)]
    assert (len(won), len(lost)) == (1, 49)
    assert all(isinstance(answer, list) and len(answer) == 2 for answer in answers[50:])
    assert all(verdict.ok for verdict in verify_database(journal.url))


async def test_two_journals_on_one_file_share_a_conference(journal: Journal) -> None:
    """As two server processes do: each catches up and decides again; nothing is lost, doubled or out of
    order."""
    other = Journal(journal.url)
    other.start()

    async def say(through: Journal, count: int) -> None:
        known = 0
        while count:
            try:
                known = (await through.append("a", known, [draft(count)]))[-1].seq
                count -= 1
            except Overtaken as overtaken:
                known = overtaken.seq

    await asyncio.gather(say(journal, 100), say(other, 100))
    other.close()
    records = await journal.read("a")
    assert [record.seq for record in records] == list(range(1, 201))
    assert sorted(record.payload["n"] for record in records) == sorted([*range(1, 101)] * 2)
    assert verify_database(journal.url)[0].ok


@pytest.mark.parametrize("bad", [{"x": object()}, {"x": "\ud800"}, {1: "x"}, {"x": 2**70}])
async def test_what_is_not_json_is_refused_before_it_waits(journal: Journal, bad: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        await journal.append("a", 0, [Draft(1, "p", "c", "t", bad)])
    with pytest.raises(TypeError):
        await journal.append("a", 0, [Draft(2**60, "p", "c", "t", {})])
    assert journal.head("a")[0] == 0


async def test_no_fact_is_changed_or_removed(journal: Journal) -> None:
    made = await journal.append("a", 0, [draft(1, {"name": "Hường"}), draft(2)])
    columns = 'conference, seq, at, "by", command, type, body, private, salt, hash'
    sqlite = journal.url.startswith("sqlite")
    zero = "x'00'" if sqlite else "'\\x00'::bytea"
    engine = open_engine(journal.url)
    for sentence in (
        "DELETE FROM fact WHERE seq = 2",
        "UPDATE fact SET at = 5",
        f"UPDATE fact SET body = {zero} WHERE seq = 2",
        f"UPDATE fact SET private = {zero}, salt = {zero} WHERE seq = 2",
        "UPDATE fact SET private = NULL WHERE seq = 1",
        "UPDATE fact SET seq = 9 WHERE seq = 2",
        f"INSERT OR REPLACE INTO fact SELECT {columns} FROM fact WHERE seq = 2" if sqlite else "TRUNCATE fact",
        f"INSERT INTO fact SELECT {columns.replace(' seq', ' 7')} FROM fact WHERE seq = 2",
        f"INSERT INTO fact SELECT {columns} FROM fact WHERE seq = 2",
    ):
        with pytest.raises(IntegrityError), engine.begin() as connection:
            connection.exec_driver_sql(sentence)
    engine.dispose()
    assert await journal.read("a") == made


async def test_erasing_personal_data_leaves_no_trace_of_it_and_a_chain_that_verifies(
    journal: Journal,
) -> None:
    await journal.append("a", 0, [draft(1), draft(2, {"name": "Nguyễn-Văn-Bí-Mật", "phone": "0900000000"})])
    assert journal.erase("a", 2)
    assert not journal.erase("a", 2)
    assert not journal.erase("a", 1)
    assert (await journal.read("a"))[1].private is None
    assert verify_database(journal.url)[0].ok


async def test_an_sqlite_file_keeps_nothing_of_what_was_erased(file_journal: Journal, tmp_path: Path) -> None:
    await file_journal.append("a", 0, [draft(1), draft(2, {"name": "Nguyễn-Văn-Bí-Mật", "phone": "0900000000"})])
    assert file_journal.erase("a", 2)
    files = [path.read_bytes() for path in tmp_path.iterdir() if path.is_file()]  # noqa: ASYNC240 - nothing else runs here
    assert not any(secret in file for file in files for secret in ("Bí-Mật".encode(), b"0900000000"))


async def test_a_full_disk_is_a_refusal_and_passes(file_journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """The writer's file may grow no further (so a full disk looks to SQLite), then there is room again."""
    journal, full = file_journal, True

    def narrow(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        if full:
            connection.execute("PRAGMA max_page_count = 40")
        return connection

    monkeypatch.setattr("server.db.engine.connect", narrow)
    big = Draft(1, "p", "c", "t", {"text": "x" * 2_000_000})
    with pytest.raises(StorageRefusal) as refusal:
        await journal.append("a", 0, [big])
    assert refusal.value.code == "saving_stopped"
    assert journal.head("a")[0] == 0
    full = False
    assert (await journal.append("a", 0, [big]))[0].seq == 1
    assert verify_database(journal.url)[0].ok


async def test_a_locked_database_is_a_refusal_within_two_seconds_and_passes(journal: Journal) -> None:
    await journal.append("a", 0, [draft(1)])
    with held(journal.url):
        began = time.monotonic()
        with pytest.raises(StorageRefusal):
            await journal.append("a", 1, [draft(2)])
        assert time.monotonic() - began < 2
    assert (await journal.append("a", 1, [draft(2)]))[0].seq == 2


async def test_a_caller_who_is_gone_stops_nobody(journal: Journal) -> None:
    task = asyncio.create_task(journal.append("a", 0, [draft(1)]))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await journal.append("b", 0, [draft(1)]))[0].seq == 1


async def test_a_busy_event_loop_does_not_starve_the_writer(journal: Journal) -> None:
    """The loop never rests, in turns of 4 ms, while sixteen rooms append; with Python's default switch interval some wait for seconds."""
    busy = True

    async def burn() -> None:
        while busy:
            until = time.perf_counter() + 0.004
            while time.perf_counter() < until:
                pass
            await asyncio.sleep(0)

    async def room(name: str) -> float:
        longest = 0.0
        for known in range(20):
            began = time.perf_counter()
            await journal.append(name, known, [draft(known)])
            longest = max(longest, time.perf_counter() - began)
        return longest

    burning = asyncio.create_task(burn())
    longest = await asyncio.gather(*(room(f"room-{n}") for n in range(16)))
    busy = False
    await burning
    assert max(longest) < 2


APPENDER = """
import asyncio, sys
from server.db.journal import Draft, Journal

async def main():
    journal = Journal(sys.argv[1])
    journal.start()
    async def room(name):
        known = journal.head(name)[0]
        while True:
            line = Draft(known, "p", f"c{known}", "line", {"text": "ghi biên bản " * 9})
            made = await journal.append(name, known, [line])
            known = made[-1].seq
            print(name, known, made[-1].hash.hex(), flush=True)
    await asyncio.gather(*(room(f"room-{n}") for n in range(4)))

asyncio.run(main())
"""


@pytest.mark.parametrize("round_", range(3))
def test_what_was_acknowledged_survives_kill_9(database_url: str, round_: int) -> None:
    """The process that appends is killed at some point, twice on the same database: every acknowledged fact is
    there, unchanged."""
    rng = random.Random(round_)
    acknowledged: dict[tuple[str, int], str] = {}
    for _ in range(2):
        child = subprocess.Popen(
            [sys.executable, "-c", APPENDER, database_url],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert child.stdout is not None
        first = child.stdout.readline()  # it is at work
        time.sleep(rng.uniform(0, 0.25))
        os.kill(child.pid, signal.SIGKILL)
        for line in (first + child.stdout.read()).splitlines(keepends=True):
            if line.endswith("\n"):
                name, number, hash_ = line.split()
                acknowledged[name, int(number)] = hash_
        child.stdout.close()
        child.wait()
    assert len(acknowledged) >= 2
    assert all(verdict.ok for verdict in verify_database(database_url))
    journal = Journal(database_url)
    stored = {(name, record.seq): record.hash.hex() for name in journal.conferences() for record in asyncio.run(journal.read(name))}
    assert acknowledged.items() <= stored.items()
    journal.close()


# --- several processes on PostgreSQL ------------------------------------------------------------------------------------


@pytest.fixture
def postgresql_url(postgresql_server: PostgresqlServer, tmp_path: Path) -> Iterator[str]:
    url = postgresql_server.fresh(tmp_path)
    yield url
    postgresql_server.drop(url)


@contextmanager
def two_journals(url: str) -> Iterator[tuple[Journal, Journal]]:
    """As two server processes have them."""
    one, other = Journal(url), Journal(url)
    one.start()
    other.start()
    yield one, other
    one.close()
    other.close()


async def test_another_process_hears_of_what_is_appended_and_nobody_of_their_own(postgresql_url: str) -> None:
    with two_journals(postgresql_url) as (one, other):
        await other.append("mine", 0, [draft(1)])
        ears = other.appended()
        assert await asyncio.wait_for(anext(ears), 2) is None, "whatever came before: look"
        await other.append("mine", 1, [draft(2)])
        await one.append("a", 0, [draft(1)])
        began = time.monotonic()
        assert await asyncio.wait_for(anext(ears), 2) == "a"
        assert time.monotonic() - began < 0.5
        await ears.aclose()


async def test_whoever_lost_the_connection_looks_again_when_it_is_back(postgresql_url: str, postgresql_server: PostgresqlServer) -> None:
    """The database ends all connections: both journals go on with new ones, and whoever listens is told that something may have been missed."""
    with two_journals(postgresql_url) as (one, other):
        await one.append("a", 0, [draft(1)])
        assert other.head("a")[0] == 1
        ears = other.appended()
        assert await asyncio.wait_for(anext(ears), 2) is None
        postgresql_server.cut(postgresql_url)
        with pytest.raises(StorageRefusal):
            await one.append("a", 1, [draft(2)])
        assert (await one.append("a", 1, [draft(2)]))[0].seq == 2
        assert other.head("a")[0] == 2
        assert await asyncio.wait_for(anext(ears), 5) is None
        await one.append("a", 2, [draft(3)])
        assert await asyncio.wait_for(anext(ears), 2) == "a"
        await ears.aclose()


async def test_two_processes_write_in_many_conferences_at_once_and_none_waits_in_a_circle(postgresql_url: str) -> None:
    """Batches over the same twenty conferences in opposite orders: without one order of locks the database ends one of the two."""

    async def fill(journal: Journal, names: list[str]) -> None:
        for _ in range(8):
            await asyncio.gather(*(say_once(journal, name) for name in names))

    with two_journals(postgresql_url) as (one, other):
        names = [f"room-{n}" for n in range(20)]
        await asyncio.gather(fill(one, names), fill(other, names[::-1]))
        assert all(verdict.ok and verdict.count == 16 for verdict in verify_database(postgresql_url))


async def say_once(journal: Journal, name: str) -> None:
    known = journal.head(name)[0]
    while True:
        try:
            await journal.append(name, known, [draft(known)])
            return
        except Overtaken as overtaken:
            known = overtaken.seq


async def test_a_database_that_only_reads_is_a_refusal_and_passes(postgresql_url: str, postgresql_server: PostgresqlServer) -> None:
    with two_journals(postgresql_url) as (one, _):
        await one.append("a", 0, [draft(1)])
        with postgresql_server.only_reading(postgresql_url):
            for _again in range(2):
                with pytest.raises(StorageRefusal):
                    await one.append("a", 1, [draft(2)])
            assert one.head("a")[0] == 1
        assert (await one.append("a", 1, [draft(2)]))[0].seq == 2
