"""Whom the notice goes to (D10.1a, D10.1b): five groups, ticked one by one. Each petitioner gets an extract with their own items and no other names."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, select

from moderation import Refusal
from moderation.case.following import Group, Recipient, distributed_on
from moderation.case.stages import Stage, step
from server.conclusions import clocks
from server.conclusions.closing import close_when_over
from server.conclusions.extracts import extract_text
from server.conclusions.items import after, bodies_of, items_of, known, notice_of
from server.conclusions.petitioners import petitioners
from server.conclusions.reports import received as count_from_receipt
from server.conclusions.tables import asked, notice, recipient
from server.conferences.tables import chair, conference
from server.i18n import t
from server.notifications.outbox import enqueue
from server.notifications.tables import message
from server.office.work import Work
from server.organisation.tables import body, office, unit

Rows = Sequence[RowMapping]

UNSENT = ("failed", "withdrawn")
"""States of a message that reached nobody."""


def recipients_of(w: Work, id: str) -> Rows:
    """The recipients with how their message stands, by group."""
    rows = w.db.execute(
        select(recipient, body.c.name.label("body_name"), message.c.state.label("message_state"))
        .outerjoin(body, body.c.id == recipient.c.body)
        .outerjoin(message, message.c.id == recipient.c.message)
        .where(recipient.c.conference == id)
    ).mappings()
    order = {group.value: n for n, group in enumerate(Group)}
    return sorted(rows, key=lambda row: (order[row["group"]], row["name"]))


def sent_on(row: RowMapping) -> date | None:
    """The day a recipient was sent the notice; none while its message failed."""
    return clocks.day(row["sent_on"]) if row["message_state"] not in UNSENT else None


def ruled(rows: Rows) -> list[Recipient]:
    """The recipients as the rules look at them."""
    return [Recipient(Group(row["group"]), sent_on(row)) for row in rows]


def expected(w: Work, id: str) -> Collection[Group]:
    """The groups that this conference must have: all five, but petitioners and agencies only when there are some."""
    agencies = any(bodies_of(item) for item in items_of(w, id))
    people = w.db.scalar(select(asked.c.id).where(asked.c.conference == id).limit(1)) is not None
    absent = {group for group, there in ((Group.AGENCIES, agencies), (Group.PETITIONERS, people)) if not there}
    return [group for group in Group if group not in absent]


def fill(w: Work, id: str) -> None:
    """Lists the recipients that the law names and that the case knows: agencies of the items, petitioners, mass mobilisation, the Front, superiors."""
    case = w.row(conference, id)
    own = w.row(unit, case["unit"])
    units = [one for one in (own["id"], own["parent"]) if one]
    bodies = {row["id"]: row for row in w.db.execute(select(body).where(body.c.unit.in_(units), body.c.valid_to.is_(None))).mappings()}
    presides = set(w.db.scalars(select(office.c.body).join(chair, chair.c.office == office.c.id).where(chair.c.conference == id)))
    given = dict.fromkeys(id for item in items_of(w, id) for id in (*bodies_of(item), item["sent_to"]) if id)
    listed: dict[str, Group] = {}
    for row in bodies.values():
        if row["part"] == "mass_mobilisation":
            listed[row["id"]] = Group.MOBILISATION
        elif row["part"] == "supervisor" or row["system"] == "mttq":
            listed[row["id"]] = Group.FRONT
        elif is_superior(row, own["parent"]) and row["id"] not in presides:
            listed[row["id"]] = Group.SUPERIORS
    for one in given:
        if one not in listed and one != case["advising_body"] and one not in presides:
            listed[one] = Group.AGENCIES
    for one, group in listed.items():
        to = bodies.get(one) or w.row(body, one)
        add_body(w, id, group, to)
    for person in petitioners(w, id):
        w.add(recipient, conference=id, group=Group.PETITIONERS.value, refs=list(person.refs), own=list(person.own), name=person.name,
              channel=person.channel, address=person.address)  # fmt: skip


def is_superior(row: Any, parent: str | None) -> bool:
    """The government of the unit above, and the Party committee of the own unit, which issues papers of its own."""
    return (row["superior"] and row["unit"] == parent) or (row["system"] == "dang" and bool(row["symbol"]))


def add_body(w: Work, id: str, group: Group, to: RowMapping) -> None:
    w.add(recipient, conference=id, group=group.value, body=to["id"], refs=[], own=[], name=to["name"], channel="email" if to["email"] else "paper",
          address=to["email"])  # fmt: skip


def add_recipient(w: Work, id: str, group: Group, one: str) -> None:
    """Adds a body to a group by hand (raises `Refusal` recipient_listed, body_unknown)."""
    after(w, id, "distribute_notice")
    under_way(w, id)
    known(w, one)
    if any(row["body"] == one for row in recipients_of(w, id)):
        raise Refusal("recipient_listed", field="body")
    add_body(w, id, group, w.row(body, one))


def issued(w: Work, id: str) -> RowMapping:
    """The notice, once it is issued (raises `Refusal` notice_not_issued)."""
    found = notice_of(w, id)
    if not found["issued_on"]:
        raise Refusal("notice_not_issued")
    return found


def under_way(w: Work, id: str) -> RowMapping:
    """The issued notice while not everybody was sent it (raises `Refusal` distribution_done)."""
    found = issued(w, id)
    if found["distributed_on"]:
        raise Refusal("distribution_done")
    return found


def mark_sent(w: Work, id: str, ids: Collection[str], on: date) -> None:
    """Ticks recipients as sent to on this day, by hand. Raises `Refusal` nobody_ticked, sent_before_issue, day_to_come, not_found."""
    after(w, id, "distribute_notice")
    found = under_way(w, id)
    if not ids:
        raise Refusal("nobody_ticked")
    if on.isoformat() < found["issued_on"]:
        raise Refusal("sent_before_issue", field="on")
    if on > w.today:
        raise Refusal("day_to_come", field="on")
    for row in chosen(w, id, ids):
        w.change(recipient, row["id"], sent_on=on.isoformat())


def send(w: Work, id: str, ids: Collection[str]) -> None:
    """Hands the notice, or a petitioner's extract, to the outbox for these recipients. Sent again after a failure it is a new message; never twice otherwise."""
    after(w, id, "distribute_notice")
    found = issued(w, id)
    if not ids:
        raise Refusal("nobody_ticked")
    title = t("vi", "conclusion_notice.sent.title", number=found["number"])
    for row in chosen(w, id, ids):
        if row["sent_on"] and row["message_state"] not in UNSENT:
            continue
        text = letter(w, id, found["number"], row)
        key = f"notice:{found['id']}:{row['id']}:{row['version']}"
        sent = enqueue(w, key, kind="notice", channel=row["channel"], recipient=row["name"], address=row["address"], title=title, text=text, conference=id,
                       subject=row["id"], body=row["body"] or "")  # fmt: skip
        w.change(recipient, row["id"], sent_on=w.today.isoformat(), message=sent)


