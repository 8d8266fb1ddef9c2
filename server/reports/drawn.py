"""The three charts of a report, each with the table that says the same: on-time rates, petitions by field and outcome, speaking time and waiting by channel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from server.i18n import t
from server.reports.charts import Bar, bars
from server.reports.figures import CHANNELS, SECTIONS, Value
from server.settings import Language

BECAME = ("settled", "explained", "accepted", "answered", "assigned", "to_study", "escalated", "external", "open")
"""What may become of a petition, in the order of the bars' parts."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing with its table: `head` and `rows` are texts."""

    name: str
    title: str
    svg: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def charts(values: Mapping[str, Value], fields: Mapping[str, Mapping[str, int]], lang: Language = "vi") -> list[Chart]:
    """The charts that have something to show."""

    def say(key: str, **details: object) -> str:
        return t(lang, key, **details)

    drawn = (_on_time(values, say), _fields(fields, say), _speaking(values, say), _waiting(values, say))
    return [chart for chart in drawn if chart.rows]


def said(value: Value, lang: Language = "vi") -> str:
    """A figure as it is read: 12, 75% (3/4), 14 phút, 5 phút 20 giây; "–" where there is nothing to set it against."""
    match value.figure.says:
        case "rate":
            return f"{_per_cent(value)}% ({value.amount}/{value.of})" if value.of else "–"
        case "minutes":
            return t(lang, "report.minutes", minutes=number(round(value.amount / 60), lang))
        case "mean":
            return _time(round(value.amount / value.of), lang) if value.of else "–"
        case _:
            return number(value.amount, lang)


def category(source: str, name: str, lang: Language = "vi") -> str:
    """What a category of a source is called in lists of rows."""
    kind, found, how = name.partition(":")
    if source == "record":
        return t(lang, f"record.{name}")
    return f"{t(lang, f'figure.deadline.{kind}')}: {t(lang, f'kept.{how}')}" if found else t(lang, f"figure.{source}.{name}")


def number(amount: int, lang: Language = "vi") -> str:
    """1.234 in Vietnamese, 1,234 in English."""
    return f"{amount:,}".replace(",", "." if lang == "vi" else ",")


def _per_cent(value: Value) -> int:
    """Whole per cent, rounded down: a hundred per cent means all of them."""
    return value.amount * 100 // value.of if value.of else 0


def _time(seconds: int, lang: Language) -> str:
    return t(lang, "report.time", minutes=seconds // 60, seconds=f"{seconds % 60:02}")


Say = Callable[..., str]


def _on_time(values: Mapping[str, Value], say: Say) -> Chart:
    rates = [value for one in SECTIONS["on_time"] if (value := values.get(one.name)) is not None and value.of]
    lines = [Bar(say(f"figure.{v.figure.name}"), (float(_per_cent(v)),), f"{_per_cent(v)}%") for v in rates]
    rows = tuple((say(f"figure.{v.figure.name}"), f"{_per_cent(v)}%", str(v.amount), str(v.of)) for v in rates)
    title = say("chart.on_time")
    about = "; ".join(f"{row[0]}: {row[1]}" for row in rows)
    head = (say("chart.deadline"), say("chart.rate"), say("chart.kept"), say("chart.all"))
    return Chart("on-time", title, bars("on-time", title, about, lines, most=100.0), head, rows)


def _fields(fields: Mapping[str, Mapping[str, int]], say: Say) -> Chart:
    there = [became for became in BECAME if any(one.get(became) for one in fields.values())]
    names = [say(f"became.{became}") for became in there]
    lines = [
        Bar(say(f"petition.field.{name}"), tuple(float(one.get(became, 0)) for became in there), str(sum(one.values())))
        for name, one in fields.items()
    ]
    rows = tuple(
        (say(f"petition.field.{name}"), *(str(one.get(became, 0)) for became in there), str(sum(one.values()))) for name, one in fields.items()
    )
    title = say("chart.fields")
    about = "; ".join(f"{row[0]}: {row[-1]}" for row in rows)
    return Chart("fields", title, bars("fields", title, about, lines, parts=names), (say("chart.field"), *names, say("chart.all")), rows)


def _speaking(values: Mapping[str, Value], say: Say) -> Chart:
    found = [(c, v) for c in CHANNELS if (v := values.get(f"speaking.{c}")) is not None and v.amount]
    lines = [Bar(say(f"report.channel_{c}"), (v.amount / 60,), say("report.minutes", minutes=round(v.amount / 60))) for c, v in found]
    rows = tuple((line.label, line.said) for line in lines)
    title = say("chart.speaking")
    return Chart(
        "speaking", title, bars("speaking", title, "; ".join(": ".join(row) for row in rows), lines), (say("chart.channel"), say("chart.time")), rows
    )


def _waiting(values: Mapping[str, Value], say: Say) -> Chart:
    found = [(c, v) for c in CHANNELS if (v := values.get(f"waiting.{c}")) is not None and v.of]
    means = [(c, round(v.amount / v.of), v.of) for c, v in found]
    lines = [Bar(say(f"report.channel_{c}"), (mean / 60,), say("report.time", minutes=mean // 60, seconds=f"{mean % 60:02}")) for c, mean, _ in means]
    rows = tuple((line.label, line.said, str(of)) for line, (_, _, of) in zip(lines, means, strict=True))
    title = say("chart.waiting")
    head = (say("chart.channel"), say("chart.mean"), say("chart.statements"))
    return Chart("waiting", title, bars("waiting", title, "; ".join(": ".join(row[:2]) for row in rows), lines), head, rows)
