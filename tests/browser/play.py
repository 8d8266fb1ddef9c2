"""The worked example, played by people at browsers and by robots for the rest of the staff, act after act as fast as the screens follow."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

from moderation.kernel import Command, Refusal
from moderation.people import Join, RegisterPerson
from moderation.queue import Enqueue
from server.demo.example import people_of, read
from server.rehearsal.robot import Robot
from server.rehearsal.script import Act, bound, script
from tests.browser.hands import DeskAtWork, Hands, Names
from tests.browser.house import House
from tests.browser.person import comes

NOT_YET = ("not_called", "nobody_speaks", "somebody_is_called", "somebody_speaks", "entry_unknown", "conditions_unmet")
"""Refusals that pass by themselves: somebody at a browser is still at it."""


def names_of_example() -> Names:
    data = read()
    return Names({p.person: p.identity.name for p in people_of(data)} | {f"cit-{s['id']}": s["person"] for s in data["speakers"]})


OWN_PHONE = ("cit-PB-1", "cit-PB-4")
"""Speakers in the hall who enter the desk's code on their own telephone; the desk speaks for the others."""


class Play:
    """The acts of the script, each done once, in order. `hands`: who sits at a browser; all others are robots."""

    def __init__(self, house: House, hands: Mapping[str, Hands], names: Names) -> None:
        self.house = house
        self.hands = hands
        self.names = names
        acts = script().steps
        busy = {act.by for act in acts if not isinstance(act.command, Join)}
        self._acts = [act for act in acts if (act.by in busy or act.by in hands) and self._is_done_by_somebody(act)]
        self._robots: dict[str, Robot] = {}
        self._ids: dict[str, str] = {}
        """Person of the example → the id which the desk's screen gave them."""

    def _is_done_by_somebody(self, act: Act) -> bool:
        """Staff at a browser are there once their page is open; only citizens join by hand."""
        return not (isinstance(act.command, Join) and act.by in self.hands and not act.by.startswith("cit-"))

    async def until(self, stop: Callable[[Act], bool]) -> Act:
        """Performs the acts before the first for which `stop` is true; gives that one, which is for the caller to perform (or `skip`)."""
        while not stop(self._acts[0]):
            await self.perform(self._acts.pop(0))
        return self._acts[0]

    async def next(self) -> None:
        await self.perform(self._acts.pop(0))

    def take(self, wanted: Callable[[Act], bool]) -> Act:
        """Takes one act out of its place, to be performed at another time."""
        act = next(act for act in self._acts if wanted(act))
        self._acts.remove(act)
        return act

    async def to_the_end(self) -> None:
        while self._acts:
            await self.next()

    async def perform(self, act: Act) -> None:
        """One act. Raises `AssertionError` when it cannot be done."""
        if act.by in self.hands:
            await self.hands[act.by].give(act.command)
            if isinstance(act.command, RegisterPerson):
                await self.seat(act.command.person)
            return
        if act.by not in self._robots and act.by not in self.house.people:
            await self.hands["desk"].give(self.on_behalf(act))
            return
        robot = await self.robot(act.by)
        problem: Exception | None = None
        for _ in range(200):
            try:
                await robot.do(bound(self._renamed(act.command), robot.view))
                return
            except LookupError as error:
                problem = error
            except Refusal as refusal:
                problem = refusal
                if refusal.code not in NOT_YET:
                    break
            await asyncio.sleep(0.05)
        raise AssertionError(f"{act.by} {act.command}: {problem!r}")

    async def robot(self, person: str) -> Robot:
        """The robot that plays a person of whom there is a personal link."""
        if person not in self._robots:
            robot = Robot(self.house.base, person, len(self._robots))
            await robot.enter(self.house.people[person])
            self._robots[person] = robot
        return self._robots[person]

    async def seat(self, person: str) -> None:
        """Whom the desk has just registered: gets a code for the own telephone, or is spoken for by the desk."""
        name = self.names.of(person)
        office = await self.robot("office")

        async def known() -> bool:
            found = [id for id, one in office.view["people"].items() if one["name"] == name]
            if found:
                self._ids[person] = found[0]
            return bool(found)

        await comes(known, f"{name} is on the list")
        desk = self.hands["desk"]
        if person in OWN_PHONE:
            assert isinstance(desk, DeskAtWork)
            robot = Robot(self.house.base, person, len(self._robots))
            await robot.enter_by_code(await desk.code(name))
            self._robots[person] = robot

    def on_behalf(self, act: Act) -> Command:
        """What the desk does for somebody without a screen."""
        return replace(act.command, person=act.by) if isinstance(act.command, Enqueue) else act.command

    def _renamed(self, command: Command) -> Command:
        """The command with the ids that the room gave to persons."""

        def named(value: Any) -> Any:
            if not isinstance(value, str):
                return value
            head, colon, tail = value.rpartition(":")
            return f"{head}{colon}{self._ids.get(tail, tail)}"

        given = {f.name: getattr(command, f.name) for f in fields(command)}  # type: ignore[arg-type]
        return replace(command, **{name: named(value) for name, value in given.items()})  # type: ignore[type-var]

    async def leave(self) -> None:
        for robot in self._robots.values():
            await robot.leave()
