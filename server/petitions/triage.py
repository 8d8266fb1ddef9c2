"""Triage (Art. 1.2, 1.3): what belongs to the dialogue gets a number, what does not is sent elsewhere with a slip; what is defamatory is kept from the public
(Art. 4.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from moderation import Refusal
from moderation.case.petitions import ELSEWHERE, FIELDS, SEALED, Kind, State, step
from server.office.work import Work
from server.petitions.dues import answer_no_longer_due
from server.petitions.entering import coded, reindex
from server.petitions.queries import merged_ones, petition_of_case
from server.petitions.tables import petition
from server.petitions.telling import tell_sender


@dataclass(frozen=True, slots=True)
class Decision:
    """What the triage decides. A petition that belongs elsewhere needs to whom it is sent and, before it goes, number and date of the slip."""

    kind: Kind
    field: str
    shown_as: str
    summary: str = ""
    note: str = ""
    referral_to: str = ""
    referral_no: str = ""
    referral_date: date | None = None
    within_authority: bool = True
    complex: bool = False
    escalate_to: str | None = None


def triage(w: Work, id: str, petition_id: str, decision: Decision, seen: int | None = None) -> None:
    """Decides what a petition is. What was sent elsewhere by mistake comes back with a number of the dialogue, the one it had if it had one; its earlier code stays in the history.
    What is sent elsewhere is no agency's matter here any more."""
    found, row = petition_of_case(w, id, petition_id, "triage_petition")
    now = State(row["state"])
    if decision.field not in FIELDS:
        raise Refusal("choice_unknown", field="field")
    if now is State.MERGED:
        raise Refusal("petition_does_not_follow", state=now.value, then=State.ACCEPTED.value)
    elsewhere = decision.kind in ELSEWHERE
    if elsewhere and not decision.referral_to:
        raise Refusal("referral_needs_receiver", field="referral_to")
    then = step(now, State.REFERRED) if elsewhere else now if now not in (State.RECEIVED, State.REFERRED) else step(now, State.ACCEPTED)
    code = coded(w, row, then) if then is not now else {}
    w.change(
        petition, petition_id, seen=seen, state=then.value, **code, kind=decision.kind.value, field=decision.field, shown_as=decision.shown_as,
        summary=decision.summary, triage_note=decision.note, within_authority=decision.within_authority, complex=decision.complex,
        escalate_to=None if decision.within_authority or elsewhere else decision.escalate_to,
        referral_to=decision.referral_to if elsewhere else "", referral_no=decision.referral_no if elsewhere else "",
        referral_date=decision.referral_date.isoformat() if elsewhere and decision.referral_date else None,
        lead=None if elsewhere else row["lead"], coordinating=[] if elsewhere else row["coordinating"],
    )  # fmt: skip
    reindex(w, petition_id, found["unit"])
    _those_told_with(w, found["unit"], petition_id, decision.kind)
    if then is now:
        return
    if elsewhere:
        answer_no_longer_due(w, petition_id)
        tell_sender(w, petition_id, "referred", receiver=decision.referral_to)
    else:
        tell_sender(w, petition_id, "accepted")


def _those_told_with(w: Work, unit: str, petition_id: str, kind: Kind) -> None:
    """What was merged into a petition says the same: it is sealed with it, open again with it, and read by others once that was triaged."""
    for follower in merged_ones(w, petition_id):
        if (kind in SEALED) != (follower["kind"] in SEALED):
            w.change(petition, follower["id"], kind=kind.value)
        reindex(w, follower["id"], unit)


def withhold(w: Work, id: str, petition_id: str, reason: str) -> None:
    """Keeps a petition from the public and from the screens of the room; the record keeps it (D4.2)."""
    petition_of_case(w, id, petition_id, "withhold_petition")
    if not reason:
        raise Refusal("reason_needed", field="reason")
    w.change(petition, petition_id, withheld=True, withheld_reason=reason, withheld_by=w.by.account, why=reason)


def show_again(w: Work, id: str, petition_id: str) -> None:
    """Takes the withholding back."""
    petition_of_case(w, id, petition_id, "withhold_petition")
    w.change(petition, petition_id, withheld=False, withheld_reason="", withheld_by="")
