"""The worked example as a running conference: set up just before step 1, with one ready link for each role."""

from __future__ import annotations

import io
import json
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import segno
from anyio import to_thread
from sqlalchemy import Engine, func, select

from moderation.case.rights import SYSTEM
from moderation.case.stages import Stage
from moderation.kernel import Phase
from moderation.plan import Plan
from server import clock
from server.accounts.keys import Keys
from server.accounts.links import public_link
from server.accounts.passwords import hash_password
from server.accounts.staff import keep_password
from server.app import Parts
from server.clock import now
from server.conferences.cases import open_case, personal_link
from server.conferences.room import accounts_of, plan_of
from server.conferences.room_pages import register_wishes
from server.conferences.tables import conference as case_table
from server.db.engine import open_engine, reading
from server.db.migrate import migrate
from server.db.tables import account
from server.demo.example import load, read
from server.demo.story import Story
from server.demo.ward import STAFF, seed_case, seed_ward
from server.files.store import Store
from server.invitations.answering import wishes
from server.office.tables import history
from server.office.work import Work
from server.petitions.told import for_room, out_of_scope_count
from server.settings import Settings

ROLES = {
    "chair": "chair",
    "office": "office",
    "secretary": "secretary",
    "desk": "desk",
    "operator": "op-DC-02",
    "agency": "agency-kthtdt",
    "citizen1": "cit-PB-2",
    "citizen2": "cit-29",
    "monitor": "monitor-mttq",
    "display": "display",
}
"""The links that are printed: role → person of the example."""

LABELS = {
    "chair": "Chủ trì",
    "office": "Cơ quan chủ trì tham mưu",
    "secretary": "Thư ký",
    "desk": "Bộ phận đăng ký phát biểu",
    "operator": "Điểm cầu DC-02",
    "agency": "Cơ quan trả lời",
    "citizen1": "Công dân thứ nhất",
    "citizen2": "Công dân thứ hai",
    "monitor": "Giám sát (MTTQ)",
    "display": "Màn hình hội trường",
}


BEGINNING = "2026-12-01"
"""Where the example begins: with the yearly programme (Art. 13.1)."""


async def begin(parts: Parts, base: str) -> dict[str, object]:
    """The ward of the example and nothing else, on the day its story begins: everything is still to be done. Gives accounts for scripts."""
    password = await to_thread.run_sync(seed_accounts, parts, BEGINNING, "08:00")
    accounts = {login: name for login, name, _, _ in STAFF}
    return {"base": base, "conference": "", "links": {}, "public": "", "people": {}, "seats": {}, "accounts": accounts, "password": password}


@dataclass(frozen=True, slots=True)
class Ground:
    """What seeding needs of a server, before there is one."""

    engine: Engine
    keys: Keys
    settings: Settings


def seed_before(settings: Settings) -> None:
    """Tells the example's story in a new data folder before the server runs: it takes a few seconds, in which nobody else has to wait for the database."""
    migrate(settings.database)
    engine = open_engine(settings.database)
    try:
        data = read()
        with reading(engine) as database:
            there = database.scalar(select(case_table.c.id).limit(1)) is not None
        if not there:
            ground = Ground(engine, Keys(settings.pepper), settings)
            seed_accounts(ground, data["conference"]["date"].isoformat(), "13:15")
            seed_story(ground, data, data["conference"]["id"])
    finally:
        engine.dispose()


def seed_accounts(parts: Parts | Ground, day: str, hour: str) -> str:
    """Sets the clock to this time, or to where the demonstration stood when it was stopped, and seeds the ward; gives the password of its accounts."""
    with parts.engine.begin() as database:
        last = database.scalar(select(func.max(history.c.at))) or 0
        clock.set_to(max(clock.moment_of(day, hour), last + 1_000))
        seed_ward(Work(database, SYSTEM, now()), read())
    password = parts.settings.secret("demo-password")[:10]
    set_passwords(parts, password)
    return password


