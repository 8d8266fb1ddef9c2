"""What stands around the cases of the archive: who was invited and told, where notices went, dossiers that are locked, incidents."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import Connection

from bench.rows import Row, put, words
from server import clock
from server.conclusions.tables import publication, recipient
from server.dossier.tables import dossier_piece, dossier_seal
from server.invitations.tables import announcement, invitation
from server.protection.tables import data_incident

INVITED, TOLD, PIECES, INCIDENTS = 40, 20, 12, 20
"""Invitations, recipients of the notice and pieces of the dossier of each case; incidents of the ward."""
NAMES = ("Nguyễn Thị Hoa", "Trần Văn Đức", "Lê Minh Tâm", "Phạm Ngọc Ánh")


def fill_around(db: Connection, cases: list[Row], by: str, chance: random.Random) -> None:
    """Puts it in; `by` is the account that did it all."""
    held = [c for c in cases if c["held_on"]]
    locked = [c for c in cases if c["dossier_locked_at"]]
    put(db, invitation, (row for c in cases for row in invitations_of(c)))
    put(db, announcement, (row for c in cases for row in announcements_of(c)))
    put(db, recipient, (row for c in held for row in recipients_of(c)))
    put(db, publication, ({"id": f"pu-{c['id']}", "conference": c["id"], "channel": "website", "published_on": c["held_on"]} for c in locked))
    put(db, dossier_piece, (row for c in locked for row in pieces_of(c, by)))
    put(db, dossier_seal, (seal_of(c, by) for c in locked))  # the last: nothing is added to what is locked
    put(db, data_incident, (incident_of(n, by, chance) for n in range(1, INCIDENTS + 1)))


def notice_of(c: Row) -> Row:
    """The notice of a conference that was held: issued where the case has come so far, else a draft."""
    issued = c["stage"] != "awaiting_notice"
    row = {"id": f"n-{c['id']}", "conference": c["id"], "state": "issued" if issued else "draft", "general": "Đánh giá chung."}
    day = c["held_on"] if issued else None
    return {**row, "number": f"{c['id'][-3:]}/TB-UBND" if issued else "", "signed_on": day, "issued_on": day}


def invitations_of(c: Row) -> Iterator[Row]:
    for n in range(INVITED):
        yield {"id": f"{c['id']}-i{n}", "conference": c["id"], "kind": "person", "recipient": NAMES[n % 4], "address": "", "channel": "paper",
               "sent_at": c["created"], "answer": ("", "coming", "not_coming")[n % 3], "audience": "citizen"}  # fmt: skip


def announcements_of(c: Row) -> Iterator[Row]:
    for channel in ("website", "loudspeaker", "zalo"):
        yield {"id": f"{c['id']}-{channel}", "conference": c["id"], "channel": channel, "published_at": c["created"], "url": ""}


def recipients_of(c: Row) -> Iterator[Row]:
    for n in range(1, TOLD + 1):
        yield {"id": f"{c['id']}-t{n}", "conference": c["id"], "group": "petitioners", "refs": [f"KN-{n:02}"], "own": [f"{c['id']}-p{n}"],
               "name": NAMES[n % 4], "channel": "paper", "sent_on": c["held_on"]}  # fmt: skip


def pieces_of(c: Row, by: str) -> Iterator[Row]:
    for n in range(PIECES):
        yield {"id": f"{c['id']}-d{n}", "conference": c["id"], "slot": "photos", "sha256": f"{n:064x}", "name": f"anh-{n}.jpg", "type": "image/jpeg",
               "size": 250_000, "date": c["held_on"], "by": by, "at": c["dossier_locked_at"]}  # fmt: skip


def seal_of(c: Row, by: str) -> Row:
    pieces = [
        {"slot": "photos", "title": "Hình ảnh", "number": "", "date": c["held_on"], "name": f"anh-{n}.jpg", "sha256": f"{n:064x}"}
        for n in range(PIECES)
    ]
    return {"id": f"s-{c['id']}", "conference": c["id"], "at": c["dossier_locked_at"], "by": by, "pieces": pieces, "journal_count": 0,
            "journal_head": "0" * 64, "history_count": 0, "history_head": "0" * 64}  # fmt: skip


def incident_of(n: int, by: str, chance: random.Random) -> Row:
    day: date = clock.today() - timedelta(days=10 * (INCIDENTS - n))
    return {"id": f"sc-{n:02}", "unit": "p-bensong", "found_at": clock.moment(day), "title": words(chance, 6), "text": words(chance, 30), "touches": "Họ tên",
            "people": n, "by": by}  # fmt: skip
