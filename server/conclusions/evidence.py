"""Files that prove something: checked by what they contain before they are kept, and shown to whoever sees the case."""

from __future__ import annotations

from collections.abc import Iterable

from anyio import to_thread
from sqlalchemy import select
from starlette.datastructures import UploadFile

from moderation import Refusal
from server.conclusions.tables import agency_report, finding, milestone, progress, publication, referral, supervision
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


def find_file(w: Work, conference: str, sha256: str) -> dict[str, str]:
    """A file that belongs to a conference's conclusion (raises `Refusal` file_unknown)."""
    for table in HOLDERS:
        for files in w.db.scalars(select(table.c.files).where(table.c.conference == conference)):
            for file in files:
                if file["sha256"] == sha256:
                    return dict(file)
    raise Refusal("file_unknown")


def programme_file(w: Work, one: str, sha256: str) -> dict[str, str]:
    """A file of a supervision programme (raises `Refusal` file_unknown)."""
    for file in w.row(supervision, one)["files"]:
        if file["sha256"] == sha256:
            return dict(file)
    raise Refusal("file_unknown")
