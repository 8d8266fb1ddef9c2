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
from pathlib import Path

import pytest

from server.db.engine import connect, sqlite3
from server.db.journal import Draft, Journal, Overtaken, StorageRefusal
from server.db.verify import verify_database


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
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path / "journal.db")
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
    again = Journal(journal.path)
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
    assert all(verdict.ok for verdict in verify_database(journal.path))


async def test_two_journals_on_one_file_share_a_conference(journal: Journal) -> None:
    """As two server processes do: each catches up and decides again; nothing is lost, doubled or out of
    order."""
    other = Journal(journal.path)
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
    assert verify_database(journal.path)[0].ok


@pytest.mark.parametrize("bad", [{"x": object()}, {"x": "\ud800"}, {1: "x"}, {"x": 2**70}])
async def test_what_is_not_json_is_refused_before_it_waits(journal: Journal, bad: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        await journal.append("a", 0, [Draft(1, "p", "c", "t", bad)])
    with pytest.raises(TypeError):
        await journal.append("a", 0, [Draft(2**60, "p", "c", "t", {})])
    assert journal.head("a")[0] == 0


async def test_no_fact_is_changed_or_removed(journal: Journal) -> None:
    made = await journal.append("a", 0, [draft(1, {"name": "Hường"}), draft(2)])
    connection = connect(journal.path)
    columns = "conference, seq, at, by, command, type, body, private, salt, hash"
    for sentence in (
        "DELETE FROM fact WHERE seq = 2",
        "UPDATE fact SET at = 5",
        "UPDATE fact SET body = x'00' WHERE seq = 2",
        "UPDATE fact SET private = x'00', salt = x'00' WHERE seq = 2",
        "UPDATE fact SET private = NULL WHERE seq = 1",
        "UPDATE fact SET seq = 9 WHERE seq = 2",
        f"INSERT OR REPLACE INTO fact SELECT {columns} FROM fact WHERE seq = 2",
        f"INSERT INTO fact SELECT {columns.replace(' seq', ' 7')} FROM fact WHERE seq = 2",
    ):
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(sentence)
    connection.close()
    assert await journal.read("a") == made


async def test_erasing_personal_data_leaves_no_trace_of_it_and_a_chain_that_verifies(
    journal: Journal,
) -> None:
    await journal.append("a", 0, [draft(1), draft(2, {"name": "Nguyễn-Văn-Bí-Mật", "phone": "0900000000"})])
    assert journal.erase("a", 2)
    assert not journal.erase("a", 2)
    assert not journal.erase("a", 1)
    assert (await journal.read("a"))[1].private is None
    assert verify_database(journal.path)[0].ok
    files = [path.read_bytes() for path in journal.path.parent.iterdir()]
    assert not any(secret in file for file in files for secret in ("Bí-Mật".encode(), b"0900000000"))


async def test_a_full_disk_is_a_refusal_and_passes(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """The writer's file may grow no further (so a full disk looks to SQLite), then there is room again."""
    full = True

    def narrow(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        if full:
            connection.execute("PRAGMA max_page_count = 40")
        return connection

    monkeypatch.setattr("server.db.journal.connect", narrow)
    big = Draft(1, "p", "c", "t", {"text": "x" * 2_000_000})
    with pytest.raises(StorageRefusal) as refusal:
        await journal.append("a", 0, [big])
    assert refusal.value.code == "saving_stopped"
    assert journal.head("a")[0] == 0
    full = False
    assert (await journal.append("a", 0, [big]))[0].seq == 1
    assert verify_database(journal.path)[0].ok


async def test_a_locked_database_is_a_refusal_within_two_seconds_and_passes(journal: Journal) -> None:
    await journal.append("a", 0, [draft(1)])
    holder = connect(journal.path)
    holder.execute("BEGIN EXCLUSIVE")
    began = time.monotonic()
    with pytest.raises(StorageRefusal):
        await journal.append("a", 1, [draft(2)])
    assert time.monotonic() - began < 2
    holder.execute("ROLLBACK")
    holder.close()
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


@pytest.mark.parametrize("round_", range(12))
def test_what_was_acknowledged_survives_kill_9(tmp_path: Path, round_: int) -> None:
    """The process that appends is killed at some point, twice on the same file: every acknowledged fact is
    there, unchanged."""
    path = tmp_path / "journal.db"
    rng = random.Random(round_)
    acknowledged: dict[tuple[str, int], str] = {}
    for _ in range(2):
        child = subprocess.Popen(
            [sys.executable, "-c", APPENDER, str(path)],
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
    assert all(verdict.ok for verdict in verify_database(path))
    journal = Journal(path)
    stored = {(name, record.seq): record.hash.hex() for name in journal.conferences() for record in asyncio.run(journal.read(name))}
    assert acknowledged.items() <= stored.items()
