"""The worked example, played to the end by the rules alone."""

from __future__ import annotations

import pytest

from moderation import Phase
from moderation.conclusion import Kind
from moderation.people import Standing
from moderation.statistics import statistics
from server.demo.example import moment, read
from server.rehearsal.script import Script
from tests.moderation.example import played
from tests.moderation.hall import Hall
from tests.moderation.watch import check_state, check_views

DATA = read()
LIVE = DATA["live"]


def at(clock: str) -> int:
    return moment(DATA["conference"]["date"], clock)


@pytest.fixture(scope="module")
def play() -> tuple[Hall, Script]:
    return played()


@pytest.fixture(scope="module")
def hall(play: tuple[Hall, Script]) -> Hall:
    return play[0]


def test_the_figures_are_those_expected(hall: Hall) -> None:
    assert statistics(hall.c) == DATA["expected_statistics"]


def test_the_minutes_end_signed_and_frozen(hall: Hall) -> None:
    assert hall.c.phase is Phase.FROZEN
    assert [s.person for s in hall.c.minutes.signatures] == ["secretary", "chair"]
    check_state(hall.c, hall.now)
    check_views(hall.c)


def test_the_natural_order_of_the_queue_is_that_of_the_example(hall: Hall) -> None:
    spoke = [s.entry for s in hall.c.statements()]
    assert spoke == [s["id"] for s in sorted(DATA["speakers"], key=lambda s: s["order"])]


def test_every_speech_begins_and_ends_when_the_example_says(hall: Hall) -> None:
    speeches = {s.entry: s for s in hall.c.turns()}
    for e in LIVE:
        if e["type"] == "speech_start":
            assert speeches[e["speaker"]].started_at == at(e["at"])
        elif e["type"] == "speech_end":
            speech = speeches[e["speaker"]]
            assert (speech.ended_at, speech.clock.used) == (at(e["at"]), e["seconds"] * 1_000)
            assert speech.over is e.get("over_limit", False)
        elif e["type"] == "follow_up":
            assert speeches[f"TD-{e['speaker']}"].clock.used == e["seconds"] * 1_000


def test_the_steps_have_the_times_of_the_example(hall: Hall) -> None:
    steps = hall.view("citizen")["agenda"]["steps"]
    for a in DATA["agenda"]:
        start = next((e["at"] for e in LIVE if e["type"] == "step" and e["step"] == a["step"]), a["start"])
        assert abs(steps[str(a["step"])]["start"] - at(start)) <= 1_000, a["step"]
        assert abs(steps[str(a["step"])]["end"] - at(a["end"])) <= 1_000, a["step"]


def test_the_lost_venue_is_in_the_minutes_and_came_back(hall: Hall) -> None:
    reports = [(m.at, m.params["venue"], m.params["status"]) for m in hall.lines("venue_reported")]
    assert reports == [(at("13:36:40"), "DC-03", "no_sound"), (at("13:40:10"), "DC-03", "stable")]
    assert hall.c.venues["DC-03"].count == 29


def test_account_29_is_reminded_first_and_then_refused(hall: Hall) -> None:
    (reminder,), (refusal,) = hall.c.conduct.reminders, hall.c.conduct.refusals
    assert (reminder.person, reminder.at) == ("cit-29", at("15:19:20"))
    assert (refusal.person, refusal.at, refusal.ground, refusal.decided_by) == ("cit-29", at("15:21:05"), "breach", "chair")
    assert hall.person("cit-29").standing is Standing.REFUSED


def test_a_new_petition_was_raised_and_has_its_outcome(hall: Hall) -> None:
    raised = hall.c.petitions["KN-13"]
    assert hall.c.speeches[str(raised.raised_by)].person == "cit-PB-3"
    assert hall.c.outcomes["KL-11"].about == ("KN-13",)


def test_every_statement_was_answered_by_whom_the_example_says(hall: Hall) -> None:
    answers = {hall.c.speeches[str(s.answers)].entry: s for s in hall.c.speeches.values() if s.answers}
    for e in LIVE:
        if e["type"] == "answer":
            who = "chair" if e["by"] == "chair" else f"agency-{e['by']}"
            assert (answers[e["to"]].person, answers[e["to"]].started_at) == (who, at(e["at"]))


def test_the_conclusion_covers_everything_and_sends_two_on(hall: Hall) -> None:
    assert hall.c.without_outcome() == []
    assert {o.to for o in hall.c.outcomes.values() if o.kind is Kind.BEYOND_AUTHORITY} == {"nuoc", "ubndtp"}
    assert [o.text for o in hall.c.outcomes.values()] == [k["text"] for k in DATA["conclusions"]]


def test_what_was_said_is_in_the_minutes_word_for_word(hall: Hall) -> None:
    written = {m.text for m in hall.c.minutes.lines.values()}
    assert {e["text"] for e in LIVE if "text" in e} <= written


def test_the_acts_are_in_order_of_time(play: tuple[Hall, Script]) -> None:
    times = [act.at for act in play[1].steps]
    assert times == sorted(times) and play[1].id == "DT-2027-01"


def test_half_way_the_screens_show_who_speaks() -> None:
    hall, _ = played(until=at("14:36:00"))
    floor = hall.view("display")["floor"]
    assert floor["speech"]["name"] == "Công dân Tổ dân phố số 9 đang làm việc xa nhà" and floor["speech"]["topic"] == "Trường mầm non quá tải"
    assert [e["person"] for e in hall.view("citizen")["queue"]["next"]] == ["cit-PB-3", "cit-PB-4", "cit-PB-5"]
    assert len(hall.view("citizen")["captions"]) == 2
