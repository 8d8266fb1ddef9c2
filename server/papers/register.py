"""The register of papers: a paper is drafted, submitted, signed and issued, in this order and no other (D11.3). Issuing gives the number and makes the files, once.

Functions take the work in whose transaction they act; the data of a paper are plain values for its template.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from typing import Any, Literal

from sqlalchemy import RowMapping, insert, select

from moderation import Refusal
from moderation.case.rights import entitled
from server.conferences.tables import conference as conference_table
from server.office.work import Work
from server.papers.as_docx import render_docx
from server.papers.as_html import render_html
from server.papers.as_pdf import render_pdf
from server.papers.compose import Composed, compose, issuer_of, shipped
from server.papers.frame import Frame, frame_of
from server.papers.numbering import take
from server.papers.numbers import LETTER, period, written
from server.papers.office_templates import in_force
from server.papers.signed import same_text
from server.papers.tables import paper, paper_file
from server.search import search

As = Literal["pdf", "docx", "html"]
PRIVATE = ("extract", "referral_slip")
"""Kinds that name a petitioner: not for everybody in the house, and not in the search."""
STATES = ("draft", "submitted", "signed", "issued", "void")


def render(kind: str, data: Mapping[str, Any], frame: Frame, as_: As = "pdf", template: str | None = None) -> bytes:
    """A paper that is not in the register, in one of its three looks (raises `Refusal` template_fault)."""
    return drawn(compose(kind, data, frame, template), as_, frame.on)


def drawn(composed: Composed, as_: As, on: date | None = None) -> bytes:
    """A composed paper in one of its three looks."""
    if as_ == "pdf":
        return render_pdf(composed.paper, on or date(2026, 1, 1))
    return render_docx(composed.paper) if as_ == "docx" else render_html(composed.paper).encode()


# --- the way of a paper -------------------------------------------------------------------------------------------------


def draft(w: Work, conference: str, kind: str, data: Mapping[str, Any], agency: str | None = None) -> str:
    """Makes a draft and gives its id. `agency`: the body that issues it, where the template says `by: agency`. Refused when template and data do not fit."""
    by = issuer_of(in_force(w, kind) or shipped(kind))
    return add(w, kind, data, frame_of(w, conference, by, agency), by, conference=conference, unit=w.row(conference_table, conference)["unit"])


def add(
    w: Work, kind: str, data: Mapping[str, Any], frame: Frame, by: str, *, conference: str | None = None, unit: str | None = None, **more: Any
) -> str:
    """Makes a draft with a frame of one's own: for papers that belong to no conference, such as the six-month report."""
    own = in_force(w, kind)
    composed = compose(kind, data, frame, own)
    return w.add(
        paper, conference=conference, unit=unit, kind=kind, body=frame.body, system=frame.system, signs=by, symbol=composed.symbol,
        subject=subject_of(composed), state="draft", data=dict(data), frame=_kept(frame), template=own or "", created=w.now, by=w.by.account, version=1,
        **({"edition": 1} | more),
    )  # fmt: skip


def change(w: Work, id: str, data: Mapping[str, Any], seen: int | None = None) -> None:
    """Changes what a draft says (raises `Refusal` paper_fixed once it is submitted)."""
    found = _in(w, id, "draft")
    composed = compose(found["kind"], data, frame_again(found), found["template"] or None)
    w.change(paper, id, seen=seen, data=dict(data), subject=subject_of(composed))


def submit(w: Work, id: str) -> None:
    """Gives a draft to whoever signs."""
    _in(w, id, "draft")
    w.change(paper, id, state="submitted")


def give_back(w: Work, id: str, why: str) -> None:
    """Makes a submitted paper a draft again."""
    _in(w, id, "submitted")
    w.change(paper, id, why=why, state="draft")


def sign(w: Work, id: str) -> None:
    """The signature (raises `Refusal` not_allowed for whoever may not sign it: papers of the chair are signed by the chair alone, D11.3)."""
    found = _in(w, id, "submitted")
    may_sign(w, found)
    w.change(paper, id, state="signed", signed_by=w.by.account, signed_at=w.now)


def issue(w: Work, id: str, number: int | None = None) -> str:
    """Gives a signed paper its number and date, makes its PDF/A and DOCX, and keeps them. `number`: what the office's book says; else the next one.

    Gives the number as it is cited ("12/TB-UBND"). Raises `Refusal` paper_not_signed (D11.3), number_taken, number_behind."""
    found = w.row(paper, id)
    if found["state"] != "signed":
        raise Refusal("paper_not_signed", state=found["state"])
    frame, system = frame_again(found), found["system"]
    on = w.today
    given = take(w, found["body"], found["symbol"] or LETTER, period(system, on), id, number)
    said = written(system, given, found["symbol"], frame.symbol, frame.drafter)
    frame = replace(frame, number=said, on=on, draft=False)
    composed = compose(found["kind"], found["data"], frame, found["template"] or None)
    pdf, docx = keep(w, drawn(composed, "pdf", on)), keep(w, drawn(composed, "docx", on))
    w.change(paper, id, state="issued", number=said, date=on.isoformat(), issued_at=w.now, frame=_kept(frame), pdf=pdf, docx=docx)
    for entry in found_by(w.row(paper, id)):
        search.keep(w, entry)
    return said


