"""The settings and the secrets made at first start."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
from pydantic import ValidationError

from server.settings import Settings


def test_nothing_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORT", raising=False)
    settings = Settings()
    assert (settings.port, settings.host, settings.turn_host, settings.media_port) == (8000, "127.0.0.1", None, 40_000)
    assert settings.database.startswith("sqlite:////")


def test_the_environment_says_otherwise(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in {
        "PORT": "9000",
        "DOITHOAI_DATA_DIR": str(tmp_path),
        "DOITHOAI_PUBLIC_URL": "https://doithoai.example.vn/",
        "DOITHOAI_TRUSTED_PROXIES": "10.0.0.0/8, ::1",
        "DOITHOAI_TURN_LISTEN": "203.0.113.8, 2001:db8::8",
        "DOITHOAI_TURN_CERTIFICATE": "",
    }.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert settings.port == 9000
    assert settings.database == f"sqlite:///{tmp_path}/doithoai.db"
    assert settings.public_url == "https://doithoai.example.vn"
    assert [str(network) for network in settings.trusted_proxies] == ["10.0.0.0/8", "::1/128"]
    assert settings.turn_listen == ("203.0.113.8", "2001:db8::8")
    assert settings.turn_certificate is None and not settings.turn_tls, "left empty is left out"


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "70000"), ("DOITHOAI_TRUSTED_PROXIES", "everybody"), ("PORT", "")],
)
def test_a_wrong_setting_stops_the_start(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError):
        Settings()


def test_secrets_are_made_once_for_their_owner_only(tmp_path: Path) -> None:
    """Many processes starting at once agree on one secret, and no half-written one is ever seen."""
    made: list[str] = []
    many = [Settings(data_dir=tmp_path / "data") for _ in range(16)]
    threads = [threading.Thread(target=lambda s=settings: made.append(s.secret("turn"))) for settings in many]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 16
    assert len(set(made)) == 1
    assert len(made[0]) == 64
    folder = tmp_path / "data" / "secrets"
    assert [path.name for path in folder.iterdir()] == ["turn"]
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (folder.parent, folder, folder / "turn")]
    assert modes == [0o700, 0o700, 0o600]
    settings = Settings(data_dir=tmp_path / "data")
    assert settings.turn_secret == made[0]
    assert len({settings.turn_secret.encode(), settings.pepper, settings.media_secret}) == 3
