"""Tables of petitions: the template, what is wrong in each row, all rows or none, and tables that mean harm."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date

import pytest
import xlsxwriter  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook  # type: ignore[import-untyped]
from sqlalchemy import func, select

from moderation import Refusal
from server.petitions.reading import COLUMNS, MOST_ROWS, heading, read, template
from server.petitions.tables import petition, petition_table
from tests.office.ward import CASE, Ward
from tests.petitions.slips import DRAINS, RUBBISH, store

HERE = f"/van-phong/hoi-nghi/{CASE}/kien-nghi/nhap-bang"
HEADS = ("name", "area", "phone", "field", "content", "received_on", "is_group", "source_detail", "declared")
TODAY = date(2026, 12, 20)
GOOD = ("Nguyễn Thị Hoa", "Tổ dân phố số 5", "0912345678", "Môi trường", DRAINS, "18/12/2026", "", "", "x")


def xlsx(*rows: Sequence[str | float]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([[heading(column) for column in HEADS], *rows]):
            sheet.write_row(number, 0, row)
    return out.getvalue()


def code(content: bytes) -> str:
    with pytest.raises(Refusal) as refused:
        read(content, "vi", TODAY)
    return refused.value.code


def test_the_template_has_every_column_and_reads_back_as_a_table_without_rows() -> None:
    book = load_workbook(io.BytesIO(template()))
    assert [cell.value for cell in book.worksheets[0][1]] == [heading(column) for column in COLUMNS]
    assert {cell.data_type for row in book.worksheets[1].iter_rows() for cell in row if cell.value is not None} == {"s"}
    assert code(template()) == "table_without_rows"


def test_a_row_becomes_a_petition_with_numbers_and_dates_as_people_write_them() -> None:
    rows = read(xlsx(GOOD, ("Tổ 7", "", 912345678.0, "", RUBBISH, "", "X", "Tổ trưởng Tổ dân phố số 7", "có")), "vi", TODAY).rows
    assert [row.faults for row in rows] == [(), ()]
    first, second = rows[0].entry, rows[1].entry
    assert first and second
    assert (first.field, str(first.received_on), first.source) == ("moi_truong", "2026-12-18", "table")
    assert (second.source, second.sender.is_group, second.phone, second.field) == ("on_behalf", True, "0912345678", "khac")


def test_csv_of_any_usual_kind_is_read() -> None:
    for mark, coding in ((";", "utf-8"), (",", "utf-8-sig"), ("\t", "utf-16")):
        text = "\r\n".join(mark.join(f'"{cell}"' for cell in row) for row in ([heading(column) for column in HEADS], GOOD))
        sheet = read(text.encode(coding), "vi", TODAY)
        assert sheet.fit, sheet.rows[0].faults
        assert sheet.rows[0].content == DRAINS


def test_every_fault_names_its_row_and_column() -> None:
    sheet = read(xlsx(GOOD, ("", "", "", "Chuyện lạ", "", "hôm qua", "", "", "")), "vi", TODAY)
    bad = sheet.rows[1]
    assert not sheet.fit
    assert (bad.number, {column for column, _ in bad.faults}) == (3, {heading(c) for c in ("name", "field", "content", "received_on")})
    wrong_number = read(xlsx((*GOOD[:2], "12", *GOOD[3:])), "vi", TODAY).rows[0]
    assert wrong_number.faults == ((heading("phone"), "Số điện thoại không đúng. Ví dụ: 0912 345 678."),)
    undeclared = read(xlsx((*GOOD[:8], "")), "vi", TODAY).rows[0]
    assert [column for column, _ in undeclared.faults] == [heading("declared")]
    assert len(read(xlsx(("x" * 10_000, *GOOD[1:])), "vi", TODAY).rows[0].faults) == 1


def test_a_formula_without_a_value_is_named_and_no_row_is_lost() -> None:
    book = Workbook()
    sheet = book.active
    for row in (
        [heading(column) for column in HEADS],
        GOOD,
        ('=A2&" (2)"', *[None] * 8),
        [*GOOD[:4], "=E2", *GOOD[5:]],
        [*[None] * 9, "=ROW()"],
        [*GOOD, "=ROW()"],
    ):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    read_back = read(out.getvalue(), "vi", TODAY)
    assert not read_back.fit
    said = "Ô {} chứa công thức chưa có giá trị: mở tệp bằng phần mềm bảng tính rồi lưu lại, hoặc gõ thẳng giá trị."
    faults = {row.number: [sentence for _, sentence in row.faults] for row in read_back.rows}
    assert faults == {2: [], 3: [said.format("A3")], 4: [said.format("E4")], 5: [said.format("J5")], 6: []}


def test_a_formula_with_its_value_is_read_as_the_value() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [heading(column) for column in HEADS])
        sheet.write_row(1, 0, GOOD)
        sheet.write_formula(1, 0, '="Nguyễn "&"Thị Hoa"', None, "Nguyễn Thị Hoa")
    assert read(out.getvalue(), "vi", TODAY).rows[0].name == "Nguyễn Thị Hoa"


def test_tables_that_are_none_are_refused() -> None:
    assert code(b"a;b\n1;2") == "table_without_columns"
    assert code(b"\xff\xfe\x00") == "file_unreadable"
    assert code("Họ và tên;Nội dung ý kiến\n".encode("cp1258", "replace")) in ("file_unreadable", "table_without_columns")
    assert code(xlsx(*[GOOD] * (MOST_ROWS + 1))) == "table_too_long"
    assert code(b"PK\x03\x04 nothing") == "file_unreadable"
    assert code(xlsx(("y" * 10_001, *GOOD[1:]))) == "text_too_long"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.text(max_size=30), max_size=8), max_size=5))
def test_any_cells_are_read_or_refused_and_never_fail(rows: list[list[str]]) -> None:
    body = "\n".join(";".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in [[heading(c) for c in HEADS], *rows])
    try:
        sheet = read(body.encode("utf-8", "replace"), "vi", TODAY)
    except Refusal:
        return
    assert all((row.entry is None) == bool(row.faults) for row in sheet.rows)


pages = pytest.mark.asyncio(loop_scope="module")


def count(ward: Ward) -> int:
    with ward.work() as w:
        return w.db.scalar(select(func.count()).select_from(petition)) or 0


@pages
async def test_a_table_is_shown_before_it_is_taken_and_taken_once(ward: Ward) -> None:
    async with ward.browser("tong-hop") as browser:
        read_in = await browser.post(HERE, files={"file": ("bảng.xlsx", xlsx(GOOD, (*GOOD[:4], RUBBISH, *GOOD[5:])))})
        at = read_in.headers["location"].partition("?")[0]
        shown = await browser.get(at)
        assert count(ward) == 0 and RUBBISH in shown.text
        assert (await browser.post(at)).status_code == 303
        assert count(ward) == 2
        assert (await browser.post(at)).status_code == 422
        assert (await browser.get(f"{HERE}/mau.xlsx")).content.startswith(b"PK")
    assert count(ward) == 2
    with ward.work() as w:
        assert {row.source for row in w.db.execute(select(petition.c.source))} == {"table"}
        assert {row.keyed_by for row in w.db.execute(select(petition.c.keyed_by))} == {ward.staff("tong-hop").account}


@pages
async def test_one_bad_row_keeps_the_whole_table_out(ward: Ward) -> None:
    async with ward.browser("van-phong") as browser:
        answer = await browser.post(HERE, files={"file": ("bảng.xlsx", xlsx(GOOD, (*GOOD[:8], "")))})
    assert answer.status_code == 422
    assert "1 dòng cần sửa trong 2 dòng" in answer.text and heading("declared") in answer.text
    with ward.work() as w:
        assert w.db.scalar(select(func.count()).select_from(petition_table)) == 0


@pages
@pytest.mark.parametrize("harm", ["macro", "nested", "flood", "old", "none"])
async def test_tables_that_mean_harm_leave_nothing(ward: Ward, harm: str) -> None:
    out = io.BytesIO(xlsx(GOOD))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        if harm == "macro":
            archive.writestr("xl/vbaProject.bin", b"x")
        elif harm == "nested":
            archive.writestr("xl/media/a", xlsx(GOOD))
        elif harm == "flood":
            archive.writestr("xl/media/b", b"0" * 65_000_000)
    content = {"old": b"\xd0\xcf\x11\xe0", "none": b""}.get(harm, out.getvalue())
    before = sorted(store(ward).folder.rglob("*"))
    async with ward.browser("van-phong") as browser:
        answer = await browser.post(HERE, files={"file": ("../../a.xlsx", content)})
    assert answer.status_code == 422
    assert sorted(store(ward).folder.rglob("*")) == before
