"""Recordings in the dossier: their list is sealed with it, they go into the archive and come back from it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from sqlalchemy import select

from server.accounts.keys import new_id
from server.db.engine import open_engine
from server.db.migrate import migrate
from server.dossier import packing
from server.dossier.importing import bring_in
from server.dossier.tables import dossier_piece, dossier_seal
from server.dossier.verify import verify
from server.files.store import Store
from server.media.recording import index
from server.media.recording.recorder import Recorder
from tests.dossier.conftest import files_of, fill, issued
from tests.media.recording.material import decoded, ticks, tone
from tests.office.ward import CASE, Ward


async def test_D15_2_the_lock_seals_the_hashes_of_the_recordings_and_the_archive_brings_them_along(ward: Ward, tmp_path: Path) -> None:
    recordings = ward.parts.settings.recordings
    folder = index.folder_of(recordings, CASE)
    recorder = Recorder(folder, tell=lambda *_: None, least_free=0)
    for number, at in enumerate(ticks(1.0, 100.0)):
        recorder.sound(tone(440, 50)[number], at)
    recorder.close(wait=10)
    file = index.read(folder)[0].file
    fill(ward)
    issued(ward)
    async with ward.browser("van-phong") as browser:
        answer = await browser.post(f"/van-phong/hoi-nghi/{CASE}/ho-so/khoa", data={"once": new_id()})
        assert answer.status_code == 303, answer.text
        assert "Danh mục bản ghi âm, ghi hình" in (await browser.get(f"/van-phong/hoi-nghi/{CASE}/ho-so/ban-ke")).text
    with ward.work() as w:
        piece = w.db.execute(select(dossier_piece).where(dossier_piece.c.slot == "ghi_am_ghi_hinh")).mappings().one()
        assert piece["sha256"] in {one["sha256"] for one in w.db.execute(select(dossier_seal)).mappings().one()["pieces"]}
    listed = json.loads(files_of(ward).get(piece["sha256"]))["files"]
    assert {one["file"]: one["sha256"] for one in listed}[file] == hashlib.sha256((folder / file).read_bytes()).hexdigest()

    goi = tmp_path / "goi.zip"
    packing.pack(ward.parts.engine, files_of(ward), CASE, goi, recordings=recordings)
    found = verify(goi)
    assert found.manifest is not None and found.manifest["recordings"] == 2, found
    url = f"sqlite:///{tmp_path / 'other.db'}"
    migrate(url)
    engine = open_engine(url)
    bring_in(engine, Store(tmp_path / "files"), goi, 0, tmp_path / "elsewhere")
    engine.dispose()
    there = index.folder_of(tmp_path / "elsewhere", CASE)
    assert index.read(there) == index.read(folder)
    assert abs(decoded(there / file).hertz(0.2, 0.9) - 440) < 3


async def test_more_than_an_archive_takes_stays_outside_and_says_so(ward: Ward, tmp_path: Path) -> None:
    folder = index.folder_of(tmp_path, CASE)
    folder.mkdir()
    with (folder / "0001-floor.webm").open("wb") as large:
        large.truncate(packing.MOST_RECORDED + 1)  # a hole: nothing is written
    index._append(folder, {"at": 1, "file": "0001-floor.webm", "series": "floor", "codecs": ["opus"]})
    index._append(folder, {"file": "0001-floor.webm", "seconds": 5.0, "size": 9, "sha256": "", "gaps": []})
    packing.pack(ward.parts.engine, files_of(ward), CASE, tmp_path / "goi.zip", recordings=tmp_path)
    found = verify(tmp_path / "goi.zip")
    assert found.manifest is not None and found.manifest["recordings"] == 0
