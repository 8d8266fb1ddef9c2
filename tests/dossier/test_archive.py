"""An archive tells of any change to it, and brings the same case into an empty system."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from moderation import Refusal
from server.db.engine import open_engine, reading
from server.db.migrate import migrate
from server.db.verify import Head
from server.dossier import archive
from server.dossier.importing import bring_in
from server.dossier.mets import mets
from server.dossier.packing import pack, verify_history
from server.dossier.verify import HISTORY, JOURNAL, verify
from server.files.store import Store
from server.office.tables import history
from server.office.work import HOUSE
from tests.office.ward import CASE


def test_an_archive_is_whole_and_says_what_it_holds(packed: Path) -> None:
    found = verify(packed)
    assert found.ok and found.manifest is not None and found.archive is not None
    assert found.manifest["conference"] == CASE
    assert found.manifest["journal"]["count"] > 5 and found.manifest["history"]["count"] > 10
    names = set(found.archive.members)
    assert {"data/muc_luc.csv", "data/muc_luc.xlsx", JOURNAL, HISTORY, "data/bang/conference.jsonl", "data/bang/venue.jsonl"} <= names
    assert "data/ho-so/01-ke-hoach/01-ke-hoach.pdf" in names
    with zipfile.ZipFile(packed) as other:
        assert other.testzip() is None


def test_no_secret_leaves_the_server(packed: Path) -> None:
    found = verify(packed)
    assert found.archive is not None
    assert not {"data/bang/session.jsonl", "data/bang/link.jsonl", "data/bang/code.jsonl"} & set(found.archive.members)
    accounts = [json.loads(line) for line in found.archive.lines("data/bang/account.jsonl")]
    assert accounts and all("password_hash" not in account for account in accounts)


def altered(content: bytes, how: str, at: float, by: int, packed: Path, folder: Path) -> bytes:
    """The archive with one thing wrong."""
    place = min(int(at * len(content)), len(content) - 1)
    if how == "flip":
        return content[:place] + bytes([content[place] ^ by]) + content[place + 1 :]
    if how == "cut":
        return content[:place]
    if how == "append":
        return content + bytes([by]) * (1 + place % 50)
    if how == "insert":
        return content[:place] + bytes([by]) + content[place:]
    if how == "drop_bytes":
        return content[:place] + content[min(place + by, len(content)) :]
    with zipfile.ZipFile(packed) as old:
        members = [(info, old.read(info)) for info in old.infolist()]
        chosen = place % len(members)
        if how == "remove":
            del members[chosen]
        elif how == "add":
            members.insert(chosen, (zipfile.ZipInfo(f"data/them-{by}.txt"), b"x"))
        elif how == "swap":
            other = (chosen + by) % len(members)
            members[chosen], members[other] = members[other], members[chosen]
            if other == chosen:
                del members[chosen]
        elif how == "change":
            info, text = members[chosen]
            members[chosen] = (info, bytes([text[place % len(text)] ^ by]).join((text[: place % len(text)], text[place % len(text) + 1 :])))
        path = folder / "made.zip"
        with zipfile.ZipFile(path, "w") as new:
            for info, text in members:
                new.writestr(archive._info(info.filename), text, info.compress_type, 9)
        archive._seal(path)
        return path.read_bytes()


def remade(folder: Path, target: Path) -> dict[str, Any]:
    """Makes every list of an unpacked archive anew, as somebody who knows the format would; gives its manifest."""
    sums = archive.sums_of(folder)
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_bytes())
    tags = {tag: (folder / tag).read_bytes() for tag in ("bag-info.txt", "manifest.json")}
    tags["mets.xml"] = mets(manifest, sums, {name: (folder / name).stat().st_size for name in sums})
    archive.write(folder, target, tags, sums)
    return manifest


HOW = ("flip", "cut", "append", "insert", "drop_bytes", "remove", "add", "swap", "change")


def test_any_change_removal_addition_or_truncation_is_found(packed: Path, tmp_path: Path) -> None:
    """Also those that come with a new seal of the ZIP, as somebody who knows the format would make them."""
    content = packed.read_bytes()
    missed: list[tuple[object, ...]] = []

    @settings(max_examples=200, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(HOW), st.floats(0, 1, exclude_max=True), st.integers(1, 255))
    def mutate(how: str, at: float, by: int) -> None:
        bad = altered(content, how, at, by, packed, tmp_path)
        if bad == content:
            return
        path = tmp_path / "bad.zip"
        path.write_bytes(bad)
        found = verify(path)
        if found.ok or not found.place:
            missed.append((how, at, by))

    mutate()
    assert missed == []


@pytest.mark.parametrize("name", [JOURNAL, HISTORY])
def test_a_chain_that_was_changed_and_listed_anew_is_found(packed: Path, tmp_path: Path, name: str) -> None:
    """Whoever changes an entry and makes every list of the archive anew still fails at the chain, by its number."""
    folder = tmp_path / "opened"
    with zipfile.ZipFile(packed) as old:
        old.extractall(folder)
    lines = (folder / name).read_bytes().splitlines(keepends=True)
    lines[2] = lines[2].replace(b'\\"at\\":1', b'\\"at\\":2')
    (folder / name).write_bytes(b"".join(lines))
    remade(folder, tmp_path / "made.zip")
    found = verify(tmp_path / "made.zip")
    assert (found.place, found.fault) == (f"{name}, 3", "chain_altered_body")


def test_an_end_cut_off_in_every_list_is_found_by_the_manifest_and_by_a_known_head(packed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "opened"
    with zipfile.ZipFile(packed) as old:
        old.extractall(folder)
    lines = (folder / JOURNAL).read_bytes().splitlines(keepends=True)
    (folder / JOURNAL).write_bytes(b"".join(lines[:-1]))
    manifest = remade(folder, tmp_path / "cut.zip")
    assert verify(tmp_path / "cut.zip").fault == "chain_truncated"
    known = Head(manifest["journal"]["count"], bytes.fromhex(manifest["journal"]["head"]))
    assert verify(packed, known).ok
    assert verify(packed, Head(known.seq, bytes(32))).fault == "chain_other_head"


def test_an_empty_system_gets_the_same_case(packed: Path, tmp_path: Path, database_url: str) -> None:
    """Rows, history, journal and files: packed again there, it is the same archive to the last byte."""
    files = Store(tmp_path / "other")
    engine = open_engine(database_url)
    try:
        assert bring_in(engine, files, packed, 1) == CASE
        with reading(engine) as db:
            assert all(standing.ok for standing in verify_history(db))
            assert db.scalar(select(history.c.act).where(history.c.chain == HOUSE)) == "import_case"
        pack(engine, files, CASE, tmp_path / "again.zip")
        assert (tmp_path / "again.zip").read_bytes() == packed.read_bytes()
        with pytest.raises(Refusal, match="archive_not_empty"):
            bring_in(engine, files, packed, 2)
    finally:
        engine.dispose()


def test_a_damaged_archive_brings_nothing_in(packed: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.zip"
    shutil.copyfile(packed, bad)
    with open(bad, "r+b") as file:
        file.seek(2_000)
        file.write(b"x" if file.read(1) != b"x" else b"y")
    url, files = f"sqlite:///{tmp_path}/other.db", Store(tmp_path / "other")
    migrate(url)
    engine = open_engine(url)
    try:
        with pytest.raises(Refusal, match="archive_bad"):
            bring_in(engine, files, bad, 1)
        with reading(engine) as db:
            assert db.execute(select(history)).all() == []
        assert not files.folder.exists()
    finally:
        engine.dispose()
