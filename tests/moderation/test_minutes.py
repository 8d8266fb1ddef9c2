"""The minutes (R35–R38)."""

from __future__ import annotations

import pytest

from moderation import Phase
from moderation.conclusion import Kind, RaisePetition, SetOutcome
from moderation.conduct import Remind
from moderation.floor import AnswerInWriting, CallToAnswer, Interpose
from moderation.minutes import (
    CorrectLine,
    FinishMinutes,
    ReleaseLine,
    ReopenMinutes,
    SignMinutes,
    StrikeLine,
    WriteLine,
    digest,
)
from moderation.people import HandGavel
from moderation.wording import sentence, spoken
from tests.moderation.hall import Hall


@pytest.fixture
def hall() -> Hall:
    return Hall().opened(4)


def test_r35_the_room_writes_drafts_of_itself(hall: Hall) -> None:
    speech = hall.speak("minh")
    hall.answer(speech)
    hall.do(AnswerInWriting(hall.speak("hanh"))), hall.do(Remind("quan", "trật tự"))
    hall.ask("minh"), hall.next(), hall.do(Interpose("remark-1", "agency"))
    codes = {m.code for m in hall.c.minutes.lines.values()}
    assert codes >= {"conference_opened", "step_opened", "ticked", "waived", "secretary_appointed", "floor_given", "answer_called"}
    assert codes >= {"reminded", "writing_promised", "interposed", "petition_deferred"}


def test_r35_every_line_of_the_room_is_a_sentence(hall: Hall) -> None:
    speech = hall.speak("minh", answer=True)
    hall.do(RaisePetition("KN-3", speech, "Sửa đèn"), "desk")
    hall.do(HandGavel("co-chair", "đổi người"))
    for m in hall.c.minutes.lines.values():
        words = sentence(hall.c, m)
        assert words[0].isupper() and words.endswith("."), (m.code, words)


def test_r35_a_line_belongs_to_its_step_and_speech(hall: Hall) -> None:
    speech = hall.speak("minh")
    line = hall.c.minutes.lines[f"M{speech[1:]}"]
    assert (line.step, line.speech, line.kind) == (4, speech, "statement")
    assert spoken(hall.c, line) == "Công dân minh phát biểu tại hội trường."


def test_r36_a_statements_line_is_structured(hall: Hall) -> None:
    hall.ask("minh", petition="KN-1"), hall.next()
    line = f"M{str(hall.c.floor.main)[1:]}"
    assert (hall.c.minutes.lines[line].topic, hall.c.minutes.lines[line].field) == ("việc của minh", "Hạ tầng")
    hall.do(WriteLine(line, "Ngõ ngập 30 cm", topic="Thoát nước", field="Hạ tầng", body="police"), "secretary")
    written = hall.c.minutes.lines[line]
    assert (written.text, written.topic, written.body, written.petition, written.version) == ("Ngõ ngập 30 cm", "Thoát nước", "police", "KN-1", 1)
    hall.refused("body_unknown", WriteLine(line, "x", 1, body="circus"), "secretary")


def test_r36_an_answers_line_names_the_body_and_what_it_is_about(hall: Hall) -> None:
    speech = hall.speak("minh")
    hall.do(CallToAnswer("answer-1", "agency", speech))
    line = hall.lines("answer_called")[-1]
    assert (line.kind, line.about, line.body) == ("answer", speech, "police")


def test_r36_an_answer_written_down_counts_as_given(hall: Hall) -> None:
    speech = hall.speak("minh")
    hall.do(WriteLine("line-1", "Sẽ nạo vét", kind="answer", about=speech, body="police"), "secretary")
    assert hall.c.speeches[speech].answered_at == hall.now


def test_r37_a_stale_save_is_answered_with_the_other_text_never_with_loss(hall: Hall) -> None:
    hall.do(WriteLine("line-1", "của thư ký một"), "secretary")
    hall.do(WriteLine("line-1", "của thư ký một, sửa", 1), "secretary")
    hall.refused("not_appointed", WriteLine("line-1", "của thư ký hai", 1), "second")
    hall.refused("stale", WriteLine("line-1", "của bàn tổng hợp", 1), "desk", version=2, text="của thư ký một, sửa", by="secretary")
    hall.refused("stale", StrikeLine("line-1", 1), "secretary", version=2)
    hall.refused("stale", WriteLine("line-2", "mới", 3), "secretary", version=0)


def test_r37_only_appointed_secretaries_and_the_desk_write(hall: Hall) -> None:
    hall.refused("not_appointed", WriteLine("line-1", "x"), "second")
    hall.refused("not_allowed", WriteLine("line-1", "x"), "office")
    hall.do(WriteLine("line-1", "ghi chú"), "desk")


def test_a_line_is_of_a_known_kind_and_about_something_known(hall: Hall) -> None:
    hall.refused("kind_unknown", WriteLine("line-1", "x", kind="event"), "secretary")
    hall.refused("kind_unknown", WriteLine("line-1", "x", kind="poem"), "secretary")
    hall.refused("statement_unknown", WriteLine("line-1", "x", speech="S9"), "secretary")
    hall.refused("statement_unknown", WriteLine("line-1", "x", about="S9"), "secretary")
    hall.refused("petition_unknown", WriteLine("line-1", "x", petition="KN-9"), "secretary")
    hall.refused("line_unknown", ReleaseLine("line-9"), "secretary")


