"""The values of a history in words: moments and dates as people write them, names for ids, choices by their names in the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from sqlalchemy import BigInteger, select

from server.clock import HANOI
from server.db.tables import account, metadata
from server.errors import language_of
from server.i18n import catalogue
from server.office.history import Told, read, told_of
from server.office.veil import veiled
from server.office.work import Work
from server.organisation.tables import body, office, unit
from server.settings import Language

NAMED = ((account, account.c.name), (body, body.c.name), (unit, unit.c.name), (office, office.c.title))
"""Tables whose ids stand in other rows, and the column that people know them by."""
BYWORDS = ("stage", "regime", "format", "slot", "deadline", "clock", "column")
"""Beginnings of keys that choices are looked up under when their own column has none."""
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_MOMENTS = range(10**11, 10**13)


def page_of(w: Work, chain: str, request: Request, at: int) -> dict[str, Any]:
    """What a page of a history shows: entries in words, how many pages, and the choice of kind (`?loai=`) and act (`?viec=`)."""
    kind, act = request.query_params.get("loai", ""), request.query_params.get("viec", "")
    entries, pages = read(w, chain, at, kind=kind or None, act=act or None)
    kinds, acts = told_of(w, chain)
    query = urlencode({name: value for name, value in (("loai", kind), ("viec", act)) if value})
    entries = veiled(w, chain, entries, catalogue(language_of(request))["history.hidden"])
    return {"entries": readable(w, entries, language_of(request)), "at": at, "pages": pages, "kinds": kinds, "acts": acts, "kind": kind, "act": act,
            "query": f"{query}&" if query else ""}  # fmt: skip


def readable(w: Work, entries: Iterable[Told], lang: Language) -> list[Told]:
    """The same entries with their values in words."""
    listed = list(entries)
    ids = {text for entry in listed for _, *values in entry.changes for value in values for text in _texts(value)}
    names = (
        {row[0]: row[1] for table, name in NAMED for row in w.db.execute(select(table.c.id, name).where(table.c.id.in_(sorted(ids))))} if ids else {}
    )
    words = Words(names, lang)
    return [replace(entry, by=words.who(entry.by), changes=tuple((name, words(entry.kind, name, old), words(entry.kind, name, new)) for name, old, new in entry.changes))
            for entry in listed]  # fmt: skip


class Words:
    """Says a value. `names`: id → name of what it is."""

    def __init__(self, names: dict[str, str], lang: Language) -> None:
        self._names, self._texts = names, catalogue(lang)

    def __call__(self, kind: str, column: str, value: Any) -> str | None:
        if value is None:
            return None
        if isinstance(value, bool):
            return self._texts["history.yes" if value else "history.no"]
        if isinstance(value, int):
            is_moment = kind in metadata.tables and column in metadata.tables[kind].c and isinstance(metadata.tables[kind].c[column].type, BigInteger)
            return f"{datetime.fromtimestamp(value / 1_000, HANOI):%H:%M, %d/%m/%Y}" if is_moment and value in _MOMENTS else str(value)
        if isinstance(value, dict):
            return "; ".join(f"{self._choice(column, str(key))}: {self(kind, str(key), one)}" for key, one in value.items())
        if isinstance(value, list):
            return ", ".join(self(kind, column, one) or "—" for one in value)
        return self._text(column, str(value))

    def who(self, by: str) -> str:
        """Who did it: a person's name, the server itself, or somebody without an account."""
        return self._texts.get(f"history.by.{by}", by)

    def _text(self, column: str, text: str) -> str:
        day = _DAY.fullmatch(text)
        if day:
            return f"{day[3]}/{day[2]}/{day[1]}"
        return self._names.get(text) or self._choice(column, text)

    def _choice(self, column: str, text: str) -> str:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", text):
            return text
        return next((self._texts[key] for prefix in (column, *BYWORDS) if (key := f"{prefix}.{text}") in self._texts), text)


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, dict):
        yield from _texts(list(value.values()))
