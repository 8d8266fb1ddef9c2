"""The server as a whole, as it is put together."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from moderation import Phase
from moderation.conduct import Ground, Refuse
from server.accounts.keys import new_id
from server.accounts.seats import seat_of
from server.db.engine import reading
from server.media.engine import Levels, Restarted
from server.rooms.rooms import LiveRoom
from tests.rooms.house import House, open_house, until
from tests.rooms.phases import bring_to


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as house:
        yield house


def web(house: House) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=house.base, trust_env=False)


async def test_it_says_when_it_is_ready(house: House) -> None:
    async with web(house) as http:
        answer = await http.get("/healthz")
    assert answer.status_code == 200 and answer.json() == {"status": "ok"}


async def test_every_answer_has_its_security_headers_and_no_page_runs_foreign_code(house: House) -> None:
    live = await house.conference()
    seat = house.door(live, "oanh")
    async with web(house) as http:
        for path, status in (("/", 200), ("/vao", 200), ("/ma", 200), (f"/hop/{seat.seat}", 200), ("/static/css/base.css", 200), ("/nowhere", 404)):
            answer = await http.get(path, headers={"Cookie": f"__Host-s-{seat.seat}={seat.secret}"})
            assert answer.status_code == status, path
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'self'" in policy and "unsafe-inline" not in policy and "frame-ancestors 'none'" in policy
            assert answer.headers["Referrer-Policy"] == "same-origin" and answer.headers["X-Content-Type-Options"] == "nosniff"
            assert seat.secret not in answer.text


async def test_nothing_tells_how_the_server_is_made(house: House) -> None:
    async with web(house) as http:
        for path in (
            "/docs",
            "/redoc",
            "/openapi.json",
            "/hop/x/../../etc/passwd",
            "/static/../server/app.py",
            "/static/%2e%2e/%2e%2e/pyproject.toml",
        ):
            answer = await http.get(path)
            assert answer.status_code in (303, 404) and "traceback" not in answer.text.lower()
        assert "uvicorn" not in (await http.get("/")).headers.get("server", "")


async def test_a_seat_shows_its_page_and_nobody_elses(house: House) -> None:
    a, b = await house.conference("dt-a"), await house.conference("dt-b")
    own, other = house.door(a, "chair"), house.door(b, "chair")
    cookies = {"Cookie": f"__Host-s-{own.seat}={own.secret}; __Host-s-{other.seat}={own.secret}"}
    async with web(house) as http:
        assert (await http.get(f"/hop/{own.seat}", headers=cookies)).status_code == 200
        assert (await http.get(f"/hop/{other.seat}", headers=cookies)).status_code == 404
        assert (await http.get(f"/hop/{own.seat}", follow_redirects=False)).status_code == 303
        for path in (f"/api/seats/{other.seat}/public-link", f"/hop/{other.seat}/qr.svg"):
            assert (await http.get(path, headers=cookies)).status_code == 404


@pytest.mark.parametrize(("ground", "rule"), [(Ground.BREACH, 1), (Ground.UNDER_INFLUENCE, None)])
async def test_a_refused_person_reads_why_and_nobody_else_does(house: House, ground: Ground, rule: int | None) -> None:
    """R32, on every ground: ground, rule if one was broken, the chair's words shown literally; in place of the room, on every later visit."""
    live = await house.conference()
    oanh, phuc = house.door(live, "oanh"), house.door(live, "phuc")
    await live.room.do(new_id(), "chair", Refuse("oanh", ground, "<b>Vì sao</b>", rule))
    await until(lambda: refused_seat(house, oanh.seat))
    async with web(house) as http:
        for who, status, reads in ((oanh, 403, True), (phuc, 404, False)):
            answer = await http.get(f"/hop/{oanh.seat}", headers={"Authorization": f"Bearer {who.secret}"})
            assert (answer.status_code, "&lt;b&gt;Vì sao&lt;/b&gt;" in answer.text) == (status, reads)
            assert (live.room.state.plan.house_rules[0] in answer.text) is (reads and rule is not None)


def refused_seat(house: House, seat: str) -> bool:
    with reading(house.parts.engine) as database:
        return seat_of(database, seat).revoked


async def test_foreign_pages_send_nothing(house: House) -> None:
    """Row 30: a cookie that a foreign page borrows opens nothing, whatever it calls its body."""
    live = await house.conference()
    desk = house.door(live, "desk")
    cookies = {"Cookie": f"__Host-s-{desk.seat}={desk.secret}"}
    body = json.dumps({"person": "oanh"})
    async with web(house) as http:
        for more in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
            for kind in ("application/json", "text/plain"):
                answer = await http.post(f"/api/seats/{desk.seat}/codes", content=body, headers=cookies | more | {"Content-Type": kind})
                assert answer.status_code == 403 and answer.json()["code"] == "foreign_origin"
        own = await http.post(
            f"/api/seats/{desk.seat}/codes", content=body, headers=cookies | {"Origin": house.base, "Content-Type": "application/json"}
        )
        assert own.status_code == 200


async def test_what_the_engine_tells_reaches_the_consoles_and_nobody_else(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    live = await house.conference()
    chair, oanh = await house.come(live, "chair"), await house.come(live, "oanh")
    told: asyncio.Queue[Levels | Restarted] = asyncio.Queue()

    async def events() -> AsyncIterator[Levels | Restarted]:
        while True:
            yield await told.get()

    monkeypatch.setattr(house.parts.media, "events", events)
    following = asyncio.create_task(house.parts.follow_media())
    told.put_nowait(Levels(live.id, {"oanh": -23.4, "venue:main": -60.0}, frozenset({"oanh"})))
    told.put_nowait(Levels("another", {"oanh": -1.0}, frozenset()))
    await chair.until(lambda: any(s["kind"] == "levels" for s in chair.signals))
    assert next(s for s in chair.signals if s["kind"] == "levels") == {
        "kind": "levels", "dbfs": {"oanh": -23, "venue:main": -60}, "speaking": ["oanh"],
    }  # fmt: skip
    told.put_nowait(Restarted())
    await oanh.until(lambda: {"kind": "media", "state": "restarted"} in oanh.signals)
    assert not any(s["kind"] == "levels" for s in oanh.signals)
    following.cancel()


async def test_the_engine_is_told_who_is_heard_and_seen(house: House) -> None:
    live: LiveRoom = await house.conference()
    directions = house.parts.media.directions  # type: ignore[attr-defined]
    await bring_to(live, Phase.RUNNING)
    await until(lambda: directions[live.id].heard == {"chair", "venue:main"} and directions[live.id].floor == "chair")
    chair = await house.come(live, "chair")
    await chair.do({"do": "take_break"})
    await until(lambda: not directions[live.id].heard)


async def test_it_opens_only_what_is_its_own(tmp_path: Path) -> None:
    """The data folder is for its owner alone, and what is stored is readable by plain SQLite afterwards."""
    async with open_house(tmp_path / "data") as house:
        live = await house.conference()
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0
    assert all(secret.stat().st_mode & 0o077 == 0 for secret in (tmp_path / "data/secrets").iterdir())
    with sqlite3.connect(tmp_path / "data/doithoai.db") as database:
        assert database.execute("SELECT count(*) FROM fact WHERE conference = ?", (live.id,)).fetchone()[0] == live.room.state.seq
        assert database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    database.close()
