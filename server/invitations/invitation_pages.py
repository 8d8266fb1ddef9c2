"""The tab of inviting and telling the public: the list, the letters, sending, who answered; the channels of the notice with their proof, and its texts."""

from __future__ import annotations

from email.utils import parseaddr
from urllib.parse import quote

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select
from starlette.datastructures import UploadFile

from moderation import Refusal
from moderation.case.plans import AUDIENCES
from server.conferences.queries import case, case_frame
from server.files.checked import LARGEST, Checked, checked, checked_table
from server.invitations import announcing, delivery, letters, recipients
from server.invitations.answering import branch_venues
from server.invitations.gates import uninvited_agencies
from server.invitations.tables import announcement, invitation
from server.notifications.tables import message
from server.office.forms import Code, FormBody, MaybeProse, read_form
from server.office.office import Context, Office
from server.office.work import Work
from server.organisation.tables import body
from server.papers.register import drawn
from server.papers.tables import paper
from server.petitions.reading import cells


class BodiesForm(FormBody):
    """Which bodies."""

    bodies: tuple[str, ...] = ()


class ListForm(FormBody):
    """A pasted list, or a table."""

    list: MaybeProse = ""
    file: UploadFile | None = None
    audience: Code | None = None


class Which(FormBody):
    """A row."""

    which: Code


class Nothing(FormBody):
    """A button alone."""