async def seed(parts: Parts, base: str) -> dict[str, object]:
    """Sets the example up, or finds it; a finished one makes room for a new one. Gives the conference, its seats, links and accounts for scripts.

    The clock is set to the afternoon of the conference, or to where the demonstration stood when it was stopped.
    """
    example = load()
    data = read()
    password = await to_thread.run_sync(seed_accounts, parts, data["conference"]["date"].isoformat(), "13:15")
    number, conference = 1, example.id
    while conference in parts.journal.conferences():
        live = await parts.rooms.get(conference)
        if live.room.state.phase not in (Phase.CLOSED, Phase.FROZEN):
            break
        number += 1
        conference = f"{example.id}-{number}"
    plan, accounts = await to_thread.run_sync(seed_story, parts, data, conference)
    case = await open_case(parts.rooms, parts.engine, conference, plan, example.people, accounts)
    await register_wishes(parts.engine, parts.rooms, conference, wishes)
    links = {role: personal_link(parts.engine, parts.keys, case.seats[person], base) for role, person in ROLES.items()}
    with parts.engine.begin() as database:
        public = f"{base}/vao#{public_link(database, parts.keys, conference, now())}"
    people = {person: personal_link(parts.engine, parts.keys, seat, base) for person, seat in case.seats.items()}
    return {"base": base, "conference": conference, "links": links, "public": public, "people": people, "seats": case.seats,
            "accounts": {login: name for login, name, _, _ in STAFF}, "password": password}  # fmt: skip


def seed_story(parts: Parts | Ground, data: dict[str, Any], conference: str) -> tuple[Plan, dict[str, str]]:
    """The case of the example on the morning of its conference, told once; gives the plan that its room opens with, and person → account."""
    with parts.engine.begin() as database:
        w = Work(database, SYSTEM, now())
        if w.db.scalar(select(case_table.c.id).where(case_table.c.id == conference)) is None:
            begun = clock.moment(data["preparation"]["plan"]["issued_on"], "08:00")
            seed_case(Work(database, SYSTEM, begun), data, conference, Stage.READY)
            Story(w, data, conference, parts.keys, Store(parts.settings.data_dir / "files")).tell()
        return plan_of(w, conference, for_room(w, conference), out_of_scope_count(w, conference)), accounts_of(w, conference)


def set_passwords(parts: Parts | Ground, password: str) -> None:
    """Gives every account of the example that has none this password."""
    hashed = hash_password(password, "demo")
    with parts.engine.begin() as database:
        without = database.scalars(select(account.c.id).where(account.c.password_hash.is_(None), account.c.login.in_([login for login, *_ in STAFF])))
        for id in without.all():
            keep_password(database, id, hashed, now())


def lan_address() -> str | None:
    """This machine's address on the local network, if it has one; nothing is sent to find out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            address = str(probe.getsockname()[0])
        except OSError:
            return None
    return None if address.startswith("127.") else address


def announce(seeded: dict[str, object], reachable: bool, tls: bool) -> str:
    """What `doithoai demo` prints: a link per role, and a QR for a phone on the same network when the server listens there."""
    links = seeded["links"]
    assert isinstance(links, dict)
    lines = [] if not links else ["", "  Hội nghị đối thoại mẫu đã sẵn sàng, trước Bước 1. Mở mỗi liên kết trong một thẻ hoặc một máy riêng:", ""]
    lines += [f"  {LABELS[role]:<28} {url}" for role, url in links.items()]
    accounts = seeded["accounts"]
    assert isinstance(accounts, dict)
    lines += ["", f"  Cả hồ sơ, từ kế hoạch đến báo cáo: đăng nhập ở {seeded['base']}, mật khẩu chung {seeded['password']}"]
    lines += [f"    {login:<12} {name}" for login, name in accounts.items()]
    if links:
        lines += ["", f"  {'Liên kết công khai (sảnh chờ)':<28} {seeded['public']}"]
    address = lan_address() if reachable and links else None
    if address:
        base = str(seeded["base"])
        url = str(links["citizen1"]).replace("localhost", address)
        out = io.StringIO()
        segno.make(url, error="l").terminal(out, compact=True)
        lines += [
            "",
            "  Điện thoại cùng mạng: quét mã này để vào với vai công dân thứ nhất",
            f"  {base.replace('localhost', address)}",
            "",
            out.getvalue(),
        ]
        if not tls:
            lines += ["  (Trình duyệt chỉ cho dùng micro qua https hoặc trên chính máy này; thêm --tls để thử micro trên điện thoại.)"]
    lines += ["", "  Dừng: Ctrl+C", ""]
    return "\n".join(lines)


def write_links(seeded: dict[str, object], path: Path) -> None:
    """The links as JSON, whole or not at all, and for the owner of the file alone: whoever reads it is the chair."""
    draft = path.with_name(path.name + ".draft")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(seeded, file, ensure_ascii=False, indent=1)
    draft.replace(path)
