"""What the search keeps of a conference: its number and title, where it is held, and what it is about."""

from __future__ import annotations

from sqlalchemy import RowMapping

from server.conferences.tables import conference
from server.office.work import Work
from server.search.search import Entry, entry, keep


def found_by(case: RowMapping) -> Entry:
    """The entry of a conference, of the time since when there is one."""
    path, texts = f"/van-phong/hoi-nghi/{case['id']}", (case["place"] or "", *case["topics"])
    title = f"{case['id']} · {case['title']}"
    return entry(
        kind="conference", subject=case["id"], conference=case["id"], unit=case["unit"], title=title, path=path, texts=texts, at=case["created"]
    )


def find_again(w: Work, id: str) -> None:
    """Keeps what can be found of a conference, after it was begun or its plan was changed."""
    keep(w, found_by(w.row(conference, id)))
