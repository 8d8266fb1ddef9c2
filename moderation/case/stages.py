"""The life of a case, from the draft of its plan to the closed dossier: one table of what follows what (Art. 8–10, 15)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from moderation.kernel import Refusal


class Stage(StrEnum):
    """Where a case stands."""

    DRAFT = "draft"
    APPROVED = "approved"
    COLLECTING = "collecting"
    SYNTHESIS = "synthesis"
    INVITED = "invited"
    READY = "ready"
    IN_SESSION = "in_session"
    AWAITING_NOTICE = "awaiting_notice"
    ISSUED = "issued"
    CARRIED_OUT = "carried_out"
    CLOSED = "closed"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"


BEFORE = (Stage.DRAFT, Stage.APPROVED, Stage.COLLECTING, Stage.SYNTHESIS, Stage.INVITED, Stage.READY)
"""Before the conference, in order: a case may skip ahead (an extraordinary one skips most), and goes back only by the chair's postponing."""
OVER = (Stage.CLOSED, Stage.CANCELLED)

FOLLOWS: Mapping[Stage, frozenset[Stage]] = {
    **{stage: frozenset((*BEFORE[place + 1 :], Stage.POSTPONED, Stage.CANCELLED)) for place, stage in enumerate(BEFORE)},
    Stage.READY: frozenset((Stage.IN_SESSION, Stage.POSTPONED, Stage.CANCELLED)),
    Stage.IN_SESSION: frozenset((Stage.AWAITING_NOTICE, Stage.POSTPONED)),
    Stage.AWAITING_NOTICE: frozenset((Stage.ISSUED,)),
    Stage.ISSUED: frozenset((Stage.CARRIED_OUT, Stage.CLOSED)),
    Stage.CARRIED_OUT: frozenset((Stage.CLOSED,)),
    Stage.CLOSED: frozenset(),
    Stage.POSTPONED: frozenset((*BEFORE, Stage.CANCELLED)),
    Stage.CANCELLED: frozenset(),
}


def step(now: Stage, then: Stage) -> Stage:
    """The stage that follows (raises `Refusal` stage_does_not_follow). Standing still is no step and no fault."""
    if then is not now and then not in FOLLOWS[now]:
        raise Refusal("stage_does_not_follow", stage=now.value, then=then.value)
    return then
