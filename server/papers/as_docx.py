"""A paper as DOCX, in the form of State papers (Nghị định 30/2020/NĐ-CP, Phụ lục I): A4, margins 20/20/30/15 mm, Times New Roman, page numbers in
the top margin from the second page on. Sizes move together: national title 12, motto, date and body 13.

Every line of the minutes is a bookmark; every item of the notice has links to the rows of the annex that names its sources.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.document import Document as Word
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Emu, Mm, Pt, RGBColor
from docx.table import Table as Grid
from docx.table import _Cell as Cell
from docx.text.paragraph import Paragraph as Line
from docx.text.run import Run

from server.papers.paper import Annex, Header, Paper, Paragraph, Section, Signature, Signing, Table, visible

FONT = "Times New Roman"
BODY, TITLE, SMALL, MARK = Pt(13), Pt(12), Pt(11), Pt(9)
LEFT, RIGHT = Mm(75), Mm(90)
"""Columns of head and foot. The national title, 88.3 mm at 12 pt bold, fits the right one and so never wraps."""
MOTTO, ISSUER = Mm(56), Mm(30)
"""Lengths of the lines under the motto and under the issuing body."""
BODY_STYLE, UNDER_STYLE, CELL_STYLE, MARK_STYLE = "Thân bài", "Thân bài lùi", "Ô bảng", "Dấu nguồn"
GREY = RGBColor(0x59, 0x59, 0x59)


def render_docx(paper: Paper) -> bytes:
    """The file. The same paper gives the same text; only the times that the format itself keeps differ."""
    return _Writer(paper).save()


def bookmark(anchor: str) -> str:
    """The name of a place in Word: a letter first, at most 40 letters, digits and underscores. No two anchors share one."""
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,39}", anchor):
        return anchor.replace("-", "_")
    return f"b_{hashlib.sha256(anchor.encode()).hexdigest()[:24]}"


class _Writer:
    """Writes one paper from top to bottom into one document."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.word: Word = Document()
        self.places = 0
        self.ids: dict[str, str] = {}
        """Style ids by name: python-docx searches all styles at every paragraph when it is given a name."""

    def save(self) -> bytes:
        paper = self.paper
        self.page()
        self.head(paper.header)
        self.title()
        for p in paper.opening:
            self.item(p)
        for section in paper.sections:
            self.section(section)
        if paper.closing:
            self.text(self.line(), paper.closing)
        self.keep_with_foot()
        self.foot(paper.signing)
        self.seal()
        for annex in paper.annexes:
            self.annex(annex)
        out = io.BytesIO()
        self.word.save(out)
        return out.getvalue()

    # --- the page ---------------------------------------------------------------------------------------------------------

    def page(self) -> None:
        section = self.word.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin = section.bottom_margin = Mm(20)
        section.left_margin, section.right_margin = Mm(30), Mm(15)
        section.header_distance = Mm(10)
        section.different_first_page_header_footer = True
        number = section.header.paragraphs[0]
        number.alignment = WD_ALIGN_PARAGRAPH.CENTER
        field(number.add_run(), "PAGE")
        style = self.word.styles["Normal"]
        style.font.name, style.font.size = FONT, BODY
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("w:hAnsi", "w:cs", "w:eastAsia"):
            fonts.set(qn(script), FONT)
        language = made("w:lang", val="vi-VN")
        style.element.get_or_add_rPr().append(language)
        self.styles()
        properties = self.word.core_properties
        properties.title = visible(f"{self.paper.kind}: {self.paper.subject}")[:250]
        properties.author, properties.comments, properties.language = "", "", "vi-VN"

    def styles(self) -> None:
        """Named styles for what there is much of, so that whoever edits the draft changes a style and not a thousand paragraphs."""
        for name, indent, first in ((BODY_STYLE, Mm(0), Mm(10)), (UNDER_STYLE, Mm(10), Mm(0))):
            form = self.style(name, WD_STYLE_TYPE.PARAGRAPH).paragraph_format
            form.alignment, form.left_indent, form.first_line_indent = WD_ALIGN_PARAGRAPH.JUSTIFY, indent, first
            form.space_before, form.space_after, form.line_spacing, form.widow_control = Pt(6), Pt(0), 1.1, True
        cell = self.style(CELL_STYLE, WD_STYLE_TYPE.PARAGRAPH)
        cell.font.size = SMALL
        cell.paragraph_format.space_before = cell.paragraph_format.space_after = Pt(2)
        cell.paragraph_format.line_spacing = 1.0
        mark = self.style(MARK_STYLE, WD_STYLE_TYPE.CHARACTER)
        mark.font.size, mark.font.color.rgb = MARK, GREY

    def style(self, name: str, kind: WD_STYLE_TYPE) -> Any:
        style = self.word.styles.add_style(name, kind)
        style.base_style = self.word.styles["Normal"] if kind is WD_STYLE_TYPE.PARAGRAPH else None
        self.ids[name] = style.style_id
        return style

    def head(self, header: Header) -> None:
        """Two columns: issuing body and number to the left, national title, motto and date to the right."""
        left, right = columns(self.word.add_table(2, 2), LEFT, RIGHT)
        for place, name in enumerate(header.issuer):
            self.centred(left[0], name, BODY, bold=True, first=place == 0)
        rule(left[0].add_paragraph(), LEFT, ISSUER)
        self.centred(right[0], "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", TITLE, bold=True)
        self.centred(right[0], "Độc lập - Tự do - Hạnh phúc", BODY, bold=True, first=False)
        rule(right[0].add_paragraph(), RIGHT, MOTTO)
        self.centred(left[1], header.number, BODY)
        if self.paper.draft:
            draft = self.centred(left[1], "DỰ THẢO", BODY, bold=True, first=False)
            draft.paragraph_format.space_before = Pt(4)
        if header.place_date:
            self.centred(right[1], header.place_date, BODY, italic=True)

    def centred(self, cell: Cell, text: str, size: Pt, *, bold: bool = False, italic: bool = False, first: bool = True) -> Line:
        line: Line = cell.paragraphs[0] if first else cell.add_paragraph()
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        tight(line)
        self.text(line, text, size, bold=bold, italic=italic)
        return line

    def title(self) -> None:
        for text, before in ((self.paper.kind.upper(), Pt(18)), (self.paper.subject, Pt(0))):
            line = self.word.add_paragraph()
            line.alignment = WD_ALIGN_PARAGRAPH.CENTER
            tight(line)
            line.paragraph_format.space_before = before
            line.paragraph_format.keep_with_next = True
            self.text(line, text, Pt(14) if before else BODY, bold=True)
        rule(self.word.add_paragraph(), Mm(165), Mm(50))

    # --- what it says -----------------------------------------------------------------------------------------------------

    def section(self, section: Section) -> None:
        line = self.line()
        line.paragraph_format.keep_with_next = True
        self.mark_place(line, section.anchor)
        self.text(line, section.heading, bold=True, italic=section.level > 1)
        for block in section.blocks:
            if isinstance(block, Table):
                self.table(block)
            else:
                self.item(block)

    def line(self, style: str = BODY_STYLE) -> Line:
        line = self.word.add_paragraph()
        line._p.style = self.ids[style]
        return line

    def item(self, p: Paragraph) -> None:
        line = self.line(UNDER_STYLE if p.indent else BODY_STYLE)
        for anchor in p.anchors:
            self.mark_place(line, anchor)
        if p.label:
            self.text(line, f"{p.label} ", bold=True)
        self.text(line, p.text)
        if p.mark:
            self.small(line, f" [{p.mark}]")
        if p.sources:
            self.small(line, " [Nguồn: ")
            for place, s in enumerate(p.sources):
                if place:
                    self.small(line, ", ")
                self.link(line, s.line, s.anchor if not self.paper.minutes else f"nguon-{s.anchor}")
            self.small(line, "]")

    def text(self, line: Line, text: str, size: Pt | None = None, *, bold: bool = False, italic: bool = False) -> Run:
        run = line.add_run(visible(text))
        run.bold, run.italic = bold or None, italic or None
        if size is not None:
            run.font.size = size
        return run

    def small(self, line: Line, text: str) -> Run:
        run = line.add_run(visible(text))
        run._r.style = self.ids[MARK_STYLE]
        return run

    def mark_place(self, line: Line, anchor: str) -> None:
        self.places += 1
        line._p.append(made("w:bookmarkStart", id=str(self.places), name=bookmark(anchor)))
        line._p.append(made("w:bookmarkEnd", id=str(self.places)))

    def link(self, line: Line, text: str, anchor: str) -> None:
        """A link inside the document."""
        link = made("w:hyperlink", anchor=bookmark(anchor), history="1")
        run = self.small(line, text)
        run.underline = True
        link.append(run._r)
        line._p.append(link)

    def table(self, t: Table) -> None:
        """A ruled table: head repeated on every page, no row torn in two."""
        grid = self.word.add_table(len(t.rows) + 1, len(t.head))
        grid.style, grid.alignment, grid.autofit = self.word.styles["Table Grid"], WD_TABLE_ALIGNMENT.CENTER, False
        set_widths(grid, [Mm(width) for width in t.widths])
        head_row, *body = rows(grid)
        for cell, name in zip(head_row, t.head, strict=True):
            self.text(cell.paragraphs[0], name, bold=True)
            cell.paragraphs[0]._p.style = self.ids[CELL_STYLE]
            cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
        repeat_head(grid)
        for row, drawn in zip(t.rows, body, strict=True):
            for column, (cell, value) in enumerate(zip(drawn, row.cells, strict=True)):
                line = cell.paragraphs[0]
                line._p.style = self.ids[CELL_STYLE]
                if column == 0 and row.anchor:
                    self.mark_place(line, row.anchor)
                if column == 0 and row.link and not self.paper.minutes:
                    self.link(line, value, row.link)
                else:
                    self.text(line, value)
        whole_rows(grid)

    # --- the foot ---------------------------------------------------------------------------------------------------------

    def keep_with_foot(self) -> None:
        """The last two paragraphs go with the signatures onto the same page."""
        for line in self.word.paragraphs[-2:]:
            line.paragraph_format.keep_with_next = True

    def foot(self, signing: Signing) -> None:
        left, right = columns(self.word.add_table(1, 2), LEFT, RIGHT)
        if signing.left:
            self.signature(left[0], signing.left)
        label = left[0].add_paragraph() if signing.left else left[0].paragraphs[0]
        tight(label)
        label.paragraph_format.space_before = Pt(6)
        self.text(label, "Nơi nhận:", TITLE, bold=True, italic=True)
        for name in signing.recipients:
            line = left[0].add_paragraph()
            tight(line)
            self.text(line, f"- {name}", SMALL)
        self.signature(right[0], signing.right)

    def signature(self, cell: Cell, s: Signature) -> None:
        """Office, room for a signature (30 mm), name; and what was signed in the room."""
        for place, title in enumerate(s.office):
            line = self.centred(cell, title, BODY, bold=True, first=place == 0)
            line.paragraph_format.space_before = Pt(6) if place == 0 else Pt(0)
            line.paragraph_format.keep_with_next = True
        if s.said:
            self.centred(cell, f"({s.said})", SMALL, italic=True, first=False).paragraph_format.keep_with_next = True
        name = self.centred(cell, s.name, BODY, bold=True, first=False)
        name.paragraph_format.space_before = Mm(24 if s.said else 30)

    def seal(self) -> None:
        """By what the paper can be checked, small, under a line."""
        for place, (name, value) in enumerate(self.paper.seal):
            line = self.word.add_paragraph()
            tight(line)
            line.paragraph_format.keep_together = True
            if place == 0:
                line.paragraph_format.space_before = Pt(14)
                border(line, "top")
            self.small(line, f"{name}: {value}")

    def annex(self, annex: Annex) -> None:
        for place, (text, bold) in enumerate(((annex.title, True), (annex.name.upper(), True), (annex.about, False))):
            line = self.word.add_paragraph()
            line.alignment = WD_ALIGN_PARAGRAPH.CENTER
            tight(line)
            line.paragraph_format.page_break_before = place == 0
            line.paragraph_format.keep_with_next = True
            line.paragraph_format.space_after = Pt(8) if place == 2 else Pt(0)
            self.text(line, text, Pt(14) if place < 2 else BODY, bold=bold, italic=not bold)
        self.table(annex.table)


# --- pieces of OOXML that python-docx has no words for ------------------------------------------------------------------


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


def border(line: Line, side: str) -> None:
    edges = made("w:pBdr")
    edges.append(made(f"w:{side}", val="single", sz="6", space="1", color="auto"))
    line._p.get_or_add_pPr().insert_element_before(edges, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")


def rule(line: Line, width: int, length: int) -> None:
    """A drawn line of `length` in the middle of `width`: the border of an empty paragraph, not underlining."""
    tight(line)
    form = line.paragraph_format
    form.left_indent = form.right_indent = int((width - length) / 2)
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
