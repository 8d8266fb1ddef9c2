"""What a database takes: facts appended by rooms, and transactions of pages one after the other. Prints one JSON object.

`python -m bench.database URL` on an empty database, such as `sqlite:////tmp/bench.db` or `postgresql+psycopg://localhost/bench`.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time

from sqlalchemy import func, insert, select

from server.db.engine import open_engine, reading
from server.db.journal import Draft, Journal
from server.db.migrate import migrate
from server.db.tables import account

ROOMS, SECONDS, WRITERS = 50, 5.0, 8


async def facts(journal: Journal) -> dict[str, float]:
    """Fifty rooms, each appending as soon as the last fact is stored."""
    took: list[float] = []
    end = time.perf_counter() + SECONDS

    async def room(name: str) -> None:
        known = 0
        while (began := time.perf_counter()) < end:
            known = (await journal.append(name, known, [Draft(known, "p", f"c{known}", "line", {"text": "ghi biên bản " * 12})]))[-1].seq
            took.append(time.perf_counter() - began)

    await asyncio.gather(*(room(f"room-{n}") for n in range(ROOMS)))
    took.sort()
    return {"facts_per_s": round(len(took) / SECONDS), "p50_ms": ms(took[len(took) // 2]), "p95_ms": ms(took[int(len(took) * 0.95)])}


def transactions(url: str) -> dict[str, float]:
    """Eight threads that each read, then write, in one transaction after the other."""
    engine = open_engine(url)
    took: list[float] = []
    end = time.perf_counter() + SECONDS

    def write(name: int) -> None:
        number = 0
        while (began := time.perf_counter()) < end:
            with engine.begin() as db:
                db.scalar(select(func.max(account.c.created)))
                db.execute(insert(account).values(id=f"{name}-{number}", login=f"{name}-{number}", name="Anh", disabled=False, created=number))
            number += 1
            took.append(time.perf_counter() - began)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(engine) as db:
        assert db.scalar(select(func.count()).select_from(account)) == len(took)
    engine.dispose()
    took.sort()
    return {"writes_per_s": round(len(took) / SECONDS), "write_p95_ms": ms(took[int(len(took) * 0.95)])}


def ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


def main(url: str) -> None:
    migrate(url)
    journal = Journal(url)
    journal.start()
    found = asyncio.run(facts(journal))
    journal.close()
    print(json.dumps({"database": url.partition(":")[0], **found, **transactions(url)}))


if __name__ == "__main__":
    main(sys.argv[1])
