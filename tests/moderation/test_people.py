"""People, rights and admission (R1–R9)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from moderation import Identity, Phase, Refusal, Role
from moderation.agenda import MoveToStep
from moderation.floor import Interpose
from moderation.kernel import MAX_NAME
from moderation.people import (
    AddPerson,
    Admit,
    ChangeFormat,
    ChangePresence,
    Channel,
    CountPeople,
    HandGavel,
    Join,
    Knock,
    RegisterPerson,
    ReportVenue,
    SendBack,
    Standing,
    TakeGavel,
    TurnAway,
)
from moderation.queue import Enqueue, Status
from tests.moderation.hall import Hall


@pytest.fixture
def hall() -> Hall:
    return Hall().opened(4)


def test_r1_one_person_may_hold_several_roles() -> None:
    hall = Hall()
    hall.do(AddPerson("both", (Role.OFFICE, Role.DESK), Identity("Văn phòng")), "system")
    assert hall.person("both").roles == {Role.OFFICE, Role.DESK}


def test_r1_nobody_is_added_without_a_role_or_as_the_room_itself() -> None:
    hall = Hall().seated()
    hall.refused("role_unknown", AddPerson("ghost", (), Identity("Ai đó")), "office")
    hall.refused("role_unknown", AddPerson("ghost", (Role.SYSTEM,), Identity("Ai đó")), "office")
    plain = AddPerson("ghost", (Role.OFFICE,), Identity("Ai đó"))
    for long in (replace(plain, title="x" * 301), replace(plain, body="x" * 121), replace(plain, represents="x" * 121)):
        hall.refused("text_too_long", long, "office")


def test_an_operator_belongs_to_a_venue_of_the_plan() -> None:
    hall = Hall()
    hall.refused("venue_unknown", AddPerson("op-north", (Role.OPERATOR,), Identity("Phụ trách"), Channel.VENUE, "north"), "system")
    hall.refused("venue_unknown", AddPerson("op-nowhere", (Role.OPERATOR,), Identity("Phụ trách")), "system")


def test_r2_the_first_chair_on_the_list_holds_the_gavel_not_the_first_in_the_room() -> None:
    hall = Hall().seated()
    assert hall.c.gavel == "chair"
    late = Hall()
    late.do(AddPerson("early-bird", (Role.CITIZEN,), Identity("Người đến sớm")), "system")
    late.do(Join(True, True), "early-bird")
    assert late.c.gavel is None


def test_r2_a_deputy_does_not_get_the_gavel_by_being_first() -> None:
    hall = Hall()
    hall.do(AddPerson("deputy", (Role.CHAIR,), Identity("Phó"), deputy=True), "system")
    assert hall.c.gavel is None
    hall.refused("deputy_needs_hand_over", TakeGavel("chưa ai chủ trì"), "deputy")


def test_r2_a_chair_who_is_named_after_the_opening_still_gets_the_free_gavel() -> None:
    hall = Hall()
    hall.do(AddPerson("office", (Role.OFFICE,), Identity("Văn phòng")), "system")
    hall.do(MoveToStep(1), "office")
    hall.do(AddPerson("chair", (Role.CHAIR,), Identity("Chủ tịch")), "system")
    assert hall.c.gavel == "chair"


def test_r2_the_gavel_goes_to_a_co_chair_and_then_only_that_one_conducts(hall: Hall) -> None:
    hall.do(HandGavel("co-chair"))
    assert hall.c.gavel == "co-chair"
    hall.refused("gavel_elsewhere", ChangeFormat("online"), "chair")
    assert hall.lines("gavel_handed")[-1].params["person"] == "co-chair"


def test_r2_a_deputy_gets_the_gavel_with_a_reason(hall: Hall) -> None:
    hall.refused("text_missing", HandGavel("deputy"))
    hall.do(HandGavel("deputy", "đi họp khẩn"))
    assert hall.c.gavel == "deputy"


def test_r2_nobody_but_chairs_can_be_given_the_gavel(hall: Hall) -> None:
    for who in ("office", "minh", "chair"):
        hall.refused("only_chairs_and_deputies", HandGavel(who))


def test_r2_a_co_chair_takes_over_only_while_the_holder_is_lost(hall: Hall) -> None:
    hall.do(ChangePresence("chair", True), "system")
    hall.refused("chair_is_present", TakeGavel("mất kết nối"), "co-chair")
    hall.do(ChangePresence("chair", False), "system")
    hall.do(TakeGavel("mất kết nối"), "co-chair")
    assert hall.c.gavel == "co-chair"
    hall.refused("gavel_already_yours", TakeGavel("lần nữa"), "co-chair")


def test_r4_the_chair_changes_the_format_while_the_room_is_open(hall: Hall) -> None:
    hall.do(ChangeFormat("online"))
    hall.refused("format_without_hall", RegisterPerson("late", Identity("Đến muộn")), "desk")
    hall.do(ChangeFormat("in_person"))
    hall.refused("format_without_remote", Knock("late", Identity("Từ xa")), "system")
    hall.refused("format_without_remote", Join(True, True), "oanh")
    hall.refused("format_unknown", ChangeFormat("by_letter"))
    hall.refused("nothing_to_change", ChangeFormat("in_person"))


def test_r5_a_venue_is_named_and_must_be_in_the_plan(hall: Hall) -> None:
    hall.refused("venue_unknown", RegisterPerson("late", Identity("Đến muộn"), Channel.VENUE, "north"), "desk")
    hall.refused("venue_unknown", RegisterPerson("late", Identity("Đến muộn"), Channel.VENUE), "desk")
    hall.register("late", Channel.VENUE, "east")
    assert hall.person("late").venue == "east"


def test_r5_a_person_is_one_person_whatever_the_channel(hall: Hall) -> None:
    hall.refused("id_taken", RegisterPerson("agency", Identity("Một lần nữa")), "desk")


def test_r6_who_knocks_waits_in_the_lobby_and_gets_nothing_but_that(hall: Hall) -> None:
    hall.knock("guest")
    assert hall.person("guest").standing is Standing.LOBBY
    assert set(hall.view("lobby")) == {"title", "phase", "starts"}
    hall.refused("not_in_room", Join(True, True), "guest")
    hall.refused("not_in_room", Enqueue("entry-1", "chen ngang"), "guest")


def test_r6_the_desk_admits_many_at_a_time_or_none(hall: Hall) -> None:
    hall.knock("guest-1"), hall.knock("guest-2")
    hall.refused("not_in_lobby", Admit(("guest-1", "minh")), "desk")
    hall.do(Admit(("guest-1", "guest-2", "guest-1")), "desk")
    assert hall.person("guest-1").standing is hall.person("guest-2").standing is Standing.ADMITTED
    hall.refused("nobody_named", Admit(()), "desk")


def test_r6_who_is_turned_away_is_out(hall: Hall) -> None:
    hall.knock("guest")
    hall.do(TurnAway(("guest",), "không liên quan"), "desk")
    hall.refused("not_in_room", Join(True, True), "guest")
    hall.refused("not_in_lobby", TurnAway(("guest",)), "desk")
    hall.refused("not_in_lobby", Admit(("guest",)), "desk")


def test_r6_the_lobby_has_a_limit(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("moderation.people.LOBBY_LIMIT", 1)
    hall.knock("guest-1")
    hall.refused("lobby_full", Knock("guest-2", Identity("Khách")), "system")


def test_an_eject_sends_back_to_the_lobby_and_off_the_queue(hall: Hall) -> None:
    entry = hall.ask("oanh")
    hall.do(SendBack(("oanh",), "kiểm tra danh tính"), "desk")
    assert hall.person("oanh").standing is Standing.LOBBY
    assert hall.entry(entry).status is Status.REMOVED
    hall.do(Admit(("oanh",)), "desk")
    hall.do(Join(True, True), "oanh")
    assert hall.person("oanh").standing is Standing.JOINED


def test_nobody_is_sent_out_while_heard(hall: Hall) -> None:
    hall.ask("oanh"), hall.next()
    hall.refused("has_the_floor", SendBack(("oanh",)), "desk")
    hall.do(Interpose("remark-1", "phuc"))
    hall.refused("has_the_floor", SendBack(("phuc",)), "desk")


def test_only_online_citizens_in_the_room_can_be_sent_back(hall: Hall) -> None:
    hall.refused("only_online_citizens", SendBack(("minh",)), "desk")
    hall.refused("only_online_citizens", SendBack(("agency",)), "desk")
    hall.knock("guest")
    hall.refused("not_in_room", SendBack(("guest",)), "desk")
    hall.refused("nobody_named", SendBack(()), "desk")


def test_r7_a_person_in_the_hall_is_added_in_one_command_and_can_ask_at_once(hall: Hall) -> None:
    hall.register("walk-in")
    hall.ask("walk-in")
    assert hall.line == ["walk-in"]


def test_r7_an_operator_adds_people_of_the_own_venue_only(hall: Hall) -> None:
    hall.register("east-1", Channel.VENUE, "east", by="op-east")
    hall.refused("other_venue", RegisterPerson("west-1", Identity("Tây"), Channel.VENUE, "west"), "op-east")
    hall.refused("other_venue", RegisterPerson("hall-1", Identity("Hội trường")), "op-east")


def test_r8_joining_needs_the_notice_read_and_the_rules_accepted_but_no_devices() -> None:
    hall = Hall().seated()
    hall.refused("notice_unread", Join(False, True, True), "oanh")
    hall.refused("rules_not_accepted", Join(True, False, True), "oanh")
    hall.do(Join(True, True, with_devices=False), "oanh")
    assert hall.person("oanh").silent


def test_r9_losing_the_network_keeps_the_place_in_the_queue(hall: Hall) -> None:
    hall.do(ChangePresence("oanh", True), "system")
    hall.ask("oanh"), hall.ask("minh")
    hall.do(ChangePresence("oanh", False), "system")
    hall.wait(3_600)
    assert hall.line == ["oanh", "minh"]
    assert hall.do(ChangePresence("oanh", False), "system") == ()


def test_a_head_count_is_reported_for_the_own_venue(hall: Hall) -> None:
    hall.do(CountPeople("east", 43), "op-east")
    assert hall.c.venues["east"].count == 43
    hall.refused("other_venue", CountPeople("west", 1), "op-east")
    hall.refused("venue_unknown", CountPeople("north", 1), "desk")
    hall.refused("count_out_of_range", CountPeople("east", -1), "op-east")


def test_losing_a_venue_is_a_line_in_the_minutes_and_stops_nothing(hall: Hall) -> None:
    hall.do(ReportVenue("east", "no_sound", "gọi điện thoại dự phòng"), "op-east")
    assert hall.c.phase is Phase.RUNNING
    assert hall.lines("venue_reported")[-1].params["status"] == "no_sound"
    hall.refused("nothing_to_change", ReportVenue("east", "no_sound", "gọi điện thoại dự phòng"), "op-east")
    hall.refused("status_unknown", ReportVenue("east", "on_fire"), "op-east")
    hall.refused("other_venue", ReportVenue("west", "lost"), "op-east")


def test_a_name_is_there_and_not_endless(hall: Hall) -> None:
    hall.refused("text_missing", RegisterPerson("late", Identity("  ")), "desk", field="name")
    hall.refused("text_too_long", RegisterPerson("late", Identity("x" * (MAX_NAME + 1))), "desk", limit=MAX_NAME)


@pytest.mark.parametrize("id", ["", "abc", "a b c", "x" * 65, "đây/kia"])
def test_ids_made_by_clients_are_plain(hall: Hall, id: str) -> None:
    hall.refused("bad_id", RegisterPerson(id, Identity("Ai đó")), "desk")


def test_a_seat_nobody_sits_in_gives_no_commands(hall: Hall) -> None:
    with pytest.raises(Refusal, match="person_unknown"):
        hall.do(Join(True, True), "nobody")
