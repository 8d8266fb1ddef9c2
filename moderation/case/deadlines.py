"""When something is due, under each profile's own clock. A deadline carries the sentence that explains it, and says when it is still provisional.

Functions give None where the profile knows no such deadline. "Late" is asked with a day (when a paper was sent) or with a moment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

from moderation.case.calendar import Calendar
from moderation.case.counting import count
from moderation.case.profiles import MonthDay, Profile, Reading
from moderation.kernel import Refusal

Rule = dict[str, Any]
HANOI = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")


class ReportKind(StrEnum):
    """Periodic reports (Art. 15.1): of half a year, of a year, and the city's roll-up of a year."""

    HALF_YEAR = "half_year"
    YEAR = "year"
    CITY_YEAR = "city_year"


@dataclass(frozen=True, slots=True)
class Deadline:
    """`due` is the last day on which it is in time, until `moment`; from `warn_from` of that day offices are closing. `safe` is the earlier day
    that no reading of the text disputes. `basis` is the key of the sentence that says how it was counted: `deadline.basis.<basis>`, with `days` and
    `start`. `counted_from` is what it is kept with, to be counted again when the calendar changes (`moderation.case.counting`)."""

    kind: str
    clock: str
    due: date
    moment: datetime
    warn_from: datetime
    safe: date
    basis: str
    start: date
    days: int
    provisional: bool
    counted_from: Rule

    def late(self, done: date | datetime) -> bool:
        """Whether what was done on this day, or at this moment, came too late."""
        return done > self.moment if isinstance(done, datetime) else done > self.due


def notice_latest(profile: Profile, calendar: Calendar, first_day: date) -> Deadline | None:
    """The last day to send invitations and tell the public (Art. 8.1; State law): counted back from the first day of the conference, never rolled."""
    days = profile.counting.notice_days
    if days is None:
        return None
    whole = "whole_" if profile.counting.notice_reading is Reading.WHOLE_DAYS else ""
    return _deadline(profile, calendar, "notice", first_day, days, {"rule": f"{whole}{profile.counting.base}_before", **_from(first_day, days)})


def conclusion_due(profile: Profile, calendar: Calendar, closing_day: date, extended: bool = False) -> Deadline | None:
    """The last day to issue and send the notice of conclusion (Art. 10.1): from the closing day; with the chair's extension 15 days in all."""
    counting = profile.counting
    days = counting.extended_days if extended else counting.conclusion_days
    if days is None:
        return None
    if extended and counting.extension_from_due and counting.conclusion_days is not None:
        days += counting.conclusion_days
    return _after(profile, calendar, "conclusion_extended" if extended else "conclusion", closing_day, days)


def publication_due(profile: Profile, calendar: Calendar, closing_day: date) -> Deadline | None:
    """The last day to publish the result (State law, 10 days). `safe` is the day as counted, `due` rolled to a working day."""
    days = profile.counting.publication_days
    return None if days is None else _after(profile, calendar, "publication", closing_day, days)


def agency_report_due(profile: Profile, calendar: Calendar, notice_date: date, received_on: date | None = None) -> Deadline | None:
    """The last day for an agency's report to the chair and its letter to the petitioner (Art. 10.2), after the date on the notice or, if the
    profile says so, the day the agency received it (until that is known: the date on the notice)."""
    days = profile.counting.agency_report_days
    if days is None:
        return None
    start = received_on if received_on and profile.counting.agency_report_from == "received" else notice_date
    return _after(profile, calendar, "agency_report", start, days)


def report_latest(profile: Profile, calendar: Calendar, kind: ReportKind, year: int) -> Deadline | None:
    """The last day of a periodic report (Art. 15.1): "before 30/6" excludes 30/6. `safe` is a working day: "before" is never rolled forward."""
    limit = _limit(profile, kind)
    if limit is None:
        return None
    month, day = limit
    rule: Rule = {"rule": "strictly_before" if profile.counting.before_is_strict else "by_day", "year": year, "month": month, "day": day}
    advised = rule if profile.counting.advise_working_day else {**rule, "advise": False}
    return _deadline(profile, calendar, f"report_{kind}", date(year, *limit), 0, advised)


def earliest(deadlines: Iterable[Deadline | None]) -> Deadline | None:
    """The one to warn of, when several clocks run; of those on one day the first given."""
    return min((one for one in deadlines if one is not None), key=lambda one: one.due, default=None)


def notice_counted_from(profile: Profile, first_planned: date, planned_now: date) -> date:
    """The day from which the notice counts after a postponement: the new one, unless the profile lets the first invitations stand."""
    return planned_now if profile.counting.postponing_restarts else first_planned


def conclusion_done(profile: Profile, signed_on: date | None, last_sent_on: date | None) -> date | None:
    """The day on which the notice was done: signed and, by default, sent to the last of its recipients; None while it is not."""
    if signed_on is None or not profile.counting.conclusion_needs_sending:
        return signed_on
    return None if last_sent_on is None else max(signed_on, last_sent_on)


def check_conference_day(profile: Profile, calendar: Calendar, day: date) -> None:
    """Refuses a rest day where the profile does not allow a conference on one (raises `Refusal` rest_day_conference). By default any day is
    allowed."""
    if not profile.counting.rest_day_conference and not _counted(profile, calendar).is_working_day(day):
        raise Refusal("rest_day_conference", field="date", date=day.strftime("%d/%m/%Y"))


def _limit(profile: Profile, kind: ReportKind) -> MonthDay | None:
    counting = profile.counting
    return {
        ReportKind.HALF_YEAR: counting.half_year_before, ReportKind.YEAR: counting.year_before, ReportKind.CITY_YEAR: counting.city_year_before,
    }[kind]  # fmt: skip


def _counted(profile: Profile, calendar: Calendar) -> Calendar:
    return calendar if profile.counting.make_up_counts else calendar.without_make_up


def _after(profile: Profile, calendar: Calendar, kind: str, start: date, days: int) -> Deadline:
    rule: Rule = {"rule": f"{profile.counting.base}_after", **_from(start, days)}
    return _deadline(profile, calendar, kind, start, days, {**rule, "roll": True} if profile.counting.roll_forward else rule)


def _from(start: date, days: int) -> Rule:
    return {"from": start.isoformat(), "days": days}


def _deadline(profile: Profile, calendar: Calendar, kind: str, start: date, days: int, rule: Rule) -> Deadline:
    counting = profile.counting
    kept = rule if counting.make_up_counts else {**rule, "make_up": False}
    found = count(calendar, kept)
    moment, warn = (datetime.combine(found.due, clock, HANOI) for clock in (counting.due_time, counting.warn_from))
    basis = f"{kind}.{counting.base}"
    return Deadline(kind, profile.code, found.due, moment, warn, found.safe or found.due, basis, start, days, found.provisional, kept)
