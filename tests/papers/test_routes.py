"""Who may read the papers, and what comes over HTTP."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from docx import Document

from server.papers.routes import DOCX
from server.settings import Settings
from tests.papers.meeting import HTML_NAME, Meeting
from tests.papers.site import app

ADDRESSES = ("bien-ban", "bien-ban.docx", "ket-luan", "ket-luan.docx")


@pytest.fixture
async def web(agreed: Meeting, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app(agreed.state, Settings(data_dir=tmp_path)))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("seat", ["chair", "secretary", "office", "desk", "monitor"])
async def test_readers_get_the_paper(web: httpx.AsyncClient, seat: str, address: str) -> None:
    response = await web.get(f"/hop/{seat}/{address}")
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("seat", ["cit-an", "agency", "noise"])
async def test_nobody_else_does(web: httpx.AsyncClient, seat: str, address: str) -> None:
    response = await web.get(f"/hop/{seat}/{address}")
    assert response.status_code == 403
    assert 'data-code="not_allowed"' in response.text
    assert "Tài khoản số 29" not in response.text


async def test_without_a_seat_there_is_nothing(web: httpx.AsyncClient) -> None:
    response = await web.get("/hop/nobody/bien-ban")
    assert (response.status_code, 'data-code="seat_unknown"' in response.text) == (404, True)


async def test_the_file_says_what_it_is(web: httpx.AsyncClient) -> None:
    minutes, notice = await web.get("/hop/chair/bien-ban.docx"), await web.get("/hop/chair/ket-luan.docx")
    assert minutes.headers["content-type"] == DOCX
    assert minutes.headers["content-disposition"] == "attachment; filename*=UTF-8''bien-ban.docx"
    assert notice.headers["content-disposition"] == "attachment; filename*=UTF-8''du-thao-thong-bao-ket-luan.docx"
    assert Document(io.BytesIO(minutes.content)).core_properties.title.startswith("Biên bản: Hội nghị")


async def test_the_page_speaks_the_reader_s_language_and_the_paper_vietnamese(web: httpx.AsyncClient) -> None:
    web.cookies.set("lang", "en")
    page = (await web.get("/hop/chair/ket-luan")).text
    assert '<html lang="en"' in page
    assert "Download Word file" in page
    assert '<article class="paper" lang="vi">' in page


async def test_a_name_stays_a_name(web: httpx.AsyncClient) -> None:
    page = (await web.get("/hop/chair/bien-ban")).text
    assert "&lt;b&gt;Ông An&lt;/b&gt; &amp; [U+202E]đảo" in page
    assert HTML_NAME not in page
    assert "\u202e" not in page
