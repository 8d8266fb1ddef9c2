"""Conduct (R28–R34)."""

from __future__ import annotations

import pytest

from moderation.agenda import ResumeSession, TakeBreak
from moderation.conduct import (
    Confirm,
    Dismiss,
    Ground,
    LiftSilence,
    Propose,
    Readmit,
    Refuse,
    Remind,
    ReportEscorted,
    Rung,
    ShowOnDisplay,
    SilenceAll,
)
from moderation.floor import CallNext, Interpose, TakeFloor
from moderation.kernel import SECOND
from moderation.people import Channel, Join, Knock, Standing
from moderation.queue import Enqueue, Status
from moderation.view import audience, me
from moderation.wording import sentence
from tests.moderation.hall import Hall


@pytest.fixture
def hall() -> Hall:
    return Hall().opened(4)


def refuse(hall: Hall, who: str) -> None:
    hall.do(Refuse(who, Ground.BREACH, "chen ngang nhiều lần", rule=1))


def test_r28_the_first_rung_is_a_reminder_which_the_person_reads(hall: Hall) -> None:
    hall.do(Remind("minh", "Xin nói đúng nội dung"))
    assert [r["words"] for r in me(hall.c, "minh")["reminders"]] == ["Xin nói đúng nội dung"]
    assert me(hall.c, "hanh")["reminders"] == []
    hall.refused("text_missing", Remind("minh", " "))


def test_r28_the_ladder_is_for_citizens(hall: Hall) -> None:
    hall.refused("only_citizens", Remind("agency", "trật tự"))
    hall.refused("only_citizens", Refuse("chair", Ground.NO_CAPACITY, "không"))
    hall.refused("person_unknown", Remind("nobody", "trật tự"))


def test_r28_each_rung_that_was_proposed_is_done_by_confirming(hall: Hall) -> None:
    entry = hall.ask("hanh")
    hall.do(Propose("prop-1", Rung.REMIND, "minh", "ồn ào"), "desk")
    hall.do(Propose("prop-2", Rung.UNQUEUE, "hanh", "lặp lại ý đã nêu"), "secretary")
    hall.do(Propose("prop-3", Rung.STOP, "quan", "xúc phạm"), "office")
    hall.do(Confirm("prop-1")), hall.do(Confirm("prop-2"))
    assert hall.c.conduct.reminders[0].words == "ồn ào" and hall.entry(entry).status is Status.REMOVED
    hall.refused("nobody_speaks", Confirm("prop-3"))
    hall.ask("quan"), hall.next(), hall.do(Confirm("prop-3"))
    assert hall.c.floor.main is None and list(hall.c.speeches.values())[-1].ended == "stopped"


def test_r29_a_refusal_stands_on_one_of_exactly_three_grounds(hall: Hall) -> None:
    assert {g.value for g in Ground} == {"no_capacity", "under_influence", "breach"}
    hall.refused("rule_needed", Refuse("minh", Ground.BREACH, "chen ngang"))
    hall.refused("rule_needed", Refuse("minh", Ground.BREACH, "chen ngang", rule=3))
    hall.refused("rule_without_breach", Refuse("minh", Ground.UNDER_INFLUENCE, "say rượu", rule=1))
    hall.refused("text_missing", Refuse("minh", Ground.UNDER_INFLUENCE, ""))
    hall.refused("ground_needed", Propose("prop-1", Rung.REFUSE, "minh", "không rõ"), "desk")


def test_r29_the_record_holds_ground_words_proposer_decider_time_and_cause(hall: Hall) -> None:
    hall.do(Propose("prop-1", Rung.REFUSE, "minh", "say rượu", Ground.UNDER_INFLUENCE), "desk")
    hall.do(Confirm("prop-1"))
    hall.do(Refuse("hanh", Ground.BREACH, "chen ngang", 2, after="đã nhắc một lần"))
    first, second = hall.c.conduct.refusals
    assert (first.ground, first.words, first.proposed_by, first.decided_by, first.at) == (
        Ground.UNDER_INFLUENCE, "say rượu", "desk", "chair", hall.now,
    )  # fmt: skip
    assert (second.rule, second.after, second.proposed_by) == (2, "đã nhắc một lần", None)


def test_r30_only_the_chair_decides_others_propose(hall: Hall) -> None:
    for who in ("office", "secretary", "desk", "agency", "co-chair"):
        code = "gavel_elsewhere" if who == "co-chair" else "not_allowed"
        hall.refused(code, Refuse("minh", Ground.NO_CAPACITY, "không đủ năng lực"), who)
    hall.do(Propose("prop-1", Rung.REMIND, "minh", "ồn ào"), "desk")
    hall.refused("not_allowed", Confirm("prop-1"), "desk")
    hall.do(Dismiss("prop-1"))
    hall.refused("proposal_settled", Confirm("prop-1"))
    hall.refused("proposal_unknown", Dismiss("prop-9"))
    assert hall.c.conduct.reminders == ()


def test_r30_an_operator_proposes_for_the_own_venue(hall: Hall) -> None:
    hall.register("east-1", Channel.VENUE, "east")
    hall.do(Propose("prop-1", Rung.REMIND, "east-1", "ồn ào"), "op-east")
    hall.refused("other_venue", Propose("prop-2", Rung.REMIND, "minh", "ồn ào"), "op-east")
    hall.refused("ground_only_for_refusal", Propose("prop-2", Rung.REMIND, "east-1", "ồn ào", Ground.BREACH, 1), "op-east")


