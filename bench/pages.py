"""`make bench-pages`: how long each page takes with 200 cases, 20,000 petitions and 100,000 history rows, and how many questions it asks the database.

A real server in a process of its own, asked over loopback by one browser at a time. The time is the client's, from the request to the last byte of the answer, and so an
upper bound of the server's. Which pages there are is asked of the application, so that a new page is measured by itself; a page that needs an id is tried with one of each
noun. Prints progress (with the mean of the CPU time, which a busy machine does not lengthen), and as its last line one JSON object: `p95_ms` and `queries`, each page → number.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Connection, event, func, select
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bench.archive import fill
from bench.one_of_each import SITTING, make, open_room, seat_of
from bench.room import cpu, free_port
from moderation.case.rights import SYSTEM
from moderation.case.stages import Stage
from server import clock
from server.accounts.sessions import open_session
from server.accounts.staff import account_named
from server.app import Parts, create_app
from server.db.all_tables import metadata
from server.db.engine import reading
from server.demo.example import read
from server.demo.ward import seed_case, seed_ward
from server.files.store import Store
from server.office.work import Work
from server.organisation.queries import profiles
from server.organisation.rules import rule_rows
from server.papers.compose import kinds
from server.petitions.tables import petition
from server.reports.tables import report
from server.serving import server
from server.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
LOGINS = ("van-phong", "chu-tich", "admin", "dan-van", "mttq", "kthtdt", "tong-hop", "")
"""Who looks, in the order in which they are tried: the first who may see a page measures it; "" is the public."""
FILES = re.compile(r"\.(docx|pdf|zip|png|ics|xlsx|svg|txt|json)$|/tep/\{\w+\}$|^/(api/|healthz$)")
"""Addresses that give a file or data, and are no pages."""
APART = {
    "/van-phong": "leads on to the front page",
    "/van-phong/hoi-nghi/{id}/kien-nghi/phan-loai": "leads on to the page of the petition that waits",
    "/van-phong/hoi-nghi/{id}/moi-va-thong-bao/cong-bo/{one}/{number}": "gives a file",
}
"""Further addresses that are no pages, and why."""
NAMED = {"name": "figure", "code": "code", "kind": "kind", "seat": "seat", "petition_id": "petition", "item": "conclusion", "table": "petition_table"}
"""Parts of addresses that say of which noun the id is."""
TRIED = 400
"""Most addresses that are tried for one page."""
WORDS = {"/van-phong/tim-kiem": "?tim=cong thoat nuoc"}
"""What some pages are asked with."""


def seeded(data: Path) -> tuple[dict[str, str], dict[str, list[str]], list[str]]:
    """Fills a fresh database; gives a session secret of each login, an id of each noun, and the paths of the pages."""
    app = create_app(Settings(data_dir=data))
    parts: Parts = app.state.parts
    try:
        with reading(parts.engine) as db:
            empty = db.scalar(select(func.count()).select_from(petition)) == 0
        if empty:
            started = time.perf_counter()
            with parts.engine.begin() as db:
                w = Work(db, SYSTEM, clock.now(), "draft_case")
                seed_ward(w, read())
                seed_case(w, read(), "DT-2027-01", Stage.READY)
                fill(db, clock.today())
                begin_report(w, clock.today())
                make(db, Store(data / "files"), clock.now())
            asyncio.run(open_room(Parts(Settings(data_dir=data))))
            print(f"filled in {time.perf_counter() - started:.1f} s", flush=True)
        with parts.engine.begin() as db:
            db.exec_driver_sql("ANALYZE")
            secrets = {
                login: open_session(db, parts.keys, clock.now(), 86_400_000, account=account_named(db, login).id)
                for login in (*LOGINS, SITTING)
                if login
            }
            return secrets, ids(db), sorted(set(paths(app.routes)))
    finally:
        parts.journal.close()
        parts.engine.dispose()


def begin_report(w: Work, today: date) -> None:
    """The yearly report that counts every conference of the archive."""
    span = {"first": (today - timedelta(days=400)).isoformat(), "last": (today + timedelta(days=400)).isoformat()}
    w.add(report, unit="p-bensong", kind="year", year=today.year, state="draft", created=w.now, **span)


CASES = ("HN-120", "HN-180", "HN-010", "HN-155")
"""A case whose conference was held, one that lies ahead, one that is closed, and one that collects opinions."""


def ids(db: Connection) -> dict[str, list[str]]:
    """Table → the ids with which pages are tried: of what belongs to a case one for each of these cases."""
    found: dict[str, list[str]] = {"conference": list(CASES), "advising_rule": [str(rule_rows(db)[0]["id"])]}
    for table in metadata.sorted_tables:
        if "id" not in table.c or table.name in found:
            continue
        newest = select(func.max(table.c.id))
        wanted = [newest.where(table.c.conference == case) for case in CASES] if "conference" in table.c else [newest]
        if there := [str(id) for one in (*wanted, newest) if (id := db.scalar(one)) is not None]:
            found[table.name] = list(dict.fromkeys(there))
    found["seat"] = [seat_of(db)]
    found["figure"] = ["opinion.received"]
    found["code"] = ["KL-01", profiles(db)[0].code]
    found["kind"] = [kinds()[0]]
    return found


def paths(routes: Sequence[Any]) -> Iterator[str]:
    """The pages of an application: what is asked with GET and is no file."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from paths(inner.routes)
        elif "GET" in (getattr(route, "methods", None) or ()) and not FILES.search(route.path):
            yield route.path


