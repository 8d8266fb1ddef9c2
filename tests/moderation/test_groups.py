"""A group's turn (Art. 2.2): blocked until its representative is named, by whom and for whom."""

from __future__ import annotations

from dataclasses import replace

import pytest

from moderation import Conference, fold
from moderation.floor import CallEntry, CallNext
from moderation.groups import NameRepresentative
from moderation.people import Standing
from moderation.plan import Plan
from moderation.queue import AmendEntry, Enqueue, Status
from moderation.view import view
from tests.moderation.hall import PLAN, Hall

PAPER = "Biên bản họp các hộ ngày 10/01/2027"


def plan(represented: bool) -> Plan:
    """The hall's plan, with KN-1 as the petition of a group."""
    group = replace(PLAN.petitions[0], petitioner="Các hộ ngõ 12", group=True, represented=represented)
    return replace(PLAN, petitions=(group, *PLAN.petitions[1:]))


@pytest.fixture
def hall() -> Hall:
    return Hall(plan(False)).opened(4)


def test_D2_2_a_groups_turn_is_blocked_until_its_representative_is_named(hall: Hall) -> None:
    asking = Enqueue("entry-1", "Nạo vét cống", petition="KN-1")
    hall.refused("representative_needed", asking, "minh", petition="KN-1")
    hall.refused("representative_needed", replace(asking, person="minh"), "desk")
    other = hall.ask("hanh")
    hall.refused("representative_needed", AmendEntry(other, petition="KN-1"), "desk")
    hall.do(NameRepresentative("KN-1", "minh", PAPER), "desk")
    hall.refused("representative_speaks", AmendEntry(other, petition="KN-1"), "desk", petition="KN-1")
    hall.do(asking, "minh")
    hall.do(CallEntry("entry-1"))
    assert hall.c.speeches[hall.c.floor.main or ""].petition == "KN-1"
    assert [line.text or line.params for line in hall.lines("representative_named")] == [{"petition": "KN-1", "person": "minh", "authority": PAPER}]


def test_D2_2_who_waited_before_the_rule_is_not_called_either(hall: Hall) -> None:
    """Entries of a room that was planned otherwise, and those of the seeding, meet the rule at the call."""
    entry = hall.ask("minh", petition="KN-2")
    waiting = hall.c.queue.entries[entry]
    hall.c = replace(hall.c, queue=replace(hall.c.queue, entries={entry: replace(waiting, petition="KN-1")}))
    for call in (CallNext(), CallEntry(entry)):
        hall.refused("representative_needed", call)
    hall.do(AmendEntry(entry, topic="Cống ngõ 12", petition="KN-1"), "desk")
    hall.do(NameRepresentative("KN-1", "minh", PAPER), "secretary")
    hall.do(CallNext())
    assert hall.c.queue.entries[entry].status is Status.SPEAKING


def test_D2_2_whom_the_group_named_beforehand_may_speak_and_others_petitions_are_free() -> None:
    hall = Hall(plan(True)).opened(4)
    assert "unrepresented" not in view(hall.c, "desk")["petitions"]["KN-1"]
    hall.ask("minh", petition="KN-1")
    hall.ask("hanh", petition="KN-2")


def test_D2_2_only_the_staff_of_the_room_name_and_only_a_citizen_who_is_there(hall: Hall) -> None:
    name = NameRepresentative("KN-1", "minh", PAPER)
    for by in ("chair", "op-east", "agency", "minh", "monitor"):
        hall.refused("not_allowed", name, by)
    hall.refused("petition_unknown", replace(name, petition="KN-9"), "desk")
    hall.refused("not_a_group", replace(name, petition="KN-2"), "desk", petition="KN-2")
    hall.refused("person_unknown", replace(name, person="nobody"), "desk")
    hall.refused("representative_is_a_citizen", replace(name, person="agency"), "desk")
    hall.refused("text_missing", replace(name, authority=" "), "desk")
    hall.do(name, "office")
    hall.refused("nothing_to_change", name, "desk")
    hall.do(replace(name, person="hanh"), "desk")
    shown = view(hall.c, "secretary")["petitions"]["KN-1"]
    assert (shown["representative"], shown["group"]) == ("hanh", True) and hall.person("minh").standing is Standing.JOINED
    assert fold(hall.journal, Conference(id=hall.c.id)) == hall.c
