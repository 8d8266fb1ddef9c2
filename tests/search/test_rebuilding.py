"""Making the entries of the search anew: what an older release kept is gone, what this one keeps is there, on both databases."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from moderation.case.petitions import State
from moderation.case.rights import SYSTEM, Duty
from moderation.case.stages import Stage
from server import cli
from server.accounts.staff import account_named
from server.clock import day_of
from server.conclusions.items import find_again
from server.conclusions.tables import conclusion
from server.conferences import found
from server.db.engine import open_engine, reading
from server.db.migrate import migrate
from server.office.staff import staff_of
from server.office.work import Work
from server.petitions.entering import reindex
from server.petitions.tables import petition
from server.protection.erasing import ERASED
from server.search.rebuilding import MAKING, NOTED, is_current, rebuild
from server.search.search import SEALED, SENDER, entry, find, keep
from server.search.tables import search_entry
from tests.databases import Databases
from tests.office.ward import CASE, seed

NOW = 1_780_000_000_000
UNIT = "p-bensong"
NAME = "Lò Thị Ẩn Danh"
KEPT = ("apart", "new", "open", "told")
"""Petitions whose sender is still known."""


@pytest.fixture
def url(databases: Databases, tmp_path: Path) -> Iterator[str]:
    """A ward that collects, whose entries were put in by the release before."""
    url = databases.seeded(tmp_path, f"ward_{Stage.COLLECTING}", partial(seed, stage=Stage.COLLECTING))
    engine = open_engine(url)
    with engine.begin() as db:
        fill(Work(db, SYSTEM, NOW, "test"))
    engine.dispose()
    yield url
    databases.drop(url)


def fill(w: Work) -> None:
    """Petitions that were triaged, that nobody has looked at, that are kept apart, that follow another, that were erased; an item; all entries as of old."""
    w.db.execute(search_entry.delete())
    kept: tuple[tuple[str, State, str | None, str | None], ...] = (
        ("open", State.ACCEPTED, "in_scope", None), ("new", State.RECEIVED, None, None), ("apart", State.REFERRED, "denunciation", None),
        ("told", State.MERGED, None, "new"), ("erased", State.ACCEPTED, "in_scope", None),
    )  # fmt: skip
    for number, (id, state, kind, into) in enumerate(kept, 1):
        gone = id == "erased"
        w.add(petition, id=id, conference=CASE, number=number, code=f"YK-{number:04}", state=state.value, kind=kind, merged_into=into, received_at=NOW + number,
              received_on="2026-12-16", source="paper_slip", name=ERASED if gone else NAME, shown_as="Công dân", field="ha_tang", declared=True,
              content=ERASED if gone else "Cống ngõ 12 tắc", area="Tổ dân phố số 4", version=1)  # fmt: skip
        if not gone:
            of_old(w, "petition", id, ["Cống ngõ 12 tắc", NAME])
    of_old(w, "petition", "nowhere", ["Kiến nghị không còn", NAME])
    w.add(conclusion, id="k1", conference=CASE, code="KL-01", place=1, outcome="KL-01", kind="assigned", text="Nạo vét tuyến cống", lead="kthtdt", state="open",
          opinion=f"Bà {NAME} đề nghị nạo vét")  # fmt: skip
    of_old(w, "conclusion", "k1", [f"Bà {NAME} đề nghị nạo vét"])


def of_old(w: Work, kind: str, id: str, texts: Sequence[str]) -> None:
    keep(w, entry(kind=kind, subject=id, conference=CASE, unit=UNIT, title=id, path="/", texts=texts, at=7))


def entries(engine: Engine) -> list[dict[str, Any]]:
    with reading(engine) as db:
        return [dict(row) for row in db.execute(select(search_entry).where(search_entry.c.kind != NOTED).order_by(search_entry.c.id)).mappings()]


def test_entries_of_an_older_release_are_made_anew_at_the_first_start_and_once(url: str) -> None:
    engine = open_engine(url)
    with engine.begin() as db:
        agency = Work(db, staff_of(db, account_named(db, "kthtdt"), day_of(NOW)), NOW)
        assert agency.has(Duty.AGENCY) and len(find(agency, NAME)[0]) == 6, "as the release before let it be found"
    assert migrate(url) is None, "the tables were those of this release"
    now = entries(engine)
    assert [row["id"] for row in now] == sorted(
        [
            "conclusion:k1",
            f"conference:{CASE}",
            "petition:open",
            *(f"{SEALED}:{id}" for id in ("apart", "new", "told")),
            *(f"{SENDER}:{id}" for id in KEPT),
        ]
    )
    assert all((NAME in row["body"]) == (row["kind"] == SENDER) for row in now)
    with engine.begin() as db:
        agency = Work(db, staff_of(db, account_named(db, "kthtdt"), day_of(NOW)), NOW)
        assert find(agency, NAME) == ([], 0)
        assert [one.subject for one in find(agency, "cong", kinds=["petition", "conclusion"])[0]] == ["open", "k1"]
        assert is_current(db)
        db.execute(update(search_entry).where(search_entry.c.id == "petition:open").values(title="as it is"))
    migrate(url)
    assert "as it is" in [row["title"] for row in entries(engine)], "it is not done at every start"
    engine.dispose()


def test_they_are_what_is_kept_of_each_thing_when_it_changes_and_twice_changes_nothing(url: str) -> None:
    engine = open_engine(url)
    with engine.begin() as db:
        w = Work(db, SYSTEM, NOW, "test")
        db.execute(search_entry.delete())
        for id in KEPT:
            reindex(w, id, UNIT)
        find_again(w, "k1")
        found.find_again(w, CASE)
    wanted = entries(engine)
    for later in (1, 2):
        with engine.begin() as db:
            assert rebuild(db, NOW + later) == len(wanted) == 10
        assert entries(engine) == wanted
    engine.dispose()


def test_a_later_making_than_the_one_noted_is_made(url: str) -> None:
    migrate(url)
    engine = open_engine(url)
    with engine.begin() as db:
        db.execute(update(search_entry).where(search_entry.c.kind == NOTED).values(id=f"{NOTED}:{MAKING - 1}", subject=str(MAKING - 1)))
        of_old(Work(db, SYSTEM, NOW), "petition", "new", [NAME])
    migrate(url)
    assert "petition:new" not in [row["id"] for row in entries(engine)]
    with reading(engine) as db:
        assert db.scalars(select(search_entry.c.subject).where(search_entry.c.kind == NOTED)).all() == [str(MAKING)]
    engine.dispose()


def test_reindex_says_how_many_there_are(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("DOITHOAI_DATABASE", url)
    monkeypatch.setattr(sys, "argv", ["doithoai", "reindex", "--data", str(tmp_path / "data")])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert (ended.value.code or 0, capsys.readouterr().out) == (0, "Đã lập lại chỉ mục tìm kiếm: 10 mục.\n")
