"""Carrying out the conclusion: the agencies' reports, milestones, longer terms, urging, findings, referral (D10.2, D13.2, D13.3, D14.2, D14.3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from moderation import Refusal
from server.conclusions import referrals, reports, tasks
from server.conclusions.clocks import working_days
from server.conclusions.items import items_of, save_item
from server.conclusions.supervision import change_finding, findings_of, write_finding
from server.conclusions.tables import extension, finding, milestone, progress, referral, supervision, urge
from server.i18n import t
from server.notifications.tables import message
from server.office.work import Work
from tests.conclusions.evening import HOME, Evening
from tests.office.ward import CASE

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)
"""A picture of one pixel."""


def said(judged: Any) -> str:
    """The standing of a report in words, as the page says it."""
    return "; ".join(t("vi", f"agency_report.fault.{fault}", days=f"{days:02}") for fault, days in judged.faults)


def test_D10_2_the_agencies_of_the_example_report_as_it_expects(issued: Evening) -> None:
    expected = issued.ward.example["after_conference"]["agency_reports"]
    for told in expected:
        ids = issued.report_ids(*told["covers"], body=told["agency"]) if told["agency"] != "nuoc" else []
        for part in ("to_chair_on", "to_petitioner_on"):
            if told[part]:
                issued.did("van-phong", reported(ids, part, told[part]), told[part])
    issued.ward.at("2027-03-01")
    calendar = issued.look(working_days)
    for told in expected:
        rows = [row for row in issued.look(lambda w: reports.reports_of(w, CASE)) if row["body"] == told["agency"] and row["code"] in told["covers"]]
        for row in rows:
            judged = issued.look(partial(reports.judged, row=row, calendar=calendar))
            assert row["due"] == issued.ward.example["expected_deadlines"]["agency_report_due"].isoformat()
            assert judged.on_time == told["expected_on_time"], row["code"]
            assert said(judged) == told.get("expected_reason", "")
        assert len(rows) == len(told["covers"])


def reported(ids: list[str], part: str, on: date) -> Callable[[Work], None]:
    """One of the two reports, on this day."""
    chair, petitioner = (on if part == name else None for name in ("to_chair_on", "to_petitioner_on"))
    return lambda w: reports.report(w, CASE, ids, chair, petitioner, "Đã tiếp nhận", [])


async def test_D10_2_one_part_missing_on_day_eight_makes_the_item_late(issued: Evening) -> None:
    ids = issued.report_ids("KL-01", body="kthtdt")
    issued.did("kthtdt", lambda w: reports.report(w, CASE, ids, date(2027, 2, 3), None, "Đã tiếp nhận", []), "2027-02-03")
    issued.ward.at("2027-02-12")
    assert "Chưa thông báo cho người nêu kiến nghị, quá hạn" not in await issued.page("kthtdt", f"{HOME}/bao-cao")
    issued.ward.at("2027-02-15")
    assert "Chưa thông báo cho người nêu kiến nghị, quá hạn 01 ngày làm việc" in await issued.page("kthtdt", f"{HOME}/bao-cao")
    assert issued.due("agency_report", ids[0])["met_on"] is None
    issued.did("kthtdt", lambda w: reports.report(w, CASE, ids, None, date(2027, 2, 15), "", []))
    assert issued.due("agency_report", ids[0])["met_on"] == "2027-02-15"


def test_D10_2_an_agency_reports_on_its_own_items_alone(issued: Evening) -> None:
    ids = issued.report_ids("KL-05", body="vhxh")
    with pytest.raises(Refusal, match="not_allowed"):
        issued.did("kthtdt", lambda w: reports.report(w, CASE, ids, date(2027, 1, 27), None, "", []))
    with pytest.raises(Refusal, match="reported_before_notice"):
        issued.did("vhxh", lambda w: reports.report(w, CASE, ids, date(2027, 1, 26), None, "", []))
    with pytest.raises(Refusal, match="day_to_come"):
        issued.did("vhxh", lambda w: reports.report(w, CASE, ids, date(2027, 1, 28), None, "", []))
    with pytest.raises(Refusal, match="nothing_reported"):
        issued.did("vhxh", lambda w: reports.report(w, CASE, ids, None, None, "Đã tiếp nhận", []))


async def test_a_report_with_a_scan_keeps_the_file_and_a_bad_file_keeps_what_was_typed(issued: Evening) -> None:
    ids = issued.report_ids("KL-01", body="kthtdt")
    data = {"ids": ids, "to_chair_on": "2027-01-27", "text": "Đã giao đội thoát nước"}
    bad = await issued.post("kthtdt", f"{HOME}/bao-cao/kthtdt", data, files={"files": ("bao-cao.pdf", b"MZ\x90 khong phai PDF", "application/pdf")})
    assert bad.status_code == 422 and "Đã giao đội thoát nước" in bad.text
    assert issued.look(lambda w: reports.reports_of(w, CASE))[0]["files"] == []
    good = await issued.post("kthtdt", f"{HOME}/bao-cao/kthtdt", data, files={"files": ("ảnh ngõ 12.png", PNG, "image/png")})
    assert good.status_code == 303, good.text
    file = next(row for row in issued.look(lambda w: reports.reports_of(w, CASE)) if row["id"] == ids[0])["files"][0]
    assert (file["name"], file["type"]) == ("ảnh ngõ 12.png", "image/png")
    async with issued.browser("mttq") as browser:
        shown = await browser.get(f"{HOME}/tep/{file['sha256']}")
    assert shown.status_code == 200 and shown.content.startswith(b"\x89PNG") and shown.headers["content-security-policy"].startswith("sandbox")
    async with issued.browser() as browser:
        assert (await browser.get(f"{HOME}/tep/{file['sha256']}")).status_code == 401
    for login, status in (("kthtdt", 200), ("chu-tich", 200), ("thu-ky", 200), ("dan-van", 200), ("vhxh", 403), ("tong-hop", 403)):
        async with issued.browser(login) as browser:
            assert (await browser.get(f"{HOME}/tep/{file['sha256']}")).status_code == status, login
            assert (file["sha256"] in (await browser.get(f"{HOME}/bao-cao")).text) == (status == 200), login


def test_a_milestone_is_done_with_its_evidence_before_the_item_is_closed(evening: Evening) -> None:
    item = evening.item("KL-03")["id"]
    given = evening.ward.example["conclusions"][2]["milestones"][0]
    evening.did("van-phong", lambda w: tasks.add_milestone(w, item, given["text"], given["due"]))
    with pytest.raises(Refusal, match="milestone_after_due"):
        evening.did("van-phong", lambda w: tasks.add_milestone(w, item, "Muộn", date(2027, 4, 1)))
    row = evening.look(lambda w: tasks.rows_of(w, milestone, item))[0]
    assert evening.due("milestone", row["id"])["due"] == "2027-02-15"
    with pytest.raises(Refusal, match="milestones_open"):
        evening.did("van-phong", lambda w: tasks.close_item(w, item, date(2027, 2, 12), "Xong", []), "2027-02-12")
    evening.did("kthtdt", lambda w: tasks.reach_milestone(w, item, row["id"], date(2027, 2, 12), []))
    assert evening.due("milestone", row["id"])["met_on"] == "2027-02-12"
    evening.did("chu-tich", lambda w: tasks.close_item(w, item, date(2027, 2, 12), "Đã trả 26 hồ sơ", []))
    assert (evening.item("KL-03")["state"], evening.due("task", item)["met_on"]) == ("done", "2027-02-12")
    with pytest.raises(Refusal, match="item_over"):
        evening.did("kthtdt", lambda w: tasks.note(w, item, "Thêm", [], False))


def test_what_was_closed_too_early_is_opened_again_with_its_reason(evening: Evening) -> None:
    item = evening.item("KL-11")["id"]
    evening.did("chu-tich", lambda w: tasks.close_item(w, item, date(2027, 1, 20), "Đã sửa đèn", []), "2027-01-20")
    evening.did("chu-tich", lambda w: tasks.reopen_item(w, item, "Hai cột vẫn hỏng"))
    assert evening.item("KL-11")["state"] == "open"
    assert evening.due("task", item)["closed"] is False
    assert [row["kind"] for row in evening.look(lambda w: tasks.rows_of(w, progress, item, progress.c.at))] == ["closed", "reopened"]


def test_a_longer_term_is_asked_by_the_agency_and_decided_by_the_chair(evening: Evening) -> None:
    item = evening.item("KL-01")["id"]
    with pytest.raises(Refusal, match="extension_reason_missing"):
        evening.did("kthtdt", lambda w: tasks.ask_longer(w, item, date(2027, 3, 31), ""))
    with pytest.raises(Refusal, match="not_allowed"):
        evening.did("vhxh", lambda w: tasks.ask_longer(w, item, date(2027, 3, 31), "Chờ vật tư"))
    evening.did("kthtdt", lambda w: tasks.ask_longer(w, item, date(2027, 3, 31), "Chờ vật tư"))
    asked = evening.look(lambda w: tasks.rows_of(w, extension, item))[0]
    with pytest.raises(Refusal, match="not_allowed"):
        evening.did("kthtdt", lambda w: tasks.decide_longer(w, item, asked["id"], True, ""))
    with pytest.raises(Refusal, match="extension_pending"):
        evening.did("kthtdt", lambda w: tasks.ask_longer(w, item, date(2027, 4, 30), "Chờ vật tư"))
    assert evening.due("task", item)["due"] == "2027-02-26"
    evening.did("chu-tich", lambda w: tasks.decide_longer(w, item, asked["id"], True, "Đồng ý"))
    assert evening.item("KL-01")["due"] == evening.due("task", item)["due"] == "2027-03-31"
    with pytest.raises(Refusal, match="extension_decided"):
        evening.did("chu-tich", lambda w: tasks.decide_longer(w, item, asked["id"], False, ""))


def test_D13_2_an_item_one_day_overdue_gets_one_drafted_reminder(evening: Evening) -> None:
    evening.ward.at("2027-01-21")
    assert evening.did("system", tasks.draft_urges) == 0
    evening.ward.at("2027-01-22")
    assert evening.did("system", tasks.draft_urges) == 1
    assert evening.did("system", tasks.draft_urges) == 0
    item = evening.item("KL-11")
    drafted = evening.look(lambda w: tasks.rows_of(w, urge, item["id"]))
    assert [(row["body"], row["state"]) for row in drafted] == [("kthtdt", "draft")]
    assert "quá hạn 01 ngày làm việc" in drafted[0]["text"] and "KL-11" in drafted[0]["text"]
    evening.did("van-phong", lambda w: tasks.send_urge(w, item["id"], drafted[0]["id"], drafted[0]["text"]))
    sent = evening.look(lambda w: w.db.execute(select(message).where(message.c.kind == "urge")).mappings().one())
    assert (sent["recipient"], sent["body"]) == ("Phòng Kinh tế, Hạ tầng và Đô thị phường", "kthtdt")
    with pytest.raises(Refusal, match="urge_sent"):
        evening.did("van-phong", lambda w: tasks.send_urge(w, item["id"], drafted[0]["id"], "Lần nữa"))
    with pytest.raises(Refusal, match="not_allowed"):
        evening.did("kthtdt", lambda w: tasks.urge_now(w, item["id"]))


async def test_D13_2_the_list_shows_what_is_overdue(evening: Evening) -> None:
    evening.ward.at("2027-01-22")
    page = await evening.page("van-phong", "/van-phong/nhiem-vu?loc=late")
    assert "KL-11" in page and "KL-01" not in page


async def test_D14_2_an_item_given_to_the_front_is_in_its_list_and_it_carries_it_out(evening: Evening) -> None:
    item = evening.item("KL-09")
    evening.did("van-phong", lambda w: save_item(w, item["id"], item["version"], lead="mttq", coordinating=["vhxh"]))
    page = await evening.page("mttq", "/van-phong/nhiem-vu?loc=mine")
    assert "KL-09" in page and "KL-01" not in page
    evening.did("mttq", lambda w: tasks.note(w, item["id"], "Đã vận động xã hội hóa sân bóng", [], True))
    evening.issue("2027-01-27")
    ids = evening.report_ids("KL-09", body="mttq")
    evening.did("mttq", lambda w: reports.report(w, CASE, ids, date(2027, 1, 27), date(2027, 1, 27), "Đã tiếp nhận", []))
    assert evening.due("agency_report", ids[0])["met_on"] == "2027-01-27"


async def test_D14_3_a_finding_of_the_front_is_shown_to_the_agency_which_cannot_change_it(evening: Evening) -> None:
    item = evening.item("KL-01")["id"]
    words = "Đơn vị thi công chưa công khai kinh phí tại nhà văn hóa"
    one = evening.did("mttq", lambda w: write_finding(w, item, date(2027, 2, 24), words, []), "2027-02-24")
    page = await evening.page("kthtdt", f"/van-phong/nhiem-vu/{item}")
    assert words in page and f"/giam-sat/{one}" not in page
    for login in ("kthtdt", "van-phong", "chu-tich"):
        refused = await evening.post(login, f"/van-phong/nhiem-vu/{item}/giam-sat/{one}", {"text": "Đã công khai", "version": 1})
        assert refused.status_code == 403
    assert [row["text"] for row in evening.look(lambda w: findings_of(w, item))] == [words]
    evening.did("mttq", lambda w: change_finding(w, item, one, 1, "Đã công khai một phần"))
    assert evening.look(lambda w: w.row(finding, one))["text"] == "Đã công khai một phần"


async def test_D13_3_the_programme_of_the_front_is_appraised_by_the_mass_mobilisation_unit(evening: Evening) -> None:
    there = "/van-phong/giam-sat"
    data = {"year": "2027", "title": "Chương trình giám sát năm 2027", "text": "Giám sát việc thực hiện Thông báo kết luận đối thoại"}
    assert (await evening.post("van-phong", there, data)).status_code == 403
    assert (await evening.post("mttq", there, data)).status_code == 303
    one = evening.look(lambda w: w.db.scalar(select(supervision.c.id)))
    assert (await evening.post("mttq", f"{there}/{one}", {"text": "Tự thẩm định"})).status_code == 403
    assert (await evening.post("dan-van", f"{there}/{one}", {"text": "Nhất trí, bổ sung giám sát KL-03"})).status_code == 303
    page = await evening.page("mttq", there)
    assert "Chương trình giám sát năm 2027" in page and "Nhất trí, bổ sung giám sát KL-03" in page


def test_what_is_beyond_the_authority_goes_to_the_city_and_its_answer_is_kept(evening: Evening) -> None:
    item, other = evening.item("KL-10")["id"], evening.item("KL-01")["id"]
    with pytest.raises(Refusal, match="referral_about_nothing"):
        evening.did("van-phong", lambda w: referrals.draft_referral(w, CASE, "ubndtp", [other], "Nội dung", "Đề nghị"))
    one = evening.did("van-phong", lambda w: referrals.draft_referral(w, CASE, "ubndtp", [item], "38 hộ kiến nghị đơn giá", "Đề nghị xem xét"))
    with pytest.raises(Refusal, match="not_allowed"):
        evening.did("van-phong", lambda w: referrals.sign_referral(w, CASE, one))
    evening.did("chu-tich", lambda w: referrals.sign_referral(w, CASE, one), "2027-01-21")
    assert (evening.item("KL-10")["state"], evening.due("task", item)["met_on"]) == ("referred", "2027-01-21")
    with pytest.raises(Refusal, match="referral_sent"):
        evening.did("van-phong", lambda w: referrals.change_referral(w, CASE, one, 2, "Khác", "Khác"))
    with pytest.raises(Refusal, match="answered_before_sent"):
        evening.did("van-phong", lambda w: referrals.answer_referral(w, CASE, one, "900/UBND", date(2027, 1, 20), "Đã xem xét", []))
    evening.did(
        "van-phong", lambda w: referrals.answer_referral(w, CASE, one, "900/UBND-TCD", date(2027, 3, 1), "Điều chỉnh đơn giá", []), "2027-03-01"
    )
    found = evening.look(lambda w: w.row(referral, one))
    assert (found["signed_on"], found["answered_on"], found["answer"]) == ("2027-01-21", "2027-03-01", "Điều chỉnh đơn giá")
    evening.did("van-phong", lambda w: tasks.close_item(w, item, date(2027, 3, 1), "Thành phố đã điều chỉnh", []))
    assert evening.item("KL-10")["state"] == "done"


async def test_every_form_of_an_item_can_be_reached_by_whoever_may_use_it(evening: Evening) -> None:
    item = evening.item("KL-01")["id"]
    seen = {
        login: await evening.page(login, f"/van-phong/nhiem-vu/{item}") for login in ("chu-tich", "van-phong", "kthtdt", "vhxh", "mttq", "dan-van")
    }
    where = {
        login: {part for part in ("moc", "tien-do", "dong", "gia-han", "don-doc", "giam-sat") if f'{item}/{part}"' in page}
        for login, page in seen.items()
    }
    assert where == {
        "chu-tich": {"dong", "don-doc"},
        "van-phong": {"moc", "tien-do", "dong", "gia-han", "don-doc"},
        "kthtdt": {"tien-do", "gia-han"},
        "vhxh": set(),
        "mttq": {"tien-do", "gia-han", "giam-sat"},
        "dan-van": set(),
    }


def test_the_case_may_be_closed_when_nothing_is_open(evening: Evening) -> None:
    from server.conclusions.closing import open_items

    evening.ward.at("2027-08-13")
    for item in evening.look(lambda w: items_of(w, CASE)):
        assert evening.look(lambda w: open_items(w, CASE))
        evening.did("van-phong", partial(tasks.close_item, id=item["id"], on=date(2027, 8, 13), result="Xong", files=[]))
    assert not evening.look(lambda w: open_items(w, CASE))


async def test_the_tasking_letter_is_drawn_up_by_the_office_and_signed_by_the_chair(issued: Evening) -> None:
    from server.papers import register

    assert (await issued.post("van-phong", f"{HOME}/giao-nhiem-vu")).status_code == 303
    [letter] = issued.look(lambda w: register.papers_of(w, CASE, "tasking_letter"))
    assert (await issued.post("van-phong", f"{HOME}/giao-nhiem-vu/{letter['id']}/ky")).status_code == 403
    assert (await issued.post("chu-tich", f"{HOME}/giao-nhiem-vu/{letter['id']}/ky")).status_code == 303
    [letter] = issued.look(lambda w: register.papers_of(w, CASE, "tasking_letter"))
    assert (letter["state"], letter["number"]) == ("issued", "01/UBND-VP")
    assert letter["number"] in await issued.page("kthtdt", HOME)


async def test_D11_3_letters_after_the_notice_take_the_number_of_the_office_s_book(issued: Evening) -> None:
    """Referral and tasking letter are counted in one row of letters: a number is given once and never dated back, whoever types it; a refused one signs nothing."""
    from server.papers import register

    item = issued.item("KL-10")["id"]
    one = issued.did("van-phong", lambda w: referrals.draft_referral(w, CASE, "ubndtp", [item], "38 hộ kiến nghị đơn giá", "Đề nghị xem xét"))
    there = f"{HOME}/kien-nghi-cap-tren"
    assert (await issued.post("chu-tich", f"{there}/{one}/ky", {"number": "31"})).status_code == 303
    assert issued.look(lambda w: w.row(referral, one))["number"] == "31/UBND-VP"
    await issued.post("van-phong", f"{HOME}/giao-nhiem-vu")
    [letter] = issued.look(lambda w: register.papers_of(w, CASE, "tasking_letter"))
    sign = f"{HOME}/giao-nhiem-vu/{letter['id']}/ky"
    for number, says in (("31", "Số 31 đã cấp cho văn bản khác."), ("30", "không cấp lùi số"), ("ba", "Không phải số hợp lệ.")):
        refused = await issued.post("chu-tich", sign, {"number": number})
        assert refused.status_code == 422 and says in refused.text and f'value="{number}"' in refused.text
        [letter] = issued.look(lambda w: register.papers_of(w, CASE, "tasking_letter"))
        assert (letter["state"], letter["number"]) == ("submitted", "")
    assert (await issued.post("chu-tich", sign, {"number": "36"})).status_code == 303
    [letter] = issued.look(lambda w: register.papers_of(w, CASE, "tasking_letter"))
    assert letter["number"] == "36/UBND-VP"


async def test_an_agency_issues_its_written_report(issued: Evening) -> None:
    from server.papers import register

    path = f"{HOME}/bao-cao/kthtdt/van-ban"
    assert (await issued.post("kthtdt", path)).status_code == 422
    ids = issued.report_ids("KL-01", body="kthtdt")
    issued.did("kthtdt", lambda w: reports.report(w, CASE, ids, date(2027, 1, 27), None, "Đã giao đội thoát nước", []))
    assert (await issued.post("vhxh", path)).status_code == 403
    answer = await issued.post("kthtdt", path)
    [paper] = issued.look(lambda w: register.papers_of(w, CASE, "agency_result_report"))
    assert answer.headers["location"].startswith(f"/van-phong/van-ban/{paper['id']}")
    assert (paper["state"], paper["body"]) == ("issued", "kthtdt")


async def test_an_item_that_is_not_there_is_not_found(evening: Evening) -> None:
    for path in ("/van-phong/nhiem-vu/x", f"{HOME}/muc/x"):
        async with evening.ward.browser("van-phong") as browser:
            assert (await browser.get(path)).status_code == 404
            assert (await browser.post(path + ("/dong" if "nhiem-vu" in path else ""))).status_code == 404
