"""The PDF: archival, the same bytes again, in our letters alone, and laid out as the rules for State and Party papers say."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.papers.as_pdf import render_pdf
from server.papers.compose import compose, sample
from server.papers.letters import drawable, width
from server.papers.measures import NATION, PARTY, measures
from server.papers.office_templates import PARTY_SAMPLE, STATE_SAMPLE
from server.papers.paper import Paper, Paragraph
from server.papers.pdf_text import text_of
from tests.papers.looks import bare


def made(kind: str = "conclusion_notice", frame: object = STATE_SAMPLE) -> Paper:
    return compose(kind, sample(kind), frame).paper  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def notice() -> bytes:
    return render_pdf(made(), date(2027, 1, 27))


def test_it_is_pdf_a_in_vietnamese_with_a_title(notice: bytes) -> None:
    with pikepdf.open(io.BytesIO(notice)) as pdf:
        with pdf.open_metadata() as meta:
            assert (meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("2", "B")
            assert str(meta["dc:title"]).startswith("Thông báo: Kết luận của Chủ tịch")
        assert str(pdf.Root.Lang) == "vi"
        assert "MarkInfo" in str(pdf.Root.keys()), "tagged, for screen readers"
        assert pdf.Root.OutputIntents


def test_all_letters_are_in_the_file_and_of_one_typeface(notice: bytes) -> None:
    with pikepdf.open(io.BytesIO(notice)) as pdf:
        fonts = {str(f.BaseFont): f for page in pdf.pages for f in page.Resources.Font.values()}
        assert all("Tinos" in name for name in fonts)
        assert all("/FontFile2" in f.DescendantFonts[0].FontDescriptor or "/FontFile3" in f.DescendantFonts[0].FontDescriptor for f in fonts.values())


def test_the_same_paper_is_the_same_bytes(notice: bytes) -> None:
    assert render_pdf(made(), date(2027, 1, 27)) == notice
    assert render_pdf(made(), date(2027, 1, 28)) != notice


def test_pages_are_numbered_from_the_second_on_and_annexes_anew(notice: bytes) -> None:
    pages = text_of(notice)
    annex = next(n for n, page in enumerate(pages) if "Phụ lục" in page)
    assert [re.match(r"\d*", page)[0] for page in pages[1:annex]] == [str(n) for n in range(2, annex + 1)]  # type: ignore[index]
    assert pages[0].startswith("ỦY BAN") and pages[annex].startswith("Phụ lục")
    assert pages[annex + 1].startswith("2")


def test_several_papers_in_one_file_are_numbered_each_by_itself() -> None:
    one = made("postponement")
    pages = text_of(render_pdf([one, one, made()]))
    assert [page[:3] for page in pages[:3]] == ["ỦY ", "ỦY ", "ỦY "]
    assert pages[3].startswith("2")


def test_the_heads_of_tables_are_repeated(notice: bytes) -> None:
    pages = text_of(notice)
    annex = next(n for n, page in enumerate(pages) if "Phụ lục" in page)
    assert all("Cơquanchủtrì" in bare(page) for page in pages[annex:])


NAMES = st.builds(
    lambda kind, words: f"{kind} {' '.join(words)}",
    st.sampled_from(["phường", "xã", "đặc khu", "thành phố"]),
    st.lists(
        st.sampled_from(["Bến", "Sông", "Ngô", "Quyền", "Nguyễn", "Bỉnh", "Khiêm", "Thủy", "Nguyên", "Phạm", "Sư", "Mạnh", "Bạch", "Long", "Vĩ"]),
        min_size=1,
        max_size=5,
    ),
)


@settings(max_examples=60, deadline=None)
@given(unit=NAMES, superior=st.sampled_from(["", "UBND THÀNH PHỐ HẢI PHÒNG", "ỦY BAN NHÂN DÂN THÀNH PHỐ HẢI PHÒNG"]))
def test_the_national_title_never_wraps_beside_any_name(unit: str, superior: str) -> None:
    """Sets 13-14-14 and 12-13-13 are chosen by the measured width of the issuing body."""
    paper = made("postponement", replace(STATE_SAMPLE, issuer=("ỦY BAN NHÂN DÂN", unit.upper()), superior=superior))
    m = measures(paper)
    assert (m.nation, m.motto, m.body) in ((13, 14, 14), (12, 13, 13))
    assert width(NATION, m.nation, True) < m.right and m.left + m.right == 165
    assert m.nation == 12 or all(width(line, 13, True) <= 64 for line in paper.header.issuer)


def test_the_sizes_of_both_systems() -> None:
    state, party, slip = measures(made()), measures(made("conclusion_notice", PARTY_SAMPLE)), measures(made("opinion_slip"))
    assert (state.margins, party.margins) == ((20, 15, 20, 30), (20, 15, 20, 30))
    assert (party.left, party.right, party.nation, party.body) == (84, 81, 15, 14)
    assert 18 <= party.exact <= 22 and width(PARTY, 15, True) < 81
    assert (state.number, state.recipients, state.recipients_label) == (13, 11, 12)
    assert slip.page == (148, 210) and slip.body >= 13, "elderly people read it"


@pytest.mark.parametrize("extra", range(0, 14, 2))
@pytest.mark.parametrize("frame", [STATE_SAMPLE, PARTY_SAMPLE], ids=["state", "party"])
def test_the_signature_never_stands_on_a_page_alone(extra: int, frame: object) -> None:
    """Wherever the text ends, the page of the signature also has at least its last lines."""
    paper = made("postponement", frame)
    grown = replace(paper, opening=(*(Paragraph(f"Đoạn {n} thêm vào cho dài ra.") for n in range(16 + extra)), *paper.opening))
    last = text_of(render_pdf(grown))[-1]
    end = "Nhân dân biết" + ("./." if frame is STATE_SAMPLE else ".")
    assert bare(end) in bare(last) and "Nơinhận" in bare(last) and grown.signing.right.office[0].replace(" ", "") in bare(last)


def test_letters_that_the_typeface_lacks_are_written_out() -> None:
    assert drawable("Ễ ộ ữ Đ đ – … “ ” □ №") == "Ễ ộ ữ Đ đ – … “ ” □ №"
    assert drawable("😀 ع א 漢") == "[U+1F600] [U+0639] [U+05D0] [U+6F22]"


def test_a_long_word_does_not_leave_the_page() -> None:
    paper = replace(made("postponement"), opening=(Paragraph("x" * 400),))
    assert "x" * 400 in bare("".join(text_of(render_pdf(paper))))


@pytest.mark.parametrize("kind", ["opinion_slip", "poster", "tasking_letter", "conclusion_notice"])
def test_papers_can_be_drawn_with_the_longest_names(kind: str) -> None:
    frame = replace(STATE_SAMPLE, issuer=("BAN QUẢN LÝ DỰ ÁN ĐẦU TƯ XÂY DỰNG KHU VỰC PHÍA ĐÔNG",), superior="ỦY BAN NHÂN DÂN THÀNH PHỐ HẢI PHÒNG")
    assert text_of(render_pdf(compose(kind, sample(kind), frame).paper))
