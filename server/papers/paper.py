"""A paper as a value: what it says, in which order, and where each item comes from. HTML, DOCX and PDF are drawn from this and from nothing else.

Papers are in Vietnamese, as the record is, whatever language the reader's screen uses. Times are milliseconds since the epoch (UTC).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from moderation.kernel import Ms

System = Literal["state", "party"]
"""Whose form a paper has: that of Nghị định 30/2020 or that of the Party. One paper has one."""

UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff"
    "\ue000-\uf8ff\U000f0000-\U0010ffff]"
)
"""Characters that steer the text around them, are not seen, that XML cannot hold, or that mean nothing to others (private use)."""

FILL, BOLD, PLAIN = "\ue0ff", "\ue0fe", "\ue0fd"
"""In a text of a template: dots from here to the end of the line, to be written on by hand; where bold letters begin, and end."""


def visible(text: str) -> str:
    """The text with every such character written out, so that a name cannot turn the sentence around it: U+202E becomes "[U+202E]". Our own marks stay."""
    return UNSEEN.sub(lambda found: found[0] if found[0] in (FILL, BOLD, PLAIN) else f"[U+{ord(found[0]):04X}]", text)


def spans(text: str) -> list[tuple[str, bool]]:
    """The text in pieces of one weight: (letters or `FILL`, whether bold)."""
    out: list[tuple[str, bool]] = []
    bold = False
    for piece in re.split(f"([{FILL}{BOLD}{PLAIN}])", text):
        if piece in (BOLD, PLAIN) and piece:
            bold = piece == BOLD
        elif piece:
            out.append((piece, bold))
    return out


@dataclass(frozen=True, slots=True)
class Source:
    """Where an item comes from (R40): the minutes line, who spoke, from when to when, and how long after the opening that was.

    `line` is the label printed, `anchor` the place of the line in the minutes, `speech` that of the speech, "" where nobody had the floor.
    """

    line: str
    anchor: str
    who: str
    start: Ms
    end: Ms | None = None
    speech: str = ""
    after_opening: Ms | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph with a bold `label` before it. `anchors` are the places that others can point to, `mark` is printed small behind it.

    `indent` counts steps to the right; `sources` are printed as links. `form`: "" for the body, "ground" for a legal basis, "centre", "plain" (no first line
    indent), "loud" (large and bold, for a poster).
    """

    text: str
    label: str = ""
    anchors: tuple[str, ...] = ()
    mark: str = ""
    indent: int = 0
    sources: tuple[Source, ...] = ()
    form: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table. `link`: the place in the minutes that its first cell points to, "" for none."""

    cells: tuple[str, ...]
    anchor: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `widths` in mm, which together fill the 165 mm of the text block. `aligns`: "left", "center" or "right" for each column, () for left."""

    head: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[Row, ...]
    aligns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Break:
    """Where the paper is cut off by hand ("cut"), or goes on on a new page ("page")."""

    how: str


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code that leads to `link`, with a sentence beside it."""

    link: str
    caption: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing as SVG, as wide as the text, with the sentence for who does not see it."""

    svg: str
    about: str


Block = Paragraph | Table | Break | Code | Drawing


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands under it; `level` 1 (I., II.) or 2 (1., 2.)."""

    heading: str
    anchor: str
    blocks: tuple[Block, ...] = ()
    level: int = 1


@dataclass(frozen=True, slots=True)
class Header:
    """The head of a paper: one or two lines of the issuing body, the number, and (not in minutes) place and date. `superior`: the line above the issuing body;
    `about`: what a letter is about, printed under its number."""

    issuer: tuple[str, ...]
    number: str
    place_date: str = ""
    system: System = "state"
    superior: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """Where somebody signs. `said` tells of a signature given in the room."""

    office: tuple[str, ...]
    name: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Signing:
    """The foot: under the left the distribution list."""

    left: Signature | None
    right: Signature
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Annex:
    """What stands behind the paper on pages of its own. `about`: the line under its title."""

    title: str
    name: str
    about: str
    blocks: tuple[Block, ...]

    @property
    def table(self) -> Table:
        """Its first table."""
        return next(block for block in self.blocks if isinstance(block, Table))


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole paper. `draft` papers carry the word DỰ THẢO; `seal` are the lines by which it can be checked against the record.

    `minutes` is the address of the page that anchors of sources stand on, relative to this one; "" when they stand in this paper. `to`: whom a letter or report
    is addressed to. `size`: "a4", "a5" (slips) or "large" (to be read on a wall). A letter has no `kind`; a form to be filled in (`bare`) neither number nor
    signatures.
    """

    kind: str
    subject: str
    file: str
    draft: bool
    header: Header
    opening: tuple[Block, ...]
    sections: tuple[Section, ...]
    signing: Signing
    seal: tuple[tuple[str, str], ...]
    closing: str = ""
    annexes: tuple[Annex, ...] = ()
    minutes: str = ""
    to: tuple[str, ...] = ()
    size: str = "a4"
    bare: bool = False
