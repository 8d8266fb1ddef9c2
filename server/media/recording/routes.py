"""Where a recording is seen: from the second of a line of the minutes on, by those who may read the minutes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from moderation import Refusal
from moderation.conference import Conference
from moderation.people import IN_ROOM
from moderation.wording import called
from server.media.engine import VENUE
from server.media.recording import index
from server.media.recording.recorder import PICTURES
from server.papers.routes import READERS, Look, Page, private

TYPES: Final = {".webm": "video/webm", ".mp4": "video/mp4"}


When = Callable[[str, int], Awaitable[int | None]]
"""When the fact of a conference's journal with a number was recorded, in milliseconds since the epoch; None where there is none."""


def recording_routes(look: Look, page: Page, recordings: Path, when: When) -> APIRouter:
    """Under /hop/{seat}/ghi-hinh. Refused are whoever has no seat, and with `not_allowed` whoever may not read the minutes."""
    router = APIRouter()

    async def found(request: Request, seat: str) -> tuple[Conference, Path, list[index.Piece]]:
        looked = await look(request, seat)
        state = looked.conference
        who = state.people.get(looked.person)
        if who is None or who.standing not in IN_ROOM or who.roles.isdisjoint(READERS):
            raise Refusal("not_allowed")
        folder = index.folder_of(recordings, state.id)
        return state, folder, await to_thread.run_sync(index.read, folder)

    @router.get("/hop/{seat}/ghi-hinh", response_class=HTMLResponse)
    async def show(request: Request, seat: str, luc: int = 0, su_kien: int | None = None, nguon: str = PICTURES[0]) -> Response:
        """The recording as it was at `luc` (milliseconds since the epoch): or at a fact of the journal (`su_kien`, its number): of the floor,
        the hall, or one source (`nguon`)."""
        try:
            state, _, pieces = await found(request, seat)
        except Refusal as refusal:
            return private(page.refused(request, refusal))
        if su_kien is not None:
            luc = await when(state.id, su_kien) or 0
        place = index.locate(pieces, luc, nguon)
        files = [(piece, source_name(state, piece.series)) for piece in pieces]
        return private(page(request, "papers/recording.html", seat=seat, place=place, at=luc, series=nguon, files=files, title=state.plan.title))

    @router.get("/hop/{seat}/ghi-hinh/{file}")
    async def fetch(request: Request, seat: str, file: str) -> Response:
        """One file, or a range of it; only names that the index holds."""
        _, folder, pieces = await found(request, seat)
        piece = next((piece for piece in pieces if piece.file == file), None)
        if piece is None or not (folder / piece.file).is_file():
            raise Refusal("file_unknown")
        return private(FileResponse(folder / piece.file, media_type=TYPES[Path(piece.file).suffix], headers={"X-Content-Type-Options": "nosniff"}))

    return router


def source_name(c: Conference, series: str) -> str:
    """What a source is called; "" for the pictures of the programme, which the catalogue names."""
    if series in PICTURES:
        return ""
    if series.startswith(VENUE):
        return next((v.name for v in c.plan.venues if f"{VENUE}{v.id}" == series), series)
    return called(c, series)
