"""Wishes to speak that came with invitations: the room enters them, once, in the lane of their channel."""

from __future__ import annotations

import pytest

from moderation.conduct import Ground, Refuse
from moderation.floor import CallNext
from moderation.queue import Status, Withdraw, order
from moderation.wishes import RegisterWish
from tests.moderation.hall import Hall, people


@pytest.fixture
def hall() -> Hall:
    """Everybody is on the list and nobody has come yet."""
    hall = Hall()
    for person in people():
        hall.do(person, "system")
    return hall


def test_r15_a_wish_waits_before_its_owner_comes_in_the_lane_of_the_owner(hall: Hall) -> None:
    for n, who in enumerate(("minh", "oanh")):
        hall.do(RegisterWish(f"moi-{n}", who, "Đèn đường"), "system")
    entries = hall.c.queue.entries
    assert [(e.lane, e.source, e.status) for e in entries.values()] == [
        ("hall", "invitation", Status.WAITING),
        ("remote", "invitation", Status.WAITING),
    ]
    assert len(order(hall.c)) == 2


def test_r15_a_wish_is_entered_once_and_only_by_the_room(hall: Hall) -> None:
    wish = RegisterWish("moi-1", "minh", "Đèn đường")
    hall.do(wish, "system")
    hall.refused("id_taken", wish, "system")
    hall.refused("already_waiting", RegisterWish("moi-2", "minh", "Đèn đường"), "system")
    hall.refused("not_allowed", RegisterWish("moi-3", "hanh", "Đèn đường"), "desk")
    hall.refused("person_unknown", RegisterWish("moi-3", "nobody", "Đèn đường"), "system")


def test_r15_whoever_was_refused_has_no_wish_and_whoever_came_is_called() -> None:
    hall = Hall().opened(4)
    hall.do(Refuse("hanh", Ground.BREACH, "gây rối", 1))
    hall.refused("not_in_room", RegisterWish("moi-1", "hanh", "Đèn đường"), "system")
    hall.do(RegisterWish("moi-2", "minh", "Đèn đường"), "system")
    hall.do(CallNext())
    assert hall.c.queue.entries["moi-2"].status is Status.SPEAKING


def test_r20_the_room_takes_a_wish_back_while_it_waits_and_not_once_it_was_called() -> None:
    hall = Hall().opened(4)
    for n, who in enumerate(("minh", "hanh")):
        hall.do(RegisterWish(f"moi-{n}", who, "Đèn đường"), "system")
    hall.do(CallNext())
    called, waiting = sorted(hall.c.queue.entries.values(), key=lambda entry: entry.waiting)
    hall.refused("entry_not_waiting", Withdraw(called.id), "system")
    hall.do(Withdraw(waiting.id), "system")
    assert [entry.status for entry in hall.c.queue.entries.values() if entry.waiting] == []
