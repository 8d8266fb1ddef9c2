"""What lies in a dossier: papers that were issued here, and files that were put in."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from moderation import Refusal
from moderation.case.dossier import PLACES, SLOTS, place_of
from moderation.case.text import fold
from server.dossier.tables import dossier_piece
from server.files.store import Store
from server.office.work import Work
from server.papers.tables import paper, paper_file

ISSUED = "issued"
"""The state of a paper that has its number."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of a piece: its name as shown, its media type, and its SHA-256 in the store."""

    name: str
    type: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Piece:
    """One paper or file in a place. `put_in`: it was uploaded, and `id` is its row; otherwise it is a paper of the register."""

    id: str
    slot: str
    title: str
    number: str
    date: str | None
    files: tuple[File, ...]
    put_in: bool
    size: int = 0


def pieces(w: Work, conference: str) -> list[Piece]:
    """Everything in the dossier, in the order of the places, papers before files put in."""
    order = {slot: place for place, slot in enumerate(PLACES)}
    return sorted((*_papers(w, conference), *_files(w, conference)), key=lambda p: (order[p.slot], p.put_in, p.date or "", p.number, p.id))


def _files(w: Work, conference: str) -> Iterator[Piece]:
    for row in w.db.execute(select(dossier_piece).where(dossier_piece.c.conference == conference)).mappings():
        file = File(row["name"], row["type"], row["sha256"])
        yield Piece(row["id"], row["slot"], row["subject"] or row["name"], row["number"], row["date"], (file,), True, row["size"])


def _papers(w: Work, conference: str) -> Iterator[Piece]:
    for row in w.db.execute(select(paper).where(paper.c.conference == conference, paper.c.state == ISSUED)).mappings():
        yield Piece(row["id"], place_of(row["kind"]), row["subject"] or row["kind"], row["number"], row["date"] or None, tuple(_of_paper(row)), False)


def _of_paper(row: Any) -> Iterator[File]:
    stem = file_stem(row["number"] or row["subject"] or row["kind"])
    for column, type, ending in (("signed_pdf", "application/pdf", "ky-so.pdf"), ("pdf", "application/pdf", "pdf"),
                                 ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx")):  # fmt: skip
        if row[column]:
            yield File(f"{stem}.{ending}", type, row[column])


def content_of(w: Work, store: Store, sha256: str) -> tuple[bytes, bool] | None:
    """The bytes of this hash, and whether the register of papers keeps them; None when they are no longer there (raises `Refusal` file_damaged)."""
    kept = w.db.scalar(select(paper_file.c.content).where(paper_file.c.sha256 == sha256))
    if kept is not None:
        if hashlib.sha256(kept).hexdigest() != sha256:
            raise Refusal("file_damaged")
        return bytes(kept), True
    try:
        return store.get(sha256), False
    except Refusal as refusal:
        if refusal.code == "file_unknown":
            return None
        raise


def file_stem(text: str) -> str:
    """The text as the stem of a file's name in ASCII: "05/TB-UBND" becomes "05-tb-ubnd"."""
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")[:60].strip("-") or "tep"


def folder_of(slot: str) -> str:
    """Where a place lies in an archive, under data/: the nine by their number, the others beside them."""
    number = next((number for number, one in enumerate(SLOTS, 1) if one.id == slot), None)
    name = slot.replace("_", "-")
    return f"kem-theo/{name}" if number is None else f"ho-so/{number:02}-{name}"


def places(found: list[Piece]) -> list[tuple[str, Piece, File]]:
    """Where each file lies in an archive: path under data/, piece, file. Names are ASCII and differ."""
    out: list[tuple[str, Piece, File]] = []
    counts: dict[str, int] = {}
    for piece in found:
        folder = folder_of(piece.slot)
        counts[folder] = counts.get(folder, 0) + 1
        for file in piece.files:
            stem, _, ending = file.name.partition(".") if not piece.put_in else (file.name.rpartition(".")[0], ".", file.name.rpartition(".")[2])
            out.append((f"{folder}/{counts[folder]:02}-{file_stem(stem)}.{ending}", piece, file))
    return out
