"""Signing in and entering, over HTTP, as browsers do."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from sqlalchemy import Engine
from starlette.types import ASGIApp

from server import clock
from server.accounts.codes import issue_code
from server.accounts.keys import Keys
from server.accounts.links import public_link, seat_link, setup_link
from server.accounts.seats import new_seat, readmit, revoke_seat, seat_of_person
from server.accounts.staff import create_account, set_password
from server.db.engine import reading
from tests.accounts.conftest import PASSWORD, Lobby, browser


@pytest.fixture
def binh(engine: Engine) -> str:
    with engine.begin() as connection:
        id_ = create_account(connection, "binh", "Nguyễn Văn Bình", clock.now())
        set_password(connection, id_, PASSWORD, clock.now())
    return id_


@pytest.fixture
def seat(engine: Engine) -> str:
    with engine.begin() as connection:
        return new_seat(connection, "conference", "p-huong", clock.now())


def refusal(response: httpx.Response) -> tuple[int, str]:
    said = response.json()
    assert set(said) == {"code", "sentence", "details"}
    assert not said["sentence"].startswith("refusal.")
    return response.status_code, said["code"]


async def test_staff_sign_in_see_their_seats_and_sign_out(web: httpx.AsyncClient, engine: Engine, binh: str) -> None:
    assert refusal(await web.get("/api/me")) == (401, "not_signed_in")
    with engine.begin() as connection:
        seat = new_seat(connection, "conference", "chair", clock.now(), account=binh)
    response = await web.post("/api/sign-in", json={"login": "binh", "password": PASSWORD})
    assert response.json() == {"redirect": "/"}
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("__Host-account=")
    assert {"secure", "httponly", "path=/", "samesite=lax"} <= set(cookie.lower().split("; "))
    assert "domain" not in cookie.lower()
    assert (await web.get("/api/me")).json() == {
        "login": "binh",
        "name": "Nguyễn Văn Bình",
        "seats": [{"seat": seat, "conference": "conference", "person": "chair"}],
    }
    assert (await web.get(f"/hop/{seat}")).json() == {"person": "chair"}
    kept = dict(web.cookies)
    await web.post("/api/sign-out")
    assert not web.cookies
    web.cookies.update(kept)
    assert refusal(await web.get("/api/me")) == (401, "session_ended")
    assert refusal(await web.get(f"/hop/{seat}")) == (401, "session_ended")


async def test_signing_in_again_ends_the_session_held_before(web: httpx.AsyncClient, binh: str) -> None:
    """No fixation: what the browser brought along is worth nothing afterwards."""
    await web.post("/api/sign-in", json={"login": "binh", "password": PASSWORD})
    before = dict(web.cookies)
    await web.post("/api/sign-in", json={"login": "binh", "password": PASSWORD})
    assert dict(web.cookies) != before
    assert (await web.get("/api/me")).status_code == 200
    web.cookies.clear()
    web.cookies.update(before)
    assert refusal(await web.get("/api/me")) == (401, "session_ended")


async def test_failures_delay_the_one_who_fails_and_nobody_else(app: ASGIApp, binh: str) -> None:
    wrong, right = {"login": "binh", "password": "not it at all"}, {"login": "binh", "password": PASSWORD}
    async with browser(app, "198.51.100.1") as attacker, browser(app, "203.0.113.9") as chair:
        answers = [refusal(await attacker.post("/api/sign-in", json=wrong)) for _ in range(6)]
        assert answers == [(401, "sign_in_failed")] * 5 + [(429, "too_many_tries")]
        stopped = await attacker.post("/api/sign-in", json=right)
        assert refusal(stopped) == (429, "too_many_tries")
        assert 0 < int(stopped.headers["retry-after"]) <= 61
        assert str(stopped.json()["details"]["retry_after"]) in stopped.json()["sentence"]
        assert (await chair.post("/api/sign-in", json=right)).status_code == 200


async def test_one_account_is_tried_five_times_however_its_login_is_written(web: httpx.AsyncClient, binh: str) -> None:
    for login in ("binh", "Binh", "bINH", " binh", "BINH "):
        assert (await web.post("/api/sign-in", json={"login": login, "password": "không phải"})).status_code == 401
    late = await web.post("/api/sign-in", json={"login": "biNh", "password": PASSWORD})
    assert late.json()["code"] == "too_many_tries"


async def test_a_success_forgets_the_failures(web: httpx.AsyncClient, binh: str) -> None:
    for _ in range(3):
        for _ in range(4):
            await web.post("/api/sign-in", json={"login": "binh", "password": "not it at all"})
        assert (await web.post("/api/sign-in", json={"login": "binh", "password": PASSWORD})).status_code == 200


async def test_a_personal_link_leads_to_its_seat_again_and_again(app: ASGIApp, web: httpx.AsyncClient, engine: Engine, keys: Keys, seat: str) -> None:
    with engine.begin() as connection:
        token = seat_link(connection, keys, seat, clock.now())
    assert refusal(await web.get(f"/hop/{seat}")) == (401, "not_signed_in")
    response = await web.post("/api/enter", json={"token": token})
    assert response.json() == {"seat": seat, "redirect": f"/hop/{seat}"}
    assert response.headers["set-cookie"].startswith(f"__Host-s-{seat}=")
    assert (await web.get(f"/hop/{seat}")).json() == {"person": "p-huong"}
    async with browser(app) as another:
        assert (await another.post("/api/enter", json={"token": token})).status_code == 200


async def test_a_seat_of_another_and_one_that_is_not_are_told_apart_by_nobody(
    web: httpx.AsyncClient, engine: Engine, keys: Keys, binh: str, seat: str
) -> None:
    await web.post("/api/sign-in", json={"login": "binh", "password": PASSWORD})
    answers = [await web.get(f"/hop/{seat}"), await web.get("/hop/none")]
    assert [refusal(answer) for answer in answers] == [(404, "seat_unknown")] * 2
    assert answers[0].content == answers[1].content


async def test_a_public_link_leads_into_the_lobby_by_name(web: httpx.AsyncClient, engine: Engine, keys: Keys, lobby: Lobby) -> None:
    with engine.begin() as connection:
        token = public_link(connection, keys, "conference", clock.now())
    assert (await web.post("/api/enter", json={"token": token})).json() == {"asks": "name"}
    assert refusal(await web.post("/api/enter", json={"token": token, "name": " "})) == (422, "text_missing")
    lobby.full = True
    assert refusal(await web.post("/api/enter", json={"token": token, "name": "Lê Thị Đào"})) == (409, "lobby_full")
    assert not web.cookies
    lobby.full = False
    entered = (await web.post("/api/enter", json={"token": token, "name": " Lê Thị Đào"})).json()
    [(conference, person, name, suspect)] = lobby.came
    assert (conference, name, suspect) == ("conference", "Lê Thị Đào", False)
    assert (await web.get(entered["redirect"])).json() == {"person": person}


async def test_a_code_of_the_desk_makes_a_phone_somebodys(app: ASGIApp, web: httpx.AsyncClient, engine: Engine, keys: Keys, seat: str) -> None:
    with engine.begin() as connection:
        code = issue_code(connection, keys, seat, clock.now())
    assert (await web.post("/api/code", json={"code": code.lower()})).json()["seat"] == seat
    assert (await web.get(f"/hop/{seat}")).status_code == 200
    assert refusal(await web.post("/api/code", json={"code": code})) == (403, "code_refused")
    async with browser(app, "198.51.100.1") as guesser:
        answers = [refusal(await guesser.post("/api/code", json={"code": "AAAAAAAA"})) for _ in range(11)]
        assert answers == [(403, "code_refused")] * 10 + [(429, "too_many_tries")]
    assert refusal(await web.post("/api/code", json={"code": ""})) == (403, "code_refused")


async def test_who_is_refused_is_out_on_all_devices_and_comes_back_by_no_way(
    app: ASGIApp, web: httpx.AsyncClient, engine: Engine, keys: Keys, seat: str, lobby: Lobby
) -> None:
    """R31: not by the session, the link, a new page, or the public link under another name with the cookie
    still there."""
    with engine.begin() as connection:
        token, public = seat_link(connection, keys, seat, clock.now()), public_link(connection, keys, "conference", clock.now())
        elsewhere = public_link(connection, keys, "another", clock.now())
    async with browser(app, "203.0.113.8") as phone:
        for device in (web, phone):
            assert (await device.post("/api/enter", json={"token": token})).status_code == 200
        with engine.begin() as connection:
            revoke_seat(connection, seat, clock.now())
        for device in (web, phone):
            assert refusal(await device.get(f"/hop/{seat}")) == (403, "seat_revoked")
            assert refusal(await device.post("/api/enter", json={"token": token})) == (403, "seat_revoked")
            as_another = {"token": public, "name": "Tên Khác"}
            assert refusal(await device.post("/api/enter", json=as_another)) == (403, "device_refused")
        assert lobby.came == []
        assert (await web.post("/api/enter", json={"token": elsewhere, "name": "Hường"})).status_code == 200
    async with browser(app, "203.0.113.8") as wiped:
        assert (await wiped.post("/api/enter", json={"token": public, "name": "Tên Khác"})).status_code == 200
    assert [suspect for *_, suspect in lobby.came] == [False, True]
    with engine.begin() as connection:
        readmit(connection, seat)
    assert refusal(await web.get(f"/hop/{seat}")) == (401, "session_ended")


async def test_a_staff_member_who_is_refused_loses_that_seat_and_keeps_the_account(web: httpx.AsyncClient, engine: Engine, binh: str) -> None:
    with engine.begin() as connection:
        seat = new_seat(connection, "conference", "chair", clock.now(), account=binh)
    await web.post("/api/sign-in", json={"login": "binh", "password": PASSWORD})
    with engine.begin() as connection:
        revoke_seat(connection, seat, clock.now())
    assert refusal(await web.get(f"/hop/{seat}")) == (403, "seat_revoked")
    assert (await web.get("/api/me")).json()["seats"] == []


async def test_a_setup_link_sets_the_password_once(app: ASGIApp, web: httpx.AsyncClient, engine: Engine, keys: Keys) -> None:
    with engine.begin() as connection:
        staff = create_account(connection, "moi", "Mới", clock.now())
        token = setup_link(connection, keys, staff, clock.now())
    weak, good = {"token": token, "password": "ngắn"}, {"token": token, "password": PASSWORD}
    assert refusal(await web.post("/api/setup", json=weak)) == (422, "password_short")
    assert refusal(await web.post("/api/enter", json={"token": token})) == (403, "link_refused")
    async with browser(app) as second:
        answers = await asyncio.gather(*(who.post("/api/setup", json=good) for who in (web, second)))
    assert sorted(answer.status_code for answer in answers) == [200, 403]
    assert refusal(await web.post("/api/setup", json=good)) == (403, "link_refused")
    assert (await web.post("/api/sign-in", json={"login": "moi", "password": PASSWORD})).status_code == 200


async def test_a_link_is_of_no_use_for_what_it_is_not(web: httpx.AsyncClient, engine: Engine, keys: Keys, seat: str) -> None:
    with engine.begin() as connection:
        token = seat_link(connection, keys, seat, clock.now())
    setup = {"token": token, "password": PASSWORD}
    assert refusal(await web.post("/api/setup", json=setup)) == (403, "link_refused")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{",
        b"\xff\xfe",
        b'{"token": 5}',
        b'{"token": "x", "admin": true}',
        b'{"token": null}',
        b'{"token": "' + b"x" * 101 + b'"}',
        b'{"token": "x", "name": "' + b"x" * 10_000 + b'"}',
        b"[" * 5_000,
        b'{"token": "x", "token": "x"}',
    ],
)
async def test_what_is_malformed_is_refused_in_the_one_shape(web: httpx.AsyncClient, content: bytes) -> None:
    response = await web.post("/api/enter", content=content, headers={"content-type": "application/json"})
    status, code = refusal(response)
    assert code == "malformed_request"
    assert status in (400, 422)


@pytest.mark.parametrize(
    "name",
    ["\u3164", "\u2800 \u2800", "Đào\ufe00", "\ufffe", "o" + "\u0335" * 50, "\u202eĐào", "Đào\x00", "\ud800", "x" * 121, "​"],
)
async def test_an_unfit_name_is_refused(web: httpx.AsyncClient, engine: Engine, keys: Keys, lobby: Lobby, name: str) -> None:
    import json

    with engine.begin() as connection:
        token = public_link(connection, keys, "conference", clock.now())
    content = json.dumps({"token": token, "name": name})
    response = await web.post("/api/enter", content=content, headers={"content-type": "application/json"})
    assert response.status_code in (400, 422)
    assert lobby.came == []


async def test_a_name_with_markup_is_taken_literally(web: httpx.AsyncClient, engine: Engine, keys: Keys, lobby: Lobby) -> None:
    with engine.begin() as connection:
        token = public_link(connection, keys, "conference", clock.now())
    name = "<img src=x onerror=alert(1)> {{7*7}} {name} =1+1"
    assert (await web.post("/api/enter", json={"token": token, "name": name})).status_code == 200
    assert lobby.came[0][2] == name
    with reading(engine) as connection:
        assert seat_of_person(connection, "conference", lobby.came[0][1])


async def test_a_failure_tells_nothing_of_the_inside(web: httpx.AsyncClient) -> None:
    for path, expected in (("/broken", (500, "internal")), ("/none", (404, "not_found"))):
        response = await web.get(path)
        assert refusal(response) == expected
        assert b"inner workings" not in response.content
    assert refusal(await web.get("/api/enter")) == (405, "method_not_allowed")


async def test_a_refusal_speaks_the_readers_language(web: httpx.AsyncClient) -> None:
    for accept in ("vi", "en-GB,en;q=0.9,vi;q=0.8", "fr"):
        response = await web.get("/api/me", headers={"accept-language": accept})
        assert response.json()["sentence"] == "Ông/bà chưa đăng nhập."
    web.cookies.set("lang", "en")
    assert (await web.get("/api/me")).json()["sentence"] == "You are not signed in."


async def test_a_browser_that_crashes_finds_its_session_again(web: httpx.AsyncClient, engine: Engine, keys: Keys) -> None:
    """A secretary whose browser fell over goes on without looking for the link: the cookie is kept on disk."""
    with engine.begin() as connection:
        token = seat_link(connection, keys, new_seat(connection, "c", "p", clock.now()), clock.now())
    response = await web.post("/api/enter", json={"token": token})
    assert "Max-Age=604800" in response.headers["set-cookie"]