def test_nobody_takes_the_id_of_a_line_that_the_room_will_write(hall: Hall) -> None:
    hall.refused("bad_id", WriteLine(f"M{hall.c.seq + 2:03}", "chiếm chỗ"), "secretary")


def test_a_struck_line_stays_in_the_record(hall: Hall) -> None:
    hall.do(WriteLine("line-1", "nhầm"), "secretary"), hall.do(StrikeLine("line-1", 1), "secretary")
    assert hall.c.minutes.lines["line-1"].struck and hall.c.minutes.lines["line-1"].text == "nhầm"
    hall.refused("nothing_to_change", StrikeLine("line-1", 2), "secretary")
    hall.refused("nothing_to_change", ReleaseLine("line-1"), "secretary")


def test_r42_a_released_line_serves_as_a_caption(hall: Hall) -> None:
    speech = hall.speak("minh")
    line = f"M{speech[1:]}"
    hall.refused("nothing_to_change", ReleaseLine(line), "secretary")
    hall.do(WriteLine(line, "Ngõ ngập 30 cm"), "secretary"), hall.do(ReleaseLine(line), "secretary")
    (caption,) = hall.view("citizen")["captions"]
    assert (caption["who"], caption["text"]) == ("Công dân minh", "Ngõ ngập 30 cm")
    hall.do(ReleaseLine(line, False), "secretary")
    assert hall.view("citizen")["captions"] == []


def test_r38_chair_and_secretary_sign_one_version_and_it_is_frozen(hall: Hall) -> None:
    hall.closed()
    hall.refused("minutes_unfinished", SignMinutes(digest(hall.c)))
    hall.do(FinishMinutes(), "secretary")
    hall.refused("minutes_finished", WriteLine("line-1", "muộn"), "secretary")
    hall.refused("another_version", SignMinutes("0" * 64), digest=digest(hall.c))
    hall.do(SignMinutes(digest(hall.c)), "secretary")
    hall.refused("already_signed", SignMinutes(digest(hall.c)), "secretary")
    hall.refused("already_signed", ReopenMinutes(), "secretary")
    hall.do(SignMinutes(digest(hall.c)))
    assert hall.c.phase is Phase.FROZEN and len({s.digest for s in hall.c.minutes.signatures}) == 1


def test_r38_what_the_room_notes_after_the_reading_is_not_in_the_signed_version(hall: Hall) -> None:
    speech = hall.speak("minh", answer=True)
    hall.closed(), hall.do(FinishMinutes(), "secretary")
    read = digest(hall.c)
    hall.do(SignMinutes(read), "secretary")
    hall.do(RaisePetition("KN-3", speech, "Sửa đèn"), "desk")
    assert hall.lines("petition_raised") and digest(hall.c) == read
    hall.do(SignMinutes(read))
    assert hall.c.phase is Phase.FROZEN


def test_r38_finished_minutes_are_reopened_until_somebody_signs(hall: Hall) -> None:
    hall.closed()
    hall.refused("nothing_to_change", ReopenMinutes(), "secretary")
    hall.do(FinishMinutes(), "secretary")
    first = digest(hall.c)
    hall.do(ReopenMinutes(), "secretary"), hall.do(WriteLine("line-1", "bổ sung"), "secretary")
    hall.do(FinishMinutes(), "secretary")
    hall.refused("another_version", SignMinutes(first))


def test_r38_only_who_was_appointed_finishes_and_signs(hall: Hall) -> None:
    hall.closed()
    hall.refused("not_appointed", FinishMinutes(), "second")
    hall.do(FinishMinutes(), "secretary")
    hall.refused("not_appointed", SignMinutes(digest(hall.c)), "second")
    hall.refused("not_appointed", ReopenMinutes(), "second")
    hall.refused("gavel_elsewhere", SignMinutes(digest(hall.c)), "co-chair")


def test_r38_a_later_correction_is_a_new_line_that_names_the_old(hall: Hall) -> None:
    speech = hall.speak("minh")
    hall.answer(speech)
    hall.signed()
    signed = digest(hall.c)
    line = f"M{speech[1:]}"
    hall.do(CorrectLine("fix-1", line, "63 hộ, không phải 36", "ghi nhầm số"), "secretary")
    assert hall.c.minutes.lines["fix-1"].corrects == line and digest(hall.c) == signed
    hall.refused("not_appointed", CorrectLine("fix-2", line, "x", "y"), "second")
    hall.refused("line_unknown", CorrectLine("fix-2", "line-9", "x", "y"), "secretary")
    hall.refused("not_now", WriteLine(line, "sửa", 0), "secretary")


def test_the_digest_says_nothing_of_names_but_everything_of_lines(hall: Hall) -> None:
    before = digest(hall.c)
    hall.do(SetOutcome("KL-1", Kind.EXPLAINED, ("KN-1",), "giải thích"), "secretary")
    assert digest(hall.c) == before
    hall.do(WriteLine("line-1", "thêm"), "secretary")
    assert digest(hall.c) != before
