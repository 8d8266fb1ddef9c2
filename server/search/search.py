"""Keeping what can be found, and finding it: every word must occur, whatever its marks; texts with the tones as typed come first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, case, delete, false, func, insert, or_, select
from sqlalchemy.sql import ColumnElement

from moderation.case.petitions import State
from moderation.case.rights import RIGHTS
from moderation.case.text import fold, plain, words
from server.office.work import Work
from server.petitions.tables import petition
from server.search.tables import search_entry

SEALED, SENDER = "petition_sealed", "petition_sender"
"""Petitions that only some may know of (not triaged, or not of the dialogue), and the
names of senders: these are found by the list of petitions alone, for those who take petitions in."""
SEEN_BY = {"petition": "see_petitions", SEALED: "see_sealed", "conclusion": "see_case", "paper": "see_case", "conference": "see_case"}
"""What one must be allowed to do in a unit to find its entries of a kind."""

MOST_WORDS = 12
AROUND = 60
"""Characters shown on each side of the first word found."""

Entry = dict[str, Any]
"""A row of `search_entry`."""


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that was found. `before`, `match` and `after` are a piece of its text around the first word."""

    kind: str
    subject: str
    conference: str | None
    title: str
    path: str
    before: str
    match: str
    after: str
    at: int


def entry(*, kind: str, subject: str, conference: str | None, unit: str, title: str, path: str, texts: Sequence[str], at: int) -> Entry:
    """The row of a thing that can be found, by its title and texts."""
    body = " ".join(" · ".join(text for text in (title, *texts) if text).split())
    return {"id": f"{kind}:{subject}", "kind": kind, "subject": subject, "conference": conference, "unit": unit, "title": title, "path": path, "body": body,
            "body_exact": plain(body), "body_folded": fold(body), "at": at}  # fmt: skip


def keep(w: Work, row: Entry) -> None:
    """Keeps a row of `entry` in the transaction that changes its thing, in the place of the one before."""
    w.db.execute(delete(search_entry).where(search_entry.c.id == row["id"]))
    w.db.execute(insert(search_entry).values(**row))


def forget(w: Work, kind: str, subject: str) -> None:
    """Removes what can be found of a thing; of a petition, its sender's name too."""
    kinds = (*family(kind), SENDER) if kind == "petition" else (kind,)
    w.db.execute(delete(search_entry).where(search_entry.c.id.in_([f"{one}:{subject}" for one in kinds])))


def family(kind: str) -> tuple[str, ...]:
    """The kinds of entries that are shown as one kind."""
    return (kind, SEALED) if kind == "petition" else (kind,)


def find(w: Work, text: str, *, kinds: Sequence[str] = (), conference: str | None = None, most: int = 30, skip: int = 0) -> tuple[list[Found], int]:
    """What holds every word of the text, of what the one who searches may see, and how many there are in all. Texts with the tones as typed come first, then
    the newest."""
    sought = words(text)[:MOST_WORDS]
    where = matching(sought)
    if where is None:
        return [], 0
    where = and_(where, visible(w, [one for kind in kinds for one in family(kind)]))
    if conference is not None:
        where = and_(where, search_entry.c.conference == conference)
    exact = and_(*(search_entry.c.body_exact.like(_pattern(plain(word))) for word in sought))
    ids = select(search_entry.c.id, func.count().over().label("in_all")).where(where)  # counted while looking: one way through the table, not two
    page = w.db.execute(ids.order_by(case((exact, 0), else_=1), search_entry.c.at.desc(), search_entry.c.id).limit(most).offset(skip)).all()
    count = page[0].in_all if page else 0
    found = {row.id: row for row in w.db.execute(select(search_entry).where(search_entry.c.id.in_([row.id for row in page])))}
    rows = [found[row.id] for row in page]
    return [
        Found("petition" if row.kind == SEALED else row.kind, row.subject, row.conference, row.title, row.path, *_piece(row.body, sought), row.at)
        for row in rows
    ], count


def matching(sought: Sequence[str]) -> ColumnElement[bool] | None:
    """The condition that every word occurs, whatever its marks; None without a word."""
    folded = [folded for word in sought if (folded := fold(word))]
    return and_(*(search_entry.c.body_folded.like(_pattern(word)) for word in folded)) if folded else None


def visible(w: Work, kinds: Sequence[str] = ()) -> ColumnElement[bool]:
    """The condition that the one who searches may see an entry, of these kinds alone where they are named: what nobody asks for is not read either."""
    reaches = {kind: {unit for post in w.by.posts if post.duty.value in RIGHTS[action] for unit in post.reach} for kind, action in SEEN_BY.items()}
    asked = [kind for kind in SEEN_BY if not kinds or kind in kinds]
    seen = [and_(search_entry.c.kind == kind, search_entry.c.unit.in_(sorted(reaches[kind]))) for kind in asked]
    own = select(petition.c.id).where(petition.c.keyed_by == w.by.account, petition.c.state == State.RECEIVED.value)
    mine = and_(search_entry.c.kind == SEALED, search_entry.c.unit.in_(sorted(reaches["petition"])), search_entry.c.subject.in_(own))
    return or_(false(), *seen, mine) if SEALED in asked and reaches["petition"] - reaches[SEALED] else or_(false(), *seen)


def _pattern(word: str) -> str:
    """A pattern for LIKE. Words hold letters and digits alone, never its wildcards."""
    return f"%{word}%"


def _piece(body: str, sought: Sequence[str]) -> tuple[str, str, str]:
    """What stands before the first word found, the word as it is written there, and what follows. Folding keeps the number of letters of Vietnamese text."""
    letters = "".join(fold(c) or c if not c.isspace() else " " for c in body)
    if len(letters) != len(body):
        return "", "", body[: 2 * AROUND]
    places = [(at, len(word)) for word in map(fold, sought) if word and (at := letters.find(word)) >= 0]
    if not places:
        return "", "", body[: 2 * AROUND]
    at, length = min(places)
    first, last = max(0, at - AROUND), at + length + AROUND
    return ("…" if first else "") + body[first:at], body[at : at + length], body[at + length : last] + ("…" if last < len(body) else "")
