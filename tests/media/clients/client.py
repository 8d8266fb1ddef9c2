"""What every client is to the tests, whatever it is made of: it publishes a tone and a colour, or tells what it hears and sees."""

from __future__ import annotations

import asyncio
import base64
import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).parent
SILENCE = -120.0
"""Level in dBFS of nothing."""


class Colour(NamedTuple):
    red: int
    green: int
    blue: int

    def is_about(self, other: Colour) -> bool:
        """The same to the eye after a codec and somebody's choice between BT.601 and BT.709."""
        return all(abs(one - two) <= 50 for one, two in zip(self, other, strict=True))


@dataclass(frozen=True)
class Scene:
    """What a publisher sends."""

    hertz: float
    colour: Colour


@dataclass(frozen=True)
class Received:
    """What a listener has decoded: its newest sound, about a fifth of a second, and the middle of each slot's newest picture."""

    pcm: NDArray[np.int16] = field(repr=False)
    rate: int
    colours: tuple[Colour | None, ...]
    pictures: tuple[int, ...]
    """How many each slot has shown."""

    def hears(self, hertz: float, seconds: float = 0.2) -> bool:
        """Whether the strongest tone of so many last seconds is this one."""
        strongest, dbfs = self.tone(seconds)
        return dbfs > -30 and abs(strongest - hertz) < 12

    def tone(self, seconds: float = 0.2) -> tuple[float, float]:
        """Frequency in hertz and level in dBFS of the strongest tone (Hann window, parabola through three bins)."""
        pcm = self.pcm[-round(seconds * self.rate) :] / 32768
        if len(pcm) < self.rate // 20:
            return 0.0, SILENCE
        window = np.hanning(len(pcm))
        amplitude = 2 * np.abs(np.fft.rfft(pcm * window)) / window.sum()
        at = int(np.argmax(amplitude[1:-1])) + 1
        levels = 20 * np.log10(np.maximum(amplitude[at - 1 : at + 2], 1e-6))
        bend = levels[0] - 2 * levels[1] + levels[2]
        shift = 0.0 if bend == 0 else 0.5 * (levels[0] - levels[2]) / bend
        return float((at + shift) * self.rate / len(pcm)), float(levels[1])

    def sees(self, colour: Colour, slot: int = 0) -> bool:
        seen = self.colours[slot]
        return seen is not None and seen.is_about(colour)

    def __str__(self) -> str:
        return f"{self.tone()[0]:.0f} Hz at {self.tone()[1]:.0f} dBFS, {self.colours}, {self.pictures} pictures"


class Publisher(Protocol):
    """`url` is where it POSTs its offer, `token` what it brings; `close` ends the session by DELETE."""

    async def publish(self, url: str, token: str, scene: Scene) -> None: ...

    async def close(self) -> None: ...


class Listener(Protocol):
    async def listen(self, url: str, token: str) -> None: ...

    async def received(self) -> Received: ...

    async def close(self) -> None: ...


def read(told: dict[str, Any]) -> Received:
    """What a program or page tells: `pcm` (base64, 16 bits, one channel), `rate`, `colours`, `pictures`."""
    colours = tuple(Colour(*colour) if colour else None for colour in told["colours"])
    return Received(np.frombuffer(base64.b64decode(told["pcm"]), np.int16), told["rate"], colours, tuple(told["pictures"]))


class Program:
    """A client in a process of its own: `publish URL TOKEN HERTZ R G B` or `listen URL TOKEN`.

    It prints a line when its offer was answered, then a line of JSON for each line it reads, and ends with its input.
    """

    def __init__(self, *command: str, environment: dict[str, str] | None = None) -> None:
        self._command = command
        self._environment = {**os.environ, **(environment or {})}
        self._process: asyncio.subprocess.Process | None = None

    async def publish(self, url: str, token: str, scene: Scene) -> None:
        await self._start("publish", url, token, str(scene.hertz), *map(str, scene.colour))

    async def listen(self, url: str, token: str) -> None:
        await self._start("listen", url, token)

    async def received(self) -> Received:
        return read(json.loads(await self._ask()))

    async def close(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        process.stdin.close()
        try:
            ended = await asyncio.wait_for(process.wait(), 5)
        except TimeoutError:
            process.kill()
            await process.wait()
            raise
        assert ended == 0, "its DELETE was answered otherwise than it should be"

    async def _start(self, *words: str) -> None:
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(*self._command, *words, stdin=pipe, stdout=pipe, env=self._environment, limit=1 << 20)
        await self._line()

    async def _ask(self) -> str:
        assert self._process is not None and self._process.stdin is not None
        self._process.stdin.write(b"\n")
        return await self._line()

    async def _line(self) -> str:
        assert self._process is not None and self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), 20)
        if not line:
            raise EOFError(f"{self._command[-1]} has ended with {await self._process.wait()}")
        return line.decode()


async def until(met: Callable[[], Awaitable[bool]], seconds: float) -> bool:
    """Look ten times a second whether it is so; False when it is not within that time."""
    end = asyncio.get_running_loop().time() + seconds
    while not await met():
        if asyncio.get_running_loop().time() > end:
            return False
        await asyncio.sleep(0.1)
    return True


async def comes(listener: Listener, hertz: float, colour: Colour | None = None, slot: int = 0, seconds: float = 15.0) -> None:
    """Wait until a listener hears and sees this; says what it had instead when it does not come."""

    async def met() -> bool:
        now = await listener.received()
        return now.hears(hertz) and (colour is None or now.sees(colour, slot))

    assert await until(met, seconds), f"{hertz} Hz and {colour} do not come: {await listener.received()}"


async def flows(listener: Listener, slot: int = 0, pictures: int = 5, seconds: float = 5.0) -> None:
    """What is seen goes on: so many more pictures come."""
    before = (await listener.received()).pictures[slot]

    async def met() -> bool:
        return (await listener.received()).pictures[slot] >= before + pictures

    assert await until(met, seconds), f"not {pictures} pictures more in {seconds} s"


async def share(listener: Listener, hertz: float, seconds: float) -> float:
    """In how many windows of 100 ms the tone is there at about its level, of all."""
    there: list[bool] = []
    end = asyncio.get_running_loop().time() + seconds
    while (now := asyncio.get_running_loop().time()) < end:
        found, dbfs = (await listener.received()).tone(0.1)
        there.append(dbfs > -20 and abs(found - hertz) < 12)
        await asyncio.sleep(max(0.0, now + 0.1 - asyncio.get_running_loop().time()))
    return sum(there) / len(there)
