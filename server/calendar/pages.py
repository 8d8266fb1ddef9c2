"""/van-phong/lich-lam-viec: the year with its days off, a day and its paper, whether a year is announced, what was changed, and counting days."""

from __future__ import annotations

from calendar import Calendar as Months
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select

from moderation import Refusal
from moderation.case.calendar import Calendar, CalendarDay, DayKind
from server.calendar.keeping import FIRST, LAST, announce_year, propose_year, remove_day, set_day
from server.calendar.seed import year_sources
from server.calendar.tables import calendar_year
from server.calendar.working_days import load
from server.office import history
from server.office.forms import Day, FormBody, Line, MaybeLine, read_form
from server.office.office import Context, Office
from server.office.work import HOUSE, Work

HERE = "/van-phong/lich-lam-viec"


class DayForm(FormBody):
    """A day that is not like its weekday, with the paper that says so."""

    day: Day
    kind: DayKind
    title: Line
    source_no: Line
    source_date: Day | None = None
    why: MaybeLine = ""


class RemovalForm(FormBody):
    """Why a day is as its weekday again."""

    day: Day
    reason: Line


class YearForm(FormBody):
    """Whether a year's days off are announced, and by which papers."""

    announced: bool = False
    source: MaybeLine = ""


class Plain(FormBody):
    """A button alone."""


def calendar_pages(door: Office) -> APIRouter:
    """Everybody in the office sees the calendar; an administrator keeps it."""
    router = APIRouter()

    @router.get(HERE)
    async def show_year(request: Request) -> Response:
        return await door.show(request, lambda w: year_view(w, asked_year(request, w), counted(request, load(w.db))))

    @router.get(f"{HERE}/ngay")
    async def show_day(request: Request) -> Response:
        return await door.show(request, lambda w: day_view(w, asked_day(request)))

    @router.post(f"{HERE}/ngay")
    async def keep_day(request: Request) -> Response:
        form = await read_form(request, DayForm)

        def do(w: Work) -> None:
            given = form.value
            set_day(w, CalendarDay(given.day, given.kind, given.title, given.source_no, given.source_date), given.why)

        return await door.submit(request, form, do, lambda _: f"{HERE}?nam={form.value.day.year}", lambda w: day_view(w, None), done="day_kept")

    @router.post(f"{HERE}/ngay/xoa")
    async def drop_day(request: Request) -> Response:
        form = await read_form(request, RemovalForm)
        day = form.value.day if form.ok else None
        return await door.submit(
            request, form, lambda w: remove_day(w, form.value.day, form.value.reason), lambda _: f"{HERE}?nam={form.value.day.year}",
            lambda w: day_view(w, day or day_of_text(str(form.typed.get("day", "")))), done="day_removed",
        )  # fmt: skip

    @router.get(HERE + "/nam/{year}")
    async def show_announcement(request: Request, year: int) -> Response:
        return await door.show(request, lambda w: announcement_view(w, year))

    @router.post(HERE + "/nam/{year}")
    async def keep_announcement(request: Request, year: int) -> Response:
        form = await read_form(request, YearForm)
        return await door.submit(
            request, form, lambda w: announce_year(w, year, form.value.source, form.value.announced), f"{HERE}?nam={year}",
            lambda w: announcement_view(w, year),
        )  # fmt: skip

    @router.post(HERE + "/nam/{year}/theo-luat")
    async def propose(request: Request, year: int) -> Response:
        form = await read_form(request, Plain)
        return await door.submit(request, form, lambda w: propose_year(w, year), f"{HERE}?nam={year}", lambda w: announcement_view(w, year))

    @router.get(f"{HERE}/lich-su")
    async def show_history(request: Request) -> Response:
        return await door.show(request, history_view)

    return router


# --- what the pages show ----------------------------------------------------------------------------------------------------------


