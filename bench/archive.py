"""A ward with a long past, for `bench-pages`: 200 cases, 20,000 petitions, 100,000 history rows and what belongs to them, put straight into a fresh database."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from datetime import date, timedelta

import orjson
from sqlalchemy import Connection, select

from bench.around import fill_around, notice_of
from bench.rows import Row, put, words
from moderation.case.petitions import FIELDS
from moderation.case.stages import Stage
from server import clock
from server.conclusions.tables import agency_report, asked, conclusion, notice
from server.conferences.tables import chair, conference, content, programme_item, venue
from server.deadlines.tables import deadline
from server.notifications.tables import message
from server.office.tables import history
from server.organisation.tables import duty
from server.petitions.tables import petition, petition_answer
from server.reports.tables import conference_figure
from server.search.rebuilding import rebuild

CASES, PETITIONS, HISTORY = 200, 100, 500
"""Cases; petitions and history rows of each."""
ITEMS = 10
STAGES = (Stage.CLOSED, Stage.CLOSED, Stage.CARRIED_OUT, Stage.ISSUED, Stage.AWAITING_NOTICE, Stage.SYNTHESIS, Stage.COLLECTING, Stage.DRAFT)
AGENCIES = ("kthtdt", "vhxh", "ca", "tyt", "hcc")


def fill(db: Connection, today: date) -> None:
    """Puts everything in. The same every time: the chances come from a fixed beginning."""
    chance = random.Random(1155)
    cases = [case_of(n, today, chance) for n in range(CASES)]
    put(db, conference, iter(cases))
    put(db, chair, ({"id": f"ch-{c['id']}", "conference": c["id"], "office": "ct-ubnd", "deputy": False, "place": 1} for c in cases))
    put(db, venue, (venue_of(c, n) for c in cases for n in (1, 2, 3)))
    put(db, content, ({"id": f"c-{c['id']}-{b}", "conference": c["id"], "block": b, "text": words(chance, 20)} for c in cases for b in "abc"))
    put(db, programme_item, ({"id": f"i-{c['id']}-{n}", "conference": c["id"], "step": n, "title": f"Bước {n}"} for c in cases for n in range(1, 8)))
    petitions = [row for c in cases for row in petitions_of(c, chance)]
    put(db, petition, iter(petitions))
    put(db, petition_answer, (answer_of(row, chance) for row in petitions if row["state"] == "released"))
    held = [c for c in cases if c["held_on"]]
    items = [row for c in held for row in items_of(c, chance)]
    put(db, notice, (notice_of(c) for c in held))
    put(db, conclusion, iter(items))
    put(db, asked, (row for item in items for row in asked_of(item)))
    put(db, agency_report, (report_of(item) for item in items))
    put(db, deadline, (row for c in cases for row in deadlines_of(c, chance)))
    put(
        db,
        conference_figure,
        ({"id": f"{c['id']}:{name}", "conference": c["id"], "name": name, "amount": chance.randint(1, 90)} for c in held for name in FIGURES),
    )
    put(db, message, (message_of(c, n, chance) for c in cases for n in range(25)))
    by = db.scalar(select(duty.c.account)) or ""
    fill_around(db, cases, by, chance)
    rebuild(db, clock.now())
    for c in cases:
        put(db, history, history_of(c["id"], by, chance))


FIGURES = (
    *(f"{name}_{channel}" for name in ("present", "speaking", "waiting", "statements") for channel in ("hall", "venue", "online")),
    *("speakers_total", "follow_ups", "refusals", "petitions_new_at_conference"),
)


def case_of(n: int, today: date, chance: random.Random) -> Row:
    """The n-th case; the first lies furthest back, the last ones are still ahead."""
    stage = STAGES[min(n * len(STAGES) // CASES, len(STAGES) - 1)]
    day = today + timedelta(days=(n - CASES * 5 // 8) * 2)
    locked = clock.moment(day + timedelta(days=60)) if stage is Stage.CLOSED else None
    over = stage in (Stage.CLOSED, Stage.CARRIED_OUT, Stage.ISSUED, Stage.AWAITING_NOTICE)
    return {
        "id": f"HN-{n:03}", "unit": "p-bensong", "title": f"Hội nghị đối thoại lần {n + 1}: {words(chance, 6)}", "stage": stage.value,
        "regime": chance.choice(("periodic", "thematic", "extraordinary")), "format": chance.choice(("in_person", "online", "combined")), "date": day.isoformat(),
        "starts_at": "13:30", "ends_at": "16:45", "place": "Hội trường", "topics": [words(chance, 8)], "profiles": ["QD-1155-QD-TU", "LUAT-72-2025-D43"],
        "advising_body": "vp", "created": clock.moment(day - timedelta(days=80)), "approved_at": None if stage is Stage.DRAFT else clock.moment(day),
        "held_on": day.isoformat() if over else None, "collection_from": (day - timedelta(days=70)).isoformat(),
        "dossier_locked_at": locked, "collection_to": (day - timedelta(days=10)).isoformat(),
    }  # fmt: skip


def venue_of(c: Row, n: int) -> Row:
    return {"id": f"v-{c['id']}-{n}", "conference": c["id"], "code": f"DC-{n:02}", "kind": "main" if n == 1 else "branch", "name": f"Điểm cầu {n}"}


def petitions_of(c: Row, chance: random.Random) -> Iterator[Row]:
    for n in range(1, PETITIONS + 1):
        state = (
            chance.choice(("released", "released", "released", "assigned", "accepted", "received", "merged", "referred"))
            if not c["held_on"]
            else "released"
        )
        text = words(chance, 30)
        yield {
            "id": f"{c['id']}-p{n}", "conference": c["id"], "number": n, "code": f"KN-{n:02}", "state": state, "received_at": c["created"] + n * 60_000,
            "received_on": c["collection_from"], "source": "paper_slip", "name": f"Nguyễn Văn {n}", "area": f"Tổ dân phố số {n % 9 + 1}", "shown_as": "Công dân",
            "field": chance.choice(FIELDS), "content": text, "summary": text[:80], "declared": True, "kind": "in_scope", "lead": chance.choice(AGENCIES), "answer_due": c["date"],
            "tracking_hash": hashlib.sha256(f"{c['id']}-{n}".encode()).digest(),
        }  # fmt: skip


def answer_of(row: Row, chance: random.Random) -> Row:
    return {"id": f"{row['id']}-a", "conference": row["conference"], "petition": row["id"], "number": 1, "text": words(chance, 40), "body": row["lead"],
            "state": "released", "by": "", "at": row["received_at"]}  # fmt: skip


def items_of(c: Row, chance: random.Random) -> Iterator[Row]:
    due = date.fromisoformat(c["held_on"]) + timedelta(days=30)
    for n in range(1, ITEMS + 1):
        state = "done" if c["stage"] == Stage.CLOSED.value else chance.choice(("open", "done", "settled"))
        yield {"id": f"{c['id']}-k{n}", "conference": c["id"], "code": f"KL-{n:02}", "place": n, "outcome": f"KL-{n:02}",
               "kind": chance.choice(("assigned", "settled", "explained", "accepted")), "text": words(chance, 20), "lead": chance.choice(AGENCIES),
               "due": due.isoformat(), "state": state}  # fmt: skip


def asked_of(item: Row) -> Iterator[Row]:
    n = item["place"]
    for at in range((n - 1) * 10 + 1, n * 10 + 1):
        about = {"ref": f"KN-{at:02}", "petition": f"{item['conference']}-p{at}", "content": "…"}
        yield {"id": f"{item['id']}-{at}", "conference": item["conference"], "conclusion": item["id"], **about}


def report_of(item: Row) -> Row:
    done = item["due"] if item["state"] == "done" else None
    return {
        "id": f"{item['id']}-r",
        "conference": item["conference"],
        "conclusion": item["id"],
        "body": item["lead"],
        "due": item["due"],
        "to_chair_on": done,
    }


def deadlines_of(c: Row, chance: random.Random) -> Iterator[Row]:
    day = date.fromisoformat(c["date"])
    for kind, at in (("notice", -9), ("conclusion", 14), ("publication", 10)):
        due = (day + timedelta(days=at)).isoformat()
        yield {"id": f"{c['id']}-{kind}", "conference": c["id"], "kind": kind, "subject": c["id"], "clock": "QD-1155-QD-TU", "counted_from": {}, "due": due, "owner": "vp",
               "met_on": due if c["held_on"] else None, "closed": c["held_on"] is not None}  # fmt: skip
    for n in range(1, 11):
        due = (day + timedelta(days=20 + n)).isoformat()
        yield {"id": f"{c['id']}-task-{n}", "conference": c["id"], "kind": "task", "subject": f"{c['id']}-k{n}", "clock": "", "counted_from": {}, "due": due,
               "owner": chance.choice(AGENCIES), "met_on": due if c["stage"] == Stage.CLOSED.value else None, "closed": c["stage"] == Stage.CLOSED.value}  # fmt: skip


def message_of(c: Row, n: int, chance: random.Random) -> Row:
    return {"id": f"{c['id']}-m{n}", "key": f"{c['id']}-m{n}", "conference": c["id"], "kind": "invitation", "channel": "email", "recipient": f"Người nhận {n}",
            "address": "nguoi-nhan@example.vn", "title": "Giấy mời", "text": words(chance, 30), "state": chance.choice(("sent",) * 30 + ("failed",)),
            "not_before": c["created"], "sent_at": c["created"], "created": c["created"] + n}  # fmt: skip


def history_of(case: str, by: str, chance: random.Random) -> Iterator[Row]:
    """A chain that verifies, as `server.office.work` writes it."""
    before = bytes(32)
    for seq in range(1, HISTORY + 1):
        at, subject = clock.now() - (HISTORY - seq) * 60_000, f"{case}-p{seq % PETITIONS + 1}"
        entry = {"chain": case, "seq": seq, "at": at, "by": by, "act": "draft_case", "kind": "conference", "subject": subject}
        body = orjson.dumps({**entry, "why": "", "changes": {"place": [None, words(chance, 4)]}, "private": None}, option=orjson.OPT_SORT_KEYS)
        before = hashlib.sha256(before + body).digest()
        yield {**entry, "body": body, "hash": before}
