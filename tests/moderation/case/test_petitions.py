"""The rules of petitions: states, scope, groups, merging, answers."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation import Refusal
from moderation.case.petitions import (
    ANSWER_FOLLOWS,
    ELSEWHERE,
    FOLLOWS,
    IN_DIALOGUE,
    OPEN,
    AnswerState,
    Kind,
    Sender,
    Standing,
    State,
    answer_step,
    before_merging,
    collects,
    declared,
    is_late,
    kept_source,
    may_ask_to_speak,
    may_merge,
    opinions,
    shown_as,
    step,
)
from moderation.case.stages import Stage


@given(st.sampled_from(State), st.sampled_from(State))
def test_only_what_the_table_says_follows(now: State, then: State) -> None:
    if then is now or then in FOLLOWS[now]:
        assert step(now, then) is then
    else:
        with pytest.raises(Refusal, match="petition_does_not_follow"):
            step(now, then)


def test_every_state_is_reached_and_a_released_answer_is_never_taken_out_of_the_dialogue() -> None:
    assert frozenset[State]().union(*FOLLOWS.values()) == set(State)
    assert FOLLOWS[State.RELEASED] <= set(IN_DIALOGUE)
    assert set(OPEN) | set(IN_DIALOGUE) | {State.REFERRED, State.MERGED} == set(State)


def test_D1_2_complaints_denunciations_and_receptions_go_elsewhere() -> None:
    assert {Kind.COMPLAINT, Kind.DENUNCIATION, Kind.RECEPTION} <= set(ELSEWHERE)
    assert State.REFERRED not in IN_DIALOGUE


def test_D1_3_voters_contact_goes_elsewhere() -> None:
    assert Kind.VOTERS in ELSEWHERE


def test_D2_2_a_group_speaks_only_through_a_representative_with_authority() -> None:
    group = Sender("38 hộ khu Bãi Triều", is_group=True)
    with pytest.raises(Refusal) as unnamed:
        may_ask_to_speak(group)
    with pytest.raises(Refusal) as without_paper:
        may_ask_to_speak(Sender(group.name, is_group=True, representative="Bà Nguyễn Thị Hoa"))
    assert (unnamed.value.code, unnamed.value.details["field"]) == ("representative_needed", "representative")
    assert without_paper.value.details["field"] == "authority"
    may_ask_to_speak(Sender(group.name, is_group=True, representative="Bà Nguyễn Thị Hoa", authority="Biên bản họp ngày 20/12/2026"))
    may_ask_to_speak(Sender("Nguyễn Thị Hoa"))


def test_D12_3_nothing_is_taken_without_the_declaration() -> None:
    with pytest.raises(Refusal, match="declaration_needed"):
        declared(False)
    declared(True)


def test_D8_2a_what_was_written_on_behalf_says_by_whom() -> None:
    with pytest.raises(Refusal, match="writer_needed"):
        kept_source("on_behalf", "", "Tổ trưởng Tổ dân phố số 7")
    with pytest.raises(Refusal, match="writer_needed"):
        kept_source("on_behalf", "account", "")
    with pytest.raises(Refusal, match="source_unknown"):
        kept_source("rumour", "account", "")
    kept_source("on_behalf", "account", "Tổ trưởng Tổ dân phố số 7")
    kept_source("web_form", "", "")


@pytest.mark.parametrize(
    ("sender", "shown"),
    [
        (Sender("Nguyễn Thị Hoa", "Tổ dân phố số 5"), "Công dân Tổ dân phố số 5"),
        (Sender("Nguyễn Thị Hoa", "Tổ dân phố số 5", publish_name=True), "Nguyễn Thị Hoa"),
        (Sender("Lê Văn Minh", "Tổ dân phố số 5", birth_year=2015, publish_name=True), "Công dân Tổ dân phố số 5"),
        (Sender("Các hộ ngõ 12 phố Cầu Mây", "Tổ dân phố số 2", is_group=True), "Các hộ ngõ 12 phố Cầu Mây"),
        (Sender("Nguyễn Thị Hoa"), "Công dân"),
    ],
)
def test_the_public_reads_a_name_only_with_consent_and_never_a_childs(sender: Sender, shown: str) -> None:
    assert shown_as(sender, 2026) == shown


IDS = [f"p{n}" for n in range(8)]


@given(st.lists(st.integers(min_value=-1, max_value=7), min_size=8, max_size=8))
def test_D8_2b_merging_loses_no_opinion(into: list[int]) -> None:
    """Each petition merged into an earlier one (no circles): the counts add up to all that came."""
    merged = {id: (IDS[to] if 0 <= to < place else None) for place, (id, to) in enumerate(zip(IDS, into, strict=True))}
    counts = opinions(merged)
    assert sum(counts.values()) == len(IDS)
    assert set(counts) == {id for id, to in merged.items() if to is None}


def test_D8_2b_three_told_as_one_are_three_opinions() -> None:
    assert opinions({"a": None, "b": "a", "c": "a", "d": None}) == {"a": 3, "d": 1}
    assert opinions({"a": "b", "b": "a"}) == {}


def test_D8_2b_what_may_be_merged() -> None:
    into = Standing("a", "DT-1", State.ACCEPTED)
    may_merge(into, [Standing("b", "DT-1", State.RECEIVED), Standing("c", "DT-1", State.ASSIGNED)])
    for other, code in [
        (into, "merge_with_itself"),
        (Standing("b", "DT-2", State.RECEIVED), "merge_across_conferences"),
        (Standing("b", "DT-1", State.RELEASED), "merge_what_is_settled"),
        (Standing("b", "DT-1", State.REFERRED), "merge_what_is_settled"),
        (Standing("b", "DT-1", State.MERGED, "x"), "merge_what_is_settled"),
    ]:
        with pytest.raises(Refusal, match=code):
            may_merge(into, [other])
    with pytest.raises(Refusal, match="merge_into_what_is_not_open"):
        may_merge(Standing("a", "DT-1", State.MERGED, "x"), [Standing("b", "DT-1", State.RECEIVED)])


@given(st.sampled_from(["kthtdt", None]), st.sampled_from([*Kind, None]))
def test_D8_2b_what_is_taken_out_of_a_merger_goes_back_to_where_it_was(lead: str | None, kind: Kind | None) -> None:
    assert step(State.MERGED, before_merging(lead, kind)) in (State.RECEIVED, State.ACCEPTED, State.ASSIGNED)


@given(st.sampled_from(AnswerState), st.sampled_from(AnswerState))
def test_D8_2c_answers_go_by_their_table(now: AnswerState, then: AnswerState) -> None:
    if then in ANSWER_FOLLOWS[now]:
        assert answer_step(now, then) is then
    else:
        with pytest.raises(Refusal, match="answer_does_not_follow"):
            answer_step(now, then)


def test_D8_2c_only_a_checked_answer_is_released() -> None:
    assert [now for now, then in ANSWER_FOLLOWS.items() if AnswerState.RELEASED in then] == [AnswerState.CHECKED]


def test_D8_2c_an_answer_is_late_the_day_after_it_was_due() -> None:
    assert not is_late(State.ASSIGNED, "2027-01-08", date(2027, 1, 8))
    assert is_late(State.ASSIGNED, "2027-01-08", date(2027, 1, 9))
    assert not is_late(State.DRAFTED, "2027-01-08", date(2027, 1, 9))
    assert not is_late(State.ASSIGNED, None, date(2027, 1, 9))


def test_opinions_are_collected_in_their_time_alone() -> None:
    first, last = "2026-12-16", "2026-12-30"
    assert not collects(Stage.COLLECTING, first, last, date(2026, 12, 15))
    assert collects(Stage.COLLECTING, first, last, date(2026, 12, 30))
    assert not collects(Stage.COLLECTING, first, last, date(2026, 12, 31))
    assert not collects(Stage.DRAFT, first, last, date(2026, 12, 20))
    assert collects(Stage.APPROVED, None, None, date(2026, 12, 20))
