"""Reminders: who has to keep a deadline hears of it in time, once for each occasion; the chair hears of what stays late; urging is drafted (D13.2)."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from server.cli import app as commands
from server.conclusions.tables import conclusion, urge
from server.deadlines.deadlines import meet, set_deadline
from server.notifications.carriers import NotSent, Parcel, Uncertain, by_webhook
from server.notifications.message_pages import Decision, send_again
from server.notifications.outbox import enqueue
from server.notifications.tables import message
from server.notifications.worker import remind_once, work_once
from server.organisation.tables import body
from tests.notifications.conftest import Postbox
from tests.office.ward import CASE, Ward


def due(ward: Ward, on: str, kind: str = "answer") -> None:
    with ward.work() as w:
        set_deadline(w, conference=CASE, kind=kind, subject="s1", counted_from={"rule": "date", "on": on}, owner="kthtdt")


def told(ward: Ward) -> list[tuple[str, str]]:
    with ward.work() as w:
        rows = w.db.execute(select(message.c.address, message.c.title).where(message.c.kind == "reminder").order_by(message.c.created, message.c.id))
        return sorted((row.address.partition("@")[0], row.title.partition(":")[0]) for row in rows)


async def test_each_occasion_is_told_once_and_the_chair_hears_of_what_stays_late(ward: Ward) -> None:
    due(ward, "2027-01-08")
    soon, today, late = ([(to, occasion) for to in ("kthtdt", "vp")] for occasion in ("Sắp đến hạn", "Hạn hôm nay", "Quá hạn"))
    for day, expected in (
        ("2027-01-04", []),
        ("2027-01-05", soon),
        ("2027-01-06", soon),
        ("2027-01-08", soon + today),
        ("2027-01-09", soon + today + late),
        ("2027-01-10", soon + today + late),
        ("2027-01-11", [*soon, *today, *late, ("ubnd", "Quá hạn, đề nghị chỉ đạo")]),
    ):
        ward.at(day)
        remind_once(ward.engine)
        remind_once(ward.engine)
        assert told(ward) == sorted(expected), day


async def test_a_body_without_an_address_is_shown_as_not_reminded_once_and_the_message_goes_when_there_is_one(ward: Ward, postbox: Postbox) -> None:
    due(ward, "2027-01-08")
    with ward.work() as w:
        w.change(body, "kthtdt", email="")
    ward.at("2027-01-05")
    assert [work_once(ward.engine, ward.settings) for _ in range(2)] == [(1, 1), (1, 0)]  # the advising unit alone is written to
    with ward.work() as w:
        lost = w.db.execute(select(message).where(message.c.body == "kthtdt")).mappings().one()
    assert (lost["state"], lost["error"], lost["address"]) == ("failed", "no_address", "")
    decision = {"message": lost["id"], "state": "failed"}
    async with ward.browser("van-phong") as browser:
        page = await browser.get("/van-phong/thu-gui?tt=failed")
        assert "Không có địa chỉ." in page.text and "chỉ hiện trên bàn làm việc" in page.text and "/van-phong/thu-gui/gui-lai" not in page.text
        refused = await browser.post("/van-phong/thu-gui/gui-lai", data={"once": "1", **decision})
        assert refused.status_code == 422 and "Chưa có địa chỉ thư của Phòng Kinh tế, Hạ tầng và Đô thị" in refused.text
        with ward.work() as w:
            assert w.row(message, lost["id"])["state"] == "failed"
            w.change(body, "kthtdt", email="kthtdt@bensong.example")
        remind_once(ward.engine)
        assert "Nay đã có địa chỉ" in (await browser.get("/van-phong/thu-gui?tt=failed")).text
        assert (await browser.post("/van-phong/thu-gui/gui-lai", data={"once": "2", **decision})).status_code == 303
    work_once(ward.engine, ward.settings)
    assert sorted(mail["To"].addresses[0].username for mail in postbox.mails) == ["kthtdt", "vp"]


async def test_a_text_message_sent_again_keeps_its_number(ward: Ward) -> None:
    with ward.work() as w:
        id = enqueue(
            w, "notice:1", kind="notice", channel="sms", recipient="Phòng Kinh tế", address="0900000001", body="kthtdt", title="Thông báo", text="…"
        )
        w.change(message, id, state="failed")
        w.change(body, "kthtdt", email="kthtdt@bensong.example")
    with ward.work("van-phong") as w:
        send_again(w, Decision(message=id, state="failed"))
        assert w.row(message, id)["address"] == "0900000001"


async def test_what_was_done_is_not_reminded_of(ward: Ward) -> None:
    due(ward, "2027-01-08")
    with ward.work() as w:
        meet(w, "answer", "s1", "2027-01-05")
    ward.at("2027-01-08")
    assert remind_once(ward.engine) == 0
    assert told(ward) == []


async def test_D13_2_an_item_overdue_by_a_day_gets_the_draft_of_an_urging_once(ward: Ward) -> None:
    due(ward, "2027-02-26", kind="task")
    with ward.work() as w:
        w.add(conclusion, id="c1", conference=CASE, code="KL-01", place=1, outcome="o1", kind="accepted", text="Nạo vét cống ngõ 12", lead="kthtdt",
              due="2027-02-26", state="open")  # fmt: skip
    for day, drafts in (("2027-02-26", 0), ("2027-02-27", 1), ("2027-03-01", 1)):
        ward.at(day)
        remind_once(ward.engine)
        with ward.work() as w:
            assert [row.state for row in w.db.execute(select(urge.c.state))] == ["draft"] * drafts, day
    assert ("kthtdt", "Quá hạn") not in told(ward)
    assert ("ubnd", "Quá hạn, đề nghị chỉ đạo") in told(ward)


async def test_the_worker_reminds_and_sends(ward: Ward, postbox: Postbox, monkeypatch: pytest.MonkeyPatch) -> None:
    due(ward, "2026-12-16")
    assert work_once(ward.engine, ward.settings) == (1, 2)
    assert postbox.mails[0]["Subject"].startswith("Sắp đến hạn")
    monkeypatch.setenv("DOITHOAI_DATABASE", ward.settings.database.replace("+psycopg", ""))
    monkeypatch.setenv("DOITHOAI_MAIL_URL", postbox.url)
    again = CliRunner().invoke(commands, ["worker", "--once", "--data", str(ward.settings.data_dir)])
    assert again.exit_code == 0 and "đã gửi thử 0 thư" in again.output
    assert len(postbox.mails) == 2


class Gateway(BaseHTTPRequestHandler):
    """Takes SMS, or says what its server was told to say."""

    def do_POST(self) -> None:
        server: Any = self.server
        length = int(self.headers["Content-Length"])
        server.got.append((self.headers["Idempotency-Key"], json.loads(self.rfile.read(length))))
        status = server.says.pop(0)
        if status:
            self.send_response(status)
            self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


def test_a_gateway_takes_refuses_for_now_or_for_good_and_may_break_off() -> None:
    server: Any = HTTPServer(("127.0.0.1", 0), Gateway)
    server.got, server.says = [], [202, 503, 429, 400, 0]
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        carry, parcel = by_webhook(f"http://127.0.0.1:{server.server_port}/sms?k=1"), Parcel("m1", "+84900000001", "Giấy mời", "Kính mời bà Ước")
        carry(parcel)
        assert server.got == [("m1", {"id": "m1", "to": "+84900000001", "title": "Giấy mời", "text": "Kính mời bà Ước"})]
        for again in (True, True, False):
            with pytest.raises(NotSent) as refused:
                carry(parcel)
            assert refused.value.again is again
        with pytest.raises(Uncertain):
            carry(parcel)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    with pytest.raises(NotSent):
        carry(parcel)
