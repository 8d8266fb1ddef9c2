"""The floor (R22–R27)."""

from __future__ import annotations

import pytest

from moderation.agenda import MoveToStep, ResumeSession, TakeBreak
from moderation.conduct import Ground, LiftSilence, Refuse, SilenceAll
from moderation.floor import (
    AnswerInWriting,
    CallEntry,
    CallNext,
    CallToAnswer,
    CutSpeech,
    DeclineFloor,
    EndInterposition,
    ExtendTime,
    Interpose,
    MarkAnswered,
    MissPrompt,
    PauseClock,
    ResumeClock,
    StopSpeech,
    TakeFloor,
    Undo,
    YieldFloor,
    timers,
)
from moderation.kernel import SECOND
from moderation.people import ChangePresence, Channel
from moderation.queue import CloseQueue, EmptyQueue, Enqueue, Motive, MoveEntry, RemoveEntry, Status, Withdraw
from tests.moderation.hall import Hall


@pytest.fixture
def hall() -> Hall:
    return Hall().opened(4)


def test_r22_the_audience_hears_the_chair_and_who_has_the_floor(hall: Hall) -> None:
    assert hall.heard == {"chair"}
    hall.ask("minh"), hall.next()
    assert hall.heard == {"chair", "minh"}
    hall.do(Interpose("remark-1", "agency"))
    assert hall.heard == {"chair", "minh", "agency"}
    hall.do(StopSpeech())
    assert hall.heard == {"chair"}


def test_r22_in_the_opening_the_office_is_heard() -> None:
    hall = Hall().opened(1)
    assert hall.heard == {"chair", "office"}


def test_r23_calling_the_next_ends_the_current_speech_at_the_same_instant(hall: Hall) -> None:
    hall.ask("minh"), hall.ask("hanh"), hall.next(), hall.wait(50)
    first = str(hall.c.floor.main)
    hall.next()
    assert hall.c.speeches[first].ended_at == hall.c.speeches[str(hall.c.floor.main)].started_at == hall.now
    assert hall.c.speeches[first].ended == "next"


def test_r23_an_empty_queue_has_no_next(hall: Hall) -> None:
    hall.refused("queue_empty", CallNext())
    hall.refused("nobody_speaks", StopSpeech())
    hall.refused("nobody_speaks", YieldFloor(), "minh")
    hall.refused("nobody_speaks", ExtendTime(30))


def test_r23_an_agency_answers_in_the_same_way_tied_to_the_statement(hall: Hall) -> None:
    speech = hall.speak("minh")
    hall.do(CallToAnswer("answer-1", "agency", speech))
    assert hall.c.speeches[str(hall.c.floor.main)].answers == speech and hall.left == 300 * SECOND
    hall.wait(20), hall.do(YieldFloor(), "agency")
    assert hall.c.speeches[speech].answered_at == hall.now
    hall.refused("not_an_agency", CallToAnswer("answer-2", "hanh", speech))
    hall.refused("statement_unknown", CallToAnswer("answer-2", "agency", "S999"))


def test_r23_an_agency_can_answer_a_petition(hall: Hall) -> None:
    hall.answer("KN-1")
    assert hall.c.petitions["KN-1"].answered_at == hall.now


def test_citizens_speak_in_steps_four_to_six_and_procedure_any_time() -> None:
    hall = Hall().opened(2)
    hall.ask("minh")
    hall.refused("not_a_step_for_speaking", CallNext(), step=2)
    hall.ask("hanh", Motive.PROCEDURE)
    assert hall.next() == "hanh"


def test_r24_an_online_person_is_prompted_and_takes_the_floor_on_their_own_device(hall: Hall) -> None:
    entry = hall.ask("oanh")
    hall.do(CallNext())
    assert hall.c.floor.main is None and hall.c.floor.prompt and hall.c.floor.prompt.until == hall.now + 30 * SECOND
    hall.refused("not_yours", TakeFloor(entry), "phuc")
    hall.do(TakeFloor(entry), "oanh")
    assert hall.speaker == "oanh" and hall.c.floor.prompt is None


def test_r24_while_one_is_called_nobody_else_is(hall: Hall) -> None:
    hall.ask("oanh")
    other = hall.ask("minh")
    hall.do(CallEntry(hall.c.queue.entries[next(iter(hall.c.queue.entries))].id))
    hall.refused("somebody_is_called", CallNext())
    hall.refused("somebody_is_called", CallEntry(other))
    hall.refused("somebody_is_called", CallToAnswer("answer-1", "agency", "KN-1"))


