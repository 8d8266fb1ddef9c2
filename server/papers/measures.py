"""Sizes of a paper, in points and mm: Nghị định 30/2020 Phụ lục I for State papers, Hướng dẫn 05-HD/VPTW for those of the Party."""

from __future__ import annotations

from dataclasses import dataclass, replace

from server.papers.letters import width
from server.papers.paper import Header, Paper

NATION, MOTTO, PARTY = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "ĐẢNG CỘNG SẢN VIỆT NAM"
TEXT_BLOCK = 165.0
"""Width between the margins of 30 and 15 mm."""
NARROW = 64.0
"""The longest left text, in mm, beside which the national title may be 13 pt."""


@dataclass(frozen=True, slots=True)
class Measures:
    """`left` and `right` are the columns of the head, `foot` the left one of the foot, `rule` the line under the title on the right, `issuer_rule` that under the
    issuing body (0: a star). `exact`: the fixed distance of lines in points, 0 for 1.15 lines."""

    left: float
    right: float
    foot: float
    nation: float
    motto: float
    superior: float
    issuer: float
    number: float
    date: float
    kind: float
    subject: float
    body: float
    sign: float
    recipients_label: float
    recipients: float
    rule: float
    issuer_rule: float
    exact: float
    page: tuple[float, float] = (210.0, 297.0)
    margins: tuple[float, float, float, float] = (20.0, 15.0, 20.0, 30.0)
    """top, right, bottom, left."""


def measures(paper: Paper) -> Measures:
    """State papers come in two sets that move together, 13-14-14 and 12-13-13; the larger only where the issuing body leaves room, so that the national title
    never wraps."""
    if paper.size == "a5":
        return slip()
    if paper.size == "large":
        return replace(measures(replace(paper, size="a4")), kind=26, subject=18, body=18, exact=0)
    if paper.header.system == "party":
        length = width(PARTY, 15, True)
        return Measures(84, 81, 84, 15, 14, 14, 14, 14, 14, 16, 14, 14, 14, 14, 12, length, 0, 20)
    if longest(paper.header, 13) <= NARROW:
        return state(66, 13, 14, paper.header)
    return state(75, 12, 13, paper.header)


def state(left: float, title: float, text: float, header: Header) -> Measures:
    rule = min(longest(header, title) * 0.45, left - 10) or 20
    return Measures(left, TEXT_BLOCK - left, 75, title, text, title, title, 13, text, 14, text, text, text, 12, 11, width(MOTTO, text, True), rule, 0)


def slip() -> Measures:
    """A5, in letters that elderly people read: 13 and 14 pt."""
    return Measures(58, 68, 60, 9, 10, 9, 9, 9, 9, 14, 13, 13, 13, 11, 10, 40, 20, 0, (148.0, 210.0), (10.0, 10.0, 10.0, 12.0))


def longest(header: Header, points: float) -> float:
    """The longest line of the left column, in mm."""
    names = [width(line, points, True) for line in header.issuer]
    return max([*names, width(header.superior, points) if header.superior else 0.0, width(header.number, 13)])
