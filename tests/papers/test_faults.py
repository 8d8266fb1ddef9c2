"""Faults of templates are said in the reader's language, each with its line and what is wrong; not a word of a library comes through."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.errors import sentence_of, status_of
from server.i18n import catalogue, places
from server.papers.blocks import parts_of
from server.papers.compose import compose, sample, shipped
from server.papers.faults import Fault
from server.papers.office_templates import STATE_SAMPLE
from server.papers.sandbox import FILTERS, fill

HEAD = "---\nkind: Thử\n---\n\n"
DATA: dict[str, Any] = {"a": [1], "s": "abc", "d": {"k": 1}, "n": [{"x": 1}], "none": None, "f": 1.5}

FAULTS: tuple[tuple[str, str], ...] = (
    ("{{ s", "biểu thức chưa viết hết, hoặc thiếu dấu ngoặc nhọn đóng"),
    ("{{ }}", "biểu thức chưa viết hết, hoặc thiếu dấu ngoặc nhọn đóng"),
    ("{% if %}x{% endif %}", "biểu thức chưa viết hết, hoặc thiếu dấu ngoặc nhọn đóng"),
    ("{% if s %}x", "thẻ {% if %} chưa được đóng"),
    ("{% for x in a %}", "thẻ {% for %} chưa được đóng"),
    ("{% if s %}{% endfor %}", "thẻ {% if %} chưa được đóng"),
    ("{# ghi chú", "phần ghi chú hoặc phần giữ nguyên (raw) chưa được đóng"),
    ("{% raw %}x", "phần ghi chú hoặc phần giữ nguyên (raw) chưa được đóng"),
    ("{% endif %}", "không có thẻ “endif”, hoặc thẻ này đóng không đúng chỗ"),
    ("{% lam %}", "không có thẻ “lam”, hoặc thẻ này đóng không đúng chỗ"),
    ("{{ [1,2 }}", "dấu “}” không có dấu mở tương ứng"),
    ("{{ ? }}", "dấu “?” không dùng được ở đây"),
    ("{{ 'abc }}", "dấu “'” không dùng được ở đây"),
    ("{{ a b }}", "“b” đứng không đúng chỗ"),
    ("{{ s | lam }}", "không có bộ lọc “lam”"),
    ("{% if s is lam %}{% endif %}", "không có phép kiểm tra “lam”"),
    ("{% block x %}{% endblock %}{% block x %}{% endblock %}", "khối “x” được đặt hai lần"),
    ("{{ khong_co }}", "không có giá trị tên “khong_co”"),
    ("{{ d.khong_co }}", "giá trị này không có phần tên “khong_co”"),
    ("{{ s.__class__ }}", "giá trị này không có phần tên “__class__”"),
    ("{{ a[7] }}", "giá trị này không có phần tên “7”"),
    ("{{ s.upper() }}", "mẫu không gọi được hàm; chỉ dùng giá trị và bộ lọc"),
    ("{{ lam() }}", "mẫu không gọi được hàm; chỉ dùng giá trị và bộ lọc"),
    ("{% include 'x' %}", "mẫu không dùng được tệp khác"),
    ("{% import 'x' as y %}", "mẫu không dùng được tệp khác"),
    ("{% macro m(x) %}{{ m(x) }}{% endmacro %}{{ m(1) }}", "mẫu lặp lại chính nó không dứt"),
    ("{{ s * 9 }}", "không dùng được phép * với giá trị này"),
    ("{{ 2 ** 9 }}", "không dùng được phép ** với giá trị này"),
    ("{{ d }}", "chỉ điền được chữ và số; danh sách thì dùng vòng lặp"),
    ("{{ s | day }}", "giá trị không phải ngày (dạng 2027-01-14)"),
    ("{{ a | short }}", "giá trị không phải ngày (dạng 2027-01-14)"),
    ("{{ s | two }}", "giá trị không hợp với bộ lọc, vòng lặp hoặc phép tính ở đây"),
    ("{{ f | clock }}", "giá trị không hợp với bộ lọc, vòng lặp hoặc phép tính ở đây"),
    ("{{ n | column('y') }}", "giá trị không hợp với bộ lọc, vòng lặp hoặc phép tính ở đây"),
    ("{{ 1 / 0 }}", "giá trị không hợp với bộ lọc, vòng lặp hoặc phép tính ở đây"),
    ("{{ s + 1 }}", "không dùng được phép + với giá trị này"),
    ("{% for x in f %}{% endfor %}", "giá trị không hợp với bộ lọc, vòng lặp hoặc phép tính ở đây"),
)


@pytest.mark.parametrize(("text", "says"), FAULTS)
def test_a_fault_names_its_line_and_what_is_wrong_in_vietnamese(text: str, says: str) -> None:
    with pytest.raises(Fault) as caught:
        parts_of(fill(f"{HEAD}một\n{text}\n", DATA))
    assert sentence_of("vi", caught.value.code, caught.value.details) == f"Mẫu không dùng được, dòng 6: {says}."
    assert sentence_of("en", caught.value.code, caught.value.details).startswith("The template cannot be used, line 6: ")


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ("kind: [", ", dòng 2: phần đầu không đọc được; mỗi dòng có dạng tên: giá trị."),
        ("kind: a: b", ", dòng 2: phần đầu không đọc được; mỗi dòng có dạng tên: giá trị."),
        ("kind: a\nx: @y", ", dòng 3: phần đầu không đọc được; mỗi dòng có dạng tên: giá trị."),
        ("kind: !!python/object:x {}", ", dòng 2: phần đầu không đọc được; mỗi dòng có dạng tên: giá trị."),
        ("- kind", ", dòng 1: phần đầu phải là các dòng tên: giá trị."),
        ("kind: a\nmau: b", ", dòng 1: phần đầu có dòng không dùng được: mau."),
    ],
)
def test_a_fault_of_the_head_is_said_too(head: str, says: str) -> None:
    with pytest.raises(Fault) as caught:
        compose("plan", {}, STATE_SAMPLE, f"---\n{head}\n---\nx\n")
    assert sentence_of("vi", caught.value.code, caught.value.details) == f"Mẫu không dùng được{says}"


def test_a_template_without_a_head_is_a_fault() -> None:
    with pytest.raises(Fault) as caught:
        fill("Kính gửi", {})
    assert (
        sentence_of("vi", caught.value.code, caught.value.details) == "Mẫu không dùng được, dòng 1: mẫu phải bắt đầu bằng phần đầu giữa hai dòng ---."
    )


def test_a_fault_whose_line_cannot_be_told_names_none() -> None:
    with pytest.raises(Fault) as caught:
        parts_of(fill(f"{HEAD}:drawing: x | y\n", DATA))
    assert sentence_of("vi", caught.value.code, caught.value.details) == "Mẫu không dùng được: không phải hình vẽ SVG."
    assert status_of(caught.value.code) == 422


PIECES = st.sampled_from(
    ["{{", "}}", "{%", "%}", "{#", "#}", " if ", " for ", " in ", " endif ", " endfor ", " set ", " macro ", " s ", " a ", " d ", " n ", " none ", ".k", ".x", "[0]",
     "|", "(", ")", "'", "=", " + ", " * ", " is ", "\n", "---\n", "- ", "# ", "| a |", "**", "1", *FILTERS]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=9), st.integers(0, 40))
def test_whatever_is_typed_into_a_template_it_draws_or_its_fault_has_a_sentence(pieces: list[str], at: int) -> None:
    """Pieces put anywhere into a shipped template: no other exception, and no word in another language."""
    lines = shipped("programme").split("\n")
    lines.insert(min(at, len(lines)), "".join(pieces))
    fault = fault_in("\n".join(lines))
    if fault is not None:
        assert places(catalogue("vi")[f"fault.{fault.details['fault']}"]) <= fault.details.keys()
        said = sentence_of("vi", fault.code, fault.details).replace(str(fault.details.get("name", "")), "")
        assert "{name}" not in said and not re.search(r"\b(expected|unexpected|object|undefined|end of|not)\b", said)


def fault_in(text: str) -> Fault | None:
    """What is wrong with this text of the programme, if anything is."""
    try:
        compose("programme", sample("programme") | DATA, STATE_SAMPLE, text)
    except Fault as fault:
        return fault
    return None