def test_r24_a_missed_prompt_is_held_once_behind_the_next_one(hall: Hall) -> None:
    entry = hall.ask("oanh")
    hall.ask("minh"), hall.ask("hanh")
    hall.do(CallNext())
    hall.refused("too_early", MissPrompt(entry), "system")
    hall.wait(30), hall.do(MissPrompt(entry), "system")
    assert hall.line[:2] == ["minh", "oanh"] and hall.why["oanh"] == "held"


def test_r24_a_prompt_missed_twice_leaves_the_queue_and_a_line_in_the_minutes(hall: Hall) -> None:
    entry = hall.ask("oanh")
    for _ in range(2):
        hall.do(CallNext()), hall.wait(30), hall.do(MissPrompt(entry), "system")
    assert hall.entry(entry).status is Status.MISSED
    assert hall.lines("prompt_missed")
    hall.refused("not_called", MissPrompt(entry), "system")


def test_r24_the_called_person_may_decline(hall: Hall) -> None:
    entry = hall.ask("oanh")
    hall.do(CallNext()), hall.do(DeclineFloor(entry), "oanh")
    assert hall.c.floor.prompt is None and hall.line == []


def test_r24_somebody_on_the_telephone_is_called_aloud(hall: Hall) -> None:
    hall.register("caller", Channel.PHONE)
    hall.ask("caller", by="desk")
    hall.do(CallNext())
    assert hall.speaker == "caller"


def test_r24_the_next_three_are_made_ready(hall: Hall) -> None:
    from moderation.view import stage

    for who in ("minh", "hanh", "oanh", "phuc"):
        hall.ask(who)
    ready = stage(hall.c)
    assert set(hall.line[:3]) <= ready and hall.line[3] not in ready and "agency" in ready


def test_r25_an_interposition_pauses_the_speech_and_has_its_own_clock(hall: Hall) -> None:
    hall.ask("minh"), hall.next(), hall.wait(20)
    hall.do(Interpose("remark-1", "hanh"))
    hall.wait(15)
    assert hall.used == 20 * SECOND and hall.c.speeches["remark-1"].clock.read(hall.now) == 15 * SECOND
    hall.do(EndInterposition())
    hall.wait(5)
    assert hall.used == 25 * SECOND


def test_r25_several_interpositions_do_not_stack_up(hall: Hall) -> None:
    hall.ask("minh"), hall.next(), hall.wait(20)
    hall.do(Interpose("remark-1", "hanh")), hall.wait(5)
    hall.do(Interpose("remark-2", "quan")), hall.wait(7)
    assert [hall.c.speeches[f"remark-{n}"].clock.read(hall.now) for n in (1, 2)] == [5 * SECOND, 7 * SECOND]
    assert hall.used == 20 * SECOND


def test_r25_ending_the_main_speech_ends_the_interposition(hall: Hall) -> None:
    hall.ask("minh"), hall.next()
    hall.do(Interpose("remark-1", "hanh")), hall.wait(5)
    hall.do(StopSpeech())
    assert hall.c.speeches["remark-1"].ended_at == hall.now and hall.c.floor.interposed is None
    hall.refused("nobody_speaks", EndInterposition())


def test_r25_nobody_interrupts_themselves_or_from_outside(hall: Hall) -> None:
    hall.ask("minh"), hall.next()
    hall.refused("cannot_interpose", Interpose("remark-1", "minh"))
    hall.knock("guest")
    hall.refused("cannot_interpose", Interpose("remark-1", "guest"))
    hall.refused("bad_id", Interpose("S1000", "hanh"))


@pytest.mark.parametrize(("motive", "seconds"), [(Motive.STATEMENT, 180), (Motive.FOLLOW_UP, 90), (Motive.PROCEDURE, 60)])
def test_r26_the_time_allotted_depends_on_the_motive(hall: Hall, motive: Motive, seconds: int) -> None:
    hall.speak("minh", answer=True)
    hall.ask("minh", motive), hall.next()
    assert hall.left == seconds * SECOND


def test_r26_pause_resume_and_extra_time(hall: Hall) -> None:
    hall.ask("minh"), hall.next(), hall.wait(100)
    hall.do(PauseClock()), hall.wait(50)
    hall.refused("nothing_to_change", PauseClock())
    hall.do(ResumeClock()), hall.wait(10)
    hall.refused("nothing_to_change", ResumeClock())
    hall.do(ExtendTime(60))
    assert (hall.used, hall.left) == (110 * SECOND, 130 * SECOND)
    hall.refused("count_out_of_range", ExtendTime(0))


