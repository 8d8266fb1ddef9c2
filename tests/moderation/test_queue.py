"""The speaker queue (R15–R21), and properties of its order (R18)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation import Conference
from moderation.floor import CallEntry, CallNext, Interpose, StopSpeech, YieldFloor
from moderation.kernel import SECOND, Clock
from moderation.people import ChangeFormat, Channel
from moderation.plan import Plan, Settings
from moderation.queue import (
    AllowProcedure,
    AmendEntry,
    CloseQueue,
    EmptyQueue,
    Enqueue,
    LimitQueue,
    Motive,
    MoveEntry,
    OpenQueue,
    Pin,
    Queue,
    QueueEntry,
    RemoveEntry,
    Status,
    Withdraw,
    age,
    fair_turns,
    order,
)
from tests.moderation.hall import Hall


@pytest.fixture
def hall() -> Hall:
    return Hall().opened(4)


def test_r15_an_entry_tells_who_whence_what_why_and_by_whom(hall: Hall) -> None:
    hall.register("east-1", Channel.VENUE, "east")
    id = hall.ask("east-1", by="op-east", petition="KN-1", represents="Chi hội Phụ nữ")
    entry = hall.entry(id)
    assert (entry.person, entry.channel, entry.venue, entry.petition) == ("east-1", Channel.VENUE, "east", "KN-1")
    assert (entry.topic, entry.entered_by, entry.since, entry.represents) == ("việc của east-1", "op-east", hall.now, "Chi hội Phụ nữ")
    assert entry.on_behalf


def test_r15_a_petition_must_be_one_of_the_conference(hall: Hall) -> None:
    hall.refused("petition_unknown", Enqueue("entry-1", "việc khác", petition="KN-9"), "minh")


def test_r16_procedure_goes_before_follow_up_and_that_before_statements(hall: Hall) -> None:
    hall.speak("minh", answer=True)
    hall.ask("hanh"), hall.ask("minh", Motive.FOLLOW_UP), hall.ask("quan", Motive.PROCEDURE)
    assert hall.line == ["quan", "minh", "hanh"]
    assert hall.why == {"quan": "procedure", "minh": "follow_up", "hanh": "time"}


def test_r16_the_chair_can_switch_procedure_off(hall: Hall) -> None:
    hall.do(AllowProcedure(False))
    hall.refused("procedure_off", Enqueue("entry-1", "thứ tự", Motive.PROCEDURE), "minh")
    hall.refused("nothing_to_change", AllowProcedure(False))


def test_r16_a_follow_up_is_for_whose_question_was_just_answered(hall: Hall) -> None:
    hall.speak("minh")
    hall.refused("nothing_answered_yet", Enqueue("entry-1", "thêm", Motive.FOLLOW_UP), "minh")
    hall.answer(hall.c.turns()[-1].id)
    hall.ask("minh", Motive.FOLLOW_UP)
    hall.refused("nothing_answered_yet", Enqueue("entry-1", "thêm", Motive.FOLLOW_UP), "hanh")


def test_r16_one_answer_is_followed_up_once(hall: Hall) -> None:
    hall.speak("minh", answer=True)
    hall.ask("minh", Motive.FOLLOW_UP), hall.next(), hall.wait(20)
    hall.refused("nothing_answered_yet", Enqueue("entry-1", "thêm nữa", Motive.FOLLOW_UP), "minh")
    follow_up = str(hall.c.floor.main)
    hall.answer(follow_up)
    hall.ask("minh", Motive.FOLLOW_UP)


def test_r16_nobody_waits_to_answer(hall: Hall) -> None:
    hall.refused("answers_are_called", Enqueue("entry-1", "trả lời", Motive.ANSWER), "minh")


def test_r17_one_waiting_entry_per_person_and_motive(hall: Hall) -> None:
    hall.ask("minh")
    hall.refused("already_waiting", Enqueue("entry-1", "lần nữa"), "minh")
    hall.ask("minh", Motive.PROCEDURE)


def test_r17_who_is_being_called_still_waits(hall: Hall) -> None:
    hall.ask("oanh"), hall.do(CallNext())
    hall.refused("already_waiting", Enqueue("entry-1", "lần nữa"), "oanh")


def test_r17_who_holds_the_floor_may_queue_again(hall: Hall) -> None:
    hall.ask("minh"), hall.next()
    hall.ask("minh")
    assert hall.line == ["minh"]


def test_r18_who_has_not_spoken_goes_before_who_has(hall: Hall) -> None:
    hall.speak("minh")
    hall.ask("minh"), hall.ask("hanh")
    assert hall.line == ["hanh", "minh"]
    assert hall.why["minh"] == "spoken"


def test_r18_the_channels_take_turns_by_their_share(hall: Hall) -> None:
    hall.register("hall-3")
    for who in ("minh", "hanh", "hall-3", "oanh", "phuc"):
        hall.ask(who)
    assert hall.line == ["minh", "oanh", "hanh", "phuc", "hall-3"]
    assert hall.why == {"minh": "longest", "oanh": "turn", "hanh": "longest", "phuc": "turn", "hall-3": "longest"}


def test_r18_telephone_and_browser_share_a_lane(hall: Hall) -> None:
    hall.register("caller", Channel.PHONE)
    hall.ask("minh"), hall.ask("oanh"), hall.ask("hanh"), hall.ask("caller", by="desk")
    assert hall.line == ["minh", "oanh", "hanh", "caller"]


def test_r18_nobody_is_overtaken_more_often_than_the_bound() -> None:
    hall = Hall(overtaken_limit=2).opened(4)
    for n in range(6):
        hall.register(f"east-{n}", Channel.VENUE, "east")
        hall.register(f"west-{n}", Channel.VENUE, "west")
    hall.speak("minh")
    hall.ask("hanh")
    for n in range(4):
        hall.ask(f"east-{n}", by="desk"), hall.ask(f"west-{n}", by="desk")
    assert hall.line.index("hanh") == 2 and hall.why["hanh"] == "overtaken"


def test_r18_the_plan_can_put_registered_petitions_first() -> None:
    hall = Hall(petitions_first=True).opened(4)
    hall.ask("minh"), hall.ask("hanh", petition="KN-1")
    assert hall.line == ["hanh", "minh"]


def test_r18_the_estimate_adds_up_the_times_before(hall: Hall) -> None:
    hall.ask("minh"), hall.ask("hanh", Motive.PROCEDURE), hall.ask("quan")
    assert [p.ahead for p in order(hall.c)] == [0, (60 + 90) * SECOND, (60 + 90 + 180 + 90) * SECOND]
    hall.next(), hall.wait(10), hall.do(StopSpeech()), hall.wait(40)
    hall.next()
    assert [p.ahead for p in order(hall.c)] == [0]


def test_r19_the_chair_calls_anyone_out_of_order(hall: Hall) -> None:
    hall.ask("minh")
    late = hall.ask("hanh")
    hall.do(CallEntry(late, "người cao tuổi"))
    assert hall.speaker == "hanh" and hall.line == ["minh"]
    hall.refused("entry_unknown", CallEntry("no-such-entry"))
    hall.refused("entry_not_waiting", CallEntry(late))


def test_r19_a_moved_entry_stays_where_it_was_put_while_others_join(hall: Hall) -> None:
    first, _, third = hall.ask("minh"), hall.ask("hanh"), hall.ask("quan")
    hall.do(MoveEntry(third, first))
    assert hall.line[:2] == ["quan", "minh"]
    hall.register("late"), hall.ask("late")
    assert hall.line[:2] == ["quan", "minh"] and hall.why["quan"] == "moved"
    hall.refused("nothing_to_change", MoveEntry(first, first))


def test_r19_a_move_after_another(hall: Hall) -> None:
    first, second = hall.ask("minh"), hall.ask("hanh")
    hall.do(MoveEntry(first, second, before=False))
    assert hall.line == ["hanh", "minh"]
    hall.do(MoveEntry(first, second, before=True))
    assert hall.line == ["minh", "hanh"]


def test_r19_a_closed_queue_stops_citizens_not_the_desk(hall: Hall) -> None:
    hall.do(CloseQueue())
    hall.refused("queue_closed", Enqueue("entry-1", "muộn"), "minh")
    hall.ask("minh", by="desk")
    hall.refused("nothing_to_change", CloseQueue())
    hall.do(OpenQueue())
    hall.ask("hanh")
    hall.refused("nothing_to_change", OpenQueue())


def test_r19_a_limit_holds_for_citizens_own_requests(hall: Hall) -> None:
    hall.do(LimitQueue(1))
    hall.ask("minh")
    hall.refused("queue_full", Enqueue("entry-1", "thêm"), "hanh", limit=1)
    hall.ask("hanh", by="desk")
    hall.refused("count_out_of_range", LimitQueue(0))
    hall.refused("nothing_to_change", LimitQueue(1))
    hall.do(LimitQueue(None))
    hall.ask("quan")


def test_r19_emptying_takes_out_the_waiting_only(hall: Hall) -> None:
    speaking = hall.ask("minh")
    hall.next()
    waiting = hall.ask("hanh")
    hall.do(EmptyQueue("hết giờ"))
    assert hall.entry(speaking).status is Status.SPEAKING and hall.entry(waiting).status is Status.REMOVED
    hall.refused("nothing_to_change", EmptyQueue())


def test_r19_the_chair_takes_one_entry_out(hall: Hall) -> None:
    entry = hall.ask("minh")
    hall.do(RemoveEntry(entry, "lặp lại"))
    assert hall.line == []
    hall.refused("entry_not_waiting", RemoveEntry(entry))


def test_r20_a_person_withdraws_and_amends_while_waiting(hall: Hall) -> None:
    entry = hall.ask("minh")
    hall.do(AmendEntry(entry, topic="đèn đường", petition="KN-1"), "minh")
    assert (hall.entry(entry).topic, hall.entry(entry).petition) == ("đèn đường", "KN-1")
    hall.do(AmendEntry(entry, channel=Channel.PHONE), "minh")
    assert hall.entry(entry).lane == "remote"
    hall.refused("venue_unknown", AmendEntry(entry, channel=Channel.VENUE), "minh")
    hall.refused("petition_unknown", AmendEntry(entry, petition="KN-9"), "minh")
    hall.refused("not_yours", Withdraw(entry), "hanh")
    hall.do(Withdraw(entry), "minh")
    hall.refused("entry_not_waiting", Withdraw(entry), "minh")


def test_r20_the_trace_of_a_speech_that_has_begun_stays(hall: Hall) -> None:
    entry = hall.ask("minh")
    hall.next()
    hall.refused("entry_not_waiting", Withdraw(entry), "minh")
    hall.refused("entry_not_waiting", RemoveEntry(entry))


def test_r21_operators_enter_people_of_their_own_venue_and_the_desk_anybody(hall: Hall) -> None:
    hall.register("east-1", Channel.VENUE, "east"), hall.register("west-1", Channel.VENUE, "west")
    hall.ask("east-1", by="op-east")
    hall.refused("other_venue", Enqueue("entry-1", "việc", person="west-1"), "op-east")
    entry = hall.ask("west-1", by="desk")
    hall.refused("other_venue", Withdraw(entry), "op-east")
    hall.refused("other_venue", AmendEntry(entry, topic="khác"), "op-east")


def test_r21_the_chair_may_queue_an_agency_and_nobody_else(hall: Hall) -> None:
    hall.ask("agency", by="chair")
    hall.refused("chair_queues_agencies", Enqueue("entry-1", "việc", person="minh"), "chair")
    hall.refused("only_citizens_queue", Enqueue("entry-1", "việc"), "desk")
    hall.refused("only_for_yourself", Enqueue("entry-1", "việc", person="hanh"), "minh")


def test_a_person_who_has_not_joined_is_not_queued(hall: Hall) -> None:
    from moderation.people import Admit

    hall.knock("guest"), hall.do(Admit(("guest",)), "desk")
    hall.refused("not_joined", Enqueue("entry-1", "việc", person="guest"), "desk")
    hall.refused("not_joined", Enqueue("entry-1", "việc"), "guest")


def test_a_topic_is_needed(hall: Hall) -> None:
    hall.refused("text_missing", Enqueue("entry-1", "   "), "minh", field="topic")


def test_the_lane_of_an_entry_is_where_it_was_entered_even_when_the_format_changes(hall: Hall) -> None:
    entry = hall.ask("minh")
    hall.do(ChangeFormat("online"))
    hall.refused("format_without_hall", AmendEntry(entry, channel=Channel.HALL), "minh")
    assert hall.line == ["minh"]


def test_the_speaker_yields_to_the_next_one(hall: Hall) -> None:
    hall.ask("minh"), hall.ask("hanh"), hall.next()
    hall.do(Interpose("remark-1", "quan"))
    hall.do(YieldFloor(), "quan")
    hall.do(YieldFloor(), "minh")
    assert hall.next() == "hanh"


def test_the_order_is_the_same_whether_kept_or_made_anew(hall: Hall) -> None:
    from moderation.queue import ordered

    hall.speak("oanh"), hall.ask("minh"), hall.ask("hanh"), hall.ask("oanh")
    assert order(hall.c) is order(hall.c) == ordered(hall.c)
    hall.do(LimitQueue(9))
    hall.speak("quan")
    assert order(hall.c) == ordered(hall.c)


# --- properties of the order --------------------------------------------------------------------------------------------

LANES = [(Channel.HALL, None), (Channel.VENUE, "east"), (Channel.VENUE, "west"), (Channel.ONLINE, None), (Channel.PHONE, None)]


@st.composite
def queues(draw: st.DrawFn) -> Conference:
    """A conference with some waiting entries of all lanes and motives, some speeches before them, and a bound on overtaking."""
    from moderation.floor import Speech

    entries: dict[str, QueueEntry] = {}
    speeches: dict[str, Speech] = {}
    for n in range(draw(st.integers(0, 12))):
        channel, venue = draw(st.sampled_from(LANES))
        motive = draw(st.sampled_from([Motive.STATEMENT, Motive.STATEMENT, Motive.FOLLOW_UP, Motive.PROCEDURE]))
        spoke = draw(st.booleans())
        person, since = f"P{draw(st.integers(0, 5)) if not spoke else n}", draw(st.integers(0, 50)) * SECOND
        done = {"status": Status.DONE, "called_at": 60 * SECOND} if spoke else {}
        entries[f"E{n}"] = QueueEntry(f"E{n}", person, channel, venue, motive, "việc", None, person, since, **done)  # type: ignore[arg-type]
        if spoke:
            speeches[f"S{n}"] = Speech(f"S{n}", person, f"E{n}", motive, "việc", None, 60 * SECOND, Clock(0), ended_at=70 * SECOND)
    plan = Plan("Hội nghị", settings=Settings(overtaken_limit=draw(st.integers(1, 4))))
    return Conference(plan=plan, queue=Queue(entries=entries), speeches=speeches)


def rank_of(c: Conference, id: str) -> tuple[Motive, bool]:
    e = c.queue.entries[id]
    return e.motive, e.motive is Motive.STATEMENT and any(s.person == e.person and s.motive is Motive.STATEMENT for s in c.turns())


@given(queues())
@settings(max_examples=200, deadline=None)
def test_r18_the_order_is_total_sorted_by_motive_and_spoken_and_every_estimate_grows(c: Conference) -> None:
    line = order(c)
    assert Counter(p.entry for p in line) == Counter(e.id for e in c.queue.entries.values() if e.waiting)
    precedence = [Motive.PROCEDURE, Motive.FOLLOW_UP, Motive.STATEMENT]
    ranks = [(precedence.index(m), spoken) for m, spoken in (rank_of(c, p.entry) for p in line)]
    assert ranks == sorted(ranks)
    assert all(a.ahead < b.ahead for a, b in pairwise(line))


@given(queues())
@settings(max_examples=200, deadline=None)
def test_r18_within_a_lane_first_come_first_served(c: Conference) -> None:
    by_lane: dict[object, list[tuple[int, str]]] = {}
    for p in order(c):
        e = c.queue.entries[p.entry]
        by_lane.setdefault((rank_of(c, e.id), e.lane), []).append(age(e))
    assert all(ages == sorted(ages) for ages in by_lane.values())


@given(queues())
@settings(max_examples=200, deadline=None)
def test_r18_the_bound_on_overtaking_holds_through_the_whole_line(c: Conference) -> None:
    limit = c.plan.settings.overtaken_limit
    called = [age(e) for e in c.queue.entries.values() if e.called_at is not None]
    motives = {e.id: e.motive for e in c.queue.entries.values()}
    line = [c.queue.entries[p.entry] for p in order(c)]
    for n, e in enumerate(line):
        same = [q for q in line[:n] if rank_of(c, q.id) == rank_of(c, e.id)]
        before = sum(
            a > age(e) for a, m in zip(called, (motives[q.id] for q in c.queue.entries.values() if q.called_at), strict=True) if m is e.motive
        )
        assert sum(age(q) > age(e) for q in same) <= max(0, limit - before)


@given(queues())
@settings(max_examples=100, deadline=None)
def test_r18_the_smallest_share_goes_first_as_long_as_nobody_is_late(c: Conference) -> None:
    turns = Counter(c.queue.entries[s.entry].lane for s in c.turns())
    groups: dict[object, list[QueueEntry]] = {}
    for e in c.queue.entries.values():
        if e.waiting:
            groups.setdefault(rank_of(c, e.id), []).append(e)
    unbounded = replace(c, plan=replace(c.plan, settings=replace(c.plan.settings, overtaken_limit=1_000)))
    for group in groups.values():
        line = fair_turns(unbounded, (2, 0, 1), group, turns)
        shares = {lane: turns[lane] / (turns[lane] + sum(e.lane == lane for e in group)) for lane in {e.lane for e in group}}
        assert shares[c.queue.entries[line[0].entry].lane] == min(shares.values())


@given(queues(), st.data())
@settings(max_examples=100, deadline=None)
def test_r19_pins_rearrange_the_line_and_lose_nobody(c: Conference, data: st.DataObject) -> None:
    ids = [p.entry for p in order(c)]
    if len(ids) < 2:
        return
    entry, other = data.draw(st.permutations(ids))[:2]
    before = data.draw(st.booleans())
    moved = [p.entry for p in order(replace(c, queue=replace(c.queue, pins=(Pin(entry, other, before),))))]
    assert moved.index(other) - moved.index(entry) == (1 if before else -1)
    assert [i for i in moved if i != entry] == [i for i in ids if i != entry]
