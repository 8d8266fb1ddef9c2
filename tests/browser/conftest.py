"""Fixtures of the browser tests."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.browser.lively import Lively, lively


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lively]:
    """A conference in the middle of step 4, for all tests of a module to look at."""
    async with lively(chromium, tmp_path_factory.mktemp("lively")) as scene:
        yield scene


collect_ignore = [] if os.environ.get("SCREENSHOTS") else ["test_screenshots.py"]
"""Pictures for the documentation are taken by `make screenshots`; the pages they show are tried by the other files."""
