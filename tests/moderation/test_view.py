"""What each one sees (R42–R44)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation import Identity, Role
from moderation.agenda import TakeBreak
from moderation.conduct import Ground, Propose, Refuse, Remind, Rung, SilenceAll
from moderation.floor import CallNext, Interpose
from moderation.minutes import WriteLine
from moderation.people import AddPerson, ChangeFormat, Channel, HandGavel, Join, Knock
from moderation.view import Programme, audience, diff, me, merge, programme, view
from tests.moderation.hall import Hall
from tests.moderation.watch import AUDIENCES, check_views, leaves, strangers


@pytest.fixture
def hall() -> Hall:
    return Hall().opened(4)


def test_r42_citizens_see_step_speaker_clock_queue_and_counts(hall: Hall) -> None:
    hall.speak("minh", answer=True)
    hall.ask("hanh"), hall.next(), hall.ask("oanh")
    seen = hall.view("citizen")
    assert seen["agenda"]["step"] == 4 and seen["floor"]["speech"]["person"] == "hanh" and seen["floor"]["speech"]["since"] == hall.now - 1_000
    assert seen["queue"]["waiting"] == 1 and seen["counts"]["statements"] == 2 and seen["counts"]["answered"] == 1
    assert seen["rules"] == list(hall.c.plan.house_rules)


def test_r42_ones_own_place_reason_and_estimate(hall: Hall) -> None:
    hall.ask("minh"), hall.ask("oanh")
    (entry,) = me(hall.c, "oanh")["entries"]
    assert (entry["place"], entry["why"], entry["ahead"]) == (2, "longest", 270_000)


def test_r42_citizens_and_the_display_never_get_what_is_private(hall: Hall) -> None:
    hall.do(Knock("guest", Identity("§Khách trong sảnh", "Tổ 1", "§0911")), "system")
    hall.do(Remind("minh", "§nhắc")), hall.do(Propose("prop-1", Rung.REFUSE, "hanh", "§đề xuất", Ground.BREACH, 1), "desk")
    hall.do(Refuse("quan", Ground.UNDER_INFLUENCE, "§say rượu")), hall.do(WriteLine("line-1", "§nháp"), "secretary")
    check_views(hall.c)
    assert "§nháp" in set(leaves(hall.view("secretary"))) and "§đề xuất" in set(leaves(hall.view("chair")))


def test_r42_the_list_of_what_is_allowed_would_notice_a_stranger(hall: Hall) -> None:
    leaky = hall.view("citizen") | {"lobby": {}, "chair": {"phone": "§0900000001"}}
    assert set(strangers(leaky)) == {"lobby", "chair.phone"}


def test_r42_telephone_numbers_are_for_those_who_call(hall: Hall) -> None:
    assert hall.view("desk")["people"]["minh"]["phone"] == "§090000010"
    assert "phone" not in hall.view("chair")["people"]["minh"] and "phone" not in hall.view("secretary")["people"]["minh"]


def test_r42_an_operator_sees_the_people_of_the_own_venue(hall: Hall) -> None:
    hall.register("east-1", Channel.VENUE, "east")
    assert set(hall.view("operator:east")["people"]) == {"op-east", "east-1"}


def test_r43_joining_changes_nothing_for_the_audience(hall: Hall) -> None:
    before = view(hall.c, "citizen")
    hall.register("late")
    hall.do(Join(True, True), "oanh")
    assert diff(before, view(hall.c, "citizen")) == {}


def test_r44_the_display_has_speaker_area_topic_clock_and_the_next_three(hall: Hall) -> None:
    for who in ("minh", "hanh", "oanh", "phuc", "quan"):
        hall.ask(who)
    hall.next()
    shown = hall.view("display")
    assert {"name", "area", "topic", "allotted", "used", "since"} <= set(shown["floor"]["speech"])
    assert [e["person"] for e in shown["queue"]["next"]] == hall.line[:3]
    assert shown["venue_states"].keys() == {"main", "east", "west"}


def test_r24_who_is_called_and_who_is_near_is_told(hall: Hall) -> None:
    entry = hall.ask("oanh")
    assert me(hall.c, "oanh")["near"] and me(hall.c, "oanh")["on_stage"]
    hall.do(CallNext())
    assert me(hall.c, "oanh")["prompt"] == {"entry": entry, "until": hall.now + 30_000}
    assert "prompt" not in me(hall.c, "phuc")


def test_r6_the_audience_of_a_person_depends_on_standing_and_role(hall: Hall) -> None:
    hall.knock("guest")
    assert audience(hall.person("guest")) == "lobby" and audience(hall.person("op-east")) == "operator:east"
    assert audience(hall.person("minh"), "chair") == "citizen"
    assert me(hall.c, "guest")["standing"] == "lobby"


def test_r4_the_programme_follows_format_and_floor(hall: Hall) -> None:
    hall.ask("minh"), hall.next()
    assert programme(hall.c) == Programme(frozenset({"chair", "venue:main"}), "venue:main", "venue:main")
    hall.ask("oanh"), hall.next()
    hall.do(Interpose("remark-1", "agency"))
    assert programme(hall.c) == Programme(frozenset({"chair", "venue:main", "oanh", "agency"}), "agency", "venue:main")
    hall.do(ChangeFormat("online"))
    assert programme(hall.c).hall == "chair"
    hall.do(ChangeFormat("in_person"))
    assert programme(hall.c) == Programme()


def test_r22_the_chair_in_the_hall_is_heard_through_the_hall(hall: Hall) -> None:
    hall.ask("oanh"), hall.next()
    assert programme(hall.c).heard == {"chair", "venue:main", "oanh"}
    hall.do(SilenceAll())
    assert programme(hall.c).heard == {"chair", "venue:main"}
    hall.do(ChangeFormat("online"))
    assert programme(hall.c).heard == {"chair"}


def test_r22_the_hall_is_not_heard_when_the_chair_is_elsewhere(hall: Hall) -> None:
    hall.do(AddPerson("chair-far", (Role.CHAIR,), Identity("Phó Bí thư"), Channel.ONLINE), "system"), hall.do(Join(True, True), "chair-far")
    hall.do(HandGavel("chair-far"))
    assert programme(hall.c).heard == {"chair-far"}
    hall.ask("minh"), hall.do(CallNext(), "chair-far")
    assert programme(hall.c).heard == {"chair-far", "venue:main"}


def test_r13_in_a_break_nothing_is_heard_or_shown(hall: Hall) -> None:
    hall.do(TakeBreak())
    assert programme(hall.c) == Programme()


def test_a_venue_is_one_source(hall: Hall) -> None:
    hall.register("east-1", Channel.VENUE, "east")
    hall.ask("east-1", by="desk"), hall.next()
    assert programme(hall.c).floor == "venue:east"


def test_a_view_is_the_same_for_the_same_state(hall: Hall) -> None:
    for who in AUDIENCES:
        assert view(hall.c, who) == view(hall.c, who)


JSON = st.recursive(
    st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


@given(JSON, JSON)
def test_a_patch_makes_the_new_view_of_the_old(old: object, new: object) -> None:
    assert merge(old, diff(old, new)) == new


@given(JSON)
def test_nothing_changed_is_an_empty_patch(value: object) -> None:
    assert merge(value, diff(value, value)) == value
    assert not isinstance(value, dict) or diff(value, value) == {}
