"""Papers about petitions: made from what is kept, and opinion slips whose codes lead back."""

from __future__ import annotations

import io
import re

import pikepdf
import pytest
from sqlalchemy import select

from moderation.case.petitions import Kind
from server.papers.pdf_text import text_of
from server.papers.register import look
from server.papers.tables import paper
from server.petitions.paper_data import draft_answers, draft_referral, draft_synthesis
from server.petitions.triage import Decision, triage
from tests.office.ward import CASE, Ward
from tests.petitions.seeding import seed_petitions
from tests.petitions.slips import FORM, at_home, store, take

HERE = f"/van-phong/hoi-nghi/{CASE}/kien-nghi"


def test_D8_2b_the_synthesis_report_says_every_petition_once_and_names_nobody_who_was_referred(ward: Ward) -> None:
    with ward.work() as w:
        seed_petitions(w, ward.example, CASE, ward.parts.keys, store(ward))
        said = look(w, draft_synthesis(w, CASE), "html").decode()
    assert "đã tiếp nhận 16 ý kiến" in said and "còn 12 nội dung" in said
    assert said.count("Điểm tập kết rác đầu phố Hoa Gạo") == 1 and "(3 ý kiến)" in said
    assert "Có 02 đơn không thuộc phạm vi đối thoại" in said
    assert "nặc danh" not in said


def test_the_answer_report_and_the_slip_of_a_complaint(ward: Ward) -> None:
    with ward.work() as w:
        made = seed_petitions(w, ward.example, CASE, ward.parts.keys, store(ward))
        said = look(w, draft_answers(w, CASE), "html").decode()
        slip = look(w, draft_referral(w, CASE, made["NP-01"]), "html").decode()
    for given in ward.example["petitions"]:
        assert given["prepared_answer"] in said
    assert "Luật Khiếu nại" in slip and "khoản 2 Điều 1" in slip and "NP-01" in slip


def test_D1_3_the_slip_of_voters_contact_cites_its_clause(ward: Ward) -> None:
    with ward.work() as w:
        id = take(w, ward)
        triage(w, CASE, id, Decision(Kind.VOTERS, "khac", "Công dân", referral_to="Thường trực Hội đồng nhân dân phường"))
        slip = look(w, draft_referral(w, CASE, id), "html").decode()
    assert "khoản 3 Điều 1" in slip and "Thường trực Hội đồng nhân dân phường" in slip


@pytest.mark.asyncio(loop_scope="module")
async def test_D8_2a_slips_are_printed_with_codes_by_which_their_senders_follow(ward: Ward) -> None:
    async with ward.browser("dc-02") as browser:
        printed = await browser.get(f"{HERE}/phieu-trong.pdf?so=3")
        assert printed.headers["content-type"] == "application/pdf"
        codes = re.findall(r"[A-Z2-9]{5}-[A-Z2-9]{5}", " ".join(text_of(printed.content)))
        with pikepdf.open(io.BytesIO(printed.content)) as document:
            assert len(document.pages) == 6
        assert len(set(codes)) == 3
        keyed = await browser.post(f"{HERE}/phieu", data={**FORM, "source": "paper_slip", "code": codes[1]})
        again = await browser.post(f"{HERE}/phieu", data={**FORM, "source": "paper_slip", "code": codes[1]})
    assert (keyed.status_code, again.status_code) == (303, 422)
    async with at_home(ward) as browser:
        assert (await browser.post("/theo-doi", data={"code": codes[1]})).status_code == 200
        assert (await browser.post("/theo-doi", data={"code": codes[0]})).status_code == 422


@pytest.mark.asyncio(loop_scope="module")
async def test_the_buttons_make_drafts_in_the_register(ward: Ward) -> None:
    with ward.work() as w:
        made = seed_petitions(w, ward.example, CASE, ward.parts.keys, store(ward))
    async with ward.browser("van-phong") as browser:
        for path in ("bao-cao-tong-hop", "bao-cao-tra-loi", f"{made['NP-02']}/phieu-chuyen"):
            answer = await browser.post(f"{HERE}/{path}")
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/van-phong/van-ban/")
        assert (await browser.post(f"{HERE}/{made['KN-01']}/phieu-chuyen")).status_code == 422
    with ward.work() as w:
        assert set(w.db.scalars(select(paper.c.kind))) >= {"answer_report", "referral_slip", "synthesis_report"}
    async with ward.browser("kthtdt") as browser:
        assert (await browser.post(f"{HERE}/bao-cao-tong-hop")).status_code == 403
