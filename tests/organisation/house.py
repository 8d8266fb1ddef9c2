"""A house with the city's organisation, in a database of its own, without an application around it: for tests of services."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from moderation.case.rights import SYSTEM, Duty, Post, Staff
from server import clock
from server.db.engine import open_engine
from server.office.work import Work
from server.organisation.seed import seed
from tests.databases import Chosen

ADMIN = Staff("admin-account", "Quản trị", (Post(Duty.ADMIN, "vpubndtp", "tp"),))
CLERK = Staff("clerk-account", "Cán bộ", (Post(Duty.ADVISING, "vpubndtp", "tp"),))

House = Callable[..., AbstractContextManager[Work]]


def city(url: str) -> None:
    """Fills a database with the city's organisation."""
    engine = open_engine(url)
    with engine.begin() as db:
        seed(Work(db, SYSTEM, clock.now()))
    engine.dispose()  # the last connection writes the log back into the file


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Gives transactions of work on a copy: as the administrator unless said otherwise."""
    url = Chosen.databases.seeded(tmp_path / "city", "city", city)
    engine = open_engine(url)

    @contextmanager
    def work(by: Staff = ADMIN) -> Iterator[Work]:
        with engine.begin() as db:
            yield Work(db, by, clock.now())

    yield work
    engine.dispose()
    Chosen.databases.drop(url)
