"""How much somebody may still send: so much per second on average, and so much at once."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Bucket:
    """A token bucket; times are the event loop's, in seconds."""

    per_second: float
    burst: float
    at: float
    over: int = 0
    tokens: float = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = self.burst

    def take(self, at: float) -> bool:
        """Takes one; False, and counted as `over`, when there is none."""
        self.tokens = min(self.burst, self.tokens + (at - self.at) * self.per_second)
        self.at = at
        if self.tokens < 1:
            self.over += 1
            return False
        self.tokens -= 1
        return True

    def give_back(self) -> None:
        """One that was taken for nothing."""
        self.tokens = min(self.burst, self.tokens + 1)