def test_r26_overtime_counts_up_and_is_remembered(hall: Hall) -> None:
    speech = hall.speak("minh", seconds=192)
    assert hall.c.speeches[speech].over and hall.c.speeches[speech].clock.used == 192 * SECOND
    in_time = hall.speak("hanh", seconds=180)
    assert not hall.c.speeches[in_time].over


def test_r26_the_soft_cut_comes_after_the_grace_and_not_before() -> None:
    hall = Hall(soft_cut_s=20).opened(4)
    hall.ask("minh"), hall.next(), hall.wait(30)
    hall.do(PauseClock()), hall.wait(100), hall.do(ResumeClock())
    (timer,) = timers(hall.c)
    assert timer.at == hall.now + (150 + 20) * SECOND
    hall.wait(169).refused("too_early", timer.command, "system")
    hall.wait(1), hall.do(timer.command, "system")
    assert hall.c.floor.main is None


def test_r9_a_lost_speaker_keeps_the_floor_for_the_grace() -> None:
    hall = Hall().opened(4)
    hall.do(ChangePresence("oanh", True), "system")
    hall.ask("oanh"), hall.next(), hall.wait(10)
    hall.do(ChangePresence("oanh", False), "system")
    (timer,) = timers(hall.c)
    assert isinstance(timer.command, CutSpeech) and timer.at == hall.now + 60 * SECOND
    hall.do(ChangePresence("oanh", True), "system")
    assert timers(hall.c) == ()


def test_r9_a_break_gives_a_lost_speaker_the_grace_anew(hall: Hall) -> None:
    hall.do(ChangePresence("oanh", True), "system")
    hall.ask("oanh"), hall.next()
    hall.do(ChangePresence("oanh", False), "system")
    hall.wait(10), hall.do(TakeBreak()), hall.wait(600), hall.do(ResumeSession())
    (timer,) = timers(hall.c)
    assert timer.at == hall.now + 60 * SECOND


def test_the_venue_yields_for_its_own_speaker_only(hall: Hall) -> None:
    hall.register("east-1", Channel.VENUE, "east")
    hall.ask("east-1", by="op-east"), hall.next()
    hall.refused("other_venue", YieldFloor(), "op-west")
    hall.refused("not_yours", YieldFloor(), "minh")
    hall.do(YieldFloor(), "op-east")
    assert hall.c.floor.main is None


def test_a_statement_is_answered_aloud_or_in_writing_once(hall: Hall) -> None:
    first, second = hall.speak("minh"), hall.speak("hanh")
    hall.do(MarkAnswered(first), "secretary"), hall.do(AnswerInWriting(second))
    assert all(s.dealt_with for s in hall.c.statements())
    hall.refused("nothing_to_change", MarkAnswered(first), "secretary")
    hall.refused("nothing_to_change", AnswerInWriting(second))
    hall.refused("statement_unknown", MarkAnswered("S999"), "secretary")


# --- undo (R27) ---------------------------------------------------------------------------------------------------------


def test_r27_undoing_a_call_gives_the_floor_back_with_its_clock(hall: Hall) -> None:
    hall.ask("minh"), hall.ask("hanh"), hall.next(), hall.wait(70)
    speech, line = hall.c.floor.main, hall.line
    hall.do(CallNext()), hall.wait(9)
    wrong = str(hall.c.floor.main)
    hall.do(Undo())
    assert hall.c.floor.main == speech and hall.line == line and hall.used == 70 * SECOND
    assert hall.c.speeches[wrong].undone and hall.c.minutes.lines[f"M{wrong[1:]}"].struck
    hall.wait(3)
    assert hall.used == 73 * SECOND


def test_r27_a_call_and_its_acceptance_are_one_act(hall: Hall) -> None:
    entry = hall.ask("oanh")
    hall.next(), hall.wait(5)
    hall.do(Undo())
    assert hall.entry(entry).status is Status.WAITING and hall.c.floor.prompt is None and hall.c.floor.main is None


def test_r27_an_act_between_call_and_acceptance_does_not_become_one_with_it(hall: Hall) -> None:
    called, first, second = hall.ask("oanh"), hall.ask("minh"), hall.ask("hanh")
    hall.do(CallEntry(called))
    hall.do(MoveEntry(second, first))
    hall.do(TakeFloor(called), "oanh")
    hall.do(Undo())
    assert hall.line == ["hanh", "minh"]
    assert hall.c.floor.prompt and hall.c.floor.prompt.entry == called


