"""The worked example as a running conference: set up just before step 1, with one ready link for each role."""

from __future__ import annotations

import io
import json
import os
import socket
from pathlib import Path

import segno

from moderation.kernel import Phase
from server.accounts.links import public_link
from server.app import Parts
from server.clock import now
from server.conferences.cases import open_case, personal_link
from server.demo.example import load

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


async def seed(parts: Parts, base: str) -> dict[str, object]:
    """Sets the example up, or finds it; a finished one makes room for a new one. Gives the conference, its seats and links for scripts."""
    example = load()
    number, conference = 1, example.id
    while conference in parts.journal.conferences():
        live = await parts.rooms.get(conference)
        if live.room.state.phase not in (Phase.CLOSED, Phase.FROZEN):
            break
        number += 1
        conference = f"{example.id}-{number}"
    case = await open_case(parts.rooms, parts.engine, conference, example.plan, example.people)
    links = {role: personal_link(parts.engine, parts.keys, case.seats[person], base) for role, person in ROLES.items()}
    with parts.engine.begin() as database:
        public = f"{base}/vao#{public_link(database, parts.keys, conference, now())}"
    people = {person: personal_link(parts.engine, parts.keys, seat, base) for person, seat in case.seats.items()}
    return {"base": base, "conference": conference, "links": links, "public": public, "people": people, "seats": case.seats}


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
    lines = ["", "  Hội nghị đối thoại mẫu đã sẵn sàng, trước Bước 1. Mở mỗi liên kết trong một thẻ hoặc một máy riêng:", ""]
    lines += [f"  {LABELS[role]:<28} {url}" for role, url in links.items()]
    lines += ["", f"  {'Liên kết công khai (sảnh chờ)':<28} {seeded['public']}"]
    address = lan_address() if reachable else None
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
