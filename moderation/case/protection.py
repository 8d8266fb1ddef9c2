"""What people may ask about their data, how long there is for it, and what stands against erasing (Law 91/2025/QH15, Decree 356/2025)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from moderation.kernel import Refusal


class Ask(StrEnum):
    """What is asked for: to see what is kept, to have it corrected or erased, or to take a consent back."""

    SEE = "see"
    CORRECT = "correct"
    ERASE = "erase"
    WITHDRAW = "withdraw"


class RequestState(StrEnum):
    """Where a request stands. `ANSWERED`: the person was told that it was received and what follows."""

    RECEIVED = "received"
    ANSWERED = "answered"
    DONE = "done"
    REFUSED = "refused"


FOLLOWS: Mapping[RequestState, frozenset[RequestState]] = {
    RequestState.RECEIVED: frozenset((RequestState.ANSWERED, RequestState.DONE, RequestState.REFUSED)),
    RequestState.ANSWERED: frozenset((RequestState.DONE, RequestState.REFUSED)),
    RequestState.DONE: frozenset(),
    RequestState.REFUSED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Term:
    """How many days there are, by which days they are counted, and where that stands. Defaults: an administrator can change them."""

    days: int
    working: bool
    source: str


ANSWER = "answer"
SOURCE = "Nghị định 356/2025/NĐ-CP"
TERMS: Mapping[str, Term] = {
    ANSWER: Term(2, True, SOURCE),
    Ask.SEE: Term(10, False, SOURCE),
    Ask.CORRECT: Term(10, False, SOURCE),
    Ask.WITHDRAW: Term(15, False, SOURCE),
    Ask.ERASE: Term(20, False, SOURCE),
}
"""The terms of a new server: the answer in working days, the doing by kind."""

LONGEST = 60
"""Most days of a term."""
BREACH_HOURS = 72
"""Hours in which a breach must be notified (Law 91/2025, Art. 23)."""
BREACH_YEARS = 5
"""Years that the record of a breach is kept."""


def step(now: RequestState, then: RequestState) -> RequestState:
    """The state that follows (raises `Refusal` request_closed)."""
    if then not in FOLLOWS[now]:
        raise Refusal("request_closed")
    return then


def check_days(days: int) -> int:
    """The days of a term, if they can be (raises `Refusal` days_unfit)."""
    if not 1 <= days <= LONGEST:
        raise Refusal("days_unfit", field="days", limit=LONGEST)
    return days


def may_erase(today: date, locked: bool, kept_until: date | None) -> None:
    """Whether data in a case may be erased: not while its locked dossier has to be kept. `kept_until` None with a lock: for ever (raises `Refusal` archive_duty)."""
    if locked and (kept_until is None or today <= kept_until):
        raise Refusal("archive_duty", until=kept_until.strftime("%d/%m/%Y") if kept_until else "vĩnh viễn")
