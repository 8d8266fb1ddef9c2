"""Sends what waits in the outbox: each message once, whoever else sends at the same time and whenever a process dies.

A message is claimed in a transaction of its own before it is sent, and marked in another afterwards. Who dies in between leaves it claimed: when the claim has run
out it is `uncertain`, never sent again by itself, and a person decides (`message_pages.py`).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Engine, RowMapping, and_, or_, select, update

from moderation import Refusal
from server import clock
from server.db.engine import reading
from server.files.store import Store
from server.notifications.carriers import Carrier, NotSent, Parcel, Uncertain, by_mail, by_webhook
from server.notifications.letter import UnfitAddress, letter
from server.notifications.tables import message
from server.settings import Settings

log = logging.getLogger(__name__)

LEASE = 120_000
"""Milliseconds that a claim holds; a carrier gives up long before."""
MOST_TRIES = 10
FIRST_WAIT, LONGEST_WAIT = 60_000, 7_200_000
"""Milliseconds until the next try: each time twice as long."""


@dataclass(slots=True)
class Sender:
    """`carriers`: channel → who carries it. What has no carrier waits for a person (SMS, Zalo without a gateway; paper always)."""

    engine: Engine
    files: Store
    mail_from: str
    carriers: Mapping[str, Carrier] = field(default_factory=dict)

    def send_due(self, most: int = 500) -> int:
        """Sends everything that is due; gives how many were tried. Where nothing waits it only reads, and stands in no writer's way."""
        if not self._something_waits():
            return 0
        self.find_lost()
        tried = 0
        while tried < most and (row := self._claim()) is not None:
            self._send(row)
            tried += 1
        return tried

    def _something_waits(self) -> bool:
        now = clock.now()
        due = and_(message.c.state == "queued", message.c.not_before <= now, message.c.channel.in_(self.carriers))
        with reading(self.engine) as db:
            return (
                db.scalar(select(message.c.id).where(or_(due, and_(message.c.state == "sending", message.c.claimed_until < now))).limit(1))
                is not None
            )

    def find_lost(self) -> int:
        """Messages whose sender died: nobody knows whether they went out."""
        with self.engine.begin() as db:
            lost = (message.c.state == "sending", message.c.claimed_until < clock.now())
            return db.execute(update(message).where(*lost).values(state="uncertain", error="")).rowcount

    def _claim(self) -> RowMapping | None:
        now = clock.now()
        due = (
            select(message.c.id)
            .where(message.c.state == "queued", message.c.not_before <= now, message.c.channel.in_(self.carriers))
            .order_by(message.c.created)
            .limit(1)
        )
        with self.engine.begin() as db:
            while (id := db.scalar(due)) is not None:
                mine = update(message).where(message.c.id == id, message.c.state == "queued")
                if db.execute(mine.values(state="sending", claimed_until=now + LEASE, tries=message.c.tries + 1)).rowcount:
                    return db.execute(select(message).where(message.c.id == id)).mappings().one()
        return None

    def _send(self, row: RowMapping) -> None:
        try:
            self.carriers[row["channel"]](self._parcel(row))
        except Uncertain as error:
            self._mark(row, state="uncertain", error=str(error))
        except NotSent as error:
            if error.again and row["tries"] < MOST_TRIES:
                wait = min(FIRST_WAIT * 2 ** (row["tries"] - 1), LONGEST_WAIT)
                self._mark(row, state="queued", not_before=clock.now() + wait, error=str(error))
            else:
                self._mark(row, state="failed", error=str(error))
        except UnfitAddress:
            self._mark(row, state="failed", error="address")
        except Refusal as refusal:  # an attachment that is no longer there
            self._mark(row, state="failed", error=refusal.code)
        else:
            self._mark(row, state="sent", sent_at=clock.now(), error="")

    def _parcel(self, row: RowMapping) -> Parcel:
        mail = None
        if row["channel"] == "email":
            attached = [
                (one["text"].encode() if "text" in one else self.files.get(one["sha256"]), one["type"], one["name"]) for one in row["attachments"]
            ]
            mail = letter(
                row["id"], sender=self.mail_from, recipient=row["recipient"], address=row["address"], title=row["title"], text=row["text"], at=clock.now(),
                attachments=attached,
            )  # fmt: skip
        return Parcel(row["id"], row["address"], row["title"], row["text"], mail)

    def _mark(self, row: RowMapping, **values: object) -> None:
        """Only the one whose claim it is says how it ended, even when the claim ran out meanwhile."""
        mine = (message.c.id == row["id"], message.c.tries == row["tries"], message.c.state.in_(("sending", "uncertain")))
        with self.engine.begin() as db:
            db.execute(update(message).where(*mine).values(claimed_until=None, **values))
        if values["state"] != "sent":
            log.warning("message %s: %s %s", row["id"], values["state"], values["error"])


def sender(engine: Engine, settings: Settings) -> Sender:
    """The sender with the carriers that the settings name."""
    carriers: dict[str, Carrier] = {}
    if settings.mail_url:
        carriers["email"] = by_mail(settings.mail_url)
    if settings.sms_url:
        carriers["sms"] = by_webhook(settings.sms_url)
    if settings.zalo_url:
        carriers["zalo"] = by_webhook(settings.zalo_url)
    return Sender(engine, Store(settings.data_dir / "files"), settings.mail_from, carriers)
