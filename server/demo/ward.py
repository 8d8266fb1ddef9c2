"""The office of the worked example: the ward with its bodies and offices, an account for everybody who works there, and the conference as a case."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from moderation.case.rights import Duty
from moderation.case.stages import Stage
from server.accounts.staff import account_named, create_account
from server.conferences.found import find_again
from server.conferences.tables import chair, conference, content, participant, programme_item, venue, year_entry
from server.demo.example import FORMATS, REGIMES, people_of, programme_of
from server.office.work import Work
from server.organisation.tables import body, duty, level, office, unit

SINCE = "2025-07-01"
"""The day since which there are two levels alone."""

DOMAIN = "vidu.example"
"""Where the bodies of the example have their addresses: a name that leads nowhere (RFC 2606)."""

STAFF: tuple[tuple[str, str, Duty, str], ...] = (
    ("admin", "Quản trị hệ thống", Duty.ADMIN, "vp"),
    ("chu-tich", "Chủ tịch UBND phường Bến Sông", Duty.CHAIR, "ubnd"),
    ("van-phong", "Chánh Văn phòng HĐND và UBND phường", Duty.ADVISING, "vp"),
    ("thu-ky", "Thư ký hội nghị", Duty.SECRETARY, "vp"),
    ("tong-hop", "Bộ phận tổng hợp ý kiến", Duty.INTAKE, "vp"),
    ("kthtdt", "Phòng Kinh tế, Hạ tầng và Đô thị", Duty.AGENCY, "kthtdt"),
    ("vhxh", "Phòng Văn hóa - Xã hội", Duty.AGENCY, "vhxh"),
    ("cong-an", "Công an phường", Duty.AGENCY, "ca"),
    ("hcc", "Trung tâm Phục vụ hành chính công phường", Duty.AGENCY, "hcc"),
    ("tram-y-te", "Trạm Y tế phường", Duty.AGENCY, "tyt"),
    ("cap-nuoc", "Chi nhánh cấp nước khu vực 3", Duty.AGENCY, "nuoc"),
    ("dat-dai", "Chi nhánh Văn phòng đăng ký đất đai khu vực 5", Duty.AGENCY, "vpdk"),
    ("qlda", "Ban Quản lý dự án khu vực phía Đông", Duty.AGENCY, "bqlda"),
    ("dan-van", "Ban Xây dựng Đảng - Đảng ủy phường", Duty.MOBILISATION, "bxdd"),
    ("mttq", "Ủy ban MTTQ Việt Nam phường", Duty.FRONT, "mttq"),
    ("dc-02", "Tổ trưởng Tổ dân phố số 4", Duty.OPERATOR, "vp"),
)
"""Login, name, duty, body: one account for each duty, and one for each agency that leads an answer."""

ROOM_ROLES = {"chair": "chu-tich", "office": "van-phong", "secretary": "thu-ky", "desk": "tong-hop", "op-DC-02": "dc-02", "agency-kthtdt": "kthtdt",
              "agency-vhxh": "vhxh", "agency-ca": "cong-an", "agency-hcc": "hcc", "agency-tyt": "tram-y-te", "agency-nuoc": "cap-nuoc",
              "agency-vpdk": "dat-dai", "agency-bqlda": "qlda", "monitor-mttq": "mttq"}  # fmt: skip
"""Person in the room → login of the account that sits there."""


def seed_ward(w: Work, data: dict[str, Any]) -> None:
    """The organisation of the example and its accounts (without passwords). Does nothing where the ward is there already."""
    w.act = "keep_organisation"
    organisation = data["organization"]
    ward, city = organisation["unit"], organisation["city"]
    if w.db.scalar(select(unit.c.id).where(unit.c.id == ward["id"])) is not None:
        return
    for id, name, rank in (("thanh_pho", "Thành phố", 1), ("xa_phuong_dackhu", "Xã, phường, đặc khu", 2)):
        if w.db.scalar(select(level.c.id).where(level.c.id == id)) is None:
            w.add(level, id=id, name=name, rank=rank, valid_from=SINCE)
    if w.db.scalar(select(unit.c.id).where(unit.c.id == city["id"])) is None:
        w.add(unit, id=city["id"], level="thanh_pho", kind="thanh_pho", name=city["name"], place="Hải Phòng", valid_from=SINCE)
    w.add(
        unit,
        id=ward["id"],
        level=ward["level"],
        parent=city["id"],
        kind=ward["kind"],
        name=ward["name"],
        place=ward["place_on_documents"],
        valid_from=SINCE,
    )
    for b in organisation["bodies"]:
        w.add(body, id=b["id"], unit=city["id"] if b["id"] == "ubndtp" else ward["id"], system=b["system"], name=b["name"], short=b["short"],
              symbol=b.get("symbol", ""), part=b.get("role", ""), external=b.get("external", False), superior=b.get("superior", False),
              email=f"{b['id'].replace('_', '-')}@{DOMAIN}", valid_from=SINCE)  # fmt: skip
    chair_title, deputy_title = data["roles"]["chair"]["title"], data["roles"]["deputy"]["title"]
    w.add(office, id="ct-ubnd", body="ubnd", title=chair_title, valid_from=SINCE)
    w.add(office, id="pct-ubnd", body="ubnd", title=deputy_title, deputy_of="ct-ubnd", valid_from=SINCE)
    w.add(office, id="bt-dang-uy", body="dang_uy", title="Bí thư Đảng ủy phường Bến Sông", valid_from=SINCE)
    for login, name, role, at in STAFF:
        account = create_account(w.db, login, name, w.now)
        w.add(duty, account=account, role=role.value, body=at, office="ct-ubnd" if role is Duty.CHAIR else None, deputy=False, valid_from=SINCE)


def account_id(w: Work, login: str) -> str:
    """The id of an account of the example."""
    return account_named(w.db, login).id


def seed_case(w: Work, data: dict[str, Any], id: str, stage: Stage) -> None:
    """The example's conference as a case that stands at this stage, with venues, programme, chairs and people."""
    w.act = "draft_case"
    given, rules = data["conference"], data["house_rules"]
    day: date = given["date"]
    collection, preparation, assigned = data["preparation"]["collection"], data["preparation"], data["assignment_decision"]
    entry = w.add(year_entry, unit=data["organization"]["unit"]["id"], year=day.year, office="ct-ubnd", regime=REGIMES[given["regime"]], month=day.month,
                  planned_on=day.isoformat(), topic=given["topics"][0], approved_at=w.now, approved_by=account_id(w, "chu-tich"))  # fmt: skip
    w.add(
        conference, id=id, unit=data["organization"]["unit"]["id"], title=given["title"], stage=stage.value, regime=REGIMES[given["regime"]],
        format=FORMATS[given["format"]], date=day.isoformat(), starts_at=given["starts_at"], ends_at=given["ends_at"],
        place=next(v["name"] for v in given["venues"] if v["kind"] == "main"), topics=given["topics"], participants="Nhân dân phường Bến Sông; lãnh đạo các cơ quan liên quan",
        coordination="Văn phòng HĐND và UBND phường chủ trì; các phòng, ban, đơn vị phối hợp theo phân công",
        purpose="Nắm bắt, trao đổi, giải quyết ý kiến, kiến nghị chính đáng của Nhân dân", house_rules=rules["rules"],
        recording_notice=given["recording_notice"], speech_seconds=rules["speech_limit_seconds"], follow_up_seconds=rules["follow_up_limit_seconds"],
        profiles=[data["legal_profile"]["primary"]["code"], data["legal_profile"]["secondary"]["code"]], advising_body=assigned["assigned_unit"],
        assignment=assigned["number"], assignment_date=assigned["issued_on"].isoformat(), collection_from=collection["opens_on"].isoformat(),
        collection_to=collection["closes_on"].isoformat(), answers_due=preparation["assignment_of_petitions"]["answers_due_on"].isoformat(),
        year_entry=entry, created=w.now, approved_at=w.now, approved_by=account_id(w, "chu-tich"), approved_version=1,
    )  # fmt: skip
    find_again(w, id)
    w.add(chair, conference=id, office="ct-ubnd", account=account_id(w, "chu-tich"), place=1)
    for v in given["venues"]:
        w.add(venue, conference=id, code=v["id"], kind=v["kind"], name=v["name"], capacity=v["capacity"], cameras=v.get("cameras", 0),
              operator=v.get("operator", ""), backup_phone=v.get("backup_phone", ""))  # fmt: skip
    for block, topic in zip("abc", given["topics"], strict=True):
        w.add(content, conference=id, block=block, text=topic, speaker=data["roles"]["chair"]["title"])
    for item in programme_of(data):
        w.add(programme_item, conference=id, step=item.step, title=item.title, by=item.by, starts=item.starts, minutes=item.minutes)
    for person in people_of(data):
        login = ROOM_ROLES.get(person.person)
        w.add(participant, conference=id, person=person.person, role=person.roles[0].value, name=person.identity.name if person.identity else "",
              body=person.body, venue=person.venue or "", account=account_id(w, login) if login else None, deputy=person.deputy)  # fmt: skip
