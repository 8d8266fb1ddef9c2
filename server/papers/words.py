"""How papers say dates, times, bodies and offices (Nghị định 30/2020/NĐ-CP, Phụ lục I)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone

from moderation.conference import Conference
from moderation.kernel import Ms
from moderation.people import Person
from moderation.plan import Plan
from moderation.wording import ERASED
from server.papers.paper import System

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
"""Vietnam's time has had no summer time and no other offset since 1975, so no table of zones is needed."""

BLANK = "……"
"""Where somebody will write by hand."""
BLANK_DAY = "ngày … tháng … năm …"
"""A date that is open: short, so that it stays on one line beside a long name."""


def moment(at: Ms) -> datetime:
    return datetime.fromtimestamp(at / 1000, VIETNAM)


def day(at: Ms) -> str:
    """ngày 14 tháng 01 năm 2027."""
    return day_of(moment(at).date())


def day_of(when: date) -> str:
    """Days below 10 and the months 1 and 2 get a zero before them, so that nobody can put another figure there."""
    month = f"{when.month:02}" if when.month < 3 else str(when.month)
    return f"ngày {when.day:02} tháng {month} năm {when.year}"


def due(iso: str) -> str:
    """The date of an outcome (ISO) as papers say it."""
    return day_of(date.fromisoformat(iso))


def short(iso: str) -> str:
    """20/01/2027, for the cells of a table."""
    return date.fromisoformat(iso).strftime("%d/%m/%Y")


def clock(at: Ms) -> str:
    """13 giờ 30 phút."""
    return moment(at).strftime("%H giờ %M phút")


def clock_words(said: str) -> str:
    """13:30 → 13 giờ 30 phút."""
    hour, _, minute = said.partition(":")
    return f"{int(hour):02} giờ {int(minute):02} phút" if said else ""


def stamp(at: Ms, to: Ms | None = None) -> str:
    """13:30:05, or 13:30:05–13:32:40: the exact times by which a place in a recording is found."""
    said = moment(at).strftime("%H:%M:%S")
    return said if to is None else f"{said}–{moment(to):%H:%M:%S}"


def since(length: Ms) -> str:
    """1:04:25 after the opening."""
    seconds = length // 1000
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def lasting(length: Ms) -> str:
    """2 phút 35 giây."""
    minutes, seconds = divmod(round(length / 1000), 60)
    parts = ([f"{minutes} phút"] if minutes else []) + ([f"{seconds} giây"] if seconds or not minutes else [])
    return " ".join(parts)


def listed(names: Iterable[str]) -> str:
    """Names one after the other. Bodies have commas in their names, so they are parted by semicolons."""
    return "; ".join(names)


def sentence(words: str) -> str:
    """The words with a full stop behind them, unless they end in a mark of their own."""
    words = words.strip()
    return words if not words or words[-1] in ".!?…" else f"{words}."


def body(plan: Plan, id: str | None) -> str:
    """The full name of a body of the plan, "" for none."""
    return next((b.name for b in plan.bodies if b.id == id), id or "")


def described(c: Conference, who: Person) -> str:
    """A person with title, organisation and area, as the list of those present says it; never telephone, number or address."""
    name = who.identity.name if who.identity else ERASED
    area = who.identity.area if who.identity else ""
    own = next((b for b in c.plan.bodies if b.id == who.body), None)
    at = "" if own is None or own.name == c.plan.chair_body or own.short in name else own.name
    more = (who.title, who.represents, at, area)
    return ", ".join([name, *dict.fromkeys(part for part in more if part and part not in name)])


def issuer(plan: Plan) -> tuple[str, ...]:
    """The issuing body in one or two lines: the name of the ward or commune goes into the second."""
    whole, unit = plan.chair_body or plan.unit, plan.unit
    if system(plan) == "state" and unit and whole.casefold() != unit.casefold() and whole.casefold().endswith(unit.casefold()):
        return whole[: -len(unit)].strip().upper(), unit.upper()
    return (whole.upper(),) if whole else (BLANK,)


def system(plan: Plan) -> System:
    """Whose form the papers of the presiding body have, by its name."""
    return "party" if re.match(r"(?:đảng|thành|quận|huyện|tỉnh) (?:ủy|uỷ|bộ)\b", plan.chair_body, re.IGNORECASE) else "state"


def superior(plan: Plan) -> str:
    """The line over a Party committee's name, ĐẢNG BỘ THÀNH PHỐ HẢI PHÒNG, by the superior bodies of the plan; "" for State bodies, and where none names its city."""
    if system(plan) != "party":
        return ""
    places = (re.search(r"(?:thành phố|tỉnh) .+", b.name, re.IGNORECASE) for b in plan.bodies if b.superior)
    return next((f"ĐẢNG BỘ {found[0].upper()}" for found in places if found), "")


def symbol(plan: Plan) -> str:
    """The body's part of a number: UBND of 12/TB-UBND, ĐU of 45-TB/ĐU; without a number by the body's name."""
    if system(plan) == "party":
        return plan.notice_number.rpartition("/")[2] or "".join(unicodedata.normalize("NFD", word)[0] for word in plan.chair_body.split()[:2]).upper()
    return plan.notice_number.partition("-")[2] or ("UBND" if plan.chair_body.casefold().startswith("ủy ban nhân dân") else BLANK)


def kept(plan: Plan) -> str:
    """The last line of the distribution list."""
    return "Lưu Văn phòng Đảng ủy." if system(plan) == "party" else "Lưu: VT, hồ sơ hội nghị."


def place_name(plan: Plan) -> str:
    """The name before a date: Bến Sông of "phường Bến Sông"."""
    return re.sub(r"^(?:phường|xã|đặc khu|thị trấn|thành phố|tỉnh)\s+", "", plan.unit, flags=re.IGNORECASE) or BLANK


def office(title: str) -> str:
    """The office alone, as it stands over a signature: CHỦ TỊCH of "Chủ tịch UBND phường Bến Sông"."""
    of = r"\s+(?:UBND|HĐND|ủy ban|uỷ ban|đảng ủy|thành ủy|phường|xã|đặc khu|thành phố|tỉnh)\b"
    return re.split(of, title, maxsplit=1, flags=re.IGNORECASE)[0].strip().upper()
