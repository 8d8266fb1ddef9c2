"""The seven steps (R10–R14)."""

from __future__ import annotations

from moderation import Phase
from moderation.agenda import AppointSecretary, CloseConference, MoveToStep, ResumeSession, TakeBreak, Tick, Waive, conditions
from moderation.conclusion import AnswerPetitions, DeferPetition, Kind, SetOutcome
from moderation.floor import AnswerInWriting, CallNext, EndInterposition, Interpose, MissPrompt, StopSpeech, TakeFloor
from moderation.kernel import SECOND
from moderation.queue import CloseQueue, Motive, Status, Withdraw
from tests.moderation.hall import Hall


def met(hall: Hall) -> dict[str, bool]:
    return {k.id: k.met for k in conditions(hall.c, hall.c.agenda.step)}


def test_r10_the_conference_opens_with_step_one() -> None:
    hall = Hall().seated()
    hall.refused("opens_with_step_one", MoveToStep(4))
    hall.do(MoveToStep(1), "office")
    assert hall.c.phase is Phase.RUNNING and hall.c.agenda.opened_at == hall.now


def test_r10_there_are_seven_steps() -> None:
    hall = Hall().opened()
    hall.refused("step_unknown", MoveToStep(8))
    hall.refused("step_unknown", MoveToStep(0))
    hall.refused("nothing_to_change", MoveToStep(1))


def test_r11_step_two_needs_chair_secretary_and_house_rules() -> None:
    hall = Hall().opened()
    hall.refused("conditions_unmet", MoveToStep(2), unmet=["house_rules", "secretaries"])
    hall.do(Tick("house_rules"), "office")
    hall.refused("appoint_a_secretary", Tick("secretaries"), "office")
    hall.do(AppointSecretary("secretary"), "office")
    assert all(met(hall).values())
    hall.do(MoveToStep(2), "office")


def test_r11_without_a_chair_present_there_is_no_step_two() -> None:
    from moderation import Identity, Role
    from moderation.people import AddPerson

    hall = Hall()
    hall.do(AddPerson("chair", (Role.CHAIR,), Identity("Chủ tịch")), "system")
    hall.do(MoveToStep(1), "chair")
    assert not met(hall)["chair_present"]


def test_r11_the_points_of_the_statement_are_ticked_by_the_chair_or_waived_with_a_reason() -> None:
    hall = Hall().opened(2)
    hall.refused("only_the_chair", Tick("purpose"), "office")
    hall.do(Tick("purpose"))
    hall.refused("nothing_to_change", Tick("purpose"))
    hall.refused("text_missing", Waive("point_situation", " "))
    for point in ("point_situation", "point_opinions", "point_acceptance"):
        hall.do(Waive(point, "đã gửi tài liệu"))
    hall.do(MoveToStep(3))
    hall.refused("item_unknown", Tick("coffee"))
    hall.refused("item_of_another_step", Tick("programme"), "office")


def test_r11_a_secretary_is_appointed_once_and_must_be_one() -> None:
    hall = Hall().opened()
    hall.refused("not_a_secretary", AppointSecretary("minh"))
    hall.do(AppointSecretary("second"))
    hall.refused("nothing_to_change", AppointSecretary("second"))


def test_r11_every_petition_is_answered_or_deferred_before_citizens_speak() -> None:
    hall = Hall().opened(3)
    hall.refused("conditions_unmet", MoveToStep(4), unmet=["petitions_answered"])
    hall.do(AnswerPetitions(("KN-1",)), "office")
    hall.do(DeferPetition("KN-2", "phức tạp"))
    hall.do(MoveToStep(4))


def test_r11_the_conclusion_needs_a_closed_empty_queue_and_every_statement_dealt_with() -> None:
    hall = Hall().opened(4)
    speech = hall.speak("minh")
    entry = hall.ask("hanh")
    hall.do(MoveToStep(6))
    hall.refused("conditions_unmet", MoveToStep(7), unmet=["queue_closed", "queue_empty", "statements_answered"])
    hall.do(CloseQueue())
    hall.do(Withdraw(entry), "hanh")
    hall.do(AnswerInWriting(speech))
    hall.do(MoveToStep(7))


def test_r11_somebody_who_is_being_called_still_waits() -> None:
    hall = Hall().opened(4)
    hall.do(MoveToStep(6))
    hall.ask("oanh")
    hall.do(CloseQueue())
    hall.do(CallNext())
    hall.refused("conditions_unmet", MoveToStep(7), unmet=["queue_empty"])


def test_r11_closing_needs_an_outcome_for_everything() -> None:
    hall = Hall().opened(4)
    hall.refused("close_from_step_seven", CloseConference())
    speech = hall.speak("minh", answer=True)
    hall.do(CloseQueue())
    hall.do(MoveToStep(7, "hết giờ"))
    hall.refused("conditions_unmet", CloseConference(), unmet=["outcomes"])
    hall.do(SetOutcome("KL-1", Kind.ACCEPTED, (speech, "KN-1", "KN-2"), "tiếp thu"), "secretary")
    hall.do(CloseConference())
    assert hall.c.phase is Phase.CLOSED and hall.c.agenda.closed_at == hall.now


