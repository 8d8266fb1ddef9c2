"""Checking an archive, from the file alone and with the standard library only: every byte, then that the journal and the history in it are whole chains, that
files are what their names say, and that nothing of what the manifest counts is missing.

An archive that somebody made anew from beginning to end agrees with itself. That it is the one that was locked is shown by a number noted elsewhere: its
SHA-256, or the head of the journal as papers and the hall's display show it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.db import verify as journals
from server.dossier import chains
from server.dossier.archive import FORMAT, Archive, Bad, opened
from server.dossier.mets import mets

JOURNAL, HISTORY = "data/nhat-ky/phong-hop.jsonl", "data/nhat-ky/lich-su.jsonl"


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: the archive when all is well, else the first bad `place` and its `fault`."""

    path: Path
    archive: Archive | None = None
    manifest: dict[str, Any] | None = None
    place: str = ""
    fault: str = ""

    @property
    def ok(self) -> bool:
        return self.archive is not None

    def sentence(self, say: Callable[..., str]) -> str:
        """In words; `say` is the catalogue."""
        if self.archive is None or self.manifest is None:
            return say("archive.first_bad", file=self.path.name, place=self.place, fault=say(f"archive.{self.fault}"))
        facts, told = self.manifest["journal"], self.manifest["history"]
        return say("archive.good", file=self.path.name, conference=self.manifest["conference"], members=len(self.archive.members), facts=facts["count"],
                   entries=told["count"], head=facts["head"], sha256=self.archive.sha256)  # fmt: skip

    def plain(self, say: Callable[..., str]) -> dict[str, Any]:
        """The same for programs."""
        good = self.archive is not None and self.manifest is not None
        return {"file": self.path.name, "ok": self.ok, "place": self.place or None, "fault": self.fault or None,
                "conference": self.manifest["conference"] if good and self.manifest else None,
                "sha256": self.archive.sha256 if self.archive else None, "sentence": self.sentence(say)}  # fmt: skip


def verify(path: Path, known: journals.Head | None = None) -> Found:
    """What is found of an archive. `known`: a head of the journal noted elsewhere."""
    try:
        archive = opened(path)
        manifest = manifest_of(archive)
        check(archive, manifest, known)
        return Found(path, archive, manifest)
    except Bad as bad:
        return Found(path, place=bad.place, fault=bad.fault)
    except OSError as error:
        return Found(path, place=error.strerror or path.name, fault="unreadable")


def manifest_of(archive: Archive) -> dict[str, Any]:
    """manifest.json (raises `Bad`)."""
    try:
        manifest = json.loads(archive.read("manifest.json"))
        if manifest["format"] != FORMAT:
            raise Bad("manifest.json", "other_format")
        for name, kind in (
            ("conference", str),
            ("schema", str),
            ("tables", dict),
            ("register", list),
            ("journal", dict),
            ("history", dict),
            ("title", str),
            ("as_of", str),
            ("places", list),
        ):
            if not isinstance(manifest[name], kind):
                raise Bad("manifest.json", "altered")
        return dict(manifest)
    except (ValueError, KeyError, TypeError):
        raise Bad("manifest.json", "altered") from None


def check(archive: Archive, manifest: dict[str, Any], known: journals.Head | None = None) -> None:
    """Whether what the archive holds means something (raises `Bad`)."""
    conference = manifest["conference"]
    verdict = journals.verify(conference, _facts(archive), known)
    if not verdict.ok:
        raise Bad(f"{JOURNAL}, {verdict.at_seq}", f"chain_{verdict.fault}")
    standing = chains.check(conference, _entries(archive))
    if not standing.ok:
        raise Bad(f"{HISTORY}, {standing.count + 1}", f"chain_{standing.fault}")
    for place, said, count, head in (
        (JOURNAL, manifest["journal"], verdict.count, verdict.head),
        (HISTORY, manifest["history"], standing.count, standing.head),
    ):
        if (said.get("count"), said.get("head")) != (count, head.hex()):
            raise Bad(f"{place}, {count + 1}", "chain_truncated")
    sizes = {name: member.size for name, member in archive.members.items() if name.startswith("data/")}
    try:
        described = mets(manifest, archive.sums(), sizes)
    except (KeyError, ValueError, TypeError):
        raise Bad("manifest.json", "altered") from None
    if archive.read("mets.xml") != described:
        raise Bad("mets.xml", "altered")
    tables = {name.removeprefix("data/bang/").removesuffix(".jsonl"): name for name in archive.members if name.startswith("data/bang/")}
    if tables.keys() != manifest["tables"].keys():
        raise Bad("manifest.json", "altered")
    for table, name in tables.items():
        count = 0
        for count, line in enumerate(archive.lines(name), 1):
            try:
                json.loads(line)
            except ValueError:
                raise Bad(f"{name}, {count}", "altered") from None
        if count != manifest["tables"][table]:
            raise Bad(f"{name}, {count + 1}", "removed")
    for name in archive.members:
        if name.startswith("data/tep/") and hashlib.sha256(archive.read(name)).hexdigest() != name.removeprefix("data/tep/"):
            raise Bad(name, "altered")


def _facts(archive: Archive) -> Iterator[journals.Entry]:
    for line in archive.lines(JOURNAL):
        yield journals.from_line(line)


def _entries(archive: Archive) -> Iterator[chains.Told]:
    for at, line in enumerate(archive.lines(HISTORY), 1):
        try:
            yield chains.from_line(line)
        except ValueError:
            raise Bad(f"{HISTORY}, {at}", "chain_unreadable") from None
