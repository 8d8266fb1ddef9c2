"""The organisation to begin with: the city's bodies and offices, the rules of Art. 7 and the legal profiles; and what a unit has that is newly
entered."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import Table, select

from moderation import Refusal
from moderation.case.advising import ARTICLE_7
from moderation.case.profiles import PROFILES, plain
from moderation.case.rights import Duty
from server.accounts.keys import new_id
from server.office.work import Work
from server.organisation.tables import advising_rule, body, duty, legal_profile, level, office, unit

Data = dict[str, Any]


def seed(w: Work) -> None:
    """Enters what is missing of it; what is there, also changed by an administrator, stays as it is."""
    w.act = "keep_organisation"
    data = _data()
    city = data["city"]
    for row in data["levels"]:
        _enter(w, level, row["id"], name=row["name"], rank=row["rank"], **_dates(row, data))
    _enter(w, unit, **city["unit"], **_dates({}, data))
    for row in city["bodies"]:
        _enter(w, body, row["id"], unit=city["unit"]["id"], **_of_body(row), **_dates(row, data))
    for row in city["offices"]:
        _enter(w, office, row["id"], body=row["body"], title=row["title"], deputy_of=row.get("deputy_of"), **_dates(row, data))
    seed_law(w)


def found(w: Work, admin: str) -> None:
    """A new house: the organisation, and this account as its administrator, at the office of the city's People's Committee until somebody says
    otherwise."""
    seed(w)
    w.add(duty, account=admin, role=Duty.ADMIN.value, body="vpubndtp", valid_from=w.today.isoformat())


def seed_law(w: Work) -> None:
    """Enters the rules of Art. 7 and the legal profiles that are missing."""
    for row in article_7():
        _enter(w, advising_rule, **row)
    for profile in PROFILES:
        _enter(w, legal_profile, profile.code, title=profile.title, issued=profile.issued.isoformat(), valid_from=profile.valid_from.isoformat(),
               valid_to=profile.valid_to.isoformat() if profile.valid_to else None, levels=sorted(profile.levels), counting=plain(profile.counting))  # fmt: skip


def article_7() -> list[Data]:
    """The rows of Art. 7 as a new house has them."""
    return [
        {"id": f"{rule.profile}-{place:02}", "case": rule.case, "profile": rule.profile, "unit_kind": rule.unit_kind, "presiding": rule.presiding.value,
         "chair": rule.chair, "deputy": rule.deputy, "advises": rule.advises, "needs_assignment": rule.needs_assignment,
         "valid_from": rule.valid_from.isoformat(), "valid_to": rule.valid_to.isoformat() if rule.valid_to else None, "source": ""}
        for place, rule in enumerate(ARTICLE_7)
    ]  # fmt: skip


def kinds() -> tuple[str, ...]:
    """The templates of units that can be entered: a kind, or a kind as it was before 01/07/2025."""
    return tuple(_data()["templates"])


def add_unit(w: Work, template: str, place: str, parent: str, since: date | None = None) -> str:
    """Enters a unit ("phường", "Bến Sông") with the bodies and offices that its kind has; gives its id. Raises `Refusal` not_allowed, not_found (no
    such template or parent), unit_known (there is one of that name at that time)."""
    w.allow("keep_organisation")
    data = _data()
    model = data["templates"].get(template)
    if model is None:
        raise Refusal("not_found")
    kind = model.get("kind", template)
    w.row(unit, parent)
    name = f"{KIND_NAMES[kind]} {place}"
    dates = {**_dates(model, data), **({"valid_from": since.isoformat()} if since else {})}
    if dates["valid_to"] and dates["valid_from"] > dates["valid_to"]:
        raise Refusal("dates_turned", field="since")
    if w.db.scalar(select(unit.c.id).where(unit.c.name == name, unit.c.parent == parent, unit.c.valid_to.is_(None))) is not None:
        raise Refusal("unit_known", field="place", name=name)
    id = w.add(unit, level=model["level"], parent=parent, kind=kind, name=name, place=place, **dates)
    words = {"name": name, "place": place}
    bodies, offices = {row["id"]: new_id() for row in model["bodies"]}, {row["id"]: new_id() for row in model["offices"]}
    for row in model["bodies"]:
        filled = {field: text.format(**words) for field, text in _of_body(row).items()}
        w.add(body, id=bodies[row["id"]], unit=id, **filled, **dates)
    for row in model["offices"]:
        head = offices[row["deputy_of"]] if "deputy_of" in row else None
        w.add(office, id=offices[row["id"]], body=bodies[row["body"]], title=row["title"].format(**words), deputy_of=head, **dates)
    return id


KIND_NAMES = {
    "thanh_pho": "thành phố",
    "quan": "quận",
    "huyen": "huyện",
    "thi_tran": "thị trấn",
    "xa": "xã",
    "phuong": "phường",
    "dac_khu": "đặc khu",
}
"""Kind → how names of units begin."""


def _enter(w: Work, table: Table, id: str, **values: Any) -> None:
    if w.db.scalar(select(table.c.id).where(table.c.id == id)) is None:
        w.add(table, id=id, **values)


def _of_body(row: Data) -> dict[str, str]:
    return {field: row.get(field, "") for field in ("system", "name", "short", "symbol", "part")}


def _dates(row: Data, data: Data) -> Data:
    since, until = row.get("since") or data["since"], row.get("until")
    return {"valid_from": since.isoformat(), "valid_to": until.isoformat() if until else None}


@cache
def _data() -> Data:
    data: Data = yaml.safe_load(Path(__file__).with_name("haiphong.yaml").read_text("utf-8"))
    return data
