"""The example's conference after its close: the ward with the petitions, and the room's outcomes taken over into the draft of the notice."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
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
from tests.moderation.example import played
from tests.office.ward import CASE, Ward, open_ward


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


@pytest.fixture(scope="session")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the ward on the evening of 14/01/2027: the room is closed, nothing else is done. Made once, copied for each test."""
    folder = tmp_path_factory.mktemp("closed")

    async def make() -> None:
        async with open_ward(folder, stage=Stage.IN_SESSION) as ward:
            seed_petitions(ward)
            ward.at("2027-01-14", "18:00")
            with ward.work() as w:
                learn(w, closed_room(), (from_room,))

    asyncio.run(make())
    return folder / "data"


@pytest.fixture(scope="session")
def out(closed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same on 27/01/2027, when the notice has been issued."""
    folder = tmp_path_factory.mktemp("issued")

    async def make() -> None:
        async with again(closed, folder, "2027-01-14") as evening:
            evening.issue("2027-01-27")

    asyncio.run(make())
    return folder / "data"


@asynccontextmanager
async def again(data: Path, folder: Path, day: str) -> AsyncIterator[Evening]:
    """A copy of the ward as this data folder has it, on this day."""
    shutil.copytree(data, folder / "data")
    ward = Ward(Settings(data_dir=folder / "data"))
    ward.at(day, "18:00")
    try:
        yield Evening(ward)
    finally:
        await ward.close()
        clock.reset()


@pytest.fixture
async def evening(tmp_path: Path, closed: Path) -> AsyncIterator[Evening]:
    """The evening of 14/01/2027."""
    async with again(closed, tmp_path, "2027-01-14") as opened:
        yield opened


@pytest.fixture
async def issued(tmp_path: Path, out: Path) -> AsyncIterator[Evening]:
    """The evening of 27/01/2027."""
    async with again(out, tmp_path, "2027-01-27") as opened:
        yield opened
