"""What `doithoai doctor` looks at, each finding a sentence with what to do."""

from __future__ import annotations

import shutil
import socket
import sys
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import Any

import psycopg
from sqlalchemy import make_url

from moderation.kernel import Refusal
from server.db import postgresql
from server.db.engine import sqlite3, sqlite_is_safe
from server.db.migrate import SchemaTooNew, check, newest
from server.i18n import FOLDER, t
from server.media import opus
from server.media.transport import fanout
from server.media.transport.port import bind
from server.settings import Settings

DURABLE = ("fsync", "full_page_writes")
"""Settings of a PostgreSQL server without which a loss of power can cost what was stored."""

FREE = 2 * 1024**3
"""Bytes of free disk below which a conference should not begin."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: `code` names it for programs, `sentence` says what was found and what to do."""

    code: str
    ok: bool
    sentence: str

    def plain(self) -> dict[str, Any]:
        return asdict(self)


def finding(code: str, ok: bool, **details: Any) -> Finding:
    return Finding(code, ok, t("vi", f"doctor.{code}.{'ok' if ok else 'bad'}", **details))


def examine(settings: Settings) -> list[Finding]:
    """Everything that can be found out on this machine alone, in the order of reading."""
    settings.prepare()
    probe = settings.data_dir / ".probe"
    try:
        probe.write_text("x")
        probe.unlink()
        writable = True
    except OSError:
        writable = False
    free = shutil.disk_usage(settings.data_dir).free
    vendor = FOLDER.parent / "vendor" / "lit.js"
    secure = bool(settings.public_url and settings.public_url.startswith("https://"))
    return [
        finding("python", sys.version_info >= (3, 11), version=sys.version.split()[0]),
        *database(settings.database),
        finding("data", writable, folder=settings.data_dir),
        finding("disk", free > FREE, free=free // 1024**2),
        finding("assets", vendor.exists()),
        finding("microphone", secure or settings.host in ("127.0.0.1", "localhost", "::1")),
        finding("port", port_free(settings), port=settings.port),
        finding("udp", udp_works()),
        finding("media_port", udp_port_free(settings), port=settings.media_port),
        finding("opus", opus.is_there()),
        Finding("media", True, t("vi", f"doctor.media.{'compiled' if fanout.ACCELERATED else 'plain'}")),
    ]


def database(url: str) -> list[Finding]:
    """Which database it is, in which version, whether what it says is stored survives a loss of power, and whether its tables are those of this release."""
    if postgresql.is_postgresql(url):
        try:
            first = server_finding(url)
        except psycopg.Error as error:
            return [Finding("database", False, t("vi", "doctor.database.bad", where=shown(url), reason=error))]
    else:
        first = finding("sqlite", sqlite_is_safe(), version=sqlite3.sqlite_version)
    return [first, tables_finding(url)]


def server_finding(url: str) -> Finding:
    with closing(postgresql.connect(url)) as connection:
        version = connection.info.server_version
        encoding, *settings = (str(connection.execute(f"SHOW {name}").fetchone()[0]) for name in ("server_encoding", *DURABLE))  # type: ignore[index]
    fault = ""
    if version < postgresql.OLDEST * 10_000:
        fault = t("vi", "doctor.fault.old", oldest=postgresql.OLDEST)
    elif "off" in settings:
        fault = t("vi", "doctor.fault.setting", name=DURABLE[settings.index("off")])
    elif encoding != "UTF8":
        fault = t("vi", "doctor.fault.encoding", encoding=encoding)
    return finding("postgresql", not fault, version=f"{version // 10_000}.{version % 10_000}", **({"fault": fault} if fault else {}))


def tables_finding(url: str) -> Finding:
    try:
        found = check(url)
    except SchemaTooNew as later:
        return Finding("schema", False, t("vi", "doctor.schema.new", **later.details))
    except Refusal as refusal:
        return Finding("schema", False, t("vi", "doctor.database.bad", **refusal.details))
    if found is None:
        return Finding("schema", True, t("vi", "doctor.schema.none"))
    return finding("schema", found == newest(), known=newest(), **({} if found == newest() else {"found": found}))


def shown(url: str) -> str:
    """The URL without its password."""
    return make_url(url).render_as_string(hide_password=True)


def port_free(settings: Settings) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host if settings.host != "localhost" else "127.0.0.1", settings.port))
        except OSError:
            return False
    return True


def udp_port_free(settings: Settings) -> bool:
    try:
        bind(settings.media_host, settings.media_port).close()
    except OSError:
        return False
    return True


def udp_works() -> bool:
    """Whether this machine can send a datagram to itself: without it no sound or picture."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as a:
        a.bind(("127.0.0.1", 0))
        a.settimeout(1)
        a.sendto(b"x", a.getsockname())
        try:
            return a.recv(1) == b"x"
        except OSError:
            return False
