"""Taking a petition in: the one way for the public form, for slips keyed on somebody's behalf and for tables that are read in (D8.2a, D12.3)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, func, select

from moderation import Refusal
from moderation.case.petitions import BASES, CHANNELS, FIELDS, LETTERS, SEALED, Kind, Sender, State, declared, kept_source, may_ask_to_speak, shown_as
from moderation.case.text import phone_number
from server.accounts.keys import Keys
from server.files.checked import Checked
from server.files.store import Store
from server.i18n import t
from server.office.work import Work, lock_chain
from server.petitions.reach import untriaged
from server.petitions.tables import petition, petition_file
from server.petitions.telling import tell_sender
from server.petitions.tracking import hashed, keep_code
from server.search import search

LONGEST = 8_000
"""Most characters of a petition, as of a line in the minutes."""
OLDEST = 120
NUMBERED = {State.ACCEPTED: "dialogue_number", State.REFERRED: "elsewhere_number"}
"""Which column holds the number of a code."""

_EMAIL = re.compile(r"[^@\s<>(),;:\\\"]{1,64}@[^@\s<>(),;:\\\"]{1,190}\.[^@\s<>(),;:\\\"]{2,60}")


@dataclass(frozen=True, slots=True)
class Entry:
    """A petition on its way in. `files` were checked before; `code` is the tracking code, if one was given or stands on the slip."""

    sender: Sender
    content: str
    field: str
    source: str
    declared: bool
    request: str = ""
    source_detail: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    basis: str = "live"
    households: int | None = None
    wants_to_speak: bool = False
    channel: str = ""
    results_by: str = ""
    notice_seen_at: int | None = None
    received_on: date | None = None
    code: str = ""
    files: Sequence[Checked] = ()


def enter(w: Work, found: RowMapping, entry: Entry, keys: Keys, store: Store, *, keyed_for: str | None = None) -> str:
    """Takes a petition of a conference in and gives its id. Who enters it is whoever works; the public form has nobody. Raises `Refusal` with the field."""
    keyed_by = "" if entry.source == "web_form" else w.by.account
    kept_source(entry.source, keyed_by, entry.source_detail)
    phone, email = examine(entry, w.today)
    if entry.code and w.db.scalar(select(petition.c.id).where(petition.c.tracking_hash == hashed(keys, entry.code))) is not None:
        raise Refusal("tracking_code_taken", field="code")
    sender, number = entry.sender, next_number(w, found["id"])
    id = w.add(
        petition, conference=found["id"], number=number, code=f"{LETTERS[State.RECEIVED]}-{number:04d}", state=State.RECEIVED.value, received_at=w.now,
        received_on=(entry.received_on or w.today).isoformat(), source=entry.source, source_detail=entry.source_detail, keyed_by=keyed_by, keyed_for=keyed_for,
        name=sender.name, birth_year=sender.birth_year, area=sender.area, address=entry.address, phone=phone, email=email, basis=entry.basis,
        is_group=sender.is_group, households=entry.households if sender.is_group else None, representative=sender.representative, authority=sender.authority,
        shown_as=shown_as(sender, w.today.year), field=entry.field, content=entry.content, request=entry.request, summary="",
        wants_to_speak=entry.wants_to_speak, channel=entry.channel if entry.wants_to_speak else "", publish_name=sender.publish_name,
        results_by=entry.results_by, notice_seen_at=entry.notice_seen_at, declared=entry.declared, coordinating=[], version=1,
    )  # fmt: skip
    if entry.code:
        keep_code(w, keys, id, entry.code)
    for file in entry.files:
        w.add(
            petition_file,
            conference=found["id"],
            petition=id,
            sha256=store.put(file.content),
            name=file.name,
            type=file.type,
            size=len(file.content),
            at=w.now,
        )
    reindex(w, id, found["unit"])
    tell_sender(w, id, "received")
    return id


def examine(entry: Entry, today: date) -> tuple[str, str]:
    """Everything that can be said of an entry by itself (raises `Refusal` with its field); gives telephone number in E.164 and e-mail address."""
    declared(entry.declared)
    _known(entry, today)
    if entry.wants_to_speak:
        may_ask_to_speak(entry.sender)
    return _reached_by(entry)


def next_number(w: Work, conference_id: str) -> int:
    """The next number of what was received for a conference. Two writers of one case come one after the other."""
    lock_chain(w.db, conference_id)
    return int(w.db.scalar(select(func.max(petition.c.number)).where(petition.c.conference == conference_id)) or 0) + 1


def coded(w: Work, row: RowMapping, state: State) -> dict[str, Any]:
    """What changes on a petition that gets a code of this kind, KN-03 or NP-01: the next number of its conference, or the one that it had before. A number is given
    once, whatever becomes of its petition: slips and letters cite it."""
    lock_chain(w.db, row["conference"])
    column = NUMBERED[state]
    highest = select(func.max(petition.c[column])).where(petition.c.conference == row["conference"])
    number = row[column] or int(w.db.scalar(highest) or 0) + 1
    return {"code": f"{LETTERS[state]}-{number:02d}", column: number}


def reindex(w: Work, id: str, unit: str) -> None:
    """Keeps what can be found of a petition: code, how the sender is called in public, words, field; apart from these the names, for those who may know them."""
    search.forget(w, "petition", id)
    for entry in entries(w, w.row(petition, id), unit):
        search.keep(w, entry)


def entries(w: Work, row: RowMapping, unit: str) -> list[search.Entry]:
    """What the search keeps of a petition."""
    words = [row["summary"], row["content"], row["request"], row["area"], t("vi", f"petition.field.{row['field']}")]
    return [
        search.entry(kind=kind, subject=row["id"], conference=row["conference"], unit=unit, title=f"{row['code']} · {row['shown_as']}",
                     path=f"/van-phong/hoi-nghi/{row['conference']}/kien-nghi/{row['id']}", texts=texts, at=row["received_at"])
        for kind, texts in (
            (search.SEALED if row["kind"] in SEALED or untriaged(w, row) else "petition", words),
            (search.SENDER, [row["name"], row["representative"]]),
        )
    ]  # fmt: skip


def said(row: RowMapping) -> str:
    """What a petition says where it is told in short: its summary, else the text as it came with what it asks for."""
    return row["summary"] or " ".join(part for part in (row["content"], row["request"]) if part)


def _reached_by(entry: Entry) -> tuple[str, str]:
    """Telephone in E.164 and e-mail address. Whoever wants to be told has to say where."""
    phone = phone_number(entry.phone) if entry.phone else ""
    if entry.email and not _EMAIL.fullmatch(entry.email):
        raise Refusal("email_unfit", field="email")
    if entry.results_by == "sms" and not phone:
        raise Refusal("phone_needed", field="phone")
    if entry.results_by == "email" and not entry.email:
        raise Refusal("email_needed", field="email")
    return phone, entry.email


def _known(entry: Entry, today: date) -> None:
    checks: tuple[tuple[bool, str], ...] = (
        (entry.field in FIELDS, "field"),
        (entry.basis in BASES, "basis"),
        (entry.channel in ("", *CHANNELS), "channel"),
        (entry.results_by in ("", "email", "sms"), "results_by"),
    )
    for known, name in checks:
        if not known:
            raise Refusal("choice_unknown", field=name)
    year = entry.sender.birth_year
    if year is not None and not today.year - OLDEST <= year <= today.year:
        raise Refusal("birth_year_unfit", field="birth_year")
    if entry.received_on is not None and entry.received_on > today:
        raise Refusal("date_to_come", field="received_on")
    if not entry.content:
        raise Refusal("text_missing", field="content")
    if len(entry.content) > LONGEST:
        raise Refusal("text_too_long", field="content", limit=LONGEST)


def kind_of(row: RowMapping) -> Kind | None:
    """What the triage decided, if it did."""
    return Kind(row["kind"]) if row["kind"] else None