COUNTED: ContextVar[list[int]] = ContextVar("counted")


class Counting:
    """Says in each answer how many questions the database was asked for it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        counted = [0]
        COUNTED.set(counted)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Queries"] = str(counted[0])
            await send(message)

        await self._app(scope, receive, sending)


def serve(data: Path, port: int) -> None:
    """The server's process."""
    running = server(Settings(data_dir=data, port=port, log_level="error"))

    @event.listens_for(running.parts.engine, "before_cursor_execute")
    def count(*_: object) -> None:
        if (counted := COUNTED.get(None)) is not None:
            counted[0] += 1

    running.config.app = Counting(running.config.app)  # type: ignore[arg-type]
    running.run()


def address(client: httpx.Client, path: str, known: dict[str, list[str]], secrets: dict[str, str]) -> tuple[str, str] | None:
    """The page with ids in it, and who may see it; None where nothing fits."""
    names = re.findall(r"\{(\w+)(?::\w+)?\}", path)
    every = [id for found in known.values() for id in found]
    first = CASES if path.startswith("/van-phong/hoi-nghi/{id}") else every
    likely = {"year": [str(clock.today().year)], **{name: known[noun] for name, noun in NAMED.items()}}
    choices = [likely.get(name, every if n else first) for n, name in enumerate(names)]
    for fitting in itertools.islice(itertools.product(*choices), TRIED):
        tried = iter(fitting)
        filled = re.sub(r"\{[^}]+\}", lambda _: next(tried), path) + WORDS.get(path, "")  # noqa: B023
        for login in (SITTING,) if path.startswith("/hop/") else LOGINS:
            answer = client.get(filled, headers=signed(secrets, login))
            if answer.status_code == 200 and answer.headers["content-type"].startswith("text/html"):
                return filled, login
            if answer.status_code >= 500:
                print(f"! {answer.status_code} {filled}", flush=True)
                return None
            if answer.status_code != 403:
                break
    return None


def signed(secrets: dict[str, str], login: str) -> dict[str, str]:
    return {"Accept": "text/html", **({"Cookie": f"__Host-account={secrets[login]}"} if login else {})}


def measure(client: httpx.Client, page: str, headers: dict[str, str], times: int) -> tuple[float, int]:
    """The 95th percentile in milliseconds, and the questions asked."""
    taken = []
    answer = client.get(page, headers=headers)
    for _ in range(times):
        start = time.perf_counter()
        answer = client.get(page, headers=headers)
        taken.append((time.perf_counter() - start) * 1_000)
        assert answer.status_code == 200, (page, answer.status_code)
    return sorted(taken)[min(times - 1, -(-times * 95 // 100) - 1)], int(answer.headers["x-queries"])


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--times", type=int, default=20)
    arguments.add_argument("--only", default="", help="measure only pages that match this expression")
    arguments.add_argument("--data", type=Path, help="keep the filled database in this folder, and use it again when it is there")
    arguments.add_argument("--serve", nargs=2, metavar=("DATA", "PORT"), help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.serve:
        serve(Path(given.serve[0]), int(given.serve[1]))
        return
    with tempfile.TemporaryDirectory(prefix="bench-pages-") as folder:
        data = (given.data or Path(folder)) / "data"
        secrets, known, pages = seeded(data)
        port = free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.pages", "--serve", str(data), str(port)], cwd=ROOT, env=os.environ, stdout=subprocess.DEVNULL
        )
        try:
            print(json.dumps(measured(f"http://localhost:{port}", process.pid, pages, known, secrets, given.times, given.only), sort_keys=True))
        finally:
            process.terminate()
            process.wait(20)


def measured(
    base: str, pid: int, pages: list[str], known: dict[str, list[str]], secrets: dict[str, str], times: int, only: str
) -> dict[str, dict[str, float]]:
    """All pages that can be shown, with what they took."""
    p95, queries, skipped = {}, {}, []
    with httpx.Client(base_url=base, timeout=60, follow_redirects=False) as client:
        for _ in range(300):
            try:
                client.get("/healthz")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        for path in (page for page in pages if re.search(only, page)):
            if path in APART:
                print(f"no page: {path} {APART[path]}", flush=True)
                continue
            found = address(client, path, known, secrets)
            if found is None:
                skipped.append(path)
                continue
            page, login = found
            used = cpu(pid)
            took, asked = measure(client, page, signed(secrets, login), times)
            used = (cpu(pid) - used) / (times + 1) * 1_000
            p95[path], queries[path] = round(took, 1), asked
            print(f"{took:7.1f} ms {used:6.1f} ms CPU {asked:4} {path}  ({login or 'public'})", flush=True)
    if skipped:
        print(f"not measured, nothing to show: {' '.join(skipped)}", flush=True)
    print(f"slowest: {max(p95.values(), default=0)} ms", flush=True)
    return {"p95_ms": p95, "queries": dict(queries)}


if __name__ == "__main__":
    main()