def test_r27_moves_closures_and_emptying_are_undone(hall: Hall) -> None:
    first, second = hall.ask("minh"), hall.ask("hanh")
    hall.do(MoveEntry(second, first)), hall.do(Undo())
    assert hall.line == ["minh", "hanh"]
    hall.do(EmptyQueue()), hall.do(Undo())
    assert hall.line == ["minh", "hanh"]
    hall.do(CloseQueue()), hall.do(Undo())
    assert hall.c.queue.open


def test_r27_who_joined_the_queue_in_the_meantime_stays(hall: Hall) -> None:
    hall.ask("minh")
    hall.do(EmptyQueue())
    hall.ask("hanh")
    hall.do(Undo())
    assert hall.line == ["minh", "hanh"]


def test_r27_who_asked_again_in_the_meantime_has_the_older_place_only(hall: Hall) -> None:
    old = hall.ask("minh")
    hall.do(RemoveEntry(old))
    hall.ask("hanh")
    new = hall.ask("minh")
    hall.do(Undo())
    assert hall.line == ["minh", "hanh"] and hall.entry(new).status is Status.WITHDRAWN


def test_r27_who_is_called_again_by_an_undo_waits_only_once(hall: Hall) -> None:
    called, first, second = hall.ask("oanh"), hall.ask("minh"), hall.ask("hanh")
    hall.do(CallEntry(called)), hall.do(MoveEntry(second, first)), hall.do(TakeFloor(called), "oanh")
    again = hall.ask("oanh")
    hall.do(Undo())
    assert hall.entry(called).status is Status.CALLED and hall.entry(again).status is Status.WITHDRAWN


def test_r27_an_act_stays_undoable_until_something_touches_what_it_touched(hall: Hall) -> None:
    entry = hall.ask("minh")
    hall.next()
    hall.ask("quan")
    assert hall.c.last is not None
    speech = str(hall.c.floor.main)
    hall.do(MarkAnswered(speech), "secretary")
    hall.refused("nothing_to_undo", Undo())
    assert hall.entry(entry).status is Status.SPEAKING


def test_r27_undo_is_not_undone(hall: Hall) -> None:
    hall.ask("minh"), hall.do(EmptyQueue()), hall.do(Undo())
    hall.refused("nothing_to_undo", Undo())


def test_r27_a_new_chapter_of_the_agenda_closes_the_book_on_the_old(hall: Hall) -> None:
    hall.do(CloseQueue())
    hall.do(MoveToStep(7, "hết giờ"))
    hall.refused("nothing_to_undo", Undo())


def test_r27_a_speech_stopped_in_the_break_runs_again_when_that_is_undone_after_it(hall: Hall) -> None:
    hall.ask("minh"), hall.next(), hall.wait(30)
    hall.do(TakeBreak()), hall.do(StopSpeech()), hall.wait(60), hall.do(ResumeSession())
    hall.do(Undo())
    assert hall.used == 30 * SECOND
    hall.wait(2)
    assert hall.used == 32 * SECOND


def test_r27_a_refusal_cannot_be_undone_only_taken_back(hall: Hall) -> None:
    hall.ask("minh"), hall.next()
    hall.do(Refuse("minh", Ground.NO_CAPACITY, "không đủ năng lực"))
    hall.refused("nothing_to_undo", Undo())


def test_r27_extra_time_is_undone_with_the_clock_where_it_stood(hall: Hall) -> None:
    hall.ask("minh"), hall.next(), hall.wait(10)
    hall.do(ExtendTime(60)), hall.wait(4), hall.do(Undo())
    assert (hall.used, hall.left) == (10 * SECOND, 170 * SECOND)


def test_r34_who_gets_the_floor_in_silence_loses_no_time(hall: Hall) -> None:
    hall.do(SilenceAll())
    hall.ask("minh", by="desk"), hall.next(), hall.wait(30)
    assert hall.used == 0 and hall.heard == {"chair"}
    hall.do(LiftSilence()), hall.wait(1)
    assert hall.used == 1 * SECOND


def test_a_withdrawn_entry_cannot_be_called(hall: Hall) -> None:
    entry = hall.ask("minh")
    hall.do(Withdraw(entry), "minh")
    hall.refused("entry_not_waiting", CallEntry(entry))
    hall.refused("id_taken", Enqueue(entry, "lại"), "minh")
