"""Keeping a dossier: files put in and taken out while it is open, its term and custodian, and the lock, which is never taken back (Art. 15.2)."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import RowMapping, func, select

from moderation import Conference, Refusal
from moderation.case.dossier import PLACES, check_term, lock
from moderation.case.stages import Stage
from moderation.kernel import Phase
from server.clock import day_of
from server.conclusions.closing import close_when_over, work_left
from server.conferences.queries import case
from server.conferences.tables import conference
from server.db.tables import fact
from server.db.verify import Head, first_hash
from server.dossier.chains import FIRST
from server.dossier.pieces import pieces
from server.dossier.tables import dossier_piece, dossier_seal
from server.files.checked import checked
from server.files.store import Store
from server.i18n import t
from server.media.recording import index
from server.office.tables import history
from server.office.work import Work
from server.papers.as_docx import render_docx
from server.papers.as_pdf import render_pdf
from server.papers.minutes import minutes
from server.papers.routes import DOCX

PDF = "application/pdf"
MOST = 200
"""Most files of one dossier."""


def open_dossier(w: Work, id: str) -> RowMapping:
    """The case, if the one who works may keep its dossier and it is not locked (raises `Refusal` dossier_locked)."""
    found = case(w, id, "keep_dossier")
    if found["dossier_locked_at"] is not None:
        raise Refusal("dossier_locked")
    return found


def put_in(
    w: Work, store: Store, id: str, slot: str, name: str, content: bytes, *, number: str = "", date: str | None = None, subject: str = ""
) -> str:
    """Puts a scan (PDF or picture) into a place; gives the piece's id. A PDF is kept as it came, since it may be signed; a picture is written anew."""
    open_dossier(w, id)
    if slot not in PLACES:
        raise Refusal("slot_unknown", field="slot")
    if (w.db.scalar(select(func.count()).select_from(dossier_piece).where(dossier_piece.c.conference == id)) or 0) >= MOST:
        raise Refusal("dossier_full", limit=MOST)
    file = checked(name, content, rewrite=False)
    return w.add(dossier_piece, conference=id, slot=slot, sha256=store.put(file.content), name=file.name, type=file.type, size=len(file.content),
                 number=number, date=date, subject=subject, by=w.by.account, at=w.now)  # fmt: skip


def put_minutes(w: Work, store: Store, id: str, state: Conference, head: Head) -> None:
    """Puts the minutes that chair and secretary signed in the room into their place, as PDF/A and DOCX (raises `Refusal` minutes_unsigned). What lies there
    already is not put in twice; minutes with later corrections lie beside the earlier ones."""
    open_dossier(w, id)
    if state.phase is not Phase.FROZEN:
        raise Refusal("minutes_unsigned")
    paper = minutes(state, head)
    held = day_of(state.agenda.closed_at or w.now)
    there = {piece.files[0].sha256 for piece in pieces(w, id) if piece.put_in}
    for ending, type, content in (("pdf", PDF, render_pdf(paper, held)), ("docx", DOCX, render_docx(paper))):
        sha256 = store.put(content)
        if sha256 not in there:
            w.add(dossier_piece, conference=id, slot="bien_ban", sha256=sha256, name=f"{paper.file}.{ending}", type=type, size=len(content),
                  date=held.isoformat(), subject=f"{paper.kind}: {paper.subject}", by=w.by.account, at=w.now)  # fmt: skip


def put_recording(w: Work, store: Store, id: str, recordings: Path) -> None:
    """Puts the list of the conference's recordings, each with its SHA-256, into its place, if it was recorded. The recordings themselves stay where they are, and go
    into the archive."""
    open_dossier(w, id)
    folder = index.folder_of(recordings, id)
    if not index.conclude(folder):
        return
    content = (folder / index.WHOLE).read_bytes()
    sha256 = store.put(content)
    if sha256 not in {piece.files[0].sha256 for piece in pieces(w, id) if piece.put_in}:
        w.add(dossier_piece, conference=id, slot="ghi_am_ghi_hinh", sha256=sha256, name="ban-ghi.json", type="application/json", size=len(content),
              date=None, subject=t("vi", "dossier.recording_list"), by=w.by.account, at=w.now)  # fmt: skip


def take_out(w: Work, id: str, piece: str) -> None:
    """Takes a file out of an open dossier. Its bytes stay in the store: the history tells of them."""
    open_dossier(w, id)
    if w.row(dossier_piece, piece)["conference"] != id:
        raise Refusal("not_found")
    w.drop(dossier_piece, piece)


def keep(w: Work, id: str, term: str, custodian: str, seen: int | None = None) -> None:
    """Says how long the dossier is kept, and who keeps it. The term may still be corrected when the dossier is locked, the papers may not."""
    case(w, id, "keep_dossier")
    w.change(conference, id, seen=seen, dossier_term=check_term(term), custodian=custodian)


def lock_dossier(w: Work, id: str) -> str:
    """Locks the dossier: all places but the optional one are filled, and what lies in it is written down with its hashes. The case is closed with it unless
    conclusions are still being carried out: then it stays open for them, and the last of them closes it."""
    found = open_dossier(w, id)
    w.db.execute(select(conference.c.id).where(conference.c.id == id).with_for_update())  # whoever puts something in comes before or after
    there = pieces(w, id)
    if not found["custodian"]:
        raise Refusal("custodian_missing", field="custodian")
    _locked(Stage(found["stage"]), {piece.slot for piece in there}, work_left(w, id))
    journal = w.db.execute(select(fact.c.seq, fact.c.hash).where(fact.c.conference == id).order_by(fact.c.seq.desc()).limit(1)).first()
    told = w.db.execute(select(history.c.seq, history.c.hash).where(history.c.chain == id).order_by(history.c.seq.desc()).limit(1)).first()
    listed = [
        {"slot": piece.slot, "title": piece.title, "number": piece.number, "date": piece.date, "name": file.name, "sha256": file.sha256}
        for piece in there
        for file in piece.files
    ]
    w.change(conference, id, dossier_locked_at=w.now)
    seal = w.add(dossier_seal, conference=id, at=w.now, by=w.by.account, pieces=listed, journal_count=journal.seq if journal else 0,
                 journal_head=(journal.hash if journal else first_hash(id)).hex(), history_count=told.seq if told else 0,
                 history_head=(told.hash if told else FIRST).hex())  # fmt: skip
    close_when_over(w, id)
    return seal


def _locked(stage: Stage, filled: set[str], work_left: bool) -> Stage:
    """The rule, with what is missing by the names that people know."""
    try:
        return lock(stage, filled, work_left=work_left)
    except Refusal as refusal:
        if refusal.code == "dossier_incomplete":
            raise Refusal(refusal.code, missing=", ".join(t("vi", f"slot.{slot}") for slot in refusal.details["missing"])) from None
        raise
