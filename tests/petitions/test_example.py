"""The worked example, taken the whole way by the services of the office: what the room and the reports get."""

from __future__ import annotations

from server.demo.example import petition_of
from server.petitions.told import answers, for_room, out_of_scope_count, synthesis
from tests.office.ward import CASE, Ward
from tests.petitions.seeding import seed_petitions
from tests.petitions.slips import store


def test_D8_2b_the_room_and_the_reports_get_what_the_example_says(ward: Ward) -> None:
    expected = ward.example["expected_statistics"]
    with ward.work() as w:
        seed_petitions(w, ward.example, CASE, ward.parts.keys, store(ward))
        plans, told, answered = for_room(w, CASE), synthesis(w, CASE), answers(w, CASE)
        assert out_of_scope_count(w, CASE) == expected["out_of_scope"]
    assert plans == tuple(petition_of(given) for given in ward.example["petitions"])
    assert (told["accepted"], told["opinions"], told["merged"], told["received"]) == (expected["petitions_before"], 14, 2, 16)
    assert {line["code"]: line["opinions_text"] for line in told["petitions"]}["KN-02"] == "3 ý kiến"
    assert sum(field["count"] for field in told["fields"]) == expected["petitions_before"]
    assert told["beyond_authority"] == ["KN-09", "KN-12"]
    assert [(one["code"], one["kind"]) for one in told["referred"]] == [("NP-01", "Khiếu nại"), ("NP-02", "Tố cáo")]
    assert (len(answered["answered"]), answered["unanswered"]) == (expected["petitions_before"], [])


def test_D8_2c_before_the_answers_are_checked_the_room_has_none(ward: Ward) -> None:
    with ward.work() as w:
        seed_petitions(w, ward.example, CASE, ward.parts.keys, store(ward), answered=False)
        assert {plan.prepared_answer for plan in for_room(w, CASE)} == {""}
        assert [line["code"] for line in answers(w, CASE)["unanswered"]] == [given["id"] for given in ward.example["petitions"]]
