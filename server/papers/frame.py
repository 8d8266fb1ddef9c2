"""The frame of a paper: everything around what it says. Who issues it in which form, under which number, on which day, and who signs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, select

from server.conferences.tables import chair, conference
from server.office.work import Work
from server.organisation.tables import body, office, unit
from server.papers.paper import System
from server.papers.words import BLANK, BLANK_DAY, day_of
from server.papers.words import office as office_alone


@dataclass(frozen=True, slots=True)
class Frame:
    """`body` is the issuing body's id, `name` its full name, `symbol` its part of numbers, `drafter` the symbol of the office that writes (letters have it).
    `authority` are the lines over the signature, `signer` the name under it."""

    system: System
    body: str
    name: str
    issuer: tuple[str, ...]
    superior: str
    symbol: str
    drafter: str
    unit: str
    place: str
    chair: str
    authority: tuple[str, ...]
    signer: str = ""
    number: str = ""
    on: date | None = None
    draft: bool = True
    city: str = ""

    def values(self) -> dict[str, Any]:
        """What templates may say of it, as `frame.…`."""
        return {
            "party": self.system == "party", "name": self.name, "unit": self.unit, "place": self.place, "city": self.city, "chair": self.chair,
            "number": self.number, "on": self.on.isoformat() if self.on else "", "symbol": self.symbol,
        }  # fmt: skip

    def place_date(self) -> str:
        return f"{self.place}, {day_of(self.on) if self.on else BLANK_DAY}"


def system_of(kind: str) -> System:
    """A body's system, as organisation data names it, as the form of its papers."""
    return "party" if kind == "dang" else "state"


def frame_of(w: Work, id: str, by: str = "chair", agency: str | None = None) -> Frame:
    """The frame of a paper of a case. `by`: the body of the chair ("chair"), the advising unit ("advising"), or the body `agency`."""
    case = w.row(conference, id)
    at = w.row(unit, case["unit"])
    city = w.row(unit, at["parent"])["name"] if at["parent"] else ""
    presiding = w.db.execute(
        select(office.c.id, office.c.title, office.c.body, office.c.deputy_of, chair.c.deputy)
        .join(chair, chair.c.office == office.c.id)
        .where(chair.c.conference == id)
        .order_by(chair.c.place)
    ).mappings().first()  # fmt: skip
    own = w.row(body, presiding["body"]) if presiding else None
    named = agency if by == "agency" else case["advising_body"] if by == "advising" else None
    issuing = w.row(body, named) if named else own
    if issuing is None:
        return Frame("state", "", "", (BLANK,), "", BLANK, "", at["name"], at["place"], "", (BLANK,))
    system = system_of(issuing["system"])
    lines = (issuing["name"].upper(),) if system == "party" else issuer_lines(issuing["name"], at["name"])
    drafter = w.db.scalar(select(body.c.symbol).where(body.c.id == case["advising_body"])) or "VP"
    authority = head_of(w, issuing) if named else over_signature(w, system, presiding)
    over = superior(system, issuing, own, at["name"], city)
    return Frame(
        system, issuing["id"], issuing["name"], lines[:1] if over and lines[1:] == (at["name"].upper(),) else lines, over,
        issuing["symbol"] or abbreviated(issuing["short"], at["kind"]), drafter, at["name"], at["place"], presiding["title"] if presiding else "", authority,
        city=city or at["name"],
    )  # fmt: skip


def issuer_lines(name: str, of: str) -> tuple[str, ...]:
    """The issuing body in one or two lines: the name of the ward or commune goes into the second."""
    if name.casefold() != of.casefold() and name.casefold().endswith(of.casefold()):
        return name[: -len(of)].strip(" -").upper(), of.upper()
    return (name.upper(),)


def superior(system: System, issuing: RowMapping, own: RowMapping | None, of: str, city: str) -> str:
    """The line above: of a ward's Party committee the organisation of the city, of its office the committee; of an office of the ward its People's Committee; of
    the People's Committee itself, and of the city's bodies, none."""
    if system == "party":
        committee = own is None or issuing["id"] == own["id"] or own["system"] != "dang"
        return (f"ĐẢNG BỘ {city}" if committee and city else "" if committee or own is None else own["name"]).upper()
    if own is None or issuing["id"] == own["id"] or issuing["external"] or issuing["system"] not in ("nha_nuoc", "su_nghiep"):
        return ""
    name = issuing["name"].casefold()
    if name.startswith("công an"):
        return f"CÔNG AN {city}".upper()
    return "" if name.startswith("ủy ban nhân dân") else f"UBND {of}".upper()


def over_signature(w: Work, system: System, presiding: RowMapping | None) -> tuple[str, ...]:
    """CHỦ TỊCH; a deputy signs KT. CHỦ TỊCH / PHÓ CHỦ TỊCH (D2.1b); a secretary of the Party T/M BAN THƯỜNG VỤ / BÍ THƯ."""
    if presiding is None:
        return (BLANK,)
    title = office_alone(presiding["title"])
    if system == "party":
        return "T/M BAN THƯỜNG VỤ", title
    if presiding["deputy_of"]:
        return f"KT. {office_alone(w.row(office, presiding['deputy_of'])['title'])}", title
    return (f"KT. {title}", f"PHÓ {title}") if presiding["deputy"] else (title,)


def head_of(w: Work, issuing: RowMapping) -> tuple[str, ...]:
    """Who signs for an office of the ward: its head, by the office held there."""
    title = w.db.scalar(select(office.c.title).where(office.c.body == issuing["id"], office.c.deputy_of.is_(None), office.c.valid_to.is_(None)))
    if title:
        return (office_alone(title),)
    for begins, head in (("văn phòng", "CHÁNH VĂN PHÒNG"), ("phòng", "TRƯỞNG PHÒNG"), ("công an", "TRƯỞNG CÔNG AN"), ("trung tâm", "GIÁM ĐỐC"), ("trạm", "TRƯỞNG TRẠM"),
                         ("trường", "HIỆU TRƯỞNG"), ("ban", "TRƯỞNG BAN"), ("chi nhánh", "GIÁM ĐỐC"), ("đội", "ĐỘI TRƯỞNG")):  # fmt: skip
        if issuing["name"].casefold().startswith(begins):
            return (head,)
    return ("THỦ TRƯỞNG ĐƠN VỊ",)


def abbreviated(short: str, kind: str) -> str:
    """A symbol for a body that has none: the first letters of its short name, as in KT-HT-ĐT."""
    words = re.sub(r"\b(phường|xã|đặc khu)\b", "", short, flags=re.IGNORECASE).split()
    capitals = [word for word in words if word.isupper() and len(word) > 1 and "-" in word]
    return capitals[0] if capitals else "".join(word[0] for word in words if word[0].isalpha()).upper() or kind.upper()
