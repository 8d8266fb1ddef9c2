"""A paper as DOCX that an office goes on writing in: A4 with the margins and sizes of its system (`measures.py`), Times New Roman, real styles, page numbers in the
top margin from the second page on.

Every line of the minutes is a bookmark; every item of the notice has links to the rows of the annex that names its sources.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any

import segno
from docx import Document
from docx.document import Document as Word
from docx.enum.section import WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_LINE_SPACING, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import _Cell as Cell
from docx.text.paragraph import Paragraph as Line
from docx.text.run import Run

from server.papers.as_pdf import png
from server.papers.measures import MOTTO, NATION, PARTY, measures
from server.papers.ooxml import bookmark, border, boxed, columns, field, made, repeat_head, rows, rule, set_widths, tight, whole_rows
from server.papers.paper import FILL, Annex, Block, Break, Code, Drawing, Header, Paper, Paragraph, Section, Signature, Signing, Table, spans, visible

__all__ = ["bookmark", "render_docx"]

FONT = "Times New Roman"
MARK = Pt(9)
BODY_STYLE, UNDER_STYLE, PLAIN_STYLE, GROUND_STYLE, CENTRE_STYLE = "Thân bài", "Thân bài lùi", "Thân bài không thụt", "Căn cứ", "Thân bài giữa"
CELL_STYLE, MARK_STYLE = "Ô bảng", "Dấu nguồn"
OF_FORM = {"": BODY_STYLE, "ground": GROUND_STYLE, "centre": CENTRE_STYLE, "loud": CENTRE_STYLE, "plain": PLAIN_STYLE}
ALIGNS = {"left": WD_ALIGN_PARAGRAPH.LEFT, "center": WD_ALIGN_PARAGRAPH.CENTER, "right": WD_ALIGN_PARAGRAPH.RIGHT}
GREY = RGBColor(0x59, 0x59, 0x59)


def render_docx(paper: Paper) -> bytes:
    """The file. The same paper gives the same text; only the times that the format itself keeps differ."""
    return _Writer(paper).save()


def timeless(docx: bytes) -> bytes:
    """The same file without the second in which it was written: the same paper is the same bytes, whenever it is made."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as made, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in made.namelist():
            kept.writestr(zipfile.ZipInfo(name), made.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()


class _Writer:
    """Writes one paper from top to bottom into one document."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.m = measures(paper)
        self.party = paper.header.system == "party"
        self.wide = self.m.page[0] - self.m.margins[1] - self.m.margins[3]
        self.word: Word = Document()
        self.places = 0
        self.ids: dict[str, str] = {}
        """Style ids by name: python-docx searches all styles at every paragraph when it is given a name."""

    def save(self) -> bytes:
        paper = self.paper
        self.page()
        self.head(paper.header)
        self.title()
        self.to()
        for block in paper.opening:
            self.block(block)
        for section in paper.sections:
            self.section(section)
        if paper.closing:
            self.text(self.line(), paper.closing)
        if not paper.bare:
            self.keep_with_foot()
            self.foot(paper.signing)
        self.seal()
        for annex in paper.annexes:
            self.annex(annex)
        out = io.BytesIO()
        self.word.save(out)
        return timeless(out.getvalue())

    # --- the page ---------------------------------------------------------------------------------------------------------

    def page(self) -> None:
        section, (top, right, bottom, left) = self.word.sections[0], self.m.margins
        section.page_width, section.page_height = Mm(self.m.page[0]), Mm(self.m.page[1])
        section.top_margin, section.bottom_margin = Mm(top), Mm(bottom)
        section.left_margin, section.right_margin = Mm(left), Mm(right)
        section.header_distance = Mm(10 if top >= 20 else 5)
        section.different_first_page_header_footer = True
        number = section.header.paragraphs[0]
        number.alignment = WD_ALIGN_PARAGRAPH.CENTER
        if not self.paper.bare:
            field(number.add_run(), "PAGE")
        style = self.word.styles["Normal"]
        style.font.name, style.font.size = FONT, Pt(self.m.body)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("w:hAnsi", "w:cs", "w:eastAsia"):
            fonts.set(qn(script), FONT)
        style.element.get_or_add_rPr().append(made("w:lang", val="vi-VN"))
        self.styles()
        properties = self.word.core_properties
        properties.title = visible(": ".join(part for part in (self.paper.kind, self.paper.subject or self.paper.header.about) if part))[:250]
        properties.author, properties.comments, properties.language = "", "", "vi-VN"

    def styles(self) -> None:
        """Named styles for what there is much of, so that whoever edits the draft changes a style and not a thousand paragraphs."""
        justify, left, centre = WD_ALIGN_PARAGRAPH.JUSTIFY, WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER
        for name, align, indent, first in (
            (BODY_STYLE, justify, 0, 10), (UNDER_STYLE, justify, 10, 0), (PLAIN_STYLE, left, 0, 0), (GROUND_STYLE, justify, 0, 10), (CENTRE_STYLE, centre, 0, 0),
        ):  # fmt: skip
            style = self.style(name, WD_STYLE_TYPE.PARAGRAPH)
            style.font.italic = name == GROUND_STYLE or None
            form = style.paragraph_format
            form.alignment, form.left_indent, form.first_line_indent = align, Mm(indent), Mm(first)
            form.space_before, form.space_after, form.widow_control = Pt(6), Pt(0), True
            if self.m.exact:
                form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(self.m.exact)
            else:
                form.line_spacing = 1.1
        cell = self.style(CELL_STYLE, WD_STYLE_TYPE.PARAGRAPH)
        cell.font.size = Pt(max(11, self.m.body - 2))
        cell.paragraph_format.space_before = cell.paragraph_format.space_after = Pt(2)
        cell.paragraph_format.line_spacing = 1.0
        mark = self.style(MARK_STYLE, WD_STYLE_TYPE.CHARACTER)
        mark.font.size, mark.font.color.rgb = MARK, GREY
        for level in (1, 2):
            self.heading_style(f"Heading {level}", italic=level > 1)

    def heading_style(self, name: str, *, italic: bool) -> None:
        """The headings of the program itself, so that its outline shows them, in our letters."""
        style = self.word.styles[name]
        self.ids[name] = style.style_id
        style.font.name, style.font.size, style.font.bold, style.font.italic, style.font.color.rgb = (
            FONT,
            Pt(self.m.body),
            True,
            italic,
            RGBColor(0, 0, 0),
        )
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for attribute in list(fonts.attrib):
            del fonts.attrib[attribute]
        for script in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
            fonts.set(qn(script), FONT)
        form = style.paragraph_format
        form.first_line_indent, form.space_before, form.space_after, form.keep_with_next = Mm(10), Pt(8), Pt(0), True

    def style(self, name: str, kind: WD_STYLE_TYPE) -> Any:
        style = self.word.styles.add_style(name, kind)
        style.base_style = self.word.styles["Normal"] if kind is WD_STYLE_TYPE.PARAGRAPH else None
        self.ids[name] = style.style_id
        return style

    def head(self, header: Header) -> None:
        """Two columns: issuing body and number to the left, national title or that of the Party, and the date, to the right."""
        m = self.m
        left, right = columns(self.word.add_table(2, 2), Mm(m.left), Mm(m.right))
        if header.superior:
            self.centred(left[0], header.superior, m.superior)
        for place, name in enumerate(header.issuer):
            self.centred(left[0], name, m.issuer, bold=True, first=place == 0 and not header.superior)
        if m.issuer_rule:
            rule(left[0].add_paragraph(), m.left, m.issuer_rule)
        else:
            self.centred(left[0], "*", 14, first=False)
        self.centred(right[0], PARTY if self.party else NATION, m.nation, bold=True)
        if not self.party:
            self.centred(right[0], MOTTO, m.motto, bold=True, first=False)
        rule(right[0].add_paragraph(), m.right, m.rule)
        self.centred(left[1], header.number, m.number)
        if header.about:
            self.centred(left[1], header.about, 12, italic=self.party, first=False).paragraph_format.space_before = Pt(6)
        if self.paper.draft:
            draft = self.centred(left[1], "DỰ THẢO", 12, bold=True, first=False)
            draft.paragraph_format.space_before = Pt(6)
            draft.paragraph_format.left_indent = draft.paragraph_format.right_indent = Mm(m.left / 2 - 14)
            boxed(draft)
        if header.place_date:
            self.centred(right[1], header.place_date, m.date, italic=True)

    def centred(self, cell: Cell, text: str, points: float, *, bold: bool = False, italic: bool = False, first: bool = True) -> Line:
        line: Line = cell.paragraphs[0] if first else cell.add_paragraph()
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        tight(line)
        self.text(line, text, points, bold=bold, italic=italic)
        return line

    def title(self) -> None:
        if not self.paper.kind:
            return
        for text, before, points in ((self.paper.kind.upper(), Pt(18), self.m.kind), (self.paper.subject, Pt(0), self.m.subject)):
            line = self.word.add_paragraph()
            line.alignment = WD_ALIGN_PARAGRAPH.CENTER
            tight(line)
            line.paragraph_format.space_before = before
            line.paragraph_format.keep_with_next = True
            self.text(line, text, points, bold=True)
        if self.paper.bare:
            return
        under = self.word.add_paragraph()
        if self.party:
            under.alignment = WD_ALIGN_PARAGRAPH.CENTER
            tight(under)
            self.text(under, "-----", 14)
        else:
            rule(under, self.wide, 45)

    def to(self) -> None:
        """Kính gửi: one receiver on the line, several under it."""
        if not self.paper.to:
            return
        word = "Kính trình:" if self.party and self.paper.kind == "Tờ trình" else "Kính gửi:"
        if len(self.paper.to) == 1:
            line = self.line(CENTRE_STYLE)
            self.text(line, f"{word} {self.paper.to[0]}", italic=self.party)
            line.paragraph_format.space_before = line.paragraph_format.space_after = Pt(12)
            return
        for place, one in enumerate(self.paper.to):
            line = self.line(PLAIN_STYLE)
            form = line.paragraph_format
            form.left_indent, form.first_line_indent = Mm(55), Mm(-25) if place == 0 else Mm(0)
            form.space_before, form.space_after = Pt(12 if place == 0 else 2), Pt(8 if place == len(self.paper.to) - 1 else 0)
            form.tab_stops.add_tab_stop(Mm(55))
            self.text(line, f"{word}\t- {one}" if place == 0 else f"- {one}", italic=self.party)

    # --- what it says -----------------------------------------------------------------------------------------------------

    def section(self, section: Section) -> None:
        line = self.line("Heading 1" if section.level == 1 else "Heading 2")
        self.mark_place(line, section.anchor)
        self.text(line, section.heading)
        for block in section.blocks:
            self.block(block)

    def block(self, block: Block) -> None:
        match block:
            case Table():
                self.table(block)
            case Paragraph():
                self.item(block)
            case Code():
                self.code(block)
            case Drawing():
                self.drawing(block)
            case Break(how="page"):
                self.word.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
            case Break():
                line = self.word.add_paragraph()
                tight(line)
                line.paragraph_format.space_before = Pt(6)
                border(line, "bottom", "dashed")

    def line(self, style: str = BODY_STYLE) -> Line:
        line = self.word.add_paragraph()
        line._p.style = self.ids[style]
        return line

    def item(self, p: Paragraph) -> None:
        line = self.line(UNDER_STYLE if p.indent else OF_FORM[p.form])
        for anchor in p.anchors:
            self.mark_place(line, anchor)
        loud = self.m.body * 1.6 if p.form == "loud" else None
        if p.label:
            self.text(line, f"{p.label} ", loud, bold=True)
        self.text(line, p.text, loud, bold=p.form == "loud")
        if p.mark:
            self.small(line, f" [{p.mark}]")
        if p.sources:
            self.small(line, " [Nguồn: ")
            for place, s in enumerate(p.sources):
                if place:
                    self.small(line, ", ")
                self.link(line, s.line, s.anchor if not self.paper.minutes else f"nguon-{s.anchor}")
            self.small(line, "]")

    def text(self, line: Line, text: str, points: float | None = None, *, bold: bool = False, italic: bool = False) -> None:
        """Adds text; places to write on become tabs with dots, the last of which reaches the margin."""
        pieces = spans(visible(text))
        fills = sum(piece == FILL for piece, _ in pieces)
        for n in range(1, fills + 1):
            line.paragraph_format.tab_stops.add_tab_stop(
                Mm(self.wide * n / fills), WD_TAB_ALIGNMENT.RIGHT if n == fills else WD_TAB_ALIGNMENT.LEFT, WD_TAB_LEADER.DOTS
            )
        for piece, strong in pieces:
            run = line.add_run("\t" if piece == FILL else piece)
            run.bold, run.italic = bold or strong or None, italic or None
            if points is not None:
                run.font.size = Pt(points)

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
        set_widths(grid, [Mm(width * self.wide / sum(t.widths)) for width in t.widths])
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
                if t.aligns and t.aligns[column] != "left":
                    line.alignment = ALIGNS[t.aligns[column]]
                if column == 0 and row.anchor:
                    self.mark_place(line, row.anchor)
                if column == 0 and row.link and not self.paper.minutes:
                    self.link(line, value, row.link)
                else:
                    self.text(line, value)
        whole_rows(grid)

    def code(self, code: Code) -> None:
        """The QR code with its sentence beside it."""
        picture = io.BytesIO()
        segno.make(code.link, error="m", micro=False).save(picture, kind="png", scale=8, border=2)
        picture.seek(0)
        left, right = columns(self.word.add_table(1, 2), Mm(30), Mm(self.wide - 30))
        left[0].paragraphs[0].add_run().add_picture(picture, width=Mm(26))
        self.text(right[0].paragraphs[0], code.caption)
        self.text(right[0].add_paragraph(), code.link, 10)

    def drawing(self, drawing: Drawing) -> None:
        """A drawing as a picture, with its sentence for who does not see it."""
        picture = self.word.add_paragraph().add_run().add_picture(io.BytesIO(png(drawing, self.wide)), width=Mm(self.wide))
        picture._inline.docPr.set("descr", visible(drawing.about))

    # --- the foot ---------------------------------------------------------------------------------------------------------

    def keep_with_foot(self) -> None:
        """The last two paragraphs go with the signatures onto the same page."""
        for line in self.word.paragraphs[-2:]:
            line.paragraph_format.keep_with_next = True

    def foot(self, signing: Signing) -> None:
        left, right = columns(self.word.add_table(1, 2), Mm(self.m.foot), Mm(self.wide - self.m.foot))
        if signing.left:
            self.signature(left[0], signing.left)
        if signing.recipients:
            label = left[0].add_paragraph() if signing.left else left[0].paragraphs[0]
            tight(label)
            label.paragraph_format.space_before = Pt(8)
            self.text(label, "Nơi nhận:", self.m.recipients_label, bold=not self.party, italic=not self.party)
            label.runs[0].underline = self.party or None
            for name in signing.recipients:
                line = left[0].add_paragraph()
                tight(line)
                self.text(line, f"- {name}", self.m.recipients)
        self.signature(right[0], signing.right)

    def signature(self, cell: Cell, s: Signature) -> None:
        """Authority and office, room for a signature (30 mm), name; and what was signed in the room. The office line of the Party is not bold."""
        for place, title in enumerate(s.office):
            line = self.centred(cell, title, self.m.sign, bold=place == 0 or not self.party, first=place == 0)
            line.paragraph_format.space_before = Pt(8) if place == 0 else Pt(0)
            line.paragraph_format.keep_with_next = True
        if s.said:
            self.centred(cell, f"({s.said})", 11, italic=True, first=False).paragraph_format.keep_with_next = True
        name = self.centred(cell, s.name, self.m.sign, bold=True, first=False)
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
        """On pages of its own, which are numbered anew."""
        section = self.word.add_section(WD_SECTION.NEW_PAGE)
        section._sectPr.append(made("w:pgNumType", start="1"))
        for text, bold in ((annex.title, True), (annex.name.upper(), True), (annex.about, False)):
            if not text:
                continue
            line = self.word.add_paragraph()
            line.alignment = WD_ALIGN_PARAGRAPH.CENTER
            tight(line)
            line.paragraph_format.keep_with_next = True
            line.paragraph_format.space_after = Pt(8) if not bold else Pt(0)
            self.text(line, text, 14 if bold else self.m.body, bold=bold, italic=not bold)
        for block in annex.blocks:
            self.block(block)
