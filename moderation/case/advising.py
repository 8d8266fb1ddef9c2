"""Article 7: which unit prepares a dialogue, computed from the chair's office. The five cases are data with dates; another city's rules are other
rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from moderation.case.organisation import Dated, Office, Presiding
from moderation.kernel import Refusal

SEED = date(2023, 10, 20)
"""In force with regulation 1155."""
LAST_OF_THREE = date(2025, 6, 30)
"""The last day of districts and townships."""
TWO_LEVELS = date(2025, 7, 1)
"""Since then there are the city, and communes, wards and special zones."""


@dataclass(frozen=True, slots=True)
class AdvisingRule(Dated):
    """One row of Art. 7: for the presiding office of a kind of unit, the unit that advises. `needs_assignment`: the head must pick one in writing
    (Art. 7.5), and `advises` is only what is suggested."""

    case: str
    profile: str
    unit_kind: str
    presiding: Presiding
    chair: str
    deputy: str
    advises: str
    needs_assignment: bool = False


@dataclass(frozen=True, slots=True)
class Advising:
    """Who advises: the unit's name as in the rule, and whether a written assignment must say so."""

    case: str
    name: str
    needs_assignment: bool


def _pair(
    case: str, kind: str, chairs: tuple[str, str], advises: tuple[str, str], since: date = SEED, until: date | None = None
) -> list[AdvisingRule]:
    """The rows of one kind of unit: the Party's and the State's."""
    cases, code = case.split(), "QD-1155-QD-TU"
    return [
        AdvisingRule(cases[i % len(cases)], code, kind, presiding, chair, f"Phó {chair}", advises[i], case == "7.5", valid_from=since, valid_to=until)
        for i, (presiding, chair) in enumerate(zip(Presiding, chairs, strict=True))
    ]


_SUGGESTED = ("Văn phòng Đảng ủy", "Văn phòng HĐND và UBND")

ARTICLE_7: tuple[AdvisingRule, ...] = (
    *_pair("7.1 7.2", "thanh_pho", ("Bí thư Thành ủy", "Chủ tịch UBND thành phố"), ("Văn phòng Thành ủy", "Văn phòng UBND thành phố")),
    *_pair("7.3 7.4", "quan", ("Bí thư Quận ủy", "Chủ tịch UBND quận"), ("Văn phòng quận ủy", "Văn phòng HĐND và UBND quận"), until=LAST_OF_THREE),
    *_pair(
        "7.3 7.4", "huyen", ("Bí thư Huyện ủy", "Chủ tịch UBND huyện"), ("Văn phòng huyện ủy", "Văn phòng HĐND và UBND huyện"), until=LAST_OF_THREE
    ),
    *_pair("7.5", "xa", ("Bí thư Đảng ủy xã", "Chủ tịch UBND xã"), _SUGGESTED),
    *_pair("7.5", "phuong", ("Bí thư Đảng ủy phường", "Chủ tịch UBND phường"), _SUGGESTED),
    *_pair("7.5", "thi_tran", ("Bí thư Đảng ủy thị trấn", "Chủ tịch UBND thị trấn"), _SUGGESTED, until=LAST_OF_THREE),
    *_pair("7.5", "dac_khu", ("Bí thư Đảng ủy đặc khu", "Chủ tịch UBND đặc khu"), _SUGGESTED, since=TWO_LEVELS),
)


def advising_unit(rules: Iterable[AdvisingRule], office: Office, on: date) -> Advising:
    """The unit that advises a chair for a conference of this day. A deputy's is the head's. Raises `Refusal` office_not_available (the office no
    longer, or not yet, exists on that day) or not_a_chair (an office that may not preside, such as the People's Council's head alone: Art. 1.3)."""
    if office.presiding is None:
        raise Refusal("not_a_chair", office=office.title)
    rule = next((r for r in rules if r.unit_kind == office.body.unit.kind and r.presiding is office.presiding and r.holds(on)), None)
    if rule is None or not office.available(on):
        raise Refusal("office_not_available", office=office.title, date=on.strftime("%d/%m/%Y"))
    return Advising(rule.case, rule.advises, rule.needs_assignment)


def assignment_lacks(advising: Advising, body: str | None, assignment: str, assignment_date: date | None) -> tuple[str, ...]:
    """What is missing of the record of Art. 7.5, where the head of a commune assigns the unit. Empty where the regulation itself names it. D7."""
    if not advising.needs_assignment:
        return () if body else ("advising_body",)
    given = {"advising_body": body, "assignment": assignment.strip(), "assignment_date": assignment_date}
    return tuple(name for name, value in given.items() if not value)
