"""The one loop: decide, store, and only then tell; each id once, what comes together at once, and never at odds with another process."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from moderation import Conference, Entry, Refusal, fold
from moderation.kernel import Identity
from moderation.people import CountPeople, RegisterPerson
from moderation.view import view
from server.accounts.keys import new_id
from server.db import journal as storage
from server.rooms.hub import Hub
from server.rooms.room import BATCH, entry_of
from server.rooms.rooms import LiveRoom
from tests.client import Client, Door, Refused
from tests.databases import held
from tests.rooms.house import House, open_house, until
from tests.rooms.nursery import Nursery
from tests.rooms.phases import bring_to_step
from tests.rooms.test_kill import prepared, stored


async def facts_of(house: House, live: LiveRoom, id: str) -> int:
    return sum(record.command == id for record in await house.parts.journal.read(live.id))


# --- once ---------------------------------------------------------------------------------------------------------------


async def test_the_same_id_happens_once(house: House) -> None:
    """Twice at once, again later, and from another socket of the same person: one fact, and always the same answer."""
    live = await house.conference()
    oanh, other = await house.come(live, "oanh"), await house.come(live, "oanh")
    command = {"do": "enqueue", "entry": "oanh-1", "topic": "Đèn đường"}
    for _ in range(20):
        await oanh.send({"type": "do", "id": "once-1", "command": command})
        await other.send({"type": "do", "id": "once-1", "command": command})
    seq = await oanh.do(command, "once-1")
    assert await other.do({"do": "withdraw", "entry": "oanh-1"}, "once-1") == seq, "the id counts, not what comes with it"
    for client in (oanh, other):
        await client.ping()
        answers = [json.loads(text) for text in client.frames if '"once-1"' in text]
        assert len(answers) == 21 and {(a["type"], a["seq"]) for a in answers} == {("ack", seq)}
    assert await facts_of(house, live, "once-1") == 1


async def test_ids_are_each_persons_own(house: House) -> None:
    """Two clients that count 1, 2, 3 do not take each other's acknowledgement for their own."""
    live = await house.conference()
    oanh, phuc = await house.come(live, "oanh"), await house.come(live, "phuc")
    first = await oanh.do({"do": "enqueue", "entry": "oanh-1", "topic": "Đèn đường"}, "0001")
    second = await phuc.do({"do": "enqueue", "entry": "phuc-1", "topic": "Rác thải"}, "0001")
    assert first != second and {"oanh-1", "phuc-1"} <= live.room.state.queue.entries.keys()


async def test_a_refused_id_may_be_tried_again(house: House) -> None:
    live = await house.conference()
    chair, oanh = await house.come(live, "chair"), await house.come(live, "oanh")
    await chair.do({"do": "close_queue"})
    command = {"do": "enqueue", "entry": "oanh-1", "topic": "Đèn đường"}
    with pytest.raises(Refused, match="queue_closed"):
        await oanh.do(command, "again-1")
    await chair.do({"do": "open_queue"})
    assert await oanh.do(command, "again-1") == live.room.state.seq


async def test_of_fifty_at_once_one_is_in_the_queue(house: House) -> None:
    live = await house.conference()
    screens = [await house.come(live, "oanh") for _ in range(10)]
    asked = [s.ask({"do": "enqueue", "entry": f"oanh-{n}", "topic": "Đèn đường"}) for n in range(5) for s in screens]
    results = await asyncio.gather(*asked, return_exceptions=True)
    refused = [r for r in results if isinstance(r, Refused)]
    assert len(refused) == 49 and {r.code for r in refused} <= {"already_waiting", "id_taken"}
    assert sum(e.waiting for e in live.room.state.queue.entries.values()) == 1


async def test_an_id_is_remembered_over_a_restart(tmp_path: Path) -> None:
    doors = await prepared(tmp_path)
    command = {"do": "write_line", "line": "line-1", "text": "Một lần"}
    async with open_house(tmp_path) as house:
        client = await house.client(at(doors["secretary"], house)).come()
        seq = await client.do(command, "once-1")
    async with open_house(tmp_path) as house:
        client = await house.client(at(doors["secretary"], house)).come()
        assert await client.do(command, "once-1") == seq
    assert sum(record.command == "once-1" for record in await stored(tmp_path)) == 1


