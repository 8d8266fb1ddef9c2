"""A pile of the desk: what belongs together, with how much there is of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func

from server.office.work import Work

SHOWN = 6
"""Lines of a pile; behind them stands how many there are."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing. `label` is a key of the catalogue or "", `title` a text of the case, `count` how many of them where a line stands for several; `due` an ISO date,
    `owner` the body that has to keep it, where that is not the reader's own. Without `href` it is for somebody else to act on."""

    href: str
    title: str = ""
    label: str = ""
    about: str = ""
    due: str = ""
    provisional: bool = False
    state: str = ""
    owner: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class Pile:
    """`lines` has the most urgent first, `count` is how many there are, `more` the page of all of them. `urgent` piles stand out. `note` is a key of
    the catalogue: what the pile means, where its name does not say it."""

    name: str
    lines: tuple[Line, ...]
    count: int
    more: str = ""
    urgent: bool = False
    note: str = ""


Find = Callable[[Work], Iterable[Pile]]
"""Looks up piles; none where they are not for the one who works."""


def first_of(w: Work, wanted: Select[Any]) -> tuple[list[Any], int]:
    """The first rows of a question and how many it has in all, asked at once."""
    rows = w.db.execute(wanted.add_columns(func.count().over().label("in_all")).limit(SHOWN)).mappings().all()
    return list(rows), rows[0]["in_all"] if rows else 0


def short(text: str, most: int = 110) -> str:
    """A text as a line holds it."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
