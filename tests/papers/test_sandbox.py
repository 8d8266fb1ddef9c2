"""Templates say data and do nothing else: no attributes, no calls, no markup from data, and faults that name their line."""

from __future__ import annotations

from typing import Any

import pytest

from server.i18n import catalogue
from server.papers.blocks import parts_of
from server.papers.faults import Fault
from server.papers.paper import Paragraph, Table
from server.papers.sandbox import fill

HEAD = "---\nkind: Thử\n---\n"


def said(text: str, /, **data: Any) -> list[str]:
    """The paragraphs of a template without its head."""
    return [block.text for block in parts_of(fill(HEAD + text, data)).opening if isinstance(block, Paragraph)]


@pytest.mark.parametrize(
    "attack",
    [
        "{{ ''.__class__ }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ x.__init__.__globals__ }}",
        "{{ x|attr('__class__') }}",
        "{{ self.__init__ }}",
        "{{ cycler }}",
        "{{ range(10) }}",
        "{{ lipsum() }}",
        "{{ x.append(1) }}",
        "{{ text.format(1) }}",
        "{{ 'a' * 1000000000 }}",
        "{{ 2 ** 100000000 }}",
        "{{ '%s' % x }}",
        "{{ x['__class__'] }}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}",
        "{{ text.upper() }}",
        "{{ _kept }}",
    ],
)
def test_a_template_reaches_nothing_but_its_data(attack: str) -> None:
    with pytest.raises(Fault):
        said(attack, x=[1, 2], text="a")


def test_a_loop_reads_keys_that_are_also_names_of_methods() -> None:
    assert said("{% for one in part['items'] %}{{ one.keys }}{% endfor %}", part={"items": [{"keys": "khóa"}]}) == ["khóa"]


@pytest.mark.parametrize(
    ("text", "line"),
    [("một\n\n{{ khong_co }}", 6), ("{% for x in %}", 4), ("{% if a %}\nb", 5), ("a\n{{ b.c }}", 5), ("{{ ngay | day }}", 4)],
)
def test_a_fault_names_its_line(text: str, line: int) -> None:
    with pytest.raises(Fault) as fault:
        said(text, b={}, ngay="không phải ngày")
    assert fault.value.details["line"] == line
    assert catalogue("vi")[f"fault.{fault.value.details['fault']}"]


@pytest.mark.parametrize("text", ["không có phần đầu", "---\nkind: [\n---\nx", "---\n- a\n---\nx", "---\nkind: x\n"])
def test_a_head_that_cannot_be_read_is_a_fault(text: str) -> None:
    with pytest.raises(Fault):
        fill(text, {})


def test_values_are_never_markup() -> None:
    assert said("{{ x }}", x="# Không phải đề mục\n\n- không phải danh sách") == ["# Không phải đề mục\n\n- không phải danh sách"]
    assert said("{{ x }}", x="{{ 7*7 }} {% raw %} **đậm** <b> | a |") == ["{{ 7*7 }} {% raw %} **đậm** <b> | a |"]
    (table,) = (
        b
        for b in parts_of(fill(HEAD + "| a | b |\n|---|------|\n| {{ x }} | {{ y }} |\n", {"x": "1 | 2\n| 3", "y": ""})).opening
        if isinstance(b, Table)
    )
    assert table.rows[0].cells == ("1 | 2\n| 3", "") and table.widths == (55, 110)


def test_values_cannot_pretend_to_be_other_values() -> None:
    assert said("{{ x }} {{ y }}", x="\U000f0001", y="bí mật") == ["[U+F0001] bí mật"]
    assert said("{% set both %}{{ x }}-{{ y }}{% endset %}{{ both }}", x="\U000f0001", y="b") == ["[U+F0001]-b"]


def test_values_in_the_head_are_values_too() -> None:
    filled = fill(
        '---\nkind: Thử\nsubject: "Về {{ x }}"\nto:\n{% for y in ys %}\n  - {{ y }}\n{% endfor %}\n---\na',
        {"x": '": {a: b}\n- c', "ys": ["- x", "# y"]},
    )
    assert filled.resolve(filled.head["subject"]) == 'Về ": {a: b}\n- c'
    assert [filled.resolve(one) for one in filled.head["to"]] == ["- x", "# y"]


@pytest.mark.parametrize("text", ["```\ncode\n```x", "    lùi vào", "<b>đậm</b>", "[a](http://b)", "![a](b)", "&lt;"])
def test_what_is_not_in_the_small_markdown_stays_as_it_is_typed(text: str) -> None:
    assert said(text) == [" ".join(line.strip() for line in text.split("\n"))]


def test_the_forms_of_paragraphs() -> None:
    blocks = parts_of(
        fill(
            HEAD
            + "> Căn cứ a;\n\n**Nhãn:** chữ\n\n:centre: **Giữa:** b\n\n:under: c\n\n1. d\n1. e\n\n- f\n\nTên: .... Năm: ....\n\n---\n\n***\n\n:code: https://a.vn/b | Quét.",
            {},
        )
    ).opening
    shown = [(b.form, b.label, b.text, b.indent) if isinstance(b, Paragraph) else b for b in blocks]
    assert shown[:8] == [
        ("ground", "", "Căn cứ a;", 0),
        ("", "Nhãn:", "chữ", 0),
        ("centre", "Giữa:", "b", 0),
        ("", "", "c", 1),
        ("", "", "1. d", 0),
        ("", "", "2. e", 0),
        ("", "", "- f", 0),
        ("", "", "Tên: \ue0ff Năm: \ue0ff", 0),
    ]
    assert [getattr(b, "how", getattr(b, "link", "")) for b in blocks[8:]] == ["cut", "page", "https://a.vn/b"]


@pytest.mark.parametrize(
    "flood",
    [
        "{% for a in x %}" * 9 + "{% endfor %}" * 9,
        "{% macro f(n) %}{% if n %}{% if f(n - 1) or f(n - 1) %}{% endif %}{% endif %}{% endmacro %}{% if f(60) %}{% endif %}",
        "{% set a = 'x' %}" + "{% set a = a ~ a %}" * 60,
        "{% set a = 'x' %}" + "{% set a = a + a %}" * 60,
        "{% set a = [1] %}" + "{% set a = a + a %}" * 60,
        "{% set a = 9 %}" + "{% set a = a * a %}" * 60,
        "{% set a %}xx{% endset %}" + "{% set a %}{{ a }}{{ a }}{% endset %}" * 60 + "{{ a }}",
        "{{ '\U000f0000' }}",
    ],
    ids=["loops", "macros", "glued", "added", "lists", "numbers", "blocks", "itself"],
)
def test_a_template_that_floods_ends_in_a_fault(flood: str) -> None:
    """A template runs in the process that holds the live room: nobody's template may keep it busy or fill its memory."""
    if flood == "{{ '\U000f0000' }}":
        assert said(flood) == ["[U+F0000]"]
        return
    with pytest.raises(Fault):
        said(flood, x=list(range(30)))
