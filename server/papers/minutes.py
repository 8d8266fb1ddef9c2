"""The minutes of the conference (biên bản hội nghị; State form 1.9 of Nghị định 30/2020/NĐ-CP): a draft until chair and secretary have signed."""

from __future__ import annotations

from collections.abc import Iterator

from moderation.conclusion import Outcome
from moderation.conference import Conference
from moderation.kernel import Phase, Role
from moderation.minutes import Line
from moderation.queue import Motive
from moderation.wording import FORMATS, VENUE, called, sentence, spoken
from server.db.verify import Head
from server.papers.course import Course, Part, Turn, asker, counted, course, label, line_anchor, raised_by, returns, sources, speech_anchor
from server.papers.numbers import open_number
from server.papers.paper import Block, Header, Paper, Paragraph, Row, Section, Signature, Signing, Table
from server.papers.words import body, clock, day, described, due, issuer, kept, lasting, listed, stamp, superior, system
from server.papers.words import sentence as stopped

HEADINGS = {
    Part.OPENING: "Khai mạc hội nghị",
    Part.STATEMENT: "Người chủ trì thông báo nội dung, nêu mục đích, yêu cầu của hội nghị",
    Part.REPORTS: "Báo cáo trả lời ý kiến, kiến nghị đã thu thập trước hội nghị",
    Part.OPINIONS: "Ý kiến của Nhân dân và trả lời tại hội nghị",
    Part.FOLLOW_UPS: "Trao đổi lại",
    Part.ORDER: "Việc điều hành hội nghị",
    Part.CONCLUSION: "Kết luận của người chủ trì",
}

KINDS = {
    "accepted": "Tiếp thu",
    "settled": "Giải quyết tại hội nghị",
    "assigned": "Giao giải quyết",
    "explained": "Giải trình, làm rõ",
    "beyond_authority": "Vượt thẩm quyền, kiến nghị cấp trên",
    "to_study": "Giao nghiên cứu",
}
"""The six outcomes of R40 as papers name them."""


def minutes(c: Conference, head: Head) -> Paper:
    """The minutes as the state has them. `head`: number and hash of the last fact folded into it."""
    signed = c.phase is Phase.FROZEN
    opened = c.agenda.opened_at
    begun = f"{clock(opened)}, {day(opened)}." if opened is not None else "hội nghị chưa khai mạc."
    told = course(c)
    sections = [
        present(c),
        Section("II. NỘI DUNG", "noi-dung"),
        *(chapter(c, told, part, number) for number, part in enumerate(HEADINGS, start=1)),
        ending(c, told),
    ]
    if told.lines[Part.LATER]:
        sections.append(Section("GHI SAU KHI ĐỌC LẠI BIÊN BẢN", "ghi-sau", tuple(later(c, m) for m in told.lines[Part.LATER])))
    return Paper(
        kind="Biên bản",
        subject=c.plan.title,
        file="bien-ban",
        draft=not signed,
        header=Header(issuer(c.plan), open_number(c.plan, "BB"), system=system(c.plan), superior=superior(c.plan)),
        opening=(Paragraph(begun, "Thời gian bắt đầu:"), Paragraph(f"{FORMATS[c.format]}.", "Hình thức:"), Paragraph(places(c), "Địa điểm:")),
        sections=tuple(sections),
        signing=signing(c),
        seal=seal(c, head),
    )


def places(c: Conference) -> str:
    """The hall and the branch venues by name."""
    halls = [v.name for v in c.plan.venues if v.kind == "main"] or [c.plan.place]
    branches = [v.name for v in c.plan.venues if v.kind == "branch"]
    if c.format == "online":
        return "trực tuyến."
    named = listed(name for name in halls if name)
    return f"điểm cầu chính: {named}; điểm cầu nhánh: {listed(branches)}." if branches else f"{named}."


# --- I. who was there ---------------------------------------------------------------------------------------------------


