"""The end of a case: the lock freezes the dossier, the conclusions go on, and whichever comes second closes the case (D13.2, D15.2)."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest
from sqlalchemy import select

from moderation import Refusal
from moderation.case.dossier import SLOTS
from server.conclusions import distribution, reports, tasks
from server.conclusions.items import items_of
from server.deadlines.tables import deadline
from server.dossier.keeping import keep, lock_dossier, put_in
from server.reports.sources import SOURCES, Scope
from tests.conclusions.evening import HOME, Evening
from tests.dossier.conftest import files_of, scan
from tests.office.ward import CASE

DOSSIER = f"/van-phong/hoi-nghi/{CASE}/ho-so"


def fill(evening: Evening) -> None:
    """A scan in every place of the dossier, and its custodian."""
    with evening.ward.work("van-phong") as w:
        for slot in SLOTS:
            put_in(w, files_of(evening.ward), CASE, slot.id, f"{slot.id}.pdf", scan(slot.id), number="01/VB", subject=slot.id)
        keep(w, CASE, "10 năm", "Văn phòng")


def done(evening: Evening, on: date) -> None:
    """Every item is carried out."""
    evening.ward.at(on)
    for item in evening.look(lambda w: items_of(w, CASE)):
        evening.did("van-phong", partial(tasks.close_item, id=item["id"], on=on, result="Xong", files=[]))


def sent(evening: Evening) -> None:
    evening.sent("2027-01-28")
    evening.did("van-phong", lambda w: distribution.complete(w, CASE))


async def test_D15_2_the_lock_freezes_the_papers_and_the_last_item_closes_the_case(issued: Evening) -> None:
    fill(issued)
    sent(issued)
    ids = issued.report_ids("KL-01", body="kthtdt")
    before = await issued.page("van-phong", DOSSIER)
    assert "Nội dung kết luận chưa xong (11): KL-01, KL-02" in before and "Hội nghị chưa đóng khi còn nội dung" in before
    issued.did("van-phong", lambda w: lock_dossier(w, CASE))
    assert issued.stage == "carried_out"
    with pytest.raises(Refusal, match="dossier_locked"):
        issued.did("van-phong", lambda w: put_in(w, files_of(issued.ward), CASE, "bien_ban", "x.pdf", scan("x")))
    both = {"ids": ids, "to_chair_on": "2027-01-28", "to_petitioner_on": "2027-01-28"}
    answer = await issued.post("kthtdt", f"{HOME}/bao-cao/kthtdt", both)
    assert answer.status_code == 303, answer.text
    assert issued.due("agency_report", ids[0])["met_on"] == "2027-01-28"
    assert "Cơ quan chưa báo cáo đủ" in await issued.page("van-phong", DOSSIER)
    done(issued, date(2027, 8, 13))
    assert issued.stage == "closed"
    rows = issued.look(lambda w: w.db.execute(select(deadline).where(deadline.c.conference == CASE)).mappings().all())
    assert rows and all(row["closed"] for row in rows) and any(row["met_on"] is None for row in rows)
    item = issued.item("KL-01")["id"]
    with pytest.raises(Refusal, match="case_closed"):
        issued.did("kthtdt", lambda w: tasks.ask_longer(w, item, date(2027, 12, 1), "Mưa"))


def test_D15_2_a_lock_after_all_work_closes_at_once_and_a_late_report_is_still_received(issued: Evening) -> None:
    fill(issued)
    sent(issued)
    done(issued, date(2027, 8, 13))
    assert issued.stage == "carried_out"
    issued.did("van-phong", lambda w: lock_dossier(w, CASE))
    assert issued.stage == "closed"
    ids = issued.report_ids("KL-01", body="kthtdt")
    on = date(2027, 8, 13)
    assert issued.due("agency_report", ids[0])["met_on"] is None
    issued.did("kthtdt", lambda w: reports.report(w, CASE, ids, on, on, "Đã tiếp nhận", []))
    due = issued.due("agency_report", ids[0])
    assert (due["met_on"], due["closed"]) == ("2027-08-13", True) and due["due"] < due["met_on"]


def test_D15_2_a_notice_on_its_way_keeps_a_locked_case_open(issued: Evening) -> None:
    fill(issued)
    done(issued, date(2027, 1, 28))
    issued.did("van-phong", lambda w: lock_dossier(w, CASE))
    assert issued.stage == "issued"
    sent(issued)
    assert issued.stage == "closed"


def test_D15_1a_a_report_that_was_never_made_stays_counted_when_the_case_is_closed(issued: Evening) -> None:
    fill(issued)
    sent(issued)
    issued.ward.at("2027-08-13")
    before = counted(issued)
    done(issued, date(2027, 8, 13))
    issued.did("van-phong", lambda w: lock_dossier(w, CASE))
    assert counted(issued) == before and "agency_report:late" in before


def counted(evening: Evening) -> list[str]:
    """The kept and missed deadlines, as the periodic reports count them."""
    scope = Scope((CASE,), "2027-12-01")
    return sorted(row.category for row in evening.look(lambda w: w.db.execute(SOURCES["deadline"](scope)).all()))
