"""A case whose conference was held, with papers in every place of its dossier."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pikepdf
import pytest

from moderation.case.dossier import SLOTS
from moderation.case.stages import Stage
from server.accounts.keys import new_id
from server.conferences.tables import conference
from server.dossier.keeping import keep, put_in
from server.dossier.packing import pack
from server.files.store import Store
from tests.office.ward import CASE, Ward, open_ward


def scan(text: str) -> bytes:
    """A PDF of one page that differs from others."""
    out = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page(page_size=(200, 200))
        document.docinfo["/Title"] = text
        document.save(out, deterministic_id=True)
    return out.getvalue()


def files_of(ward: Ward) -> Store:
    """Where the ward's files are."""
    return Store(ward.parts.settings.data_dir / "files")


def fill(ward: Ward, *without: str) -> None:
    """Puts a scan into every place but these, and names the custodian."""
    with ward.work("van-phong") as w:
        w.act = "keep_dossier"
        for slot in SLOTS:
            if slot.id not in without:
                put_in(w, files_of(ward), CASE, slot.id, f"{slot.id}.pdf", scan(slot.id), number="01/VB", subject=f"Bản quét {slot.id}")
        keep(w, CASE, "10 năm", "Văn phòng HĐND và UBND phường Bến Sông")


def issued(ward: Ward) -> None:
    """Brings the case to the stage after its notice."""
    with ward.work() as w:
        w.change(conference, CASE, stage=Stage.ISSUED.value)


@asynccontextmanager
async def opened_ward(folder: Path) -> AsyncIterator[Ward]:
    """The ward with the case's room open, so that its journal holds names."""
    async with open_ward(folder, stage=Stage.INVITED) as ward:
        async with ward.browser("van-phong") as browser:
            answer = await browser.post(f"/van-phong/hoi-nghi/{CASE}/phong-hop/mo", data={"once": new_id()})
            assert answer.status_code == 303
        yield ward


@pytest.fixture
async def ward(tmp_path: Path) -> AsyncIterator[Ward]:
    async with open_ward(tmp_path) as opened:
        yield opened


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of the case with a filled dossier. Made once; tests change copies of it."""
    folder = tmp_path_factory.mktemp("packed")

    async def make() -> None:
        async with opened_ward(folder) as ward:
            fill(ward)
            pack(ward.parts.engine, files_of(ward), CASE, folder / "goi.zip")

    asyncio.run(make())
    return folder / "goi.zip"
