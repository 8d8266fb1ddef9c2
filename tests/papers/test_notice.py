"""The notice: five parts by outcome, each item with its way back to line, speech and time."""

from __future__ import annotations

from dataclasses import replace

from moderation import Conference
from moderation.conclusion import DropOutcome
from server.db.verify import Head
from server.papers.minutes import minutes
from server.papers.notice import notice
from server.papers.paper import Paper, Paragraph
from tests.papers.looks import in_pdf
from tests.papers.meeting import HTML_NAME, PLAN, Meeting, concluded, held


def part(paper: Paper, number: int) -> list[Paragraph]:
    return [p for p in paper.sections[number - 1].blocks if isinstance(p, Paragraph)]


def anchors(paper: Paper) -> set[str]:
    return {anchor for s in paper.sections for p in s.blocks if isinstance(p, Paragraph) for anchor in p.anchors}


def test_the_five_parts_stand_in_order(ended: Conference, head: Head) -> None:
    assert [s.heading for s in notice(ended, head).sections] == [
        "1. Đánh giá chung",
        "2. Nội dung đã trả lời, giải quyết tại hội nghị",
        "3. Nội dung giao giải quyết",
        "4. Nội dung vượt thẩm quyền, kiến nghị",
        "5. Tổ chức thực hiện",
    ]


def test_the_opening_says_when_where_how_and_who(ended: Conference, head: Head) -> None:
    (first,) = notice(ended, head).opening
    assert isinstance(first, Paragraph)
    text = first.text
    assert text.startswith("Ngày 14 tháng 01 năm 2027, tại Hội trường Ủy ban nhân dân phường (điểm cầu chính) và 01 điểm cầu nhánh, Chủ tịch UBND")
    assert "128 người tại Hội trường Ủy ban nhân dân phường; 43 người tại Nhà văn hóa Tổ dân phố số 4; 2 người tham dự trực tuyến" in text
    assert "báo cáo trả lời 2 ý kiến, kiến nghị thu thập trước hội nghị và 2 lượt phát biểu, 1 lượt trao đổi lại" in text


def test_an_assigned_item_names_agency_partners_and_date(ended: Conference, head: Head) -> None:
    (item,) = part(notice(ended, head), 3)
    assert item.text == (
        "Giao Phòng Kinh tế, Hạ tầng và Đô thị phường chủ trì, phối hợp với Ủy ban MTTQ Việt Nam phường; Văn phòng HĐND và UBND phường Sông Thử, "
        "giải quyết nội dung do Các hộ ngõ 12 nêu: Nạo vét cống ngõ 12, công khai kinh phí. Hoàn thành chậm nhất ngày 26 tháng 02 năm 2027."
    )


def test_each_item_leads_back_to_line_speech_and_time(ended: Conference, head: Head) -> None:
    (item,) = part(notice(ended, head), 3)
    statement = next(s for s in item.sources if s.who == HTML_NAME)
    assert (statement.start, statement.end, statement.after_opening) == (ended.speeches["S35"].started_at, ended.speeches["S35"].ended_at, 967_000)
    assert (statement.line, statement.anchor, statement.speech) == ("M35", "M35", "luot-S35")
    assert [s.who for s in item.sources] == ["Phòng Kinh tế, Hạ tầng và Đô thị phường", HTML_NAME, "Trưởng phòng Kinh tế", HTML_NAME]


def test_a_petition_raised_in_the_room_leads_back_to_the_speech_that_raised_it(ended: Conference, head: Head) -> None:
    (item,) = part(notice(ended, head), 2)
    assert {s.who for s in item.sources} == {"Bà Bình (38 hộ dự án kè)"}
    assert all(s.speech for s in item.sources)


def test_every_source_is_a_place_in_the_minutes(agreed: Meeting, head: Head) -> None:
    paper, there = notice(agreed.state, head), anchors(minutes(agreed.state, head))
    found = [s for section in paper.sections for p in section.blocks if isinstance(p, Paragraph) for s in p.sources]
    assert len(found) >= 10
    assert {s.anchor for s in found} | {s.speech for s in found if s.speech} <= there
    assert {row.link for row in paper.annexes[1].table.rows} == {s.anchor for s in found}


def test_every_outcome_has_a_source(agreed: Meeting, head: Head) -> None:
    items = [p for n in (2, 3, 4) for p in part(notice(agreed.state, head), n)]
    assert len(items) == len(agreed.state.outcomes)
    assert all(item.sources for item in items)


def test_the_deadline_is_ten_working_days_or_fifteen_with_its_ground(ended: Conference, agreed: Meeting, head: Head) -> None:
    assert part(notice(ended, head), 5)[-1].text == "Thời hạn ban hành thông báo này: chậm nhất 10 ngày làm việc sau hội nghị."
    longer = part(notice(agreed.state, head), 5)[-1]
    assert (
        longer.text
        == "Thời hạn ban hành thông báo này: chậm nhất 15 ngày làm việc sau hội nghị, do có nội dung vượt thẩm quyền: chờ ý kiến cấp trên."
    )
    assert longer.sources


