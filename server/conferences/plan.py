"""The plan of a case: drafting it, who presides, venues, content, programme, preparation, and its approval by the chair (Art. 5–8, 11.2)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, func, or_, select

from moderation import Refusal
from moderation.case.advising import assignment_lacks
from moderation.case.deadlines import check_conference_day, notice_counted_from, notice_latest
from moderation.case.plans import BLOCKS, Presides, check_days, check_kind, needs_approval_again, not_approvable
from moderation.case.profiles import Profile, profiles_on
from moderation.case.rights import Duty
from moderation.case.stages import BEFORE, Stage, step
from server.calendar import load
from server.conferences.found import find_again
from server.conferences.queries import case
from server.conferences.tables import chair, conference, content, preparation, programme_item, venue
from server.deadlines.deadlines import drop_deadlines, set_deadline
from server.deadlines.tables import deadline
from server.office.forms import Clock, Code, Day, FormBody, Line, MaybeLine, MaybeProse, Prose
from server.office.work import Work
from server.organisation.queries import advising_of, office_of, profiles
from server.organisation.tables import body, duty, unit

STEPS = (
    "Giới thiệu đại biểu, chương trình, nội quy; giới thiệu chủ trì; cử thư ký và bộ phận tổng hợp",
    "Chủ trì thông báo nội dung; nêu mục đích, yêu cầu",
    "Báo cáo trả lời ý kiến, kiến nghị đã thu thập (nếu có)",
    "Nhân dân phát biểu ý kiến",
    "Chủ trì trả lời hoặc yêu cầu cơ quan giải trình",
    "Nhân dân tiếp tục trao đổi",
    "Chủ trì kết luận",
)
"""The seven steps of Art. 9, as a new programme begins with."""

HOUSE_RULES = (
    "Đăng ký phát biểu với bộ phận tổng hợp hoặc với người phụ trách điểm cầu; chờ chủ trì mời mới phát biểu.",
    "Mỗi lượt phát biểu không quá 3 phút, mỗi lượt trao đổi lại không quá 1 phút 30 giây.",
    "Nói đúng nội dung hội nghị; không xúc phạm tổ chức, cá nhân.",
    "Người phát biểu chịu trách nhiệm về tính chính xác của thông tin mình cung cấp.",
    "Người vi phạm được nhắc nhở; vi phạm tiếp thì chủ trì có quyền dừng phát biểu hoặc từ chối đối thoại.",
)
RECORDING_NOTICE = "Hội nghị được ghi âm, ghi hình để lập biên bản. Hình ảnh, âm thanh chỉ dùng cho mục đích này."


class NewForm(FormBody):
    """A case begins with a name, a regime and a unit."""

    title: Line
    regime: Code
    ground: Code | None = None
    unit: Code
    year_entry: Code | None = None
    id: Code | None = None


class PlanForm(FormBody):
    """The whole plan on one page. `topics` and `house_rules`: one per line."""

    title: Line
    regime: Code
    ground: Code | None = None
    format: Code | None = None
    audience: Code | None = None
    date: Day | None = None
    last_day: Day | None = None
    starts_at: Clock | None = None
    ends_at: Clock | None = None
    place: MaybeLine = ""
    topics: MaybeProse = ""
    participants: MaybeProse = ""
    coordination: MaybeProse = ""
    purpose: MaybeProse = ""
    budget: MaybeLine = ""
    house_rules: MaybeProse = ""
    recording_notice: MaybeProse = ""
    speech_seconds: int = 180
    follow_up_seconds: int = 90
    profiles: tuple[str, ...] = ()
    advising_body: Code | None = None
    assignment: MaybeLine = ""
    assignment_date: Day | None = None
    collection_from: Day | None = None
    collection_to: Day | None = None
    answers_due: Day | None = None
    request_paper: MaybeLine = ""
    request_date: Day | None = None
    version: int


class ChairForm(FormBody):
    """Who presides: an office; a deputy's with reason and the paper that assigns it."""

    office: Code
    reason: MaybeLine = ""
    assignment: MaybeLine = ""
    assignment_date: Day | None = None


