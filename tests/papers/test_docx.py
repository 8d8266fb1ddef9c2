"""The DOCX of the papers, opened again: the form of State papers, and links inside the file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import pytest
from docx import Document
from docx.document import Document as Word
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import Table

from moderation import Conference
from server.db.verify import Head
from server.papers.as_docx import bookmark, render_docx
from server.papers.minutes import minutes
from server.papers.notice import notice
from tests.papers.meeting import Meeting


def opened(content: bytes) -> Word:
    return Document(io.BytesIO(content))


@pytest.fixture(scope="module")
def signed_minutes(agreed: Meeting) -> Word:
    return opened(render_docx(minutes(agreed.state, Head(agreed.state.seq, bytes(32)))))


@pytest.fixture(scope="module")
def the_notice(agreed: Meeting) -> Word:
    return opened(render_docx(notice(agreed.state, Head(agreed.state.seq, bytes(32)))))


def test_the_same_paper_is_the_same_bytes_whenever_it_is_made(agreed: Meeting) -> None:
    content = render_docx(minutes(agreed.state, Head(agreed.state.seq, bytes(32))))
    with zipfile.ZipFile(io.BytesIO(content)) as word:
        assert {item.date_time for item in word.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def texts(word: Word) -> list[str]:
    return ["".join(t.text or "" for t in p.iter(qn("w:t"))) for p in word.element.body.iter(qn("w:p"))]


def names(word: Word) -> list[str]:
    return [mark.get(qn("w:name")) for mark in word.element.body.iter(qn("w:bookmarkStart"))]


def row_says(table: Table, row: int, mark: str) -> bool:
    """Whether a row of a table has a property such as `w:cantSplit`."""
    properties = table.rows[row]._tr.trPr
    return properties is not None and properties.find(qn(mark)) is not None


def links(word: Word) -> Iterator[tuple[str, str]]:
    for link in word.element.body.iter(qn("w:hyperlink")):
        yield link.get(qn("w:anchor")), "".join(t.text for t in link.iter(qn("w:t")))


def test_the_page_is_a4_with_the_margins_of_state_papers(signed_minutes: Word) -> None:
    (section,) = signed_minutes.sections
    lengths = (section.page_width, section.page_height, section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(length.mm, 1) for length in lengths if length] == [210, 297, 20, 20, 30, 15]


def test_pages_are_numbered_in_the_top_margin_but_the_first(signed_minutes: Word) -> None:
    (section,) = signed_minutes.sections
    assert section.different_first_page_header_footer
    assert [field.text for field in section.header._element.iter(qn("w:instrText"))] == ["PAGE"]
    assert not list(section.first_page_header._element.iter(qn("w:instrText")))


def test_the_type_is_times_new_roman_14_beside_a_short_name(signed_minutes: Word) -> None:
    style = signed_minutes.styles["Normal"]
    fonts = style.element.rPr.rFonts
    assert {fonts.get(qn(f"w:{script}")) for script in ("ascii", "hAnsi", "cs", "eastAsia")} == {"Times New Roman"}
    assert style.element.rPr.sz.val == Pt(14)


def test_the_national_title_has_a_column_in_which_it_cannot_wrap(signed_minutes: Word) -> None:
    """At 13 pt bold it is 95.7 mm long; there is no padding beside it."""
    head = signed_minutes.tables[0]
    right = head.rows[0].cells[1]
    assert [p.text for p in right.paragraphs] == ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", ""]
    assert right.paragraphs[0].runs[0].font.size == Pt(13)
    assert right.width is not None and abs(right.width - Mm(99)) < Mm(0.1)
    assert {edge.get(qn("w:w")) for edge in head._tbl.tblPr.find(qn("w:tblCellMar"))} == {"0"}
    assert [p.text for p in head.rows[0].cells[0].paragraphs] == ["ỦY BAN NHÂN DÂN", "PHƯỜNG SÔNG THỬ", ""]


def test_drafts_say_so(agreed: Meeting, ended: Conference, signed_minutes: Word, the_notice: Word) -> None:
    draft = opened(render_docx(minutes(ended, Head(ended.seq, bytes(32)))))
    assert ["DỰ THẢO" in texts(word) for word in (signed_minutes, the_notice, draft)] == [False, True, True]


def test_every_line_of_the_minutes_is_a_bookmark(agreed: Meeting, signed_minutes: Word) -> None:
    found = names(signed_minutes)
    assert len(found) == len(set(found))
    assert {"M35", "luot_S35", "dong_note_general"} <= set(found)
    assert all(len(name) <= 40 for name in found)


def test_links_lead_to_bookmarks_in_the_file(signed_minutes: Word, the_notice: Word) -> None:
    for word in (signed_minutes, the_notice):
        found = list(links(word))
        assert found
        assert {anchor for anchor, _ in found} <= set(names(word))


def test_the_notice_s_items_lead_to_the_annex_of_sources(the_notice: Word) -> None:
    assert ("nguon_M35", "M35") in list(links(the_notice))
    annex = the_notice.tables[-1]
    assert [cell.text for cell in annex.rows[0].cells] == ["Dòng biên bản", "Người nói, cơ quan", "Thời điểm", "Tính từ khai mạc", "Kết luận số"]
    row = next(row for row in annex.rows if row.cells[0].text == "M40")
    assert [cell.text for cell in row.cells] == ["M40", "Trưởng phòng Kinh tế", "13:50:08–13:52:08", "0:20:08", "1"]


def test_rows_are_not_torn_and_heads_are_repeated(the_notice: Word) -> None:
    for table in the_notice.tables[-2:]:
        assert row_says(table, 0, "w:tblHeader")
        assert all(row_says(table, row, "w:cantSplit") for row in range(1, len(table.rows)))


def test_the_signatures_stay_together_and_with_what_is_signed(signed_minutes: Word) -> None:
    foot = signed_minutes.tables[-1]
    left, right = foot.rows[0].cells
    assert (left.paragraphs[0].text, right.paragraphs[0].text) == ("THƯ KÝ", "CHỦ TỌA")
    assert row_says(foot, 0, "w:cantSplit")
    before = [p for p in signed_minutes.paragraphs if p.text.startswith("Đính chính dòng D30")]
    assert before[0].paragraph_format.keep_with_next
    assert any(text.startswith("Phiên bản đã ký, SHA-256: ") for text in texts(signed_minutes))


def test_a_name_with_markup_and_steering_characters_is_literal(signed_minutes: Word) -> None:
    assert any("<b>Ông An</b> & [U+202E]đảo phát biểu trực tuyến." in text for text in texts(signed_minutes))


def test_a_line_break_in_a_gist_is_a_line_break(signed_minutes: Word) -> None:
    gist = next(p for p in signed_minutes.paragraphs if p.text.startswith("Tóm tắt: Nước ngập"))
    assert gist.text == "Tóm tắt: Nước ngập 30 cm.\nĐề nghị nạo vét trước tháng 4."


@pytest.mark.parametrize(("anchor", "plain"), [("M35", True), ("nguon-dong-a", True), ("dong-" + "x" * 60, False), ("dong-đ", False), ("1", False)])
def test_names_of_bookmarks_are_such_as_word_takes(anchor: str, plain: bool) -> None:
    name = bookmark(anchor)
    assert (name == anchor.replace("-", "_")) is plain
    assert name.isascii() and name[0].isalpha() and len(name) <= 40 and name.replace("_", "").isalnum()


def test_two_anchors_never_share_a_bookmark() -> None:
    assert bookmark("a-b") != bookmark("a_b")
