"""verify, archive and import as they are typed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update

from server import cli
from server.db.engine import open_engine
from server.office.tables import history
from tests.conftest import ROOT
from tests.office.ward import CASE

Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """Types a command: exit code, what it printed, what it complained of."""
    monkeypatch.setenv("DOITHOAI_DATA_DIR", str(tmp_path / "data"))

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["doithoai", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


def test_an_archive_is_checked_taken_in_and_made_again(typed: Typed, packed: Path, tmp_path: Path) -> None:
    code, said, _ = typed("verify", packed)
    assert code == 0 and f"gói lưu trữ của {CASE} nguyên vẹn" in said
    code, said, _ = typed("import", packed)
    assert code == 0 and f"Đã nhập {CASE}" in said and "cấp mã mới" in said
    code, said, _ = typed("verify")
    assert code == 0 and f"Lịch sử {CASE}: " in said and f"{CASE}: toàn bộ" in said
    assert typed("archive", CASE, tmp_path / "again.zip")[0] == 0
    assert (tmp_path / "again.zip").read_bytes() == packed.read_bytes()
    assert typed("archive", CASE, tmp_path / "again.zip")[0] == 1
    code, _, complained = typed("import", packed)
    assert code == 1 and "chỉ nhập được vào máy chủ trống" in complained


def test_a_damaged_archive_ends_with_1_and_the_first_bad_place(typed: Typed, packed: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.zip"
    content = packed.read_bytes()
    at = content.index(b"%PDF")
    bad.write_bytes(content[:at] + b"%PdF" + content[at + 4 :])
    code, said, _ = typed("verify", bad, "--json")
    (found,) = json.loads(said)
    assert code == 1 and (found["place"], found["fault"]) == ("data/ho-so/01-ke-hoach/01-ke-hoach.pdf", "altered")
    assert typed("verify", tmp_path / "none.zip")[0] == 1
    code, _, complained = typed("import", bad)
    assert code == 1 and "data/ho-so/01-ke-hoach/01-ke-hoach.pdf" in complained


def test_D4_1_verify_names_the_entry_of_the_history_that_was_changed(typed: Typed, packed: Path, tmp_path: Path) -> None:
    assert typed("import", packed)[0] == 0
    engine = open_engine(f"sqlite:///{tmp_path}/data/doithoai.db")
    with engine.begin() as db:
        db.exec_driver_sql("DROP TRIGGER history_unchanged")
        db.execute(update(history).where(history.c.chain == CASE, history.c.seq == 4).values(body=b"{}"))
    engine.dispose()
    code, said, _ = typed("verify", "--json")
    bad = [found for found in json.loads(said) if not found["ok"]]
    assert code == 1 and [(found["history"], found["seq"], found["fault"]) for found in bad] == [(CASE, 4, "gap")]


def test_an_archive_is_checked_with_the_standard_library_alone(packed: Path, tmp_path: Path) -> None:
    """Without any installed package: the checking code copied beside the archive."""
    for part in ("server/__init__.py", "server/db/__init__.py", "server/db/verify.py", "server/dossier/__init__.py", "server/dossier/verify.py",
                 "server/dossier/archive.py", "server/dossier/chains.py", "server/dossier/mets.py"):  # fmt: skip
        (tmp_path / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / part, tmp_path / part)
    code = "import sys; from pathlib import Path; from server.dossier.verify import verify; sys.exit(not verify(Path(sys.argv[1])).ok)"
    ran = subprocess.run([sys.executable, "-S", "-c", code, packed], cwd=tmp_path, env={}, capture_output=True, timeout=30, check=False)
    assert ran.returncode == 0, ran.stderr