def test_r31_a_refused_speaker_is_silent_first_then_out(hall: Hall) -> None:
    hall.ask("minh"), hall.next(), hall.ask("minh")
    facts = hall.do(Refuse("minh", Ground.UNDER_INFLUENCE, "say rượu"))
    assert [f.name for f in facts] == ["speech_ended", "refused"]
    assert "minh" not in hall.heard and hall.line == [] and hall.c.floor.main is None
    hall.refused("already_refused", Refuse("minh", Ground.UNDER_INFLUENCE, "say rượu"))


def test_r31_a_refused_interposer_leaves_the_speech_running(hall: Hall) -> None:
    hall.ask("minh"), hall.next(), hall.wait(10), hall.do(Interpose("remark-1", "hanh")), hall.wait(5)
    refuse(hall, "hanh")
    hall.wait(1)
    assert hall.speaker == "minh" and hall.used == 11 * SECOND and hall.heard == {"chair", "minh"}


def test_r31_a_refused_person_gives_no_command_and_cannot_come_back(hall: Hall) -> None:
    entry = hall.ask("oanh")
    hall.do(CallNext())
    refuse(hall, "oanh")
    assert hall.c.floor.prompt is None and hall.entry(entry).status is Status.REMOVED
    hall.refused("not_in_room", TakeFloor(entry), "oanh")
    hall.refused("not_in_room", Join(True, True), "oanh")
    hall.refused("not_in_room", Enqueue("entry-9", "xin phép"), "oanh")
    hall.refused("id_taken", Knock("oanh", hall.person("phuc").identity), "system")  # type: ignore[arg-type]


def test_r31_in_the_hall_the_desk_is_told_to_lead_the_person_out(hall: Hall) -> None:
    refuse(hall, "minh")
    refuse(hall, "oanh")
    assert [e["person"]["id"] for e in hall.view("desk")["escorts"]] == ["minh"]
    hall.do(ReportEscorted("minh"), "desk")
    assert hall.view("desk")["escorts"] == []
    hall.refused("nothing_to_change", ReportEscorted("minh"), "desk")


def test_r31_a_venue_is_told_of_its_own_people_only(hall: Hall) -> None:
    hall.register("east-1", Channel.VENUE, "east")
    refuse(hall, "east-1")
    assert len(hall.view("operator:east")["escorts"]) == 1 and hall.view("operator:west")["escorts"] == []
    hall.refused("other_venue", ReportEscorted("east-1"), "op-west")


def test_r32_the_person_reads_ground_and_rule_and_the_others_only_a_number(hall: Hall) -> None:
    refuse(hall, "oanh")
    own = me(hall.c, "oanh")
    assert (own["ground"], own["rule"], own["words"]) == ("breach", "Chờ chủ trì mời mới phát biểu.", "chen ngang nhiều lần")
    assert audience(hall.person("oanh")) == "lobby"
    assert hall.view("citizen")["counts"]["refused"] == 1
    assert "chen ngang" not in str(hall.view("citizen")) + str(hall.view("display")) + str(me(hall.c, "phuc"))


def test_r32_the_minutes_get_a_line_of_themselves(hall: Hall) -> None:
    refuse(hall, "oanh")
    (line,) = hall.lines("refused")
    assert "khoản 3 Điều 4: vi phạm nội quy, quy chế đối thoại (điểm 1 nội quy)" in sentence(hall.c, line)


def test_r33_the_chair_readmits_with_a_reason(hall: Hall) -> None:
    refuse(hall, "oanh")
    hall.refused("text_missing", Readmit("oanh", ""))
    hall.do(Readmit("oanh", "đã xin lỗi"))
    assert hall.person("oanh").standing is Standing.JOINED
    assert hall.c.conduct.refusals[0].lifted_reason == "đã xin lỗi"
    assert "standing" in me(hall.c, "oanh") and "ground" not in me(hall.c, "oanh")
    hall.refused("not_refused", Readmit("oanh", "lần nữa"))


def test_r34_one_act_for_disorder(hall: Hall) -> None:
    hall.ask("minh"), hall.next(), hall.wait(20)
    hall.do(SilenceAll()), hall.wait(60)
    assert hall.heard == {"chair"} and not hall.c.queue.open and hall.c.conduct.display == "neutral" and hall.used == 20 * SECOND
    hall.refused("nothing_to_change", SilenceAll())
    hall.do(LiftSilence()), hall.wait(1)
    assert hall.heard == {"chair", "minh"} and hall.c.conduct.display == "programme" and hall.used == 21 * SECOND
    hall.refused("nothing_to_change", LiftSilence())


def test_r34_silence_in_the_break_outlives_it(hall: Hall) -> None:
    hall.ask("minh"), hall.next(), hall.wait(20)
    hall.do(TakeBreak()), hall.do(SilenceAll()), hall.do(ResumeSession()), hall.wait(60)
    assert hall.used == 20 * SECOND
    hall.do(LiftSilence()), hall.wait(1)
    assert hall.used == 21 * SECOND


def test_what_the_hall_sees_is_chosen_by_office_or_chair(hall: Hall) -> None:
    hall.do(ShowOnDisplay("house_rules"), "office")
    assert hall.view("display")["display"] == "house_rules"
    hall.refused("nothing_to_change", ShowOnDisplay("house_rules"))
    hall.refused("mode_unknown", ShowOnDisplay("advert"))
    hall.refused("gavel_elsewhere", ShowOnDisplay("neutral"), "co-chair")
