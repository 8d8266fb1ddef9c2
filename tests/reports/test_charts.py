"""Charts: what they say to whoever does not see them, and that no label becomes part of the drawing."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st

from server.reports.charts import LABEL, WIDTH, Bar, bars
from server.reports.drawn import charts, said
from server.reports.figures import ALL, Value

SVG = "{http://www.w3.org/2000/svg}"


def drawing(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def test_a_chart_has_a_title_and_a_description_that_name_it() -> None:
    root = drawing(bars("on-time", "Đúng hạn", "Thông báo: 75%", [Bar("Thông báo", (75.0,), "75%")], most=100.0))
    names = {element.get("id"): element.text for element in root if element.tag in (f"{SVG}title", f"{SVG}desc")}
    assert root.get("role") == "img"
    assert [names[id] for id in (root.get("aria-labelledby") or "").split()] == ["Đúng hạn", "Thông báo: 75%"]
    assert [text.text for text in root.iter(f"{SVG}text")] == ["Đúng hạn", "Thông báo", "75%"]


def test_parts_of_a_bar_differ_in_lightness_or_pattern_and_are_named() -> None:
    root = drawing(bars("f", "t", "d", [Bar("x", (1.0,) * 7, "7")], parts=[f"phần {n}" for n in range(7)]))
    fills = [rect.get("fill") for rect in root.findall(f"{SVG}rect")]
    assert len(set(fills)) == 7
    assert fills[:7] == fills[7:], "each part of the bar looks as in the legend"


def test_a_chart_without_lines_is_no_chart() -> None:
    assert bars("x", "t", "d", []) == ""
    assert charts({name: Value(one, 0) for name, one in ALL.items()}, {}) == []


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.text(max_size=60), st.lists(st.floats(0, 1e9), min_size=1, max_size=9), st.text(max_size=20)), min_size=1, max_size=6),
    st.text(max_size=40),
)
def test_whatever_the_labels_and_amounts_the_drawing_is_whole_and_within_its_width(lines: list[tuple[str, list[float], str]], title: str) -> None:
    svg = bars("any", title, title, [Bar(label, tuple(parts), end) for label, parts, end in lines])
    root = drawing(svg)
    for rect in root.findall(f"{SVG}rect"):
        assert float(rect.get("x", "0")) >= LABEL
        assert float(rect.get("x", "0")) + float(rect.get("width", "0")) <= WIDTH
    assert len(list(root.iter(f"{SVG}script"))) == 0
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {"svg", "title", "desc", "defs", "pattern", "rect", "circle", "line", "text"}


def test_the_pdf_takes_the_same_drawing() -> None:
    svg = bars("pdf", "Thời lượng", "…", [Bar("Tại hội trường", (3.0, 2.0), "5 phút")], parts=["a", "b"])
    source = b'#image(bytes(sys.inputs.svg), format: "svg", width: 165mm)'
    pdf = typst.compile(source, sys_inputs={"svg": svg}, ignore_system_fonts=True)
    assert bytes(pdf).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("name", "amount", "of", "words"),
    [
        ("regime.all", 1_234, 0, "1.234"),
        ("deadline.notice", 3, 4, "75% (3/4)"),
        ("deadline.notice", 199, 200, "99% (199/200)"),
        ("deadline.notice", 0, 0, "–"),
        ("speaking.hall", 845, 0, "14 phút"),
        ("waiting.hall", 640, 2, "5 phút 20 giây"),
        ("waiting.hall", 0, 0, "–"),
    ],
)
def test_figures_are_said_as_they_are_read(name: str, amount: int, of: int, words: str) -> None:
    assert said(Value(ALL[name], amount, of)) == words
