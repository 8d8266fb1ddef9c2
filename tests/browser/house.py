"""The server as people start it, in a process of its own: `doithoai demo` on a free port with a data folder of its own."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent


SEEDED: list[Path] = []
"""A data folder in which the example was set up, made with the first house and copied for each further one."""


class House:
    """A running server with the worked example, standing before step 1."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.base = ""
        self.people: dict[str, str] = {}
        """Person of the example → personal link."""
        self.links: dict[str, str] = {}
        """Role → the link that is printed for it."""
        self.public = ""
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, seconds: float = 30) -> None:
        """Starts the server and waits until it takes requests; on the same port as before, if it ran before."""
        links = self.folder / "links.json"
        links.unlink(missing_ok=True)
        port = self.base.rpartition(":")[2] or "0"
        where = ["--data", str(self.folder / "data"), "--host", "127.0.0.1", "--port", port, "--links-json", str(links)]
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen([sys.executable, "-m", "server", "demo", *where], cwd=ROOT, stdout=log, stderr=log)
        until = time.monotonic() + seconds
        while not links.exists() or not self.ready(json.loads(links.read_text("utf-8"))):
            assert self._process.poll() is None and time.monotonic() < until, self.log()
            time.sleep(0.02)

    def ready(self, seeded: dict[str, Any]) -> bool:
        self.base, self.people, self.links, self.public = seeded["base"], seeded["people"], seeded["links"], seeded["public"]
        try:
            with urllib.request.urlopen(f"{self.base}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def kill(self) -> None:
        """kill -9: no farewell, nothing is written any more."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(10)

    def kill_media(self, how: int = signal.SIGKILL) -> None:
        """Ends the media engine's process at once, or by SIGSTOP lets it hang; the server goes on."""
        assert self._process is not None
        for found in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = int(found.read_text().rpartition(")")[2].split()[1])
                is_engine = parent == self._process.pid and b"server.media.worker" in found.with_name("cmdline").read_bytes()
            except OSError:  # ended meanwhile
                continue
            if is_engine:
                return os.kill(int(found.parent.name), how)
        raise AssertionError("no media engine runs")

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self._process.kill()
                raise

    def verified(self) -> bool:
        """Whether `doithoai verify` finds the whole record unaltered."""
        command = [sys.executable, "-m", "server", "verify", "--data", str(self.folder / "data")]
        return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0

    def log(self) -> str:
        """The end of what the server has written."""
        return (self.folder / "server.log").read_text("utf-8", "replace")[-4_000:]


@contextmanager
def open_house(folder: Path) -> Iterator[House]:
    """A server for the time of the block."""
    if not SEEDED:
        first = House(Path(mkdtemp(prefix="doithoai-")))
        try:
            first.start(90)
        finally:
            first.stop()
        SEEDED.append(first.folder / "data")
        atexit.register(shutil.rmtree, first.folder, ignore_errors=True)
    shutil.copytree(SEEDED[0], folder / "data", dirs_exist_ok=True)
    house = House(folder)
    try:
        house.start()
        yield house
    finally:
        house.stop()
