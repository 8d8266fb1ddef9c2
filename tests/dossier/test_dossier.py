"""The dossier: what is missing by name, the lock that is never taken back, its pages, and evidence that nobody removes."""

from __future__ import annotations

import asyncio
import io
import re
import zipfile
from datetime import date
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from moderation import Refusal
from moderation.case import dossier as rules
from moderation.case.stages import Stage
from server.accounts.keys import new_id
from server.conferences.tables import conference
from server.db.append_only import guards
from server.demo.example import read
from server.dossier import keeping
from server.dossier.exporting import Archives
from server.dossier.index import HEAD, as_csv, as_xlsx
from server.dossier.packing import verify_history
from server.dossier.tables import dossier_export, dossier_piece, dossier_seal
from server.dossier.verify import verify
from server.office.tables import history
from tests.dossier.conftest import files_of, fill, issued, scan
from tests.office.ward import CASE, Ward

TAB = f"/van-phong/hoi-nghi/{CASE}/ho-so"


def test_D15_2_the_nine_places_are_those_of_the_article() -> None:
    assert [slot.id for slot in rules.SLOTS] == [
        "ke_hoach", "van_ban_phan_cong", "phieu_lay_y_kien", "bao_cao_tong_hop", "bao_cao_tra_loi", "giay_moi", "bien_ban", "ket_luan_chu_tri",
        "van_ban_kien_nghi_cap_tren",
    ]  # fmt: skip
    assert [slot.id for slot in rules.SLOTS if slot.optional] == ["van_ban_kien_nghi_cap_tren"]


def test_D15_2_the_example_expects_these_places() -> None:
    expected = read()["expected_dossier"]
    assert [(one["item"], one.get("optional", False)) for one in expected] == [(slot.id, slot.optional) for slot in rules.SLOTS]
    assert rules.missing(one["item"] for one in expected if one["present"]) == ()


@given(st.sets(st.sampled_from([slot.id for slot in (*rules.SLOTS, *rules.ATTACHED)])))
def test_a_dossier_locks_exactly_when_nothing_obligatory_is_missing(filled: set[str]) -> None:
    wanted = {slot.id for slot in rules.SLOTS} - {"van_ban_kien_nghi_cap_tren"}
    assert set(rules.missing(filled)) == wanted - filled
    if wanted <= filled:
        assert rules.lock(Stage.ISSUED, filled) is Stage.CLOSED
    else:
        with pytest.raises(Refusal, match="dossier_incomplete"):
            rules.lock(Stage.ISSUED, filled)


def test_a_term_ends_with_its_last_year() -> None:
    assert rules.kept_until("10 năm", date(2027, 3, 1)) == date(2037, 12, 31)
    assert rules.kept_until("vĩnh viễn", date(2027, 3, 1)) is None
    for unfit in ("", "0 năm", "mười năm", "10 năm nữa", "-5 năm"):
        with pytest.raises(Refusal, match="term_unfit"):
            rules.check_term(unfit)


async def test_D10_3_locking_names_what_is_missing_and_changes_nothing(ward: Ward) -> None:
    fill(ward, "giay_moi", "bien_ban")
    issued(ward)
    with pytest.raises(Refusal) as refused, ward.work("van-phong") as w:
        keeping.lock_dossier(w, CASE)
    assert (refused.value.code, refused.value.details) == ("dossier_incomplete", {"missing": "Giấy mời, Biên bản hội nghị"})
    async with ward.browser("van-phong") as browser:
        shown = (await browser.get(TAB)).text
        answer = await browser.post(f"{TAB}/khoa", data={"once": new_id()})
    assert "Còn thiếu 2 thành phần" in shown
    assert answer.status_code == 422 and "còn thiếu: Giấy mời, Biên bản hội nghị" in answer.text
    with ward.work() as w:
        assert w.row(conference, CASE)["dossier_locked_at"] is None


