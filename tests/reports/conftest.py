"""The ward after the example's conference: closed on 14/01/2027, its figures kept, some petitions and conclusions with their deadlines."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from moderation import Conference
from moderation.case.profiles import QD_1155
from moderation.case.stages import Stage
from server.conclusions.tables import asked, conclusion
from server.conferences.tables import conference
from server.deadlines.tables import deadline
from server.office.work import Work
from server.petitions.tables import petition
from server.reports.keeping import keep_figures
from tests.moderation.example import played
from tests.office.ward import CASE, Ward, open_ward


@pytest.fixture(scope="session")
def state() -> Conference:
    """The example's room, played to its end."""
    return played()[0].c


@pytest.fixture
async def held(tmp_path: Path, state: Conference) -> AsyncIterator[Ward]:
    """On 15/02/2027."""
    async with open_ward(tmp_path, stage=Stage.ISSUED) as ward:
        ward.at("2027-02-15")
        with ward.work() as w:
            w.change(conference, CASE, held_on="2027-01-14")
            keep_figures(w, CASE, state)
            take_petitions(w, ward.example)
            take_conclusions(w, ward.example)
            for kind, due, met in (("notice", "2027-01-05", "2027-01-04"), ("conclusion", "2027-01-28", "2027-01-27")):
                term(w, kind, due, met)
            for report in ward.example["after_conference"]["agency_reports"]:
                days = [report["to_chair_on"], report["to_petitioner_on"]]
                term(w, "agency_report", "2027-02-12", None if None in days else max(days).isoformat(), report["agency"])
        yield ward


def term(w: Work, kind: str, due: str, met: str | None, owner: str = "vp", **values: Any) -> str:
    given: dict[str, Any] = {
        "conference": CASE,
        "subject": owner,
        "clock": QD_1155.code,
        "counted_from": {},
        "met_on": met,
        "closed": met is not None,
        **values,
    }
    return w.add(deadline, kind=kind, due=due, owner=owner, **given)


def take_petitions(w: Work, example: dict[str, Any]) -> None:
    """The twelve petitions of the example, and the two that belonged elsewhere."""
    common: dict[str, Any] = {
        "conference": CASE,
        "received_at": w.now,
        "received_on": "2026-12-20",
        "source": "paper_slip",
        "declared": True,
        "name": "…",
        "shown_as": "Công dân",
    }
    for n, p in enumerate(example["petitions"], start=1):
        w.add(petition, id=p["id"].lower(), number=n, code=p["id"], state="released", kind="in_scope", field=p["field"], content=p["content"], summary=p["content"][:60],
              **common)  # fmt: skip
    for n, p in enumerate(example["out_of_scope"], start=21):
        w.add(
            petition,
            id=p["id"].lower(),
            number=n,
            code=p["id"],
            state="referred",
            kind="complaint",
            field="khac",
            content=p["summary"],
            summary=p["summary"],
            **common,
        )


KINDS = {"giao_giai_quyet": "assigned", "tra_loi_tai_hoi_nghi": "settled", "chuyen_co_quan_ngoai": "beyond_authority", "chi_dao_ngay": "assigned",
         "kien_nghi_cap_tren": "beyond_authority"}  # fmt: skip


def take_conclusions(w: Work, example: dict[str, Any]) -> None:
    """The eleven items of the example's conclusion."""
    for place, c in enumerate(example["conclusions"], start=1):
        kind = KINDS[c["kind"]]
        to = c.get("escalate_to") or (c["lead"] if kind == "beyond_authority" else None)
        state = "settled" if kind == "settled" else "open"
        id = w.add(conclusion, conference=CASE, code=c["id"], place=place, outcome=c["id"], kind=kind, text=c["text"], lead=c["lead"], due=c["due"].isoformat(),
                   sent_to=to, state=state)  # fmt: skip
        for ref in c["petitions"]:
            before = any(p["id"] == ref for p in example["petitions"])
            w.add(asked, conference=CASE, conclusion=id, ref=ref, petition=ref.lower() if before else None, content="…")
