"""Petitions and the conclusion (R40, R41)."""

from __future__ import annotations

import pytest

from moderation.conclusion import AnswerPetitions, DeferPetition, DropOutcome, ExtendNotice, Kind, RaisePetition, SetOutcome
from moderation.statistics import statistics
from tests.moderation.hall import Hall


@pytest.fixture
def hall() -> Hall:
    return Hall().opened(4)


def outcome(kind: Kind, *about: str, id: str = "KL-1", **more: object) -> SetOutcome:
    return SetOutcome(id, kind, about, "kết luận", **more)  # type: ignore[arg-type]


def test_r40_there_are_six_outcomes_and_each_asks_for_what_it_needs(hall: Hall) -> None:
    assert len(Kind) == 6
    for kind in (Kind.ASSIGNED, Kind.TO_STUDY):
        hall.refused("outcome_needs_agency", outcome(kind, "KN-1", due="2027-02-01"))
        hall.refused("outcome_needs_due", outcome(kind, "KN-1", lead="police"))
        hall.refused("bad_date", outcome(kind, "KN-1", lead="police", due="01/02/2027"))
        hall.refused("bad_date", outcome(kind, "KN-1", lead="police", due="2027-02-30"))
    hall.refused("outcome_needs_receiver", outcome(Kind.BEYOND_AUTHORITY, "KN-2"))
    hall.do(outcome(Kind.BEYOND_AUTHORITY, "KN-2", to="city"))
    for n, kind in enumerate((Kind.ACCEPTED, Kind.SETTLED, Kind.EXPLAINED)):
        hall.do(outcome(kind, hall.speak(("minh", "hanh", "quan")[n]), id=f"KL-{n + 2}"), "secretary")


def test_r40_one_outcome_for_each_thing(hall: Hall) -> None:
    hall.do(outcome(Kind.ACCEPTED, "KN-1"))
    hall.refused("has_an_outcome", outcome(Kind.EXPLAINED, "KN-1", id="KL-2"), about="KN-1", outcome="KL-1")
    hall.refused("outcome_about_nothing", outcome(Kind.EXPLAINED, id="KL-2"))
    hall.refused("statement_unknown", outcome(Kind.EXPLAINED, "S999", id="KL-2"))
    hall.refused("body_unknown", outcome(Kind.EXPLAINED, "KN-2", id="KL-2", coordinating=("circus",)))


def test_r40_a_statement_is_covered_with_its_petition_or_the_one_it_raised(hall: Hall) -> None:
    hall.ask("minh", petition="KN-1"), hall.next()
    bare = hall.speak("hanh")
    assert hall.c.without_outcome() == ["KN-1", "KN-2", hall.c.turns()[0].id, bare]
    hall.do(outcome(Kind.ACCEPTED, "KN-1"))
    hall.do(RaisePetition("KN-3", bare, "Sửa đèn"), "desk")
    assert hall.c.without_outcome() == ["KN-2", "KN-3", bare]
    hall.do(outcome(Kind.ACCEPTED, "KN-3", id="KL-2"))
    assert hall.c.without_outcome() == ["KN-2"]


def test_r40_a_stale_save_overwrites_nothing(hall: Hall) -> None:
    hall.do(outcome(Kind.ACCEPTED, "KN-1"))
    hall.refused("stale", outcome(Kind.EXPLAINED, "KN-1"), version=1, text="kết luận", by="chair")
    hall.refused("stale", DropOutcome("KL-1", 0))
    hall.do(outcome(Kind.EXPLAINED, "KN-1", version=1))
    hall.do(DropOutcome("KL-1", 2))
    hall.refused("outcome_unknown", DropOutcome("KL-1", 2))


def test_r41_the_notice_takes_15_days_only_on_a_ground(hall: Hall) -> None:
    hall.refused("no_ground_to_extend", ExtendNotice("beyond_authority", "vượt thẩm quyền"))
    hall.do(outcome(Kind.BEYOND_AUTHORITY, "KN-2", to="city"))
    assert hall.c.notice_days() == 10
    hall.do(ExtendNotice("beyond_authority", "phải kiến nghị thành phố"))
    assert hall.c.notice_days() == 15 and hall.lines("notice_extended")
    hall.refused("nothing_to_change", ExtendNotice("beyond_authority", "lần nữa"))


def test_r41_a_complex_petition_or_one_to_be_studied_is_a_ground(hall: Hall) -> None:
    hall.do(outcome(Kind.TO_STUDY, "KN-1", lead="police", due="2027-03-01"))
    hall.refused("no_ground_to_extend", ExtendNotice("beyond_authority", "x"), grounds=["complex"])
    hall.do(ExtendNotice("complex", "liên quan nhiều cơ quan"))
    assert hall.c.notice_days() == 15


def test_r41_complexity_is_that_of_the_petition() -> None:
    hall = Hall().opened(4)
    hall.do(outcome(Kind.EXPLAINED, "KN-2"))
    hall.do(ExtendNotice("complex", "phức tạp"))
    assert hall.c.notice_ground == "complex"


def test_a_report_answers_with_the_prepared_text_or_its_own() -> None:
    hall = Hall().opened(3)
    hall.refused("no_prepared_answer", AnswerPetitions(("KN-2",)), "agency")
    hall.do(AnswerPetitions(("KN-1",)), "agency")
    assert (hall.c.petitions["KN-1"].answer, hall.c.petitions["KN-1"].answered_by) == ("Sẽ nạo vét.", "police")
    hall.refused("already_answered", AnswerPetitions(("KN-1",)), "agency")
    hall.refused("nobody_named", AnswerPetitions(()), "agency")
    hall.refused("petition_unknown", AnswerPetitions(("KN-9",)), "agency")
    hall.refused("nothing_to_change", DeferPetition("KN-1", "thêm"))
    hall.do(AnswerPetitions(("KN-2",), by="city", answer="Sẽ trình."), "office")
    assert hall.c.petitions["KN-2"].answered_by == "city"


def test_a_new_petition_is_raised_by_a_speech(hall: Hall) -> None:
    speech = hall.speak("minh")
    hall.refused("id_taken", RaisePetition("KN-1", speech, "x"), "desk")
    hall.refused("statement_unknown", RaisePetition("KN-3", "S9", "x"), "desk")
    hall.do(RaisePetition("KN-3", speech, "Sửa đèn", "Chiếu sáng"), "desk")
    assert hall.c.petitions["KN-3"].raised_by == speech


def test_the_figures_are_counted_from_what_happened(hall: Hall) -> None:
    hall.speak("minh", 200, answer=True), hall.speak("oanh")
    hall.ask("hanh", by="desk"), hall.next()
    hall.do(outcome(Kind.SETTLED, "KN-1")), hall.do(outcome(Kind.BEYOND_AUTHORITY, "KN-2", id="KL-2", to="city"))
    figures = statistics(hall.c)
    expected = {"speakers_total": 3, "speakers_hall": 2, "speakers_online": 1, "speakers_registered_on_behalf": 1, "speeches_over_limit": 1}
    expected |= {"answered_at_conference": 1, "escalated": 1, "external": 0, "conclusions": 2, "refusals": 0, "petitions_total": 2}
    assert expected.items() <= figures.items()
