"""Every shipped template, with the data of the worked example, in State and in Party form: golden files, and the same text in all three looks."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.papers.as_html import render_html
from server.papers.compose import compose, kinds, sample, shipped
from server.papers.frame import Frame
from server.papers.office_templates import PARTY_SAMPLE, STATE_SAMPLE
from server.papers.paper import Paper, Paragraph, visible
from server.papers.sandbox import clean
from tests.papers.looks import bare, in_docx, in_html, in_pdf, on_paper

GOLDEN = Path(__file__).parent / "golden"
FRAMES = {"state": STATE_SAMPLE, "party": PARTY_SAMPLE}


def made(kind: str, frame: Frame = STATE_SAMPLE, **other: Any) -> Paper:
    return compose(kind, sample(kind) | other, frame).paper


@pytest.mark.parametrize("kind", kinds())
def test_the_paper_is_the_golden_one(kind: str) -> None:
    made_, golden = str(render_html(made(kind))), GOLDEN / f"{kind}.html"
    if os.environ.get("GOLDEN") == "write":
        golden.write_text(made_, encoding="utf-8")
    assert made_ == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", kinds())
def test_one_file_is_of_one_system(kind: str) -> None:
    look = in_pdf if kind in ("conclusion_notice", "poster") else in_html  # that all looks say the same is tested below
    state, party = look(made(kind)), look(made(kind, PARTY_SAMPLE))
    assert "CỘNGHÒAXÃHỘICHỦNGHĨAVIỆTNAM" in state and "ĐẢNGCỘNGSẢNVIỆTNAM" not in state
    assert "ĐẢNGCỘNGSẢNVIỆTNAM" in party and "CỘNGHÒAXÃHỘICHỦNGHĨAVIỆTNAM" not in party
    assert "./." not in party
    if not made(kind).bare:
        assert "./." in state and "T/MBANTHƯỜNGVỤ" in party and "LưuVănphòngĐảngủy." in party


@pytest.mark.parametrize("system", FRAMES)
@pytest.mark.parametrize("kind", ["conclusion_notice", "assignment", "opinion_slip", "invitation"])
def test_all_looks_say_the_same(kind: str, system: str) -> None:
    paper = made(kind, FRAMES[system])
    looks = in_docx(paper), in_html(paper), re.sub(r"\.{9,}", "", in_pdf(paper))
    for paragraph in [p for p in (*paper.opening, *(b for s in paper.sections for b in s.blocks)) if isinstance(p, Paragraph)]:
        for piece in re.split("[\ue0fd-\ue0ff]", visible(paragraph.text)):
            assert all(bare(piece) in look for look in looks)


@pytest.mark.parametrize("kind", kinds())
def test_a_missing_value_is_a_fault_and_no_hole(kind: str) -> None:
    from server.papers.faults import Fault

    data = sample(kind)
    data.pop("title", None) if "title" in data else data.pop("to")
    with pytest.raises(Fault):
        compose(kind, data, STATE_SAMPLE)


def test_the_texts_of_the_wide_notice_are_short_enough_to_be_read_out_and_sent() -> None:
    """D8.1c: at most 150 words for loudspeakers, 500 characters for Zalo."""
    texts = compose("public_notice", sample("public_notice"), STATE_SAMPLE).texts
    assert len(texts["loudspeaker"].split()) <= 150
    assert len(texts["zalo"]) <= 500
    assert "Bến Sông" in texts["loudspeaker"] and "14/01/2027" in texts["zalo"]


def test_d1_1_papers_cite_the_regulation_of_the_profile() -> None:
    assert "Căncứ1738-QĐ/TU;" in in_html(made("plan", grounds=["1738-QĐ/TU"]))
    assert "1155-QĐ/TU" in in_html(made("plan")) and "1155-QĐ/TU" not in in_html(made("plan", grounds=["1738-QĐ/TU"]))


def test_d2_1b_a_deputy_signs_for_the_chairman() -> None:
    from dataclasses import replace

    paper = made("conclusion_notice", replace(STATE_SAMPLE, authority=("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")))
    assert "KT.CHỦTỊCHPHÓCHỦTỊCH" in in_pdf(paper)


def test_d12_3_the_slip_has_the_declaration_the_privacy_notice_and_the_receipt() -> None:
    slip = in_pdf(made("opinion_slip"))
    for words in ("Tôi chịu trách nhiệm về tính chính xác", "Bảo vệ dữ liệu cá nhân", "7KQ2-M9XD", "GIẤY BIÊN NHẬN"):
        assert bare(words) in slip


FIELD = st.text(st.characters(codec="utf-8"), min_size=1, max_size=60) | st.sampled_from(
    [
        "{{7*7}}",
        "{% raw %}",
        "<b>đậm</b>",
        "a|b",
        "*a* **b** _c_",
        "một\nhai",
        "\u202eđảo",
        "# a",
        "- b",
        "---",
        "#pagebreak()",
        "$x$ @ref <lbl>",
        "\\u{41}",
        "....",
        "é",
        "“”—",
        "😀",
        "\x00",
        "&amp;",
    ]
)


@settings(max_examples=25, deadline=None)
@given(text=FIELD)
def test_any_text_in_any_field_comes_out_as_the_same_text_in_all_looks(text: str) -> None:
    """Where a look cannot show a character it writes its number out."""
    template = shipped("extract").split("---\n")[1]
    paper = compose(
        "extract",
        {"a": text, "b": [text], "to": text, "title": text},
        STATE_SAMPLE,
        f"---\n{template}---\n[[{{{{ a }}}}]]\n\n**[{{{{ a }}}}]** c\n\n| x | y |\n|--|--|\n| [{{{{ b[0] }}}}] | z |\n\ncuối",
    ).paper
    shown = visible(clean(text))
    expected = bare(f"[[{shown}]]")
    pdf = in_pdf(paper)
    assert expected in in_html(paper) and expected in in_docx(paper)
    assert on_paper(f"[[{shown}]]") in pdf
    assert pdf.count(on_paper(f"[{shown}]")) >= 2


def test_every_kind_has_a_name_in_both_languages() -> None:
    from server.i18n import LANGUAGES, catalogue

    assert [kind for kind in kinds() for lang in LANGUAGES if f"paper.{kind}" not in catalogue(lang)] == []
