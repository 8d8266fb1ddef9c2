"""The register of processing, the tags it is made from, the log of incidents, and the notice to everybody."""

from __future__ import annotations

import io
import re

import openpyxl  # type: ignore[import-untyped]
import pytest
from sqlalchemy import LargeBinary, select

from moderation import Refusal
from server.accounts.keys import new_id
from server.clock import moment_of
from server.db.all_tables import metadata
from server.deadlines.tables import deadline
from server.protection.incidents import HOUR, due, follow, note
from server.protection.register import activities, as_xlsx, personal
from server.protection.tables import data_incident
from tests.office.ward import Ward
from tests.protection.conftest import DESK

MUST = {"phone", "email", "birth_year", "representative", "asker", "backup_phone", "recipient", "residence", "login", "custodian"}
"""Columns that are personal in whatever table they stand."""
PEOPLE = {"account", "participant", "petition", "recipient", "data_request"}
"""Tables whose `name` and `address` are those of people."""
ORGANISATIONS = {("body", "email"), ("report", "recipient")}
"""The same words about offices."""
CARDS = re.compile(r"card|cccd|cmnd|passport|photo|face|finger|voice_?print|biometric|so_dinh_danh|ngay_sinh|birth_?date", re.I)


def test_every_column_that_holds_personal_data_is_tagged() -> None:
    tags = personal()
    untagged = [
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name in MUST or (table.name in PEOPLE and column.name in ("name", "address"))
        if column.name not in tags.get(table.name, {}) and (table.name, column.name) not in ORGANISATIONS
    ]
    assert untagged == []
    assert set(tags["petition"]) >= {"name", "phone", "email", "address", "birth_year", "content", "request", "representative"}
    assert tags["forecast"] == {"text": "sensitive"}
    assert "private" in tags["fact"] and "private" in tags["history"]


def test_no_picture_of_a_card_and_nothing_of_the_body_is_kept() -> None:
    assert [(table.name, column.name) for table in metadata.sorted_tables for column in table.columns if CARDS.search(column.name)] == []
    blobs = {(table.name, column.name) for table in metadata.sorted_tables for column in table.columns if isinstance(column.type, LargeBinary)}
    assert {name for table, name in blobs if table not in ("fact", "history", "paper_file")} <= {
        "tracking_hash",
        "token_hash",
        "secret_hash",
        "code_hash",
        "address_hash",
    }


def test_every_table_with_personal_data_has_one_purpose() -> None:
    named = [table for one in activities() for table in one.tables]
    assert sorted(named) == sorted(personal())


def test_the_register_says_of_each_activity_what_the_form_asks() -> None:
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx("=Phường Bến Sông", "@ai")))
    first, second = book.worksheets
    rows = list(first.iter_rows(min_row=4, values_only=True))
    assert len(rows) == 1 + len(activities()) and all(all(cell for cell in row) for row in rows)
    assert "Họ và tên" in str(rows[1][5]) or "Họ tên" in str(rows[1][5]) or "Tên" in str(rows[1][5])
    assert len(list(second.iter_rows(min_row=5))) == sum(map(len, personal().values()))
    assert {cell.data_type for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}


async def test_the_register_is_for_those_who_answer_for_data(ward: Ward) -> None:
    for login, status in (("van-phong", 200), ("admin", 200), ("kthtdt", 403), ("thu-ky", 403)):
        async with ward.browser(login) as browser:
            answer = await browser.get(f"{DESK}/so-dang-ky.xlsx")
        assert answer.status_code == status and (status != 200 or answer.content.startswith(b"PK"))


async def test_a_breach_is_notified_within_72_hours(ward: Ward) -> None:
    found_at = moment_of("2026-12-14", "17:00")
    with ward.work("van-phong") as w:
        place = next(iter(w.by.posts)).unit
        id = note(w, place, found_at=found_at, title="Mất máy tính", text="Máy ở bộ phận tiếp nhận", touches="Họ tên, điện thoại", people=12)
        row = w.row(data_incident, id)
        assert due(row) == found_at + 72 * HOUR == moment_of("2026-12-17", "17:00")
        assert w.db.scalar(select(deadline.c.due).where(deadline.c.kind == "data_breach")) == "2026-12-17"
    with pytest.raises(Refusal, match="not_yet"), ward.work("van-phong") as w:
        follow(w, id, 1, measures="", notified_at=found_at - 1, notified_to="", close=False)
    async with ward.browser("van-phong") as browser:
        assert "Thông báo trước 17:00, 17/12/2026" in (await browser.get(f"{DESK}/su-co")).text
        form = {
            "measures": "Khóa tài khoản",
            "day": "2026-12-15",
            "hour": "07:30",
            "notified_to": "Công an thành phố",
            "close": "1",
            "version": "1",
            "once": new_id(),
        }
        assert (await browser.post(f"{DESK}/su-co/{id}", data=form)).status_code == 303
        assert "Đã thông báo 07:30, 15/12/2026" in (await browser.get(f"{DESK}/su-co")).text
        stale = await browser.post(f"{DESK}/su-co/{id}", data={**form, "measures": "Khác", "once": new_id()})
        assert stale.status_code == 422 and "Khác" in stale.text
        new = await browser.post(
            f"{DESK}/su-co/moi",
            data={"unit": place, "day": "2030-01-01", "hour": "08:00", "title": "x", "text": "y", "touches": "z", "once": new_id()},
        )
        assert new.status_code == 422
    with ward.work() as w:
        assert w.db.scalar(select(deadline.c.met_on).where(deadline.c.kind == "data_breach")) == "2026-12-15"


async def test_everybody_reads_the_notice(ward: Ward) -> None:
    async with ward.browser() as browser:
        page = (await browser.get("/cong-khai/quyen-rieng-tu")).text
    assert "ghi âm, ghi hình" in page and "2 ngày làm việc" in page and 'href="/du-lieu-ca-nhan"' in page
    for one in activities():
        assert one.purpose in page
