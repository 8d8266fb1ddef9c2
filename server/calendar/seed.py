"""The days off to begin with: a library's holidays of Vietnam, made right by `corrections.yaml`. After the first start the tables are what counts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import holidays
import yaml

from moderation.case.calendar import Calendar, CalendarDay, DayKind

YEARS = range(2023, 2028)
"""The years that a new server knows: from the year of the regulation to the last whose days are known."""

_SWAP = re.compile(r"thay cho ngày (\d\d/\d\d/\d{4})")
_TET = "Tết Nguyên đán"
_TITLES = {"Ngày Quốc tế Lao động": "Ngày Quốc tế lao động"}


@cache
def seeded() -> Calendar:
    """The calendar of a new server."""
    data = _corrections()
    return Calendar({day.day: day for day in official_days(YEARS)}, frozenset(year for year, said in data["years"].items() if said["announced"]))


def year_sources() -> dict[int, tuple[bool, str]]:
    """Year → whether its days off are announced, and by which papers."""
    return {year: (bool(said["announced"]), str(said["source"])) for year, said in _corrections()["years"].items()}


def official_days(years: Iterable[int]) -> tuple[CalendarDay, ...]:
    """The days off and the make-up days of these years, in order. Of years to come: by statute alone, without the swaps that are still to be
    announced."""
    data, found = _corrections(), {day.day: day for year in years for day in _of_library(year)}
    for correction in data["days"]:
        day = correction["date"]
        if day.year in years:
            found.pop(day, None)
            if not correction.get("remove"):
                found[day] = CalendarDay(day, DayKind(correction["kind"]), correction["title"], correction["source_no"], correction["source_date"])
    return tuple(found[day] for day in sorted(found))


def _of_library(year: int) -> Iterable[CalendarDay]:
    data = _corrections()
    paper = data["sources"].get(year, {})
    known = holidays.country_holidays("VN", years=year, language="vi")
    for day, name in known.items():
        swap = _SWAP.search(name)
        if swap:
            yield _swapped(day, DayKind.SWAPPED_OFF, f"Nghỉ hoán đổi, làm bù ngày {swap[1]}", paper)
            made_up = date(*(int(part) for part in reversed(swap[1].split("/"))))
            yield _swapped(made_up, DayKind.MAKE_UP, f"Làm bù cho ngày {day:%d/%m/%Y}", paper)
        elif "nghỉ bù" in name:
            yield CalendarDay(day, DayKind.IN_LIEU, f"Nghỉ bù {_title(name.partition(' (')[0]).replace('Ngày', 'ngày', 1)}", data["law"])
        else:
            yield CalendarDay(day, DayKind.HOLIDAY, _title(name), data["laws"].get(name, data["law"]))


def _swapped(day: date, kind: DayKind, title: str, paper: dict[str, Any]) -> CalendarDay:
    return CalendarDay(day, kind, title, paper.get("source_no", ""), paper.get("source_date"))


def _title(name: str) -> str:
    """The library tells the days of Tết apart, and not always rightly; the law has one name for them."""
    if "Tết" in name and "Dương lịch" not in name:
        return _TET
    return _TITLES.get(name, name)


@cache
def _corrections() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("corrections.yaml").read_text("utf-8"))
    return data
