"""Servers in processes of their own, to be killed: everything is imported once, and each server is a fork of that, so that a restart takes a moment.

`python -m tests.rooms.nursery` reads one order per line, `{"data": folder, "port": number}`, and each server says `{"pid", "base"}` when it takes
requests. When its input ends it ends, and its servers with it.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

from server.app import Parts
from server.serving import server
from server.settings import Settings
from tests.rooms.silence import Silence

ROOT = Path(__file__).resolve().parents[2]


def serve(data: str, port: int) -> None:
    """One server, until it is killed."""

    async def ready(parts: Parts, base: str) -> None:
        os.write(1, (json.dumps({"pid": os.getpid(), "base": base.replace("localhost", "127.0.0.1")}) + "\n").encode())

    server(Settings(data_dir=Path(data), port=port, log_level="error"), ready, media=Silence()).run()


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    born: list[int] = []
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            sys.stdin.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            serve(**json.loads(line))
            os._exit(0)
        born.append(pid)
    for pid in born:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


class Nursery:
    """The test's side: has servers born, and kills them."""

    async def __aenter__(self) -> Nursery:
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.rooms.nursery", cwd=ROOT, stdin=pipe, stdout=pipe)
        return self

    async def born(self, data: Path, port: int = 0) -> tuple[int, str]:
        """A new server that takes requests: its process id and its base URL."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write((json.dumps({"data": str(data), "port": port}) + "\n").encode())
        async with asyncio.timeout(30):
            said = json.loads(await self._process.stdout.readline())
        return said["pid"], said["base"]

    async def __aexit__(self, *_: object) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        await self._process.wait()


if __name__ == "__main__":
    main()
