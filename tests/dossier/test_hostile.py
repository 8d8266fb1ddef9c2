"""An archive that a stranger made whole, with every sum and list right, opens no door in the system that takes it in."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import func, select

from moderation import Refusal
from server.accounts.passwords import hash_password
from server.db.all_tables import metadata
from server.db.engine import open_engine, reading
from server.db.migrate import migrate
from server.dossier.importing import bring_in
from server.dossier.verify import verify
from server.files.store import Store
from tests.dossier.test_archive import remade


@pytest.mark.parametrize("door", ["password", "session"])
def test_D16_2_an_archive_brings_no_password_and_no_session_in(packed: Path, tmp_path: Path, door: str) -> None:
    folder = tmp_path / "opened"
    with zipfile.ZipFile(packed) as old:
        old.extractall(folder)
    accounts = folder / "data/bang/account.jsonl"
    taken = [json.loads(line) for line in accounts.read_bytes().splitlines()]
    if door == "password":
        taken[0]["password_hash"] = hash_password("mật khẩu của kẻ lạ", taken[0]["login"])
        accounts.write_bytes(b"".join(json.dumps(row).encode() + b"\n" for row in taken))
    else:
        (folder / "data/bang/session.jsonl").write_bytes(json.dumps({"account": taken[0]["id"]}).encode() + b"\n")
        manifest = json.loads((folder / "manifest.json").read_bytes())
        manifest["tables"]["session"] = 1
        (folder / "manifest.json").write_bytes(json.dumps(manifest).encode())
    made = tmp_path / "made.zip"
    remade(folder, made)
    assert verify(made).ok
    url = f"sqlite:///{tmp_path}/other.db"
    migrate(url)
    engine = open_engine(url)
    try:
        with pytest.raises(Refusal, match="archive_schema"):
            bring_in(engine, Store(tmp_path / "other"), made, 1)
        with reading(engine) as db:
            assert all(db.scalar(select(func.count()).select_from(metadata.tables[name])) == 0 for name in ("account", "session", "conference"))
    finally:
        engine.dispose()
