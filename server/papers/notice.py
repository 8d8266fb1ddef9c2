"""The conclusion notice (thông báo kết luận, Art. 10): written from the outcomes as they were set in the room, each item with where it comes from."""

from __future__ import annotations

from collections.abc import Iterator

from moderation.conclusion import Kind, Outcome
from moderation.conference import Conference
from moderation.minutes import Line
from moderation.queue import Motive
from moderation.wording import FORMATS, called
from server.db.verify import Head
from server.papers.course import Part, asked, asker, counted, course, source, sources
from server.papers.minutes import KINDS, raisers, record
from server.papers.numbers import open_number, printed
from server.papers.paper import Annex, Block, Header, Paper, Paragraph, Row, Section, Signature, Signing, Source, Table
from server.papers.words import (
    BLANK,
    BLANK_DAY,
    body,
    clock,
    day,
    due,
    issuer,
    kept,
    listed,
    office,
    place_name,
    short,
    since,
    stamp,
    superior,
    system,
)
from server.papers.words import sentence as stopped

PARTS = (
    ("Nội dung đã trả lời, giải quyết tại hội nghị", (Kind.ACCEPTED, Kind.SETTLED, Kind.EXPLAINED)),
    ("Nội dung giao giải quyết", (Kind.ASSIGNED, Kind.TO_STUDY)),
    ("Nội dung vượt thẩm quyền, kiến nghị", (Kind.BEYOND_AUTHORITY,)),
)
"""Parts 2, 3 and 4 of the notice, and the outcomes that stand in each."""

GROUNDS = {"beyond_authority": "có nội dung vượt thẩm quyền", "complex": "có nội dung phức tạp, liên quan đến nhiều cơ quan, cần nghiên cứu"}
"""The two grounds of Art. 10.1 for 15 working days."""


def notice(c: Conference, head: Head) -> Paper:
    """The notice as the state has it. It stays a draft: signing and issuing it is no act of the room. `head`: see `minutes`."""
    number = printed(system(c.plan), c.plan.notice_number) if c.plan.notice_number else open_number(c.plan, "TB")
    parts: list[tuple[str, tuple[Block, ...]]] = [("Đánh giá chung", tuple(general(c)))]
    for heading, kinds in PARTS:
        found = tuple(entry(c, n, o) for n, o in enumerate(c.outcomes.values(), start=1) if o.kind in kinds)
        parts.append((heading, found or (Paragraph("Không có."),)))
    parts.append(("Tổ chức thực hiện", tuple(execution(c))))
    sections = [Section(f"{n}. {heading}", f"phan-{n}", blocks) for n, (heading, blocks) in enumerate(parts, start=1)]
    without = c.without_outcome()
    if without:
        open_ = tuple(Paragraph(f"{stopped(asker(c, id) or 'Nhân dân')} {stopped(asked(c, id))}", indent=1) for id in without)
        sections.append(Section("Nội dung chưa có kết luận (chỉ ghi trong dự thảo)", "chua-ket-luan", open_))
    issued_by = c.plan.chair_body or c.plan.unit
    end = "." if system(c.plan) == "party" else "./."
    return Paper(
        kind="Thông báo",
        subject=f"Kết luận của {chair(c)} tại {c.plan.title}",
        file="thong-bao-ket-luan",
        draft=True,
        header=Header(issuer(c.plan), number, f"{place_name(c.plan)}, {BLANK_DAY}", system(c.plan), superior(c.plan)),
        opening=(Paragraph(opening(c)),),
        sections=tuple(sections),
        closing=f"Trên đây là kết luận của {chair(c)} tại hội nghị, {issued_by} thông báo để các cơ quan, đơn vị biết, thực hiện{end}",
        signing=Signing(None, signature(c), recipients(c)),
        seal=record(head),
        annexes=(items(c, number), origins(c)),
        minutes="bien-ban",
    )


def chair(c: Conference) -> str:
    """Who concludes: the chair by office, or the deputy who holds the gavel."""
    holder = c.people.get(c.gavel or "")
    if holder is None or not holder.deputy:
        return c.plan.chair_title or called(c, c.gavel)
    return called(c, holder.id)


