"""The pages of the register and of templates, through browsers without scripts."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.papers import register
from server.papers.compose import kinds, sample, shipped
from server.papers.pdf_text import text_of
from server.papers.tables import paper
from tests.office.ward import CASE, Ward, open_ward
from tests.papers.signatures import signed_like


@pytest.fixture
async def ward(tmp_path: Path) -> AsyncIterator[Ward]:
    async with open_ward(tmp_path) as opened:
        yield opened


def drafted(ward: Ward, kind: str = "programme") -> str:
    with ward.work("van-phong") as w:
        return register.draft(w, CASE, kind, sample(kind))


async def test_a_paper_goes_from_draft_to_issue_by_buttons(ward: Ward) -> None:
    id = drafted(ward)
    here = f"/van-phong/van-ban/{id}"
    async with ward.browser("van-phong") as office, ward.browser("chu-tich") as chair:
        assert (await office.post(f"{here}/trinh", data={})).status_code == 303
        assert (await office.post(f"{here}/ky", data={})).status_code == 403, "signing is the chair's alone (D11.3)"
        assert (await chair.post(f"{here}/ky", data={})).status_code == 303
        taken = await office.post(f"{here}/ban-hanh", data={"number": "519"})
        assert taken.status_code == 303
        page = (await office.get(here)).text
        assert "519/CTr-UBND" in page and "DỰ THẢO" not in page
        pdf = await office.get(f"{here}/tep/pdf")
        assert pdf.content.startswith(b"%PDF") and "519/CTr-UBND" in text_of(pdf.content)[0]
        assert (await office.get(f"{here}/tep/docx")).content.startswith(b"PK")
        again = await office.post(f"{here}/ban-hanh", data={})
        assert again.status_code == 422 and "data-faults" in again.text


async def test_the_tab_and_the_register_list_papers(ward: Ward) -> None:
    id = drafted(ward)
    async with ward.browser("van-phong") as office:
        for path in (f"/van-phong/hoi-nghi/{CASE}/van-ban", "/van-phong/van-ban"):
            page = await office.get(path)
            assert page.status_code == 200 and f"/van-phong/van-ban/{id}" in page.text


async def test_an_agency_sees_neither_drafts_nor_papers_that_name_a_petitioner(ward: Ward) -> None:
    draft, named = drafted(ward), drafted(ward, "extract")
    with ward.work() as w:
        register.submit(w, named)
        register.sign(w, named)
        register.issue(w, named)
    async with ward.browser("vhxh") as agency:
        for id in (draft, named):
            assert (await agency.get(f"/van-phong/van-ban/{id}")).status_code == 404
            assert (await agency.get(f"/van-phong/van-ban/{id}/tep/pdf")).status_code == 404
        listed = (await agency.get("/van-phong/van-ban")).text
        assert draft not in listed and named not in listed


async def test_a_signed_file_is_kept_when_it_says_the_same(ward: Ward) -> None:
    id = drafted(ward)
    with ward.work() as w:
        register.submit(w, id)
        register.sign(w, id)
        register.issue(w, id)
        ours = register.look(w, id)
    async with ward.browser("van-phong") as office:
        answer = await office.post(f"/van-phong/van-ban/{id}/ban-ky", files={"file": ("ky.pdf", ours, "application/pdf")})
        assert answer.status_code == 422 and "chữ ký số" in answer.text
        answer = await office.post(f"/van-phong/van-ban/{id}/ban-ky", files={"file": ("ky.pdf", signed_like(ours), "application/pdf")})
        assert answer.status_code == 303
    with ward.work() as w:
        assert register.file(w, w.row(paper, id)["signed_pdf"]) == signed_like(ours)


async def test_only_administrators_change_templates(ward: Ward) -> None:
    async with ward.browser("van-phong") as office:
        assert (await office.get("/van-phong/mau-van-ban")).status_code == 403
        answer = await office.post("/van-phong/mau-van-ban/programme", data={"text": "x", "version": "0"})
        assert answer.status_code in (403, 422)
    with ward.work() as w:
        from server.papers.office_templates import edition_of

        assert edition_of(w, "programme") == 0


async def test_a_template_is_tried_saved_used_and_reset(ward: Ward) -> None:
    here = "/van-phong/mau-van-ban/programme"
    changed = shipped("programme").replace("**Chủ trì:**", "**Người chủ trì hội nghị:**")
    async with ward.browser("admin") as admin:
        listed = (await admin.get("/van-phong/mau-van-ban")).text
        assert all(f"mau-van-ban/{kind}" in listed for kind in kinds())
        tried = await admin.post(f"{here}/thu", data={"text": changed, "version": "0", "system": "party"})
        assert tried.headers["content-type"] == "application/pdf"
        assert "Ngườichủtrìhộinghị:Chủ" in re.sub(r"\s", "", "".join(text_of(tried.content)))
        assert (await admin.post(here, data={"text": changed, "version": "0"})).status_code == 303
        with ward.work("van-phong") as w:
            id = register.draft(w, CASE, "programme", sample("programme"))
            assert "Người chủ trì hội nghị:" in register.look(w, id, "html").decode()
        assert (await admin.post(here, data={"text": changed, "version": "0"})).status_code == 422, "somebody else was quicker"
        assert (await admin.post(f"{here}/dat-lai", data={"version": "1"})).status_code == 303
        page = (await admin.get(here)).text
        assert "Người chủ trì hội nghị" in page.split("quiet-list")[1], "the edition before is kept"
    with ward.work("van-phong") as w:
        assert "Người chủ trì hội nghị:" in register.look(w, id, "html").decode(), "a paper that was drafted stays as it is"


async def test_a_fault_is_said_at_the_field_with_its_line_and_nothing_is_lost(ward: Ward) -> None:
    here = "/van-phong/mau-van-ban/programme"
    faulty = shipped("programme").replace("{{ chair }}", "{{ khong_co }}")
    line = 1 + faulty[: faulty.index("khong_co")].count("\n")
    async with ward.browser("admin") as admin:
        for path in (here, f"{here}/thu"):
            answer = await admin.post(path, data={"text": faulty, "version": "0"})
            assert answer.status_code == 422
            assert f"dòng {line}" in answer.text and "khong_co" in answer.text.split("textarea")[1]
