"""What the command line does with archives and with the history; each prints its sentences and gives whether all is well."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import inspect

from server.clock import now
from server.db.engine import database_path, open_engine, reading
from server.db.migrate import migrate
from server.db.postgresql import is_postgresql
from server.db.verify import Head
from server.dossier.chains import Standing
from server.dossier.importing import bring_in
from server.dossier.packing import pack, verify_history
from server.dossier.verify import verify
from server.files.store import Store
from server.i18n import t
from server.office.tables import history
from server.settings import Settings

Say = Callable[..., str]
SAY: Say = partial(t, "vi")


def verify_archive(path: Path, known: Head | None = None) -> tuple[bool, str, dict[str, Any]]:
    """Whether an archive is whole, the sentence, and the same for programs."""
    found = verify(path, known)
    return found.ok, found.sentence(SAY), found.plain(SAY)


def verify_histories(settings: Settings) -> list[tuple[bool, str, dict[str, Any]]]:
    """The same of every chain of the history in a database; nothing where there is none."""
    if not is_postgresql(settings.database) and not database_path(settings.database).exists():
        return []
    engine = open_engine(settings.database)
    try:
        with reading(engine) as db:
            return [_told(s) for s in verify_history(db)] if inspect(db).has_table(history.name) else []
    finally:
        engine.dispose()


def _told(s: Standing) -> tuple[bool, str, dict[str, Any]]:
    sentence = (
        SAY("history.chain_good", chain=s.chain, count=s.count, head=s.head.hex())
        if s.ok
        else SAY("history.chain_bad", chain=s.chain, seq=s.count + 1, fault=SAY(f"archive.chain_{s.fault}"), count=s.count)
    )
    return s.ok, sentence, {"history": s.chain, "ok": s.ok, "count": s.count, "head": s.head.hex(), "fault": s.fault or None,
                            "seq": None if s.ok else s.count + 1, "sentence": sentence}  # fmt: skip


def import_archive(settings: Settings, path: Path) -> str:
    """Takes an archive into an empty data folder; gives the sentence (raises `Refusal`)."""
    settings.prepare()
    migrate(settings.database)
    engine = open_engine(settings.database)
    try:
        conference = bring_in(engine, Store(settings.data_dir / "files"), path, now(), settings.recordings)
    finally:
        engine.dispose()
    return SAY("archive.imported", conference=conference, file=path.name)


def export_archive(settings: Settings, conference: str, path: Path) -> str:
    """Writes the archive of a case to a new file; gives its SHA-256 (raises `Refusal`, `FileExistsError`)."""
    engine = open_engine(settings.database)
    try:
        return pack(engine, Store(settings.data_dir / "files"), conference, path, recordings=settings.recordings)
    finally:
        engine.dispose()
