"""The head of a request over a raw socket: what never ends and what never comes is given up, and nobody else feels it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from server import head
from tests.rooms.house import House, open_house

HEAD = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"


@asynccontextmanager
async def line(house: House) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    port = int(house.base.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    yield reader, writer
    writer.close()


@pytest.mark.parametrize("endless", [b"GET /" + b"a" * 60, HEAD + b"X-Long: ", HEAD], ids=["address", "value", "headers"])
async def test_a_head_without_end_is_given_up(tmp_path: Path, endless: bytes) -> None:
    async with open_house(tmp_path) as house, line(house) as (reader, writer), asyncio.timeout(5):
        writer.write(endless)
        for n in range(40):
            writer.write(b"X-%d: " % n + b"a" * 2_000 + b"\r\n" if endless is HEAD else b"a" * 2_000)
        with contextlib.suppress(ConnectionResetError):  # the end of a connection on which more is coming
            assert (await reader.read()).startswith(b"HTTP/1.1 400 ")
        async with httpx.AsyncClient(base_url=house.base, trust_env=False) as http:
            assert (await http.get("/healthz", headers={"X-Long": "a" * 30_000})).status_code == 200


@pytest.mark.parametrize("said", [b"", HEAD, HEAD + b"\r\n" + HEAD], ids=["nothing", "half", "half of the second"])
async def test_a_head_that_does_not_come_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: bytes) -> None:
    monkeypatch.setattr(head, "HEAD_WITHIN", 0.3)
    async with open_house(tmp_path) as house, line(house) as (reader, writer), asyncio.timeout(3):
        writer.write(said)
        answers = await reader.read()
        assert answers.count(b"HTTP/1.1 200 ") == said.count(b"\r\n\r\n")


async def test_who_has_said_what_it_wants_stays_connected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(head, "HEAD_WITHIN", 0.3)
    async with open_house(tmp_path) as house:
        live = await house.conference()
        chair = await house.come(live, "chair")
        async with line(house) as (reader, writer):
            for _ in range(2):
                writer.write(HEAD + b"\r\n")
                assert (await reader.readuntil(b"}")).startswith(b"HTTP/1.1 200 ")
                await asyncio.sleep(0.5)
        await chair.ping()
