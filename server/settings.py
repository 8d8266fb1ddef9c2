"""Every setting of the server, read from the environment (`DOITHOAI_…`, and plain `PORT`), each with a
working default."""

from __future__ import annotations

import os
import re
import secrets
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Language = Literal["vi", "en"]
Words = Annotated[tuple[str, ...], NoDecode]  # written in the environment as words with commas between


class Settings(BaseSettings):
    """The settings of one server process. Nothing is required: without any, the server runs on this machine
    alone."""

    model_config = SettingsConfigDict(env_prefix="DOITHOAI_", frozen=True, populate_by_name=True)

    host: str = "127.0.0.1"
    """Address to listen on; `0.0.0.0` for the whole network."""
    port: Annotated[int, Field(ge=0, le=65535, validation_alias=AliasChoices("PORT", "DOITHOAI_PORT"))] = 8000
    """TCP port of the web server; 0 lets the system choose."""
    data_dir: Path = Path("data")
    """Folder of everything that must be kept: the database, the secrets. Made at first start, for its owner
    only."""
    database_url: Annotated[str | None, Field(validation_alias=AliasChoices("DOITHOAI_DATABASE", "DOITHOAI_DATABASE_URL"))] = None
    """Where the record is, as a URL: `sqlite:////path/file.db`, `postgresql://user:password@host/database`; by default SQLite in `data_dir`."""
    public_url: str | None = None
    """Where browsers reach the server, such as `https://doithoai.example.vn`; for links on paper and for
    Origin checks."""
    allowed_origins: Words = ()
    """Further origins whose pages may send commands; by default only the server's own."""
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = ()
    """Networks of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed."""
    session_hours: Annotated[int, Field(gt=0)] = 12
    """A session unused for so long ends."""
    demo: bool = False
    """Whether this is a demonstration, whose clock can be moved on by a page. Set by `doithoai demo`."""
    mail_url: str | None = None
    """Mail server that takes our messages: `smtp://user:password@host:587`, `smtps://host:465`; without one e-mail waits for a person."""
    mail_from: str = "Đối thoại <khong-tra-loi@localhost>"
    """Who our e-mail comes from, as `Name <address>`."""
    sms_url: str | None = None
    """Gateway that takes SMS as a POST of JSON; without one they are handed to a person."""
    zalo_url: str | None = None
    """The same for Zalo."""
    metrics_token: Annotated[str | None, Field(min_length=16)] = None
    """Bearer token with which a monitoring system reads `/metrics`. Without one only this machine itself may, and behind a proxy (`public_url`) nobody."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    media_host: str | None = None
    """Address that the one UDP port of sound and picture is bound to; by default all of this machine."""
    media_port: Annotated[int, Field(ge=0, le=65535)] = 40_000
    """Number of that port, to be opened in the firewall; 0 takes any that is free, and so does one that is taken, with a word in the log."""
    media_address: Words = ()
    """Public addresses (IPv4, IPv6) that are told to browsers; by default those of this machine's own interfaces."""
    media_loopback: bool = True
    """Whether the engine also offers the loopback address, so that one machine alone can try everything."""
    media_sessions: Annotated[int, Field(gt=0)] = 500
    """Most media sessions of one conference on the embedded engine."""
    recordings_dir: Path | None = None
    """Folder of the recordings, which may be on a disk of its own; by default `recordings` in `data_dir`. A recording ends while 2 GiB, or 2 % of the
    disk, are still free."""
    turn_host: str | None = None
    """Name, or address, by which browsers reach the TURN server that stands beside this one, such as `turn.example.vn`; none by default, and never
    a third party's. Its configuration is written by `doithoai turn-config`, from these settings."""
    turn_port: Annotated[int, Field(gt=0, le=65535)] = 3478
    """Its port for UDP and TCP."""
    turn_tls_port: Annotated[int, Field(gt=0, le=65535)] = 443
    """Its port for TLS as browsers are told; strict firewalls let nothing but 443 through."""
    turn_tls_listen: Annotated[int | None, Field(gt=0, le=65535)] = None
    """Port for TLS on which it listens itself, where something before it passes `turn_tls_port` on; by default the same."""
    turn_certificate: Path | None = None
    """PEM file of its certificate for `turn_host`, with the chain, as it is found on its machine; without one there is no TLS."""
    turn_key: Path | None = None
    """PEM file of the key of that certificate."""
    turn_listen: Words = ()
    """Addresses on which it listens; by default all of its machine."""
    turn_secret_file: Path | None = None
    """File of the secret shared with the TURN server, made when not there; by default `secrets/turn`."""

    @field_validator("allowed_origins", "trusted_proxies", "turn_listen", "media_address", mode="before")
    @classmethod
    def _words(cls, given: object) -> object:
        return tuple(word.strip() for word in given.split(",") if word.strip()) if isinstance(given, str) else given

    @field_validator("metrics_token", "turn_host", "turn_tls_listen", "turn_certificate", "turn_key", mode="before")
    @classmethod
    def _none_if_empty(cls, given: object) -> object:
        return given or None

    @field_validator("public_url")
    @classmethod
    def _bare_origin(cls, url: str | None) -> str | None:
        return url.rstrip("/") if url else None

    @field_validator("database_url")
    @classmethod
    def _driver(cls, url: str | None) -> str | None:
        """With PostgreSQL's driver named as SQLAlchemy wants it; "" is none."""
        return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", url) if url else None

    @property
    def database(self) -> str:
        """SQLAlchemy URL of the record."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'doithoai.db').resolve()}"

    @property
    def recordings(self) -> Path:
        """Folder under which each conference's recording has its own."""
        return (self.recordings_dir or self.data_dir / "recordings").resolve()

    def prepare(self) -> None:
        """Make the data folder and the folder of secrets, readable by their owner only."""
        for folder in (self.data_dir, self.data_dir / "secrets"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def secret(self, name: str) -> str:
        """The secret of this name: 64 hexadecimal digits in `data_dir/secrets/NAME`, made when first asked
        for (mode 0600)."""
        self.prepare()
        return _kept_secret(self.data_dir / "secrets" / name)

    @cached_property
    def pepper(self) -> bytes:
        """Key under which the database stores hashes of session secrets, links and codes."""
        return self.secret("pepper").encode()

    @cached_property
    def media_secret(self) -> bytes:
        """Key that signs media tokens."""
        return self.secret("media").encode()

    @property
    def turn_tls(self) -> bool:
        """Whether the TURN server takes TLS, too."""
        return bool(self.turn_certificate and self.turn_key)

    @cached_property
    def turn_secret(self) -> str:
        """Secret shared with the TURN server (`use-auth-secret`), which reads the same file."""
        return _kept_secret(self.turn_secret_file) if self.turn_secret_file else self.secret("turn")


def _kept_secret(path: Path) -> str:
    """The secret in this file, made when the file is not there."""
    if not path.exists():
        _write_once(path, secrets.token_hex(32))
    return path.read_text(encoding="ascii").strip()


def _write_once(path: Path, text: str) -> None:
    """Write a new file whole or not at all, durably; where another process was first, its text stays."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
