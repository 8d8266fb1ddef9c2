"""How a house gets its first administrator: a new one by itself, one that has accounts already by `doithoai user duty`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from server import cli, clock
from server.accounts.staff import account_named
from server.app import Parts
from server.cli.running import first_steps
from server.db.engine import open_engine, reading
from server.office.staff import staff_of
from server.office.work import Work
from server.organisation.duties import holders
from server.organisation.queries import chairs
from server.organisation.seed import add_unit
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


async def test_a_new_server_has_an_administrator_who_can_enter_a_unit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parts = Parts(Settings(data_dir=tmp_path / "data"))
    try:
        await first_steps(parts, "http://localhost:1")
        await first_steps(parts, "http://localhost:1")
        assert capsys.readouterr().out.count("/thiet-lap#") == 1
        with parts.engine.begin() as db:
            staff = staff_of(db, account_named(db, "admin"), clock.today())
            ward = add_unit(Work(db, staff, clock.now()), "phuong", "Bến Sông", "tp")
            assert len(chairs(db, ward, clock.today())) == 4
    finally:
        await parts.close()
