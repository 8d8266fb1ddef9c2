"""Templates as an office has changed them: each edition is kept, the newest is in force, and only what draws the sample is taken."""

from __future__ import annotations

from datetime import date

from sqlalchemy import RowMapping, func, select

from moderation import Refusal
from server.db.tables import account
from server.office.work import Work
from server.papers.as_docx import render_docx
from server.papers.as_pdf import render_pdf
from server.papers.compose import compose, issuer_of, sample, shipped
from server.papers.faults import Fault
from server.papers.frame import Frame, issuer_lines
from server.papers.spoken import check
from server.papers.tables import paper_template

LONGEST = 40_000
"""Characters of a template."""

STATE_SAMPLE = Frame(
    "state", "ubnd", "Ủy ban nhân dân phường Bến Sông", issuer_lines("Ủy ban nhân dân phường Bến Sông", "phường Bến Sông"), "", "UBND", "VP", "phường Bến Sông",
    "Bến Sông", "Chủ tịch UBND phường Bến Sông", ("CHỦ TỊCH",), city="thành phố Hải Phòng", draft=False, on=date(2027, 1, 27),
)  # fmt: skip
PARTY_SAMPLE = Frame(
    "party", "dang_uy", "Đảng ủy phường Bến Sông", ("ĐẢNG ỦY PHƯỜNG BẾN SÔNG",), "ĐẢNG BỘ THÀNH PHỐ HẢI PHÒNG", "ĐU", "VPĐU", "phường Bến Sông", "Bến Sông",
    "Bí thư Đảng ủy phường Bến Sông", ("T/M BAN THƯỜNG VỤ", "BÍ THƯ"), city="thành phố Hải Phòng", draft=False, on=date(2027, 1, 27),
)  # fmt: skip


def in_force(w: Work, kind: str) -> str | None:
    """The office's own text, None where the shipped one is in force."""
    return w.db.scalar(select(paper_template.c.text).where(paper_template.c.kind == kind).order_by(paper_template.c.edition.desc()).limit(1)) or None


def text_of(w: Work, kind: str) -> str:
    """The text in force."""
    return in_force(w, kind) or shipped(kind)


def editions(w: Work, kind: str) -> list[RowMapping]:
    """All texts that the office gave it, the newest first; "" means back to the shipped one."""
    of = (
        select(paper_template, account.c.name.label("who"))
        .outerjoin(account, account.c.id == paper_template.c.by)
        .where(paper_template.c.kind == kind)
    )
    return list(w.db.execute(of.order_by(paper_template.c.edition.desc())).mappings())


def edition_of(w: Work, kind: str) -> int:
    """The number of the newest edition, 0 before the first."""
    return w.db.scalar(select(func.max(paper_template.c.edition)).where(paper_template.c.kind == kind)) or 0


def save(w: Work, kind: str, text: str, seen: int) -> None:
    """Puts a text into force, if it draws the sample in both systems (raises `Refusal` template_fault, stale_page)."""
    w.allow("keep_templates")
    text = text.replace("\r\n", "\n")
    if len(text) > LONGEST:
        raise Refusal("text_too_long", limit=LONGEST, field="text")
    if seen != edition_of(w, kind):
        raise Refusal("stale_page", version=edition_of(w, kind))
    try:
        preview(kind, text)
    except Fault as fault:
        raise Refusal(fault.code, field="text", **fault.details) from None
    w.add(paper_template, kind=kind, edition=seen + 1, text=text, by=w.by.account, at=w.now)


def reset(w: Work, kind: str, seen: int) -> None:
    """Puts the shipped text into force again."""
    w.allow("keep_templates")
    shipped(kind)
    if seen != edition_of(w, kind):
        raise Refusal("stale_page", version=edition_of(w, kind))
    w.add(paper_template, kind=kind, edition=seen + 1, text="", by=w.by.account, at=w.now)


def preview(kind: str, text: str, party: bool = False) -> bytes:
    """The sample drawn by a text, as PDF (raises `Fault`)."""
    if issuer_of(text) not in ("chair", "advising", "agency"):
        raise Fault(1, "head_by")
    drawn = {}
    for frame in (STATE_SAMPLE, PARTY_SAMPLE):
        composed = compose(kind, sample(kind), frame, text)
        for name, said in composed.whole.items():
            check(name, said)
        render_docx(composed.paper)
        drawn[frame.system] = render_pdf(composed.paper, date(2027, 1, 27))
    return drawn["party" if party else "state"]
