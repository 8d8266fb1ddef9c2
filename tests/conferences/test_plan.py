"""The plan of a case, clause by clause (Art. 2, 5–8, 11.2, 13.1), and through its page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from moderation import Refusal
from moderation.case.plans import BLOCKS, check_kind, held_in, year_warning
from moderation.case.stages import Stage
from server.accounts.keys import new_id
from server.conferences import plan
from server.conferences.gates import gates
from server.conferences.plan import ChairForm, NewForm, PlanForm, add_chair, approve, missing, new_case, save_plan
from server.conferences.postponing import PostponeForm, postpone, resume
from server.conferences.tables import chair, conference, content
from server.deadlines.tables import deadline
from server.organisation.tables import office
from tests.office.ward import CASE, Ward, open_ward

WHOLE: dict[str, Any] = {
    "title": "Hội nghị đối thoại", "regime": "periodic", "format": "combined", "date": date(2027, 1, 14), "starts_at": "13:30", "ends_at": "16:45",
    "place": "Hội trường UBND phường", "topics": "Hạ tầng\nĐất đai", "participants": "Nhân dân phường", "coordination": "Văn phòng chủ trì",
    "profiles": ("QD-1155-QD-TU", "LUAT-72-2025-D43"), "advising_body": "vp", "assignment": "412/UBND-VP", "assignment_date": date(2026, 12, 10),
    "version": 1,
}  # fmt: skip


@pytest.fixture
async def ward(tmp_path: Path) -> AsyncIterator[Ward]:
    async with open_ward(tmp_path) as opened:
        with opened.work() as w:  # nothing is approved yet
            w.db.execute(update(conference).values(approved_at=None, approved_by=None, approved_version=None))
        yield opened


def save(ward: Ward, **changes: Any) -> None:
    with ward.work("van-phong") as w:
        save_plan(w, CASE, PlanForm(**{**WHOLE, "version": w.row(conference, CASE)["version"], **changes}))


def approved(ward: Ward) -> None:
    with ward.work("chu-tich") as w:
        approve(w, CASE, w.row(conference, CASE)["version"])


def test_D5_1_there_are_three_forms_and_no_other(ward: Ward) -> None:
    for form in ("in_person", "online", "combined"):
        save(ward, format=form)
    with pytest.raises(Refusal, match="format_unknown"):
        save(ward, format="by_letter")


def test_D5_2b_an_extraordinary_dialogue_is_advised_and_not_held_up(ward: Ward) -> None:
    save(ward, regime="extraordinary", ground="c", request_paper="01/UBND", request_date=date(2027, 1, 12))
    with ward.work("van-phong") as w:
        states = {gate.key: gate.state for gate in gates(w, CASE)}
    assert (states["invitations"], states["notice"]) == ("advice", "advice")


def test_D6_1_the_content_of_a_periodic_dialogue_has_three_points_and_an_empty_one_is_warned_of(ward: Ward) -> None:
    assert BLOCKS["periodic"] == ("a", "b", "c")
    with ward.work("van-phong") as w:
        assert next(gate for gate in gates(w, CASE) if gate.key == "content").state == "done"
        w.act = "draft_case"
        w.drop(content, w.db.scalars(select(content.c.id).where(content.c.block == "a")).one())
        gate = next(gate for gate in gates(w, CASE) if gate.key == "content")
    assert (gate.state, gate.details["blocks"]) == ("warn", "a")


def test_D6_2a_a_thematic_dialogue_has_a_topic(ward: Ward) -> None:
    with pytest.raises(Refusal, match="topic_needed"):
        save(ward, regime="thematic", topics="")
    save(ward, regime="thematic", topics="Dự án kè bờ sông")


def test_D6_2b_a_thematic_dialogue_may_be_held_with_one_group(ward: Ward) -> None:
    save(ward, regime="thematic", audience="thanh_nien")
    with pytest.raises(Refusal, match="audience_unknown"):
        save(ward, regime="thematic", audience="robots")


def test_D6_3_an_extraordinary_dialogue_stands_on_one_of_three_grounds(ward: Ward) -> None:
    for ground in ("", None, "d"):
        with pytest.raises(Refusal, match="ground_needed_extraordinary"):
            check_kind({"regime": "extraordinary", "ground": ground, "topics": ["x"]})
    with pytest.raises(Refusal, match="ground_needed_extraordinary"), ward.work("van-phong") as w:
        new_case(w, NewForm(title="Đột xuất", regime="extraordinary", unit="p-bensong"))


@pytest.mark.parametrize(
    ("name", "emptied"),
    [("time", {"date": None}), ("place", {"place": ""}), ("format", {"format": None}), ("content", {"topics": ""}), ("participants", {"participants": ""}),
     ("coordination", {"coordination": ""})],
)  # fmt: skip
def test_D8_1a_one_of_the_six_empty_and_the_chair_cannot_approve(ward: Ward, name: str, emptied: dict[str, Any]) -> None:
    save(ward, **emptied)
    with pytest.raises(Refusal) as refused:
        approved(ward)
    assert (refused.value.code, refused.value.details["missing"]) == ("plan_incomplete", [name])
    save(ward)
    approved(ward)


def test_D8_3_an_extraordinary_one_needs_the_written_request_and_nothing_else_more(ward: Ward) -> None:
    save(ward, regime="extraordinary", ground="b", date=date(2026, 12, 17))
    with pytest.raises(Refusal, match="plan_incomplete"):
        approved(ward)
    save(ward, regime="extraordinary", ground="b", date=date(2026, 12, 17), request_paper="420/UBND-VP", request_date=date(2026, 12, 15))
    approved(ward)
    with ward.work() as w:
        assert w.db.scalars(select(deadline.c.due).where(deadline.c.kind == "notice", deadline.c.closed.is_(False))).all() == []


def test_D2_1b_a_deputy_presides_only_by_assignment_in_a_special_case(ward: Ward) -> None:
    with ward.work("van-phong") as w:
        w.act = "draft_case"
        w.drop(chair, w.db.scalars(select(chair.c.id)).one())
        add_chair(w, CASE, ChairForm(office="pct-ubnd"))
    save(ward)
    with ward.work() as w:
        assert missing(w, CASE) == ("deputy_assignment",)
        w.act = "draft_case"
        w.drop(chair, w.db.scalars(select(chair.c.id)).one())
    with ward.work("van-phong") as w:
        add_chair(w, CASE, ChairForm(office="pct-ubnd", reason="Chủ tịch đi công tác", assignment="500/UBND", assignment_date=date(2026, 12, 14)))
        assert missing(w, CASE) == ()


def test_D2_1a_a_party_secretary_presides_too(ward: Ward) -> None:
    with ward.work("van-phong") as w:
        add_chair(w, CASE, ChairForm(office="bt-dang-uy"))
        assert [one.office for one in plan.presides(w, CASE)] == ["ct-ubnd", "bt-dang-uy"], "several may preside together"


def test_D1_3_the_head_of_a_peoples_council_meets_voters_elsewhere(ward: Ward) -> None:
    with ward.work() as w:
        w.add(office, id="ct-hdnd", body="ubnd", title="Chủ tịch HĐND phường Bến Sông", valid_from="2025-07-01")
    with pytest.raises(Refusal, match="not_a_chair"), ward.work("van-phong") as w:
        add_chair(w, CASE, ChairForm(office="ct-hdnd"))


def test_D7_in_a_ward_the_advising_unit_needs_the_heads_assignment(ward: Ward) -> None:
    save(ward, assignment="", assignment_date=None)
    with ward.work() as w:
        assert missing(w, CASE) == ("assignment", "assignment_date")


def test_D11_2_a_form_changed_after_approval_asks_for_approval_again(ward: Ward) -> None:
    save(ward)
    approved(ward)
    save(ward, place="Nhà văn hóa")
    with ward.work() as w:
        assert w.row(conference, CASE)["approved_at"], "the place is not the chair's alone"
    save(ward, format="online")
    with ward.work() as w:
        assert w.row(conference, CASE)["approved_at"] is None
    with pytest.raises(Refusal, match="not_allowed"), ward.work("van-phong") as w:
        approve(w, CASE, w.row(conference, CASE)["version"])


def test_D8_1b_the_last_day_to_invite_runs_under_every_clock(ward: Ward) -> None:
    save(ward)
    with ward.work() as w:
        rows = w.db.execute(
            select(deadline.c.clock, deadline.c.due, deadline.c.safe).where(deadline.c.kind == "notice").order_by(deadline.c.due)
        ).all()
    assert [tuple(row) for row in rows] == [("QD-1155-QD-TU", "2027-01-05", "2027-01-04"), ("LUAT-72-2025-D43", "2027-01-07", "2027-01-06")]


def test_D0_3_a_law_that_is_not_in_force_on_the_day_is_not_taken(ward: Ward) -> None:
    with pytest.raises(Refusal, match="profile_not_in_force"):
        save(ward, date=date(2023, 10, 19), collection_from=None, profiles=("QD-1155-QD-TU",))


def test_D8_2d_each_point_has_somebody_who_presents_it(ward: Ward) -> None:
    with ward.work("van-phong") as w:
        plan.save_block(w, CASE, plan.BlockForm(block="a", text="Tình hình", speaker=""))
        gate = next(gate for gate in gates(w, CASE) if gate.key == "speakers")
    assert (gate.state, gate.details["blocks"]) == ("warn", "a")


def test_D5_2a_dialogues_are_counted_per_chair_and_calendar_year() -> None:
    held = [("ct-ubnd", "2027-01-14"), ("ct-ubnd", "2026-12-31"), ("bt-dang-uy", "2027-06-01")]
    assert held_in(2027, held) == {"ct-ubnd": 1, "bt-dang-uy": 1}
    assert year_warning(date(2027, 11, 1), 2027, planned=True, held=False) == "none_held"
    assert year_warning(date(2027, 10, 31), 2027, planned=True, held=False) == ""


def test_D13_1_a_year_without_a_plan_is_warned_of_from_the_last_day_of_january() -> None:
    assert year_warning(date(2027, 1, 30), 2027, planned=False, held=False) == ""
    assert year_warning(date(2027, 1, 31), 2027, planned=False, held=False) == "none_planned"


def test_postponed_to_a_new_day_the_days_are_counted_anew(ward: Ward) -> None:
    save(ward)
    approved(ward)
    with ward.work("chu-tich") as w:
        postpone(w, CASE, PostponeForm(why="Bão", date=date(2027, 1, 28)))
    with ward.work("chu-tich") as w:
        resume(w, CASE)
        assert w.row(conference, CASE)["stage"] == Stage.APPROVED
        due = w.db.scalar(select(deadline.c.due).where(deadline.c.kind == "notice", deadline.c.clock == "QD-1155-QD-TU"))
    assert due == "2027-01-19"


def test_two_who_edit_at_once_do_not_overwrite_each_other(ward: Ward) -> None:
    save(ward)
    with pytest.raises(Refusal, match="stale_page"):
        save(ward, version=1)


async def test_the_page_takes_a_case_from_its_beginning_to_the_chairs_approval(ward: Ward) -> None:
    async with ward.browser("van-phong") as browser:
        assert (await browser.get("/van-phong/hoi-nghi/moi")).status_code == 200
        begun = await browser.post(
            "/van-phong/hoi-nghi/moi", data={"once": new_id(), "title": "Hội nghị mới", "regime": "periodic", "unit": "p-bensong"}
        )
        path = begun.headers["location"].partition("?")[0]
        assert (begun.status_code, path) == (303, "/van-phong/hoi-nghi/DT-2026-01/ke-hoach")
        fields = {**WHOLE, "date": "14/01/2027", "assignment_date": "2026-12-10", "once": new_id(), "ends_at": "12:00"}
        wrong = await browser.post(path, data=fields)
        assert wrong.status_code == 422 and "Giờ kết thúc phải sau giờ bắt đầu." in wrong.text and "Hội trường UBND phường" in wrong.text
        right = await browser.post(path, data={**fields, "ends_at": "16:45", "once": new_id()})
        assert right.status_code == 303, right.text
        more = await browser.post(f"{path}/chu-tri", data={"once": new_id(), "office": "ct-ubnd"})
        assert more.status_code == 303, more.text
        for code, kind, name in (("DC-01", "main", "Hội trường"), ("DC-02", "branch", "Nhà văn hóa")):
            venue = {"once": new_id(), "code": code, "kind": kind, "name": name, "capacity": "60", "cameras": "1"}
            assert (await browser.post(f"{path}/diem-cau", data=venue)).status_code == 303
    async with ward.browser("chu-tich") as browser:
        page = (await browser.get(path)).text
        version = page.partition("/duyet")[2].partition('name="version" value="')[2].partition('"')[0]
        assert (await browser.post(f"{path}/duyet", data={"once": new_id(), "version": version})).status_code == 303
    with ward.work() as w:
        assert w.row(conference, "DT-2026-01")["stage"] == "approved"
