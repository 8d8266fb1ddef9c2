"""The petitions of the worked example, taken the whole way: entered, triaged, merged, assigned, answered, checked and released; and the two that belong
elsewhere."""

from __future__ import annotations

from datetime import date
from typing import Any

from moderation.case.petitions import Kind, Sender
from server.accounts.keys import Keys
from server.conferences.tables import conference
from server.files.store import Store
from server.office.work import Work
from server.petitions.answering import check, draft, release
from server.petitions.assigning import Assignment, assign
from server.petitions.entering import Entry, enter
from server.petitions.merging import merge
from server.petitions.tables import petition
from server.petitions.triage import Decision, triage

SOURCES = {"phieu_giay": "paper_slip", "bieu_mau_truc_tuyen": "web_form", "to_truong_ghi_ho": "on_behalf", "duong_day_nong": "hotline"}
KINDS = {"khieu_nai": Kind.COMPLAINT, "to_cao": Kind.DENUNCIATION}
REFERRED = {Kind.COMPLAINT: "Người có thẩm quyền giải quyết theo Luật Khiếu nại", Kind.DENUNCIATION: "Bộ phận tiếp công dân"}
TO_BE_DISCUSSED = "can_trao_doi_them"
AREA = "Tổ dân phố số "


def seed_petitions(w: Work, data: dict[str, Any], id: str, keys: Keys, store: Store, *, answered: bool = True) -> dict[str, str]:
    """Takes the example's petitions in; gives code → id. Without `answered` they stop where agencies begin to write."""
    found = w.row(conference, id)
    made: dict[str, str] = {}
    for given in data["petitions"]:
        made[given["id"]] = one = _enter(w, found, given, given["content"], keys, store)
        w.act = "triage_petition"
        beyond = given.get("escalate_to")
        decision = Decision(
            Kind.IN_SCOPE,
            given["field"],
            given["petitioner"],
            within_authority=given["within_authority"],
            complex=given.get("complex", False),
            escalate_to=beyond,
        )
        triage(w, id, one, decision)
        again = [
            _enter(w, found, given, f"{given['content']} (ý kiến thứ {count})", keys, store) for count in range(2, given.get("merged_from", 1) + 1)
        ]
        if again:
            merge(w, id, one, again)
        due = date.fromisoformat(found["answers_due"])
        assign(w, id, one, Assignment(given["lead_agency"], tuple(given["coordinating"]), due))
        if answered:
            answer = draft(w, id, one, given["prepared_answer"], seen=0)
            check(w, id, one, answer)
            release(w, id, one, answer)
    for given in data["out_of_scope"]:
        kind = KINDS[given["kind"]]
        made[given["id"]] = one = enter(w, found, Entry(Sender(given["summary"]), given["summary"], "khac", "paper_slip", True), keys, store)
        triage(w, id, one, Decision(kind, "khac", "Công dân", given["summary"], given["action"], REFERRED[kind]))
    assert all(w.row(petition, one)["code"] == code for code, one in made.items())
    return made


def _enter(w: Work, found: Any, given: dict[str, Any], content: str, keys: Keys, store: Store) -> str:
    """Names in the example are no people: each is what the sender is called in public."""
    called, area = given["petitioner"], ""
    if AREA in called:
        area = AREA + called.partition(AREA)[2].split()[0]
    group = given.get("is_group", False)
    named = ("Người đại diện các hộ", "Biên bản họp các hộ") if group else ("", "")
    sender = Sender(called, area, None, group, *named, publish_name=True)
    source = SOURCES[given["source"]]
    return enter(
        w,
        found,
        Entry(sender, content, given["field"], source, True, source_detail="Tổ trưởng Tổ dân phố" if source == "on_behalf" else ""),
        keys,
        store,
    )
