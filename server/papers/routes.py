"""Where the papers are read: the minutes and the notice of a seat's conference, as a page and as DOCX."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from moderation.conference import Conference
from moderation.kernel import Refusal, Role
from moderation.people import IN_ROOM
from server.db.verify import Head
from server.papers.as_docx import render_docx
from server.papers.as_html import render_html
from server.papers.minutes import minutes
from server.papers.notice import notice
from server.papers.paper import Paper

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
READERS = frozenset({Role.CHAIR, Role.SECRETARY, Role.OFFICE, Role.DESK, Role.MONITOR})
"""Who may read drafts: names of citizens and grounds of refusals stand in them (R32, R42)."""

PAPERS: dict[str, Callable[[Conference, Head], Paper]] = {"bien-ban": minutes, "ket-luan": notice}
"""Address → the paper it shows."""


@dataclass(frozen=True, slots=True)
class Looked:
    """Who asks, and the conference as it is at this moment: its state, and the head of its journal that belongs to this state."""

    person: str
    conference: Conference
    head: Head


class Look(Protocol):
    """Given by the composition root: whose seat this is. Raises `Refusal`."""

    async def __call__(self, request: Request, seat: str) -> Looked: ...


class Page(Protocol):
    """Given by the composition root: templates in the frame of the house."""

    def __call__(self, request: Request, name: str, status: int = 200, /, **context: Any) -> Response: ...

    def refused(self, request: Request, refusal: Refusal) -> Response: ...


def paper_routes(look: Look, page: Page) -> APIRouter:
    """The four addresses. Refused are whoever has no seat, and with `not_allowed` whoever is not a reader."""
    router = APIRouter()

    async def paper(request: Request, seat: str, address: str) -> Paper:
        looked = await look(request, seat)
        who = looked.conference.people.get(looked.person)
        if who is None or who.standing not in IN_ROOM or who.roles.isdisjoint(READERS):
            raise Refusal("not_allowed")
        return await to_thread.run_sync(PAPERS[address], looked.conference, looked.head)

    def add(address: str) -> None:
        @router.get(f"/hop/{{seat}}/{address}", response_class=HTMLResponse, name=address)
        async def html(request: Request, seat: str) -> Response:
            try:
                shown = await paper(request, seat, address)
            except Refusal as refusal:
                return private(page.refused(request, refusal))
            article = await to_thread.run_sync(render_html, shown)
            return private(page(request, "papers/page.html", paper=shown, article=article, address=address, seat=seat))

        @router.get(f"/hop/{{seat}}/{address}.docx", name=f"{address} docx")
        async def docx(request: Request, seat: str) -> Response:
            try:
                shown = await paper(request, seat, address)
            except Refusal as refusal:
                return private(page.refused(request, refusal))
            content = await to_thread.run_sync(render_docx, shown)
            name = f"{shown.file}.docx" if not shown.draft else f"du-thao-{shown.file}.docx"
            return private(Response(content, media_type=DOCX, headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}))

    for address in PAPERS:
        add(address)
    return router


def private(response: Response) -> Response:
    """A paper is of one moment and for one reader: nothing on the way keeps it."""
    response.headers["Cache-Control"] = "no-store"
    return response
