"""What runs beside the pages in every server process: sends what waits every few seconds, reminds once an hour. `doithoai worker --once` does both once."""

from __future__ import annotations

import asyncio
import logging

from anyio import to_thread
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from moderation.case.rights import SYSTEM
from server import clock
from server.notifications.reminders import remind
from server.notifications.sender import sender
from server.office.work import Work
from server.settings import Settings

log = logging.getLogger(__name__)

EVERY = 5.0
"""Seconds between two looks into the outbox."""
HOUR = 3_600_000


def remind_once(engine: Engine) -> int:
    """The reminders of today, in one transaction; 0 when another process is just doing it."""
    try:
        with engine.begin() as db:
            return remind(Work(db, SYSTEM, clock.now(), "urge_task"))
    except IntegrityError:
        return 0


def work_once(engine: Engine, settings: Settings) -> tuple[int, int]:
    """Reminds and sends; gives how many deadlines were looked at and how many messages were tried."""
    reminded = remind_once(engine)
    return reminded, sender(engine, settings).send_due()


async def keep_working(engine: Engine, settings: Settings) -> None:
    """Runs until it is cancelled. A failure is logged and tried again: one bad hour must not end it."""
    sends, last_hour = sender(engine, settings), -1
    while True:
        try:
            if (hour := clock.now() // HOUR) != last_hour:
                await to_thread.run_sync(remind_once, engine)
                last_hour = hour
            await to_thread.run_sync(sends.send_due)
        except Exception:
            log.exception("the outbox was not worked off")
        await asyncio.sleep(EVERY)
