"""Who governs whom, as dated data (Art. 2, 7): levels, units, bodies and offices. What the law changes is a row with other dates, never code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class System(StrEnum):
    """Which system a body belongs to; decides the form of its papers."""

    PARTY = "dang"
    STATE = "nha_nuoc"
    FRONT = "mttq"
    SERVICE = "su_nghiep"
    ENTERPRISE = "doanh_nghiep"


class Presiding(StrEnum):
    """The two offices that may preside over a dialogue (Art. 2). The head of a People's Council is none: voters are met under other rules (Art.
    1.3)."""

    SECRETARY = "bi_thu"
    CHAIRMAN = "chu_tich_ubnd"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """Something that holds from a day on; `valid_to` is its last day, None while it goes on."""

    valid_from: date
    valid_to: date | None = None

    def holds(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Level(Dated):
    """A level of government; rank 1 is the city's."""

    id: str
    name: str
    rank: int


@dataclass(frozen=True, slots=True)
class Unit(Dated):
    """A place that is governed. `kind`: thanh_pho, quan, huyen, xa, phuong, thi_tran, dac_khu; `place` as papers name it ("Bến Sông")."""

    id: str
    level: str
    parent: str | None
    kind: str
    name: str
    place: str


@dataclass(frozen=True, slots=True)
class Body(Dated):
    """A body of a unit. `symbol` is its part of paper numbers ("UBND"); `part`: advising, supervisor, mass_mobilisation, or empty for one that
    answers."""

    id: str
    unit: Unit
    system: System
    name: str
    short: str
    symbol: str = ""
    part: str = ""
    external: bool = False
    superior: bool = False


@dataclass(frozen=True, slots=True)
class Office(Dated):
    """An office at a body, by its official title ("Phó Chủ tịch UBND phường Bến Sông"); `deputy_of` is the office that it stands in for."""

    id: str
    body: Body
    title: str
    deputy_of: str | None = None

    @property
    def deputy(self) -> bool:
        return self.deputy_of is not None or self.title.casefold().startswith("phó ")

    @property
    def presiding(self) -> Presiding | None:
        """The office of Art. 2 that this is, or is deputy of; None for all others, the People's Council's among them."""
        title = self.title.casefold().removeprefix("phó ")
        if self.body.system is System.PARTY and title.startswith("bí thư"):
            return Presiding.SECRETARY
        if self.body.system is System.STATE and title.startswith(("chủ tịch ubnd", "chủ tịch ủy ban nhân dân", "chủ tịch uỷ ban nhân dân")):
            return Presiding.CHAIRMAN
        return None

    def available(self, on: date) -> bool:
        """Whether office, body and unit all exist on this day."""
        return self.holds(on) and self.body.holds(on) and self.body.unit.holds(on)


def presiding_offices(offices: Iterable[Office], on: date) -> tuple[Office, ...]:
    """Those among whom a chair can be chosen for a conference of this day (D1.3, D2.1a, D2.1b), deputies included."""
    return tuple(office for office in offices if office.presiding is not None and office.available(on))
