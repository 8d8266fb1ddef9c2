"""The conferences that papers are made of, played once."""

from __future__ import annotations

import pytest

from moderation import Conference
from server.db.verify import Head
from tests.papers.meeting import Meeting, held, signed

HASH = bytes(range(32))


@pytest.fixture(scope="session")
def ended() -> Conference:
    """The small conference, closed and not signed."""
    return held().state


@pytest.fixture(scope="session")
def agreed() -> Meeting:
    """The small conference, signed and once corrected."""
    return signed()


@pytest.fixture
def head(ended: Conference) -> Head:
    return Head(ended.seq, HASH)
