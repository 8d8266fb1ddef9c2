"""How numbers of papers are written (Nghị định 30/2020, Phụ lục I; Hướng dẫn 05-HD/VPTW), and the period in which they run."""

from __future__ import annotations

from datetime import date

from moderation.plan import Plan
from server.papers.paper import System
from server.papers.words import BLANK, system
from server.papers.words import symbol as body_symbol

LETTER = "CV"
"""Under this type letters are counted; State letters do not print it."""


def written(system: System, number: int, symbol: str, body: str, drafter: str = "") -> str:
    """ "05/TB-UBND", "31/UBND-VP" for a letter; of the Party "05-TB/ĐU", "31-CV/ĐU". Numbers below ten get a zero before them."""
    return _form(system, f"{number:02}", symbol, body, drafter)


def unnumbered(system: System, symbol: str, body: str, drafter: str = "") -> str:
    """The number of a draft, left open."""
    return _form(system, BLANK, symbol, body, drafter)


def printed(system: System, number: str) -> str:
    """As it stands in the head of the paper: State papers have a colon, those of the Party none."""
    return f"Số {number}" if system == "party" else f"Số: {number}"


def open_number(plan: Plan, symbol: str) -> str:
    """The number of a draft that the room makes, as it stands in the head."""
    return printed(system(plan), unnumbered(system(plan), symbol, body_symbol(plan)))


def _form(system: System, number: str, symbol: str, body: str, drafter: str) -> str:
    if system == "party":
        return f"{number}-{symbol or LETTER}/{body}"
    return f"{number}/{symbol}-{body}" if symbol else f"{number}/{body}-{drafter}" if drafter and drafter != body else f"{number}/{body}"


def period(system: System, on: date) -> str:
    """State papers are counted by the calendar year, those of the Party through the committee's term of five years, which begins in the middle of 2025, 2030, …"""
    if system == "state":
        return str(on.year)
    years = on.year - (on.month < 7)
    start = 2025 + (years - 2025) // 5 * 5
    return f"{start}-{start + 5}"
