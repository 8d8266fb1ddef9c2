"""What the tests of the room share: a server of their own for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.rooms.house import House, open_house


@pytest_asyncio.fixture
async def house(tmp_path: Path, chosen_database_url: str) -> AsyncIterator[House]:
    async with open_house(tmp_path, database_url=chosen_database_url) as house:
        yield house
