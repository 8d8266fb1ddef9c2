"""A whole server for tests of the room: real sockets on a free port, a real SQLite file, and no sound."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from moderation import Conference, Identity, Role
from moderation.people import AddPerson, Channel, Join
from moderation.plan import PetitionPlan, Plan, VenuePlan
from server.accounts.keys import new_id
from server.accounts.seats import seat_of_person
from server.accounts.sessions import open_session
from server.app import Parts
from server.clock import now
from server.conferences.cases import open_case, seat_for
from server.media.engine import MediaEngine
from server.rooms.frames import SAID
from server.rooms.messages import adapter
from server.rooms.rooms import LiveRoom
from server.serving import server
from server.settings import Settings
from tests.client import Client, Door
from tests.rooms.silence import Silence

PLAN = Plan(
    "Hội nghị đối thoại",
    recording_notice="Hội nghị được ghi âm, ghi hình.",
    house_rules=("Chờ chủ trì mời mới phát biểu.", "Nói đúng nội dung."),
    venues=(VenuePlan("main", "Hội trường", "main"), VenuePlan("east", "Nhà văn hóa phía Đông"), VenuePlan("west", "Nhà văn hóa phía Tây")),
)

PETITION = PetitionPlan("KN-1", "Ngõ ngập sau mưa", prepared_answer="Sẽ nạo vét.")

PEOPLE = (
    AddPerson("chair", (Role.CHAIR,), Identity("Chủ tịch", phone="0900000001")),
    AddPerson("co-chair", (Role.CHAIR,), Identity("Bí thư")),
    AddPerson("office", (Role.OFFICE,), Identity("Chánh Văn phòng")),
    AddPerson("secretary", (Role.SECRETARY,), Identity("Thư ký")),
    AddPerson("second", (Role.SECRETARY,), Identity("Thư ký thứ hai")),
    AddPerson("desk", (Role.DESK,), Identity("Bộ phận tổng hợp")),
    AddPerson("operator", (Role.OPERATOR,), Identity("Phụ trách điểm cầu"), Channel.VENUE, "east"),
    AddPerson("agency", (Role.AGENCY,), Identity("Công an phường")),
    AddPerson("monitor", (Role.MONITOR,), Identity("MTTQ")),
    AddPerson("display", (Role.DISPLAY,), Identity("Màn hình")),
    AddPerson("oanh", (Role.CITIZEN,), Identity("Trần Thị Oanh", "Tổ 9", "0911111111"), Channel.ONLINE),
    AddPerson("phuc", (Role.CITIZEN,), Identity("Lê Văn Phúc", "Tổ 9", "0922222222"), Channel.ONLINE),
    AddPerson("minh", (Role.CITIZEN,), Identity("Phạm Văn Minh", "Tổ 2", "0933333333")),
)
"""One of every role, two chairs, and three citizens: oanh and phuc online, minh in the hall."""


class House:
    """A running server, and everybody who came to it."""

    def __init__(self, parts: Parts, base: str) -> None:
        self.parts = parts
        self.base = base
        self.clients: list[Client] = []

    async def conference(
        self, id: str = "dt-1", plan: Plan = PLAN, people: Iterable[AddPerson] = PEOPLE, *, joined: bool = True, **settings: Any
    ) -> LiveRoom:
        """Opens a conference; everybody on the list has joined."""
        if settings:
            plan = replace(plan, settings=replace(plan.settings, **settings))
        await open_case(self.parts.rooms, self.parts.engine, id, plan, tuple(people))
        live = await self.parts.rooms.get(id)
        if joined:
            await asyncio.gather(*(live.room.do(new_id(), p.person, Join(True, True)) for p in people))
        return live

    def door(self, live: LiveRoom, person: str, base: str = "") -> Door:
        """The seat of a person, with a new session."""
        seat_for(self.parts.engine, live, person)
        with self.parts.engine.begin() as database:
            seat = seat_of_person(database, live.id, person).id
            secret = open_session(database, self.parts.keys, now(), 3_600_000, seat=seat)
        return Door(base or self.base, seat, secret)

    def client(self, door: Door, **how: Any) -> Client:
        client = Client(door, **how)
        self.clients.append(client)
        return client

    async def come(self, live: LiveRoom, person: str, **how: Any) -> Client:
        """The person connects."""
        return await self.client(self.door(live, person), **how).come()

    async def still(self, live: LiveRoom) -> Conference:
        """Waits until the room has nothing to do; gives its state."""
        seq = -1
        while seq != live.room.state.seq:
            seq = live.room.state.seq
            await asyncio.sleep(0.05)
        return live.room.state


async def until(true: Callable[[], object], seconds: float = 5.0) -> None:
    """Waits until something is so that no client is told of. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.01)


def proven(frames: Iterable[str]) -> None:
    """Every frame that the server said is one of those it is defined to say, and states its type first."""
    for text in frames:
        said = json.loads(text)
        adapter(SAID[said["type"]]).validate_json(text)


@asynccontextmanager
async def open_house(folder: Path, *, stock: bool = False, media: MediaEngine | None = None, **settings: Any) -> AsyncIterator[House]:
    """The real server in this process; every frame it said is checked at the end. `stock`: on uvicorn's own protocol, without the room's. `media`: an engine
    that is heard."""
    opened: asyncio.Future[House] = asyncio.get_running_loop().create_future()

    async def ready(parts: Parts, base: str) -> None:
        opened.set_result(House(parts, base.replace("localhost", "127.0.0.1")))

    running = server(Settings(data_dir=folder, port=0, log_level="warning", **settings), ready, media=media or Silence())
    if stock:
        running.config.ws = "websockets-sansio"
    serving = asyncio.create_task(running.serve())
    either: list[asyncio.Future[Any]] = [serving, opened]
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    house = opened.result()
    try:
        yield house
    finally:
        for client in house.clients:
            await client.leave()
        running.should_exit = True
        await serving
        for name in ("server", "moderation", "uvicorn", "uvicorn.error", "uvicorn.access"):  # as they were, for other tests' eyes
            logging.getLogger(name).propagate = True
            logging.getLogger(name).handlers.clear()
    for client in house.clients:
        proven(client.frames)
