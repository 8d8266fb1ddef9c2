"""From the room to the issued notice: items, clocks, extension, signature, recipients (D9.7, D10.1, D11.3)."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date
from typing import Any

import pikepdf
import pytest
from sqlalchemy import func, select

from moderation import Refusal
from moderation.case.following import Group
from server.accounts.staff import create_account
from server.conclusions import distribution, issuing
from server.conclusions.extracts import extract_text
from server.conclusions.from_room import from_room
from server.conclusions.items import items_of, save_item
from server.conclusions.paper_data import notice_data
from server.conclusions.petitioners import petitioners
from server.conclusions.tables import asked
from server.notifications.tables import message
from server.office.tables import history
from server.office.work import Work
from server.organisation.tables import duty
from server.papers.as_html import render_html
from server.papers.compose import compose
from server.papers.office_templates import STATE_SAMPLE
from server.petitions.tables import petition
from server.search.search import find
from tests.conclusions.conftest import closed_room
from tests.conclusions.evening import HOME, Evening
from tests.office.ward import CASE


def test_D9_7_each_outcome_of_the_room_becomes_an_item(evening: Evening) -> None:
    items = evening.look(lambda w: items_of(w, CASE))
    example = evening.ward.example["conclusions"]
    assert [item["code"] for item in items] == [c["id"] for c in example]
    assert [item["text"] for item in items] == [c["text"] for c in example]
    assert [item["due"] for item in items] == [c["due"].isoformat() for c in example]
    assert evening.item("KL-10")["kind"] == "beyond_authority" and evening.item("KL-10")["sent_to"] == "ubndtp"
    assert evening.stage == "awaiting_notice"


def test_D9_7_an_item_without_lead_or_due_is_refused_unless_it_was_answered(evening: Evening) -> None:
    item = evening.item("KL-01")
    with pytest.raises(Refusal, match="outcome_needs_agency"):
        evening.did("van-phong", lambda w: save_item(w, item["id"], item["version"], lead=None))
    with pytest.raises(Refusal, match="outcome_needs_due"):
        evening.did("van-phong", lambda w: save_item(w, item["id"], item["version"], due=None))
    evening.did("van-phong", lambda w: save_item(w, item["id"], item["version"], kind="settled", lead=None, due=None))
    assert evening.item("KL-01")["state"] == "settled"


def test_taking_over_the_room_twice_changes_nothing(evening: Evening) -> None:
    count = select(func.count()).select_from(history)
    before = evening.look(lambda w: w.db.scalar(count))
    evening.did("system", lambda w: from_room(w, CASE, closed_room()))
    assert evening.look(lambda w: w.db.scalar(count)) == before


def test_a_correction_in_the_room_changes_what_it_changed_and_keeps_what_the_office_wrote(evening: Evening) -> None:
    item = evening.item("KL-01")
    evening.did("van-phong", lambda w: save_item(w, item["id"], item["version"], text="Lời văn của văn phòng", opinion="Ngõ ngập"))
    room = closed_room()
    outcome = replace(room.outcomes["KL-01"], due="2027-03-05")
    rest = {id: one for id, one in room.outcomes.items() if id != "KL-11"}
    evening.did("system", lambda w: from_room(w, CASE, replace(room, outcomes={**rest, "KL-01": outcome})))
    now = evening.item("KL-01")
    assert (now["text"], now["opinion"], now["due"]) == ("Lời văn của văn phòng", "Ngõ ngập", "2027-03-05")
    assert evening.due("task", item["id"])["due"] == "2027-03-05"
    codes = [one["code"] for one in evening.look(lambda w: items_of(w, CASE))]
    assert "KL-11" not in codes and len(codes) == 10


def test_D10_1_every_clock_runs_from_the_closing_day(evening: Evening) -> None:
    expected = evening.ward.example["expected_deadlines"]
    assert evening.due("conclusion")["due"] == expected["conclusion_due"].isoformat()
    assert evening.due("publication")["due"] == expected["law72_publication_due_rolled"].isoformat()
    assert evening.due("publication")["safe"] == expected["law72_publication_due"].isoformat()
    assert evening.due("task", evening.item("KL-01")["id"])["owner"] == "kthtdt"


async def test_D10_1c_extension_without_reason_is_refused_with_one_it_gives_15_days(evening: Evening) -> None:
    evening.ward.at("2027-01-20")
    refused = await evening.post("chu-tich", f"{HOME}/gia-han", {"ground": "beyond_authority"})
    assert refused.status_code == 422 and "Chưa nêu lý do cụ thể của việc gia hạn." in refused.text
    assert evening.due("conclusion")["due"] == "2027-01-28"
    words = "Đơn giá thuộc thẩm quyền thành phố"
    by_office = await evening.post("van-phong", f"{HOME}/gia-han", {"ground": "beyond_authority", "words": words})
    assert by_office.status_code == 403 and evening.notice["ground"] == ""
    taken = await evening.post("chu-tich", f"{HOME}/gia-han", {"ground": "beyond_authority", "words": words})
    assert taken.status_code == 303
    assert evening.due("conclusion")["due"] == evening.ward.example["expected_deadlines"]["conclusion_due_extended"].isoformat()
    assert (evening.notice["ground"], evening.notice["extended_on"]) == ("beyond_authority", "2027-01-20")


def test_an_extension_given_in_the_room_counts(evening: Evening) -> None:
    room = replace(closed_room(), notice_ground="complex", notice_words="Liên quan nhiều cơ quan")
    evening.did("system", lambda w: from_room(w, CASE, room))
    assert evening.due("conclusion")["due"] == "2027-02-11"
    assert evening.notice["ground_words"] == "Liên quan nhiều cơ quan"


async def test_D11_3_what_the_chair_has_not_signed_is_not_issued(evening: Evening) -> None:
    for path in ("trinh", None):
        if path:
            assert (await evening.post("van-phong", f"{HOME}/{path}")).status_code == 303
        refused = await evening.post("van-phong", f"{HOME}/ban-hanh")
        assert refused.status_code == 422
        assert "Người chủ trì chưa ký nên chưa ban hành được" in refused.text
    assert (await evening.post("van-phong", f"{HOME}/ky")).status_code == 403
    assert evening.notice["state"] == "submitted" and evening.notice["number"] == ""


def test_D11_3_draft_submitted_signed_issued(issued: Evening) -> None:
    found = issued.notice
    assert (found["state"], found["signed_on"], found["issued_on"]) == ("issued", "2027-01-27", "2027-01-27")
    assert found["number"].endswith("/TB-UBND")
    assert issued.stage == "issued"
    item = issued.item("KL-01")
    with pytest.raises(Refusal, match="notice_is_signed"):
        issued.did("van-phong", lambda w: save_item(w, item["id"], item["version"], text="Khác"))


def test_D11_3_another_chair_of_the_ward_signs_nothing_here(evening: Evening) -> None:
    def secretary_of_the_party(w: Work) -> None:
        w.add(duty, account=create_account(w.db, "bi-thu", "Bí thư Đảng ủy phường", w.now), role="chair", body="dang_uy", office="bt-dang-uy",
              deputy=False, valid_from="2025-07-01")  # fmt: skip

    evening.did("system", secretary_of_the_party)
    evening.did("van-phong", lambda w: issuing.submit(w, CASE))
    with pytest.raises(Refusal, match="not_presiding"):
        evening.did("bi-thu", lambda w: issuing.sign(w, CASE))
    with pytest.raises(Refusal, match="not_presiding"):
        evening.did("bi-thu", lambda w: issuing.extend_notice(w, CASE, "complex", "Cần thêm thời gian"))
    assert (evening.notice["state"], evening.notice["ground"]) == ("submitted", "")


def test_a_submitted_draft_that_is_changed_must_be_submitted_again(evening: Evening) -> None:
    evening.did("van-phong", lambda w: issuing.submit(w, CASE))
    item = evening.item("KL-01")
    evening.did("van-phong", lambda w: save_item(w, item["id"], item["version"], text="Khác"))
    assert evening.notice["state"] == "draft"
    with pytest.raises(Refusal, match="notice_state"):
        evening.did("chu-tich", lambda w: issuing.sign(w, CASE))


def test_the_chair_gives_a_draft_back_with_words(evening: Evening) -> None:
    evening.did("van-phong", lambda w: issuing.submit(w, CASE))
    evening.did("chu-tich", lambda w: issuing.give_back(w, CASE, "Ghi rõ kinh phí"))
    assert (evening.notice["state"], evening.notice["returned"]) == ("draft", "Ghi rõ kinh phí")


def test_D10_1b_the_five_groups_are_those_of_the_example(issued: Evening) -> None:
    listed: dict[str, set[str]] = {}
    for row in issued.look(lambda w: distribution.recipients_of(w, CASE)):
        listed.setdefault(row["group"], set()).add(row["body"] or row["name"])
    told = issued.ward.example["after_conference"]["conclusion_notice"]["distribution"]
    assert listed["agencies"] == set(told["agencies"])
    assert listed["mobilisation"] == set(told["mass_mobilisation"])
    assert listed["front"] == set(told["front"])
    assert listed["superiors"] == set(told["superiors"])
    assert len(listed["petitioners"]) == 15  # 12 petitions, 2 merged into one of them, 1 raised in the room
    assert len(listed) == issued.ward.example["after_conference"]["conclusion_notice"]["expected_distribution_groups"]


def test_D10_1b_it_is_not_complete_while_a_superior_is_missing(issued: Evening) -> None:
    issued.sent("2027-01-27", but=("ubndtp",))
    with pytest.raises(Refusal, match="distribution_incomplete") as refused:
        issued.did("van-phong", lambda w: distribution.complete(w, CASE))
    assert refused.value.details["groups"] == "Cấp ủy, chính quyền cấp trên"
    assert issued.due("conclusion")["met_on"] is None and issued.stage == "issued"


def test_D10_1a_sent_by_the_28th_is_on_time(issued: Evening) -> None:
    issued.sent("2027-01-28")
    assert issued.did("van-phong", lambda w: distribution.complete(w, CASE)) == date(2027, 1, 28)
    due = issued.due("conclusion")
    assert (due["met_on"], due["closed"], due["due"]) == ("2027-01-28", True, "2027-01-28")
    assert issued.stage == "carried_out"


async def test_D10_1a_sent_on_the_29th_is_late_by_one_working_day(issued: Evening) -> None:
    issued.sent("2027-01-29")
    assert issued.did("van-phong", lambda w: distribution.complete(w, CASE)) == date(2027, 1, 29)
    assert issued.due("conclusion")["met_on"] == "2027-01-29"
    assert "Thông báo gửi chậm 01 ngày làm việc." in await issued.page("van-phong", HOME)


def test_a_message_that_failed_reached_nobody(issued: Evening) -> None:
    rows = issued.look(lambda w: distribution.recipients_of(w, CASE))
    issued.did("van-phong", lambda w: distribution.send(w, CASE, [row["id"] for row in rows]))
    failed = next(row for row in issued.look(lambda w: distribution.recipients_of(w, CASE)) if row["refs"] == ["KN-01"])
    issued.did("system", lambda w: w.change(message, failed["message"], state="failed"))
    with pytest.raises(Refusal, match="distribution_incomplete"):
        issued.did("van-phong", lambda w: distribution.complete(w, CASE))
    issued.did("van-phong", lambda w: distribution.send(w, CASE, [failed["id"]]))
    again = next(row for row in issued.look(lambda w: distribution.recipients_of(w, CASE)) if row["refs"] == ["KN-01"])
    assert again["message"] != failed["message"] and again["message_state"] == "queued"


def test_sending_twice_queues_one_message(issued: Evening) -> None:
    rows = [row["id"] for row in issued.look(lambda w: distribution.recipients_of(w, CASE))]
    count = select(func.count()).select_from(message).where(message.c.kind == "notice")
    for _ in range(2):
        issued.did("van-phong", lambda w: distribution.send(w, CASE, rows))
    assert issued.look(lambda w: w.db.scalar(count)) == len(rows)


def test_a_text_message_says_where_to_read_and_an_email_holds_the_extract(issued: Evening) -> None:
    rows = {
        row["channel"]: row
        for row in issued.look(lambda w: distribution.recipients_of(w, CASE))
        if row["refs"] and row["channel"] in ("sms", "email")
    }
    issued.did("van-phong", lambda w: distribution.send(w, CASE, [row["id"] for row in rows.values()]))
    sent = {row.channel: row.text for row in issued.look(lambda w: w.db.execute(select(message).where(message.c.kind == "notice")).all())}
    assert "trang Theo dõi" in sent["sms"] and len(sent["sms"]) < 160
    assert "Nạo vét tuyến cống ngõ 12" in sent["email"]


def test_what_was_confirmed_as_sent_stays(issued: Evening) -> None:
    issued.sent("2027-01-28")
    issued.did("van-phong", lambda w: distribution.complete(w, CASE))
    with pytest.raises(Refusal, match="distribution_done"):
        issued.sent("2027-01-29")
    with pytest.raises(Refusal, match="distribution_done"):
        issued.did("van-phong", lambda w: distribution.add_recipient(w, CASE, Group.SUPERIORS, "dien"))


async def test_the_office_reads_an_extract_before_it_is_sent(issued: Evening) -> None:
    one = next(row for row in issued.look(lambda w: distribution.recipients_of(w, CASE)) if row["refs"] == ["KN-05"])
    page = await issued.page("van-phong", f"{HOME}/noi-nhan/{one['id']}/trich")
    assert "Sửa xong hai phòng học" in page and "Nạo vét" not in page
    await issued.page("kthtdt", f"{HOME}/noi-nhan/{one['id']}/trich", 403)


def test_nothing_is_ticked_before_the_issue_or_on_a_day_to_come(issued: Evening) -> None:
    one = [issued.look(lambda w: distribution.recipients_of(w, CASE))[0]["id"]]
    with pytest.raises(Refusal, match="sent_before_issue"):
        issued.did("van-phong", lambda w: distribution.mark_sent(w, CASE, one, date(2027, 1, 26)))
    with pytest.raises(Refusal, match="day_to_come"):
        issued.did("van-phong", lambda w: distribution.mark_sent(w, CASE, one, date(2027, 1, 28)))
    with pytest.raises(Refusal, match="not_allowed"):
        issued.did("kthtdt", lambda w: distribution.mark_sent(w, CASE, one, date(2027, 1, 27)))


def test_an_extract_holds_the_own_items_and_no_other_name(issued: Evening) -> None:
    people = [row for row in issued.look(lambda w: distribution.recipients_of(w, CASE)) if row["refs"]]
    everybody = issued.look(lambda w: w.db.execute(select(petition.c.id, petition.c.name, petition.c.content)).all())
    items = issued.look(lambda w: items_of(w, CASE))
    about = issued.look(lambda w: w.db.execute(select(asked.c.conclusion, asked.c.ref)).all())
    for person in people:
        text = issued.look(lambda w, p=person: extract_text(w, CASE, p["refs"], p["own"]))  # type: ignore[misc]
        mine = {row.conclusion for row in about if row.ref in person["refs"]}
        assert [item["code"] for item in items if item["text"] in text] == [item["code"] for item in items if item["id"] in mine]
        assert not any(other.name in text for other in everybody)
        assert not any(other.content in text for other in everybody if other.id not in person["own"])


async def test_the_draft_is_a_page_for_everybody_who_sees_the_case(evening: Evening) -> None:
    page = await evening.page("van-phong", HOME)
    assert "KL-11" in page and "Trình người chủ trì" in page and "28/01/2027" in page
    assert "Trình người chủ trì" not in await evening.page("kthtdt", HOME)
    item = evening.item("KL-03")["id"]
    assert "Trả kết quả 26 hồ sơ" in await evening.page("van-phong", f"{HOME}/muc/{item}")


async def test_the_draft_can_be_read_as_it_will_be_printed(evening: Evening) -> None:
    async with evening.browser("van-phong") as browser:
        printed = await browser.get(f"{HOME}/thong-bao.pdf")
    assert printed.status_code == 200 and printed.content.startswith(b"%PDF-")
    async with evening.browser() as browser:
        assert (await browser.get(f"{HOME}/thong-bao.pdf")).status_code in (303, 401)


async def test_an_item_is_edited_with_who_does_what(evening: Evening) -> None:
    item = evening.item("KL-03")
    data = {"kind": "assigned", "text": item["text"], "lead": "kthtdt", "coordinating": ["vpdk", "hcc"], "due": "31/03/2027", "version": item["version"],
            "share_body": ["hcc", "", ""], "share_text": ["Lập phiếu hướng dẫn", "", ""]}  # fmt: skip
    answer = await evening.post("van-phong", f"{HOME}/muc/{item['id']}", data)
    assert answer.status_code == 303, answer.text
    assert evening.item("KL-03")["shares"] == [{"body": "hcc", "text": "Lập phiếu hướng dẫn"}]
    stale = await evening.post("van-phong", f"{HOME}/muc/{item['id']}", data | {"text": "Lời đã gõ"})
    assert stale.status_code == 422 and "Lời đã gõ" in stale.text
    assert evening.item("KL-03")["text"] == item["text"]


async def test_before_the_conference_there_is_no_conclusion(evening: Evening) -> None:
    from server.conferences.tables import conference

    with evening.ward.work() as w:
        w.add(conference, id="DT-2027-02", unit="p-bensong", title="Hội nghị sau", stage="draft", regime="periodic", created=w.now)
    assert "chưa có kết luận" in await evening.page("van-phong", "/van-phong/hoi-nghi/DT-2027-02/ket-luan")
    with pytest.raises(Refusal, match="not_after_conference"):
        evening.did("van-phong", lambda w: issuing.submit(w, "DT-2027-02"))


async def test_extracts_that_go_out_as_letters_are_printed_together(issued: Evening) -> None:
    people = [row for row in issued.look(lambda w: distribution.recipients_of(w, CASE)) if row["refs"]]
    letters = [row for row in people if row["channel"] == "paper"]
    async with issued.browser("van-phong") as browser:
        printed, one = await browser.get(f"{HOME}/noi-nhan/trich.pdf"), await browser.get(f"{HOME}/noi-nhan/{letters[0]['id']}/trich.pdf")
    assert printed.status_code == one.status_code == 200
    with pikepdf.open(io.BytesIO(printed.content)) as together, pikepdf.open(io.BytesIO(one.content)) as alone:
        assert len(together.pages) == len(letters) * len(alone.pages) == 13
    async with issued.browser("kthtdt") as browser:
        assert (await browser.get(f"{HOME}/noi-nhan/trich.pdf")).status_code == 403


def test_an_item_is_found_by_its_words_without_their_marks(evening: Evening) -> None:
    [found] = evening.did("van-phong", lambda w: find(w, "nao vet cong ngo 12", kinds=("conclusion",)))[0]
    assert found.title.startswith("KL-01") and found.path == f"/van-phong/nhiem-vu/{evening.item('KL-01')['id']}"
    item = evening.item("KL-01")
    evening.did("van-phong", lambda w: save_item(w, item["id"], item["version"], text="Lát lại mặt đường", opinion=""))
    assert evening.did("van-phong", lambda w: find(w, "nao vet cong ngo 12", kinds=("conclusion",)))[1] == 0
    assert evening.did("van-phong", lambda w: find(w, "lat lai mat duong"))[1] == 1


def test_D10_1b_namesakes_without_an_address_are_not_taken_for_one_person(evening: Evening) -> None:
    """KN-01 to KN-05 carry one name and one area: only those who left the same number or the same address are one recipient."""
    left: dict[str, dict[str, Any]] = {"kn-01": {}, "kn-02": {"phone": "0225000001"}, "kn-03": {"address": "Số 1 phố Cầu Mây"}, "kn-04": {"phone": "0225000001"},
            "kn-05": {}, "kn-06": {"address": "Số 1 phố Cầu Mây"}}  # fmt: skip
    reached: dict[str, Any] = {"results_by": "", "email": "", "phone": "", "address": ""}
    with evening.ward.work() as w:
        for one, given in left.items():
            w.change(petition, one, name="Nguyễn Văn An", area="Tổ dân phố số 2", **reached | given)
    found = evening.look(lambda w: [person.own for person in petitioners(w, CASE) if person.name == "Nguyễn Văn An"])
    assert sorted(map(sorted, found)) == [["kn-01"], ["kn-02", "kn-04"], ["kn-03", "kn-06"], ["kn-05"]]


def test_D9_7_what_was_settled_is_followed_and_a_body_outside_is_asked_not_told(evening: Evening) -> None:
    """KL-02 was answered in the room and has dates to be kept, KL-07 is for the water company, KL-10 goes to the city, KL-01 was assigned."""
    paper = str(render_html(compose("conclusion_notice", evening.look(lambda w: notice_data(w, CASE)), STATE_SAMPLE).paper))
    said = {code: re.search(rf"<strong>{code}\.</strong>(.*?)</p>", paper) for code in ("KL-01", "KL-02", "KL-07", "KL-10")}
    text = {code: found[1] for code, found in said.items() if found}
    assert " theo dõi việc thực hiện, chậm nhất ngày 15 tháng 02 năm 2027." in text["KL-02"] and "Giao " not in text["KL-02"]
    assert "Hoàn thành chậm nhất" not in text["KL-02"]
    assert "Đề nghị Chi nhánh cấp nước khu vực 3 chủ trì" in text["KL-07"] and "Giao " not in text["KL-07"] and "Kiến nghị" not in text["KL-07"]
    assert "Kiến nghị Ủy ban nhân dân thành phố Hải Phòng" in text["KL-10"] and "Giao Văn phòng" in text["KL-10"]
    assert "Giao Phòng Kinh tế, Hạ tầng và Đô thị phường chủ trì" in text["KL-01"] and "Hoàn thành chậm nhất" in text["KL-01"]