def present(c: Conference) -> Section:
    """Chair, secretaries, office, agencies and monitors by name; the people counted by venue and channel."""

    def those(label: str, role: Role) -> Paragraph:
        found = [p for p in c.people.values() if role in p.roles]
        return Paragraph(stopped(listed(described(c, p) for p in found)) or "không có.", label)

    chairs = [p for p in c.people.values() if Role.CHAIR in p.roles and (not p.deputy or p.id == c.gavel)]
    secretaries = [c.people[id] for id in c.minutes.secretaries]
    rows = [
        Row((v.name, str(state.count) if state.count is not None else "chưa báo", VENUE[state.status] if v.kind == "branch" else ""))
        for v in c.plan.venues
        if (state := c.venues.get(v.id)) is not None
    ]
    _, online, phone = counted(c)
    if c.format != "in_person":
        rows.append(Row(("Trực tuyến, từng người (số đã vào phòng họp)", str(online), "")))
    if phone:
        rows.append(Row(("Qua điện thoại (số được ghi tên)", str(phone), "")))
    return Section(
        "I. THÀNH PHẦN",
        "thanh-phan",
        (
            Paragraph(stopped(listed(described(c, p) for p in chairs)) or "chưa có.", "1. Chủ trì:"),
            Paragraph(stopped(listed(described(c, p) for p in secretaries)) or "chưa cử.", "2. Thư ký:"),
            those("3. Cơ quan chủ trì tham mưu:", Role.OFFICE),
            those("4. Cơ quan, đơn vị trả lời (theo danh sách):", Role.AGENCY),
            those("5. Cơ quan giám sát:", Role.MONITOR),
            Paragraph("số người có mặt theo báo cáo cuối cùng của từng điểm cầu:", "6. Nhân dân:"),
            Table(("Điểm cầu, kênh tham dự", "Số người", "Tình trạng đường truyền"), (85, 30, 50), tuple(rows)),
        ),
    )


# --- II. what happened --------------------------------------------------------------------------------------------------


def chapter(c: Conference, told: Course, part: Part, number: int) -> Section:
    again = returns(c)
    blocks: list[Block] = [item(c, m) for m in told.lines[part] if m.id not in again]
    moves = [m for m in told.lines[part] if m.id in again]
    if moves:
        when = "; ".join(f"{clock(m.at)} sang bước {m.step} ({label(c, m.id)})" for m in moves)
        blocks.append(Paragraph(f"{when}.", "Các lần chuyển bước:", tuple(line_anchor(m.id) for m in moves)))
    named = {Part.OPINIONS: "Ý kiến", Part.FOLLOW_UPS: "Trao đổi lại"}.get(part, "Ý kiến về trình tự")
    for place, turn in enumerate(told.turns[part], start=1):
        blocks.extend(opinion(c, turn, f"{named} {place}."))
    if part is Part.CONCLUSION:
        blocks.extend(conclusions(c))
    return Section(f"{number}. {HEADINGS[part]}", f"noi-dung-{part}", tuple(blocks) or (Paragraph("Không có."),), level=2)


def mark(c: Conference, m: Line) -> str:
    """The label of a line and its exact time, by which notice and record refer to it."""
    speech = c.speeches[m.speech] if m.speech else None
    times = stamp(speech.started_at, speech.ended_at) if speech else stamp(m.at)
    return f"{label(c, m.id)}\u00a0·\u00a0{times}"


def anchors(m: Line) -> tuple[str, ...]:
    own = (speech_anchor(m.speech),) if m.speech and m.code in ("floor_given", "answer_called", "interposed") else ()
    return (line_anchor(m.id), *own)


def item(c: Conference, m: Line, label: str = "", indent: int = 0) -> Paragraph:
    """A line as a paragraph: the time, what the room says of itself, what the secretary wrote."""
    said = stopped(sentence(c, m))
    if m.kind == "answer":
        by = "" if said else stopped(f"{body(c.plan, m.body)} trả lời") if m.body else ""
        label, said = label or "Trả lời:", said or by
    at = "" if label else f"{clock(m.at)}:"
    return Paragraph(" ".join(part for part in (said, m.text) if part), label or at, anchors(m), mark(c, m), indent)


def opinion(c: Conference, turn: Turn, label: str) -> Iterator[Paragraph]:
    """One opinion (R36): number, person, area, channel; topic, field and agency addressed; gist; the answers; the outcome."""
    speech, m = turn.speech, turn.line
    who = c.people[speech.person]
    area = f" Nơi cư trú: {stopped(who.identity.area)}" if who.identity and who.identity.area else ""
    entry = c.queue.entries[speech.entry]
    helped = f" Ghi tên hộ: {stopped(called(c, entry.entered_by))}" if entry.on_behalf else ""
    used = ""
    if speech.ended_at is not None:
        over = f", quá thời gian {lasting(speech.clock.used - speech.clock.allotted)}" if speech.over else ""
        used = f" Thời gian phát biểu: {lasting(speech.clock.used)}{over}."
    yield Paragraph(f"{spoken(c, m)}{area}{helped}{used}", label, anchors(m), mark(c, m))
    about = [f"Vấn đề: {m.topic or speech.topic}"] + ([f"lĩnh vực: {m.field}"] if m.field else [])
    if m.body:
        about.append(f"cơ quan được hỏi: {body(c.plan, m.body)}")
    yield Paragraph(stopped("; ".join(about)), indent=1)
    yield Paragraph(m.text or "thư ký chưa ghi.", "Tóm tắt:", indent=1)
    for under in turn.under:
        yield item(c, under, "Ghi thêm:" if under.kind in ("statement", "note") and under.code == "" else "", indent=1)
    if speech.answered_at is None and not speech.in_writing and speech.motive is Motive.STATEMENT:
        yield Paragraph("Ý kiến chưa được trả lời.", indent=1)
    for number, outcome in enumerate(c.outcomes.values(), start=1):
        if {speech.id, speech.petition} & {*outcome.about, *(raised_by(c, id) for id in outcome.about)} - {None}:
            yield Paragraph(f"{KINDS[outcome.kind]} (kết luận {number}): {stopped(outcome.text)}", "Hướng giải quyết:", indent=1)


