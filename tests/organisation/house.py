"""A house with the city's organisation, in a database of its own, without an application around it: for tests of services."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from moderation.case.rights import SYSTEM, Duty, Post, Staff
from server import clock
from server.db.engine import open_engine
from server.db.migrate import migrate
from server.office.work import Work
from server.organisation.seed import seed

ADMIN = Staff("admin-account", "Quản trị", (Post(Duty.ADMIN, "vpubndtp", "tp"),))
CLERK = Staff("clerk-account", "Cán bộ", (Post(Duty.ADVISING, "vpubndtp", "tp"),))

House = Callable[..., AbstractContextManager[Work]]


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the city's organisation, made once."""
    path = tmp_path_factory.mktemp("city") / "house.sqlite3"
    migrate(f"sqlite:///{path}")
    engine = open_engine(f"sqlite:///{path}")
    with engine.begin() as db:
        seed(Work(db, SYSTEM, clock.now()))
    engine.dispose()  # the last connection writes the log back into the file
    return path


@pytest.fixture
def house(tmp_path: Path, seeded: Path) -> Iterator[House]:
    """Gives transactions of work on a copy: as the administrator unless said otherwise."""
    engine = open_engine(f"sqlite:///{shutil.copy(seeded, tmp_path / 'house.sqlite3')}")

    @contextmanager
    def work(by: Staff = ADMIN) -> Iterator[Work]:
        with engine.begin() as db:
            yield Work(db, by, clock.now())

    yield work
    engine.dispose()