def withdraw(w: Work, id: str, why: str = "") -> None:
    """Makes a paper void; its number is never given again, and its files stay (raises `Refusal` reason_missing for an issued one without a reason)."""
    found = w.row(paper, id)
    if found["state"] == "void":
        return
    if found["state"] == "issued" and not why.strip():
        raise Refusal("reason_missing", field="reason")
    w.change(paper, id, why=why, state="void", reason=why)
    search.forget(w, "paper", id)


def found_by(row: RowMapping) -> list[search.Entry]:
    """What the search keeps of an issued paper: number, kind and subject."""
    if row["state"] != "issued" or row["unit"] is None or row["kind"] in PRIVATE:
        return []
    title = " · ".join(said for said in (row["number"], row["subject"]) if said)
    path = f"/van-phong/van-ban/{row['id']}"
    return [
        search.entry(
            kind="paper", subject=row["id"], conference=row["conference"], unit=row["unit"], title=title, path=path, texts=(), at=row["issued_at"]
        )
    ]


def replaced(w: Work, id: str, data: Mapping[str, Any], why: str) -> str:
    """Makes a paper void and drafts the next edition of it; gives the new one."""
    found = w.row(paper, id)
    withdraw(w, id, why)
    frame = replace(frame_again(found), number="", on=None, draft=True)
    return add(
        w, found["kind"], data, frame, found["signs"], conference=found["conference"], unit=found["unit"], edition=found["edition"] + 1, replaces=id
    )


def take_signed(w: Work, id: str, content: bytes) -> None:
    """Keeps the PDF that came back with a digital signature, beside ours (raises `Refusal` paper_not_issued, dossier_locked where another
    lies in a locked dossier already, and what `same_text` refuses)."""
    found = w.row(paper, id)
    if found["state"] != "issued":
        raise Refusal("paper_not_issued")
    if found["signed_pdf"] and found["conference"] and w.row(conference_table, found["conference"])["dossier_locked_at"] is not None:
        raise Refusal("dossier_locked")
    same_text(content, file(w, found["pdf"]))
    w.change(paper, id, signed_pdf=keep(w, content))


# --- looking it up ------------------------------------------------------------------------------------------------------


def papers_of(w: Work, conference: str, kind: str | None = None) -> list[RowMapping]:
    """The papers of a conference, the newest first; void ones too."""
    of = select(paper).where(paper.c.conference == conference).order_by(paper.c.created.desc(), paper.c.id)
    return list(w.db.execute(of if kind is None else of.where(paper.c.kind == kind)).mappings())


def look(w: Work, id: str, as_: As = "pdf") -> bytes:
    """A paper as it is now: the kept file of an issued one, else its draft."""
    found = w.row(paper, id)
    if as_ != "html" and found[as_]:
        return file(w, found[as_])
    frame = frame_again(found)
    return render(found["kind"], found["data"], frame, as_, found["template"] or None)


def file(w: Work, sha256: str) -> bytes:
    """A kept file (raises `Refusal` file_unknown, file_damaged)."""
    content = w.db.scalar(select(paper_file.c.content).where(paper_file.c.sha256 == sha256))
    if content is None:
        raise Refusal("file_unknown")
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Refusal("file_damaged")
    return bytes(content)


def keep(w: Work, content: bytes) -> str:
    """Keeps bytes under their SHA-256."""
    sha256 = hashlib.sha256(content).hexdigest()
    if w.db.scalar(select(paper_file.c.sha256).where(paper_file.c.sha256 == sha256)) is None:
        w.db.execute(insert(paper_file).values(sha256=sha256, content=content))
    return sha256


def frame_again(found: RowMapping) -> Frame:
    """The frame a paper was drafted with."""
    kept = dict(found["frame"])
    on = date.fromisoformat(kept["on"]) if kept["on"] else None
    return Frame(**{**kept, "issuer": tuple(kept["issuer"]), "authority": tuple(kept["authority"]), "on": on})


def subject_of(composed: Composed) -> str:
    """What a list says of a paper."""
    made = composed.paper
    return f"{made.kind}: {made.subject}" if made.kind else made.header.about


def may_sign(w: Work, found: RowMapping) -> None:
    """Papers of the chair are signed by the chair; those of the advising unit or of an agency by whoever works there."""
    if found["signs"] == "chair":
        entitled(w.by, "sign_paper", found["unit"])
    elif found["signs"] == "advising":
        entitled(w.by, "issue_paper", found["unit"])
    elif w.by.account != "system" and found["body"] not in w.by.bodies():
        raise Refusal("not_allowed", command="sign_paper")


def _in(w: Work, id: str, state: str) -> RowMapping:
    found = w.row(paper, id)
    if found["state"] != state:
        raise Refusal("paper_fixed", state=found["state"])
    return found


def _kept(frame: Frame) -> dict[str, Any]:
    return asdict(frame) | {"on": frame.on.isoformat() if frame.on else ""}
