"""The text of a template as blocks of a paper: a small part of Markdown, and nothing of HTML.

`## I. Heading` and `### 1. Heading` begin sections, `# Title` an annex. Paragraphs may begin with a bold label (`**Chủ trì:** …`) or with a word between colons
that says its form (`:centre:`, `:loud:`, `:plain:`, `:under:`). `> …` is a legal basis, `- …` and `1. …` are lists, tables have their relative widths from the
dashes under their heads. `---` is where somebody cuts, `***` a new page, `:code: ADDRESS | sentence` a QR code, `:drawing: SVG | sentence` a
drawing, `....` dots to write on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

from markdown_it import MarkdownIt
from markdown_it.token import Token

from server.papers.faults import Fault
from server.papers.measures import TEXT_BLOCK
from server.papers.paper import BOLD, PLAIN, Annex, Block, Break, Code, Drawing, Paragraph, Row, Section, Table
from server.papers.sandbox import Filled, literal

_MARKDOWN = MarkdownIt("zero").enable(["heading", "list", "table", "hr", "blockquote", "emphasis", "newline", "escape"])
_WORD = re.compile(r":(\w+): ?")
FORMS = {"centre": ("centre", 0), "loud": ("loud", 0), "plain": ("plain", 0), "under": ("", 1)}


@dataclass(slots=True)
class Parts:
    """What a template says, in order."""

    opening: list[Block] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    annexes: list[Annex] = field(default_factory=list)

    def add(self, block: Block) -> None:
        if self.annexes:
            last = self.annexes[-1]
            self.annexes[-1] = Annex(last.title, last.name, last.about, (*last.blocks, block))
        elif self.sections:
            section = self.sections[-1]
            self.sections[-1] = Section(section.heading, section.anchor, (*section.blocks, block), section.level)
        else:
            self.opening.append(block)


def parts_of(filled: Filled) -> Parts:
    """Reads the text of a filled template (raises `Fault` for what papers do not know)."""
    return _Reader(filled).read()


class _Reader:
    def __init__(self, filled: Filled) -> None:
        self.filled = filled
        self.lines = filled.text.split("\n")
        self.tokens = _MARKDOWN.parse(filled.text)
        self.at = 0
        self.parts = Parts()

    def read(self) -> Parts:
        while self.at < len(self.tokens):
            self.block(form="")
        return self.parts

    def next(self) -> Token:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def block(self, form: str, lead: str = "", indent: int = 0) -> None:
        token = self.next()
        match token.type:
            case "heading_open":
                self.heading(int(token.tag[1]))
            case "paragraph_open":
                inline = self.next()
                self.next()
                self.paragraph(inline, form, lead, indent)
            case "blockquote_open":
                while self.tokens[self.at].type != "blockquote_close":
                    self.block("ground")
                self.next()
            case "bullet_list_open" | "ordered_list_open":
                self.list(token)
            case "table_open":
                self.table(token)
            case "hr":
                self.parts.add(Break("page" if token.markup.startswith("*") else "cut"))
            case _:
                raise Fault(0, "unknown_part")

    def heading(self, level: int) -> None:
        said = self.text(self.next())
        self.next()
        if level == 1:
            title, _, name = said.partition(": ")
            self.parts.annexes.append(Annex(title, name, "", ()))
        elif self.parts.annexes:
            self.parts.add(Paragraph("", said))
        else:
            self.parts.sections.append(Section(said, f"phan-{len(self.parts.sections) + 1}", (), 1 if level == 2 else 2))

    def list(self, opened: Token) -> None:
        number = int(opened.attrs.get("start", 1))
        while (token := self.next()).type != opened.type.replace("open", "close"):
            lead = f"{number}. " if opened.type.startswith("ordered") else "- "
            while self.tokens[self.at].type != "list_item_close":
                self.block("", lead)
                lead = ""
            self.next()
            number += token.type == "list_item_open"

    def paragraph(self, inline: Token, form: str, lead: str, indent: int) -> None:
        said = literal("".join(_plain(inline.children or [])))
        word = _WORD.match(said)
        if word and word[1] == "code":
            link, _, caption = self.filled.resolve(said[word.end() :]).partition(" | ")
            self.parts.add(Code(link.strip(), caption.strip()))
            return
        if word and word[1] == "drawing":
            svg, _, about = self.filled.resolve(said[word.end() :]).partition(" | ")
            self.parts.add(Drawing(drawn(svg.strip()), about.strip()))
            return
        if word and word[1] in FORMS:
            (form, indent), said = FORMS[word[1]], said[word.end() :]
        label = ""
        if said.startswith(BOLD):
            label, _, said = said[1:].partition(PLAIN)
        label, said = self.filled.resolve(label).strip(), self.filled.resolve(said).strip()
        if label or said:
            self.parts.add(Paragraph(said if label else f"{lead}{said}", f"{lead}{label}" if label else "", indent=indent, form=form))

    def text(self, inline: Token) -> str:
        return self.filled.resolve(literal("".join(_plain(inline.children or [])))).strip()

    def table(self, opened: Token) -> None:
        heads: list[str] = []
        rows: list[Row] = []
        cells: list[str] = []
        aligns: list[str] = []
        while (token := self.next()).type != "table_close":
            if token.type == "th_open":
                aligns.append(str(token.attrs.get("style", "text-align:left")).removeprefix("text-align:"))
            elif token.type == "inline":
                (heads if len(heads) < len(aligns) and not rows and not cells else cells).append(self.text(token))
            elif token.type == "tr_close" and cells:
                rows.append(Row(tuple(cells)))
                cells = []
        widths = self.widths(opened, len(heads))
        self.parts.add(Table(tuple(heads), widths, tuple(rows), tuple(aligns)))

    def widths(self, opened: Token, columns: int) -> tuple[int, ...]:
        """mm of each column, as the dashes under the heads stand to each other."""
        assert opened.map
        dashes = [len(part.strip()) for part in self.lines[opened.map[0] + 1].strip().strip("|").split("|")]
        total = sum(dashes)
        widths = [round(TEXT_BLOCK * one / total) for one in dashes[:columns]]
        widths[-1] += round(TEXT_BLOCK) - sum(widths)
        return tuple(widths)


def drawn(svg: str) -> str:
    """A drawing that can be set: one whole SVG without declarations (raises `Fault`)."""
    try:
        whole = "<!" not in svg and ElementTree.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"
    except ElementTree.ParseError:
        whole = False
    if not whole:
        raise Fault(0, "no_drawing")
    return svg


def _plain(children: list[Token]) -> Iterator[str]:
    for child in children:
        match child.type:
            case "text" | "text_special":
                yield child.content
            case "softbreak":
                yield " "
            case "hardbreak":
                yield "\n"
            case "strong_open":
                yield BOLD
            case "strong_close":
                yield PLAIN
            case "em_open" | "em_close":
                yield "*"
            case _:
                raise Fault(0, "unknown_part")
