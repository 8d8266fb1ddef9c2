"""The figures of a report: which there are, from which rows, and how each is said. Page, paper, spreadsheet and charts all take them from here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from moderation import Refusal
from server.reports.sources import LATE, ON_TIME, Scope, sums


@dataclass(frozen=True, slots=True)
class Figure:
    """`categories` of `source` are added up. A rate or a mean also has `of`, the categories it is set against. `says`: count, minutes, mean (seconds), rate (per cent)."""

    name: str
    source: str
    categories: tuple[str, ...]
    of: tuple[str, ...] = ()
    says: str = "count"


@dataclass(frozen=True, slots=True)
class Value:
    """A figure with its number: `amount`, and what it is set against (`of`, 0 for a plain count)."""

    figure: Figure
    amount: int
    of: int = 0

    @property
    def share(self) -> float | None:
        """The rate or the mean; None where there is nothing to set it against."""
        return self.amount / self.of if self.of else None


CHANNELS = ("hall", "venue", "online", "phone")


def _count(source: str, *names: str) -> tuple[Figure, ...]:
    return tuple(Figure(f"{source}.{name}", source, (name,)) for name in names)


def _recorded(*names: str) -> tuple[Figure, ...]:
    return tuple(Figure(f"record.{name}", "record", (name,)) for name in names)


def _rate(kind: str) -> Figure:
    return Figure(f"deadline.{kind}", "deadline", (f"{kind}:{ON_TIME}",), (f"{kind}:{ON_TIME}", f"{kind}:{LATE}"), "rate")


SECTIONS: Mapping[str, tuple[Figure, ...]] = {
    "conferences": (
        Figure("regime.all", "regime", ("periodic", "thematic", "extraordinary")),
        *_count("regime", "periodic", "thematic", "extraordinary"),
        *_count("format", "in_person", "online", "combined"),
        *_count("venue", "main", "branch"),
    ),
    "people": _recorded(*(f"present_{channel}" for channel in CHANNELS)),
    "opinions": (
        Figure("opinion.received", "opinion", ("dialogue", "merged", "elsewhere")),
        *_recorded("petitions_new_at_conference"),
        *_count("opinion", "merged", "elsewhere"),
        *_count("outcome", "settled", "explained", "accepted", "assigned", "to_study", "escalated", "external"),
        Figure("item.all", "item", ("done", "open", "overdue")),
        *_count("item", "done", "overdue"),
    ),
    "on_time": (_rate("notice"), _rate("conclusion"), _rate("agency_report")),
    "speaking": (
        *_recorded("speakers_total", "follow_ups", "speakers_registered_on_behalf", "speeches_over_limit", "refusals"),
        *(Figure(f"speaking.{c}", "record", (f"speaking_{c}",), says="minutes") for c in CHANNELS),
        *(Figure(f"waiting.{c}", "record", (f"waiting_{c}",), (f"statements_{c}",), "mean") for c in CHANNELS),
    ),
}
"""The figures by section, in the order of the report."""

ALL: Mapping[str, Figure] = {figure.name: figure for figures in SECTIONS.values() for figure in figures}


def figure(name: str) -> Figure:
    """The figure of a name (raises `Refusal` not_found)."""
    if name not in ALL:
        raise Refusal("not_found")
    return ALL[name]


def count(db: Connection, scope: Scope) -> dict[str, Value]:
    """All figures by name: one question for each source."""
    summed = {source: sums(db, scope, source) for source in dict.fromkeys(one.source for one in ALL.values())}

    def total(source: str, categories: Iterable[str]) -> int:
        return sum(summed[source].get(category, 0) for category in categories)

    return {name: Value(one, total(one.source, one.categories), total(one.source, one.of)) for name, one in ALL.items()}


def count_one(db: Connection, scope: Scope, one: Figure) -> Value:
    """One figure alone."""
    summed = sums(db, scope, one.source)
    return Value(one, sum(summed.get(c, 0) for c in one.categories), sum(summed.get(c, 0) for c in one.of))


def by_field(db: Connection, scope: Scope) -> dict[str, dict[str, int]]:
    """Petitions: field → what became of them → how many; the field with most first."""
    fields: dict[str, dict[str, int]] = {}
    for category, amount in sums(db, scope, "field").items():
        name, _, became = category.partition(":")
        fields.setdefault(name, {})[became] = amount
    return dict(sorted(fields.items(), key=lambda one: (-sum(one[1].values()), one[0])))


def kept(values: Mapping[str, Value]) -> dict[str, list[int]]:
    """The figures as they are kept with a signed report."""
    return {name: [value.amount, value.of] for name, value in values.items()}


def read(stored: Mapping[str, list[int]]) -> dict[str, Value]:
    """The figures of a signed report. One that was not counted then is missing, and is not made up."""
    return {name: Value(ALL[name], amount, of) for name, (amount, of) in stored.items() if name in ALL}
