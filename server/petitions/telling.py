"""Telling senders of what happens to their petition, if they gave an address and agreed (D12.1); telling agencies of what they got to answer (D8.2c)."""

from __future__ import annotations

from sqlalchemy import RowMapping

from server.conferences.tables import conference
from server.i18n import t
from server.notifications.outbox import enqueue
from server.office.work import Work
from server.organisation.tables import body
from server.petitions.tables import petition

ADDRESS = {"email": "email", "sms": "phone"}
"""Channel → the column with the address."""


def tell_sender(w: Work, id: str, event: str, *, answer: RowMapping | None = None, **details: str) -> None:
    """Queues a message to the sender: `petition.told.<event>`, with the text of an answer if it goes by e-mail. The tracking code is never in it: it is theirs
    already, and messages are read by others."""
    row = w.row(petition, id)
    channel = row["results_by"]
    if channel not in ADDRESS or not row[ADDRESS[channel]]:
        return
    title = w.row(conference, row["conference"])["title"]
    short = "_sms" if answer is not None and channel == "sms" else ""
    text = t("vi", f"petition.told.{event}{short}", code=row["code"], conference=title, **details)
    enqueue(
        w, f"petition:{id}:{event}:{answer['id'] if answer is not None else row['version']}", kind="petition", channel=channel, recipient=row["name"],
        address=row[ADDRESS[channel]], title=t("vi", "petition.told.title", code=row["code"]),
        text=f"{text}\n\n{answer['text']}" if answer is not None and not short else text, conference=row["conference"], subject=id,
    )  # fmt: skip


def tell_agency(w: Work, id: str, body_id: str, event: str, **details: str) -> None:
    """Queues a message to an agency: `petition.told.<event>`. Without an address it is shown as failed."""
    row, agency = w.row(petition, id), w.row(body, body_id)
    title = w.row(conference, row["conference"])["title"]
    enqueue(
        w, f"petition:{id}:{event}:{body_id}:{row['version']}", kind="petition", channel="email", recipient=agency["name"], address=agency["email"],
        title=t("vi", "petition.told.title", code=row["code"]), text=t("vi", f"petition.told.{event}", code=row["code"], conference=title, **details),
        conference=row["conference"], subject=id, body=body_id,
    )  # fmt: skip