def opening(c: Conference) -> str:
    """When, where, in which form, who presided, who was present, what was heard."""
    at = c.agenda.opened_at
    when = f"Ngày{day(at)[4:]}" if at is not None else f"Ngày {BLANK} tháng {BLANK} năm {BLANK}"
    branches = sum(v.kind == "branch" for v in c.plan.venues)
    where = c.plan.place if c.format != "online" else ""
    at_place = f", tại {where}" if where else ""
    if where and branches:
        at_place += f" (điểm cầu chính) và {branches:02} điểm cầu nhánh"
    people, online, phone = counted(c)
    present = [f"{state.count} người tại {v.name}" for v in c.plan.venues if (state := c.venues.get(v.id)) and state.count]
    present += [f"{online} người tham dự trực tuyến"] if online else []
    present += [f"{phone} người qua điện thoại"] if phone else []
    total = people + online + phone
    attended = f" Tham dự hội nghị có {total} người: {listed(present)}." if total else ""
    turns = c.turns()
    statements, again = len(c.statements()), sum(s.motive is Motive.FOLLOW_UP for s in turns)
    before = sum(not p.raised_by for p in c.petitions.values())
    heard = [f"báo cáo trả lời {before} ý kiến, kiến nghị thu thập trước hội nghị"] if before else []
    heard.append(f"{statements} lượt phát biểu" + (f", {again} lượt trao đổi lại" if again else "") + " của Nhân dân tại hội nghị")
    return (
        f"{when}{at_place}, {chair(c)} chủ trì {c.plan.title} theo hình thức {FORMATS[c.format]}.{attended} "
        f"Sau khi nghe {' và '.join(heard)}, ý kiến của các cơ quan, đơn vị, {chair(c)} kết luận như sau:"
    )


# --- parts --------------------------------------------------------------------------------------------------------------


def general(c: Conference) -> Iterator[Paragraph]:
    """What the chair said in general, as the secretaries wrote it in step 7; then the figures of the record."""
    for m in concluding(c):
        yield Paragraph(m.text, sources=(source(c, m),))
    new = sum(bool(p.raised_by) for p in c.petitions.values())
    added = f", ghi nhận {new} kiến nghị mới" if new else ""
    closed = f" Hội nghị kết thúc vào {clock(c.agenda.closed_at)} cùng ngày." if c.agenda.closed_at else ""
    yield Paragraph(f"Hội nghị có {len(c.outcomes)} nội dung kết luận{added}.{closed}")


def concluding(c: Conference) -> list[Line]:
    return [m for m in course(c).lines[Part.CONCLUSION] if not m.code and m.text]


def entry(c: Conference, number: int, o: Outcome) -> Paragraph:
    """One item: what was decided on whose word, and who does what until when."""
    lead, to, raised = body(c.plan, o.lead), body(c.plan, o.to), raisers(c, o)
    jointly = f", phối hợp với {listed(body(c.plan, id) for id in o.coordinating)}" if o.coordinating else ""
    text = stopped(o.text)
    outside = o.lead is not None and o.lead == o.to  # who is no body of the chair's is asked, not told
    by = f" {'Đề nghị' if outside else 'Giao'} {lead} chủ trì{jointly} thực hiện." if lead else ""
    until = f" Hoàn thành chậm nhất {due(o.due)}." if o.due else ""
    latest = f", chậm nhất {due(o.due)}" if o.due else ""
    watched = (
        f" {lead} chủ trì{jointly} theo dõi việc thực hiện{latest}." if lead else f" Các cơ quan thực hiện đúng mốc đã nêu{latest}." if latest else ""
    )
    match o.kind:
        case Kind.ACCEPTED:
            said = f"Tiếp thu ý kiến của {raised}: {text}{by}{until}"
        case Kind.SETTLED:
            said = f"Đã giải quyết tại hội nghị nội dung do {raised} nêu: {text}{watched}"
        case Kind.EXPLAINED:
            said = f"Đã giải trình, làm rõ nội dung do {raised} nêu: {text}{watched}"
        case Kind.ASSIGNED:
            said = f"Giao {lead} chủ trì{jointly}, giải quyết nội dung do {raised} nêu: {text}{until}"
        case Kind.TO_STUDY:
            report = f" Báo cáo kết quả chậm nhất {due(o.due)}." if o.due else ""
            said = f"Giao {lead} chủ trì{jointly}, nghiên cứu nội dung do {raised} nêu: {text}{report}"
        case Kind.BEYOND_AUTHORITY if outside:
            said = f"Nội dung do {raised} nêu: {text}{by}{until}"
        case Kind.BEYOND_AUTHORITY:
            said = f"Kiến nghị {to} xem xét, giải quyết nội dung do {raised} nêu: {text}{by}{until}"
    return Paragraph(said, f"Kết luận {number}.", (f"ket-luan-{number}",), sources=tuple(sources(c, o.about)))


