"""Petitions for tests: entries, and forms as browsers send them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from moderation.case.petitions import Kind, Sender
from server.conferences.tables import conference
from server.files.store import Store
from server.office.work import Work
from server.petitions.entering import Entry, enter
from server.petitions.triage import Decision, triage
from tests.office.ward import CASE, Ward

DRAINS = "Ngõ 12 phố Cầu Mây ngập sâu sau mỗi trận mưa vì cống thoát nước cũ. Đề nghị nạo vét trước mùa mưa."
DRAINS_AGAIN = "Cống thoát nước ngõ 12 phố Cầu Mây cũ, mưa là ngập sâu, đề nghị nạo vét."
RUBBISH = "Điểm tập kết rác đầu phố Hoa Gạo bốc mùi, xe thu gom đến muộn."
HOA = Sender("Nguyễn Thị Hoa", "Tổ dân phố số 5", 1961)
ENTRY = Entry(HOA, DRAINS, "ha_tang_giao_thong", "paper_slip", True, phone="0912 345 678")

FORM = {"name": "Nguyễn Thị Hoa", "area": "Tổ dân phố số 5", "birth_year": "1961", "phone": "0912 345 678", "basis": "live", "field": "ha_tang_giao_thong",
        "content": DRAINS, "results_by": "", "channel": "", "declared": "1"}  # fmt: skip


def store(ward: Ward) -> Store:
    return Store(ward.parts.settings.data_dir / "files")


def take(w: Work, ward: Ward, entry: Entry = ENTRY, **changes: Any) -> str:
    """Takes a petition in and gives its id."""
    return enter(w, w.row(conference, CASE), replace(entry, **changes), ward.parts.keys, store(ward))


def accept(w: Work, id: str, **more: Any) -> None:
    """Triages a petition into the dialogue."""
    triage(w, CASE, id, Decision(Kind.IN_SCOPE, "ha_tang_giao_thong", "Công dân Tổ dân phố số 5", **more))