def test_r12_the_chair_moves_freely_between_four_five_and_six() -> None:
    hall = Hall().opened(4)
    for step in (5, 4, 6, 5, 6, 4):
        hall.do(MoveToStep(step))
    assert [v.step for v in hall.c.agenda.visits][-6:] == [5, 4, 6, 5, 6, 4]


def test_r12_going_back_or_skipping_needs_a_reason() -> None:
    hall = Hall().opened(4)
    hall.refused("reason_needed", MoveToStep(2))
    hall.do(MoveToStep(2, "bổ sung nội dung"))
    hall.refused("reason_needed", MoveToStep(4))
    hall.do(MoveToStep(4, "đã báo cáo xong"))
    assert hall.lines("step_opened")[-1].params["reason"] == "đã báo cáo xong"


def test_r12_a_reason_does_not_pass_over_what_the_conference_stands_on() -> None:
    hall = Hall().opened()
    hall.refused("conditions_unmet", MoveToStep(4, "vội"))
    open_queue = Hall().opened(4)
    open_queue.refused("conditions_unmet", MoveToStep(7, "vội"), unmet=["queue_closed"])


def test_only_the_chair_moves_on_after_the_opening() -> None:
    hall = Hall().opened(2)
    hall.refused("only_the_chair", MoveToStep(3), "office")
    hall.refused("gavel_elsewhere", MoveToStep(3, "nhanh"), "co-chair")


def test_r13_in_a_break_all_clocks_stop_and_go_on_from_there() -> None:
    hall = Hall().opened(4)
    hall.ask("minh"), hall.next(), hall.wait(40)
    hall.do(TakeBreak(15))
    hall.wait(900)
    assert hall.used == 40 * SECOND and not hall.heard
    hall.do(ResumeSession())
    hall.wait(5)
    assert hall.used == 45 * SECOND
    assert hall.c.agenda.breaks == ((hall.now - 905 * SECOND, hall.now - 5 * SECOND),)


def test_r13_a_prompt_keeps_its_remaining_time_through_a_break() -> None:
    hall = Hall().opened(4)
    entry = hall.ask("oanh")
    hall.do(CallNext())
    hall.wait(10)
    hall.do(TakeBreak())
    hall.wait(600)
    hall.do(ResumeSession())
    assert hall.c.floor.prompt and hall.c.floor.prompt.until == hall.now + 20 * SECOND
    hall.refused("too_early", MissPrompt(entry), "system")


def test_r13_an_interposition_that_ends_in_the_break_starts_no_clock() -> None:
    hall = Hall().opened(4)
    hall.ask("minh"), hall.next(), hall.wait(10)
    hall.do(Interpose("remark-1", "hanh"))
    hall.do(TakeBreak())
    hall.do(EndInterposition())
    hall.wait(60)
    assert hall.used == 10 * SECOND
    hall.do(ResumeSession())
    hall.wait(1)
    assert hall.used == 11 * SECOND


def test_r14_the_programme_shows_planned_against_actual() -> None:
    hall = Hall().opened(4)
    four = hall.view("citizen")["agenda"]["steps"]["4"]
    assert four["planned"] == [{"title": "Nhân dân phát biểu", "by": "Nhân dân", "minutes": 70, "starts": "14:24"}]
    assert four["start"] == hall.c.agenda.visits[-1].start and "end" not in four


def test_the_points_of_article_6_depend_on_the_regime() -> None:
    from dataclasses import replace

    from tests.moderation.hall import PLAN

    points = {r: [i for i in Hall(replace(PLAN, regime=r)).c.agenda.items if i.startswith("point_")] for r in ("thematic", "extraordinary")}
    assert points["thematic"] == ["point_policies", "point_groups"]
    assert points["extraordinary"] == ["point_prolonged", "point_serious", "point_sudden"]


def test_a_call_that_is_still_out_when_the_conference_closes_is_void() -> None:
    hall = Hall().opened(4)
    hall.do(CloseQueue())
    hall.do(MoveToStep(7, "hết giờ"))
    entry = hall.ask("oanh", Motive.PROCEDURE, by="desk")
    hall.do(CallNext())
    hall.closed()
    assert hall.c.floor.prompt is None and hall.entry(entry).status is Status.REMOVED
    hall.refused("not_now", TakeFloor(entry), "oanh")


def test_closing_ends_the_speech_of_the_chair_at_the_same_instant() -> None:
    from moderation.floor import CallToAnswer

    hall = Hall().opened(4)
    hall.do(CloseQueue())
    hall.do(MoveToStep(7, "hết giờ"))
    hall.do(CallToAnswer("closing-word", "chair", "KN-1"))
    hall.refused("nobody_speaks", EndInterposition())
    hall.closed()
    assert hall.c.floor.main is None
    hall.refused("not_now", StopSpeech())