async def test_D15_2_all_but_the_optional_piece_lock_it_for_ever_with_a_list_of_hashes(ward: Ward) -> None:
    fill(ward, "van_ban_kien_nghi_cap_tren")
    issued(ward)
    async with ward.browser("van-phong") as browser:
        answer = await browser.post(f"{TAB}/khoa", data={"once": new_id()})
        assert answer.status_code == 303, answer.text
        listed = (await browser.get(f"{TAB}/ban-ke")).text
        assert (await browser.get(f"{TAB}/them")).status_code == 409
        again = await browser.post(f"{TAB}/khoa", data={"once": new_id()})
        assert again.status_code == 422 and "Hồ sơ đã khóa" in again.text
    with ward.work() as w:
        seal = w.db.execute(select(dossier_seal)).mappings().one()
        pieces = w.db.execute(select(dossier_piece)).mappings().all()
        assert w.row(conference, CASE)["stage"] == "closed"
    assert len(pieces) == 8 and {piece["sha256"] for piece in pieces} == {piece["sha256"] for piece in seal["pieces"]}
    assert all(piece["sha256"] in listed for piece in pieces)
    with pytest.raises(Refusal, match="dossier_locked"), ward.work("van-phong") as w:
        keeping.take_out(w, CASE, pieces[0]["id"])
    with pytest.raises(Refusal, match="dossier_locked"), ward.work("van-phong") as w:
        keeping.put_in(w, files_of(ward), CASE, "bien_ban", "x.pdf", scan("x"))


async def test_a_case_without_its_notice_is_not_locked(ward: Ward) -> None:
    fill(ward)
    with pytest.raises(Refusal, match="stage_does_not_follow"), ward.work("van-phong") as w:
        keeping.lock_dossier(w, CASE)


async def test_only_the_advising_office_keeps_the_dossier(ward: Ward) -> None:
    for login in ("kthtdt", "mttq", "thu-ky", "chu-tich"):
        with pytest.raises(Refusal, match="not_allowed"), ward.work(login) as w:
            keeping.put_in(w, files_of(ward), CASE, "bien_ban", "x.pdf", scan("x"))


async def test_a_scan_is_put_in_fetched_and_taken_out(ward: Ward) -> None:
    async with ward.browser("van-phong") as browser:
        assert (await browser.get(f"{TAB}/them?cho=bien_ban")).status_code == 200
        answer = await browser.post(
            f"{TAB}/them",
            data={"slot": "bien_ban", "number": "03/BB-UBND", "date": "2027-01-14", "subject": "=1+1", "once": new_id()},
            files={"file": ("../Biên bản.pdf", scan("biên bản"), "application/pdf")},
        )
        assert answer.status_code == 303, answer.text
        shown = (await browser.get(TAB)).text
        address = re.search(rf"{TAB}/tep/[0-9a-f]{{64}}", shown)
        assert address and "=1+1" in shown and "03/BB-UBND" in shown
        fetched = await browser.get(address[0])
        assert fetched.content == scan("biên bản")
        assert fetched.headers["content-disposition"].startswith("attachment") and fetched.headers["content-security-policy"].startswith("sandbox")
        with ward.work() as w:
            piece = w.db.execute(select(dossier_piece)).mappings().one()
        assert piece["name"] == "Biên bản.pdf"
        assert (await browser.post(f"{TAB}/bo/{piece['id']}", data={"once": new_id()})).status_code == 303
        assert (await browser.get(address[0])).status_code == 404


async def test_what_is_no_scan_comes_back_with_a_sentence_and_what_was_typed(ward: Ward) -> None:
    unfit = (("x.pdf", b"MZ\x90", "file_type"), ("x.pdf", b"%PDF-1.4 broken", "file_unreadable"), ("x.zip", b"PK\3\4", "file_type"))
    for name, content, code in unfit:
        async with ward.browser("van-phong") as browser:
            form = {"slot": "bien_ban", "subject": "Biên bản gốc", "once": new_id()}
            answer = await browser.post(f"{TAB}/them", data=form, files={"file": (name, content)})
        assert answer.status_code == 422 and "Biên bản gốc" in answer.text and "form-error" in answer.text
        with pytest.raises(Refusal, match=code), ward.work("van-phong") as w:
            keeping.put_in(w, files_of(ward), CASE, "bien_ban", name, content)
    with ward.work() as w:
        assert w.db.execute(select(dossier_piece)).all() == []


