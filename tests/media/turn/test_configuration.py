"""`doithoai turn-config`: what the relay is told agrees with what browsers are told."""

from __future__ import annotations

import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from server import cli
from server.app import turn_of
from server.settings import Settings

Typed = Callable[..., tuple[int, str, str]]

ENOUGH = {
    "TURN_HOST": "turn.example.vn",
    "MEDIA_ADDRESS": "203.0.113.5, 2001:db8::5",
    "TURN_CERTIFICATE": "/run/tls/fullchain.pem",
    "TURN_KEY": "/run/tls/privkey.pem",
}


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """Types the command, with these settings: exit code, what it printed, what it complained of."""

    def run(*words: object, **settings: str) -> tuple[int, str, str]:
        monkeypatch.setenv("DOITHOAI_DATA_DIR", str(tmp_path / "data"))
        for name, value in settings.items():
            monkeypatch.setenv(f"DOITHOAI_{name}", value)
        monkeypatch.setattr(sys, "argv", ["doithoai", "turn-config", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


def test_relay_and_browsers_are_told_the_same(typed: Typed, tmp_path: Path) -> None:
    file = tmp_path / "turnserver.conf"
    file.write_text("old")
    file.chmod(0o644)
    code, out, err = typed(file, **ENOUGH, TURN_TLS_LISTEN="5349", TURN_LISTEN="203.0.113.8")
    assert (code, out) == (0, "")
    assert "UDP 3478, TCP 3478, TCP 443" in err
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    options = file.read_text().splitlines()
    settings = Settings()
    turn = turn_of(settings)
    assert turn is not None
    assert turn.urls[-1] == "turns:turn.example.vn:443?transport=tcp"
    assert {
        f"static-auth-secret={turn.secret}",
        "use-auth-secret",
        "listening-ip=203.0.113.8",
        "listening-port=3478",
        "tls-listening-port=5349",
        "cert=/run/tls/fullchain.pem",
        "pkey=/run/tls/privkey.pem",
        "no-tcp-relay",
        "no-cli",
    } <= set(options)
    assert [o for o in options if o.startswith("allowed-peer-ip")] == ["allowed-peer-ip=203.0.113.5", "allowed-peer-ip=2001:db8::5"]
    assert not {"mobility", "allow-loopback-peers", "lt-cred-mech", "server-relay", "web-admin"} & {o.partition("=")[0] for o in options}
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["turnserver.conf"], "no draft is left"


def test_without_a_file_it_is_printed_and_without_a_certificate_there_is_no_tls(typed: Typed) -> None:
    code, out, err = typed(**{**ENOUGH, "TURN_CERTIFICATE": "", "TURN_KEY": ""})
    assert code == 0 and {"no-tls", "no-dtls"} <= set(out.splitlines()) and "cert=" not in out
    assert "DOITHOAI_TURN_CERTIFICATE" in err, "a technician reads who will hear nothing"
    turn = turn_of(Settings())
    assert turn is not None and not any(url.startswith("turns:") for url in turn.urls)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"TURN_HOST": ""}, "DOITHOAI_TURN_HOST"),
        ({"MEDIA_ADDRESS": ""}, "DOITHOAI_MEDIA_ADDRESS"),
        ({"TURN_KEY": ""}, "DOITHOAI_TURN_KEY"),
        ({"MEDIA_ADDRESS": "media.example.vn"}, "media.example.vn"),
        ({"MEDIA_ADDRESS": "0.0.0.0"}, "0.0.0.0"),
        ({"MEDIA_ADDRESS": "::ffff:203.0.113.5"}, "::ffff:203.0.113.5"),
        ({"TURN_LISTEN": "224.0.0.1"}, "224.0.0.1"),
    ],
)
def test_what_is_missing_or_wrong_is_said_and_nothing_written(typed: Typed, tmp_path: Path, wrong: dict[str, str], said: str) -> None:
    code, out, err = typed(tmp_path / "turnserver.conf", **{**ENOUGH, **wrong})
    assert (code, out) == (1, "") and said in err
    assert not (tmp_path / "turnserver.conf").exists()


def test_a_file_that_cannot_be_written_is_said(typed: Typed, tmp_path: Path) -> None:
    code, _, err = typed(tmp_path / "nowhere" / "turnserver.conf", **ENOUGH)
    assert code == 1 and "nowhere" in err and "Traceback" not in err


def test_without_a_relay_browsers_are_told_of_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOITHOAI_TURN_HOST", raising=False)
    assert turn_of(Settings()) is None
