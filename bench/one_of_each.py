"""What rows alone do not make: a table of petitions that was sent in, papers, requests about personal data, and an open room, made by the application's own functions."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from sqlalchemy import Connection, select

from bench.rows import Row, put
from moderation.case.protection import Ask
from server import clock
from server.accounts.staff import account_named
from server.app import Parts
from server.conferences.cases import open_case
from server.conferences.tables import conference
from server.db.tables import seat
from server.demo.example import load
from server.demo.ward import ROOM_ROLES
from server.files.store import Store
from server.invitations.announcing import draft_notice
from server.office.staff import staff_of
from server.office.work import Work
from server.papers.tables import paper
from server.petitions.reading import heading
from server.petitions.tables import petition_table
from server.protection.requests import keyed

PAPERS, ROWS, REQUESTS = 5, 200, 100
"""Papers of each case; rows of the table; requests about personal data, all open."""
ROOM = "DT-2027-01"
SITTING = "thu-ky"
"""Who looks at the room and its papers: the secretary."""


def make(db: Connection, store: Store, now: int) -> None:
    """A table of petitions with every row fit, papers in the register, and requests about personal data with their clocks."""
    w = Work(db, staff_of(db, account_named(db, "van-phong"), clock.today()), now)
    w.add(petition_table, conference="HN-120", sha256=store.put(table()), name="y-kien.csv", rows=ROWS, by=w.by.account, at=now)
    drafted = w.row(paper, draft_notice(w, ROOM, "http://localhost"))
    put(db, paper, copies({str(name): value for name, value in drafted.items()}, list(db.scalars(select(conference.c.id)))))
    for n in range(1, REQUESTS + 1):
        keyed(w, "p-bensong", Ask.SEE, "Đề nghị cho xem", name=f"Nguyễn Văn {n}", phone="", email="", proof="Căn cước", received_on="")


def table() -> bytes:
    """A table of petitions as the Front sends it in."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow([heading(column) for column in ("name", "area", "content", "declared")])
    rows.writerows([f"Nguyễn Văn {n}", "Tổ dân phố số 5", "Đề nghị nạo vét cống thoát nước ngõ 12", "x"] for n in range(ROWS))
    return out.getvalue().encode("utf-8-sig")


def copies(drafted: Row, cases: list[str]) -> Iterator[Row]:
    for case in cases:
        for n in range(PAPERS):
            yield {**drafted, "id": f"{case}-v{n}", "conference": case}


async def open_room(parts: Parts) -> None:
    """The room of the example, with everybody's seat."""
    example = load()
    with parts.engine.begin() as db:
        accounts = {person: account_named(db, login).id for person, login in ROOM_ROLES.items()}
    await open_case(parts.rooms, parts.engine, ROOM, example.plan, example.people, accounts)
    await parts.close()


def seat_of(db: Connection) -> str:
    """The seat from which the room is looked at."""
    return str(db.scalar(select(seat.c.id).where(seat.c.conference == ROOM, seat.c.account == account_named(db, SITTING).id)))
