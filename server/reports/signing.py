"""Signing a report with its paper, and sending it (Art. 15.1)."""

from __future__ import annotations

from datetime import date

from moderation import Refusal
from server.deadlines.deadlines import meet
from server.office.work import Work
from server.papers import register
from server.papers.tables import paper
from server.reports.figures import kept
from server.reports.paper import sign_paper
from server.reports.reports import SENT, SIGNED, SUBMITTED, find, in_state, look, signs
from server.reports.tables import report


def sign(w: Work, id: str) -> None:
    """Signs a report with its paper: from here on its figures stay what they are (raises `Refusal` not_allowed for anybody but the one whose report it is)."""
    found = find(w, id, "sign_report")
    in_state(found, SUBMITTED)
    if not signs(w, found):
        raise Refusal("not_allowed", command="sign_report")
    whole = look(w, found)
    signed = sign_paper(w, whole)
    w.act = "sign_report"
    figures = {"figures": kept(whole.values), "fields": whole.fields, "missing": list(whole.missing), "included": list(whole.included)}
    w.change(report, id, state=SIGNED, figures=figures, paper=signed, signed_by=w.by.account, signed_at=w.now)


def send(w: Work, id: str, on: date, recipient: str) -> None:
    """Notes that a signed report was sent on a day, to whom; its paper gets its number (raises `Refusal` day_to_come, recipient_missing)."""
    found = find(w, id, "make_report")
    in_state(found, SIGNED)
    if on > w.today:
        raise Refusal("day_to_come", field="sent_on")
    if not recipient:
        raise Refusal("recipient_missing", field="recipient")
    if found["paper"] and w.row(paper, found["paper"])["state"] == "signed":
        register.issue(w, found["paper"])
        w.act = "make_report"
    w.change(report, id, state=SENT, sent_on=on.isoformat(), recipient=recipient)
    meet(w, "periodic_report", id, on.isoformat())