def conclusions(c: Conference) -> Iterator[Paragraph]:
    for number, outcome in enumerate(c.outcomes.values(), start=1):
        text = f"{KINDS[outcome.kind]}. Nội dung do {raisers(c, outcome)} nêu. {stopped(outcome.text)}{carried_by(c, outcome)}"
        yield Paragraph(text, f"Kết luận {number}.", (f"ket-luan-{number}",), sources=tuple(sources(c, outcome.about)))


def raisers(c: Conference, outcome: Outcome) -> str:
    """Those who brought up what an outcome is about, each once."""
    return listed(dict.fromkeys(asker(c, id) or "Nhân dân" for id in outcome.about))


def carried_by(c: Conference, outcome: Outcome) -> str:
    """Who carries an outcome out, with whom, until when, and to whom it goes."""
    parts = [f"Cơ quan chủ trì: {body(c.plan, outcome.lead)}"] if outcome.lead else []
    if outcome.coordinating:
        parts.append(f"phối hợp: {listed(body(c.plan, id) for id in outcome.coordinating)}")
    if outcome.to:
        parts.append(f"cơ quan có thẩm quyền: {body(c.plan, outcome.to)}")
    if outcome.due:
        parts.append(f"thời hạn: {due(outcome.due)}")
    said = "; ".join(parts)
    return f" {said[0].upper()}{said[1:]}." if said else ""


# --- III. the end, and signatures ---------------------------------------------------------------------------------------


def ending(c: Conference, told: Course) -> Section:
    blocks: list[Block] = []
    closed = c.agenda.closed_at
    where = tuple(anchor for m in told.lines[Part.END] for anchor in anchors(m))
    said = " · ".join(mark(c, m) for m in told.lines[Part.END])
    if closed is None:
        blocks.append(Paragraph("Hội nghị chưa kết thúc vào lúc lập bản này."))
    else:
        blocks.append(Paragraph(f"Hội nghị kết thúc vào {clock(closed)}, {day(closed)}.", "", where, said))
    if c.minutes.finished_at is not None:
        done = c.minutes.finished_at
        blocks.append(Paragraph(f"Thư ký ghi xong biên bản vào {clock(done)}, {day(done)}; biên bản được đọc lại để thông qua trước khi ký."))
    return Section("III. KẾT THÚC", "ket-thuc", tuple(blocks))


def later(c: Conference, m: Line) -> Paragraph:
    """A line that was not read back, and so is not in the signed version; a correction names the line it corrects, and why (R38)."""
    if not m.corrects:
        return item(c, m)
    return Paragraph(f"{stopped(m.text)} Lý do: {stopped(m.reason)}", f"Đính chính dòng {label(c, m.corrects)}:", (line_anchor(m.id),), mark(c, m))


def signing(c: Conference) -> Signing:
    def by(role: Role, title: str, person: str | None) -> Signature:
        given = next((s for s in c.minutes.signatures if s.role is role), None)
        who = given.person if given else person
        said = f"Đã ký trong phòng họp lúc {clock(given.at)}, {day(given.at)}" if given else ""
        return Signature((title,), called(c, who) if who else "", said)

    secretary = c.minutes.secretaries[0] if c.minutes.secretaries else None
    return Signing(
        by(Role.SECRETARY, "THƯ KÝ", secretary), by(Role.CHAIR, "CHỦ TRÌ" if system(c.plan) == "party" else "CHỦ TỌA", c.gavel), (kept(c.plan),)
    )


def seal(c: Conference, head: Head) -> tuple[tuple[str, str], ...]:
    """By what the paper can be checked: signed version, who signed it when, and the head of the journal it was made from (R38, R39)."""
    rows = [(f"{SIGNS[s.role]} ký", f"{called(c, s.person)}, {clock(s.at)}, {day(s.at)}") for s in c.minutes.signatures]
    versions = dict.fromkeys(s.digest for s in c.minutes.signatures)
    return (*rows, *(("Phiên bản đã ký, SHA-256", version) for version in versions), *record(head))


SIGNS = {Role.SECRETARY: "Thư ký", Role.CHAIR: "Chủ tọa"}


def record(head: Head) -> tuple[tuple[str, str], ...]:
    return (("Nhật ký hội nghị", f"{head.seq} mục, mã của mục cuối {head.hash.hex()}"),)
