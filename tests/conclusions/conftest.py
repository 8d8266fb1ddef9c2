"""The example's conference after its close: the ward with the petitions, and the room's outcomes taken over into the draft of the notice."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from moderation import Conference
from moderation.case.stages import Stage
from server import clock
from server.conclusions.from_room import from_room
from server.conferences.room import learn
from server.petitions.tables import petition
from server.settings import Settings
from tests.conclusions.evening import Evening
from tests.databases import Chosen
from tests.moderation.example import played
from tests.office.ward import CASE, Ward, seed


@cache
def closed_room() -> Conference:
    """The state of the example's room when it is over."""
    return played()[0].c


def seed_petitions(ward: Ward) -> None:
    """The example's twelve petitions, and two that were merged into KN-02. KN-01 asked for e-mail, KN-10 for a text message, nobody else for anything."""
    reached = {"KN-01": ("email", "ngo12@example.vn", ""), "KN-10": ("sms", "", "+84310000010")}
    with ward.work() as w:
        for number, p in enumerate(ward.example["petitions"], start=1):
            results_by, email, phone = reached.get(p["id"], ("", "", ""))
            w.add(petition, id=p["id"].lower(), conference=CASE, number=number, code=p["id"], state="released", received_at=w.now, received_on="2026-12-20",
                  source="paper_slip", name=f"Người gửi {p['id']}", area="Tổ dân phố số 2", shown_as=p["petitioner"], field=p["field"], content=p["content"],
                  declared=True, results_by=results_by, email=email, phone=phone)  # fmt: skip
        for number in (13, 14):
            w.add(petition, id=f"yk-{number}", conference=CASE, number=number, code=f"YK-{number:04}", state="merged", received_at=w.now, received_on="2026-12-20",
                  source="web_form", name=f"Người gửi YK-{number}", area="Tổ dân phố số 5", shown_as="Công dân Tổ dân phố số 5", field="moi_truong",
                  content=f"Rác đầu phố bốc mùi, ý kiến {number}", declared=True, merged_into="kn-02")  # fmt: skip


def held(url: str) -> None:
    """Fills a database with the ward on the evening of 14/01/2027: the room is closed, nothing else is done."""
    clock.set_to(clock.moment(date(2026, 12, 15), "08:00"))
    seed(url, Stage.IN_SESSION)
    ward = Ward(Settings(database_url=url))
    seed_petitions(ward)
    ward.at("2027-01-14", "18:00")
    with ward.work() as w:
        learn(w, closed_room(), (from_room,))
    ward.engine.dispose()


def noticed(url: str) -> None:
    """The same on 27/01/2027, when the notice has been issued."""
    held(url)
    ward = Ward(Settings(database_url=url))
    Evening(ward).issue("2027-01-27")
    ward.engine.dispose()


@asynccontextmanager
async def again(name: str, fill: Callable[[str], None], folder: Path, day: str) -> AsyncIterator[Evening]:
    """A copy of the database that this fills, which is done once, on this day."""
    data = folder / "data"
    url = Chosen.databases.seeded(data, name, fill)
    ward = Ward(Settings(data_dir=data, database_url=url))
    ward.at(day, "18:00")
    try:
        yield Evening(ward)
    finally:
        await ward.close()
        clock.reset()
        Chosen.databases.drop(url)


@pytest.fixture
async def evening(tmp_path: Path) -> AsyncIterator[Evening]:
    """The evening of 14/01/2027."""
    async with again("held", held, tmp_path, "2027-01-14") as opened:
        yield opened


@pytest.fixture
async def issued(tmp_path: Path) -> AsyncIterator[Evening]:
    """The evening of 27/01/2027."""
    async with again("noticed", noticed, tmp_path, "2027-01-27") as opened:
        yield opened
