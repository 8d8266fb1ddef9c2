"""Two servers on one PostgreSQL: whoever is connected to the one sees at once what happens at the other, and both write one record."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from moderation.kernel import Phase
from moderation.view import view
from server.db.verify import verify_database
from tests.client import Client, Door
from tests.databases import PostgresqlServer
from tests.rooms.house import House, open_house, until
from tests.rooms.phases import bring_to


@pytest_asyncio.fixture
async def houses(postgresql_server: PostgresqlServer, tmp_path: Path) -> AsyncIterator[tuple[House, House]]:
    url = postgresql_server.fresh(tmp_path)
    async with open_house(tmp_path, database_url=url) as one, open_house(tmp_path, database_url=url) as other:
        yield one, other
    postgresql_server.drop(url)


async def test_what_one_server_stores_the_other_shows_at_once(houses: tuple[House, House]) -> None:
    one, other = houses
    live = await one.conference()
    await bring_to(live, Phase.RUNNING)
    chair = await one.come(live, "chair")
    at_the_other = await other.parts.rooms.get(live.id)
    door = one.door(live, "secretary")
    secretary = await other.client(Door(other.base, door.seat, door.secret)).come()
    await secretary.ping()
    await one.still(live)

    seq = await chair.do({"do": "show_on_display", "mode": "neutral"})
    await until(lambda: at_the_other.room.state.seq >= seq, 1)
    line = await secretary.do({"do": "write_line", "line": "line-1", "text": "Ghi ở máy chủ kia"})
    await until(lambda: live.room.state.seq >= line, 1)
    assert live.room.state.minutes.lines["line-1"].text == "Ghi ở máy chủ kia"
    await until(lambda: live.room.state == at_the_other.room.state, 2)
    await chair.until(lambda: chair.view == view(live.room.state, "chair"))
    await secretary.until(lambda: secretary.view == view(at_the_other.room.state, "secretary"))


async def test_commands_at_both_servers_at_once_make_one_record(houses: tuple[House, House]) -> None:
    one, other = houses
    live = await one.conference()
    await bring_to(live, Phase.RUNNING)
    at_the_other = await other.parts.rooms.get(live.id)
    seats = [one.door(live, "secretary") for _ in range(2)]
    here = await one.client(seats[0]).come()
    there = await other.client(Door(other.base, seats[1].seat, seats[1].secret)).come()

    async def write(number: int, client: Client) -> int:
        return await client.do({"do": "write_line", "line": f"line-{number}", "text": f"Dòng {number}"})

    seqs = await asyncio.gather(*(write(n, (here, there)[n % 2]) for n in range(20)))
    assert len(set(seqs)) == 20
    await until(lambda: live.room.state == at_the_other.room.state and live.room.state.seq >= max(seqs), 3)
    assert {line.text for line in live.room.state.minutes.lines.values()} >= {f"Dòng {n}" for n in range(20)}
    assert all(verdict.ok for verdict in verify_database(one.parts.settings.database))


async def test_a_server_that_lost_the_database_for_a_moment_catches_up_by_itself(
    houses: tuple[House, House], postgresql_server: PostgresqlServer
) -> None:
    one, other = houses
    live = await one.conference()
    at_the_other = await other.parts.rooms.get(live.id)
    postgresql_server.cut(one.parts.settings.database)
    chair = await one.come(live, "chair")
    await chair.do({"do": "show_on_display", "mode": "neutral"})
    await until(lambda: at_the_other.room.state == live.room.state, 5)
