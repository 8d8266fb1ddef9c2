"""Nothing lost, measured: the server is killed in the middle of minutes typing and queueing, again and again, and five numbers are taken.

lost        acknowledged commands that are not in the journal
altered     facts whose hash or text is not what was acknowledged
duplicated  commands that happened more than once
order       gaps and inversions of seq
kept        share of what was not yet acknowledged that was still in the client's outbox at the moment of the kill, in per cent
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import count, pairwise
from pathlib import Path
from typing import Any

from moderation import Phase
from server.app import Parts
from server.db.engine import connect
from server.db.journal import Journal, Record
from server.db.verify import chain, first_hash
from server.settings import Settings
from tests.client import Client, Door, Refused
from tests.rooms.house import House
from tests.rooms.nursery import Nursery
from tests.rooms.phases import bring_to
from tests.rooms.silence import Silence

KILLS = int(os.environ.get("KILLS", "12"))
WORK_S = 0.45
"""Longest time between everybody being back and the next kill."""

BACK_S = 5.0

NUMBERS = count()


@dataclass
class Hand:
    """Somebody at work: one command after the other, each with its own id, and what was acknowledged."""

    client: Client
    issued: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: dict[str, asyncio.Future[int]] = field(default_factory=dict)
    acknowledged: dict[str, int] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    resting: bool = False

    async def give(self, command: dict[str, Any]) -> None:
        id = f"{self.client.door.seat[:8]}-{next(NUMBERS)}"
        self.issued[id] = command
        try:
            self.asked[id] = self.client.ask(command, id)
            self.acknowledged[id] = await self.asked[id]
        except Refused as refused:
            self.refused.append(f"{command}: {refused}")
        await asyncio.sleep(random.uniform(0.05, 0.25))

    async def type(self, line: str) -> None:
        """A secretary types on one line of the minutes."""
        text = ""
        for version in count():
            if self.resting:
                return
            text = f"{text[-400:]} từ thứ {version}"
            await self.give({"do": "write_line", "line": line, "text": text.strip(), "version": version})

    async def queue(self) -> None:
        """A citizen asks for the floor, thinks better of it, and asks again."""
        for n in count():
            if self.resting:
                return
            entry = f"{self.client.door.seat[:6]}-entry-{n}"
            await self.give({"do": "enqueue", "entry": entry, "topic": f"Việc thứ {n}"})
            await self.give({"do": "withdraw", "entry": entry})


async def prepared(data: Path) -> dict[str, Door]:
    """A running conference on the disk, and the doors of the three who will work in it."""
    parts = Parts(Settings(data_dir=data), Silence())
    house = House(parts, "")
    live = await house.conference()
    await bring_to(live, Phase.RUNNING)
    doors = {person: house.door(live, person) for person in ("secretary", "oanh", "phuc")}
    await parts.rooms.close()
    parts.journal.close()
    parts.engine.dispose()
    return doors


async def test_killed_at_random_moments_nothing_is_lost(tmp_path: Path) -> None:
    doors = await prepared(tmp_path)
    unacknowledged = kept = 0
    back: list[float] = []
    async with Nursery() as nursery:
        pid, base = await nursery.born(tmp_path)
        port = int(base.rpartition(":")[2])
        clients = [await Client(Door(base, door.seat, door.secret), faithful=True).come() for door in doors.values()]
        secretary, oanh, phuc = clients
        hands = [Hand(secretary), Hand(secretary), Hand(secretary), Hand(oanh), Hand(phuc)]
        work = [asyncio.create_task(hand.type(f"line-{n}")) for n, hand in enumerate(hands[:3])]
        work += [asyncio.create_task(hand.queue()) for hand in hands[3:]]
        for _ in range(KILLS):
            await asyncio.sleep(random.uniform(0.0, WORK_S))
            os.kill(pid, signal.SIGKILL)
            for hand in hands:
                open_ = {id for id, asked in hand.asked.items() if not asked.done()}
                unacknowledged += len(open_)
                kept += len(open_ & hand.client.outbox.keys())
            for client in clients:
                await client.until(lambda c=client: not c.here)  # type: ignore[misc]
            pid, _ = await nursery.born(tmp_path, port)
            started = time.monotonic()
            for client in clients:
                await client.until(lambda c=client: c.here, BACK_S)  # type: ignore[misc]
            back.append(max(client.greeted_at for client in clients) - started)
        for hand in hands:
            hand.resting = True
        await asyncio.wait_for(asyncio.gather(*work), 30)
        for client in clients:
            await client.leave()
    facts = await stored(tmp_path)
    issued = {id: command for hand in hands for id, command in hand.issued.items()}
    acknowledged = {id: seq for hand in hands for id, seq in hand.acknowledged.items()}
    by_id = {record.command: record for record in facts}
    lost = sum(by_id.get(id) is None or by_id[id].seq != seq for id, seq in acknowledged.items())
    altered = broken(tmp_path) + sum(not same(issued[id], by_id[id]) for id in acknowledged.keys() & by_id.keys())
    times = Counter(record.command for record in facts)
    duplicated = sum(times[id] > 1 for id in issued)
    order = sum(record.seq != n for n, record in enumerate(facts, start=1)) + sum(b.at < a.at for a, b in pairwise(facts))
    share = 100.0 * kept / unacknowledged
    print(
        f"{KILLS} kills, {len(acknowledged)} acknowledged, {unacknowledged} under way: lost {lost}, altered {altered}, duplicated {duplicated}, "
        f"order {order}, kept {share:g} %; back after {max(back):.2f} s at most"
    )
    assert not [refusal for hand in hands for refusal in hand.refused]
    assert acknowledged.keys() == issued.keys(), "in the end everything was carried out"
    assert len(acknowledged) > 3 * KILLS and unacknowledged > 0
    assert (lost, altered, duplicated, order, share) == (0, 0, 0, 0, 100.0)
    assert max(back) < BACK_S


async def stored(data: Path) -> list[Record]:
    return await Journal(data / "doithoai.db").read("dt-1")


def same(command: dict[str, Any], record: Record) -> bool:
    """Whether the fact says what the command said."""
    said = {key: value for key, value in command.items() if key not in ("do", "version")}
    return said.items() <= record.payload.items()


def broken(data: Path) -> int:
    """Links of the chain that do not hold."""
    wrong, last = 0, first_hash("dt-1")
    connection = connect(data / "doithoai.db")
    for body, hash_ in connection.execute("SELECT body, hash FROM fact WHERE conference = 'dt-1' ORDER BY seq"):
        last = chain(last, body)
        wrong += last != hash_
    connection.close()
    return wrong
