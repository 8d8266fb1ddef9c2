"""The guard at the door, spoken to raw."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import logging.config
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn
import websockets
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from server.accounts import guard
from server.accounts.cookies import held, is_secure
from server.accounts.guard import LARGEST, Guard
from server.logs import log_config
from server.settings import Settings
from tests.accounts.conftest import browser

HOST = "doithoai.example.vn"


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Says who is asking, as the server sees it."""
    request = Request(scope, receive)
    body = await request.body()
    client = request.client.host if request.client else ""
    await PlainTextResponse(f"{client} {request.url.scheme} {len(body)}")(scope, receive, send)


def client(settings: Settings, address: str = "203.0.113.7", base: str = f"https://{HOST}") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=Guard(echo, settings), client=(address, 1))
    return httpx.AsyncClient(transport=transport, base_url=base)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({"Origin": f"https://{HOST}"}, True),
        ({"Origin": f"https://{HOST.upper()}:443"}, True),
        ({"Origin": f"https://{HOST}", "Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({}, True),
        ({"Origin": "https://friend.example.vn"}, True),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": f"http://{HOST}"}, False),
        ({"Origin": f"https://{HOST}:8443"}, False),
        ({"Origin": f"https://{HOST}.evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": ""}, False),
        ({"Origin": "https://[bad"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Origin": f"https://{HOST}", "Sec-Fetch-Site": "cross-site"}, False),
        ({"Origin": "https://evil.example", "Content-Type": "text/plain"}, False),
        ({"Origin": "https://evil.example", "Authorization": "Bearer x"}, True),
        ({"Origin": "https://evil.example", "Authorization": "Bearer x", "Cookie": "a=b"}, False),
        ({"Origin": "https://evil.example", "Authorization": "Basic x"}, False),
    ],
)
async def test_what_a_foreign_page_sends_is_refused(tmp_path: Path, method: str, headers: dict[str, str], passes: bool) -> None:
    async with client(Settings(data_dir=tmp_path, allowed_origins=("https://friend.example.vn",))) as web:
        response = await web.request(method, "/x", headers=headers, content=b"{}")
    assert response.status_code == (200 if passes else 403)
    assert passes or response.json()["code"] == "foreign_origin"


async def test_reading_is_free(tmp_path: Path) -> None:
    async with client(Settings(data_dir=tmp_path)) as web:
        for method in ("GET", "HEAD", "OPTIONS"):
            response = await web.request(method, "/x", headers={"Origin": "https://evil.example"})
            assert response.status_code == 200
            assert "access-control-allow-origin" not in response.headers


async def test_a_public_url_is_the_own_origin_whatever_the_host_says(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, public_url=f"https://{HOST}/")
    async with client(settings, base="http://10.0.0.5:8000") as web:
        assert (await web.post("/x", headers={"Origin": f"https://{HOST}"})).status_code == 200
        assert (await web.post("/x", headers={"Origin": "http://10.0.0.5:8000"})).status_code == 403


@pytest.mark.parametrize(
    ("peer", "forwarded", "seen"),
    [
        ("203.0.113.7", {"X-Forwarded-For": "1.2.3.4", "X-Forwarded-Proto": "https"}, "203.0.113.7 http"),
        ("10.0.0.1", {"X-Forwarded-For": "1.2.3.4", "X-Forwarded-Proto": "https"}, "1.2.3.4 https"),
        ("10.0.0.1", {"X-Forwarded-For": "6.6.6.6, 1.2.3.4, 10.0.0.2"}, "1.2.3.4 http"),
        ("10.0.0.1", {"X-Forwarded-For": "10.0.0.3"}, "10.0.0.1 http"),
        ("10.0.0.1", {"X-Forwarded-Proto": "javascript"}, "10.0.0.1 http"),
        ("fd00::1", {"X-Forwarded-For": "2001:db8::5"}, "2001:db8::5 http"),
    ],
)
async def test_only_a_trusted_proxy_says_who_is_asking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, peer: str, forwarded: dict[str, str], seen: str
) -> None:
    monkeypatch.setenv("DOITHOAI_TRUSTED_PROXIES", "10.0.0.0/8, fd00::/8")
    async with client(Settings(data_dir=tmp_path), peer, "http://x") as web:
        assert (await web.get("/", headers=forwarded)).text == f"{seen} 0"


async def test_every_response_has_its_security_headers(app: ASGIApp) -> None:
    async with browser(app) as web:
        for response in (await web.get("/api/me"), await web.get("/broken"), await web.post("/api/enter", content=b"x")):
            headers = response.headers
            policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
            assert policy["default-src"] == policy["script-src"] == policy["style-src"] == "'self'"
            assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
            assert policy["connect-src"] == f"'self' ws://{HOST} wss://{HOST}"
            assert "unsafe" not in headers["content-security-policy"]
            assert headers["referrer-policy"] == "same-origin"
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["permissions-policy"].startswith("camera=(self), microphone=(self)")
            assert headers["cache-control"] == "no-store"
            assert headers["strict-transport-security"]


@pytest.mark.parametrize("host", ["", "a b", "x; script-src *", "x\ty", "x,y", "x/y", "[::1", "x:999999"])
async def test_an_odd_host_is_refused_and_reaches_no_header(tmp_path: Path, host: str) -> None:
    async with client(Settings(data_dir=tmp_path)) as web:
        response = await web.get("/", headers={"Host": host})
    assert response.status_code == 400
    assert "ws://localhost" in response.headers["content-security-policy"]


async def test_a_body_that_trickles_is_given_up(app: ASGIApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "BODY_WITHIN", 0.2)

    async def trickle() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" "
            await asyncio.sleep(0.05)

    async with asyncio.timeout(3), browser(app) as web:
        late = await web.post("/api/enter", content=trickle(), headers={"content-type": "application/json"})
    assert (late.status_code, late.json()["code"], late.headers["connection"]) == (408, "sent_too_slowly", "close")


async def test_a_body_too_large_is_refused_with_and_without_a_length(app: ASGIApp) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * (LARGEST // 32)

    async with browser(app) as web:
        for content in (b" " * (LARGEST + 1), pieces()):
            response = await web.post("/api/enter", content=content, headers={"content-type": "application/json"})
            assert (response.status_code, response.json()["code"]) == (413, "too_large")
        for length in ("-1", "1e3", "9" * 5000):
            response = await web.post("/api/enter", content=b"{}", headers={"content-length": length})
            assert response.status_code == 413


@pytest.mark.parametrize(
    ("url", "secure"),
    [
        ("https://doithoai.example.vn", True),
        ("http://localhost:8000", True),
        ("http://127.0.0.1:8000", True),
        ("http://[::1]:8000", True),
        ("http://192.168.1.20:8000", False),
        ("http://localhost.evil.example", False),
    ],
)
async def test_where_secure_cookies_work_no_other_is_believed(app: ASGIApp, url: str, secure: bool) -> None:
    async with browser(app, base=url) as web:
        request = web.build_request("GET", "/", headers={"cookie": "account=plain; __Host-account=secure"})
        scope = {
            "type": "http",
            "scheme": request.url.scheme,
            "path": "/",
            "query_string": b"",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "server": None,
        }
        assert is_secure(Request(scope)) is secure
        assert held(Request(scope), "account") == ("secure" if secure else "plain")


# With a real server -------------------------------------------------------------------------------------


@dataclass
class Served:
    """A server on a port of its own, and where it writes its log."""

    port: int
    log: Path


@contextlib.asynccontextmanager
async def serving(app: ASGIApp, tmp_path: Path) -> AsyncIterator[Served]:
    log = tmp_path / "server.log"
    config = log_config("debug")
    config["handlers"]["stderr"] |= {"class": "logging.FileHandler", "filename": str(log)}
    del config["handlers"]["stderr"]["stream"]
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=config, lifespan="off", ws="websockets-sansio", access_log=True))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 (uvicorn has no event for it)
        await asyncio.sleep(0.01)
    try:
        yield Served(server.servers[0].sockets[0].getsockname()[1], log)
    finally:
        server.should_exit = True
        await task
        for name in config["loggers"]:
            for handler in logging.getLogger(name).handlers:
                handler.close()
            logging.getLogger(name).handlers.clear()
            logging.getLogger(name).propagate = True


