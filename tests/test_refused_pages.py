"""What browsers are shown when something is refused before it reaches a page of ours: a page with a sentence; programs get the same as JSON."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest_asyncio

from server.accounts.guard import LARGEST, LARGEST_UPLOAD
from tests.rooms.house import open_house

LOOKS = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
FORM = "application/x-www-form-urlencoded"
FILE = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
BOUNDED = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n'
PARTS = "multipart/form-data; boundary=x"


@pytest_asyncio.fixture
async def web(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with open_house(tmp_path) as house, httpx.AsyncClient(base_url=house.base, trust_env=False, headers=LOOKS) as client:
        yield client


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    """The same without a length."""
    for at in range(0, len(content), 65_536):
        yield content[at : at + 65_536]


OVER = (
    (b"text=" + b"x" * LARGEST, FORM, "mỗi lần gửi tối đa 1 MB"),
    (FILE + b"x" * LARGEST_UPLOAD, PARTS, "mỗi lần gửi tối đa 32 MB"),
    (BOUNDED + b"x" * (LARGEST + 1) + b"\r\n--x--\r\n", PARTS, "có ô dài quá 1 MB"),
    ("&".join(f"f{n}=" for n in range(500)).encode(), FORM, "quá nhiều ô"),
)
"""Body, media type, and what the page says."""

ELSEWHERE: tuple[tuple[str, str, dict[str, str], int, str], ...] = (
    ("GET", "/khong-co", {}, 404, "Không tìm thấy trang này."),
    ("GET", "/static/khong-co.css", {}, 404, "Không tìm thấy trang này."),
    ("GET", "/hop/x/khong-co", {}, 404, "Không tìm thấy trang này."),
    ("POST", "/khong-co", {}, 404, "Không tìm thấy trang này."),
    ("PUT", "/theo-doi", {}, 405, "Không thể làm việc này ở địa chỉ này."),
    ("POST", "/theo-doi", {"Origin": "https://evil.example"}, 403, ""),
    ("GET", "/", {"Host": "a b"}, 400, ""),
)
"""Method, path, headers, and the status and sentence of the answer."""


async def test_a_form_over_its_bound_is_answered_by_a_page(web: httpx.AsyncClient) -> None:
    own = str(web.base_url).rstrip("/")
    for content, kind, says in OVER:
        for body in (content, pieces(content)):
            answer = await web.post("/theo-doi", content=body, headers={"Content-Type": kind, "Referer": f"{own}/theo-doi?a=1", "Origin": own})
            assert answer.status_code == 413 and answer.headers["content-type"].startswith("text/html")
            assert says in answer.text and "Chưa có gì được lưu" in answer.text and 'href="/theo-doi?a=1"' in answer.text
            assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


async def test_whatever_is_refused_a_browser_gets_a_page_and_a_program_gets_json(web: httpx.AsyncClient) -> None:
    for method, path, more, status, says in ELSEWHERE:
        page = await web.request(method, path, headers=more)
        assert page.status_code == status and page.headers["content-type"].startswith("text/html"), path
        assert 'class="notice-page"' in page.text and says in page.text
        plain = await web.request(method, path, headers={**more, "Accept": "application/json"})
        assert plain.status_code == status and set(plain.json()) == {"code", "sentence", "details"}


async def test_the_way_back_leads_only_to_a_page_of_ours_that_is_another(web: httpx.AsyncClient) -> None:
    own = str(web.base_url).rstrip("/")
    for before in ("https://evil.example/x", "javascript:alert(1)", "//evil.example/x", "http://[", f"{own}//evil.example/x", f"{own}/khong-co", ""):
        page = await web.get("/khong-co", headers={"Referer": before})
        assert page.status_code == 404 and '<p class="buttons"><a class="button" href="/">' in page.text and "evil" not in page.text


async def test_a_program_is_told_the_bound(web: httpx.AsyncClient) -> None:
    for body in (b"x" * (LARGEST + 1), pieces(b"x" * (LARGEST + 1))):
        answer = await web.post("/api/enter", content=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["code"], answer.json()["details"]) == (413, "too_large", {"limit": "1"})
