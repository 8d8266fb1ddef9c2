"""Legal profiles: dated sets of rules, each with a clock of its own (D0.3). Every question of counting that the texts leave open is a setting of
the profile.

Two run beside each other today: the city's regulation 1155 in working days, and the State law on local government in calendar days for communes. No
profile replaces another; who keeps deadlines shows every clock and warns of the earliest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, time
from enum import StrEnum
from typing import Any

from moderation.kernel import Refusal

MonthDay = tuple[int, int]


class Base(StrEnum):
    """What a profile counts."""

    WORKING = "working"
    CALENDAR = "calendar"


class Reading(StrEnum):
    """What "at least N days before" asks: the N-th day back (A), or N whole days in between (B)."""

    NTH_DAY = "A"
    WHOLE_DAYS = "B"


@dataclass(frozen=True, slots=True)
class Counting:
    """How a profile counts. The defaults are the recommended answers to the counting questions; None: the profile knows no such deadline.

    `notice_days` before the first day of the conference (Art. 8.1); `conclusion_days` and `extended_days` after its closing day (Art. 10.1), the
    latter from the conference unless `extension_from_due`; `agency_report_days` after `agency_report_from` (Art. 10.2); `publication_days` after
    the closing day (law). Rest days: `roll_forward` moves a deadline *after* something to the next working day (Civil Code, Art. 148.5), never one
    before something. `before_is_strict`: a report due "before 30/6" is late on 30/6 (Art. 15). `half_from` and `year_from` are the first days
    of the data periods of periodic reports."""

    base: Base = Base.WORKING
    make_up_counts: bool = True
    due_time: time = time(23, 59, 59)
    warn_from: time = time(16, 30)
    roll_forward: bool = False
    rest_day_conference: bool = True
    postponing_restarts: bool = True
    notice_days: int | None = None
    notice_reading: Reading = Reading.NTH_DAY
    conclusion_days: int | None = None
    conclusion_needs_sending: bool = True
    extended_days: int | None = None
    extension_from_due: bool = False
    publication_days: int | None = None
    agency_report_days: int | None = None
    agency_report_from: str = "notice_date"
    before_is_strict: bool = True
    advise_working_day: bool = True
    half_year_before: MonthDay | None = None
    year_before: MonthDay | None = None
    city_year_before: MonthDay | None = None
    year_from: MonthDay = (12, 15)
    half_from: MonthDay = (6, 15)

    def __post_init__(self) -> None:
        days = (self.notice_days, self.conclusion_days, self.extended_days, self.publication_days, self.agency_report_days)
        if any(count is not None and not 1 <= count <= 366 for count in days) or self.agency_report_from not in REPORT_FROM:
            raise Refusal("profile_unfit")
        try:
            for given in (self.half_year_before, self.year_before, self.city_year_before, self.year_from, self.half_from):
                if given is not None:
                    date(2001, *given)
        except ValueError:
            raise Refusal("profile_unfit") from None


REPORT_FROM = ("notice_date", "received")
"""From when an agency's days run: the date on the notice, or the day the agency received it."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One set of rules. `title` is what stands in every "Căn cứ" (D1.1); `levels` are the levels of units it binds, empty for all; `valid_to` is
    its last day."""

    code: str
    title: str
    issued: date
    valid_from: date
    valid_to: date | None = None
    levels: frozenset[str] = frozenset()
    counting: Counting = field(default_factory=Counting)

    def holds(self, on: date, level: str | None = None) -> bool:
        """Whether it is in force on this day (for units of this level)."""
        dated = self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)
        return dated and (level is None or not self.levels or level in self.levels)

    def with_settings(self, **settings: Any) -> Profile:
        """The profile with some settings answered otherwise, given as JSON values (raises `Refusal` profile_unfit)."""
        return replace(self, counting=counting_of({**plain(self.counting), **settings}))


QD_1155 = Profile(
    "QD-1155-QD-TU",
    "Quy chế kèm theo Quyết định số 1155-QĐ/TU, ngày 20/10/2023 của Ban Thường vụ Thành ủy Hải Phòng",
    issued=date(2023, 10, 20),
    valid_from=date(2023, 10, 20),
    counting=Counting(
        notice_days=7,
        conclusion_days=10,
        extended_days=15,
        agency_report_days=7,
        half_year_before=(6, 30),
        year_before=(12, 15),
        city_year_before=(12, 20),
    ),
)
"""The city's regulation, in force from its signing (decision, Art. 3), in place of 1738-QĐ/TU."""

LAW_72 = Profile(
    "LUAT-72-2025-D43",
    "Luật Tổ chức chính quyền địa phương số 72/2025/QH15, ngày 16/6/2025",
    issued=date(2025, 6, 16),
    valid_from=date(2025, 7, 1),
    levels=frozenset({"xa_phuong_dackhu"}),
    counting=Counting(base=Base.CALENDAR, roll_forward=True, notice_days=7, publication_days=10),
)
"""Dialogues of communes by State law: counted here from the day on which communes of the new kind exist."""

PROFILES = (QD_1155, LAW_72)


def profiles_on(on: date, level: str | None = None, profiles: Iterable[Profile] = PROFILES) -> tuple[Profile, ...]:
    """The profiles that a conference of this day can be held under (D0.3), for a unit of this level."""
    return tuple(profile for profile in profiles if profile.holds(on, level))


def plain(counting: Counting) -> dict[str, Any]:
    """The settings as JSON values: what `counting_of` reads back."""
    return {name: _PLAIN.get(type(value), _itself)(value) for name, value in asdict(counting).items()}


def counting_of(settings: Mapping[str, Any]) -> Counting:
    """The settings from JSON values (raises `Refusal` profile_unfit for a name or a value that no profile has)."""
    if not settings.keys() <= {setting.name for setting in fields(Counting)}:
        raise Refusal("profile_unfit")
    try:
        return Counting(**{name: _READ[name](value) if name in _READ and value is not None else value for name, value in settings.items()})
    except (TypeError, ValueError):
        raise Refusal("profile_unfit") from None


def _itself(value: Any) -> Any:
    return value


_PLAIN: Mapping[type, Callable[[Any], Any]] = {time: time.isoformat, tuple: list, Base: str, Reading: str}
_READ: Mapping[str, Callable[[Any], Any]] = {
    "base": Base,
    "notice_reading": Reading,
    "due_time": time.fromisoformat,
    "warn_from": time.fromisoformat,
    **dict.fromkeys(("half_year_before", "year_before", "city_year_before", "year_from", "half_from"), tuple),
}
