"""Reading the history of a chain, newest first, with both texts of each change (D4.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import func, select

from server.db.tables import account
from server.office.tables import history
from server.office.work import Work

PAGE = 50


@dataclass(frozen=True, slots=True)
class Told:
    """One entry: `changes` are (column, old, new); `erased` says that its personal part was erased."""

    seq: int
    at: int
    by: str
    act: str
    kind: str
    subject: str
    why: str
    changes: tuple[tuple[str, Any, Any], ...]
    erased: bool


def read(
    w: Work, chain: str, page: int = 1, *, kind: str | None = None, subject: str | None = None, act: str | None = None
) -> tuple[list[Told], int]:
    """A page of the entries of a chain (of one kind, subject and act, if asked for) and the number of pages."""
    where = [history.c.chain == chain]
    if kind is not None:
        where.append(history.c.kind == kind)
    if subject is not None:
        where.append(history.c.subject == subject)
    if act is not None:
        where.append(history.c.act == act)
    count = w.db.scalar(select(func.count()).select_from(history).where(*where)) or 0
    rows = w.db.execute(
        select(history, account.c.name)
        .outerjoin(account, account.c.id == history.c.by)
        .where(*where)
        .order_by(history.c.seq.desc())
        .limit(PAGE)
        .offset((max(page, 1) - 1) * PAGE)
    ).all()
    return [_told(row) for row in rows], max(1, -(-count // PAGE))


def told_of(w: Work, chain: str) -> tuple[list[str], list[str]]:
    """The kinds and the acts that a chain tells of, for choosing."""
    kinds = w.db.scalars(select(history.c.kind).where(history.c.chain == chain).distinct().order_by(history.c.kind)).all()
    acts = w.db.scalars(select(history.c.act).where(history.c.chain == chain).distinct().order_by(history.c.act)).all()
    return list(kinds), list(acts)


def _told(row: Any) -> Told:
    body = orjson.loads(row.body)
    changes = dict(body["changes"])
    if row.private is not None:
        changes |= orjson.loads(row.private)
    listed = tuple((name, old, new) for name, (old, new) in sorted(changes.items()))
    return Told(
        row.seq, row.at, row.name or row.by, row.act, row.kind, row.subject, body["why"], listed, body["private"] is not None and row.private is None
    )
