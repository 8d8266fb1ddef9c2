"""The command line as it is typed: what it prints, and with which code it ends."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from server import cli
from server.demo.seeding import write_links
from tests.conftest import ROOT

EXAMPLE = ROOT / "server" / "demo" / "demo-conference.yaml"
ID = "DT-2027-01"

Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """Types a command in a data folder of its own: exit code, what it printed, what it complained of."""
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


def test_every_command_explains_itself(typed: Typed) -> None:
    for words in (
        (),
        ("demo",),
        ("serve",),
        ("rehearse",),
        ("doctor",),
        ("verify",),
        ("export",),
        ("user", "add"),
        ("conference", "new"),
        ("upgrade",),
        ("reindex",),
    ):
        assert typed(*words, "--help")[:1] == (0,), words


def test_an_account_is_made_linked_and_closed(typed: Typed) -> None:
    code, link, _ = typed("user", "add", "binh", "Trần Văn Bình")
    assert code == 0 and link.startswith("http://localhost:8000/thiet-lap#")
    assert typed("user", "add", "Binh", "Người khác") == (1, "", "Tên đăng nhập “binh” đã có người dùng.\n")
    assert typed("user", "link", "binh")[1] != link
    assert typed("user", "disable", "binh") == (0, "", "")
    assert typed("user", "list") == (0, "binh\tTrần Văn Bình\tđã khóa\n", "")
    assert json.loads(typed("user", "list", "--json")[1]) == [{"login": "binh", "name": "Trần Văn Bình", "disabled": True}]
    assert typed("user", "disable", "nobody") == (1, "", "Không có tài khoản “nobody”.\n")


def test_a_conference_is_opened_listed_checked_and_taken_away(typed: Typed, tmp_path: Path) -> None:
    code, links, _ = typed("conference", "new", EXAMPLE)
    assert code == 0 and "chair\thttp://localhost:8000/vao#" in links
    (listed,) = json.loads(typed("conference", "list", "--json")[1])
    assert listed["conference"] == ID and typed("conference", "list")[1] == f"{ID}\t{listed['facts']}\t{listed['head'][:8]}\n"

    export = tmp_path / "record.jsonl"
    assert typed("export", ID, export) == (0, f"Đã ghi {listed['facts']} mục nhật ký vào {export}.\n", "")
    assert len(export.read_bytes().splitlines()) == listed["facts"]
    head = f"{listed['facts']}:{listed['head']}"
    for words in ((), (ID,), (ID, "--head", head), ("--file", export), ("--file", export, "--head", head)):
        code, said, _ = typed("verify", *words)
        assert (code, said.endswith(f"nguyên vẹn, mã cuối {listed['head']}.\n")) == (0, True), words


def test_a_record_that_is_not_as_noted_is_bad(typed: Typed, tmp_path: Path) -> None:
    typed("conference", "new", EXAMPLE)
    (listed,) = json.loads(typed("conference", "list", "--json")[1])
    code, said, _ = typed("verify", ID, "--head", f"{listed['facts'] + 1}:{listed['head']}", "--json")
    assert (code, json.loads(said)[0]["fault"]) == (1, "truncated")
    export = tmp_path / "record.jsonl"
    typed("export", ID, export)
    export.write_text(export.read_text("utf-8").replace("Bến Sông", "Bến Sóng", 1), "utf-8")
    code, said, _ = typed("verify", "--file", export)
    assert code == 1 and f"{ID}: mục 1 " in said


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("verify", "x", "--head", "12:beef"), "64 chữ số"),
        (("verify", "--head", "1:" + "0" * 64), "mã hội nghị hoặc tệp"),
        (("verify", "x", "--file", "f.jsonl"), "Chọn một"),
    ],
)
def test_what_is_asked_wrongly_is_explained(typed: Typed, words: tuple[str, ...], complaint: str) -> None:
    code, _, err = typed(*words)
    assert code == 2 and complaint in " ".join(err.replace("│", " ").split())


def test_what_cannot_be_read_or_written_is_said_in_a_sentence(typed: Typed, tmp_path: Path) -> None:
    typed("conference", "new", EXAMPLE)
    unfit = tmp_path / "unfit.yaml"
    unfit.write_text("conference: 1\n", "utf-8")
    for words in (
        ("conference", "new", tmp_path / "absent.yaml"),
        ("conference", "new", unfit),
        ("export", ID, unfit),
        ("export", "nowhere", tmp_path / "f.jsonl"),
        ("rehearse", tmp_path / "absent.json"),
        ("verify", "--data", tmp_path),
    ):
        code, out, err = typed(*words)
        assert (code, len((out + err).splitlines())) == (1, 1), words
        assert "Traceback" not in err
    assert unfit.read_text("utf-8") == "conference: 1\n"


def test_the_doctor_says_every_finding_in_a_sentence(typed: Typed) -> None:
    code, said, _ = typed("doctor", "--json")
    findings = {finding["code"]: finding for finding in json.loads(said)}
    assert findings.keys() == {"python", "sqlite", "schema", "data", "disk", "assets", "microphone", "port", "udp", "media_port", "opus", "media"}
    assert code == (0 if all(finding["ok"] for finding in findings.values()) else 1)
    assert findings["python"]["ok"] and findings["data"]["ok"]
    assert all(not finding["sentence"].startswith("doctor.") for finding in findings.values())


def test_the_links_of_the_demonstration_are_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "links.json"
    for base in ("http://localhost:1", "http://localhost:2"):
        write_links({"base": base}, path)
        assert json.loads(path.read_text("utf-8")) == {"base": base} and path.stat().st_mode & 0o777 == 0o600
