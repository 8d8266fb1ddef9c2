"""The page of messages: what waits, what went, what failed; handing over by hand what no machine carries, and deciding on what is uncertain."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import ColumnElement, RowMapping, func, or_, select

from moderation import Refusal
from moderation.case.rights import RIGHTS
from server.conferences.case_pages import page_number
from server.conferences.tables import conference
from server.invitations.delivery import learn_sent
from server.notifications.tables import message
from server.office.forms import Code, FormBody, read_form
from server.office.office import Context, Office
from server.office.work import Work
from server.organisation.tables import body

PAGE = 50
STATES = ("queued", "sending", "sent", "failed", "uncertain", "withdrawn")
RESENDS = ("failed", "uncertain")
BY_HAND = ("queued", "failed", "uncertain")
"""States in which a person may say that they have handed it over."""


class Decision(FormBody):
    """Which message, and in which of its states the writer saw it."""

    message: Code
    state: Code


def visible(w: Work) -> ColumnElement[bool]:
    """The messages of the conferences one works for; whoever keeps accounts also sees those of the house."""
    units = {unit for post in w.by.posts if post.duty.value in RIGHTS["send_invitations"] for unit in (*post.reach, post.unit)}
    mine: list[ColumnElement[bool]] = [conference.c.unit.in_(units)]
    if w.may("keep_accounts") or w.may("send_invitations"):
        mine.append(message.c.conference.is_(None))
    return or_(*mine)


def message_routes(door: Office) -> APIRouter:
    """Under /van-phong/thu-gui."""
    router = APIRouter()
    connected = {"email": bool(door.settings.mail_url), "sms": bool(door.settings.sms_url), "zalo": bool(door.settings.zalo_url), "paper": False}

    def view(w: Work, state: str, at: int) -> tuple[str, Context]:
        allow(w)
        chosen = [visible(w), *([message.c.state == state] if state in STATES else [])]
        of = (
            select(message, conference.c.title.label("case_title"), body.c.email.label("body_email"))
            .outerjoin(conference, conference.c.id == message.c.conference)
            .outerjoin(body, body.c.id == message.c.body)
        )
        counted = (
            select(message.c.state, func.count())
            .outerjoin(conference, conference.c.id == message.c.conference)
            .where(visible(w))
            .group_by(message.c.state)
        )
        counts: dict[str, int] = {row[0]: row[1] for row in w.db.execute(counted)}
        count = counts.get(state, 0) if state in STATES else sum(counts.values())
        rows = w.db.execute(of.where(*chosen).order_by(message.c.created.desc(), message.c.id).limit(PAGE).offset((at - 1) * PAGE)).mappings().all()
        return "notifications/messages.html", {
            "rows": rows, "counts": counts, "states": STATES, "state": state, "at": at, "pages": max(1, -(-count // PAGE)), "connected": connected,
            "resends": RESENDS, "by_hand": BY_HAND,
        }  # fmt: skip

    def asked(request: Request) -> tuple[str, int]:
        return request.query_params.get("tt", ""), page_number(request)

    @router.get("/van-phong/thu-gui")
    async def show(request: Request) -> Response:
        return await door.show(request, lambda w: view(w, *asked(request)))

    @router.post("/van-phong/thu-gui/gui-lai")
    async def again(request: Request) -> Response:
        form = await read_form(request, Decision)
        return await door.submit(
            request, form, lambda w: send_again(w, form.value), "/van-phong/thu-gui", lambda w: view(w, "", 1), done="queued_again"
        )

    @router.post("/van-phong/thu-gui/da-gui")
    async def handed(request: Request) -> Response:
        form = await read_form(request, Decision)
        return await door.submit(
            request, form, lambda w: mark_sent(w, form.value), "/van-phong/thu-gui", lambda w: view(w, "", 1), done="marked_sent"
        )

    return router


def allow(w: Work) -> None:
    """Refuses whoever neither sends invitations nor keeps accounts."""
    w.allow("send_invitations" if w.may("send_invitations") else "keep_accounts")


def send_again(w: Work, decision: Decision) -> None:
    """Puts a message that failed, or of which nobody knows, into the queue again; an e-mail to a body goes to the address that the body has now. Raises `Refusal`
    message_moved_on, message_without_address."""
    row = _seen(w, decision, RESENDS)
    now_at = w.db.scalar(select(body.c.email).where(body.c.id == row["body"])) if row["channel"] == "email" else None
    address = now_at or row["address"]
    if not address and row["channel"] != "paper":
        raise Refusal("message_without_address", recipient=row["recipient"])
    w.change(message, row["id"], state="queued", address=address, tries=0, not_before=w.now, error="")


def mark_sent(w: Work, decision: Decision) -> None:
    """A person handed it over, or knows that it arrived (raises `Refusal` message_moved_on)."""
    row = _seen(w, decision, BY_HAND)
    w.change(message, row["id"], state="sent", sent_at=w.now, error="")
    learn_sent(w)


def _seen(w: Work, decision: Decision, allowed: tuple[str, ...]) -> RowMapping:
    """The message that is decided on, which is still as the writer saw it."""
    allow(w)
    mine = select(message.c.id).outerjoin(conference, conference.c.id == message.c.conference).where(message.c.id == decision.message, visible(w))
    if w.db.scalar(mine) is None:
        raise Refusal("not_found")
    row = w.row(message, decision.message)
    if row["state"] != decision.state or row["state"] not in allowed:
        raise Refusal("message_moved_on")
    return row