async def test_the_archive_is_made_beside_the_request_and_fetched_by_who_may(ward: Ward, tmp_path: Path) -> None:
    fill(ward)
    async with ward.browser("van-phong") as browser, ward.browser("kthtdt") as agency:
        assert (await browser.post(f"{TAB}/xuat", data={"once": new_id()})).status_code == 303
        for _ in range(200):
            shown = (await browser.get(TAB)).text
            if "Tải gói về" in shown:
                break
            await asyncio.sleep(0.05)
        address = re.search(rf"{TAB}/xuat/[0-9a-f]+\.zip", shown)
        assert address
        content = (await browser.get(address[0])).content
        assert (await agency.get(address[0])).status_code == 403
        assert "Gói lưu trữ" not in (await agency.get(TAB)).text
    path = tmp_path / "fetched.zip"
    path.write_bytes(content)
    assert verify(path).ok
    with ward.work() as w:
        assert w.db.scalar(select(history.c.act).where(history.c.kind == "dossier_export")) == "export_dossier"
        w.db.execute(update(dossier_export).values(heard=0))
    async with ward.browser("van-phong") as browser:
        assert (await browser.get(address[0])).status_code == 404


def test_the_index_holds_no_formula() -> None:
    risky = ["=1+1", "+1", "-1", "@SUM(A1)", "＝1+1", "\t=1", "http://example.vn"]
    sheet = openpyxl.load_workbook(io.BytesIO(as_xlsx("=2+2", [risky]))).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert [cell.value for cell in cells][: 1 + len(HEAD)] == ["=2+2", *HEAD]
    assert {cell.data_type for cell in cells} == {"s"} and all(cell.hyperlink is None for cell in cells)
    text = as_csv([risky]).decode("utf-8-sig")
    assert all(f"'{cell}" in text for cell in risky[:-1])
    assert zipfile.is_zipfile(io.BytesIO(as_xlsx("", [])))


async def test_D16_2_nobody_removes_or_changes_an_entry_of_the_history(ward: Ward) -> None:
    for statement in (delete(history), update(history).values(act="khác"), update(history).where(history.c.seq == 1).values(body=b"{}")):
        with pytest.raises(DBAPIError), ward.work() as w:
            w.db.execute(statement)
    with ward.work() as w:
        assert all(standing.ok and standing.count for standing in verify_history(w.db))


async def test_D4_1_a_history_that_was_changed_behind_the_program_is_found(ward: Ward) -> None:
    """Whoever owns the database can take the triggers away; the hashes show what was done, and where first."""
    with ward.work() as w:
        guards([history])[0].remove(w.db)
        w.db.execute(update(history).where(history.c.chain == CASE, history.c.seq == 3).values(by="ai đó"))
        assert [(s.chain, s.count + 1, s.fault) for s in verify_history(w.db) if not s.ok] == [(CASE, 3, "altered_columns")]
        w.db.execute(delete(history).where(history.c.chain == CASE, history.c.seq == 2))
        assert [(s.count + 1, s.fault) for s in verify_history(w.db, CASE)] == [(2, "gap")]


async def test_an_archive_whose_maker_fell_silent_or_failed_can_be_asked_for_again(ward: Ward) -> None:
    archives = Archives(ward.parts.engine, files_of(ward), ward.parts.settings.data_dir / "exports")
    with ward.work("van-phong") as w:
        export = archives.ask(w, CASE)
        assert export and archives.ask(w, CASE) is None
    with ward.work() as w:
        w.db.execute(update(dossier_export).values(heard=w.now - 61_000))
    with ward.work("van-phong") as w:
        guards([history])[0].remove(w.db)
        w.db.execute(update(history).where(history.c.chain == CASE, history.c.seq == 2).values(body=b"{}"))
        second = archives.ask(w, CASE)
    assert second is not None
    archives.make(second, CASE)
    assert not list((ward.parts.settings.data_dir / "exports").iterdir())
    async with ward.browser("van-phong") as browser:
        assert "Chưa lập được gói lưu trữ" in (await browser.get(TAB)).text
