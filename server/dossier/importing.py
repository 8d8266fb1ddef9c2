"""Bringing a case back from its archive into a system that holds nothing: rows, history, journal and files, as they were.

Accounts come without passwords and must be given new ones; tracking codes and personal links are worthless elsewhere and must be given anew. A message that had
not been sent is not sent now: a person decides.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select

from moderation import Refusal
from moderation.case.rights import SYSTEM
from server.conferences.tables import conference
from server.db import verify as journals
from server.db.all_tables import metadata
from server.db.migrate import newest
from server.db.tables import fact
from server.dossier import chains, rows
from server.dossier.archive import Archive
from server.dossier.packing import RECORDINGS
from server.dossier.verify import HISTORY, JOURNAL, verify
from server.files.store import Store
from server.media.recording.index import folder_of
from server.office.tables import history
from server.office.work import HOUSE, Work
from server.papers.tables import paper_file
from server.search.rebuilding import rebuild

TOGETHER = 500
"""Rows of one statement."""
SEAL = "dossier_seal"
UNSENT = ("queued", "sending")


def bring_in(engine: Engine, store: Store, path: Path, now: int, recordings: Path | None = None) -> str:
    """Takes a whole archive in and gives the id of its conference; or takes nothing (raises `Refusal` archive_bad, archive_schema, archive_not_empty). Recordings
    go under `recordings`."""
    found = verify(path)
    if found.archive is None or found.manifest is None:
        raise Refusal("archive_bad", place=found.place, fault=found.fault)
    if found.manifest["schema"] != newest():
        raise Refusal("archive_schema", found=found.manifest["schema"], known=newest())
    id = str(found.manifest["conference"])
    with engine.begin() as db:
        _empty(db, found.manifest["tables"])
        register = set(found.manifest["register"])
        for name, sha256 in found.archive.sums().items():
            if name.startswith(("data/ho-so/", "data/kem-theo/", "data/tep/")):
                content = found.archive.read(name)
                if sha256 not in register:
                    store.put(content)
                elif not db.scalar(select(paper_file.c.sha256).where(paper_file.c.sha256 == sha256)):
                    db.execute(insert(paper_file).values(sha256=sha256, content=content))
        for table in sorted(metadata.sorted_tables, key=lambda table: table.name == SEAL):  # what lies in a dossier comes before its lock
            if table.name in found.manifest["tables"]:
                _rows(db, table.name, found.archive)
        _chains(db, found.archive)
        w = Work(db, SYSTEM, now, "import_case")
        w.tell(conference, id, {"id": (None, id)}, HOUSE, found.archive.sha256)
        rebuild(db, now)
    if recordings is not None:
        _recordings(found.archive, folder_of(recordings, id))
    return id


def _recordings(archive: Archive, folder: Path) -> None:
    for name in archive.sums():
        file = name.removeprefix(f"data/{RECORDINGS}/")
        if file != name and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]*", file):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (folder / file).write_bytes(archive.read(name))


def _empty(db: Connection, tables: dict[str, int]) -> None:
    """Refuses a table that is no part of an archive: sessions and links of a stranger would open the door."""
    for name in (*tables, "fact", "history"):
        if name not in metadata.tables or (name in tables and name in rows.NEVER | rows.APART):
            raise Refusal("archive_schema", found=name, known=newest())
        if db.scalar(select(func.count()).select_from(metadata.tables[name])):
            raise Refusal("archive_not_empty", table=name)


def _rows(db: Connection, name: str, archive: Archive) -> None:
    table = metadata.tables[name]
    try:
        taken = [rows.from_plain(table, json.loads(line)) for line in archive.lines(f"data/bang/{name}.jsonl")]
        if any(rows.LEFT_OUT.get(name, frozenset()) & row.keys() for row in taken):
            raise ValueError("an account with a password")
        ordered = rows.in_order(table, taken)
    except (KeyError, ValueError, TypeError):
        raise Refusal("archive_schema", found=name, known=newest()) from None
    if name == "message":
        ordered = [{**row, "state": "uncertain", "claimed_until": None} if row["state"] in UNSENT else row for row in ordered]
    _insert(db, table, ordered)


def _chains(db: Connection, archive: Archive) -> None:
    facts = []
    for line in archive.lines(JOURNAL):
        f = journals.from_line(line)
        said = json.loads(f.body)
        facts.append({"conference": f.conference, "seq": f.seq, "at": said["at"], "by": said["by"], "command": said["command"], "type": said["type"],
                      "body": f.body, "private": f.private, "salt": f.salt, "hash": f.hash})  # fmt: skip
    _insert(db, fact, facts)
    told = []
    for line in archive.lines(HISTORY):
        entry = chains.from_line(line)
        said = json.loads(entry.body)
        columns = {name: said[name] for name in chains.COLUMNS}
        told.append({**columns, "body": entry.body, "private": entry.private, "salt": entry.salt, "hash": entry.hash})
    _insert(db, history, told)


def _insert(db: Connection, table: Any, taken: list[dict[str, Any]]) -> None:
    for start in range(0, len(taken), TOGETHER):
        db.execute(insert(table), taken[start : start + TOGETHER])
