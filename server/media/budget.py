"""How much of something one session may have in a second."""


class Budget:
    """Refills evenly; what was not used is kept for one second. Times are monotonic seconds."""

    def __init__(self, per_second: float, now: float) -> None:
        self._rate = self._left = per_second
        self._filled = now

    def take(self, now: float, wanted: int = 1) -> int:
        """How many of those wanted there may be now."""
        self._left = min(self._rate, self._left + (now - self._filled) * self._rate)
        self._filled = now
        given = min(wanted, int(self._left))
        self._left -= given
        return given
