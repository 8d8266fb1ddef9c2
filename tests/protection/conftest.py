"""The ward with two petitions, one of them by whoever asks about their data, and a room that has heard both names."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from moderation.kernel import Identity
from moderation.people import Channel, RegisterPerson
from server.accounts.keys import new_id
from server.files.store import Store
from server.notifications.outbox import enqueue
from server.petitions.tables import petition, petition_file
from server.petitions.tracking import give_code
from tests.office.ward import CASE, Ward, open_ward

NAME, PHONE, EMAIL = "Trần Thị Ngọc Lan", "+84912345678", "lan@example.vn"
OTHER = "Phạm Văn Đức"
DESK = "/van-phong/du-lieu-ca-nhan"


@dataclass(slots=True)
class Lan:
    """The ward, with her petition, its tracking code, her file, and the petition of somebody else."""

    ward: Ward
    petition: str
    code: str
    file: str
    other: str

    @property
    def files(self) -> Store:
        return Store(self.ward.parts.settings.data_dir / "files")


def send(ward: Ward, number: int, name: str, phone: str, email: str) -> str:
    with ward.work() as w:
        return w.add(petition, conference=CASE, number=number, code=f"YK-{number:04}", state="received", received_at=w.now, received_on="2026-12-14",
                     source="online", name=name, phone=phone, email=email, address="Số 5 ngõ 12", area="Tổ dân phố số 4", birth_year=1970, field="ha_tang",
                     shown_as="Công dân Tổ dân phố số 4", content=f"Cống ngõ 12 tắc. {name}", summary="Cống ngõ 12 tắc", declared=True,
                     publish_name=True, results_by="email")  # fmt: skip


@pytest.fixture
async def ward(tmp_path: Path) -> AsyncIterator[Ward]:
    async with open_ward(tmp_path) as opened:
        yield opened


@pytest.fixture
async def lan(tmp_path: Path) -> AsyncIterator[Lan]:
    async with open_lan(tmp_path) as opened:
        yield opened


@asynccontextmanager
async def open_lan(folder: Path, database_url: str | None = None) -> AsyncIterator[Lan]:
    async with open_ward(folder, database_url) as ward:
        files = Store(ward.parts.settings.data_dir / "files")
        own, other = send(ward, 1, NAME, PHONE, EMAIL), send(ward, 2, OTHER, "+84900000000", "")
        with ward.work() as w:
            code = give_code(w, ward.parts.keys, own)
            sha256 = files.put(b"a picture of hers")
            w.add(petition_file, conference=CASE, petition=own, sha256=sha256, name="nhà bà Lan.jpg", type="image/jpeg", size=17, at=w.now)
            enqueue(
                w,
                "k1",
                kind="petition",
                channel="email",
                recipient=NAME,
                address=EMAIL,
                title="Kiến nghị",
                text=f"Kính gửi bà {NAME}",
                conference=CASE,
                subject=own,
            )
        async with ward.browser("van-phong") as browser:
            answer = await browser.post(f"/van-phong/hoi-nghi/{CASE}/phong-hop/mo", data={"once": new_id()})
            assert answer.status_code == 303, answer.text
        room = (await ward.parts.rooms.get(CASE)).room
        for person, name in (("cit-lan", NAME), ("cit-duc", OTHER)):
            await room.do(new_id(), "desk", RegisterPerson(person, Identity(name, "Tổ dân phố số 4", "0912345678"), Channel.HALL))
        yield Lan(ward, own, code, sha256, other)
