"""What the Front foresees for a conference (Art. 14.1): for the chair and the advising office alone."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import RowMapping, select

from moderation.case.rights import Duty
from server.conferences.queries import case
from server.db.tables import account
from server.office.work import Work
from server.organisation.tables import body
from server.petitions.tables import forecast


def file_forecast(w: Work, id: str, text: str) -> str:
    """Files a note."""
    case(w, id, "file_forecast")
    own = sorted(w.by.bodies(Duty.FRONT, Duty.MOBILISATION))
    return w.add(forecast, conference=id, text=text, by=w.by.account, body=own[0] if own else None, at=w.now)


def forecasts(w: Work, id: str) -> Sequence[RowMapping]:
    """The notes, newest first: all of them for whoever may see them, their own for those who file them (raises `Refusal` not_allowed for anybody else)."""
    found = case(w, id)
    where = [forecast.c.conference == id]
    if not w.may("see_forecast", found["unit"]):
        w.allow("file_forecast", found["unit"])
        where.append(forecast.c.by == w.by.account)
    columns = (forecast, account.c.name.label("by_name"), body.c.name.label("body_name"))
    rows = select(*columns).outerjoin(account, account.c.id == forecast.c.by).outerjoin(body, body.c.id == forecast.c.body)
    return w.db.execute(rows.where(*where).order_by(forecast.c.at.desc())).mappings().all()
