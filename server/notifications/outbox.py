"""Putting a message into the outbox. The one who sends it is `sender.py`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select, update

from server.accounts.keys import new_id
from server.notifications.tables import message
from server.office.work import Work

NO_ADDRESS = "no_address"
"""The error of a message that had nowhere to go."""


def enqueue(
    w: Work,
    key: str,
    *,
    kind: str,
    channel: str,
    recipient: str,
    address: str,
    title: str,
    text: str,
    conference: str | None = None,
    subject: str = "",
    body: str = "",
    attachments: Sequence[dict[str, Any]] = (),
    not_before: int | None = None,
) -> str:
    """Writes a message down in this transaction; gives its id. The same `key` (what, to whom, which version) is one message, however often it is asked for.
    `body` is the body it is written to. What has no address (paper needs none) is written down as failed: somebody has to see that it went to nobody.

    The history tells what the message is about; the outbox itself tells when it went."""
    found = w.db.scalar(select(message.c.id).where(message.c.key == key))
    if found is not None:
        return str(found)
    id, lost = new_id(), not address and channel != "paper"
    w.db.execute(
        insert(message).values(id=id, key=key, conference=conference, kind=kind, subject_id=subject, channel=channel, recipient=recipient, address=address,
                               body=body, title=title, text=text, attachments=list(attachments), state="failed" if lost else "queued",
                               error=NO_ADDRESS if lost else "", tries=0, not_before=not_before or w.now, created=w.now)
    )  # fmt: skip
    return id


def withdraw(w: Work, *subjects: str) -> int:
    """Takes back what is about these rows and was not sent yet; gives how many messages that were."""
    if not subjects:
        return 0
    waiting = message.c.state.in_(("queued", "failed"))
    return w.db.execute(update(message).where(message.c.subject_id.in_(subjects), waiting).values(state="withdrawn")).rowcount
