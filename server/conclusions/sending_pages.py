"""Pages of whom the notice goes to, and of how the results were made public."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select
from starlette.datastructures import UploadFile

from moderation import Refusal
from moderation.case.following import Group, missing
from server.conclusions import distribution, letters, publishing
from server.conclusions.distribution import expected, recipients_of, ruled, sent_on
from server.conclusions.evidence import kept
from server.conclusions.extracts import extract_text
from server.conclusions.notice_pages import BLANK, Nothing, bodies_for
from server.conclusions.tables import notice, publication
from server.conferences.queries import case, case_frame
from server.deadlines.tables import deadline
from server.office.forms import Code, Day, Form, FormBody, Line, MaybeLine, read_form
from server.office.office import Context, Office
from server.office.work import Work


class Ticked(FormBody):
    """Recipients that were sent the notice on a day."""

    ids: tuple[Code, ...] = ()
    on: Day


class Chosen(FormBody):
    """Recipients to send to now; the day that the same form offers is not needed."""

    ids: tuple[Code, ...] = ()
    on: Day | None = None


class Added(FormBody):
    """A body added to a group."""

    group: Group
    body: Code


class Received(FormBody):
    """A recipient confirmed receipt."""

    recipient: Code
    on: Day


class Published(FormBody):
    """Results published on a channel."""

    channel: Code
    on: Day
    address: MaybeLine = ""
    files: tuple[UploadFile, ...] = ()


class Why(FormBody):
    """A reason."""

    why: Line


def recipients_view(w: Work, id: str, failed: str = "") -> tuple[str, Context]:
    """The five groups, each with its recipients."""
    found = case(w, id)
    row = w.db.execute(select(notice).where(notice.c.conference == id)).mappings().first()
    frame = {**case_frame(w, found), "sub": "/noi-nhan", "failed": failed, "blank": BLANK, "notice": row}
    if row is None:
        return "conclusions/none.html", frame
    recipients = recipients_of(w, id)
    groups = [(group.value, [{**one, "sent_on": sent_on(one)} for one in recipients if one["group"] == group]) for group in Group]
    due = w.db.execute(select(deadline).where(deadline.c.conference == id, deadline.c.kind == "conclusion")).mappings().first()
    wanting = {group.value for group in missing(ruled(recipients), expected(w, id))}
    names_shown = w.may("distribute_notice", found["unit"]) or w.may("sign_paper", found["unit"])
    return "conclusions/recipients.html", {
        **frame,
        "groups": groups,
        "due": due,
        "wanting": wanting,
        "bodies": bodies_for(w, id),
        "named": names_shown,
    }


def publication_view(w: Work, id: str, failed: str = "") -> tuple[str, Context]:
    """Where and when the results were published, with the law's clock."""
    found = case(w, id)
    row = w.db.execute(select(notice).where(notice.c.conference == id)).mappings().first()
    frame = {**case_frame(w, found), "sub": "/cong-bo", "failed": failed, "blank": BLANK, "notice": row}
    if row is None:
        return "conclusions/none.html", frame
    rows = w.db.execute(select(publication).where(publication.c.conference == id).order_by(publication.c.published_on)).mappings().all()
    due = w.db.execute(select(deadline).where(deadline.c.conference == id, deadline.c.kind == "publication")).mappings().first()
    return "conclusions/publication.html", {**frame, "published": rows, "due": due, "channels": publishing.CHANNELS}