def at(door: Door, house: House) -> Door:
    return Door(house.base, door.seat, door.secret)


# --- together -----------------------------------------------------------------------------------------------------------


async def test_what_comes_together_is_committed_and_told_together(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    live = await house.conference()
    chair = await house.come(live, "chair")
    await chair.ping()
    commits: list[int] = []
    commit = storage._commit

    def counted(ledger: Any, line: Any, batch: Any) -> None:
        registered = sum(fact.draft.type == "person_added" for waiting in batch for fact in waiting.facts)
        if registered:
            commits.append(registered)
        commit(ledger, line, batch)

    monkeypatch.setattr(storage, "_commit", counted)
    heard, people = len(chair.frames), 2 * BATCH + 10
    asks = [live.room.do(new_id(), "desk", RegisterPerson(f"nguoi-{n}", Identity(f"Người {n}"))) for n in range(people)]
    seqs = await asyncio.gather(*asks)
    assert seqs == sorted(seqs) and len(set(seqs)) == people
    assert sum(commits) == people and len(commits) <= 6, commits
    await chair.until(lambda: chair.seq == seqs[-1])
    assert sum('"patch"' in text[:16] for text in chair.frames[heard:]) <= 6
    assert chair.view == view(live.room.state, "chair")


async def test_in_a_batch_each_is_decided_on_what_those_before_it_left(house: House) -> None:
    live = await house.conference()
    asks = (live.room.do(new_id(), "office", CountPeople("main", count)) for count in (1, -1, 2, 100_001, 3))
    results = await asyncio.gather(*asks, return_exceptions=True)
    assert [getattr(result, "code", "") for result in results] == ["", "count_out_of_range", "", "count_out_of_range", ""]
    assert live.room.state.venues["main"].count == 3


# --- told only what is stored, and all that is stored --------------------------------------------------------------------


async def test_while_nothing_can_be_stored_nothing_happens_and_afterwards_it_does(house: House) -> None:
    """Another program holds the database: the command is refused as not saved, screens hear of it, and the client's outbox brings it in later."""
    live = await house.conference()
    secretary, chair = await house.come(live, "secretary"), await house.come(live, "chair")
    await bring_to_step(live, 1)
    before = await house.still(live)
    with held(house.parts.journal.url):
        started = time.monotonic()
        asked = secretary.ask({"do": "write_line", "line": "line-1", "text": "Không được mất"})
        await chair.until(lambda: {"kind": "saving", "ok": False} in chair.signals, 4)
        assert time.monotonic() - started < 2.5, "said soon enough (2 s, and a little)"
        assert live.room.state is before and not asked.done() and secretary.outbox
    assert await asyncio.wait_for(asked, 10) == live.room.state.seq and not secretary.outbox
    await chair.until(lambda: chair.signals[-1] == {"kind": "saving", "ok": True} or {"kind": "saving", "ok": True} in chair.signals)
    assert live.room.state.minutes.lines["line-1"].text == "Không được mất"


async def test_a_failure_in_the_telling_makes_no_stored_command_a_refused_one(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    live = await house.conference()
    chair, oanh = await house.come(live, "chair"), await house.come(live, "oanh")

    def broken(self: Hub, before: Conference, after: Conference, entries: list[Entry]) -> None:
        raise RuntimeError("as if a view could not be made")

    with monkeypatch.context() as patch:
        patch.setattr(Hub, "published", broken)
        seq = await chair.do({"do": "close_queue"})
        assert live.room.state.seq == seq == house.parts.journal.head(live.id)[0]
    await chair.do({"do": "show_on_display", "mode": "neutral"})
    for client in (chair, oanh):
        await client.until(lambda c=client: c.view == view(live.room.state, c.audience))  # type: ignore[misc]


async def test_a_timer_rings_again_when_its_fact_could_not_be_stored(house: House) -> None:
    """The call to speak that nobody answers is held once (R24), though the store is away just when its time is over."""
    live = await house.conference(prompt_s=1)
    await bring_to_step(live, 4)
    chair, oanh = await house.come(live, "chair"), await house.come(live, "oanh")
    await oanh.do({"do": "enqueue", "entry": "oanh-1", "topic": "Đèn đường"})
    await chair.do({"do": "call_next"})
    await oanh.until(lambda: oanh.me.get("prompt"))
    await house.still(live)
    with held(house.parts.journal.url):
        await chair.until(lambda: {"kind": "saving", "ok": False} in chair.signals, 6)
    await until(lambda: live.room.state.queue.entries["oanh-1"].held, 6)
    assert live.room.state.floor.prompt is None


async def test_who_waits_when_the_room_closes_is_answered(house: House) -> None:
    live = await house.conference()
    asked = [asyncio.ensure_future(live.room.do(new_id(), "office", CountPeople("main", n))) for n in range(3 * BATCH)]
    await asyncio.sleep(0)
    await live.room.close()
    results = await asyncio.wait_for(asyncio.gather(*asked[-BATCH:], return_exceptions=True), 5)
    assert {r.code for r in results if isinstance(r, Refusal)} == {"saving_stopped"}


async def test_the_state_is_the_fold_of_the_journal(house: House) -> None:
    live = await house.conference()
    await bring_to_step(live, 4)
    state = await house.still(live)
    assert fold([entry_of(record) for record in await house.parts.journal.read(live.id)], Conference(id=live.id)) == state


# --- two processes ------------------------------------------------------------------------------------------------------


async def test_two_servers_on_one_database_append_one_after_the_other(tmp_path: Path) -> None:
    """Two real processes: each decides on what it knows, the key (conference, seq) lets one of them win, the other catches up and decides again."""
    doors = await prepared(tmp_path)
    async with Nursery() as nursery:
        bases = [(await nursery.born(tmp_path))[1] for _ in range(2)]
        both = [await Client(Door(base, doors["secretary"].seat, doors["secretary"].secret)).come() for base in bases]
        citizens = [await Client(Door(base, doors[who].seat, doors[who].secret)).come() for base, who in zip(bases, ("oanh", "phuc"), strict=True)]

        async def write(n: int, client: Client) -> list[int]:
            return [await client.do({"do": "write_line", "line": f"line-{n}", "text": f"lần {v}", "version": v}) for v in range(30)]

        async def queue(client: Client) -> list[int]:
            seqs = []
            for v in range(15):
                entry = f"{client.door.seat[:8]}-{v}"
                seqs += [await client.do({"do": "enqueue", "entry": entry, "topic": "…"}), await client.do({"do": "withdraw", "entry": entry})]
            return seqs

        each = await asyncio.gather(*(write(n, c) for n, c in enumerate(both)), *(queue(c) for c in citizens))
        seqs = [seq for one in each for seq in one]
        assert len(set(seqs)) == len(seqs) == 120
        same = await both[0].do({"do": "write_line", "line": "line-9", "text": "một lần"}, "both-1")
        assert await both[1].do({"do": "write_line", "line": "line-9", "text": "một lần"}, "both-1") == same, "one id, whichever server it comes to"
        facts = await stored(tmp_path)
        assert [record.seq for record in facts] == list(range(1, len(facts) + 1))
        assert set(seqs) <= {record.seq for record in facts}
        for n, letter in enumerate("abcd"):
            last = await both[n % 2].do({"do": "write_line", "line": f"line-{letter}", "text": "để cùng biết"})
        await both[1].until(lambda: both[1].seq == last)
        assert {f"line-{n}" for n in "019abcd"} <= both[1].view["minutes"]["lines"].keys()
        assert await both[0].refusal({"do": "write_line", "line": "line-d", "text": "cũ"}) == "stale", (
            "decided on what is stored, not on what was known"
        )
        for client in (*both, *citizens):
            await client.leave()
