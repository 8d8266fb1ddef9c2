"""A folder of files named by their SHA-256: the same bytes are kept once, and what is kept can be checked against its own name."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from pathlib import Path

from moderation import Refusal


class Store:
    """`data_dir/files`. Bytes are durable before their name is given; nothing is ever overwritten."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, content: bytes) -> str:
        """Keeps the bytes and gives their SHA-256 in hexadecimal."""
        name = hashlib.sha256(content).hexdigest()
        path = self._path(name)
        if path.exists():
            return name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{name}.{secrets.token_hex(8)}")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return name

    def get(self, name: str) -> bytes:
        """The bytes of this name (raises `Refusal` file_unknown; file_damaged when they are no longer what the name says)."""
        try:
            content = self._path(name).read_bytes()
        except OSError:
            raise Refusal("file_unknown") from None
        if hashlib.sha256(content).hexdigest() != name:
            raise Refusal("file_damaged")
        return content

    def drop(self, name: str) -> None:
        """Removes a file for good, as erasure of personal data asks."""
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        if not re.fullmatch(r"[0-9a-f]{64}", name):
            raise Refusal("file_unknown")
        return self.folder / name[:2] / name
