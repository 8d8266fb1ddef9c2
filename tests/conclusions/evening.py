"""Acts of the days after the example's conference, by the people who do them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager
from datetime import date
from typing import Any, TypeVar

import httpx
from sqlalchemy import RowMapping, select

from server.accounts.keys import new_id
from server.conclusions import distribution, issuing
from server.conclusions.items import items_of, notice_of
from server.conclusions.tables import agency_report
from server.conferences.tables import conference
from server.deadlines.tables import deadline
from server.office.work import Work
from tests.office.ward import CASE, Ward

Result = TypeVar("Result")

HOME = f"/van-phong/hoi-nghi/{CASE}/ket-luan"


class Evening:
    """The ward after the conference."""

    def __init__(self, ward: Ward) -> None:
        self.ward = ward

    def browser(self, login: str = "") -> AbstractAsyncContextManager[httpx.AsyncClient]:
        """A browser that is signed in as this login."""
        return self.ward.browser(login)

    def did(self, login: str, do: Callable[[Work], Result], on: date | str | None = None) -> Result:
        """Somebody does something, on this day."""
        if on is not None:
            self.ward.at(on)
        with self.ward.work(login) as w:
            return do(w)

    def look(self, what: Callable[[Work], Result]) -> Result:
        """Looks at how things stand."""
        return self.did("system", what)

    def item(self, code: str) -> RowMapping:
        return next(item for item in self.look(lambda w: items_of(w, CASE)) if item["code"] == code)

    @property
    def notice(self) -> RowMapping:
        return self.look(lambda w: notice_of(w, CASE))

    @property
    def stage(self) -> str:
        return str(self.look(lambda w: w.row(conference, CASE))["stage"])

    def due(self, kind: str, subject: str = "") -> RowMapping:
        """The one deadline of this kind."""
        found = select(deadline).where(deadline.c.conference == CASE, deadline.c.kind == kind, deadline.c.subject == subject)
        return self.look(lambda w: w.db.execute(found).mappings().one())

    def report_ids(self, *codes: str, body: str) -> list[str]:
        """The reports that a body owes on these items."""
        ids = [self.item(code)["id"] for code in codes]
        found = select(agency_report.c.id).where(agency_report.c.conclusion.in_(ids), agency_report.c.body == body)
        return list(self.look(lambda w: w.db.scalars(found).all()))

    def issue(self, on: str = "2027-01-27") -> None:
        """The notice is submitted, signed and issued on one day."""
        self.did("van-phong", lambda w: issuing.submit(w, CASE), on)
        self.did("chu-tich", lambda w: issuing.sign(w, CASE))
        self.did("van-phong", lambda w: issuing.issue(w, CASE))

    def sent(self, on: str, but: Collection[str] = ()) -> None:
        """Every recipient is ticked as sent to on this day, except the bodies of `but`."""
        ids = [row["id"] for row in self.look(lambda w: distribution.recipients_of(w, CASE)) if row["body"] not in but]
        self.did("van-phong", lambda w: distribution.mark_sent(w, CASE, ids, date.fromisoformat(on)), on)

    async def post(self, login: str, path: str, data: dict[str, Any] | None = None, **more: Any) -> Any:
        """Posts a form as somebody."""
        async with self.browser(login) as browser:
            return await browser.post(path, data={"once": new_id(), **(data or {})}, **more)

    async def page(self, login: str, path: str, status: int = 200) -> str:
        """A page as somebody reads it; "" is the public."""
        async with self.browser(login) as browser:
            answer = await browser.get(path)
        assert answer.status_code == status
        return str(answer.text)
