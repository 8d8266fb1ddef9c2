"""Settings, doctor and command line with either database."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from moderation.kernel import Refusal
from server import cli
from server.db.engine import open_engine
from server.db.migrate import check, migrate, newest
from server.doctor import Finding, database
from server.settings import Settings
from tests.conftest import ROOT
from tests.databases import PostgresqlServer

EXAMPLE = ROOT / "server" / "demo" / "demo-conference.yaml"
ID = "DT-2027-01"

Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """Types a command: exit code, what it printed, what it complained of."""
    monkeypatch.setenv("DOITHOAI_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("NO_COLOR", "1")

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["doithoai", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


# --- settings -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["DOITHOAI_DATABASE", "DOITHOAI_DATABASE_URL"])
def test_the_database_is_named_by_the_environment(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for given, meant in (
        ("sqlite:////srv/doithoai.db", "sqlite:////srv/doithoai.db"),
        ("postgresql://anh:b%40c@db/doithoai", "postgresql+psycopg://anh:b%40c@db/doithoai"),
        ("postgres://db/doithoai", "postgresql+psycopg://db/doithoai"),
        ("postgresql+psycopg://db/doithoai", "postgresql+psycopg://db/doithoai"),
    ):
        monkeypatch.setenv(name, given)
        assert Settings().database == meant
    monkeypatch.setenv(name, "")
    assert Settings().database.startswith("sqlite:///")


# --- doctor -------------------------------------------------------------------------------------------------------------


def said(url: str) -> dict[str, Finding]:
    return {finding.code: finding for finding in database(url)}


def test_doctor_says_which_database_and_whether_its_tables_are_ours(database_url: str, empty_database_url: str) -> None:
    kind = make_url(database_url).get_backend_name()
    for url in (database_url, empty_database_url):
        findings = said(url)
        assert findings.keys() == {kind, "schema"} and findings["schema"].ok
        assert not any("{" in finding.sentence or finding.sentence.startswith("doctor.") for finding in findings.values())
    assert newest() in said(database_url)["schema"].sentence
    assert said(empty_database_url)["schema"].sentence == "Cơ sở dữ liệu còn trống; lần chạy đầu sẽ tạo các bảng."


def test_doctor_says_that_the_tables_are_older_or_newer(empty_database_url: str) -> None:
    migrate(empty_database_url, "0001")
    older = said(empty_database_url)["schema"]
    assert not older.ok and "bản 0001" in older.sentence and newest() in older.sentence
    engine = open_engine(empty_database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    newer = said(empty_database_url)["schema"]
    assert not newer.ok and "bản 9999" in newer.sentence and "mới hơn" in newer.sentence


def test_doctor_says_when_a_loss_of_power_would_cost_data(postgresql_server: PostgresqlServer, tmp_path: Path) -> None:
    """The server of the tests does not wait for its disk."""
    url = postgresql_server.fresh(tmp_path)
    finding = said(url)["postgresql"]
    assert not finding.ok and "fsync đang tắt" in finding.sentence
    postgresql_server.drop(url)


def test_a_database_that_is_not_there_is_said_without_its_password(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgresql+psycopg://anh:geheim@127.0.0.1:1/doithoai"
    (finding,) = database(url)
    assert not finding.ok and "127.0.0.1" in finding.sentence and "geheim" not in finding.sentence
    with pytest.raises(Refusal) as refused:
        check(url)
    assert refused.value.code == "database_unreachable" and "geheim" not in str(refused.value.details)
    monkeypatch.setenv("DOITHOAI_DATABASE", url)
    for words in (("user", "list"), ("upgrade",)):
        code, out, err = typed(*words)
        assert (code, out) == (1, "") and err.startswith("Không mở được cơ sở dữ liệu") and "geheim" not in err


# --- command line -------------------------------------------------------------------------------------------------------


def test_upgrade_says_what_it_did(typed: Typed, monkeypatch: pytest.MonkeyPatch, empty_database_url: str) -> None:
    monkeypatch.setenv("DOITHOAI_DATABASE", empty_database_url)
    migrate(empty_database_url, "0001")
    code, out, _ = typed("upgrade")
    assert code == 0 and f"từ bản 0001 lên bản {newest()}" in out
    assert ("Bản sao trước khi nâng" in out) == empty_database_url.startswith("sqlite")
    assert typed("upgrade") == (0, f"Cơ sở dữ liệu đã đúng bản {newest()}.\n", "")


def test_the_first_upgrade_makes_the_tables_and_a_later_release_is_left_alone(
    typed: Typed, monkeypatch: pytest.MonkeyPatch, empty_database_url: str
) -> None:
    monkeypatch.setenv("DOITHOAI_DATABASE", empty_database_url)
    assert typed("upgrade") == (0, f"Đã tạo các bảng của cơ sở dữ liệu (bản {newest()}).\n", "")
    engine = open_engine(empty_database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    code, out, err = typed("upgrade")
    assert (code, out, len(err.splitlines())) == (1, "", 1) and "9999" in err


def test_a_conference_is_opened_listed_checked_and_taken_away_on_either(
    typed: Typed, monkeypatch: pytest.MonkeyPatch, database_url: str, tmp_path: Path
) -> None:
    monkeypatch.setenv("DOITHOAI_DATABASE", database_url)
    assert typed("conference", "new", EXAMPLE)[0] == 0
    (found,) = json.loads(typed("conference", "list", "--json")[1])
    assert found["conference"] == ID and found["facts"] > 10
    assert typed("verify")[0] == typed("verify", ID, "--head", f"{found['facts']}:{found['head']}")[0] == 0
    assert typed("verify", ID, "--head", f"{found['facts']}:{'0' * 64}")[0] == 1
    assert typed("verify", "nowhere")[0] == 1
    assert typed("export", ID, tmp_path / "x.jsonl")[0] == 0
    assert typed("verify", "--file", tmp_path / "x.jsonl", "--head", f"{found['facts']}:{found['head']}")[0] == 0
