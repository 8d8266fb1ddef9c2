"""Writers of one SQLite file within this process come one after the other, first come first served.

SQLite itself has no queue: whoever finds the file locked tries again now and then, and with many writers some unlucky one gives up though
every single transaction is short. Measured with eight threads: all but two of them gave up within five seconds.
"""

from __future__ import annotations

import threading
from collections import deque
from pathlib import Path


class Turns:
    """A lock that is handed on in the order of asking."""

    def __init__(self) -> None:
        self._gate = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Event] = deque()

    def take(self, seconds: float) -> bool:
        """Waits for one's turn; False when it did not come in time."""
        with self._gate:
            if not self._taken:
                self._taken = True
                return True
            mine = threading.Event()
            self._waiting.append(mine)
        if mine.wait(seconds):
            return True
        with self._gate:
            if mine.is_set():  # it came at the last instant
                return True
            self._waiting.remove(mine)
            return False

    def give(self) -> None:
        """Ends one's turn."""
        with self._gate:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False


_gate = threading.Lock()
_turns: dict[Path, Turns] = {}


def turns_of(path: Path) -> Turns:
    """The turns of a file: the same ones for everybody in this process."""
    with _gate:
        return _turns.setdefault(path.resolve(), Turns())
