"""Whatever calendar, organisation and their rules refuse, and every way a deadline is counted, has its sentence."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from moderation.case.deadlines import ReportKind, agency_report_due, conclusion_due, notice_latest, publication_due, report_latest
from moderation.case.profiles import PROFILES
from server.i18n import catalogue, places, t
from tests.moderation.case.days import OFFICIAL

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = ("calendar", "profiles", "deadlines", "organisation", "advising")
FILES = [
    *(ROOT / "moderation/case" / f"{name}.py" for name in CHAPTERS),
    *(ROOT / "server/calendar").glob("*.py"),
    *(ROOT / "server/organisation").glob("*.py"),
]


def test_every_refusal_has_a_sentence() -> None:
    codes = {code for path in FILES for code in re.findall(r'Refusal\(\s*"(\w+)"', path.read_text("utf-8"))}
    assert {"office_not_available", "day_kind_unfit", "last_admin"} <= codes
    assert {f"refusal.{code}" for code in codes} <= catalogue("vi").keys()


def test_every_deadline_says_how_it_was_counted() -> None:
    day = date(2027, 1, 14)
    found = [
        one
        for profile in PROFILES
        for one in (
            notice_latest(profile, OFFICIAL, day),
            conclusion_due(profile, OFFICIAL, day),
            conclusion_due(profile, OFFICIAL, day, extended=True),
            publication_due(profile, OFFICIAL, day),
            agency_report_due(profile, OFFICIAL, day),
            *(report_latest(profile, OFFICIAL, kind, 2027) for kind in ReportKind),
        )
        if one is not None
    ]
    assert len(found) == 9
    for one in found:
        key = f"deadline.basis.{one.basis}"
        assert key in catalogue("vi") and places(catalogue("vi")[key]) <= {"days", "start"}
        assert "14/01/2027" in t("vi", key, days=one.days, start=one.start.strftime("%d/%m/%Y")) or one.kind.startswith("report_")
