"""Archives made beside the requests: asked for, packed in a thread, fetched, and removed after a day, since they hold everything about people."""

from __future__ import annotations

import logging
from pathlib import Path

from sqlalchemy import Engine, RowMapping, insert, select, update

from moderation import Refusal
from server import clock
from server.accounts.keys import new_id
from server.conferences.queries import case
from server.dossier.packing import pack
from server.dossier.tables import dossier_export
from server.files.store import Store
from server.office.work import Work

log = logging.getLogger(__name__)

HEARD_EVERY = 1_000
"""Milliseconds between two notes of how far an archive is."""
SILENT = 60_000
"""Milliseconds after which an archive whose maker says nothing is taken for given up: its process ended."""
KEPT = 24 * 3_600_000
"""Milliseconds that a ready archive lies on the server."""


class Archives:
    """`folder` holds the archives while they lie ready, each named by its id."""

    def __init__(self, engine: Engine, store: Store, folder: Path, recordings: Path | None = None) -> None:
        self._engine, self._store, self._folder, self._recordings = engine, store, folder, recordings

    def ask(self, w: Work, id: str) -> str | None:
        """Notes that an archive of a case is to be made and gives its id; None where one is under way. That somebody took everything is told in the history."""
        case(w, id, "export_dossier")
        self._sweep(w)
        latest = last(w, id)
        if latest is not None and state_of(latest, w.now) == "running":
            return None
        export = new_id()
        w.db.execute(insert(dossier_export).values(id=export, case_id=id, by=w.by.account, state="running", started=w.now, heard=w.now))
        w.tell(dossier_export, export, {"case_id": (None, id)}, id)
        return export

    def make(self, export: str, id: str) -> None:
        """Makes it; what goes wrong is noted, and nothing half made stays."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path, told = self.path(export), clock.now()

        def heard(done: int, total: int) -> None:
            nonlocal told
            if clock.now() - told >= HEARD_EVERY:
                told = clock.now()
                self._note(export, done=done, total=total)

        try:
            sha256 = pack(self._engine, self._store, id, path, heard, self._recordings)
            self._note(export, state="ready", size=path.stat().st_size, sha256=sha256)
        except Exception as error:
            path.unlink(missing_ok=True)
            log.error("no archive of %s: %r", id, error)
            self._note(export, state="failed")

    def ready(self, w: Work, id: str, export: str) -> Path:
        """The file of a ready archive of this case (raises `Refusal` not_found)."""
        case(w, id, "export_dossier")
        row = w.row(dossier_export, export)
        if row["case_id"] != id or state_of(row, w.now) != "ready":
            raise Refusal("not_found")
        return self.path(export)

    def path(self, export: str) -> Path:
        """Where the archive of this id lies."""
        return self._folder / f"{export}.zip"

    def forget(self, w: Work, id: str | None = None) -> None:
        """Removes the archives of a case, or of all: when somebody's data is erased it must not stay in them."""
        where = dossier_export.c.state == "ready" if id is None else (dossier_export.c.state == "ready") & (dossier_export.c.case_id == id)
        for export in w.db.scalars(select(dossier_export.c.id).where(where)).all():
            self.path(export).unlink(missing_ok=True)
            w.db.execute(update(dossier_export).where(dossier_export.c.id == export).values(state="removed"))

    def _sweep(self, w: Work) -> None:
        for row in w.db.execute(select(dossier_export).where(dossier_export.c.state == "ready")).mappings().all():
            if w.now - row["heard"] > KEPT:
                self.path(row["id"]).unlink(missing_ok=True)
                w.db.execute(update(dossier_export).where(dossier_export.c.id == row["id"]).values(state="removed"))

    def _note(self, export: str, **said: object) -> None:
        with self._engine.begin() as db:
            db.execute(update(dossier_export).where(dossier_export.c.id == export).values(heard=clock.now(), **said))


def last(w: Work, id: str) -> RowMapping | None:
    """The newest archive of a case."""
    newest = select(dossier_export).where(dossier_export.c.case_id == id).order_by(dossier_export.c.started.desc(), dossier_export.c.id).limit(1)
    return w.db.execute(newest).mappings().first()


def state_of(row: RowMapping, now: int) -> str:
    """How an archive stands: running, ready, failed, removed. One whose maker fell silent has failed; one that lay there for a day is gone."""
    if row["state"] == "running" and now - row["heard"] > SILENT:
        return "failed"
    return "removed" if row["state"] == "ready" and now - row["heard"] > KEPT else str(row["state"])
