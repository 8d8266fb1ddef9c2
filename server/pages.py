"""The pages browsers get: entrance, and one page per seat whose script draws the room."""

from __future__ import annotations

import json
from datetime import date, datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from moderation import Refusal
from moderation.people import IN_ROOM, Person, Standing
from moderation.view import audience, me
from server.access import SENDS_BY_PROGRAM, Access
from server.accounts.seats import seat_of
from server.clock import HANOI
from server.db.engine import reading
from server.errors import language_of, sentence_of, status_of
from server.i18n import FOLDER, catalogue, part, t
from server.rooms.rooms import LiveRoom
from server.settings import Language

TEMPLATES = FOLDER.parent / "templates"


def spoken(template: str) -> tuple[str, ...] | None:
    """Which files of the catalogue the scripts of a page need: those of the room and of the entrances all (None), those of a page in a folder what is common."""
    return ("common",) if "/" in template else None


@cache
def texts(lang: Language, template: str = "room.html") -> Markup:
    """The catalogue as JSON for a script element: nothing in it can end the element."""
    files = spoken(template)
    said = json.dumps(dict(catalogue(lang) if files is None else part(lang, *files)), ensure_ascii=False)
    return Markup(said.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))


def day(value: str | date | None) -> str:
    """A date as screens show it: 14/01/2027."""
    return date.fromisoformat(str(value)).strftime("%d/%m/%Y") if value else ""


def days_between(first: str | date, last: str | date) -> int:
    """Calendar days from one date to another."""
    return (date.fromisoformat(str(last)) - date.fromisoformat(str(first))).days


def clock_time(at: int) -> str:
    """A moment in Vietnam as screens show it: 13:30, 14/01/2027."""
    return datetime.fromtimestamp(at / 1_000, HANOI).strftime("%H:%M, %d/%m/%Y")


def iso(at: int) -> str:
    """A moment as programs read it."""
    return datetime.fromtimestamp(at / 1_000, HANOI).isoformat(timespec="seconds")


class Pages:
    """Draws a template in the frame of the house: with the reader's language, its texts, and the size of letters they chose."""

    def __init__(self) -> None:
        env = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
        env.globals.update(day=day, days_between=days_between, clock_time=clock_time, iso=iso)
        self._templates = Jinja2Templates(env=env)

    def __call__(self, request: Request, name: str, status: int = 200, /, **context: Any) -> Response:
        lang = language_of(request)

        def say(key: str, **details: Any) -> str:
            return t(lang, key, **details)

        frame = {"lang": lang, "t": say, "texts": texts(lang, name), "large": request.cookies.get("large") == "1", "seat": "", "audience": ""}
        return self._templates.TemplateResponse(request, name, {**frame, **context}, status)

    def refused(self, request: Request, refusal: Refusal) -> Response:
        """The page that says a refusal."""
        sentence = sentence_of(language_of(request), refusal.code, refusal.details)
        return self(request, "error.html", status_of(refusal.code), code=refusal.code, sentence=sentence, back=came_from(request))


def came_from(request: Request) -> str:
    """The page of ours that somebody came from, as a path; "" for none, and for this very one when it was only looked at."""
    try:
        parts = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return ""
    own = (
        parts.scheme in ("http", "https") and parts.netloc == request.url.netloc and parts.path.startswith("/") and parts.path[1:2] not in ("/", "\\")
    )
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return path if own and (request.method != "GET" or parts.path != request.url.path) else ""


def page_routes(access: Access, page: Pages) -> APIRouter:
    """Entrances and the room; the first page is in `server/desk`."""
    router = APIRouter()

    def entrance(path: str, name: str) -> None:
        @router.get(path, response_class=HTMLResponse, name=name)
        async def show(request: Request) -> Response:
            return page(request, name)

    entrance("/vao", "enter.html")
    entrance("/ma", "code.html")
    entrance("/thiet-lap", "setup.html")
    entrance("/bang-thu", "test-card.html")

    @router.get("/hop/{seat}", response_class=HTMLResponse)
    async def room(request: Request, seat: str) -> Response:
        """The room as this seat sees it; `?as=` picks another of the person's roles."""
        try:
            _, live, who = await access.person(request, seat)
        except Refusal as refusal:
            if refusal.code == "not_signed_in":
                return RedirectResponse("/", 303)
            if refusal.code == "seat_revoked":
                return await farewell(request, seat)
            return page.refused(request, refusal)
        shown = audience(who, request.query_params.get("as"))
        return screen(request, seat, live, who, shown, "citizen" if shown == "lobby" else shown.partition(":")[0])

    @router.get("/hop/{seat}/obs", response_class=HTMLResponse)
    async def source(request: Request, seat: str) -> Response:
        """What is typed into OBS so that it sends a hall or venue, and what of it arrives."""
        try:
            _, live, who = await access.person(request, seat)
        except Refusal as refusal:
            return RedirectResponse("/", 303) if refusal.code == "not_signed_in" else page.refused(request, refusal)
        if who.roles.isdisjoint(SENDS_BY_PROGRAM) or who.standing not in IN_ROOM:
            return page.refused(request, Refusal("not_allowed", command="media_token"))
        return screen(request, seat, live, who, audience(who, request.query_params.get("as")), "source")

    def screen(request: Request, seat: str, live: LiveRoom, who: Person, shown: str, script: str) -> Response:
        plan = live.room.state.plan
        return page(
            request, "room.html", seat=seat, audience=shown, script=script, title=plan.title, recording=plan.recording_notice,
            rules=list(plan.house_rules) if who.standing in IN_ROOM else [], as_=request.query_params.get("as", ""),
            layout=request.query_params.get("layout", ""),
        )  # fmt: skip

    async def farewell(request: Request, seat: str) -> Response:
        """What a refused person reads: ground, article, whom to turn to (R32)."""

        def find() -> tuple[str, str]:
            with reading(access.engine) as database:
                found = seat_of(database, seat)
                return found.conference, found.person

        conference, person = await to_thread.run_sync(find)
        state = (await access.rooms.get(conference)).room.state
        who = state.people[person]
        if who.standing is not Standing.REFUSED:
            return page.refused(request, Refusal("seat_revoked"))
        return page(request, "refused.html", 403, me=me(state, person), title=state.plan.title, unit=state.plan.unit)

    return router
