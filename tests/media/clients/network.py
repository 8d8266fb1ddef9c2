"""A poor network between one client and the engine: a UDP relay of ours that loses, delays and renumbers.

It stands in the engine's place: `rewritten` puts its address into the answer, so that the client knows no other.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_CANDIDATE = re.compile(r"^a=candidate:(.*) (\S+) (\d+) typ host\r\n|^a=end-of-candidates\r\n", re.MULTILINE)


@dataclass
class Weather:
    """What befalls the datagrams of one direction."""

    loss: float = 0.0
    """Share that is dropped, each by itself."""
    jitter: float = 0.0
    """Most seconds that one is held back; each by itself, so that many are overtaken."""


class _Received(asyncio.DatagramProtocol):
    def __init__(self, received: Callable[[bytes, Any], None]) -> None:
        self.datagram_received = received  # type: ignore[assignment, method-assign]


class Relay:
    """`up` is the weather towards the engine, `down` towards the client; change them whenever you like."""

    def __init__(self, seed: int = 1) -> None:
        self.up, self.down = Weather(), Weather()
        self.passed = self.lost = 0
        self.number = 0
        """Port that the client sends to."""
        self.followed = asyncio.Event()
        """The engine has sent to where the client is now."""
        self._chance = random.Random(seed)
        self._client: Any = None
        self._engine: tuple[str, int] | None = None
        self._front: asyncio.DatagramTransport | None = None
        self._back: asyncio.DatagramTransport | None = None

    async def __aenter__(self) -> Relay:
        self._front = await self._opened(self._from_client)
        self.number = self._front.get_extra_info("sockname")[1]
        await self.move()
        return self

    async def __aexit__(self, *_: object) -> None:
        for end in (self._front, self._back):
            if end is not None:
                end.close()

    async def move(self) -> None:
        """From now on the engine sees the client at another address, as when a phone leaves the Wi-Fi; what still goes to the old one is lost."""
        before, self._back = self._back, await self._opened(self._from_engine)
        self.followed.clear()
        if before is not None:
            before.close()

    def rewritten(self, answer: str) -> str:
        """The answer with this relay as its only candidate."""
        host, number = next((host, number) for _, host, number in _CANDIDATE.findall(answer) if "." in host)
        self._engine = host, int(number)
        head, *sections = re.split(r"(?=^m=)", answer, flags=re.MULTILINE)
        candidate = f"a=candidate:1 1 udp 2130706431 127.0.0.1 {self.number} typ host\r\n"
        return head + "".join(_CANDIDATE.sub("", section) + candidate for section in sections)

    async def _opened(self, received: Callable[[bytes, Any], None]) -> asyncio.DatagramTransport:
        opened, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: _Received(received), ("127.0.0.1", 0))
        return opened

    def _from_client(self, data: bytes, address: Any) -> None:
        self._client = address
        if self._engine is not None:
            self._pass("up", self.up, data)

    def _from_engine(self, data: bytes, address: Any) -> None:
        self.followed.set()
        self._pass("down", self.down, data)

    def _pass(self, way: str, weather: Weather, data: bytes) -> None:
        if self._chance.random() < weather.loss:
            self.lost += 1
            return
        self.passed += 1
        if weather.jitter:
            asyncio.get_running_loop().call_later(self._chance.uniform(0, weather.jitter), self._out, way, data)
        else:
            self._out(way, data)

    def _out(self, way: str, data: bytes) -> None:
        end, to = (self._back, self._engine) if way == "up" else (self._front, self._client)
        if end is not None and to is not None and not end.is_closing():
            end.sendto(data, to)
