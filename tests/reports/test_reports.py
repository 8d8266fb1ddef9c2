"""Periodic reports on their way, what they take in, and what is exported for the yearly rating."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest
from sqlalchemy import select

from moderation import Refusal
from moderation.case.deadlines import ReportKind
from server.conferences.tables import conference
from server.deadlines.tables import deadline
from server.office.work import Work
from server.organisation.tables import body, unit
from server.reports import reports
from server.reports.owed import begin_owed
from server.reports.rating import rating
from server.reports.signing import send, sign
from server.reports.tables import report
from tests.office.ward import CASE, Ward

HALF, YEAR = ReportKind.HALF_YEAR, ReportKind.YEAR
PLACE = "p-bensong"
RECIPIENT = "Ban Thường vụ Thành ủy"


def begin(ward: Ward, kind: ReportKind = HALF, year: int = 2027) -> str:
    with ward.work("van-phong") as w:
        return reports.begin(w, PLACE, kind, year)


def go(ward: Ward, id: str, *steps: str, sent: str = "2027-06-25") -> None:
    """Takes a report through some of its steps."""
    for step in steps:
        with ward.work("chu-tich" if step == "sign" else "van-phong") as w:
            if step == "submit":
                reports.submit(w, id)
            elif step == "sign":
                sign(w, id)
            else:
                send(w, id, date.fromisoformat(sent), RECIPIENT)


def term_of(w: Work, id: str) -> dict[str, Any]:
    return dict(w.db.execute(select(deadline).where(deadline.c.kind == "periodic_report", deadline.c.subject == id)).mappings().one())


def table(content: bytes, sheet: int | str = 0) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [tuple(cell.value for cell in row) for row in (book.worksheets[sheet] if isinstance(sheet, int) else book[sheet]).iter_rows()]


@pytest.mark.parametrize(("kind", "due"), [(HALF, "2027-06-29"), (YEAR, "2027-12-14")])
def test_D15_1a_a_report_is_due_strictly_before_its_day_and_beginning_it_twice_is_one_report(held: Ward, kind: ReportKind, due: str) -> None:
    id = begin(held, kind)
    assert begin(held, kind) == id
    with held.work() as w:
        found = term_of(w, id)
    assert (found["due"], found["owner"], found["closed"]) == (due, "vp", False)
    expected = {
        ("six" if r["kind"] == "sau_thang" else "year"): r["expected_latest"].isoformat()
        for r in held.example["after_conference"]["periodic_reports"]
    }
    assert due == expected["six" if kind is HALF else "year"]


@pytest.mark.parametrize(("sent", "late"), [("2027-06-29", False), ("2027-06-30", True)])
def test_D15_1a_sent_on_30_6_is_late_because_before_is_not_on(held: Ward, sent: str, late: bool) -> None:
    held.at("2027-06-30")
    id = begin(held)
    go(held, id, "submit", "sign", "send", sent=sent)
    with held.work() as w:
        found = term_of(w, id)
        assert (found["met_on"], found["met_on"] > found["due"]) == (sent, late)
        assert (w.row(report, id)["state"], w.row(report, id)["sent_on"]) == ("sent", sent)


def test_D15_1a_what_was_signed_stays_and_what_changed_since_is_told(held: Ward) -> None:
    id = begin(held)
    go(held, id, "submit", "sign")
    with held.work() as w:
        before = reports.look(w, w.row(report, id))
        w.change(conference, CASE, held_on=None)
    with held.work() as w:
        after = reports.look(w, w.row(report, id))
    assert before.values == after.values and before.values["regime.all"].amount == 1
    assert before.changed == {} and after.changed["regime.all"].amount == 0
    assert after.fields == before.fields


@pytest.mark.parametrize("step", ["sign", "send"])
def test_a_report_goes_one_step_after_the_other(held: Ward, step: str) -> None:
    id = begin(held)
    with pytest.raises(Refusal, match="report_state"):
        go(held, id, step)
    with held.work() as w:
        assert w.row(report, id)["state"] == "draft"


def test_D15_1a_only_the_chair_signs_and_may_give_it_back_with_a_reason(held: Ward) -> None:
    id = begin(held)
    go(held, id, "submit")
    for login in ("van-phong", "dan-van", "kthtdt", ""):
        with pytest.raises(Refusal, match=r"not_allowed|not_signed_in"), held.work(login) as w:
            sign(w, id)
    with pytest.raises(Refusal, match="reason_missing"), held.work("chu-tich") as w:
        reports.take_back(w, id, "")
    with held.work("chu-tich") as w:
        reports.take_back(w, id, "Thiếu số liệu điểm cầu")
        assert (w.row(report, id)["state"], w.row(report, id)["returned"]) == ("draft", "Thiếu số liệu điểm cầu")


def test_a_report_is_sent_to_somebody_on_a_day_that_has_come(held: Ward) -> None:
    id = begin(held)
    go(held, id, "submit", "sign")
    with pytest.raises(Refusal, match="day_to_come"):
        go(held, id, "send", sent="2027-02-16")
    with pytest.raises(Refusal, match="recipient_missing"), held.work("van-phong") as w:
        send(w, id, w.today, "")


def city(w: Work, *names: str) -> str:
    """The city's office, with more wards below it."""
    for n, name in enumerate(names):
        w.add(unit, id=f"x{n}", level="xa_phuong_dackhu", parent="tp", kind="phuong", name=name, place=name, valid_from="2025-07-01")
    w.add(
        body,
        id="vp-tp",
        unit="tp",
        system="nha_nuoc",
        name="Văn phòng UBND thành phố",
        short="VP UBND",
        part="advising_unit",
        valid_from="2025-07-01",
    )
    w.add(
        body, id="dv-tp", unit="tp", system="dang", name="Ban Tuyên giáo và Dân vận", short="BTGDV", part="mass_mobilisation", valid_from="2025-07-01"
    )
    return w.add(report, unit="tp", kind="half_year", year=2027, first="2026-12-15", last="2027-06-14", state="draft", created=w.now)


