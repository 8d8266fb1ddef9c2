"""The frame of the office: who sees what, forms that come back, a history that cannot be changed."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from moderation import Refusal
from server.conferences.tables import conference
from server.office import history
from server.office.tables import history as entries
from server.office.work import Work
from tests.office.ward import CASE, Ward


async def test_whoever_is_not_signed_in_is_sent_to_the_sign_in(ward: Ward) -> None:
    async with ward.browser() as browser:
        answer = await browser.get("/van-phong/hoi-nghi")
    assert (answer.status_code, answer.headers["location"]) == (303, "/?ve=/van-phong/hoi-nghi")


async def test_the_list_and_the_overview_show_the_case(ward: Ward) -> None:
    async with ward.browser("van-phong") as browser:
        listed, shown = await browser.get("/van-phong/hoi-nghi"), await browser.get(f"/van-phong/hoi-nghi/{CASE}")
    assert listed.status_code == shown.status_code == 200
    assert "Chủ tịch Ủy ban nhân dân phường Bến Sông với Nhân dân năm 2027" in listed.text
    assert "14/01/2027, 13:30–16:45" in shown.text


async def test_an_account_without_that_duty_reads_no_history(ward: Ward) -> None:
    async with ward.browser("kthtdt") as browser:
        answer = await browser.get(f"/van-phong/hoi-nghi/{CASE}/lich-su")
    assert answer.status_code == 403


async def test_D4_1_every_change_is_told_with_both_texts_who_and_when(ward: Ward) -> None:
    with ward.work("van-phong") as w:
        w.act = "draft_case"
        w.change(conference, CASE, place="Nhà văn hóa phường", why="Hội trường đang sửa")
        told = history.read(w, CASE, kind="conference", subject=CASE)[0][0]
    assert told.changes == (("place", "Hội trường UBND phường Bến Sông", "Nhà văn hóa phường"),)
    assert told.why == "Hội trường đang sửa"
    assert told.by == "Chánh Văn phòng HĐND và UBND phường"
    async with ward.browser("chu-tich") as browser:
        assert "Hội trường đang sửa" in (await browser.get(f"/van-phong/hoi-nghi/{CASE}/lich-su")).text


async def test_whoever_saw_an_older_version_overwrites_nothing(ward: Ward) -> None:
    with ward.work("van-phong") as w:
        w.change(conference, CASE, seen=1, place="Nơi khác")
    with pytest.raises(Refusal, match="stale_page"), ward.work("van-phong") as w:
        w.change(conference, CASE, seen=1, place="Nơi thứ ba")
    with ward.work() as w:
        assert w.row(conference, CASE)["place"] == "Nơi khác"


async def test_what_fails_leaves_neither_the_change_nor_its_history(ward: Ward) -> None:
    with ward.work() as w:
        before = w.db.execute(select(entries.c.seq)).all()

    def half(w: Work) -> None:
        w.change(conference, CASE, place="Nơi khác")
        raise Refusal("conflict")

    with pytest.raises(Refusal), ward.work() as w:
        half(w)
    with ward.work() as w:
        assert w.db.execute(select(entries.c.seq)).all() == before
