"""/tai-khoan: who I am here, my calendar's address, where I am signed in, my password; and the calendar itself."""

from __future__ import annotations

from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field
from sqlalchemy import select

from moderation import Refusal
from server.accounts.cookies import ACCOUNT, hand_out, held, take_back
from server.accounts.limits import Tries, network
from server.accounts.passwords import LONGEST, check_password, hash_password
from server.accounts.sessions import open_session, revoke_others, sessions_of, sign_out
from server.accounts.staff import account_of, keep_password
from server.db.tables import account
from server.desk.feed import address_of, calendar, feed_of, make_feed, revoke_feed, whose
from server.office.forms import FormBody, read_form
from server.office.office import Context, Office, View
from server.office.work import Work
from server.organisation.tables import body, duty, office

HERE = "/tai-khoan"


class PasswordForm(FormBody):
    """The old password and the new one, twice."""

    old: Annotated[str, Field(max_length=4 * LONGEST)]
    new: Annotated[str, Field(max_length=4 * LONGEST)]
    again: Annotated[str, Field(max_length=4 * LONGEST)]


class Plain(FormBody):
    """A button alone."""


def account_pages(door: Office) -> APIRouter:
    """The page of the own account. Passwords are hashed two at a time, outside of any transaction."""
    router = APIRouter()
    hashing = CapacityLimiter(2)
    tries = Tries("5/minute", "20/hour")

    def base(request: Request) -> str:
        return door.settings.public_url or str(request.base_url).rstrip("/")

    def view(request: Request) -> View:
        def look(w: Work) -> tuple[str, Context]:
            found, day = account_of(w.db, w.by.account), w.today.isoformat()
            columns = (duty.c.role, duty.c.valid_from, duty.c.valid_to, duty.c.deputy, body.c.name.label("body"), office.c.title.label("office"))
            held_duties = select(*columns).join(body, body.c.id == duty.c.body).outerjoin(office, office.c.id == duty.c.office)
            duties = w.db.execute(
                held_duties.where(duty.c.account == found.id, duty.c.valid_from <= day).order_by(duty.c.valid_from.desc())
            ).mappings()
            feed = feed_of(w)
            return "workdesk/account.html", {
                "login": found.login, "full_name": found.name, "duties": [d for d in duties if d["valid_to"] is None or d["valid_to"] >= day],
                "feed": base(request) + address_of(door.keys, feed) if feed else "",
                "sessions": sessions_of(w.db, door.keys, found.id, held(request, ACCOUNT) or "", w.now),
            }  # fmt: skip

        return look

    def known(w: Work) -> None:
        """Refuses the public: `account_of` alone knows no session."""
        if w.db.scalar(select(account.c.id).where(account.c.id == w.by.account)) is None:
            raise Refusal("not_signed_in")

    @router.get(HERE)
    async def show(request: Request) -> Response:
        return await door.show(request, view(request))

    @router.post(f"{HERE}/lich")
    async def new_feed(request: Request) -> Response:
        form = await read_form(request, Plain)
        return await door.submit(request, form, make_feed, HERE, view(request), done="feed_made")

    @router.post(f"{HERE}/lich/thu-hoi")
    async def no_feed(request: Request) -> Response:
        form = await read_form(request, Plain)
        return await door.submit(request, form, revoke_feed, HERE, view(request), done="feed_revoked")

    @router.post(f"{HERE}/phien")
    async def end_others(request: Request) -> Response:
        form = await read_form(request, Plain)

        def end(w: Work) -> None:
            known(w)
            revoke_others(w.db, door.keys, w.by.account, held(request, ACCOUNT) or "", w.now)

        return await door.submit(request, form, end, HERE, view(request), done="sessions_ended")

    @router.post(f"{HERE}/dang-xuat")
    async def leave(request: Request) -> Response:
        secret = held(request, ACCOUNT)
        if secret:
            await door.act(request, lambda w: sign_out(w.db, door.keys, secret, w.now), public=True)
        answer = RedirectResponse("/", 303)
        take_back(request, answer, ACCOUNT)
        return answer

    @router.post(f"{HERE}/mat-khau")
    async def new_password(request: Request) -> Response:
        """Changes the password. All sessions end but this browser's, which gets a new one."""
        form = await read_form(request, PasswordForm)
        for field in ("old", "new", "again"):
            form.typed.pop(field, None)  # never sent back to the browser
        look = view(request)
        if not form.ok:
            form.typed["old"] = ""
            return await door.show(request, look, form=form, status=422)
        given = form.value
        try:
            login, kept, id = await door.read(request, _own_hash)
            tries.check(id)
            tries.count(id)
            if given.new != given.again:
                raise Refusal("passwords_differ", field="again")
            if not await to_thread.run_sync(check_password, given.old, kept, limiter=hashing):
                raise Refusal("password_wrong", field="old")
            tries.forget(id)
            hashed = await to_thread.run_sync(_hashed, given.new, login, limiter=hashing)
            lasts = door.settings.session_hours * 3_600_000
            browser = {"user_agent": request.headers.get("user-agent", ""), "address": network(request.client.host if request.client else "")}

            def keep(w: Work) -> str:
                if w.db.scalar(select(account.c.password_hash).where(account.c.id == id)) != kept:
                    raise Refusal("conflict")
                keep_password(w.db, id, hashed, w.now)
                return open_session(w.db, door.keys, w.now, lasts, account=id, **browser)

            secret = await door.act(request, keep)
        except Refusal as refusal:
            form.typed["old"] = ""
            form.refuse(request, refusal)
            return await door.show(request, look, form=form, status=422)
        answer = RedirectResponse(f"{HERE}?xong=password", 303)
        hand_out(request, answer, ACCOUNT, secret)
        return answer

    @router.get("/lich/{token}.ics")
    async def feed(request: Request, token: str) -> Response:
        """The calendar of an account, for programs that have no session."""

        def look(w: Work) -> bytes:
            return calendar(w, whose(w, door.keys, token), base(request))

        content = await door.read(request, look, public=True)
        return Response(content, media_type="text/calendar; charset=utf-8", headers={"Cache-Control": "private, max-age=300"})

    return router


def _own_hash(w: Work) -> tuple[str, str | None, str]:
    row = w.db.execute(select(account.c.login, account.c.password_hash, account.c.id).where(account.c.id == w.by.account)).first()
    if row is None:
        raise Refusal("not_signed_in")
    return row.login, row.password_hash, row.id


def _hashed(password: str, login: str) -> str:
    try:
        return hash_password(password, login)
    except Refusal as refusal:
        raise Refusal(refusal.code, **{**refusal.details, "field": "new"}) from None