def test_D15_1b_the_roll_up_counts_whoever_sent_and_names_whoever_is_missing(held: Ward) -> None:
    held.at("2027-06-25")
    own = begin(held)
    with held.work() as w:
        whole = city(w, "phường Đồ Sơn", "xã Tiên Lãng")
    with held.work() as w:
        before = reports.look(w, w.row(report, whole))
    assert set(before.missing) == {"phường Bến Sông", "phường Đồ Sơn", "xã Tiên Lãng"}
    assert before.values["regime.all"].amount == 0
    go(held, own, "submit", "sign", "send")
    with held.work() as w:
        after = reports.look(w, w.row(report, whole))
    assert (after.included, set(after.missing)) == (("phường Bến Sông",), {"phường Đồ Sơn", "xã Tiên Lãng"})
    assert after.values["regime.all"].amount == 1


def test_D15_1c_the_citys_yearly_report_is_the_boards_and_due_before_20_12(held: Ward) -> None:
    held.at("2027-12-19")
    with held.work() as w:
        city(w)
        assert reports.kinds_of(w.row(unit, "tp")) == tuple(ReportKind)
        assert reports.kinds_of(w.row(unit, PLACE)) == (HALF, YEAR)
        id = reports.begin(w, "tp", ReportKind.CITY_YEAR, 2027)
        found = term_of(w, id)
        assert (found["due"], found["owner"]) == ("2027-12-19", "dv-tp")
        w.change(report, id, state="signed")
        send(w, id, w.today, RECIPIENT)
        assert term_of(w, id)["met_on"] == "2027-12-19" <= found["due"]
    with pytest.raises(Refusal, match="report_not_owed"), held.work("van-phong") as w:
        reports.begin(w, PLACE, ReportKind.CITY_YEAR, 2027)


def test_D15_1a_a_report_that_is_due_soon_begins_by_itself_once(held: Ward) -> None:
    def begun(day: str) -> list[tuple[str, str, int]]:
        held.at(day)
        with held.work() as w:
            begin_owed(w)
            begin_owed(w)
            return [(row.unit, row.kind, row.year) for row in w.db.execute(select(report).order_by(report.c.year, report.c.kind))]

    assert begun("2027-05-01") == []
    assert begun("2027-05-20") == [(PLACE, "half_year", 2027)]
    assert begun("2027-11-05") == [(PLACE, "half_year", 2027), (PLACE, "year", 2027)]


async def test_D15_1a_every_figure_on_the_page_leads_to_its_rows(held: Ward) -> None:
    id = begin(held)
    async with held.browser("van-phong") as browser:
        shown = (await browser.get(f"/van-phong/bao-cao/{id}")).text
        links = re.findall(rf'href="(/van-phong/bao-cao/{id}/so-lieu/[\w.]+)">([^<]+)<', shown)
        assert len(links) > 40
        rows = {address.rpartition("/")[2]: (await browser.get(address)).text for address, _ in links[:3] + links[12:20]}
        assert all("Không có dòng nào." in page or "/van-phong/hoi-nghi/" in page for page in rows.values())
        assert f'href="/van-phong/hoi-nghi/{CASE}"' in rows["regime.all"]
        elsewhere = (await browser.get(f"/van-phong/bao-cao/{id}/so-lieu/opinion.elsewhere")).text
        assert "NP-01" in elsewhere and "NP-02" in elsewhere and "KN-01" not in elsewhere
        assert (await browser.get(f"/van-phong/bao-cao/{id}/so-lieu/khong-co")).status_code == 404
    assert shown.count("<svg xmlns") == 4 and shown.count("<desc ") == 4
    async with held.browser("tong-hop") as browser:
        assert (await browser.get(f"/van-phong/bao-cao/{id}")).status_code == 200
    async with held.browser("admin") as browser:
        assert (await browser.get(f"/van-phong/bao-cao/{id}")).status_code == 403