def execution(c: Conference) -> Iterator[Paragraph]:
    """Who reports, urges and supervises (Art. 10.2, 13.2, 14.3); what will be answered in writing; the deadline of the notice itself."""
    yield Paragraph(
        "Chậm nhất 07 ngày làm việc sau khi có thông báo này, các cơ quan, đơn vị được giao báo cáo bằng văn bản với người chủ trì và thông báo "
        "bằng văn bản cho người nêu ý kiến, kiến nghị về việc tiếp nhận, chỉ đạo giải quyết.",
        "a)",
    )
    advising = listed(b.name for b in c.plan.bodies if b.role == "advising") or "Cơ quan chủ trì tham mưu"
    yield Paragraph(f"{advising} theo dõi, đôn đốc việc thực hiện kết luận.", "b)")
    watching = listed(b.name for b in c.plan.bodies if b.role == "supervisor")
    yield Paragraph(f"Đề nghị {watching or 'Ủy ban MTTQ Việt Nam'} theo dõi, giám sát việc thực hiện.", "c)")
    letter = "d)"
    written = [s for s in c.turns() if s.in_writing]
    if written:
        yield Paragraph(f"Trả lời bằng văn bản ý kiến của: {listed(called(c, s.person) for s in written)}.", letter)
        letter = "đ)"
    if c.notice_ground:
        why = f"chậm nhất 15 ngày làm việc sau hội nghị, do {GROUNDS[c.notice_ground]}: {stopped(c.notice_words)}"
        lines = [m for m in c.minutes.lines.values() if m.code == "notice_extended"]
        yield Paragraph(f"Thời hạn ban hành thông báo này: {why}", letter, sources=tuple(source(c, m) for m in lines))
    else:
        yield Paragraph("Thời hạn ban hành thông báo này: chậm nhất 10 ngày làm việc sau hội nghị.", letter)


def signature(c: Conference) -> Signature:
    holder = c.people.get(c.gavel or "")
    title = office(c.plan.chair_title)
    if system(c.plan) == "party":
        return Signature(("T/M BAN THƯỜNG VỤ", title or BLANK))
    name = called(c, c.gavel) if holder else ""
    if holder is not None and holder.deputy:
        return Signature((f"KT. {title}", office(holder.title or name)), "" if not holder.title else name)
    return Signature((title or BLANK,), "" if name == c.plan.chair_title else name)


def recipients(c: Conference) -> tuple[str, ...]:
    """The five groups of Art. 10.1, then the file."""
    told = {id for o in c.outcomes.values() for id in (o.lead, o.to, *o.coordinating) if id}
    agencies = [b.name for b in c.plan.bodies if b.id in told]
    supervisors = [b.name for b in c.plan.bodies if b.role == "supervisor" and b.id not in told]
    superiors = [b.name for b in c.plan.bodies if b.superior and b.id not in told]
    bodies = (f"{name};" for name in agencies + supervisors + superiors)
    return (*bodies, "Cơ quan, tổ chức, cá nhân có ý kiến, kiến nghị;", kept(c.plan))


# --- annexes ------------------------------------------------------------------------------------------------------------


def items(c: Conference, number: str) -> Annex:
    """One row for each petition and statement that an outcome covers."""
    rows: list[Row] = []
    for n, o in enumerate(c.outcomes.values(), start=1):
        for about in o.about:
            to = f"; gửi {body(c.plan, o.to)}" if o.to else ""
            note = f"Kết luận {n}: {KINDS[o.kind].lower()}{to}"
            jointly = listed(body(c.plan, id) for id in o.coordinating)
            until = short(o.due) if o.due else ""
            rows.append(Row((str(len(rows) + 1), asker(c, about), asked(c, about), body(c.plan, o.lead), jointly, until, note)))
    head = ("STT", "Người nêu", "Nội dung", "Cơ quan chủ trì", "Phối hợp", "Thời hạn", "Ghi chú")
    with_ = f"(Kèm theo Thông báo {number.replace('Số: ', 'số ').replace('Số ', 'số ')})"
    return Annex("Phụ lục 1", "Danh mục nội dung kết luận", with_, (Table(head, (14, 24, 37, 24, 22, 24, 20), tuple(rows)),))


def origins(c: Conference) -> Annex:
    """Every minutes line that the notice leads back to: who spoke, when, how long after the opening, and for which items it stands."""
    used: dict[str, tuple[Source, list[str]]] = {}

    def use(found: tuple[Source, ...], item: str) -> None:
        for s in found:
            used.setdefault(s.anchor, (s, []))[1].append(item)

    for p in (*general(c), *execution(c)):
        use(p.sources, "Đánh giá chung" if not p.label else f"5.{p.label.rstrip(')')}")
    for n, o in enumerate(c.outcomes.values(), start=1):
        use(tuple(sources(c, o.about)), str(n))
    order = {anchor: n for n, anchor in enumerate(used)}
    rows = tuple(
        Row(
            (s.line, s.who, stamp(s.start, s.end), since(s.after_opening) if s.after_opening is not None else "", listed(told)),
            f"nguon-{s.anchor}",
            s.anchor,
        )
        for s, told in sorted(used.values(), key=lambda found: (found[0].start, order[found[0].anchor]))
    )
    head = ("Dòng biên bản", "Người nói, cơ quan", "Thời điểm", "Tính từ khai mạc", "Kết luận số")
    about = "(Dòng biên bản, lượt phát biểu và thời điểm mà từng nội dung kết luận căn cứ vào)"
    return Annex("Phụ lục 2", "Nguồn", about, (Table(head, (22, 59, 38, 22, 24), rows),))
