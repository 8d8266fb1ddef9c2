"""The lock of a dossier holds in the database itself, on both: whoever writes past the program is stopped (D15.2)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from moderation import Refusal
from moderation.case.stages import Stage
from server.conferences.tables import conference
from server.dossier.keeping import lock_dossier
from server.dossier.tables import dossier_piece, dossier_seal
from server.papers.register import take_signed
from server.papers.tables import paper, paper_file
from tests.dossier.conftest import fill, issued
from tests.office.ward import CASE, Ward, open_ward

PAPER: dict[str, Any] = {"conference": CASE, "kind": "plan", "system": "state", "signs": "chair", "data": {}, "frame": {}, "created": 1, "by": "a"}


@pytest.fixture
async def ward(tmp_path: Path, database_url: str) -> AsyncIterator[Ward]:
    """Locked, with an issued paper; beside it another case with a piece."""
    async with open_ward(tmp_path, database_url) as ward:
        fill(ward)
        with ward.work() as w:
            w.add(paper, id="p-issued", state="issued", number="01/KH", date="2026-12-16", pdf="a" * 64, docx="b" * 64, issued_at=2, **PAPER)
            for draft in ("p-draft", "p-other"):
                w.add(paper, id=draft, state="draft", **PAPER)
            w.db.execute(paper_file.insert(), [{"sha256": letter * 64, "content": b"%PDF"} for letter in "abc"])
            other = {str(name): value for name, value in w.row(conference, CASE).items()} | {"id": "HN-2", "year_entry": None}
            w.add(conference, **other)
            w.add(dossier_piece, id="other", conference="HN-2", slot="bien_ban", sha256="c" * 64, name="x", type="x", size=1, by="a", at=1)
        issued(ward)
        with ward.work("van-phong") as w:
            lock_dossier(w, CASE)
        yield ward


PIECE = "INSERT INTO dossier_piece (id, conference, slot, sha256, name, type, size, number, subject, \"by\", at) VALUES ('{}', '{}', 'giay_moi', 's', 'n', 't', 1, '', '', 'a', 1)"
STOPPED = (
    f"UPDATE conference SET dossier_locked_at = NULL WHERE id = '{CASE}'",
    f"UPDATE conference SET dossier_locked_at = dossier_locked_at + 1 WHERE id = '{CASE}'",
    "DELETE FROM dossier_seal",
    "UPDATE dossier_seal SET pieces = '[]'",
    "UPDATE dossier_seal SET history_head = 'x'",
    "UPDATE dossier_seal SET conference = 'HN-2'",
    "DELETE FROM dossier_piece WHERE slot = 'bien_ban' AND conference <> 'HN-2'",
    "DELETE FROM dossier_piece",
    "UPDATE dossier_piece SET sha256 = 'x' WHERE slot = 'ke_hoach'",
    "UPDATE dossier_piece SET conference = 'HN-2' WHERE slot = 'ke_hoach'",
    f"UPDATE dossier_piece SET conference = '{CASE}' WHERE id = 'other'",
    PIECE.format("new", CASE),
    "DELETE FROM paper WHERE id = 'p-issued'",
    *(
        f"UPDATE paper SET {change} WHERE id = 'p-issued'"
        for change in ("pdf = 'c'", "docx = ''", "number = '02/KH'", "issued_at = NULL", "conference = 'HN-2'")
    ),
    "DELETE FROM paper_file WHERE sha256 LIKE 'a%'",
    "UPDATE paper_file SET content = 'x' WHERE sha256 LIKE 'b%'",
)
ON_SQLITE = (
    "UPDATE OR REPLACE dossier_piece SET id = (SELECT id FROM dossier_piece WHERE slot = 'ke_hoach') WHERE id = 'other'",
    "INSERT OR REPLACE INTO paper_file (sha256, content) SELECT sha256, 'x' FROM paper_file WHERE sha256 LIKE 'a%'",
    "INSERT OR REPLACE INTO paper SELECT * FROM paper WHERE id = 'p-issued'",
)
ON_POSTGRESQL = ("TRUNCATE dossier_seal", "TRUNCATE dossier_piece", "TRUNCATE paper_file", "TRUNCATE paper")
MOVES = (
    "UPDATE dossier_piece SET name = 'đã xóa' WHERE slot = 'phieu_lay_y_kien'",  # erasure under the law on personal data
    f"UPDATE conference SET stage = 'closed', dossier_term = '20 năm', custodian = 'Kho lưu trữ' WHERE id = '{CASE}'",
    "UPDATE paper SET signed_pdf = 'c' WHERE id = 'p-issued'",
    "UPDATE paper SET state = 'void', reason = 'ban hành nhầm' WHERE id = 'p-issued'",
    "UPDATE paper SET pdf = 'd', number = '07/CV', issued_at = 9 WHERE id = 'p-draft'",
    "DELETE FROM paper WHERE id = 'p-other'",
    "DELETE FROM paper_file WHERE sha256 LIKE 'c%'",
    PIECE.format("new", "HN-2"),
    "DELETE FROM dossier_piece WHERE conference = 'HN-2'",
    f"UPDATE deadline SET closed = NOT closed WHERE conference = '{CASE}'",
)


async def test_D15_2_what_lies_in_a_locked_dossier_is_not_changed_past_the_program(ward: Ward) -> None:
    def rows() -> list[Any]:
        with ward.work() as w:
            return [
                w.db.execute(select(table).order_by(*table.primary_key)).all()
                for table in (conference, dossier_seal, dossier_piece, paper, paper_file)
            ]

    before = rows()
    for sentence in (*STOPPED, *(ON_SQLITE if ward.engine.dialect.name == "sqlite" else ON_POSTGRESQL)):
        with pytest.raises(IntegrityError, match="the dossier is locked"), ward.work() as w:
            w.db.execute(text(sentence))
    assert rows() == before


async def test_D15_2_the_work_after_the_lock_goes_on(ward: Ward) -> None:
    for sentence in MOVES:
        with ward.work() as w:
            w.db.execute(text(sentence))
    for again in (
        "UPDATE paper SET number = '08/CV' WHERE id = 'p-draft'",
        "UPDATE paper SET signed_pdf = 'other' WHERE id = 'p-issued'",
        "UPDATE paper SET pdf = 'c' WHERE id = 'p-issued'",
    ):
        with pytest.raises(IntegrityError, match="the dossier is locked"), ward.work() as w:
            w.db.execute(text(again))
    with ward.work() as w:
        assert w.row(conference, CASE)["stage"] == Stage.CLOSED.value


async def test_D15_2_another_signed_copy_comes_too_late_for_a_locked_dossier(ward: Ward) -> None:
    with ward.work("van-phong") as w:
        w.change(paper, "p-issued", signed_pdf="c" * 64)
        with pytest.raises(Refusal, match="dossier_locked"):
            take_signed(w, "p-issued", b"%PDF")