async def test_the_way_of_a_report_over_its_pages(held: Ward) -> None:
    held.at("2027-06-20")
    async with held.browser("van-phong") as office, held.browser("chu-tich") as chair:
        assert "Báo cáo 6 tháng 2027" in (await office.get("/van-phong/bao-cao")).text
        answer = await office.post("/van-phong/bao-cao", data={"unit": PLACE, "kind": "half_year", "year": "2027"})
        here = answer.headers["location"].partition("?")[0]
        bad = await office.post("/van-phong/bao-cao", data={"unit": PLACE, "kind": "half_year", "year": "1900"})
        assert (bad.status_code, "Năm 1900 không hợp lệ." in bad.text) == (422, True)
        await office.post(here, data={"limits": "Một số cơ quan báo cáo chậm.", "version": "1"})
        stale = await office.post(here, data={"limits": "Bản khác", "version": "1"})
        assert stale.status_code == 422 and "Bản khác" in stale.text
        assert (await office.post(f"{here}/buoc", data={"step": "submit"})).headers["location"] == f"{here}?xong=report_submit"
        assert "Ký báo cáo" in (await chair.get(here)).text and "Ký báo cáo" not in (await office.get(here)).text
        assert (await chair.post(f"{here}/buoc", data={"step": "sign"})).status_code == 303
        assert (await office.post(f"{here}/buoc", data={"step": "send", "sent_on": "20/06/2027", "recipient": RECIPIENT})).status_code == 303
        shown = (await office.get(here)).text
    assert "Một số cơ quan báo cáo chậm." in shown and RECIPIENT in shown


async def test_the_spreadsheet_holds_figures_and_rows_and_no_formula(held: Ward) -> None:
    with held.work() as w:
        w.change(conference, CASE, title='=HYPERLINK("http://example.org";"x")')
    id = begin(held)
    async with held.browser("van-phong") as browser:
        answer = await browser.get(f"/van-phong/bao-cao/{id}/so-lieu.xlsx")
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    kinds = {cell.data_type for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert kinds == {"s", "n"}
    figures = {row[1]: row[2] for row in table(answer.content)[1:]}
    assert (figures["Hội nghị đã tổ chức"], figures["Kiến nghị cấp trên"], figures["Trong đó ngoài phạm vi, đã hướng dẫn, chuyển đơn"]) == (1, 1, 2)
    assert table(answer.content, "DS hội nghị")[1][1] == '=HYPERLINK("http://example.org";"x")'
    assert len(table(answer.content, "DS ý kiến")) == 1 + 14
    assert not any("." in str(row[2]) and str(row[2]).startswith(("record", "figure")) for row in table(answer.content, "DS diễn biến phòng họp"))


async def test_D16_1_the_rating_has_one_row_per_chair(held: Ward) -> None:
    with held.work("dan-van") as w:
        rows = {row.office: row for row in rating(w, 2027)}
        assert [row.periodic for row in rating(w, 2026)] == [False] * len(rows)
    chair = rows["Chủ tịch UBND phường Bến Sông"]
    assert (chair.periodic, chair.held, [(v.amount, v.of) for v in chair.rates]) == (True, 1, [(1, 1), (1, 1), (2, 4)])
    secretary = rows["Bí thư Đảng ủy phường Bến Sông"]
    assert (secretary.periodic, secretary.held) == (False, 0)
    assert not any(name.startswith("Phó") for name in rows)
    async with held.browser("dan-van") as browser:
        shown = (await browser.get("/van-phong/bao-cao/xep-loai?nam=2027")).text
        file = await browser.get("/van-phong/bao-cao/xep-loai.xlsx?nam=2027")
    assert "Đã tổ chức" in shown and "Chưa tổ chức" in shown
    lines = table(file.content)
    assert len(lines) == 1 + len(rows)
    assert lines[0][:3] == ("Người chủ trì", "Đơn vị", "Đối thoại định kỳ")
