"""Reads the worked example (`demo-conference.yaml`): the plan of a conference and the people who are on its list before it opens.

What happens during the conference is `server/rehearsal/script.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import yaml

from moderation.kernel import Identity, Ms, Role
from moderation.people import AddPerson, Channel
from moderation.plan import Body, PetitionPlan, Plan, PlannedItem, Settings, VenuePlan

Data = dict[str, Any]

HANOI = timezone(timedelta(hours=7))

REGIMES = {"dinh_ky": "periodic", "chuyen_de": "thematic", "dot_xuat": "extraordinary"}
FORMATS = {"truc_tiep": "in_person", "truc_tuyen": "online", "ket_hop": "combined"}
BODY_ROLES = {"advising_unit": "advising", "supervisor": "supervisor", "mass_mobilisation": "supervisor"}
FIELDS = {
    "ha_tang_giao_thong": "Hạ tầng giao thông",
    "ha_tang_chieu_sang": "Hạ tầng chiếu sáng",
    "moi_truong": "Môi trường",
    "dat_dai": "Đất đai",
    "an_ninh_trat_tu": "An ninh trật tự",
    "giao_duc": "Giáo dục",
    "y_te": "Y tế",
    "an_sinh_xa_hoi": "An sinh xã hội",
    "thu_tuc_hanh_chinh": "Thủ tục hành chính",
    "dien_nuoc": "Điện, nước",
    "trat_tu_do_thi": "Trật tự đô thị",
    "van_hoa_the_thao": "Văn hóa, thể thao",
    "giai_phong_mat_bang": "Giải phóng mặt bằng",
}
"""Fields of petitions as the minutes name them."""

ACCOUNT_29 = "Tài khoản trực tuyến số 29"
"""The online account that is reminded and then refused (Art. 4.3)."""


@dataclass(frozen=True, slots=True)
class Example:
    """A conference ready to be set up: `plan` for `plan_conference`, then one `add_person` for everybody on the list."""

    id: str
    plan: Plan
    people: tuple[AddPerson, ...]


def read(path: Path | None = None) -> Data:
    """The example as written; without `path` the one that comes with the server."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same reader in C, ten times as fast, where it was built
    data: Data = yaml.load((path or Path(__file__).with_name("demo-conference.yaml")).read_text("utf-8"), loader)
    return data


def load(path: Path | None = None) -> Example:
    """Plan and people of the example. Raises `KeyError` when the file lacks what a plan needs, `OSError` when there is no file."""
    data = read(path)
    return Example(data["conference"]["id"], plan_of(data), people_of(data))


def moment(day: date, clock: str) -> Ms:
    """A clock time of the conference's day ("13:30" or "13:30:05", Vietnam time) as milliseconds since the epoch."""
    return int(datetime.fromisoformat(f"{day.isoformat()}T{clock}").replace(tzinfo=HANOI).timestamp()) * 1_000


def plan_of(data: Data) -> Plan:
    conference, rules, unit, chair = data["conference"], data["house_rules"], data["organization"]["unit"], data["roles"]["chair"]
    bodies = tuple(
        Body(b["id"], b["name"], b["short"], b.get("superior", False), b.get("external", False), BODY_ROLES.get(b.get("role"), "answers"))
        for b in data["organization"]["bodies"]
    )
    venues = tuple(VenuePlan(v["id"], v["name"], v["kind"], v["capacity"], v.get("backup_phone", "")) for v in conference["venues"])
    return Plan(
        title=conference["title"],
        regime=REGIMES[conference["regime"]],
        format=FORMATS[conference["format"]],
        starts_at=moment(conference["date"], conference["starts_at"]),
        ends_at=moment(conference["date"], conference["ends_at"]),
        place=next(v.name for v in venues if v.kind == "main"),
        unit=unit["name"],
        chair_body=next(b.name for b in bodies if b.id == chair["body"]),
        chair_title=chair["title"],
        notice_number=data["after_conference"]["conclusion_notice"]["number"],
        recording_notice=conference["recording_notice"],
        topics=tuple(conference["topics"]),
        house_rules=tuple(rules["rules"]),
        venues=venues,
        bodies=bodies,
        petitions=tuple(petition_of(p) for p in data["petitions"]),
        programme=programme_of(data),
        out_of_scope=len(data["out_of_scope"]),
        settings=Settings(statement_s=rules["speech_limit_seconds"], follow_up_s=rules["follow_up_limit_seconds"]),
    )


def petition_of(p: Data) -> PetitionPlan:
    return PetitionPlan(
        p["id"],
        p["content"],
        p["petitioner"],
        FIELDS[p["field"]],
        p["lead_agency"],
        tuple(p["coordinating"]),
        p["within_authority"],
        p.get("complex", False),
        p.get("escalate_to"),
        p["prepared_answer"],
        p.get("is_group", False),
    )


def programme_of(data: Data) -> tuple[PlannedItem, ...]:
    """The seven steps with who speaks and for how long. Steps 4 and 5 overlap: an answer follows the speech it belongs to."""
    who = {"citizens": "Nhân dân"} | {name: role["title"] for name, role in data["roles"].items()}
    day = data["conference"]["date"]
    return tuple(
        PlannedItem(a["step"], a["name"], who[a["by"]], (moment(day, a["end"]) - moment(day, a["start"])) // 60_000, a["start"])
        for a in data["agenda"]
    )


def people_of(data: Data) -> tuple[AddPerson, ...]:
    """Everybody with a seat before the opening: those who hold the conference, and the two online citizens the example tells of.

    Speakers in the hall, at a venue and on the telephone are entered on the day.
    """
    roles, bodies = data["roles"], {b["id"]: b["name"] for b in data["organization"]["bodies"]}
    online = [s for s in data["speakers"] if s["channel"] == "online" and not s.get("registered_by")]

    def staff(id: str, role: Role, title: str, body: str | None = None, *, deputy: bool = False) -> AddPerson:
        return AddPerson(id, (role,), Identity(title), body=body, deputy=deputy)

    def titled(id: str, role: Role, name: str, *, deputy: bool = False) -> AddPerson:
        return staff(id, role, roles[name]["title"], roles[name]["body"], deputy=deputy)

    return (
        titled("chair", Role.CHAIR, "chair"),
        titled("deputy", Role.CHAIR, "deputy", deputy=True),
        titled("office", Role.OFFICE, "advising_head"),
        titled("secretary", Role.SECRETARY, "secretary"),
        staff("secretary-2", Role.SECRETARY, "Thư ký hội nghị thứ hai - công chức Văn phòng HĐND và UBND phường", roles["secretary"]["body"]),
        titled("desk", Role.DESK, "intake_team"),
        *(
            AddPerson(f"op-{v['id']}", (Role.OPERATOR,), Identity(v["operator"]), Channel.VENUE, v["id"])
            for v in data["conference"]["venues"]
            if v["kind"] == "branch"
        ),
        *(staff(f"agency-{body}", Role.AGENCY, bodies[body], body) for body in data["attendance"]["agencies_present"]),
        staff("monitor-mttq", Role.MONITOR, bodies["mttq"], "mttq"),
        staff("display", Role.DISPLAY, "Màn hình hội trường"),
        *(AddPerson(f"cit-{s['id']}", (Role.CITIZEN,), Identity(s["person"]), Channel.ONLINE) for s in online),
        AddPerson("cit-29", (Role.CITIZEN,), Identity(ACCOUNT_29), Channel.ONLINE),
    )