class VenueForm(FormBody):
    """A hall, a branch venue (điểm cầu), or everybody at home."""

    code: Code
    kind: Code
    name: Line
    capacity: int = 0
    cameras: int = 0
    operator: MaybeLine = ""
    backup_phone: MaybeLine = ""


class TestForm(FormBody):
    """What the technical rehearsal found at a venue."""

    code: Code
    tested_on: Day
    test_result: Line


class BlockForm(FormBody):
    """One point of the content with who presents it (Art. 6; D8.2d)."""

    block: Code
    text: Prose
    speaker: MaybeLine = ""


class ProgrammeForm(FormBody):
    """The seven steps: parallel lists."""

    title: tuple[str, ...]
    by: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    minutes: tuple[str, ...] = ()


class PreparationForm(FormBody):
    """What an agency is asked to prepare, until when."""

    body: Code
    text: Prose
    due: Day | None = None


def iso(day: date | None) -> str | None:
    """A date as it is kept."""
    return day.isoformat() if day else None


def lines(text: str) -> list[str]:
    """The lines of a text that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def new_case(w: Work, form: NewForm) -> str:
    """Begins a case; gives its id (DT-2027-01, unless the form names one)."""
    w.allow("draft_case", form.unit)
    check_kind({"regime": form.regime, "ground": form.ground, "topics": ["-"]})
    place = w.row(unit, form.unit, "unit_unknown")
    if form.id and w.db.scalar(select(conference.c.id).where(conference.c.id == form.id)) is not None:
        raise Refusal("case_there", field="id")
    id = form.id or next_id(w)
    advising = next((row.id for row in w.db.execute(select(body.c.id).where(body.c.unit == form.unit, body.c.part.like("advising%")))), None)
    w.add(
        conference, id=id, unit=form.unit, title=form.title, stage=Stage.DRAFT.value, regime=form.regime, ground=form.ground or "", topics=[],
        house_rules=list(HOUSE_RULES), recording_notice=RECORDING_NOTICE, advising_body=advising, year_entry=form.year_entry, created=w.now, skipped=[],
        profiles=[profile.code for profile in profiles_on(w.today, place["level"], profiles(w.db))],
    )  # fmt: skip
    for number, title in enumerate(STEPS, start=1):
        w.add(programme_item, conference=id, step=number, title=title)
    find_again(w, id)
    return id


def next_id(w: Work) -> str:
    """DT-<year>-<number>, the first that is free."""
    stem = f"DT-{w.today.year}-"
    taken = set(w.db.scalars(select(conference.c.id).where(conference.c.id.like(f"{stem}%"))))
    count = 1
    while f"{stem}{count:02}" in taken:
        count += 1
    return f"{stem}{count:02}"


def before_the_room(w: Work, id: str, action: str = "draft_case") -> RowMapping:
    """The case, as long as its plan can still be changed (raises `Refusal` plan_fixed)."""
    found = case(w, id, action)
    if Stage(found["stage"]) not in (*BEFORE, Stage.POSTPONED) or found["opened_at"]:
        raise Refusal("plan_fixed")
    return found


def save_plan(w: Work, id: str, form: PlanForm) -> None:
    """Saves the plan. What the chair alone decides, changed after approval by somebody else, asks for approval again (D11.2)."""
    found = before_the_room(w, id)
    values: dict[str, Any] = {
        "title": form.title, "regime": form.regime, "ground": (form.ground or "") if form.regime == "extraordinary" else "", "format": form.format or "",
        "audience": form.audience or "", "date": iso(form.date), "last_day": iso(form.last_day), "starts_at": form.starts_at or "",
        "ends_at": form.ends_at or "", "place": form.place, "topics": lines(form.topics), "participants": form.participants,
        "coordination": form.coordination, "purpose": form.purpose, "budget": form.budget, "house_rules": lines(form.house_rules),
        "recording_notice": form.recording_notice, "speech_seconds": form.speech_seconds, "follow_up_seconds": form.follow_up_seconds,
        "profiles": sorted(form.profiles), "advising_body": form.advising_body, "assignment": form.assignment, "assignment_date": iso(form.assignment_date),
        "collection_from": iso(form.collection_from), "collection_to": iso(form.collection_to), "answers_due": iso(form.answers_due),
        "request_paper": form.request_paper, "request_date": iso(form.request_date),
    }  # fmt: skip
    check_kind(values)
    check_days(values)
    if not (30 <= form.speech_seconds <= 1_800 and 30 <= form.follow_up_seconds <= 1_800):
        raise Refusal("seconds_unfit", field="speech_seconds")
    known = {profile.code for profile in profiles(w.db)}
    if unknown := set(form.profiles) - known:
        raise Refusal("profile_unknown", field="profiles", profile=sorted(unknown)[0][:60])
    if form.date:
        level = w.row(unit, found["unit"])["level"]
        fits = {profile.code for profile in profiles_on(form.date, level, profiles(w.db))}
        if outside := set(form.profiles) - fits:
            raise Refusal("profile_not_in_force", field="profiles", profile=sorted(outside)[0])
    if (iso(form.date), iso(form.last_day)) != (found["date"], found["last_day"]):
        check_day(w, form.profiles, form.date, form.last_day)
    if form.advising_body and w.db.scalar(select(body.c.id).where(body.c.id == form.advising_body)) is None:
        raise Refusal("body_unknown", field="advising_body", body=form.advising_body)
    if found["approved_at"] and needs_approval_again(dict(found), values) and not w.may("choose_form", found["unit"]):
        values |= {"approved_at": None, "approved_by": None, "approved_version": None}
    w.change(conference, id, seen=form.version, **values)
    set_notice_deadlines(w, id)
    find_again(w, id)


def set_notice_deadlines(w: Work, id: str) -> None:
    """The last day for invitations and notice, under each clock of the case (D8.1b, D8.1c). After a postponement that lets the first invitations stand, it goes on
    counting from the first day."""
    found, calendar = w.row(conference, id), load(w.db)
    there = {
        row["clock"]: row["counted_from"]
        for row in w.db.execute(select(deadline).where(deadline.c.kind == "notice", deadline.c.subject == id)).mappings()
    }
    running = []
    for profile in running_in(w, found):
        planned = there.get(profile.code, {})
        first = planned["from"] if planned.get("stands") else found["date"]
        if found["regime"] == "extraordinary" or not first:
            continue
        start = notice_counted_from(profile, date.fromisoformat(first), date.fromisoformat(found["date"] or first))
        counted = notice_latest(profile, calendar, start)
        if counted is not None:
            running.append(profile.code)
            stands = {"stands": True} if planned.get("stands") and not profile.counting.postponing_restarts else {}
            set_deadline(w, conference=id, kind="notice", subject=id, clock=profile.code, owner=found["advising_body"] or "",
                         counted_from={**counted.counted_from, **stands})  # fmt: skip
    drop_deadlines(w, "notice", id, but=running)


def running_in(w: Work, found: RowMapping) -> tuple[Profile, ...]:
    """The profiles whose clocks run in a case, with their settings as they are kept."""
    return tuple(profile for profile in profiles(w.db) if profile.code in found["profiles"])


def check_day(w: Work, chosen: Iterable[str], first: date | None, last: date | None = None) -> None:
    """Refuses a conference on a rest day where a profile of the case does not allow one (raises `Refusal` rest_day_conference)."""
    for profile in profiles(w.db):
        for day in filter(None, (first, last)):
            if profile.code in chosen:
                check_conference_day(profile, load(w.db), day)


# --- who presides ---------------------------------------------------------------------------------------------------------


def add_chair(w: Work, id: str, form: ChairForm) -> None:
    """Names who presides (raises `Refusal` not_a_chair: the head of a People's Council meets voters under other rules, D1.3; office_not_available)."""
    found = before_the_room(w, id)
    day = date.fromisoformat(found["date"]) if found["date"] else w.today
    who = office_of(w.db, form.office)
    if who.presiding is None:
        raise Refusal("not_a_chair", field="office", office=who.title)
    if not who.available(day):
        raise Refusal("office_not_available", field="office", office=who.title, date=day.strftime("%d/%m/%Y"))
    if w.db.scalar(select(chair.c.id).where(chair.c.conference == id, chair.c.office == form.office)) is not None:
        raise Refusal("chair_there", field="office")
    place = (w.db.scalar(select(func.max(chair.c.place)).where(chair.c.conference == id)) or 0) + 1
    w.add(chair, conference=id, office=form.office, account=holder(w, form.office, day), deputy=who.deputy, reason=form.reason, assignment=form.assignment,
          assignment_date=iso(form.assignment_date), place=place)  # fmt: skip
    if not found["advising_body"]:
        advising, named = advising_of(w.db, form.office, day)
        if named is not None and not advising.needs_assignment:
            w.change(conference, id, advising_body=named.id)
    unapprove(w, id)


def drop_chair(w: Work, id: str, row: str) -> None:
    """Takes somebody off who was to preside."""
    before_the_room(w, id)
    if w.row(chair, row)["conference"] != id:
        raise Refusal("not_found")
    w.drop(chair, row)
    unapprove(w, id)


def unapprove(w: Work, id: str) -> None:
    """A change of who presides asks for approval again."""
    if w.row(conference, id)["approved_at"] and not w.may("choose_form", w.row(conference, id)["unit"]):
        w.change(conference, id, approved_at=None, approved_by=None, approved_version=None)


def holder(w: Work, office: str, on: date) -> str | None:
    """The account that holds an office on a day."""
    day = on.isoformat()
    held = select(duty.c.account).where(
        duty.c.office == office, duty.c.role == Duty.CHAIR.value, duty.c.valid_from <= day, or_(duty.c.valid_to.is_(None), duty.c.valid_to >= day)
    )
    return w.db.scalar(held)


def presides(w: Work, id: str) -> tuple[Presides, ...]:
    """Who presides, in order."""
    rows = w.db.execute(select(chair).where(chair.c.conference == id).order_by(chair.c.place)).mappings()
    return tuple(Presides(row["office"], row["deputy"], row["reason"], row["assignment"], row["assignment_date"]) for row in rows)


# --- the parts of the plan ----------------------------------------------------------------------------------------------------


def save_venue(w: Work, id: str, form: VenueForm) -> None:
    """Adds a venue, or changes the one of this code."""
    before_the_room(w, id)
    if form.kind not in ("main", "branch", "individual"):
        raise Refusal("venue_kind_unknown", field="kind")
    if not (0 <= form.capacity <= 100_000 and 0 <= form.cameras <= 100):
        raise Refusal("number_unfit", field="capacity")
    values = form.model_dump(exclude={"code"})
    found = w.db.scalar(select(venue.c.id).where(venue.c.conference == id, venue.c.code == form.code))
    if found is None:
        w.add(venue, conference=id, code=form.code, **values)
    else:
        w.change(venue, found, **values)


def drop_venue(w: Work, id: str, code: str) -> None:
    """Takes a venue out of the plan."""
    before_the_room(w, id)
    w.drop(venue, venue_of(w, id, code))


def venue_of(w: Work, id: str, code: str) -> str:
    """The row of a venue (raises `Refusal` venue_unknown)."""
    found = w.db.scalar(select(venue.c.id).where(venue.c.conference == id, venue.c.code == code))
    if found is None:
        raise Refusal("venue_unknown", venue=code)
    return str(found)


def note_test(w: Work, id: str, form: TestForm) -> None:
    """Writes down the technical rehearsal of a venue."""
    case(w, id, "draft_case")
    w.change(venue, venue_of(w, id, form.code), tested_on=form.tested_on.isoformat(), test_result=form.test_result)


def save_block(w: Work, id: str, form: BlockForm) -> None:
    """Writes a point of the content (D6.1, D8.2d)."""
    found = before_the_room(w, id)
    if form.block not in BLOCKS[found["regime"]]:
        raise Refusal("block_unknown", field="block")
    row = w.db.scalar(select(content.c.id).where(content.c.conference == id, content.c.block == form.block))
    if row is None:
        w.add(content, conference=id, block=form.block, text=form.text, speaker=form.speaker, files=[])
    else:
        w.change(content, row, text=form.text, speaker=form.speaker)


def save_programme(w: Work, id: str, form: ProgrammeForm) -> None:
    """Writes the seven steps."""
    before_the_room(w, id)
    if len(form.title) != len(STEPS) or not all(title.strip() for title in form.title):
        raise Refusal("seven_steps", field="title")
    for number, title in enumerate(form.title, start=1):
        values: dict[str, Any] = {
            "title": title.strip()[:300],
            "by": part(form.by, number)[:200],
            "starts": part(form.starts, number),
            "minutes": minutes(part(form.minutes, number)),
        }
        row = w.db.scalar(select(programme_item.c.id).where(programme_item.c.conference == id, programme_item.c.step == number))
        if row is None:
            w.add(programme_item, conference=id, step=number, **values)
        else:
            w.change(programme_item, row, **values)


def part(values: tuple[str, ...], number: int) -> str:
    """The entry of a step in a parallel list, "" where there is none."""
    return values[number - 1].strip() if len(values) >= number else ""


def minutes(given: str) -> int:
    """Minutes as typed (raises `Refusal` number_unfit)."""
    if given and (not given.isdecimal() or int(given) > 600):
        raise Refusal("number_unfit", field="minutes")
    return int(given or 0)


def ask_preparation(w: Work, id: str, form: PreparationForm) -> None:
    """Asks an agency to prepare something (Art. 8.1), with a deadline that it owns."""
    case(w, id, "ask_preparation")
    if w.db.scalar(select(body.c.id).where(body.c.id == form.body)) is None:
        raise Refusal("body_unknown", field="body", body=form.body)
    row = w.add(preparation, conference=id, body=form.body, text=form.text, due=iso(form.due))
    if form.due:
        set_deadline(w, conference=id, kind="preparation", subject=row, counted_from={"rule": "date", "on": form.due.isoformat()}, owner=form.body)


# --- approval -------------------------------------------------------------------------------------------------------------


def missing(w: Work, id: str) -> tuple[str, ...]:
    """What keeps the chair from approving (D2.1, D7, D8.1a, D8.3)."""
    found = w.row(conference, id)
    who = presides(w, id)
    return not_approvable(dict(found), who, advising_lacks(w, found, who))


def advising_lacks(w: Work, found: RowMapping, who: Iterable[Presides]) -> tuple[str, ...]:
    """What is missing of the assignment of the advising unit (Art. 7)."""
    first = next(iter(who), None)
    if first is None:
        return () if found["advising_body"] else ("advising_body",)
    day = date.fromisoformat(found["date"]) if found["date"] else w.today
    advising, _ = advising_of(w.db, first.office, day)
    assigned = date.fromisoformat(found["assignment_date"]) if found["assignment_date"] else None
    return assignment_lacks(advising, found["advising_body"], found["assignment"], assigned)


def approve(w: Work, id: str, version: int) -> None:
    """The chair approves the plan as they saw it: form, day and content (D8.1a, D11.2). Raises `Refusal` plan_incomplete, which names what is missing."""
    found = before_the_room(w, id, "approve_plan")
    lacking = missing(w, id)
    if lacking:
        raise Refusal("plan_incomplete", missing=list(lacking))
    stage = step(Stage(found["stage"]), Stage.APPROVED) if found["stage"] in (Stage.DRAFT, Stage.POSTPONED) else Stage(found["stage"])
    w.change(conference, id, seen=version, stage=stage.value, approved_at=w.now, approved_by=w.by.account, approved_version=version)


def go_on(w: Work, id: str, to: Stage) -> None:
    """Moves an approved case on before its conference: collecting, synthesis, invited (raises `Refusal` plan_not_approved)."""
    found = before_the_room(w, id)
    if not found["approved_at"]:
        raise Refusal("plan_not_approved")
    w.change(conference, id, stage=step(Stage(found["stage"]), to).value)
