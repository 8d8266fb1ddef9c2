"""The papers of the worked example, as they stand in docs/papers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

from moderation import Conference
from server.db.verify import Head
from server.i18n import t
from server.papers.compose import compose, kinds, sample
from server.papers.frame import Frame
from server.papers.minutes import minutes
from server.papers.notice import notice
from server.papers.office_templates import PARTY_SAMPLE, STATE_SAMPLE
from server.papers.paper import Paper
from tests.moderation.example import played

OFFICE = replace(
    STATE_SAMPLE, body="vp", name="Văn phòng HĐND và UBND phường Bến Sông", issuer=("VĂN PHÒNG HĐND VÀ UBND",), superior="UBND PHƯỜNG BẾN SÔNG", symbol="VP",
    authority=("CHÁNH VĂN PHÒNG",),
)  # fmt: skip
AGENCY = replace(
    STATE_SAMPLE, body="kthtdt", name="Phòng Kinh tế, Hạ tầng và Đô thị phường", issuer=("PHÒNG KINH TẾ,", "HẠ TẦNG VÀ ĐÔ THỊ"), superior="UBND PHƯỜNG BẾN SÔNG",
    symbol="KT-HT-ĐT", authority=("TRƯỞNG PHÒNG",),
)  # fmt: skip
BODIES = {"attendance": OFFICE, "synthesis_report": OFFICE, "extract": OFFICE, "referral_slip": OFFICE, "agency_result_report": AGENCY}

ISSUED = {
    "assignment": ("412/UBND-VP", date(2026, 12, 10)),
    "plan": ("518/KH-UBND", date(2026, 12, 15)),
    "programme": ("519/CTr-UBND", date(2026, 12, 15)),
    "public_notice": ("01/TB-UBND", date(2027, 1, 4)),
    "invitation": ("02/GM-UBND", date(2027, 1, 4)),
    "synthesis_report": ("06/BC-VP", date(2027, 1, 4)),
    "answer_report": ("11/BC-UBND", date(2027, 1, 11)),
    "referral": ("31/UBND-VP", date(2027, 1, 21)),
    "conclusion_notice": ("12/TB-UBND", date(2027, 1, 27)),
    "tasking_letter": ("36/UBND-VP", date(2027, 1, 28)),
}
"""Numbers and dates of the example; what has none there is shown as a draft."""
IN_PARTY_FORM = {"plan": "20-KH/ĐU", "invitation": "08-GM/ĐU", "conclusion_notice": "45-TB/ĐU", "referral": "", "attendance": ""}


def framed(kind: str) -> Frame:
    number, on = ISSUED.get(kind, ("", None))
    return replace(BODIES.get(kind, STATE_SAMPLE), number=number, on=on, draft=not number)


FROM_ROOM = {"minutes": "Biên bản hội nghị", "notice_from_room": "Thông báo kết luận lập từ phòng họp (dự thảo, có nguồn)"}

TITLES = (
    {kind: t("vi", f"paper.{kind}") for kind in kinds()} | {f"{kind}_party": f"{t('vi', f'paper.{kind}')} (thể thức Đảng)" for kind in IN_PARTY_FORM} | FROM_ROOM
)  # fmt: skip
"""Name of the file → what it is."""


def example(name: str) -> Paper:
    """The paper of this name."""
    if name in FROM_ROOM:
        conference = conference_played()
        return (minutes if name == "minutes" else notice)(conference, Head(conference.seq, bytes(32)))
    kind = name.removesuffix("_party")
    if kind == name:
        return compose(kind, sample(kind), framed(kind)).paper
    number, secretary = IN_PARTY_FORM[kind], "Bí thư Đảng ủy phường Bến Sông"
    frame = replace(PARTY_SAMPLE, number=number, on=date(2027, 1, 27) if number else None, draft=not number, chair=secretary)
    return compose(kind, sample(kind) | {"chair": secretary}, frame).paper


@cache
def conference_played() -> Conference:
    hall, _ = played()
    return hall.c
