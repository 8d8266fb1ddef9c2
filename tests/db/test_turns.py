"""Whoever writes gets there, however many others write at the same time."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import func, insert, select
from sqlalchemy.exc import OperationalError

from server.db.engine import open_engine, reading
from server.db.journal import Draft, Journal
from server.db.tables import account
from server.db.turns import Turns, turns_of


def test_turns_come_in_the_order_of_asking_and_who_gives_up_leaves_the_line() -> None:
    turns, served = Turns(), list[int]()
    assert turns.take(0)

    def wait(number: int, seconds: float) -> None:
        if turns.take(seconds):
            served.append(number)
            turns.give()

    threads = []
    for number in range(6):
        threads.append(threading.Thread(target=wait, args=(number, 0.05 if number in (1, 4) else 5)))
        threads[-1].start()
        while len(turns._waiting) <= number:
            time.sleep(0.001)
    threads[1].join()
    threads[4].join()
    turns.give()
    for thread in threads:
        thread.join()
    assert served == [0, 2, 3, 5]
    assert turns.take(0) and not turns.take(0.01)


def test_a_file_has_the_same_turns_for_all(tmp_path: Path) -> None:
    assert turns_of(tmp_path / "a.db") is turns_of(tmp_path / "x" / ".." / "a.db") is not turns_of(tmp_path / "b.db")


def test_many_who_wait_to_write_hold_up_nobody_who_reads(database_url: str) -> None:
    engine, other = open_engine(database_url), open_engine(database_url)

    def write() -> bool:
        try:
            with engine.begin():
                return True
        except OperationalError:
            return False

    with ThreadPoolExecutor(30) as threads:
        with other.begin():
            waiting = [threads.submit(write) for _ in range(30)]
            time.sleep(0.3)
            began = time.monotonic()
            with reading(engine) as db:
                db.scalar(select(func.count()).select_from(account))
            assert time.monotonic() - began < 1
            assert not any(done.done() for done in waiting)
        assert all(done.result() for done in waiting)
    engine.dispose()
    other.dispose()


def test_nobody_starves_among_many_writers_and_the_room_is_stored_in_between(database_url: str) -> None:
    """Twelve threads write without a rest for longer than a writer waits; every one of them gets on, and so does the journal."""
    engine, journal = open_engine(database_url), Journal(database_url)
    journal.start()
    end = time.monotonic() + 2

    def write(name: int) -> int:
        count = 0
        while time.monotonic() < end:
            with engine.begin() as db:
                db.execute(insert(account).values(id=f"{name}-{count}", login=f"{name}-{count}", name="Anh", disabled=False, created=count))
            count += 1
        return count

    async def room() -> list[float]:
        took, known = [], 0
        while (began := time.monotonic()) < end:
            known = (await journal.append("a", known, [Draft(known, "p", "c", "line", {})]))[-1].seq
            took.append(time.monotonic() - began)
        return took

    with ThreadPoolExecutor(12) as threads:
        written = [threads.submit(write, number) for number in range(12)]
        took = asyncio.run(room())
        counts = [done.result() for done in written]
    journal.close()
    with reading(engine) as db:
        assert db.scalar(select(func.count()).select_from(account)) == sum(counts)
    engine.dispose()
    assert min(counts) * 4 > max(counts), counts
    assert len(took) > 3 and max(took) < 1.5, took
