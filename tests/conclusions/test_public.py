"""What everybody may follow, what the one who asked is told, and the publication that the law wants (D3, D12.1)."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest
from sqlalchemy import select

from moderation import Refusal
from server.conclusions import publishing, reports, tasks
from server.conclusions.petitioners import status_for_petition
from server.conclusions.tables import milestone, publication
from server.notifications.tables import message
from server.petitions.tables import petition
from tests.conclusions.evening import HOME, Evening
from tests.office.ward import CASE

PAGE = f"/cong-khai/ket-luan/{CASE}"


async def test_D3_after_the_issue_everybody_sees_agency_due_and_status(evening: Evening) -> None:
    await evening.page("", PAGE, 404)
    evening.issue("2027-01-27")
    page = await evening.page("", PAGE)
    assert "Nạo vét tuyến cống ngõ 12 phố Cầu Mây" in page
    assert "Phòng KT-HT-ĐT" in page and "26/02/2027" in page and "Đang thực hiện" in page
    assert evening.ward.example["conference"]["title"] in await evening.page("", "/cong-khai/ket-luan")


async def test_D3_the_history_of_an_item_is_public(evening: Evening) -> None:
    item = evening.item("KL-01")["id"]
    evening.did("van-phong", lambda w: tasks.add_milestone(w, item, "Nạo vét 100 m đầu", date(2027, 2, 1)))
    evening.issue("2027-01-27")
    step = evening.look(lambda w: tasks.rows_of(w, milestone, item))[0]["id"]
    evening.did("kthtdt", lambda w: tasks.reach_milestone(w, item, step, date(2027, 2, 1), []), "2027-02-01")
    evening.did("kthtdt", lambda w: tasks.note(w, item, "Việc nội bộ, ông Nguyễn Văn A vắng", [], False))
    evening.did("kthtdt", lambda w: tasks.note(w, item, "Đã nạo vét 60%", [], True))
    page = await evening.page("", f"{PAGE}/KL-01")
    for words in ("Người chủ trì kết luận tại hội nghị.", "/TB-UBND", "Xong mốc: Nạo vét 100 m đầu", "Đã nạo vét 60%"):
        assert words in page
    assert "Nguyễn Văn A" not in page
    await evening.page("", f"{PAGE}/KL-99", 404)


async def test_D3_no_public_page_holds_personal_data(issued: Evening) -> None:
    rows = issued.look(lambda w: w.db.execute(select(petition.c.name, petition.c.content, petition.c.email, petition.c.phone)).all())
    for path in (PAGE, *(f"{PAGE}/{c['id']}" for c in issued.ward.example["conclusions"])):
        page = await issued.page("", path)
        assert not [value for row in rows for value in row if value and value in page]


async def test_a_late_item_is_said_to_be_late(issued: Evening) -> None:
    issued.ward.at("2027-03-01")
    assert "Quá hạn" in await issued.page("", f"{PAGE}/KL-01")


def test_the_law_wants_the_results_within_ten_days(evening: Evening) -> None:
    told = evening.ward.example["after_conference"]["results_publication"]
    day = told["published_on"]
    with pytest.raises(Refusal, match="day_to_come"):
        evening.did("van-phong", lambda w: publishing.publish(w, CASE, "web", day, "", []))
    for channel in ("web", "posted", "heads"):
        evening.did("van-phong", partial(publishing.publish, id=CASE, channel=channel, on=day, address="", files=[]), day)
    due = evening.due("publication")
    assert (due["met_on"], due["met_on"] <= due["due"]) == (day.isoformat(), told["expected_on_time"])


async def test_published_results_are_public_before_the_notice(evening: Evening) -> None:
    evening.ward.at("2027-01-22")
    answer = await evening.post("van-phong", f"{HOME}/cong-bo", {"channel": "web", "on": "2027-01-22", "address": "Trang thông tin phường"})
    assert answer.status_code == 303
    assert "thông báo kết luận sẽ được ban hành sau" in await evening.page("", PAGE)
    one = evening.look(lambda w: w.db.scalar(select(publication.c.id)))
    assert (await evening.post("van-phong", f"{HOME}/cong-bo/{one}/bo", {"why": "Ghi nhầm"})).status_code == 303
    assert evening.due("publication")["met_on"] is None
    await evening.page("", PAGE, 404)


def test_whoever_agreed_is_told_of_each_change_and_nobody_else(issued: Evening) -> None:
    ids = issued.report_ids("KL-01", body="kthtdt")
    issued.did("kthtdt", lambda w: reports.report(w, CASE, ids, date(2027, 2, 3), date(2027, 2, 3), "Đã tiếp nhận", []), "2027-02-03")
    item = issued.item("KL-01")["id"]
    issued.did("van-phong", lambda w: tasks.close_item(w, item, date(2027, 2, 20), "Đã nạo vét", []), "2027-02-20")
    told = issued.look(lambda w: w.db.execute(select(message).where(message.c.kind == "follow_up").order_by(message.c.created)).mappings().all())
    assert {(row["channel"], row["address"]) for row in told} == {("email", "ngo12@example.vn"), ("sms", "+84310000010")}
    mine = [row["text"] for row in told if row["channel"] == "email"]
    assert len(mine) == 3
    assert "đã được ban hành" in mine[0] and "Phòng KT-HT-ĐT đã thông báo" in mine[1] and "đã hoàn thành ngày 20/02/2027" in mine[2]
    assert all("mã KN-01" in text for text in mine)


def test_D12_1_the_one_who_asked_finds_the_status_and_a_merged_one_finds_it_too(evening: Evening) -> None:
    assert evening.look(lambda w: status_for_petition(w, "kn-02")) == []
    evening.issue("2027-01-27")
    [found] = evening.look(lambda w: status_for_petition(w, "kn-02"))
    assert (found["code"], found["state"], found["lead_name"]) == ("KL-02", "open", "Văn phòng HĐND và UBND phường Bến Sông")
    assert evening.look(lambda w: status_for_petition(w, "yk-13")) == [found]
    assert evening.look(lambda w: status_for_petition(w, "unknown")) == []
