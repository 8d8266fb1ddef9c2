"""What every client is to the tests, whatever it is made of: it publishes a tone and a colour, or tells what it hears and sees."""

from __future__ import annotations

import asyncio
import base64
import json
import os
from dataclasses import dataclass
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
    """What a listener has decoded: the strongest tone of its newest sound, and the middle of each slot's newest picture."""

    hertz: float
    dbfs: float
    colours: tuple[Colour | None, ...]
    pictures: tuple[int, ...]
    """How many each slot has shown."""

    def hears(self, hertz: float) -> bool:
        return self.dbfs > -30 and abs(self.hertz - hertz) < 8

    def sees(self, colour: Colour, slot: int = 0) -> bool:
        seen = self.colours[slot]
        return seen is not None and seen.is_about(colour)


class Publisher(Protocol):
    """`url` is where it POSTs its offer, `token` what it brings; `close` ends the session by DELETE."""

    async def publish(self, url: str, token: str, scene: Scene) -> None: ...

    async def close(self) -> None: ...


class Listener(Protocol):
    async def listen(self, url: str, token: str) -> None: ...

    async def received(self) -> Received: ...

    async def close(self) -> None: ...


def strongest(pcm: NDArray[np.int16], rate: int) -> tuple[float, float]:
    """Frequency in hertz and level in dBFS of the strongest tone (Hann window, parabola through three bins)."""
    if len(pcm) < rate // 20:
        return 0.0, SILENCE
    window = np.hanning(len(pcm))
    amplitude = 2 * np.abs(np.fft.rfft(pcm / 32768 * window)) / window.sum()
    at = int(np.argmax(amplitude[1:-1])) + 1
    levels = 20 * np.log10(np.maximum(amplitude[at - 1 : at + 2], 1e-6))
    bend = levels[0] - 2 * levels[1] + levels[2]
    shift = 0.0 if bend == 0 else 0.5 * (levels[0] - levels[2]) / bend
    return float((at + shift) * rate / len(pcm)), float(levels[1])


def read(told: dict[str, Any]) -> Received:
    """What a program or page tells: `pcm` (base64, 16 bits, one channel), `rate`, `colours`, `pictures`."""
    hertz, dbfs = strongest(np.frombuffer(base64.b64decode(told["pcm"]), np.int16), told["rate"])
    colours = tuple(Colour(*colour) if colour else None for colour in told["colours"])
    return Received(hertz, dbfs, colours, tuple(told["pictures"]))


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
            await asyncio.wait_for(process.wait(), 5)
        except TimeoutError:
            process.kill()
            await process.wait()
            raise

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


async def comes(listener: Listener, hertz: float | None, colour: Colour | None = None, slot: int = 0, seconds: float = 12.0) -> Received:
    """Wait until a listener hears and sees this; says what it had instead when it does not come. None: that it does not matter."""
    end = asyncio.get_running_loop().time() + seconds
    while True:
        now = await listener.received()
        if (hertz is None or now.hears(hertz)) and (colour is None or now.sees(colour, slot)):
            return now
        if asyncio.get_running_loop().time() > end:
            raise AssertionError(f"{hertz} Hz and {colour} do not come: {now}")
        await asyncio.sleep(0.1)


async def flows(listener: Listener, slot: int = 0, pictures: int = 5, seconds: float = 2.0) -> None:
    """What is seen goes on: so many more pictures come."""
    before = (await listener.received()).pictures[slot]
    end = asyncio.get_running_loop().time() + seconds
    while (seen := (await listener.received()).pictures[slot] - before) < pictures:
        assert asyncio.get_running_loop().time() < end, f"{seen} pictures in {seconds} s"
        await asyncio.sleep(0.1)
