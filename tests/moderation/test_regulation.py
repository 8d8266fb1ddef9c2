"""The clauses of the regulation that the live room carries, each by its number in the requirements (Art. 4, 9, 11, 12)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from moderation import Phase
from moderation.agenda import AppointSecretary, CloseConference, MoveToStep, Tick, conditions
from moderation.conclusion import AnswerPetitions, DeferPetition, Kind, SetOutcome
from moderation.conduct import Confirm, Ground, Propose, Refuse, Rung
from moderation.floor import AnswerInWriting, CallNext, ExtendTime, StopSpeech
from moderation.people import Join, Standing
from moderation.queue import CloseQueue, Enqueue, Motive
from moderation.view import me
from tests.moderation.hall import PLAN, Hall, people


@pytest.fixture
def hall() -> Hall:
    return Hall().opened(4)


def test_D4_3_only_the_chair_refuses_and_only_on_the_three_grounds(hall: Hall) -> None:
    hall.refused("not_allowed", Refuse("minh", Ground.UNDER_INFLUENCE, "say rượu"), "desk")
    hall.do(Propose("prop-1", Rung.REFUSE, "minh", "say rượu", Ground.UNDER_INFLUENCE), "desk")
    assert hall.person("minh").standing is Standing.JOINED, "a proposal waits for the chair"
    hall.do(Confirm("prop-1"))
    assert hall.person("minh").standing is Standing.REFUSED
    assert len(hall.lines("refused")) == 1, "the minutes have a line of it"
    assert {g.value for g in Ground} == {"no_capacity", "under_influence", "breach"}


def test_D9_1_without_a_secretary_there_is_no_step_two() -> None:
    hall = Hall().opened(1)
    hall.do(Tick("house_rules"), "office")
    hall.refused("conditions_unmet", MoveToStep(2), unmet=["secretaries"])
    hall.do(AppointSecretary("secretary"), "office")
    hall.do(MoveToStep(2))


def test_D9_2_the_time_of_the_chairs_statement_is_in_the_minutes() -> None:
    hall = Hall().opened(2)
    begun = hall.now
    hall.wait(60)
    for item in [i.id for i in hall.c.agenda.items.values() if i.step == 2]:
        hall.do(Tick(item))
    hall.do(MoveToStep(3))
    assert [line.at for line in hall.lines("step_opened")][-2:] == [begun, hall.now]


def test_D9_3_without_petitions_the_report_is_skipped_with_a_note() -> None:
    hall = Hall(replace(PLAN, petitions=())).opened(3)
    assert all(condition.met for condition in conditions(hall.c, 3))
    hall.do(MoveToStep(4, "không có kiến nghị gửi trước"))
    assert hall.c.agenda.step == 4


def test_D9_3_what_was_collected_before_is_answered_first() -> None:
    hall = Hall().opened(3)
    hall.refused("conditions_unmet", MoveToStep(4), unmet=["petitions_answered"])
    hall.do(AnswerPetitions(("KN-1",)), "office")
    hall.do(DeferPetition("KN-2", "phức tạp"))
    hall.do(MoveToStep(4))


def test_D9_4_hall_and_online_take_turns_and_the_reason_is_shown(hall: Hall) -> None:
    for person in ("minh", "hanh", "oanh"):
        hall.ask(person)
    assert hall.line[:2] == ["minh", "oanh"], "the online lane is next although a second person of the hall asked earlier"
    assert all(hall.why.values())


def test_D9_5_a_statement_without_an_answer_holds_up_the_conclusion(hall: Hall) -> None:
    speech = hall.speak("minh")
    hall.do(MoveToStep(6))
    hall.do(CloseQueue())
    hall.refused("conditions_unmet", MoveToStep(7), unmet=["statements_answered"])
    hall.do(AnswerInWriting(speech))
    hall.do(MoveToStep(7))


def test_D9_6_a_follow_up_belongs_to_an_answered_statement_and_is_shorter(hall: Hall) -> None:
    hall.refused("nothing_answered_yet", Enqueue("entry-1", "thêm", Motive.FOLLOW_UP), "minh")
    hall.speak("minh", answer=True)
    hall.do(MoveToStep(6))
    hall.ask("minh", Motive.FOLLOW_UP)
    hall.next()
    assert hall.left == 90_000


def test_D9_7_an_item_that_assigns_names_agency_and_time_limit(hall: Hall) -> None:
    hall.refused("outcome_needs_agency", SetOutcome("KL-1", Kind.ASSIGNED, ("KN-1",), "giao", due="2027-02-01"))
    hall.refused("outcome_needs_due", SetOutcome("KL-1", Kind.ASSIGNED, ("KN-1",), "giao", lead="police"))
    hall.do(SetOutcome("KL-1", Kind.EXPLAINED, ("KN-1",), "đã trả lời tại hội nghị"))


def test_D9_7_nothing_closes_without_an_outcome_for_everything(hall: Hall) -> None:
    hall.do(CloseQueue())
    hall.do(MoveToStep(7, "hết giờ"))
    hall.refused("conditions_unmet", CloseConference(), unmet=["outcomes"])
    hall.closed()
    assert hall.c.phase is Phase.CLOSED


def test_D11_1_the_chair_alone_gives_stops_and_lengthens_the_floor(hall: Hall) -> None:
    hall.ask("minh")
    for by in ("secretary", "office", "desk", "agency"):
        hall.refused("not_allowed", CallNext(), by)
    hall.next()
    for by in ("secretary", "office"):
        hall.refused("not_allowed", ExtendTime(60), by)
        hall.refused("not_allowed", StopSpeech(), by)
    hall.do(ExtendTime(60))
    hall.do(StopSpeech())


def test_D12_1_a_participant_reads_the_answer_to_their_own_opinion(hall: Hall) -> None:
    speech = hall.speak("oanh", answer=True)
    assert me(hall.c, "oanh")["spoken"] == [speech]
    assert hall.c.speeches[speech].answered_at is not None


def test_D12_2_nobody_asks_for_the_floor_before_accepting_the_house_rules() -> None:
    hall = Hall()
    for person in people():
        hall.do(person, "system")
    hall.refused("not_joined", Enqueue("entry-1", "đường ngập"), "oanh")
    hall.refused("rules_not_accepted", Join(True, False), "oanh")
    hall.do(Join(True, True), "oanh")
    hall.do(Enqueue("entry-1", "đường ngập"), "oanh")