def test_the_annex_has_a_row_for_each_petition_and_statement(ended: Conference, head: Head) -> None:
    table = notice(ended, head).annexes[0].table
    assert [row.cells for row in table.rows] == [
        (
            "1", "Các hộ ngõ 12", "Nạo vét cống ngõ 12.", "Phòng Kinh tế, Hạ tầng và Đô thị phường",
            "Ủy ban MTTQ Việt Nam phường; Văn phòng HĐND và UBND phường Sông Thử", "26/02/2027", "Kết luận 1: giao giải quyết",
        ),
        (
            "2", "38 hộ dự án kè", "Điều chỉnh đơn giá bồi thường.", "Văn phòng HĐND và UBND phường Sông Thử", "", "22/01/2027",
            "Kết luận 2: vượt thẩm quyền, kiến nghị cấp trên; gửi Ủy ban nhân dân thành phố",
        ),
        ("3", "Bà Bình (38 hộ dự án kè)", "Niêm yết bản đồ tái định cư.", "", "", "", "Kết luận 3: giải quyết tại hội nghị"),
    ]  # fmt: skip
    assert sum(table.widths) == 165


def test_written_answers_are_promised_by_name(ended: Conference, head: Head) -> None:
    assert any(p.text == "Trả lời bằng văn bản ý kiến của: Bà Bình (38 hộ dự án kè)." for p in part(notice(ended, head), 5))


def test_what_has_no_outcome_yet_is_listed_in_the_draft() -> None:
    m = concluded()
    m.did(DropOutcome("KL-03", 1), "chair")
    paper = notice(m.state, Head(m.state.seq, b""))
    assert paper.sections[-1].heading == "Nội dung chưa có kết luận (chỉ ghi trong dự thảo)"
    assert [p.text for p in part(paper, 6)] == ["Bà Bình (38 hộ dự án kè). Niêm yết bản đồ tái định cư."]


def test_a_deputy_who_holds_the_gavel_signs_for_the_chair(ended: Conference, head: Head) -> None:
    deputy = replace(ended.people["office"], deputy=True, title="Phó Chủ tịch UBND phường Sông Thử")
    paper = notice(replace(ended, people={**ended.people, "office": deputy}, gavel="office"), head)
    assert paper.signing.right.office == ("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")
    assert paper.signing.right.name == "Chánh Văn phòng"
    assert notice(ended, head).signing.right.office == ("CHỦ TỊCH",)


def test_it_goes_to_the_groups_of_article_10(ended: Conference, head: Head) -> None:
    assert notice(ended, head).signing.recipients == (
        "Văn phòng HĐND và UBND phường Sông Thử;",
        "Phòng Kinh tế, Hạ tầng và Đô thị phường;",
        "Ủy ban MTTQ Việt Nam phường;",
        "Ủy ban nhân dân thành phố;",
        "Cơ quan, tổ chức, cá nhân có ý kiến, kiến nghị;",
        "Lưu: VT, hồ sơ hội nghị.",
    )


def test_the_worked_example_leads_back_from_every_item() -> None:
    from tests.moderation.example import played

    state = played()[0].c
    head = Head(state.seq, b"")
    paper, there = notice(state, head), anchors(minutes(state, head))
    items = [p for n in (2, 3, 4) for p in part(paper, n)]
    assert len(items) == 11
    assert all(p.sources for p in items)
    assert {s.anchor for p in items for s in p.sources} <= there
    assert len(paper.annexes[0].table.rows) == 13


def test_a_party_secretary_s_papers_have_the_form_of_the_party() -> None:
    plan = replace(PLAN, chair_body="Đảng ủy phường Sông Thử", chair_title="Bí thư Đảng ủy phường Sông Thử", notice_number="")
    state = replace(held().state, plan=plan)
    told, kept = notice(state, Head(1, bytes(32))), minutes(state, Head(1, bytes(32)))
    assert [paper.header.system for paper in (told, kept)] == ["party", "party"]
    assert (told.header.number, kept.header.number) == ("Số ……-TB/ĐU", "Số ……-BB/ĐU")
    assert told.header.issuer == ("ĐẢNG ỦY PHƯỜNG SÔNG THỬ",)
    assert told.signing.right.office == ("T/M BAN THƯỜNG VỤ", "BÍ THƯ")
    assert kept.signing.right.office == ("CHỦ TRÌ",)
    assert not told.closing.endswith("./.")
    assert "ĐẢNGCỘNGSẢNVIỆTNAM" in in_pdf(told) and "CỘNGHÒA" not in in_pdf(told)