def letter(w: Work, id: str, number: str, row: RowMapping) -> str:
    """What a recipient reads: a body that the notice has come; a petitioner their extract or, in a text message, which has no room for it, where to read it."""
    if not row["refs"]:
        return t("vi", "conclusion_notice.sent.text", number=number, title=w.row(conference, id)["title"])
    if row["channel"] in ("sms", "zalo"):
        return t("vi", "extract.short", number=number, refs=", ".join(row["refs"]))
    return extract_text(w, id, row["refs"], row["own"])


def received(w: Work, id: str, one: str, on: date) -> None:
    """A recipient confirmed the day they got it."""
    after(w, id, "distribute_notice")
    row = next(iter(chosen(w, id, [one])))
    if row["sent_on"] is None or on.isoformat() < row["sent_on"] or on > w.today:
        raise Refusal("received_before_sent", field="on")
    w.change(recipient, one, received_on=on.isoformat())
    if row["body"]:
        count_from_receipt(w, id, row["body"], on)


def chosen(w: Work, id: str, ids: Collection[str]) -> list[RowMapping]:
    """These recipients (raises `Refusal` not_found when one is not of this conference)."""
    rows = {row["id"]: row for row in recipients_of(w, id)}
    if not set(ids) <= rows.keys():
        raise Refusal("not_found")
    return [rows[one] for one in ids]


def complete(w: Work, id: str) -> date:
    """The notice was sent to everybody: its deadline is met on the last day of sending, and the conclusion is being carried out (D10.1a; raises `Refusal`
    distribution_incomplete, which names the groups)."""
    case = after(w, id, "distribute_notice")
    found = issued(w, id)
    try:
        on = distributed_on(ruled(recipients_of(w, id)), expected(w, id))
    except Refusal as refusal:
        groups = ", ".join(t("vi", f"conclusion_notice.group.{group}") for group in refusal.details["groups"])
        raise Refusal(refusal.code, groups=groups) from None
    w.change(notice, found["id"], distributed_on=on.isoformat())
    clocks.notice_done(w, id, found["signed_on"], on)
    w.change(conference, id, stage=step(Stage(case["stage"]), Stage.CARRIED_OUT).value)
    close_when_over(w, id)
    return on


__all__ = ["add_recipient", "complete", "fill", "mark_sent", "received", "recipients_of", "send", "sent_on"]
