"""Keeping the rows of Article 7: a rule that no longer holds gets a last day, and what replaces it is a row with a later first day and the paper that says so (D7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, or_, select

from moderation import Refusal
from moderation.case.organisation import Presiding
from server.office.work import Work
from server.organisation.seed import KIND_NAMES, article_7, seed_law
from server.organisation.tables import advising_rule, legal_profile

CASES = ("7.1", "7.2", "7.3", "7.4", "7.5")
"""The points of Art. 7."""


def rule_rows(db: Connection) -> Sequence[Mapping[str, Any]]:
    """The rows as kept; those of a new house where none have been entered."""
    order = (advising_rule.c.case, advising_rule.c.unit_kind, advising_rule.c.valid_from)
    return [{str(name): value for name, value in row.items()} for row in db.execute(select(advising_rule).order_by(*order)).mappings()] or article_7()


def add_rule(
    w: Work,
    case: str,
    profile: str,
    unit_kind: str,
    presiding: Presiding,
    chair: str,
    deputy: str,
    advises: str,
    needs_assignment: bool,
    since: date,
    source: str,
) -> str:
    """Enters who advises the presiding office of a kind of unit from a day on; gives the row's id. Raises `Refusal` not_allowed, not_found (no such point, profile or
    kind), source_missing, rule_overlaps (another row says something for that office on that day or later: end it first)."""
    w.allow("keep_organisation")
    seed_law(w)
    w.row(legal_profile, profile)
    if case not in CASES or unit_kind not in KIND_NAMES:
        raise Refusal("not_found")
    if not source.strip():
        raise Refusal("source_missing", field="source")
    same = select(advising_rule.c.valid_to).where(advising_rule.c.unit_kind == unit_kind, advising_rule.c.presiding == presiding.value)
    if w.db.execute(same.where(or_(advising_rule.c.valid_to.is_(None), advising_rule.c.valid_to >= since.isoformat()))).first() is not None:
        raise Refusal("rule_overlaps", field="since")
    return w.add(
        advising_rule, why=source.strip(), case=case, profile=profile, unit_kind=unit_kind, presiding=presiding.value, chair=chair, deputy=deputy, advises=advises,
        needs_assignment=needs_assignment, valid_from=since.isoformat(), source=source.strip(),
    )  # fmt: skip


def end_rule(w: Work, id: str, last_day: date, source: str) -> None:
    """The row holds to this day, by this paper (raises `Refusal` not_allowed, not_found, source_missing, dates_turned)."""
    w.allow("keep_organisation")
    seed_law(w)
    found = w.row(advising_rule, id)
    if not source.strip():
        raise Refusal("source_missing", field="source")
    if last_day.isoformat() < found["valid_from"]:
        raise Refusal("dates_turned", field="last_day")
    w.change(advising_rule, id, why=source.strip(), valid_to=last_day.isoformat())
