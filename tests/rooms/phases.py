"""Brings a conference into each of its phases, by commands."""

from __future__ import annotations

from moderation import Phase
from moderation.agenda import AppointSecretary, CloseConference, MoveToStep, TakeBreak, Waive
from moderation.kernel import Command
from moderation.minutes import FinishMinutes, SignMinutes, digest
from moderation.queue import CloseQueue
from server.accounts.keys import new_id
from server.rooms.rooms import LiveRoom


async def bring_to(live: LiveRoom, phase: Phase) -> None:
    """From planned to any phase, as the quickest conference would."""
    if phase is Phase.PLANNED:
        return
    await do(live, MoveToStep(1), "office")
    await do(live, AppointSecretary("secretary"), "office")
    if phase is Phase.BREAK:
        await do(live, TakeBreak())
    if phase in (Phase.RUNNING, Phase.BREAK):
        return
    await bring_to_step(live, 4)
    await do(live, CloseQueue())
    await do(live, MoveToStep(7, "không còn ý kiến"))
    await do(live, CloseConference())
    if phase is Phase.FROZEN:
        await do(live, FinishMinutes(), "secretary")
        for by in ("secretary", "chair"):
            await do(live, SignMinutes(digest(live.room.state)), by)


async def bring_to_step(live: LiveRoom, last: int) -> None:
    """On to step 2, 3 or 4; opens the conference where it is still planned."""
    if live.room.state.phase is Phase.PLANNED:
        await bring_to(live, Phase.RUNNING)
    for step in range(2, last + 1):
        for item in [i.id for i in live.room.state.agenda.items.values() if i.step == step - 1 and i.required and not i.settled]:
            await do(live, Waive(item, "đã nêu trong tài liệu"))
        await do(live, MoveToStep(step))


async def do(live: LiveRoom, command: Command, by: str = "chair") -> None:
    await live.room.do(new_id(), by, command)