def sending_routes(door: Office) -> APIRouter:
    """Under /van-phong/hoi-nghi/{id}/ket-luan: recipients and publication."""
    router = APIRouter(prefix="/van-phong/hoi-nghi/{id}/ket-luan")

    async def recipients(request: Request, id: str, which: str, form: Form[Any], do: Callable[[Work], Any], done: str = "saved") -> Response:
        there = f"/van-phong/hoi-nghi/{id}/ket-luan/noi-nhan"
        return await door.submit(request, form, do, there, lambda w: recipients_view(w, id, which), done=done)

    @router.get("/noi-nhan")
    async def show_recipients(request: Request, id: str) -> Response:
        return await door.show(request, lambda w: recipients_view(w, id))

    @router.get("/noi-nhan/{one}/trich")
    async def extract(request: Request, id: str, one: str) -> Response:
        """What a petitioner gets: the extract as it is sent."""

        def view(w: Work) -> tuple[str, Context]:
            found = case(w, id, "distribute_notice")
            row = distribution.chosen(w, id, [one])[0]
            if not row["refs"]:
                raise Refusal("not_found")
            return "conclusions/extract.html", {
                **case_frame(w, found),
                "sub": "/noi-nhan",
                "to": row,
                "text": extract_text(w, id, row["refs"], row["own"]),
            }

        return await door.show(request, view)

    @router.get("/noi-nhan/trich.pdf")
    async def all_extracts(request: Request, id: str) -> Response:
        """Every extract that goes out as a letter, to print."""
        return Response(await door.read(request, lambda w: letters.extracts(w, id)), media_type="application/pdf")

    @router.get("/noi-nhan/{one}/trich.pdf")
    async def one_extract(request: Request, id: str, one: str) -> Response:
        return Response(await door.read(request, lambda w: letters.extracts(w, id, one)), media_type="application/pdf")

    @router.post("/noi-nhan/danh-dau")
    async def mark(request: Request, id: str) -> Response:
        form = await read_form(request, Ticked)
        return await recipients(request, id, "mark", form, lambda w: distribution.mark_sent(w, id, form.value.ids, form.value.on))

    @router.post("/noi-nhan/gui")
    async def send(request: Request, id: str) -> Response:
        form = await read_form(request, Chosen)
        return await recipients(request, id, "mark", form, lambda w: distribution.send(w, id, form.value.ids), "notice_sent")

    @router.post("/noi-nhan/them")
    async def add(request: Request, id: str) -> Response:
        form = await read_form(request, Added)
        return await recipients(request, id, "add", form, lambda w: distribution.add_recipient(w, id, form.value.group, form.value.body))

    @router.post("/noi-nhan/da-nhan")
    async def received(request: Request, id: str) -> Response:
        form = await read_form(request, Received)
        return await recipients(request, id, "received", form, lambda w: distribution.received(w, id, form.value.recipient, form.value.on))

    @router.post("/noi-nhan/hoan-tat")
    async def complete(request: Request, id: str) -> Response:
        form = await read_form(request, Nothing)
        return await recipients(request, id, "complete", form, lambda w: distribution.complete(w, id), "notice_distributed")

    @router.get("/cong-bo")
    async def show_publication(request: Request, id: str) -> Response:
        return await door.show(request, lambda w: publication_view(w, id))

    @router.post("/cong-bo")
    async def publish(request: Request, id: str) -> Response:
        form = await read_form(request, Published)
        files = await held(request, form, door)
        return await publications(
            request, id, form, lambda w: publishing.publish(w, id, form.value.channel, form.value.on, form.value.address, files)
        )

    @router.post("/cong-bo/{one}/bo")
    async def unpublish(request: Request, id: str, one: str) -> Response:
        form = await read_form(request, Why)
        return await publications(request, id, form, lambda w: publishing.unpublish(w, id, one, form.value.why))

    async def publications(request: Request, id: str, form: Form[Any], do: Callable[[Work], Any]) -> Response:
        return await door.submit(request, form, do, f"/van-phong/hoi-nghi/{id}/ket-luan/cong-bo", lambda w: publication_view(w, id, "publish"))

    return router


async def held(request: Request, form: Form[Any], door: Office) -> list[dict[str, str]]:
    """The files of a form, checked and kept; a file that cannot be taken becomes a fault at its field."""
    try:
        return await kept(form.value.files, door.files) if form.ok else []
    except Refusal as refusal:
        form.refuse(request, Refusal(refusal.code, field="files", **refusal.details))
        return []
    finally:
        await request.close()
