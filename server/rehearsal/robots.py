"""The rehearsal: simulated participants who play the worked example in a running conference, with voices and pictures.

They come in by the same doors as people, over the same protocol, and can do nothing that people could not. Persons in `without` are left to people.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Any

from moderation.kernel import Refusal
from server.rehearsal.robot import Robot
from server.rehearsal.script import Act, bound, script

log = logging.getLogger(__name__)

HELPERS = frozenset({"desk", "office", "operator"})
"""Roles that hand out codes."""

LONGEST_PAUSE = 30.0
"""Seconds after which the play goes on, however slow it is played."""


class Cast:
    """The robots of one conference, by person; those who are registered during the play come in by a code of whoever registered them."""

    def __init__(self, base: str, people: dict[str, str]) -> None:
        self.base = base
        self._links = people
        self._robots: dict[str, Robot] = {}
        self._numbers: dict[str, int] = {}

    async def robot(self, person: str) -> Robot:
        """The robot that plays a person, brought in when it is first needed."""
        if person not in self._robots:
            number = self._numbers.setdefault(person, len(self._numbers))
            robot = Robot(self.base, person, number)
            if person in self._links:
                await robot.enter(self._links[person])
            else:
                helper = await self._who_knows(person)
                await robot.enter_by_code(await helper.code_for(person))
            self._robots[person] = robot
        return self._robots[person]

    async def _who_knows(self, person: str) -> Robot:
        for robot in self._robots.values():
            if person in robot.view.get("people", {}) and not HELPERS.isdisjoint(robot.me.get("roles", ())):
                return robot
        raise LookupError(person)

    async def sound(self) -> None:
        """Whoever is heard now sends sound and picture, the others rest; halls and the chair send all the time."""
        for person, robot in list(self._robots.items()):
            always = person in ("chair", "desk") or person.startswith("op-")
            if always or robot.me.get("heard"):
                await robot.publish()
            elif not robot.me.get("on_stage"):
                await robot.silence()
        floor: dict[str, Any] = next((r.view["floor"] for r in self._robots.values() if r.view.get("floor")), {})
        venue = floor.get("speech", {}).get("venue")
        channel = floor.get("speech", {}).get("channel")
        for person, robot in self._robots.items():
            if person == "desk":
                robot.voice.speaking = channel == "hall" and floor["speech"]["person"].startswith("cit-")
            elif person.startswith("op-"):
                robot.voice.speaking = channel == "venue" and person == f"op-{venue}"
            elif person == "chair" and floor.get("speech"):
                robot.voice.speaking = floor["speech"]["person"] == "chair"

    async def leave(self) -> None:
        for robot in self._robots.values():
            await robot.leave()


async def play(base: str, people: dict[str, str], speed: float = 20.0, without: tuple[str, ...] = ()) -> int:
    """Plays the example; gives the number of acts that were carried out. `people`: personal links by person. An act that the room refuses, since
    somebody did it already or the play began in the middle, is passed over."""
    acts = [act for act in script().steps if act.by not in without]
    cast = Cast(base, people)
    done = 0
    sounding = asyncio.create_task(keep_sounding(cast))
    try:
        before = acts[0].at
        for act in acts:
            await asyncio.sleep(min(LONGEST_PAUSE, max(0.0, (act.at - before) / 1000 / speed)))
            before = act.at
            done += await perform(cast, act)
        await asyncio.sleep(2)
    finally:
        sounding.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sounding
        await cast.leave()
    return done


async def keep_sounding(cast: Cast) -> None:
    while True:
        await asyncio.sleep(0.25)
        try:
            await cast.sound()
        except Exception:  # a robot without sound is no reason to end the play
            log.exception("sound of the rehearsal")


async def perform(cast: Cast, act: Act) -> int:
    """One act: 1 when it was carried out, 0 when the room refused it or the screen never showed what it needs."""
    for _ in range(40):
        try:
            robot = await cast.robot(act.by)
            await robot.do(bound(act.command, robot.view))
            return 1
        except LookupError:
            await asyncio.sleep(0.1)
        except Refusal as refusal:
            if refusal.code not in ("not_called", "nobody_speaks", "somebody_is_called"):
                log.info("%s by %s: %s", act.command.name, act.by, refusal.code)
                return 0
            await asyncio.sleep(0.1)
        except (OSError, TimeoutError) as error:
            log.info("%s by %s: %s", act.command.name, act.by, error)
            return 0
    return 0