async def test_a_foreign_page_opens_no_socket(app: ASGIApp, tmp_path: Path) -> None:
    async with serving(app, tmp_path) as served:
        own = f"http://127.0.0.1:{served.port}"
        for origin, passes in (
            (own, True),
            (None, False),
            ("null", False),
            ("https://evil.example", False),
            (f"http://127.0.0.1:{served.port + 1}", False),
        ):
            headers = {"Origin": origin} if origin else {}
            connect = websockets.connect(f"ws://127.0.0.1:{served.port}/ws", additional_headers=headers, proxy=None)
            if passes:
                async with connect as socket:
                    assert await socket.recv() == "in"
            else:
                with pytest.raises(websockets.InvalidStatus) as refused:
                    async with connect:
                        pass
                assert refused.value.response.status_code == 403


async def test_no_secret_reaches_the_log(app: ASGIApp, tmp_path: Path) -> None:
    """A canary in every place where a request can carry one: of the URL the log has only the path."""
    canary = "CANARY-3141592653"
    async with serving(app, tmp_path) as served:
        own = f"http://127.0.0.1:{served.port}"
        async with httpx.AsyncClient(base_url=own, trust_env=False) as web:
            await web.get(f"/api/me?token={canary}", headers={"Cookie": f"account={canary}", "Referer": f"{own}/#{canary}"})
            await web.post(f"/api/enter?{canary}", json={"token": canary})
            await web.post("/api/setup", json={"token": canary, "password": canary})
            await web.post("/api/sign-in", json={"login": canary, "password": canary})
            await web.get(f"/broken?{canary}")
        async with websockets.connect(f"ws://127.0.0.1:{served.port}/ws?token={canary}", additional_headers={"Origin": own}, proxy=None) as socket:
            await socket.recv()
    log = served.log.read_text(encoding="utf-8")
    for path in ("/api/me", "/api/enter", "/api/setup", "/api/sign-in", "/broken", "/ws"):
        assert path in log
    assert canary not in log