def year_view(w: Work, year: int, count: Context) -> tuple[str, Context]:
    """Twelve months, the days off in a list, and the count that was asked for."""
    w.allow("see_office")
    calendar = load(w.db)
    days = [day for day in sorted(calendar.days.values(), key=lambda one: one.day) if day.day.year == year]
    announced, source = announcement(w, year)
    months = [
        {"month": month, "weeks": [[cell(calendar, day, month) for day in week] for week in Months().monthdatescalendar(year, month)]}
        for month in range(1, 13)
    ]
    worked = sum(calendar.is_working_day(date(year, 1, 1) + timedelta(days=n)) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days))
    return "calendar/year.html", {
        "year": year, "months": months, "days": days, "announced": announced, "source": source, "worked": worked, "count": count,
        "earlier": year - 1 if year > FIRST else None, "later": year + 1 if year < LAST else None,
    }  # fmt: skip


def cell(calendar: Calendar, day: date, month: int) -> dict[str, Any] | None:
    """A day in its month; None before the month begins and after it ends."""
    if day.month != month:
        return None
    special = calendar.days.get(day)
    kind = special.kind.value if special else "nghi_tuan" if day.weekday() >= 5 else "lam_viec"
    return {"day": day, "kind": kind, "title": special.title if special else ""}


def day_view(w: Work, day: date | None) -> tuple[str, Context]:
    """The form of one day, as it stands."""
    w.allow("keep_calendar")
    return "calendar/day.html", {"asked": day, "found": load(w.db).days.get(day) if day else None, "kinds": [kind.value for kind in DayKind]}


def announcement_view(w: Work, year: int) -> tuple[str, Context]:
    """The form of a year."""
    w.allow("keep_calendar")
    if not FIRST <= year <= LAST:
        raise Refusal("not_found")
    announced, source = announcement(w, year)
    return "calendar/announcement.html", {"year": year, "announced": announced, "source": source}


def history_view(w: Work) -> tuple[str, Context]:
    """What was changed of the calendar, newest first."""
    w.allow("read_history" if not w.may("keep_calendar") else "keep_calendar")
    entries = [one for kind in ("calendar_day", "calendar_year") for one in history.read(w, HOUSE, kind=kind)[0]]
    return "calendar/history.html", {"entries": sorted(entries, key=lambda one: -one.seq)[: history.PAGE]}


def announcement(w: Work, year: int) -> tuple[bool, str]:
    """Whether a year's days off are announced, and by which papers."""
    row = w.db.execute(select(calendar_year).where(calendar_year.c.id == str(year))).mappings().first()
    if row is not None:
        return row["announced"], row["source"]
    said = year_sources().get(year, (False, ""))
    return said if year in load(w.db).announced else (False, said[1])


# --- what was asked ---------------------------------------------------------------------------------------------------------------


def asked_year(request: Request, w: Work) -> int:
    """`?nam=`; without it, this year."""
    asked = request.query_params.get("nam", "")
    return min(max(int(asked), FIRST), LAST) if asked.isdecimal() and len(asked) == 4 else w.today.year


def asked_day(request: Request) -> date | None:
    """`?ngay=` as an ISO date."""
    return day_of_text(request.query_params.get("ngay", ""))


def day_of_text(text: str) -> date | None:
    """An ISO date, None if it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def counted(request: Request, calendar: Calendar) -> Context:
    """The count asked for: from `tu`, `so` working days, `huong` back or on; with its result where it makes sense."""
    asked = {name: request.query_params.get(name, "") for name in ("tu", "so", "huong")}
    start, number = day_of_text(asked["tu"]), asked["so"]
    if start is None or not FIRST <= start.year <= LAST or not number.isdecimal() or not 1 <= int(number[:5]) <= 1_000:
        return {**asked, "due": None, "safe": None, "provisional": False, "unfit": bool(asked["tu"] or asked["so"])}
    back = asked["huong"] == "lui"
    due = calendar.back(start, int(number)) if back else calendar.add(start, int(number))
    safe = calendar.back_whole(start, int(number)) if back else None
    return {**asked, "due": due, "safe": safe, "provisional": calendar.provisional(start, due), "unfit": False}
