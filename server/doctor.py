"""What `doithoai doctor` looks at, each finding a sentence with what to do."""

from __future__ import annotations

import shutil
import socket
import sys
from dataclasses import asdict, dataclass
from typing import Any

from server.db.engine import sqlite3, sqlite_is_safe
from server.i18n import FOLDER, t
from server.settings import Settings

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
        finding("sqlite", sqlite_is_safe(), version=sqlite3.sqlite_version),
        finding("data", writable, folder=settings.data_dir),
        finding("disk", free > FREE, free=free // 1024**2),
        finding("assets", vendor.exists()),
        finding("microphone", secure or settings.host in ("127.0.0.1", "localhost", "::1")),
        finding("port", port_free(settings), port=settings.port),
        finding("udp", udp_works()),
    ]


def port_free(settings: Settings) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host if settings.host != "localhost" else "127.0.0.1", settings.port))
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
