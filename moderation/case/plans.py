"""The plan of a dialogue (Art. 5, 6, 8.1): what it has to say before the chair can approve it, and what an extraordinary one need not wait for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from moderation.kernel import Refusal

REGIMES = ("periodic", "thematic", "extraordinary")
FORMATS = ("in_person", "online", "combined")
GROUNDS = ("a", "b", "c")
"""Of an extraordinary one (Art. 6.3): prolonged and of many; a risk to security and order; sudden, to be settled now."""
AUDIENCES = ("", "doanh_nhan", "cong_nhan", "nong_dan", "thanh_nien", "phu_nu", "cuu_chien_binh", "nguoi_cao_tuoi")
"""Groups that a thematic one may be held with (Art. 6.2b)."""
BLOCKS: Mapping[str, tuple[str, ...]] = {"periodic": ("a", "b", "c"), "thematic": ("a", "b"), "extraordinary": ("a",)}
"""The points of Art. 6 that the content of each regime is made of."""

SIX: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("time", ("date", "starts_at", "ends_at")),
    ("place", ("place",)),
    ("format", ("format",)),
    ("content", ("topics",)),
    ("participants", ("participants",)),
    ("coordination", ("coordination",)),
)
"""The six things that a plan states (Art. 8.1), each with the columns that hold it."""

OF_THE_CHAIR = ("format", "regime", "ground", "date")
"""What the chair alone decides (Art. 11.2): a change after approval asks for approval again."""


@dataclass(frozen=True, slots=True)
class Presides:
    """One who presides: `deputy` of the office, with the paper that assigns them in a special case (Art. 2)."""

    office: str
    deputy: bool = False
    reason: str = ""
    assignment: str = ""
    assignment_date: str | None = None


def empty_of_six(plan: Mapping[str, Any]) -> tuple[str, ...]:
    """Which of the six things the plan does not say yet (D8.1a)."""
    return tuple(name for name, columns in SIX if not all(plan.get(column) for column in columns))


def check_kind(plan: Mapping[str, Any]) -> None:
    """Refuses a regime, form or audience that the regulation does not know, and an extraordinary dialogue without its ground (D5.1, D5.2b, D6.2b, D6.3)."""
    if plan["regime"] not in REGIMES:
        raise Refusal("regime_unknown", field="regime")
    if plan.get("format") and plan["format"] not in FORMATS:
        raise Refusal("format_unknown", field="format")
    if plan["regime"] == "extraordinary" and plan.get("ground") not in GROUNDS:
        raise Refusal("ground_needed_extraordinary", field="ground")
    if (plan.get("audience") or "") not in AUDIENCES:
        raise Refusal("audience_unknown", field="audience")
    if plan["regime"] == "thematic" and not plan.get("topics"):
        raise Refusal("topic_needed", field="topics")


def check_days(plan: Mapping[str, Any]) -> None:
    """Refuses days and hours that run backwards."""
    for first, last, field in (("date", "last_day", "last_day"), ("collection_from", "collection_to", "collection_to")):
        if plan.get(first) and plan.get(last) and plan[last] < plan[first]:
            raise Refusal("days_backwards", field=field)
    if plan.get("starts_at") and plan.get("ends_at") and not plan.get("last_day") and plan["ends_at"] <= plan["starts_at"]:
        raise Refusal("hours_backwards", field="ends_at")
    if plan.get("collection_to") and plan.get("date") and plan["collection_to"] >= plan["date"]:
        raise Refusal("collection_too_late", field="collection_to")


def not_approvable(plan: Mapping[str, Any], chairs: Iterable[Presides], advising_lacks: Iterable[str]) -> tuple[str, ...]:
    """What keeps the chair from approving, by name: the six things, somebody who presides, a deputy's assignment (D2.1), the advising unit's (D7), the written
    request of an extraordinary one (D8.3)."""
    missing = list(empty_of_six(plan))
    presiding = tuple(chairs)
    if not presiding:
        missing.append("chair")
    if any(chair.deputy and not (chair.reason and chair.assignment and chair.assignment_date) for chair in presiding):
        missing.append("deputy_assignment")
    missing += advising_lacks
    if plan["regime"] == "extraordinary" and not (plan.get("request_paper") and plan.get("request_date")):
        missing.append("request_paper")
    return tuple(missing)


def needs_approval_again(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether a change touches what the chair alone decides (D11.2)."""
    return any(before.get(name) != after[name] for name in OF_THE_CHAIR if name in after)


def held_in(year: int, held: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Periodic dialogues of a calendar year per chair's office (D5.2a). `held`: (office, ISO date of the closing)."""
    counted: dict[str, int] = {}
    for office, on in held:
        if on.startswith(f"{year}-"):
            counted[office] = counted.get(office, 0) + 1
    return counted


def year_warning(today: date, year: int, planned: bool, held: bool) -> str:
    """What the yearly programme warns of for one chair: none_planned from 31/01 (D13.1), none_held from 01/11 (D5.2a, red), "" for nothing."""
    if held:
        return ""
    if today >= date(year, 11, 1):
        return "none_held"
    return "none_planned" if not planned and today >= date(year, 1, 31) else ""
