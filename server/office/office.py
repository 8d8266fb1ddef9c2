"""The door of the office: gives each request its transaction and its staff, and turns refusals into pages that keep what was typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

from anyio import to_thread
from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection, Engine, insert, select
from sqlalchemy.exc import IntegrityError

from moderation import Refusal
from moderation.case.rights import PUBLIC, Staff
from server import clock
from server.accounts.cookies import ACCOUNT, held
from server.accounts.entrance import signed_in
from server.accounts.keys import Keys, new_id
from server.db.engine import reading
from server.errors import status_of
from server.files.store import Store
from server.office.forms import Form
from server.office.menu import CASE_TABS, MENU
from server.office.staff import staff_of
from server.office.tables import taken_form
from server.office.work import Work
from server.pages import Pages
from server.settings import Settings

Result = TypeVar("Result")
Context = dict[str, Any]
View = Callable[[Work], tuple[str, Context]]
"""Looks up what a page shows: the template and its values."""


class Office:
    """What the routes of every noun are built with."""

    def __init__(self, engine: Engine, keys: Keys, settings: Settings, page: Pages) -> None:
        self.engine, self.keys, self.settings, self.page = engine, keys, settings, page
        self.files = Store(settings.data_dir / "files")

    # --- transactions -----------------------------------------------------------------------------------------------------------

    async def read(self, request: Request, look: Callable[[Work], Result], *, public: bool = False) -> Result:
        """Looks something up for whoever is signed in; `public` also for those who are not."""

        def run() -> Result:
            with reading(self.engine) as db:
                return look(Work(db, self.who(request, db, public), clock.now()))

        return await to_thread.run_sync(run)

    async def act(self, request: Request, do: Callable[[Work], Result], *, public: bool = False) -> Result:
        """Does something in one transaction: all of it, or, when it raises, nothing."""

        def run() -> Result:
            with self.engine.begin() as db:
                return do(Work(db, self.who(request, db, public), clock.now()))

        return await to_thread.run_sync(run)

    def who(self, request: Request, db: Connection, public: bool = False) -> Staff:
        """Who is signed in (raises `Refusal` not_signed_in, session_ended)."""
        try:
            account = signed_in(db, self.keys, held(request, ACCOUNT))
        except Refusal:
            if public:
                return PUBLIC
            raise
        return staff_of(db, account, clock.today())

    @staticmethod
    def now() -> int:
        """The time, in milliseconds since the epoch."""
        return clock.now()

    # --- pages ------------------------------------------------------------------------------------------------------------------

    async def show(self, request: Request, view: View, *, public: bool = False, form: Form[Any] | None = None, status: int = 200) -> Response:
        """The page. Whoever is not signed in is sent to the sign-in, and comes back from there."""
        try:
            template, context, frame = await self.read(request, lambda w: (*view(w), self._frame(w, request)), public=public)
        except Refusal as refusal:
            if refusal.code in ("not_signed_in", "session_ended") and request.method == "GET":
                return RedirectResponse(f"/?ve={quote(request.url.path)}", 303)
            return self.page.refused(request, refusal)
        return self.page(request, template, status, form=form or Form(), once=new_id(), **frame, **context)

    def _frame(self, w: Work, request: Request) -> Context:
        """What the frame of every office page needs: who is there, the menu of what they may see, the sentence of what was just done."""
        menu = [item for item in MENU if any(w.may(action) for action in item.actions)]
        return {
            "staff": w.by, "menu": menu, "tabs": [tab for tab in CASE_TABS if any(w.may(action) for action in tab.actions)], "path": request.url.path,
            "done": request.query_params.get("xong", ""), "today": w.today, "simulated": clock.is_simulated(), "may": w.may,
        }  # fmt: skip

    async def submit(
        self,
        request: Request,
        form: Form[Any],
        do: Callable[[Work], Any],
        then: Callable[[Any], str] | str,
        again: View,
        *,
        public: bool = False,
        done: str = "saved",
    ) -> Response:
        """Takes a form: does the work and goes to the page that `then` names; or shows the page `again`, with what was typed and a sentence at each fault:
        422, or 403 where whoever asks may not.

        The same form sent twice is done once: the second time goes where the first one went.
        """

        def run(w: Work) -> str:
            if form.once:
                went = w.db.scalar(select(taken_form.c.went).where(taken_form.c.once == form.once))
                if went is not None:
                    return str(went)
            result = do(w)
            where = then(result) if callable(then) else then
            if form.once:
                w.db.execute(insert(taken_form).values(once=form.once, at=w.now, went=where))
            return where

        status = 422
        if form.ok:
            try:
                where = await self.act(request, run, public=public)
            except IntegrityError:
                return await self.submit_again(request, form, public)
            except Refusal as refusal:
                if refusal.code in ("not_signed_in", "session_ended"):
                    return self.page.refused(request, refusal)
                form.refuse(request, refusal)
                status = 403 if status_of(refusal.code) == 403 else 422
            else:
                path, mark, place = where.partition("#")
                return RedirectResponse(f"{path}{'&' if '?' in path else '?'}xong={done}{mark}{place}", 303)
        return await self.show(request, again, public=public, form=form, status=status)

    async def submit_again(self, request: Request, form: Form[Any], public: bool) -> Response:
        """Two copies of one form came at the same instant: the later one goes where the first went. Any other conflict is said as one."""
        went = await self.read(request, lambda w: w.db.scalar(select(taken_form.c.went).where(taken_form.c.once == form.once)), public=public)
        return RedirectResponse(went, 303) if went else self.page.refused(request, Refusal("conflict"))


def values(row: Mapping[str, Any]) -> Context:
    """A row as the values that a form starts with."""
    return {name: "" if value is None else value for name, value in row.items()}
