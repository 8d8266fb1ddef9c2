"""Signing in, and entering a conference, over HTTP. Everything is JSON; secrets come in bodies and go into
cookies, never into URLs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Protocol, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response
from pydantic import Field
from sqlalchemy import Engine

from moderation.kernel import Refusal
from server import clock
from server.accounts.codes import redeem_code
from server.accounts.cookies import ACCOUNT, hand_out, held, held_seats, seat_cookie, take_back
from server.accounts.entrance import own_path, signed_in
from server.accounts.keys import Keys, new_id
from server.accounts.limits import Tries, network
from server.accounts.links import Link, follow, use_up
from server.accounts.passwords import LONGEST, hash_password
from server.accounts.seats import Seat, new_seat, refused_address, refused_device, seat_of, seats_of
from server.accounts.sessions import open_session, sign_out
from server.accounts.staff import account_of, keep_password, login_of, plain_text, sign_in
from server.body import Body, BodyRoute
from server.db.engine import reading
from server.settings import Settings

Result = TypeVar("Result")


class Knock(Protocol):
    """Asks a conference to let a new person wait in its lobby (R6); given by whoever puts the server
    together. May raise `Refusal`."""

    async def __call__(self, conference: str, person: str, name: str, suspect: bool) -> None: ...


class SignIn(Body):
    """Login and password, and the page that was asked for before."""

    login: Annotated[str, Field(max_length=200)]
    password: Annotated[str, Field(max_length=4 * LONGEST)]
    to: Annotated[str, Field(max_length=2000)] = "/"


class Enter(Body):
    """The secret of a link. Through a public link one enters with a `name`; without it, one only learns that
    it is asked for."""

    token: Annotated[str, Field(max_length=100)]
    name: Annotated[str | None, Field(max_length=1000)] = None


class Code(Body):
    """A one-time code, as typed."""

    code: Annotated[str, Field(max_length=40)]


class Setup(Body):
    """The secret of a set-up link and the password chosen."""

    token: Annotated[str, Field(max_length=100)]
    password: Annotated[str, Field(max_length=4 * LONGEST)]


def account_routes(engine: Engine, keys: Keys, settings: Settings, knock: Knock) -> APIRouter:
    """The routes under `/api`. Argon2 runs two at a time, so that a flood of sign-ins cannot take all threads
    and memory."""
    routes = APIRouter(prefix="/api", route_class=BodyRoute)
    lasts = settings.session_hours * 3_600_000
    hashing = CapacityLimiter(2)
    sign_ins = Tries("5/minute", "12/10 minutes", "30/hour")  # failures, for an account from an address
    visits = Tries("120/minute")  # sign-ins from an address, whatever the account
    wrong_codes = Tries("10/minute", "60/hour")  # from an address
    entries = Tries("40/second", "600/minute")  # from an address: a hall comes from one

    async def in_thread(function: Callable[[], Result], limiter: CapacityLimiter | None = None) -> Result:
        return await to_thread.run_sync(function, limiter=limiter)

    def browser(request: Request) -> dict[str, str]:
        return {"user_agent": request.headers.get("user-agent", ""), "address": _address(request)}

    def seated(request: Request, response: Response, seat: Seat, secret: str) -> dict[str, str]:
        hand_out(request, response, seat_cookie(seat.id), secret)
        return {"seat": seat.id, "redirect": f"/hop/{seat.id}"}

    @routes.post("/sign-in")
    async def sign_in_(request: Request, response: Response, body: SignIn) -> dict[str, str]:
        """Sign in to a staff account. The session is always a new one; the one that the browser held ends."""
        address = _address(request)
        visits.check(address)
        visits.count(address)
        login = login_of(body.login)
        sign_ins.check(address, login)
        sign_ins.count(address, login)  # before the password is looked at: tries side by side count too

        def check() -> str:
            return sign_in(engine, keys, body.login, body.password, clock.now(), lasts, **browser(request))

        secret = await in_thread(check, hashing)
        sign_ins.forget(address, login)
        await in_thread(lambda: _end(engine, keys, held(request, ACCOUNT)))
        hand_out(request, response, ACCOUNT, secret)
        return {"redirect": own_path(body.to)}

    @routes.post("/sign-out")
    async def sign_out_(request: Request, response: Response) -> dict[str, str]:
        """End the session of the staff account."""
        await in_thread(lambda: _end(engine, keys, held(request, ACCOUNT)))
        take_back(request, response, ACCOUNT)
        return {"redirect": "/"}

    @routes.get("/me")
    async def me(request: Request) -> dict[str, Any]:
        """The account signed in to, and its seats."""
        secret = held(request, ACCOUNT)

        def look() -> dict[str, Any]:
            with reading(engine) as connection:
                account = signed_in(connection, keys, secret)
                seats = [{"seat": s.id, "conference": s.conference, "person": s.person} for s in seats_of(connection, account.id)]
                return {"login": account.login, "name": account.name, "seats": seats}

        return await in_thread(look)

    @routes.post("/setup")
    async def setup(request: Request, response: Response, body: Setup) -> dict[str, str]:
        """Set the password of an account with a one-time link, and sign in. A password that is refused does
        not use up the link."""
        entries.check(_address(request))
        entries.count(_address(request))

        def choose() -> str:
            with reading(engine) as connection:
                link = follow(connection, keys, body.token, clock.now())
                if link.account is None:
                    raise Refusal("link_refused")
                login = account_of(connection, link.account).login
            hashed = hash_password(body.password, login)
            with engine.begin() as connection:
                now = clock.now()
                use_up(connection, keys, body.token, now)
                keep_password(connection, link.account, hashed, now)
                return open_session(connection, keys, now, lasts, account=link.account, **browser(request))

        hand_out(request, response, ACCOUNT, await in_thread(choose, hashing))
        return {"redirect": "/"}

    @routes.post("/enter")
    async def enter(request: Request, response: Response, body: Enter) -> dict[str, str]:
        """Enter by a link. A personal one leads to its seat. A public one leads to the lobby, once a name is
        given: without one the answer is `{"asks": "name"}`. A browser that held a seat whose person was
        refused is not let in again (R31)."""
        entries.check(_address(request))
        entries.count(_address(request))

        def look() -> tuple[Link, bool]:
            with reading(engine) as connection:
                link = follow(connection, keys, body.token, clock.now())
                if link.kind == "setup":
                    raise Refusal("link_refused")
                if link.conference is None:
                    return link, False
                if refused_device(connection, keys, link.conference, held_seats(request.cookies)):
                    raise Refusal("device_refused")
                return link, refused_address(connection, keys, link.conference, _address(request))

        link, suspect = await in_thread(look)
        if link.conference is not None and body.name is None:
            return {"asks": "name"}
        person = new_id()
        if link.conference is not None:
            name = plain_text(body.name or "", 120, "name")
            await knock(link.conference, person, name, suspect)

        def sit() -> tuple[Seat, str]:
            with engine.begin() as connection:
                now = clock.now()
                current = follow(connection, keys, body.token, now)
                id_ = current.seat or new_seat(connection, current.conference or "", person, now)
                return seat_of(connection, id_), open_session(connection, keys, now, lasts, seat=id_, **browser(request))

        return seated(request, response, *await in_thread(sit))

    @routes.post("/code")
    async def code(request: Request, response: Response, body: Code) -> dict[str, str]:
        """Enter by a one-time code of the desk."""
        wrong_codes.check(_address(request))

        def redeem() -> tuple[Seat, str] | None:
            with engine.begin() as connection:
                now = clock.now()
                seat = redeem_code(connection, keys, body.code, now)
                if seat is None:
                    return None
                return seat, open_session(connection, keys, now, lasts, seat=seat.id, **browser(request))

        found = await in_thread(redeem)
        if found is None:
            wrong_codes.count(_address(request))
            raise Refusal("code_refused")
        return seated(request, response, *found)

    return routes


def _end(engine: Engine, keys: Keys, secret: str | None) -> None:
    if secret is not None:
        with engine.begin() as connection:
            sign_out(connection, keys, secret, clock.now())


def _address(request: Request) -> str:
    return network(request.client.host if request.client else "")
