"""What runs beside the pages in every server process: sends what waits every few seconds, reminds once an hour. `doithoai worker --once` does both once."""

from __future__ import annotations

import asyncio
import logging

from anyio import to_thread
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from moderation.case.rights import SYSTEM
from server import clock
from server.db.engine import reading
from server.invitations.delivery import learn_sent, unlearned
from server.notifications.reminders import remind
from server.notifications.sender import Sender, sender
from server.office.work import Work
from server.reports.owed import begin_owed
from server.settings import Settings

log = logging.getLogger(__name__)

EVERY = 5.0
"""Seconds between two looks into the outbox."""
HOUR = 3_600_000


def remind_once(engine: Engine) -> int:
    """The reminders of today, in one transaction; 0 when another process is just doing it."""
    try:
        with engine.begin() as db:
            begin_owed(Work(db, SYSTEM, clock.now()))
            return remind(Work(db, SYSTEM, clock.now(), "urge_task"))
    except IntegrityError:
        return 0


def send_once(engine: Engine, sends: Sender) -> int:
    """Sends what is due, and tells the invitations which of them went; gives how many messages were tried."""
    tried = sends.send_due()
    with reading(engine) as db:
        something_went = unlearned(db)
    if something_went:
        with engine.begin() as db:
            learn_sent(Work(db, SYSTEM, clock.now()))
    return tried


def work_once(engine: Engine, settings: Settings) -> tuple[int, int]:
    """Reminds and sends; gives how many deadlines were looked at and how many messages were tried."""
    reminded = remind_once(engine)
    return reminded, send_once(engine, sender(engine, settings))


async def keep_working(engine: Engine, settings: Settings) -> None:
    """Runs until it is cancelled. A failure is logged and tried again: one bad hour must not end it."""
    sends, last_hour = sender(engine, settings), -1
    while True:
        try:
            if (hour := clock.now() // HOUR) != last_hour:
                await to_thread.run_sync(remind_once, engine)
                last_hour = hour
            await to_thread.run_sync(send_once, engine, sends)
        except Exception:
            log.exception("the outbox was not worked off")
        await asyncio.sleep(EVERY)
