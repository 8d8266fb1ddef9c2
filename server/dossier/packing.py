"""Making the archive of a case: everything of one moment, written into a folder and packed."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from moderation import Refusal
from moderation.case.dossier import PLACES, SLOTS
from moderation.case.rights import SYSTEM
from server.clock import HANOI
from server.db import verify as journals
from server.db.engine import reading
from server.db.migrate import newest
from server.db.tables import fact
from server.dossier import archive, chains, rows
from server.dossier.index import as_csv, as_xlsx
from server.dossier.mets import mets
from server.dossier.pieces import content_of, folder_of, pieces, places
from server.dossier.verify import HISTORY, JOURNAL
from server.files.store import Store
from server.i18n import t
from server.media.recording import index
from server.office.tables import history
from server.office.work import Work

RECORDINGS = "ghi-am-ghi-hinh"
"""Folder of the recordings under data/."""
MOST_RECORDED = 3 << 30
"""Bytes of recordings that an archive takes, whose plain format ends at 4 GiB."""
SHA = re.compile(r"[0-9a-f]{64}")


def pack(
    engine: Engine,
    store: Store,
    conference: str,
    target: Path,
    done: Callable[[int, int], None] = lambda now, all: None,
    recordings: Path | None = None,
) -> str:
    """Writes the archive of a case to a new file and gives its SHA-256 (raises `Refusal` conference_unknown, file_damaged). `done` hears how far it is;
    `recordings` is the folder of all recordings."""
    with tempfile.TemporaryDirectory(prefix=".archive-", dir=target.parent) as folder, reading(engine) as db:
        data = Path(folder) / "data"
        found = rows.of_case(db, conference)
        if "conference" not in found:
            raise Refusal("conference_unknown")
        title = found["conference"][0]["title"]
        for table, listed in found.items():
            _write(data / "bang" / f"{table}.jsonl", b"".join(map(rows.to_line, listed)))
        journal = journals.verify(conference, _facts(db, conference, Path(folder) / JOURNAL))
        told = chains.check(conference, _entries(db, conference, Path(folder) / HISTORY))
        if not journal.ok or not told.ok:
            raise Refusal("chain_broken")
        files = Files(Work(db, SYSTEM, 0), store, data)
        files.put_pieces(conference, title)
        files.put_named(found)
        recorded = put_recordings(data, index.folder_of(recordings, conference)) if recordings else 0
        manifest = {
            "format": archive.FORMAT, "schema": newest(), "conference": conference, "title": title,
            "journal": {"count": journal.count, "head": journal.head.hex()}, "history": {"count": told.count, "head": told.head.hex()},
            "tables": {table: len(listed) for table, listed in found.items()}, "files": len(files.written),
            "register": sorted(files.register), "absent": sorted(files.absent), "recordings": recorded, "custodian": found["conference"][0]["custodian"],
            "locked": _moment(found["conference"][0]["dossier_locked_at"]), "as_of": _moment(last_told(db, conference) or found["conference"][0]["created"]), "places": folders(),
        }  # fmt: skip
        everything = [path for path in data.rglob("*") if path.is_file()]
        info = f"External-Identifier: {conference}\nExternal-Description: {title}\nPayload-Oxum: {sum(p.stat().st_size for p in everything)}.{len(everything)}\n"
        sums = archive.sums_of(Path(folder))
        tags = {
            "bag-info.txt": info.encode(), "manifest.json": json.dumps(manifest, ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n",
            "mets.xml": mets(manifest, sums, {name: (Path(folder) / name).stat().st_size for name in sums}),
        }  # fmt: skip
        return archive.write(Path(folder), target, tags, sums, done)


def put_recordings(data: Path, folder: Path) -> int:
    """Lays the finished recordings under `data`; how many. All or none: where they are too much for one archive, the list in the dossier names them by their hashes."""
    pieces = [piece for piece in index.read(folder) if piece.seconds is not None and (folder / piece.file).is_file()]
    if not pieces or sum((folder / piece.file).stat().st_size for piece in pieces) > MOST_RECORDED:
        return 0
    target = data / RECORDINGS
    target.mkdir(parents=True)
    for name in (*(piece.file for piece in pieces), index.INDEX):
        try:
            (target / name).hardlink_to(folder / name)
        except OSError:  # on another disk
            shutil.copyfile(folder / name, target / name)
    return len(pieces)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _facts(db: Connection, conference: str, path: Path) -> Iterable[journals.Entry]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "xb") as lines:
        for f in db.execute(select(fact).where(fact.c.conference == conference).order_by(fact.c.seq)):
            entry = journals.Entry(f.conference, f.seq, f.body, f.hash, f.salt, f.private, (f.at, f.by, f.command, f.type))
            lines.write(journals.to_line(entry))
            yield entry


def _entries(db: Connection, chain: str, path: Path) -> Iterable[chains.Told]:
    with open(path, "xb") as lines:
        for entry in entries(db, chain):
            lines.write(chains.to_line(entry))
            yield entry


def entries(db: Connection, chain: str) -> Iterable[chains.Told]:
    """The entries of a chain of the history, in order."""
    for row in db.execute(select(history).where(history.c.chain == chain).order_by(history.c.seq)).mappings():
        yield chains.Told(row["body"], row["hash"], row["salt"], row["private"], tuple(row[name] for name in chains.COLUMNS))


def last_told(db: Connection, chain: str) -> int | None:
    """When the last entry of a chain was written: the moment that an archive shows, the same however often it is packed."""
    return db.scalar(select(history.c.at).where(history.c.chain == chain).order_by(history.c.seq.desc()).limit(1))


def folders() -> list[tuple[str, str]]:
    """Where each place of the dossier lies under data/, and what it is called."""
    return [(folder_of(slot), t("vi", f"slot.{slot}")) for slot in PLACES]


def _moment(at: int | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at / 1_000, HANOI).isoformat(timespec="seconds")


def verify_history(db: Connection, chain: str | None = None) -> list[chains.Standing]:
    """How the chains of the history stand: one of them, or all (D4.1, D16.2)."""
    names = [chain] if chain is not None else db.scalars(select(history.c.chain).distinct().order_by(history.c.chain)).all()
    return [chains.check(name, entries(db, name)) for name in names]


class Files:
    """The files of an archive on their way into its folder: `written` and `absent` (erased) by hash, `register` those that the register of papers keeps."""

    def __init__(self, w: Work, store: Store, data: Path) -> None:
        self.w, self.store, self.data = w, store, data
        self.written: set[str] = set()
        self.absent: set[str] = set()
        self.register: set[str] = set()

    def put(self, place: str, sha256: str) -> bool:
        """Writes the file to this place under data/; says whether it is still there."""
        found = content_of(self.w, self.store, sha256)
        if found is None:
            return False
        _write(self.data / place, found[0])
        self.written.add(sha256)
        if found[1]:
            self.register.add(sha256)
        return True

    def put_pieces(self, conference: str, title: str) -> None:
        """Writes the pieces of the dossier under their names, and the list of them."""
        lines = []
        numbers = {slot.id: number for number, slot in enumerate(SLOTS, 1)}
        for number, (place, piece, file) in enumerate(places(pieces(self.w, conference)), 1):
            there = self.put(place, file.sha256)
            if not there:
                self.absent.add(file.sha256)
            part = t("vi", f"slot.{piece.slot}")
            name = f"{numbers[piece.slot]}. {part}" if piece.slot in numbers else part
            lines.append(
                (str(number), name, piece.title, piece.number, _date(piece.date), place if there else t("vi", "dossier.erased"), file.sha256)
            )
        _write(self.data / "muc_luc.csv", as_csv(lines))
        _write(self.data / "muc_luc.xlsx", as_xlsx(t("vi", "dossier.index_title", title=title), lines))

    def put_named(self, found: rows.Rows) -> None:
        """Writes whatever else the rows name by its hash."""
        named = {text for listed in found.values() for row in listed for text in rows.texts(row.values()) if SHA.fullmatch(text)}
        for sha256 in sorted(named - self.written):
            self.put(f"tep/{sha256}", sha256)


def _date(day: str | None) -> str:
    return "/".join(reversed(day.split("-"))) if day else ""
