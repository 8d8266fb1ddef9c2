"""Deadlines are counted by their own rule, counted again when the calendar changes, and what they were is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from moderation.case.calendar import CalendarDay, DayKind
from moderation.case.counting import count
from server.calendar.keeping import set_day
from server.calendar.seed import seeded
from server.deadlines.deadlines import drop_deadlines, meet, set_deadline
from server.deadlines.tables import deadline
from server.notifications.tables import message
from server.office import history
from server.organisation.tables import body
from tests.office.ward import CASE, Ward, open_ward


@pytest.fixture
async def ward(tmp_path: Path, database_url: str) -> AsyncIterator[Ward]:
    async with open_ward(tmp_path, database_url) as opened:
        yield opened


@pytest.mark.parametrize(
    ("counted_from", "due", "safe"),
    [
        ({"rule": "working_before", "from": "2027-01-14", "days": 7}, "2027-01-05", "2027-01-04"),
        ({"rule": "whole_working_before", "from": "2027-01-14", "days": 7}, "2027-01-04", None),
        ({"rule": "calendar_before", "from": "2027-01-14", "days": 7}, "2027-01-07", "2027-01-06"),
        ({"rule": "whole_calendar_before", "from": "2027-01-14", "days": 7}, "2027-01-06", None),
        ({"rule": "by_day", "year": 2027, "month": 6, "day": 27}, "2027-06-27", "2027-06-25"),
        ({"rule": "by_day", "year": 2027, "month": 6, "day": 27, "advise": False}, "2027-06-27", None),
        ({"rule": "working_after", "from": "2027-01-14", "days": 10}, "2027-01-28", None),
        ({"rule": "working_after", "from": "2027-01-14", "days": 15}, "2027-02-11", None),
        ({"rule": "calendar_after", "from": "2027-01-14", "days": 10}, "2027-01-24", None),
        ({"rule": "calendar_after", "from": "2027-01-14", "days": 10, "roll": True}, "2027-01-25", "2027-01-24"),
        ({"rule": "working_after", "from": "2027-01-27", "days": 7}, "2027-02-12", None),
        ({"rule": "strictly_before", "year": 2027, "month": 6, "day": 30}, "2027-06-29", None),
        ({"rule": "strictly_before", "year": 2027, "month": 12, "day": 15}, "2027-12-14", None),
        ({"rule": "date", "on": "2027-02-26"}, "2027-02-26", None),
    ],
)
def test_each_rule_gives_the_day_of_the_example(counted_from: dict[str, object], due: str, safe: str | None) -> None:
    counted = count(seeded(), counted_from)
    assert (counted.due.isoformat(), counted.safe and counted.safe.isoformat()) == (due, safe)


async def test_a_changed_calendar_moves_what_is_open_and_keeps_what_it_was(ward: Ward) -> None:
    with ward.work() as w:
        w.change(body, "vp", email="vanphong@bensong.example")
        kept = set_deadline(
            w, conference=CASE, kind="conclusion", subject=CASE, counted_from={"rule": "working_after", "from": "2027-01-14", "days": 10}, owner="vp"
        )
        met = set_deadline(
            w, conference=CASE, kind="task", subject="t1", counted_from={"rule": "working_after", "from": "2027-01-14", "days": 10}, owner="vp"
        )
        meet(w, "task", "t1", "2027-01-20")
    with ward.work("admin") as w:
        set_day(w, CalendarDay(date(2027, 1, 20), DayKind.SWAPPED_OFF, "Nghỉ hoán đổi", "99/TB-BNV", date(2026, 12, 30)))
    with ward.work() as w:
        assert w.row(deadline, kept)["due"] == "2027-01-29"
        assert w.row(deadline, met)["due"] == "2027-01-28", "what is done is not counted again"
        told = history.read(w, CASE, kind="deadline", subject=kept)[0]
        assert ("due", "2027-01-28", "2027-01-29") in told[0].changes
        queued = w.db.execute(select(message.c.address, message.c.text)).all()
    assert [(row.address, "29/01/2027" in row.text) for row in queued] == [("vanphong@bensong.example", True)]


async def test_a_deadline_set_again_is_the_same_one_and_opens_when_it_moves(ward: Ward) -> None:
    with ward.work() as w:
        first = set_deadline(w, conference=CASE, kind="task", subject="t", counted_from={"rule": "date", "on": "2027-02-01"})
        meet(w, "task", "t", "2027-01-30")
        assert set_deadline(w, conference=CASE, kind="task", subject="t", counted_from={"rule": "date", "on": "2027-02-01"}) == first
        assert w.row(deadline, first)["met_on"] == "2027-01-30"
        set_deadline(w, conference=CASE, kind="task", subject="t", counted_from={"rule": "date", "on": "2027-03-01"})
        assert (w.row(deadline, first)["closed"], w.row(deadline, first)["met_on"]) == (False, None)
        drop_deadlines(w, "task", "t")
        assert w.row(deadline, first)["closed"]
