"""The example's ward as a running application without a network: accounts signed in, work in a transaction, pages over HTTP."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import date
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from moderation import Conference
from moderation.case.rights import PUBLIC, SYSTEM, Staff
from moderation.case.stages import Stage
from moderation.view import view
from server import clock
from server.accounts.keys import new_id
from server.accounts.sessions import open_session
from server.accounts.staff import account_named
from server.app import Parts, create_app
from server.db.engine import open_engine, reading
from server.demo.example import read
from server.demo.ward import seed_case, seed_ward
from server.office.staff import staff_of
from server.office.work import Work
from server.rehearsal.script import bound, script
from server.settings import Settings
from tests.databases import Chosen

CASE = "DT-2027-01"
BASE = "http://localhost"


class Ward:
    """The ward of the example with one case. The application is made when it is first asked for: a test of a service alone does without."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.engine = open_engine(settings.database)
        self.example = read()

    @cached_property
    def app(self) -> FastAPI:
        return create_app(self.settings)

    @property
    def parts(self) -> Parts:
        """The long-lived parts of the application."""
        parts: Parts = self.app.state.parts
        return parts

    async def close(self) -> None:
        if "app" in vars(self):
            await self.parts.close()
        self.engine.dispose()

    def at(self, day: date | str, hour: str = "09:00") -> None:
        """Sets the clock to a time of a day in Vietnam."""
        clock.set_to(clock.moment(date.fromisoformat(str(day)), hour))

    def staff(self, login: str) -> Staff:
        """Who signs in with this login: admin, chu-tich, van-phong, thu-ky, tong-hop, kthtdt, vhxh, cong-an, dan-van, mttq, dc-02; "" is the public, "system" the server."""
        if login in ("", "system"):
            return SYSTEM if login else PUBLIC
        with reading(self.engine) as db:
            return staff_of(db, account_named(db, login), clock.today())

    @contextmanager
    def work(self, login: str = "system") -> Iterator[Work]:
        """A piece of work in one transaction, which is kept unless something is raised."""
        by = self.staff(login)
        with self.engine.begin() as db:
            yield Work(db, by, clock.now(), "test")

    @asynccontextmanager
    async def browser(self, login: str = "") -> AsyncIterator[httpx.AsyncClient]:
        """A browser that is signed in as this login (nobody for ""); redirects are not followed."""
        headers = {"Origin": BASE, "Accept": "text/html,application/xhtml+xml"}
        if login:
            with self.parts.engine.begin() as db:
                secret = open_session(db, self.parts.keys, clock.now(), 12 * 3_600_000, account=account_named(db, login).id)
            headers["Cookie"] = f"__Host-account={secret}"
        transport = httpx.ASGITransport(self.app, client=("127.0.0.1", 50_000))
        async with httpx.AsyncClient(transport=transport, base_url=BASE, headers=headers) as client:
            yield client

    async def hold(self, until: int | None = None) -> Conference:
        """Plays the worked example in the case's open room, each act at its time (those before `until`, ms since the epoch); gives the state afterwards."""
        live = await self.parts.rooms.get(CASE)
        for act in script().steps:
            if until is not None and act.at >= until:
                break
            clock.stop_at(act.at)
            await live.room.do(new_id(), act.by, bound(act.command, view(live.room.state, "chair")))
        clock.set_to(clock.now() + 1)
        await live.settled()
        return live.room.state

    @asynccontextmanager
    async def served(self) -> AsyncIterator[str]:
        """The application behind a real port of this machine; gives its address. Nothing runs by itself: no reminders, no sending."""
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(self.app, log_level="warning", lifespan="off"))
        task = asyncio.create_task(server.serve([listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task
            listening.close()


@asynccontextmanager
async def open_ward(folder: Path, database_url: str | None = None, stage: Stage = Stage.DRAFT, **settings: Any) -> AsyncIterator[Ward]:
    """The ward, with the case at this stage, on the day its plan was made (15/12/2026). The clock is the system's again afterwards. Without a database of its own
    it gets a copy of one that was seeded once."""
    clock.set_to(clock.moment(date(2026, 12, 15), "08:00"))
    data = folder / "data"
    Settings(data_dir=data).prepare()
    url = database_url or Chosen.databases.seeded(data, f"ward_{stage}", partial(seed, stage=stage))
    ward = Ward(Settings(data_dir=data, database_url=url, **settings))
    try:
        if database_url is not None:
            seed(url, stage)
        yield ward
    finally:
        await ward.close()
        clock.reset()
        if database_url is None:
            Chosen.databases.drop(url)


def seed(url: str, stage: Stage) -> None:
    """Fills a database with the ward and its case."""
    ward = Ward(Settings(database_url=url))
    with ward.work() as w:
        seed_ward(w, ward.example)
        seed_case(w, ward.example, CASE, stage)
    ward.engine.dispose()  # the last connection writes the log back into the file
