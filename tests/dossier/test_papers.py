"""Papers that were issued here fill the places of the dossier by themselves, and the signed minutes come from the room."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pikepdf
import pytest

from moderation import Refusal
from moderation.case.dossier import PLACES, SLOTS, place_of
from moderation.case.stages import Stage
from server.accounts.keys import new_id
from server.conferences.tables import conference
from server.db.engine import open_engine
from server.db.migrate import migrate
from server.db.verify import Head
from server.dossier.importing import bring_in
from server.dossier.keeping import lock_dossier, put_minutes
from server.dossier.packing import pack
from server.dossier.pieces import pieces
from server.dossier.verify import verify
from server.files.store import Store
from server.papers import register
from server.papers.compose import sample
from server.papers.register import withdraw
from tests.conftest import ROOT
from tests.dossier.conftest import files_of, fill, opened_ward
from tests.dossier.conftest import issued as to_notice
from tests.office.ward import CASE, Ward, open_ward
from tests.papers.meeting import held, signed

TAB = f"/van-phong/hoi-nghi/{CASE}/ho-so"


def issued(ward: Ward, kind: str) -> str:
    with ward.work("van-phong") as w:
        id = register.draft(w, CASE, kind, sample(kind))
        register.submit(w, id)
    with ward.work("chu-tich") as w:
        register.sign(w, id)
        register.issue(w, id)
    return id


def test_every_kind_of_paper_has_its_place() -> None:
    kinds = {folder.name for folder in (ROOT / "server/papers/templates").iterdir() if (folder / "template.md").exists()}
    assert {kind for slot in PLACES.values() for kind in slot.papers} - kinds == {"minutes"}
    assert place_of("conclusion_notice") == "ket_luan_chu_tri" and place_of("what_comes_later") == "tai_lieu_khac"
    assert all(len(slot.papers) == 1 for slot in SLOTS)


async def test_an_issued_paper_fills_its_place_and_a_void_one_does_not(ward: Ward) -> None:
    with ward.work("van-phong") as w:
        register.draft(w, CASE, "plan", sample("plan"))
        assert pieces(w, CASE) == []
    id = issued(ward, "conclusion_notice")
    with ward.work("van-phong") as w:
        (piece,) = pieces(w, CASE)
    assert (piece.slot, [file.name.rpartition(".")[2] for file in piece.files]) == ("ket_luan_chu_tri", ["pdf", "docx"])
    async with ward.browser("van-phong") as browser:
        fetched = await browser.get(f"{TAB}/tep/{piece.files[0].sha256}")
    assert fetched.content.startswith(b"%PDF")
    with ward.work("chu-tich") as w:
        withdraw(w, id, "Nhầm số")
        assert pieces(w, CASE) == []


async def test_issued_papers_lie_in_the_archive_as_pdf_a_and_docx_and_come_back_into_the_register(
    ward: Ward, tmp_path: Path, empty_database_url: str
) -> None:
    issued(ward, "conclusion_notice")
    pack(ward.parts.engine, files_of(ward), CASE, tmp_path / "goi.zip")
    assert verify(tmp_path / "goi.zip").ok
    with zipfile.ZipFile(tmp_path / "goi.zip") as packed:
        (pdf,) = [name for name in packed.namelist() if name.startswith("data/ho-so/08-ket-luan-chu-tri/") and name.endswith(".pdf")]
        assert pdf.removesuffix("pdf") + "docx" in packed.namelist()
        with pikepdf.open(io.BytesIO(packed.read(pdf))) as document:
            assert document.open_metadata()["pdfaid:part"] == "2"
    migrate(empty_database_url)
    engine, files = open_engine(empty_database_url), Store(tmp_path / "other")
    try:
        bring_in(engine, files, tmp_path / "goi.zip", 1)
        pack(engine, files, CASE, tmp_path / "again.zip")
    finally:
        engine.dispose()
    assert (tmp_path / "again.zip").read_bytes() == (tmp_path / "goi.zip").read_bytes()


async def test_the_minutes_come_from_the_room_once_they_are_signed(ward: Ward) -> None:
    head = Head(99, bytes(32))
    with pytest.raises(Refusal, match="minutes_unsigned"), ward.work("van-phong") as w:
        put_minutes(w, files_of(ward), CASE, held().state, head)
    for _ in range(2):  # the second time finds them there
        with ward.work("van-phong") as w:
            put_minutes(w, files_of(ward), CASE, signed().state, head)
    with ward.work() as w:
        there = pieces(w, CASE)
        content = {file.type.rpartition(".")[2]: files_of(ward).get(file.sha256) for piece in there for file in piece.files}
    assert [(piece.slot, piece.date) for piece in there] == [("bien_ban", "2027-01-14")] * 2
    assert (
        sorted(content) == ["application/pdf", "document"]
        and content["application/pdf"].startswith(b"%PDF")
        and content["document"].startswith(b"PK")
    )


async def test_a_room_whose_minutes_are_not_signed_gives_none(tmp_path: Path) -> None:
    async with open_ward(tmp_path, stage=Stage.INVITED) as ward, ward.browser("van-phong") as browser:
        assert (await browser.post(f"/van-phong/hoi-nghi/{CASE}/phong-hop/mo", data={"once": new_id()})).status_code == 303
        answer = await browser.post(f"{TAB}/bien-ban", data={"once": new_id()})
    assert answer.status_code == 422 and "chưa được người chủ trì và thư ký ký" in answer.text


async def test_D15_2_what_is_issued_after_the_lock_is_shown_as_such_and_not_on_its_list(ward: Ward) -> None:
    fill(ward, "van_ban_kien_nghi_cap_tren")
    to_notice(ward)
    with ward.work("van-phong") as w:
        lock_dossier(w, CASE)
    issued(ward, "referral")
    async with ward.browser("van-phong") as browser:
        shown, listed = (await browser.get(TAB)).text, (await browser.get(f"{TAB}/ban-ke")).text
    assert shown.count("có sau khi khóa") == 1
    assert "Văn bản kiến nghị cấp trên" not in listed


async def test_D15_2_the_attendance_list_is_asked_for_and_made_from_the_room(tmp_path: Path) -> None:
    button = f'action="/van-phong/hoi-nghi/{CASE}/van-ban/danh-sach-du"'
    async with opened_ward(tmp_path) as ward, ward.browser("van-phong") as office:
        assert button not in (await office.get(TAB)).text, "nothing to list before the room was held"
        with ward.work() as w:
            w.change(conference, CASE, held_on="2027-01-14")
        page = (await office.get(TAB)).text
        assert button in page and "Chưa có danh sách tham dự" in page
        issued(ward, "attendance")
        page = (await office.get(TAB)).text
        assert button not in page and "Chưa có danh sách tham dự" not in page
