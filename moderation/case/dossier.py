"""The dossier of a conference: the nine places of Art. 15.2, what may lie beside them, when it is complete, and how long it is kept."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from moderation.case.stages import Stage, step
from moderation.kernel import Refusal


@dataclass(frozen=True, slots=True)
class Slot:
    """One place of the dossier. `papers` are the kinds of papers made here that belong there; an `optional` one may stay empty."""

    id: str
    papers: tuple[str, ...]
    optional: bool = False


SLOTS = (
    Slot("ke_hoach", ("plan",)),
    Slot("van_ban_phan_cong", ("assignment",)),
    Slot("phieu_lay_y_kien", ("opinion_slip",)),
    Slot("bao_cao_tong_hop", ("synthesis_report",)),
    Slot("bao_cao_tra_loi", ("answer_report",)),
    Slot("giay_moi", ("invitation",)),
    Slot("bien_ban", ("minutes",)),
    Slot("ket_luan_chu_tri", ("conclusion_notice",)),
    Slot("van_ban_kien_nghi_cap_tren", ("referral",), optional=True),
)
"""The list of Art. 15.2, in its order."""

ATTACHED = (
    Slot("chuong_trinh", ("programme",), optional=True),
    Slot("noi_quy", ("house_rules",), optional=True),
    Slot("thong_bao_rong_rai", ("public_notice", "postponement"), optional=True),
    Slot("diem_danh", ("attendance",), optional=True),
    Slot("bao_cao_ket_qua", ("agency_result_report",), optional=True),
    Slot("van_ban_giao_nhiem_vu", ("tasking_letter",), optional=True),
    Slot("ghi_am_ghi_hinh", (), optional=True),
    Slot("tai_lieu_khac", ("extract", "referral_slip"), optional=True),
)
"""What the list does not name but belongs to the case: kept beside it, never asked for."""

PLACES = {slot.id: slot for slot in (*SLOTS, *ATTACHED)}

PERMANENT = "vĩnh viễn"
TERMS = ("5 năm", "10 năm", "20 năm", "50 năm", "70 năm", PERMANENT)
"""Terms that are offered. Which of them holds for dialogues no text found says, so the office chooses."""
_YEARS = re.compile(r"(\d{1,3}) năm")


def place_of(kind: str) -> str:
    """The place of a kind of paper; what is named nowhere lies with the other material."""
    return next((slot.id for slot in PLACES.values() if kind in slot.papers), "tai_lieu_khac")


def missing(filled: Iterable[str]) -> tuple[str, ...]:
    """The places that must be filled and are not, in the order of the list (D10.3)."""
    there = frozenset(filled)
    return tuple(slot.id for slot in SLOTS if not slot.optional and slot.id not in there)


def lock(stage: Stage, filled: Iterable[str], *, work_left: bool = False) -> Stage:
    """The stage of a case whose dossier is locked: closed, unless conclusions are still being carried out (raises `Refusal` dossier_locked, dossier_incomplete with
    the names, stage_does_not_follow)."""
    if stage is Stage.CLOSED:
        raise Refusal("dossier_locked")
    lacking = missing(filled)
    if lacking:
        raise Refusal("dossier_incomplete", missing=list(lacking))
    closed = step(stage, Stage.CLOSED)
    return stage if work_left else closed


def check_term(term: str) -> str:
    """The term, if it is one: a number of years or permanent (raises `Refusal` term_unfit)."""
    if term != PERMANENT and not (_YEARS.fullmatch(term) and int(term.split()[0]) > 0):
        raise Refusal("term_unfit", field="term")
    return term


def kept_until(term: str, locked_on: date) -> date | None:
    """The last day on which the dossier must be kept: the end of the year, so many years after the year in which it was locked. None: for ever."""
    found = _YEARS.fullmatch(term)
    return date(locked_on.year + int(found[1]), 12, 31) if found else None
