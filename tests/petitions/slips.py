"""Petitions for tests: entries, and forms as browsers send them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from typing import Any

import httpx

from moderation.case.petitions import Kind, Sender
from server.conferences.tables import conference
from server.files.store import Store
from server.office.work import Work
from server.petitions.entering import Entry, enter
from server.petitions.triage import Decision, triage
from tests.office.ward import BASE, CASE, Ward

DRAINS = "Ngõ 12 phố Cầu Mây ngập sâu sau mỗi trận mưa vì cống thoát nước cũ. Đề nghị nạo vét trước mùa mưa."
DRAINS_AGAIN = "Cống thoát nước ngõ 12 phố Cầu Mây cũ, mưa là ngập sâu, đề nghị nạo vét."
RUBBISH = "Điểm tập kết rác đầu phố Hoa Gạo bốc mùi, xe thu gom đến muộn."
HOA = Sender("Nguyễn Thị Hoa", "Tổ dân phố số 5", 1961)
ENTRY = Entry(HOA, DRAINS, "ha_tang_giao_thong", "paper_slip", True, phone="0912 345 678")

FORM = {"name": "Nguyễn Thị Hoa", "area": "Tổ dân phố số 5", "birth_year": "1961", "phone": "0912 345 678", "basis": "live", "field": "ha_tang_giao_thong",
        "content": DRAINS, "results_by": "", "channel": "", "declared": "1"}  # fmt: skip


_houses = count(1)


@asynccontextmanager
async def at_home(ward: Ward, address: str = "") -> AsyncIterator[httpx.AsyncClient]:
    """The browser of somebody without an account, from an address that nobody sent from before unless one is given."""
    transport = httpx.ASGITransport(ward.app, client=(address or f"10.9.{next(_houses)}.1", 50_000))
    async with httpx.AsyncClient(transport=transport, base_url=BASE, headers={"Origin": BASE, "Accept": "text/html"}) as client:
        yield client


def store(ward: Ward) -> Store:
    return Store(ward.parts.settings.data_dir / "files")


def take(w: Work, ward: Ward, entry: Entry = ENTRY, **changes: Any) -> str:
    """Takes a petition in and gives its id."""
    return enter(w, w.row(conference, CASE), replace(entry, **changes), ward.parts.keys, store(ward))


def accept(w: Work, id: str, **more: Any) -> None:
    """Triages a petition into the dialogue."""
    triage(w, CASE, id, Decision(Kind.IN_SCOPE, "ha_tang_giao_thong", "Công dân Tổ dân phố số 5", **more))
