"""`doithoai user duty`: how a house that has accounts already gets its first administrator."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from server import cli, clock
from server.db.engine import open_engine, reading
from server.organisation.duties import holders
from server.settings import Settings


def test_an_account_gets_its_duty_and_the_house_its_organisation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DOITHOAI_DATA_DIR", str(tmp_path / "data"))

    def typed(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["doithoai", "user", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return int(ended.value.code or 0), capsys.readouterr().err

    assert typed("add", "binh", "Trần Văn Bình")[0] == 0
    assert typed("duty", "binh", "admin") == (0, "")
    assert typed("duty", "binh", "chair", "--office", "ct-ubndtp") == (0, "")
    assert typed("duty", "binh", "admin") == (1, "Người này đang làm việc đó tại cơ quan này.\n")
    assert typed("duty", "nobody", "admin")[0] == 1 and typed("duty", "binh", "king")[0] == 2
    engine = open_engine(Settings(data_dir=tmp_path / "data").database)
    with reading(engine) as db:
        assert {(one.role, one.body, one.office) for one in holders(db, clock.today())} == {
            ("admin", "vpubndtp", ""), ("chair", "ubndtp", "Chủ tịch UBND thành phố Hải Phòng")
        }  # fmt: skip
    engine.dispose()
