"""`doithoai calendar due`: one date and nothing else, with and without a database."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from moderation.case.calendar import CalendarDay, DayKind
from moderation.case.rights import SYSTEM
from server import cli, clock
from server.calendar.keeping import set_day
from server.db.engine import open_engine
from server.db.migrate import migrate
from server.office.work import Work
from server.settings import Settings

Typed = Callable[..., tuple[int, str]]


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """Types `calendar due` in a data folder of its own: exit code and what it printed."""
    monkeypatch.setenv("DOITHOAI_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("NO_COLOR", "1")

    def run(*words: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["doithoai", "calendar", "due", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return int(ended.value.code or 0), capsys.readouterr().out

    return run


@pytest.mark.parametrize(
    ("words", "due"),
    [
        pytest.param(("2027-01-14", 7, "--before"), "2027-01-05", id="D8.1b reading A"),
        pytest.param(("2027-01-14", 7, "--before", "--whole-days-between"), "2027-01-04", id="D8.1b reading B"),
        pytest.param(("2027-01-14", 10), "2027-01-28", id="D10.1a"),
        pytest.param(("2027-01-14", 15), "2027-02-11", id="D10.1c"),
        pytest.param(("2027-01-27", 7), "2027-02-12", id="D10.2"),
        pytest.param(("2026-01-01", 1), "2026-01-05", id="swapped day off"),
        pytest.param(("2026-01-09", 1), "2026-01-10", id="make-up Saturday"),
        pytest.param(("2026-11-23", 1), "2026-11-25", id="day of culture"),
    ],
)
def test_it_prints_the_date_alone(typed: Typed, tmp_path: Path, words: tuple[object, ...], due: str) -> None:
    assert typed(*words) == (0, f"{due}\n")
    assert not (tmp_path / "data").exists(), "asking makes nothing"


def test_as_json_it_says_what_was_counted_and_whether_it_is_provisional(typed: Typed) -> None:
    said = json.loads(typed("2027-01-14", 7, "--before", "--json")[1])
    assert said == {"start": "2027-01-14", "count": 7, "before": True, "whole_days_between": False, "due": "2027-01-05", "provisional": True}
    assert json.loads(typed("2026-01-14", 7, "--json")[1])["provisional"] is False


@pytest.mark.parametrize("words", [("14/01/2027", 7), ("2027-01-14", 0), ("2027-02-30", 1), ("9999-12-30", 30), ("2027-01-14", "seven")])
def test_what_is_no_day_or_no_count_is_refused(typed: Typed, words: tuple[object, ...]) -> None:
    assert typed(*words) == (2, "")


def test_it_counts_by_the_calendar_of_the_data_folder(typed: Typed, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    settings.prepare()
    migrate(settings.database)
    engine = open_engine(settings.database)
    assert typed("2027-01-14", 7, "--before") == (0, "2027-01-05\n"), "a database without a calendar counts by the days of a new server"
    with engine.begin() as db:
        set_day(Work(db, SYSTEM, clock.now()), CalendarDay(date(2027, 1, 8), DayKind.SWAPPED_OFF, "Nghỉ hoán đổi", "1/TB-BNV", date(2026, 12, 1)))
    engine.dispose()
    assert typed("2027-01-14", 7, "--before") == (0, "2027-01-04\n")
    assert typed("2027-01-14", 7, "--before", "--data", tmp_path / "elsewhere") == (0, "2027-01-05\n")
