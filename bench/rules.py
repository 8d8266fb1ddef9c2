"""How long the rules take with many people waiting: `python -m bench.rules [waiting]` prints one JSON object, times in milliseconds.

The bound that matters: with 500 waiting, the order of the queue is made in under 50 ms (R18), since it is made again after every fact.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from statistics import median
from time import perf_counter

from moderation import SYSTEM, Command, Conference, Entry, Identity, Role, actor, decide, evolve, fold
from moderation.kernel import Ms
from moderation.people import AddPerson, Channel, Join
from moderation.plan import PlanConference
from moderation.queue import Enqueue, order, ordered
from moderation.view import diff, me, view
from server.demo.example import load

CHANNELS = (Channel.HALL, Channel.ONLINE, Channel.VENUE)
ROUNDS = 15


def crowd(waiting: int) -> list[Entry]:
    """The journal of the worked example's conference with `waiting` citizens of the hall, a venue and the net in its queue."""
    example = load()
    c, journal, now = Conference(id=example.id), list[Entry](), example.plan.starts_at

    def do(command: Command, by: str) -> None:
        nonlocal c, now
        now += 1_000
        for fact in decide(c, command, SYSTEM if by == "system" else actor(c, by), now):
            journal.append(Entry(c.seq + 1, now, by, f"{len(journal):06}", fact))
            c = evolve(c, journal[-1])

    do(PlanConference(example.plan), "system")
    for person in example.people:
        do(person, "system")
    for n in range(waiting):
        channel = CHANNELS[n % 3]
        do(AddPerson(f"c{n:04}", (Role.CITIZEN,), Identity(f"Công dân {n}"), channel, "DC-02" if channel is Channel.VENUE else None), "system")
        do(Join(True, True), f"c{n:04}")
        do(Enqueue(f"e{n:04}", "việc cần nói"), f"c{n:04}")
    return journal


def milliseconds(act: Callable[[], object]) -> float:
    """The median of some rounds."""
    times = []
    for _ in range(ROUNDS):
        begin = perf_counter()
        act()
        times.append(perf_counter() - begin)
    return round(median(times) * 1_000, 3)


def measure(waiting: int) -> dict[str, float | int]:
    journal = crowd(waiting)
    begin = perf_counter()
    c = fold(journal, Conference(id="bench"))
    folding = perf_counter() - begin
    now: Ms = journal[-1].at + 1_000
    one_less = fold(journal[:-1], Conference(id="bench"))
    before, after = view(one_less, "chair"), view(c, "chair")
    line = order(c)
    return {
        "waiting": len(line),
        "facts": len(journal),
        "fold_per_fact_ms": round(folding / len(journal) * 1_000, 4),
        "order_ms": milliseconds(lambda: ordered(c)),
        "enqueue_ms": milliseconds(lambda: decide(one_less, Enqueue("bench", "việc"), actor(one_less, f"c{waiting - 1:04}"), now)),
        "chair_view_ms": milliseconds(lambda: view(replace(c, queue=replace(c.queue)), "chair")),
        "citizen_view_ms": milliseconds(lambda: view(c, "citizen")),
        "patch_ms": milliseconds(lambda: diff(before, after)),
        "own_view_ms": milliseconds(lambda: me(c, "c0001", line)),
    }


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 500)))
