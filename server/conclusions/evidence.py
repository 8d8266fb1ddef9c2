"""Files that prove something: checked by what they contain before they are kept, and shown to the office, to those who watch over the work, and to the bodies whose
item it is."""

from __future__ import annotations

from collections.abc import Iterable

from anyio import to_thread
from sqlalchemy import RowMapping, select
from starlette.datastructures import UploadFile

from moderation import Refusal
from server.conclusions.items import bodies_of, items_of
from server.conclusions.tables import agency_report, finding, milestone, progress, publication, referral, supervision
from server.conferences.tables import conference
from server.files.checked import LARGEST, checked
from server.files.store import Store
from server.office.work import Work

HOLDERS = (milestone, progress, agency_report, publication, referral, finding)
"""Tables of a conference whose rows hold files."""


async def kept(files: Iterable[UploadFile], store: Store) -> list[dict[str, str]]:
    """Checks each file and keeps it; gives what a row keeps of them (raises `Refusal` file_…)."""
    read = [(file.filename or "", await file.read(LARGEST + 1)) for file in files]

    def keep() -> list[dict[str, str]]:
        fit = [checked(name, content) for name, content in read]
        return [{"sha256": store.put(file.content), "name": file.name, "type": file.type} for file in fit]

    return await to_thread.run_sync(keep)


def find_file(w: Work, id: str, sha256: str) -> dict[str, str]:
    """A file that belongs to a conference's conclusion, for those who may read it (raises `Refusal` conference_unknown, file_unknown, not_allowed)."""
    unit = w.row(conference, id, "conference_unknown")["unit"]
    bodies = {item["id"]: bodies_of(item) for item in items_of(w, id)}
    w.allow("read_evidence", unit, *{body for own in bodies.values() for body in own})
    refused = False
    for table in HOLDERS:
        for row in w.db.execute(select(table).where(table.c.conference == id)).mappings():
            for file in row["files"]:
                if file["sha256"] == sha256:
                    if w.may("read_evidence", unit, *(body for item in about(row) for body in bodies.get(item, ()))):
                        return dict(file)
                    refused = True
    raise Refusal("not_allowed", command="read_evidence") if refused else Refusal("file_unknown")


def about(row: RowMapping) -> Iterable[str]:
    """The items that a row with files is about: one, the several of a referral, or none of a publication, whose proof no single agency needs."""
    return row["conclusions"] if "conclusions" in row else [row["conclusion"]] if "conclusion" in row else []


def programme_file(w: Work, one: str, sha256: str) -> dict[str, str]:
    """A file of a supervision programme (raises `Refusal` file_unknown)."""
    for file in w.row(supervision, one)["files"]:
        if file["sha256"] == sha256:
            return dict(file)
    raise Refusal("file_unknown")
