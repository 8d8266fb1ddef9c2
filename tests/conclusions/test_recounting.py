"""Each counting question of a legal profile changes what runs: the open deadlines are counted again by the answer, and who keeps them is told (D0.3)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update

from server.conclusions import issuing
from server.conclusions.distribution import received, recipients_of
from server.conclusions.tables import agency_report
from server.deadlines.tables import deadline
from server.notifications.tables import message
from server.office import history
from server.organisation.keeping import change_profile
from server.organisation.tables import body
from tests.conclusions.evening import Evening
from tests.office.ward import CASE

QD, LAW = "QD-1155-QD-TU", "LUAT-72-2025-D43"


def answered(evening: Evening, code: str = QD, **settings: Any) -> int:
    return evening.did("admin", lambda w: change_profile(w, code, settings))


def test_d0_3_d10_1a_more_days_move_the_open_notice_keep_the_old_day_and_tell_its_owner(evening: Evening) -> None:
    owner = evening.due("conclusion")["owner"]
    with evening.ward.work() as w:
        w.db.execute(update(body).where(body.c.id == owner).values(email="vp@example.vn"))
    assert evening.due("conclusion")["due"] == "2027-01-28"
    assert answered(evening, conclusion_days=12) == 1
    kept = evening.due("conclusion")
    assert kept["due"] == "2027-02-01" and kept["counted_from"]["days"] == 12
    told = evening.look(lambda w: history.read(w, CASE, kind="deadline", subject=kept["id"])[0][0])
    assert ("due", "2027-01-28", "2027-02-01") in told.changes
    written = evening.look(lambda w: w.db.execute(select(message).where(message.c.kind == "deadline_moved")).mappings().one())
    assert written["address"] == "vp@example.vn" and "căn cứ pháp lý" in written["title"] and "01/02/2027" in written["text"]
    assert answered(evening, conclusion_days=12) == 0


def test_d10_1c_an_extended_notice_is_counted_again_as_extended(evening: Evening) -> None:
    evening.did("chu-tich", lambda w: issuing.extend_notice(w, CASE, "complex", "Liên quan nhiều cơ quan"), "2027-01-20")
    assert evening.due("conclusion")["due"] == "2027-02-11"
    answered(evening, extension_from_due=True)
    assert evening.due("conclusion")["counted_from"]["days"] == 25


def test_a_make_up_saturday_that_does_not_count_moves_what_is_open(evening: Evening) -> None:
    answered(evening, make_up_counts=False)
    assert evening.due("conclusion")["counted_from"]["make_up"] is False


def test_a_publication_is_rolled_to_a_working_day_or_not(evening: Evening) -> None:
    assert (evening.due("publication")["due"], evening.due("publication")["safe"]) == ("2027-01-25", "2027-01-24")
    assert answered(evening, LAW, roll_forward=False) == 1
    assert (evening.due("publication")["due"], evening.due("publication")["safe"]) == ("2027-01-24", None)


@pytest.mark.parametrize(("needs_sending", "met"), [(True, None), (False, "2027-01-27")])
def test_d10_1a_the_notice_is_done_when_signed_or_when_sent_to_the_last(evening: Evening, needs_sending: bool, met: str | None) -> None:
    answered(evening, conclusion_needs_sending=needs_sending)
    evening.issue("2027-01-27")
    assert evening.due("conclusion")["met_on"] == met


def test_d10_1a_a_notice_that_is_signed_is_done_as_soon_as_sending_is_no_longer_asked_for(issued: Evening) -> None:
    answered(issued, conclusion_needs_sending=False)
    assert issued.due("conclusion")["met_on"] == "2027-01-27"


def test_d10_2_days_that_run_from_receipt_begin_when_it_is_known(issued: Evening) -> None:
    one = issued.look(lambda w: w.db.execute(select(agency_report)).mappings().first())
    assert one is not None
    assert issued.due("agency_report", one["id"])["due"] == "2027-02-12"
    issued.sent("2027-01-28")
    row = next(row for row in issued.look(lambda w: recipients_of(w, CASE)) if row["body"] == one["body"])
    issued.did("van-phong", lambda w: received(w, CASE, row["id"], date(2027, 1, 29)), "2027-01-29")
    assert issued.due("agency_report", one["id"])["due"] == "2027-02-12"
    assert answered(issued, agency_report_from="received") > 0
    assert issued.due("agency_report", one["id"])["counted_from"]["from"] == "2027-01-29"
    answered(issued, agency_report_from="notice_date")
    assert issued.due("agency_report", one["id"])["due"] == "2027-02-12"


def test_what_is_met_stays_as_it_was(issued: Evening) -> None:
    issued.look(lambda w: w.db.execute(update(deadline).where(deadline.c.kind == "conclusion").values(closed=True, met_on="2027-01-28")))
    answered(issued, conclusion_days=5)
    assert issued.due("conclusion")["due"] == "2027-01-28"
