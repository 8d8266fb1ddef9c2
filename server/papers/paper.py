"""A paper as a value: what it says, in which order, and where each item comes from. HTML and DOCX are drawn from this and from nothing else.

Papers are in Vietnamese, as the record is, whatever language the reader's screen uses. Times are milliseconds since the epoch (UTC).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from moderation.kernel import Ms

UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
"""Characters that steer the text around them, are not seen, or that XML cannot hold."""


def visible(text: str) -> str:
    """The text with every such character written out, so that a name cannot turn the sentence around it: U+202E becomes "[U+202E]"."""
    return UNSEEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)


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

    `indent` counts steps to the right; `sources` are printed as links.
    """

    text: str
    label: str = ""
    anchors: tuple[str, ...] = ()
    mark: str = ""
    indent: int = 0
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table. `link`: the place in the minutes that its first cell points to, "" for none."""

    cells: tuple[str, ...]
    anchor: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `widths` in mm, which together fill the 165 mm of the text block."""

    head: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[Row, ...]


Block = Paragraph | Table


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands under it; `level` 1 (I., II.) or 2 (1., 2.)."""

    heading: str
    anchor: str
    blocks: tuple[Block, ...] = ()
    level: int = 1


@dataclass(frozen=True, slots=True)
class Header:
    """The head of a State paper: one or two lines of the issuing body, the number, and (not in minutes) place and date."""

    issuer: tuple[str, ...]
    number: str
    place_date: str = ""


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
    """A table behind the paper. `about`: the line under its title."""

    title: str
    name: str
    about: str
    table: Table


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole paper. `draft` papers carry the word DỰ THẢO; `seal` are the lines by which it can be checked against the record.

    `minutes` is the address of the page that anchors of sources stand on, relative to this one; "" when they stand in this paper.
    """

    kind: str
    subject: str
    file: str
    draft: bool
    header: Header
    opening: tuple[Paragraph, ...]
    sections: tuple[Section, ...]
    signing: Signing
    seal: tuple[tuple[str, str], ...]
    closing: str = ""
    annexes: tuple[Annex, ...] = ()
    minutes: str = ""