def invitation_routes(door: Office) -> APIRouter:
    """Under /van-phong/hoi-nghi/{id}/moi-va-thong-bao."""
    router = APIRouter()
    here = "/van-phong/hoi-nghi/{id}/moi-va-thong-bao"
    sender = parseaddr(door.settings.mail_from)[1]

    def base(request: Request) -> str:
        return door.settings.public_url or str(request.base_url).rstrip("/")

    def back(id: str) -> str:
        return here.format(id=id)

    def view(w: Work, id: str, request: Request) -> tuple[str, Context]:
        found = case(w, id)
        group = request.query_params.get("nhom", "")
        rows = recipients.invitations(w, id, group if group in AUDIENCES else "")
        every = recipients.invitations(w, id) if group else rows
        states = {
            row.id: row
            for row in w.db.execute(select(message.c.id, message.c.state).where(message.c.kind == "invitation", message.c.conference == id))
        }
        kinds = ("invitation", "public_notice")
        of = select(paper.c.id, paper.c.kind, paper.c.state, paper.c.number).where(
            paper.c.conference == id, paper.c.kind.in_(kinds), paper.c.state != "void"
        )
        drafts = w.db.execute(of).mappings().all()
        void = w.db.scalar(select(invitation.c.id).where(invitation.c.conference == id, invitation.c.void.is_(True)).limit(1)) is not None
        texts = dict(announcing.composed(w, id, "public_notice", base(request)).texts) if found["date"] and found["starts_at"] else {}
        context: Context = {
            "rows": [{**row, "state": states[row["message"]].state if row["message"] in states else ""} for row in rows],
            "counts": {
                "all": len(every), "sent": sum(1 for row in every if row["sent_at"]), "coming": sum(1 for row in every if row["answer"] == "coming"),
                "not_coming": sum(1 for row in every if row["answer"] == "not_coming"), "speak": sum(1 for row in every if row["wants_to_speak"]),
                "paper": sum(1 for row in every if row["channel"] == "paper" and not row["sent_at"]),
                "waiting": sum(1 for row in every if row["channel"] != "paper" and not row["message"] and not row["sent_at"]),
            },
            "groups": sorted({row["audience"] for row in every if row["audience"]}), "group": group, "audiences": [one for one in AUDIENCES if one],
            "venue_names": dict(branch_venues(w, id)), "channels": recipients.CHANNELS, "again": void and not every, "may_send": found["approved_at"] is not None,
            "timely_rows": delivery.on_time(w, id), "told": announcing.announcements(w, id), "told_timely": announcing.told_in_time(w, id),
            "ways": announcing.CHANNELS, "texts": texts, "lengths": announcing.lengths(texts), "agencies": uninvited_agencies(w, id), "papers": drafts,
            "bodies": w.db.execute(select(body.c.id, body.c.name).where(body.c.unit == found["unit"]).order_by(body.c.name)).all(),
        }  # fmt: skip
        return "invitations/invitations.html", {**case_frame(w, found), **context}

    @router.get(here)
    async def show(request: Request, id: str) -> Response:
        return await door.show(request, lambda w: view(w, id, request))

    # --- the list -------------------------------------------------------------------------------------------------------------------

    @router.post(here + "/co-quan")
    async def add_bodies(request: Request, id: str) -> Response:
        form = await read_form(request, BodiesForm)
        return await door.submit(
            request, form, lambda w: recipients.add(w, id, recipients.bodies(w, form.value.bodies)), back(id), lambda w: view(w, id, request)
        )

    @router.post(here + "/nguoi-neu-kien-nghi")
    async def add_petitioners(request: Request, id: str) -> Response:
        form = await read_form(request, Nothing)
        return await door.submit(
            request, form, lambda w: recipients.add(w, id, recipients.petitioners(w, id)), back(id), lambda w: view(w, id, request)
        )

    @router.post(here + "/them")
    async def add_one(request: Request, id: str) -> Response:
        form = await read_form(request, recipients.GuestForm)

        def do(w: Work) -> None:
            given = form.value
            guest = recipients.Guest(given.recipient, given.residence, given.address, given.channel or "")
            if not recipients.add(w, id, [guest], given.audience):
                raise Refusal("guest_listed", field="recipient")

        return await door.submit(request, form, do, back(id), lambda w: view(w, id, request))

    @router.post(here + "/danh-sach")
    async def add_list(request: Request, id: str) -> Response:
        """People of a pasted list or a table: all of them, or none with the fault named."""
        form = await read_form(request, ListForm)
        rows: list[list[str]] = []
        if form.ok:
            try:
                rows = recipients.pasted(form.value.list)
                if form.value.file is not None:
                    table = checked_table(*await taken(form.value.file))
                    rows += await to_thread.run_sync(cells, table.content)
            except Refusal as refusal:
                form.refuse(request, refusal)
        return await door.submit(
            request, form, lambda w: recipients.add(w, id, recipients.listed(rows), form.value.audience), back(id), lambda w: view(w, id, request)
        )

    @router.post(here + "/sua")
    async def change(request: Request, id: str) -> Response:
        form = await read_form(request, recipients.ChangeForm)
        return await door.submit(request, form, lambda w: recipients.change(w, id, form.value), back(id), lambda w: view(w, id, request))

    @router.post(here + "/bot")
    async def remove(request: Request, id: str) -> Response:
        form = await read_form(request, Which)
        return await door.submit(request, form, lambda w: recipients.take_off(w, id, form.value.which), back(id), lambda w: view(w, id, request))

    @router.post(here + "/moi-lai")
    async def again(request: Request, id: str) -> Response:
        form = await read_form(request, Nothing)
        return await door.submit(request, form, lambda w: delivery.invite_again(w, id), back(id), lambda w: view(w, id, request))

    # --- letters and sending --------------------------------------------------------------------------------------------------------

    @router.post(here + "/soan-giay-moi")
    async def draft_letter(request: Request, id: str) -> Response:
        form = await read_form(request, Nothing)
        return await door.submit(
            request, form, lambda w: letters.draft_for_signing(w, id), back(id), lambda w: view(w, id, request), done="paper_drafted"
        )

    @router.get(here + "/giay-moi.pdf")
    async def print_letters(request: Request, id: str) -> Response:
        """The letters to be handed over on paper, in one file; `?mot=` one of any channel."""
        wanted = request.query_params.get("mot", "")

        def read(w: Work) -> tuple[letters.Letters, list[str]]:
            case(w, id, "send_invitations")
            rows = recipients.invitations(w, id)
            chosen = [row["id"] for row in rows if (row["id"] == wanted if wanted else row["channel"] == "paper")]
            if not chosen:
                raise Refusal("nobody_invited")
            return letters.letters(w, id, door.keys, base(request)), chosen

        try:
            made, chosen = await door.read(request, read)
            content = await to_thread.run_sync(lambda: made.pdf(*chosen))
        except Refusal as refusal:
            return door.page.refused(request, refusal)
        return pdf(content, f"giay-moi-{id}")

    @router.post(here + "/gui")
    async def send(request: Request, id: str) -> Response:
        """Queues what has not been sent. The letters are drawn before, outside of any transaction; they go along once the chair's one is signed and numbered."""
        form = await read_form(request, Nothing)
        kept: dict[str, str] = {}
        if form.ok:

            def read(w: Work) -> tuple[letters.Letters, list[str]] | None:
                case(w, id, "send_invitations")
                if letters.issued(w, id) is None:
                    return None
                rows = recipients.invitations(w, id)
                by_mail = [row["id"] for row in rows if row["channel"] == "email" and not row["message"] and not row["sent_at"]]
                return letters.letters(w, id, door.keys, base(request)), by_mail

            try:
                if (read_ones := await door.read(request, read)) is not None:
                    made, by_mail = read_ones
                    kept = await to_thread.run_sync(lambda: {one: door.files.put(made.pdf(one)) for one in by_mail})
            except Refusal as refusal:
                form.refuse(request, refusal)
        return await door.submit(
            request,
            form,
            lambda w: delivery.send(w, id, door.keys, base(request), kept, sender),
            back(id),
            lambda w: view(w, id, request),
            done="invitations_queued",
        )

    @router.post(here + "/da-trao")
    async def handed(request: Request, id: str) -> Response:
        form = await read_form(request, delivery.HandedForm)
        return await door.submit(request, form, lambda w: delivery.hand_over(w, id, form.value), back(id), lambda w: view(w, id, request))

    # --- telling the public ---------------------------------------------------------------------------------------------------------

    @router.post(here + "/cong-bo")
    async def announce(request: Request, id: str) -> Response:
        form = await read_form(request, announcing.AnnouncementForm)
        proof: Checked | None = None
        if form.ok and form.value.file is not None:
            try:
                name, content = await taken(form.value.file)
                proof = await to_thread.run_sync(checked, name, content)
            except Refusal as refusal:
                form.refuse(request, Refusal(refusal.code, **{**refusal.details, "field": "file"}))
        return await door.submit(
            request, form, lambda w: announcing.announce(w, id, form.value, door.files, proof), back(id), lambda w: view(w, id, request)
        )

    @router.post(here + "/cong-bo/bot")
    async def take_back(request: Request, id: str) -> Response:
        form = await read_form(request, Which)
        return await door.submit(request, form, lambda w: announcing.withdraw(w, id, form.value.which), back(id), lambda w: view(w, id, request))

    @router.get(here + "/cong-bo/{one}/{number}")
    async def proof(request: Request, id: str, one: str, number: int) -> Response:
        """A picture or PDF that shows a publication."""

        def look(w: Work) -> dict[str, str]:
            case(w, id)
            row = w.row(announcement, one)
            if row["conference"] != id or not 0 <= number < len(row["files"]):
                raise Refusal("file_unknown")
            found: dict[str, str] = row["files"][number]
            return found

        try:
            file = await door.read(request, look)
            content = await to_thread.run_sync(door.files.get, file["sha256"])
        except Refusal as refusal:
            return door.page.refused(request, refusal)
        return Response(content, media_type=file["type"], headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file['name'])}"})

    @router.post(here + "/soan-thong-bao")
    async def draft_notice(request: Request, id: str) -> Response:
        form = await read_form(request, Nothing)
        return await door.submit(
            request, form, lambda w: announcing.draft_notice(w, id, base(request)), back(id), lambda w: view(w, id, request), done="paper_drafted"
        )

    @router.get(here + "/ap-phich.pdf")
    async def poster(request: Request, id: str) -> Response:
        """The poster for notice boards."""

        def read(w: Work) -> bytes:
            case(w, id)
            return drawn(announcing.composed(w, id, "poster", base(request)), "pdf")

        try:
            return pdf(await door.read(request, read), f"ap-phich-{id}")
        except Refusal as refusal:
            return door.page.refused(request, refusal)

    return router


async def taken(file: UploadFile) -> tuple[str, bytes]:
    """The name and the bytes of what was sent; the file itself is closed."""
    content = await file.read(LARGEST + 1)
    await file.close()
    return file.filename or "", content


def pdf(content: bytes, name: str) -> Response:
    """A PDF to look at; nothing on the way keeps it."""
    headers = {"Content-Disposition": f"inline; filename*=UTF-8''{quote(name)}.pdf", "Cache-Control": "no-store"}
    return Response(content, media_type="application/pdf", headers=headers)
