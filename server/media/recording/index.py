"""What a recording's folder holds: `index.jsonl`, written as it goes, and `recording.json` with each file's SHA-256 when it is over.

A line of the index says that a file begins, another one that it has ended; of a file whose writer was killed the second is missing until
`settle` adds it. Times are milliseconds since the epoch by the clock of the conference's record, so that a fact leads to its second.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from server.media.recording.segment import mended

INDEX: Final = "index.jsonl"
WHOLE: Final = "recording.json"
SOON: Final = 3000
"""Milliseconds within which a moment leads to what was recorded next: a recording begins a little after the act that asks for it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One file."""

    at: int
    """When its first second was."""
    file: str
    """Its name; names sort by beginning."""
    series: str
    """`floor`, `hall`, or a source of the stage."""
    codecs: tuple[str, ...]
    """opus, vp8, h264."""
    seconds: float | None = None
    """None while it is written."""
    size: int = 0
    sha256: str = ""
    gaps: tuple[tuple[float, float], ...] = ()
    """From second to second: times without sound."""


def folder_of(recordings: Path, conference: str) -> Path:
    """Where the recording of a conference lies under the folder of all of them."""
    return recordings / f"c-{quote(conference, safe='')}"


def read(folder: Path) -> list[Piece]:
    """The files in the order in which they began. A line that broke off is passed over; no folder is an empty recording."""
    pieces: dict[str, Piece] = {}
    for line in _lines(folder / INDEX):
        name = line.get("file")
        if isinstance(name, str) and "series" in line:
            pieces[name] = Piece(line["at"], name, line["series"], tuple(line["codecs"]))
        elif name in pieces:
            gaps = tuple((begin, end) for begin, end in line["gaps"])
            pieces[name] = replace(pieces[name], seconds=line["seconds"], size=line["size"], sha256=line["sha256"], gaps=gaps)
    return sorted(pieces.values(), key=lambda piece: piece.file)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        written = path.read_bytes()
    except FileNotFoundError:
        return
    for line in written.split(b"\n"):
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict):
            yield found


def begun(folder: Path, piece: Piece) -> None:
    """Notes that a file begins."""
    _append(folder, {"at": piece.at, "file": piece.file, "series": piece.series, "codecs": piece.codecs})


def ended(folder: Path, name: str, seconds: float, gaps: Iterable[tuple[float, float]] = ()) -> None:
    """Notes that a file is whole."""
    path = folder / name
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    _append(folder, {"file": name, "seconds": round(seconds, 3), "size": path.stat().st_size, "sha256": digest, "gaps": list(gaps)})


def _append(folder: Path, line: Mapping[str, object]) -> None:
    with (folder / INDEX).open("a+b") as file:
        if file.tell() and (file.seek(-1, os.SEEK_END), file.read(1))[1] != b"\n":  # a line that broke off
            file.write(b"\n")
        file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def settle(folder: Path) -> list[Piece]:
    """Ends what a killed writer left open; the files. Not while somebody writes."""
    for piece in read(folder):
        if piece.seconds is None:
            path = folder / piece.file
            path.touch()
            ended(folder, piece.file, mended(path) or 0.0)
    return read(folder)


def conclude(folder: Path) -> list[Piece]:
    """Settles, and writes down what the recording consists of; the files."""
    pieces = settle(folder)
    if not pieces:
        return []
    whole = folder / WHOLE
    draft = whole.with_suffix(".new")
    draft.write_text(json.dumps({"files": [asdict(piece) for piece in pieces]}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    draft.replace(whole)
    return pieces


def locate(pieces: Iterable[Piece], at: int, series: str = "floor") -> tuple[str, float] | None:
    """The file of a series and the second in it that hold a moment, or the beginning of one that begins within `SOON`; None where nothing was recorded then."""
    own = sorted((piece for piece in pieces if piece.series == series), key=lambda piece: (piece.at, piece.file))
    before = [piece for piece in own if piece.at <= at]
    if before:
        second = (at - before[-1].at) / 1000
        if before[-1].seconds is None or second < before[-1].seconds:
            return before[-1].file, second
    soon = next((piece for piece in own if at < piece.at <= at + SOON), None)
    return (soon.file, 0.0) if soon else None
