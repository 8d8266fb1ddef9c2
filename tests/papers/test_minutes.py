"""The minutes: every line once, in its part; nothing said that the record does not say."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from moderation import Conference
from moderation.agenda import AppointSecretary, MoveToStep, Tick
from moderation.minutes import FinishMinutes, SignMinutes, digest
from moderation.wording import ERASED
from server.db.verify import Head
from server.papers.course import Part, course, line_anchor
from server.papers.minutes import minutes
from server.papers.paper import Paper, Paragraph, Section
from tests.papers.meeting import HTML_NAME, Meeting, held, seated


def paragraphs(paper: Paper) -> list[Paragraph]:
    return [block for section in paper.sections for block in section.blocks if isinstance(block, Paragraph)]


def section(paper: Paper, anchor: str) -> Section:
    return next(s for s in paper.sections if s.anchor == anchor)


def said(paper: Paper, anchor: str) -> list[str]:
    return [f"{p.label} {p.text}".strip() for p in section(paper, anchor).blocks if isinstance(p, Paragraph)]


def test_every_line_that_was_not_struck_stands_exactly_once(agreed: Meeting, head: Head) -> None:
    places = Counter(anchor for p in paragraphs(minutes(agreed.state, head)) for anchor in p.anchors)
    lines = {line_anchor(m.id) for m in agreed.state.minutes.lines.values() if not m.struck}
    assert lines <= places.keys()
    assert set(places.values()) == {1}
    assert "dong-note-wrong" not in places


def test_an_opinion_is_told_with_answer_interposition_and_outcome(ended: Conference, head: Head) -> None:
    told = said(minutes(ended, head), "noi-dung-4")
    first = next(n for n, text in enumerate(told) if text.startswith("Ý kiến 1."))
    assert HTML_NAME in told[first]
    assert "Nơi cư trú: Tổ dân phố số 2." in told[first]
    assert told[first].endswith("Thời gian phát biểu: 1 phút.")
    assert told[first + 1] == "Vấn đề: Thoát nước; lĩnh vực: Hạ tầng; cơ quan được hỏi: Phòng Kinh tế, Hạ tầng và Đô thị phường."
    assert told[first + 2] == "Tóm tắt: Nước ngập 30 cm.\nĐề nghị nạo vét trước tháng 4."
    assert told[first + 3] == "13 giờ 47 phút: Chủ tịch UBND phường Sông Thử nêu ý kiến xen."
    assert told[first + 4] == "Trả lời: Trưởng phòng Kinh tế trả lời. Nạo vét xong trước 28/02/2027."
    assert told[first + 5] == "Hướng giải quyết: Giao giải quyết (kết luận 1): Nạo vét cống ngõ 12, công khai kinh phí."


def test_who_speaks_for_others_and_who_entered_them_is_said(ended: Conference, head: Head) -> None:
    second = next(text for text in said(minutes(ended, head), "noi-dung-4") if text.startswith("Ý kiến 2."))
    assert "Bà Bình (38 hộ dự án kè) phát biểu tại điểm cầu Nhà văn hóa Tổ dân phố số 4." in second
    assert "Ghi tên hộ: Bộ phận tổng hợp." in second


def test_keeping_order_stands_in_a_part_of_its_own(ended: Conference, head: Head) -> None:
    told = said(minutes(ended, head), "noi-dung-6")
    assert any("mất tiếng" in text for text in told)
    assert any(text.endswith("vi phạm nội quy, quy chế đối thoại (điểm 2 nội quy). Đã nhắc, vẫn chen ngang.") for text in told)


def test_returning_to_a_step_is_one_line_for_all_rounds(head: Head) -> None:
    m = held_until_rounds()
    told = said(minutes(m.state, head), "noi-dung-6")
    assert any(text.startswith("Các lần chuyển bước:") and text.count("sang bước") == 2 for text in told)


def held_until_rounds() -> Meeting:
    m = seated()
    m.did(MoveToStep(1), "chair")
    m.did(Tick("house_rules"), "office")
    m.did(AppointSecretary("secretary"), "chair")
    for step in (4, 5, 4, 5):
        m.did(MoveToStep(step, "cần nghe dân trước" if m.state.agenda.step == 1 else ""), "chair")
    return m


def test_a_draft_says_what_is_missing(head: Head) -> None:
    paper = minutes(seated().state, head)
    assert paper.draft
    assert isinstance(paper.opening[0], Paragraph) and paper.opening[0].text == "hội nghị chưa khai mạc."
    assert said(paper, "ket-thuc") == ["Hội nghị chưa kết thúc vào lúc lập bản này."]
    assert "2. Thư ký: chưa cử." in said(paper, "thanh-phan")


def test_minutes_are_a_draft_until_both_have_signed() -> None:
    m = held()
    m.did(FinishMinutes(), "secretary")
    m.did(SignMinutes(digest(m.state)), "secretary")
    assert minutes(m.state, Head(m.state.seq, b"")).draft
    m.did(SignMinutes(digest(m.state)), "chair")
    assert not minutes(m.state, Head(m.state.seq, b"")).draft


def test_signed_minutes_print_digest_signers_and_the_head_of_the_journal(agreed: Meeting) -> None:
    sealed = dict(minutes(agreed.state, Head(agreed.state.seq, bytes(32))).seal)
    assert sealed["Phiên bản đã ký, SHA-256"] == agreed.state.minutes.signatures[0].digest
    assert sealed["Thư ký ký"] == "Bà Lê Thị Thư, 14 giờ 15 phút, ngày 14 tháng 01 năm 2027"
    assert sealed["Chủ tọa ký"].startswith("Chủ tịch UBND phường Sông Thử, 14 giờ 16 phút")
    assert sealed["Nhật ký hội nghị"] == f"{agreed.state.seq} mục, mã của mục cuối {'00' * 32}"


def test_a_correction_stands_apart_and_names_the_old_line(agreed: Meeting, head: Head) -> None:
    paper = minutes(agreed.state, head)
    assert said(paper, "ghi-sau") == ["Đính chính dòng D30: Hội nghị dân chủ, cởi mở, đúng trọng tâm. Lý do: ghi thiếu một chữ."]
    assert any("đúng trọng tâm" in text for text in said(paper, "noi-dung-7"))


def test_an_erased_name_is_printed_as_erased(ended: Conference, head: Head) -> None:
    erased = replace(ended, people={**ended.people, "cit-an": replace(ended.people["cit-an"], identity=None)})
    told = "\n".join(said(minutes(erased, head), "noi-dung-4"))
    assert f"Ý kiến 1. {ERASED} phát biểu trực tuyến." in told
    assert "Ông An" not in told


def test_telephone_numbers_stand_in_no_paper(agreed: Meeting, head: Head) -> None:
    assert "0310000000" not in repr(minutes(agreed.state, head))


@pytest.mark.parametrize("part", list(Part))
def test_parts_keep_the_order_of_the_journal(agreed: Meeting, part: Part) -> None:
    order = list(agreed.state.minutes.lines)
    told = [order.index(m.id) for m in course(agreed.state).lines[part]]
    assert told == sorted(told)
