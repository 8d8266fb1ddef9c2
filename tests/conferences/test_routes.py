"""What the desk and the office do for others over HTTP, and which status a refusal has."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from server.conferences.cases import personal_link
from server.rooms.rooms import LiveRoom
from tests.client import enter
from tests.rooms.house import House, open_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as house:
        yield house


async def ask(house: House, live: LiveRoom, by: str, what: str, person: str) -> httpx.Response:
    """One of the desk's errands (`codes`, `links`) for a person."""
    door = house.door(live, by)
    async with httpx.AsyncClient(base_url=house.base, trust_env=False) as http:
        return await http.post(f"/api/seats/{door.seat}/{what}", json={"person": person}, headers={"Authorization": f"Bearer {door.secret}"})


async def test_a_code_and_a_link_lead_to_the_person_s_seat(house: House) -> None:
    live = await house.conference()
    code = (await ask(house, live, "desk", "codes", "minh")).json()
    link = (await ask(house, live, "office", "links", "minh")).json()
    assert code["qr"].startswith("<svg") and link["qr"].startswith("<svg")
    by_code = await enter(house.base, code=code["code"])
    by_link = await enter(house.base, token=link["url"].partition("#")[2])
    assert by_code.seat == by_link.seat == house.door(live, "minh").seat


@pytest.mark.parametrize(
    ("by", "person", "status", "code"),
    [
        ("oanh", "phuc", 403, "not_allowed"),
        ("office", "chair", 403, "not_allowed"),
        ("desk", "secretary", 403, "only_citizens"),
        ("operator", "minh", 403, "other_venue"),
        ("desk", "nobody", 404, "person_unknown"),
    ],
)
async def test_whom_a_seat_may_not_help(house: House, by: str, person: str, status: int, code: str) -> None:
    answer = await ask(house, await house.conference(), by, "links", person)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_void_links_lead_nowhere(house: House) -> None:
    live = await house.conference()
    desk, theirs = house.door(live, "desk"), house.door(live, "oanh")
    token = personal_link(house.parts.engine, house.parts.keys, theirs.seat, house.base).partition("#")[2]
    async with httpx.AsyncClient(base_url=house.base, trust_env=False) as http:
        bearer = {"Authorization": f"Bearer {desk.secret}"}
        assert (await http.delete(f"/api/seats/{desk.seat}/links/oanh", headers=bearer)).json() == {"revoked": 1}
        refused = await http.post("/api/enter", json={"token": token}, headers={"Origin": house.base})
    assert (refused.status_code, refused.json()["code"]) == (403, "link_refused")
