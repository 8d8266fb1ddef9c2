"""Pieces of OOXML that python-docx has no words for."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Emu, Mm, Pt
from docx.table import Table as Grid
from docx.table import _Cell as Cell
from docx.text.paragraph import Paragraph as Line
from docx.text.run import Run


def bookmark(anchor: str) -> str:
    """The name of a place in Word: a letter first, at most 40 letters, digits and underscores. No two anchors share one."""
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,39}", anchor):
        return anchor.replace("-", "_")
    return f"b_{hashlib.sha256(anchor.encode()).hexdigest()[:24]}"


def made(tag: str, /, **attributes: str) -> BaseOxmlElement:
    element: BaseOxmlElement = OxmlElement(tag)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    return element


def field(run: Run, name: str) -> None:
    """A field that Word fills in, such as PAGE."""
    code = made("w:instrText")
    code.text = name
    for part in (made("w:fldChar", fldCharType="begin"), code, made("w:fldChar", fldCharType="end")):
        run._r.append(part)


def tight(line: Line) -> None:
    form = line.paragraph_format
    form.space_before, form.space_after, form.line_spacing = Pt(0), Pt(0), 1.0


def border(line: Line, side: str, look: str = "single") -> None:
    edges = made("w:pBdr")
    edges.append(made(f"w:{side}", val=look, sz="6", space="1", color="auto"))
    line._p.get_or_add_pPr().insert_element_before(edges, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")


def boxed(line: Line) -> None:
    """A frame around a paragraph."""
    edges = made("w:pBdr")
    for side in ("top", "left", "bottom", "right"):
        edges.append(made(f"w:{side}", val="single", sz="6", space="2", color="auto"))
    line._p.get_or_add_pPr().insert_element_before(edges, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")


def rule(line: Line, width: float, length: float) -> None:
    """A drawn line of `length` in the middle of `width` (mm): the border of an empty paragraph, not underlining."""
    tight(line)
    form = line.paragraph_format
    form.left_indent = form.right_indent = Mm((width - length) / 2)
    form.space_before, form.line_spacing = Pt(3), Pt(3)
    border(line, "top")


def columns(grid: Grid, *widths: int) -> list[list[Cell]]:
    """An unruled grid without cell padding; gives its columns."""
    grid.autofit = False
    set_widths(grid, widths)
    margins = made("w:tblCellMar")
    for side in ("left", "right"):
        margins.append(made(f"w:{side}", w="0", type="dxa"))
    properties = grid._tbl.tblPr
    properties.insert_element_before(margins, "w:tblLook")
    whole_rows(grid)
    return [list(column) for column in zip(*rows(grid), strict=True)]


def set_widths(grid: Grid, widths: Sequence[int]) -> None:
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = Emu(width)
    for row in rows(grid):
        for cell, width in zip(row, widths, strict=True):
            cell.width = Emu(width)


def rows(grid: Grid) -> list[list[Cell]]:
    """All cells, read in one go: asking python-docx row by row takes time that grows with the square of the rows."""
    return [[Cell(tc, grid) for tc in tr.tc_lst] for tr in grid._tbl.tr_lst]


def whole_rows(grid: Grid) -> None:
    """No row is torn in two by the end of a page."""
    for tr in grid._tbl.tr_lst:
        tr.get_or_add_trPr().append(made("w:cantSplit"))


def repeat_head(grid: Grid) -> None:
    grid.rows[0]._tr.get_or_add_trPr().append(made("w:tblHeader"))
