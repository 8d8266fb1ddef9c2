"""The counting questions that a plan, a postponement and a periodic report are asked (D0.3, D8.1b, D15.1)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from moderation import Refusal
from moderation.case.deadlines import ReportKind
from server.conferences.gates import gates
from server.conferences.plan import PlanForm, save_plan, set_notice_deadlines
from server.conferences.postponing import PostponeForm, postpone, resume
from server.conferences.tables import conference
from server.deadlines.hours import in_time
from server.deadlines.tables import deadline
from server.desk.desk import piles
from server.invitations.tables import invitation
from server.organisation.keeping import change_profile
from server.reports.reports import begin
from tests.conferences.test_plan import WHOLE
from tests.office.ward import CASE, Ward, open_ward

QD, LAW = "QD-1155-QD-TU", "LUAT-72-2025-D43"


@pytest.fixture
async def ward(tmp_path: Path) -> AsyncIterator[Ward]:
    async with open_ward(tmp_path) as opened:
        with opened.work() as w:
            set_notice_deadlines(w, CASE)
        yield opened


def answered(ward: Ward, code: str = QD, **settings: Any) -> int:
    with ward.work("admin") as w:
        return change_profile(w, code, settings)


def planned(ward: Ward, **changes: Any) -> None:
    with ward.work("van-phong") as w:
        save_plan(w, CASE, PlanForm(**{**WHOLE, "version": w.row(conference, CASE)["version"], **changes}))


def notice(ward: Ward, code: str = QD) -> Any:
    with ward.work() as w:
        return w.db.execute(select(deadline).where(deadline.c.kind == "notice", deadline.c.clock == code)).mappings().one()


def valid_invitations(ward: Ward) -> int:
    with ward.work() as w:
        return w.db.scalar(select(func.count()).select_from(invitation).where(invitation.c.void.is_(False))) or 0


def test_a_conference_on_a_rest_day_is_refused_where_a_profile_does_not_allow_it(ward: Ward) -> None:
    planned(ward, date=date(2027, 1, 16))
    answered(ward, rest_day_conference=False)
    planned(ward, date=date(2027, 1, 16), title="Ngày đã định thì giữ nguyên")
    for changes in ({"date": date(2027, 1, 17)}, {"date": date(2027, 1, 15), "last_day": date(2027, 1, 16)}):
        with pytest.raises(Refusal) as refused:
            planned(ward, **changes)
        assert refused.value.code == "rest_day_conference"
    with ward.work("chu-tich") as w, pytest.raises(Refusal) as refused:
        postpone(w, CASE, PostponeForm(why="Bão", date=date(2027, 1, 23)))
    assert refused.value.details == {"field": "date", "date": "23/01/2027"}
    with ward.work() as w:
        assert w.row(conference, CASE)["date"] == "2027-01-16"


def test_d8_1b_a_postponement_restarts_the_count_or_lets_the_first_invitations_stand(ward: Ward) -> None:
    for code in (QD, LAW):
        answered(ward, code, postponing_restarts=False)
    with ward.work() as w:
        w.add(invitation, conference=CASE, kind="person", recipient="Tổ dân phố số 2", channel="paper")
    before = notice(ward)["due"]
    with ward.work("chu-tich") as w:
        postpone(w, CASE, PostponeForm(why="Bão", date=date(2027, 3, 4)))
    with ward.work("chu-tich") as w:
        resume(w, CASE)
    assert notice(ward)["due"] == before and notice(ward)["counted_from"]["stands"] and valid_invitations(ward) == 1
    answered(ward, postponing_restarts=True)
    assert notice(ward)["due"] == "2027-02-23" and "stands" not in notice(ward)["counted_from"]
    with ward.work("chu-tich") as w:
        postpone(w, CASE, PostponeForm(why="Bão", date=date(2027, 3, 11)))
    assert notice(ward)["due"] > "2027-02-23" and valid_invitations(ward) == 0


def test_d8_1b_the_other_reading_moves_the_open_notice(ward: Ward) -> None:
    assert answered(ward, notice_reading="B") == 1
    assert (notice(ward)["due"], notice(ward)["safe"]) == ("2027-01-04", None)
    assert answered(ward, notice_days=5) == 1


def test_a_clock_that_the_case_no_longer_has_stops(ward: Ward) -> None:
    planned(ward, profiles=(QD,))
    assert notice(ward, LAW)["closed"] and not notice(ward)["closed"]


def test_d15_1_before_30_6_and_the_working_day_that_is_advised_are_settings(ward: Ward) -> None:
    with ward.work("van-phong") as w:
        id = begin(w, w.row(conference, CASE)["unit"], ReportKind.HALF_YEAR, 2026)

    def kept() -> tuple[str, str | None]:
        with ward.work() as w:
            row = w.db.execute(select(deadline).where(deadline.c.kind == "periodic_report", deadline.c.subject == id)).mappings().one()
            return row["due"], row["safe"]

    assert kept() == ("2026-06-29", None)
    assert answered(ward, half_year_before=[6, 29]) == 1
    assert kept() == ("2026-06-28", "2026-06-26")
    answered(ward, advise_working_day=False)
    assert kept() == ("2026-06-28", None)
    answered(ward, before_is_strict=False)
    assert kept() == ("2026-06-29", None)


def test_d8_1b_the_last_day_runs_to_its_end_or_to_an_hour_and_the_desk_says_when_offices_are_closing(ward: Ward) -> None:
    def stands(hour: str) -> tuple[set[str], bool, bool | None]:
        """The desk's piles with the deadline of the regulation (05/01/2027), whether the gate is late, and whether sending now is in time."""
        ward.at("2027-01-05", hour)
        with ward.work("van-phong") as w:
            row = w.db.execute(select(deadline).where(deadline.c.kind == "notice", deadline.c.clock == QD)).mappings().one()
            found = {pile.name for pile in piles(w) for line in pile.lines if line.label == "deadline.notice" and line.due == row["due"]}
            return found, any(gate.key == "invitations" and gate.state == "late" for gate in gates(w, CASE)), in_time(w, row, w.now)

    assert stands("16:29") == ({"soon"}, False, True)
    assert stands("16:30") == stands("23:59") == ({"closing"}, False, True)
    answered(ward, due_time="17:00:59", warn_from="15:00")
    assert stands("14:59") == ({"soon"}, False, True)
    assert stands("17:00") == ({"closing"}, False, True)
    assert stands("17:01") == ({"late"}, True, False)
    ward.at("2027-01-05", "17:01")
    with ward.work() as w:
        row = w.db.execute(select(deadline).where(deadline.c.kind == "notice", deadline.c.clock == QD)).mappings().one()
        assert in_time(w, row, None) is False
    ward.at("2027-01-05", "16:59")
    with ward.work() as w:
        assert in_time(w, row, None) is None
