"""The case up to the morning of its conference: the year's programme, the plan and its approval, petitions, answers, invitations, the public notice."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]
from sqlalchemy import select

from moderation.case.petitions import Kind
from server.deadlines.tables import deadline
from server.demo.example import FORMATS, REGIMES, programme_of
from server.demo.story import ALSO_RUBBISH, ELSEWHERE, Story
from server.files.store import Store
from server.invitations import announcing, delivery, letters, recipients
from server.notifications.sender import sender
from server.notifications.worker import send_once
from server.office.work import Work
from server.organisation.queries import advising_of
from server.petitions import answering, assigning, paper_data, triage
from server.petitions.reading import heading
from server.petitions.tables import petition
from server.petitions.told import field_name
from tests.browser.case_clerks import HOME, Clerks, press
from tests.office.ward import CASE, Ward

PLAN = f"{HOME}/ke-hoach"
PETITIONS = f"{HOME}/kien-nghi"
INVITING = f"{HOME}/moi-va-thong-bao"
GUEST, ADDRESS = "Bà Nguyễn Thị Ước", "uoc@example.vn"


class Before:
    """From 01/12/2026 to 12/01/2027."""

    def __init__(self, ward: Ward, clerks: Clerks, folder: Path) -> None:
        self.ward, self.clerks, self.folder = ward, clerks, folder
        self.given: dict[str, Any] = ward.example
        self.preparation: dict[str, Any] = self.given["preparation"]
        self.code = ""
        """The tracking code of the citizen who sent KN-02 from the public form."""

    async def whole(self) -> None:
        await self.year()
        await self.plan()
        await self.approved()
        await self.collected()
        await self.sorted()
        await self.answered()
        await self.invited()
        await self.told()
        await self.rehearsed()

    async def year(self) -> None:
        """The yearly programme (D13.1)."""
        self.ward.at("2026-12-01")
        year, topic = self.given["conference"]["date"].year, self.given["conference"]["topics"][0]
        path = "/van-phong/chuong-trinh-nam"
        await self.clerks.reads("van-phong", f"{path}?nam={year}")
        await self.clerks.sends(
            "van-phong", "", path, office="ct-ubnd", regime="periodic", month=1, planned_on=self.given["conference"]["date"].isoformat(), topic=topic
        )
        await self.clerks.reads("chu-tich", f"{path}?nam={year}", topic)
        await self.clerks.sends("chu-tich", "", f"{path}/duyet")
        await self.clerks.reads("van-phong", f"{path}?nam={year}", "Đã duyệt")

    async def plan(self) -> None:
        """The plan with who presides, content, venues and programme (D8.1a, D7, D6.1)."""
        self.ward.at(self.preparation["plan"]["issued_on"])
        case, rules = self.given["conference"], self.given["house_rules"]
        await self.clerks.reads("van-phong", "/van-phong/hoi-nghi/moi")
        page = await self.clerks.clerk("van-phong")
        entry = await page.locator("[name=year_entry] option").last.get_attribute("value")
        await self.clerks.sends(
            "van-phong", "", "/hoi-nghi/moi", title=case["title"], regime=REGIMES[case["regime"]], unit="p-bensong", year_entry=entry or "", id=CASE
        )
        collection, assigned = self.preparation["collection"], self.given["assignment_decision"]
        law = self.given["legal_profile"]
        await self.clerks.sends(
            "van-phong", "", "/ke-hoach", date=case["date"].isoformat(), starts_at=case["starts_at"], ends_at=case["ends_at"],
            place=case["venues"][0]["name"], format=FORMATS[case["format"]], topics="\n".join(case["topics"]),
            participants="Nhân dân phường Bến Sông; lãnh đạo các cơ quan liên quan", coordination="Văn phòng chủ trì; các phòng, đơn vị phối hợp",
            purpose="Lắng nghe, tiếp thu, giải quyết ý kiến, kiến nghị chính đáng của Nhân dân", house_rules="\n".join(rules["rules"]),
            recording_notice=case["recording_notice"], speech_seconds=rules["speech_limit_seconds"], follow_up_seconds=rules["follow_up_limit_seconds"],
            advising_body=assigned["assigned_unit"], assignment=assigned["number"], assignment_date=assigned["issued_on"].isoformat(),
            collection_from=collection["opens_on"].isoformat(), collection_to=collection["closes_on"].isoformat(),
            answers_due=self.preparation["assignment_of_petitions"]["answers_due_on"].isoformat(),
            profiles=[law["primary"]["code"], law["secondary"]["code"]],
        )  # fmt: skip
        await self.clerks.sends("van-phong", "", "/chu-tri", office="ct-ubnd")
        with self.ward.work() as w:
            advising, _ = advising_of(w.db, "ct-ubnd", case["date"])
        assert (advising.case, advising.needs_assignment) == (f"7.{assigned['expected_article7_case']}", True)
        for block, topic in zip("abc", case["topics"], strict=True):
            await self.clerks.sends(
                "van-phong", "", "/noi-dung", f":has([value='{block}'])", text=topic, speaker=self.given["roles"]["chair"]["title"]
            )
        for v in case["venues"]:
            await self.clerks.sends(
                "van-phong", "", "/diem-cau", code=v["id"], kind=v["kind"], name=v["name"], capacity=v["capacity"], cameras=v.get("cameras", 0),
                operator=v.get("operator", ""), backup_phone=v.get("backup_phone", ""),
            )  # fmt: skip
        items = programme_of(self.given)
        await self.clerks.sends(
            "van-phong", "", "/chuong-trinh", title=[i.title for i in items], by=[i.by for i in items], starts=[i.starts for i in items],
            minutes=[str(i.minutes) for i in items],
        )  # fmt: skip

    async def approved(self) -> None:
        """The chair approves; the papers are signed; the deadlines are those of the example (D8.1b, D11.2)."""
        await self.clerks.sends("chu-tich", PLAN, "/duyet")
        await self.clerks.reads("chu-tich", PLAN, "Đã duyệt")
        given = self.preparation
        with self.ward.work() as w:
            story = self.story(w)
            story.paper("assignment", self.given["assignment_decision"]["issued_on"], self.given["assignment_decision"]["number"])
            story.paper("plan", given["plan"]["issued_on"], given["plan"]["number"])
            story.paper("programme", given["programme"]["issued_on"], given["programme"]["number"])
            story.paper("house_rules", given["programme"]["issued_on"])
        expected = self.given["expected_deadlines"]
        assert self.due("QD-1155-QD-TU") == (expected["notice_latest"], expected["notice_latest_strict"])
        assert self.due("LUAT-72-2025-D43")[0] == expected["law72_notice_latest"]

    def story(self, w: Work) -> Story:
        return Story(w, self.given, CASE, self.ward.parts.keys, Store(self.ward.settings.data_dir / "files"))

    def due(self, profile: str) -> tuple[date, date | None]:
        """When invitations and notice are due by this law at the latest, and the safe day before that."""
        with self.ward.work() as w:
            found = select(deadline.c.due, deadline.c.safe).where(
                deadline.c.conference == CASE, deadline.c.kind == "notice", deadline.c.clock == profile
            )
            due, safe = w.db.execute(found).one()
        return date.fromisoformat(due), safe and date.fromisoformat(safe)

    async def collected(self) -> None:
        """A citizen without an account, a slip, and a table of the others (D8.2a, D12.1, D12.3)."""
        opens = self.preparation["collection"]["opens_on"]
        self.ward.at(opens)
        await self.clerks.sends("van-phong", PLAN, "/giai-doan", ":has([value=collecting])")
        by_code = {p["id"]: p for p in self.given["petitions"]}
        rubbish, drains = by_code["KN-02"], by_code["KN-01"]
        page = await self.clerks.sends(
            "", f"/y-kien/{CASE}", f"/y-kien/{CASE}", name="Phạm Văn Hòa", area="Tổ dân phố số 5", field=rubbish["field"], content=rubbish["content"],
            declared=True,
        )  # fmt: skip
        self.code = (await page.locator("[data-code]").inner_text()).strip()
        await self.clerks.sends(
            "tong-hop", f"{PETITIONS}/phieu", "/phieu", source="paper_slip", name=drains["petitioner"], area="Tổ dân phố số 2", field=drains["field"],
            content=drains["content"], is_group=True, representative="Người đại diện các hộ", authority="Biên bản họp các hộ", publish_name=True,
            declared=True,
        )  # fmt: skip
        table = self.folder / "y-kien.xlsx"
        table.write_bytes(sheet(self.given, opens + timedelta(days=2)))
        self.ward.at(self.preparation["collection"]["closes_on"])
        await self.clerks.sends("tong-hop", f"{PETITIONS}/nhap-bang", "/nhap-bang", file=table)
        page = await self.clerks.clerk("tong-hop")
        await press(page, page.locator("main form[action*='/nhap-bang/'] button[type=submit]").first)

    def ids(self) -> dict[str, str]:
        """Text of a petition → its id."""
        with self.ward.work() as w:
            return {row.content: row.id for row in w.db.execute(select(petition.c.content, petition.c.id).where(petition.c.conference == CASE))}

    async def sorted(self) -> None:
        """Triage, what belongs elsewhere, three opinions told as one (D1.2, D8.2b)."""
        ids = self.ids()
        for p in self.given["petitions"]:
            one = ids[p["content"]]
            if p["id"] == "KN-01":
                await self.clerks.sends("tong-hop", f"{PETITIONS}/{one}/phan-loai", "/phan-loai", kind="in_scope", shown_as=p["petitioner"])
                continue
            decision = triage.Decision(
                Kind.IN_SCOPE, p["field"], p["petitioner"], within_authority=p["within_authority"], complex=p.get("complex", False),
                escalate_to=p.get("escalate_to"),
            )  # fmt: skip
            with self.ward.work("tong-hop") as w:
                triage.triage(w, CASE, one, decision)
        for number, letter in enumerate(self.given["out_of_scope"], start=1):
            kind, to = ELSEWHERE[letter["kind"]]
            decision = triage.Decision(
                kind, "khac", "Công dân", note=letter["action"], referral_to=to, referral_no=f"{number:02}/PC-VP",
                referral_date=self.preparation["collection"]["closes_on"],
            )  # fmt: skip
            with self.ward.work("tong-hop") as w:
                triage.triage(w, CASE, ids[letter["summary"]], decision)
        rubbish = next(p for p in self.given["petitions"] if p["id"] == "KN-02")
        await self.clerks.sends("tong-hop", f"{PETITIONS}/{ids[rubbish['content']]}/gop", "/gop", others=[ids[text] for text in ALSO_RUBBISH])
        await self.clerks.reads("tong-hop", f"{PETITIONS}/{ids[rubbish['content']]}", f"{rubbish['merged_from']} ý kiến")
        with self.ward.work() as w:
            codes = {row.content: row.code for row in w.db.execute(select(petition.c.content, petition.c.code))}
        assert {p["id"]: codes[p["content"]] for p in self.given["petitions"]} == {p["id"]: p["id"] for p in self.given["petitions"]}
        assert [codes[letter["summary"]] for letter in self.given["out_of_scope"]] == [letter["id"] for letter in self.given["out_of_scope"]]

    async def answered(self) -> None:
        """Assigned, drafted by the agency, checked by the office, released by the chair; both reports (D8.2c)."""
        given, ids = self.preparation, self.ids()
        due = given["assignment_of_petitions"]
        for p in self.given["petitions"]:
            one = f"{PETITIONS}/{ids[p['content']]}"
            if p["id"] == "KN-01":
                self.ward.at(due["issued_on"])
                await self.clerks.sends("van-phong", f"{one}/phan-cong", "/phan-cong", lead=p["lead_agency"], coordinating=p["coordinating"])
                self.ward.at(due["answers_due_on"])
                await self.clerks.sends("kthtdt", f"{one}/tra-loi", "/tra-loi", text=p["prepared_answer"])
                await self.clerks.sends("van-phong", one, "/kiem-tra")
                await self.clerks.sends("chu-tich", one, "/cong-bo")
                continue
            self.answer(ids[p["content"]], p, due)
        report, answers = given["synthesis_report"], given["answer_report"]
        self.paper(paper_data.draft_synthesis, report["issued_on"], report["number"], "van-phong")
        self.paper(paper_data.draft_answers, answers["issued_on"], answers["number"])
        await self.clerks.sends("", "/theo-doi", "/theo-doi", code=self.code)
        page = await self.clerks.clerk("")
        assert "thu gom" in await page.locator("main").inner_text()

    def answer(self, one: str, p: dict[str, Any], due: dict[str, Any]) -> None:
        self.ward.at(due["issued_on"])
        with self.ward.work("van-phong") as w:
            assigning.assign(w, CASE, one, assigning.Assignment(p["lead_agency"], tuple(p["coordinating"]), due["answers_due_on"]))
        self.ward.at(due["answers_due_on"])
        with self.ward.work("van-phong") as w:
            answering.draft(w, CASE, one, p["prepared_answer"], seen=0)
        with self.ward.work("van-phong") as w:
            answer = answering.current(w, one)
            assert answer is not None
            answering.check(w, CASE, one, answer["id"])
        with self.ward.work("chu-tich") as w:
            answering.release(w, CASE, one, answer["id"])

    def paper(self, draft: Any, on: date, number: str, signer: str = "chu-tich") -> None:
        """A paper drafted by the office, signed and issued on this day under this number."""
        self.ward.at(on)
        with self.ward.work("van-phong") as w:
            made = draft(w, CASE)
        with self.ward.work() as w:
            self.story(w).issue(made, on, number, signer)

    async def invited(self) -> None:
        """96 invitations, sent in time by the law's last day; one is answered from its link (D8.1b, D8.1d)."""
        given = self.preparation["invitations"]
        self.ward.at(given["sent_on"], "07:30")
        self.paper(letters.draft_for_signing, given["sent_on"], given["number"])
        self.ward.at(given["sent_on"], "16:00")
        await self.clerks.sends("van-phong", INVITING, "/them", recipient=GUEST, residence="Tổ dân phố số 2", address=ADDRESS)
        with self.ward.work("van-phong") as w:
            there = 1 + recipients.add(
                w, CASE, [*recipients.bodies(w, self.given["attendance"]["agencies_present"]), *recipients.petitioners(w, CASE)]
            )
            some = [recipients.Guest(f"Đại diện hộ dân số {n}", f"Tổ dân phố số {n % 9 + 1}") for n in range(1, given["sent_count"] - there + 1)]
            recipients.add(w, CASE, some)
        await self.clerks.sends("van-phong", INVITING, "/gui")
        send_once(self.ward.engine, sender(self.ward.engine, self.ward.settings))
        await self.clerks.sends("van-phong", INVITING, "/da-trao", on=given["sent_on"].isoformat())
        with self.ward.work() as w:
            rows = recipients.invitations(w, CASE)
            assert len(rows) == given["sent_count"] and all(row["sent_at"] for row in rows)
            assert {one.in_time for one in delivery.on_time(w, CASE)} == {given["expected_on_time"]}
        mail = next(mail for mail in self.clerks.postbox.mails if ADDRESS in mail["To"])
        letter = mail.get_body(("plain",))
        assert letter is not None and [file.get_content_type() for file in mail.iter_attachments()] == ["text/calendar", "application/pdf"]
        page = await self.clerks.clerk("")
        await page.goto(next(word for word in letter.get_content().split() if "/moi#" in word))
        await page.locator("h1 bdi").wait_for()
        await self.clerks.sends("", "", "/moi/tra-loi", answer="coming", wants_to_speak=True, topic="Thoát nước ngõ 12")
        await self.clerks.reads("van-phong", INVITING, GUEST)
        await page.reload()  # the wish is taken back: the worked example has a queue without it
        await page.locator("h1 bdi").wait_for()
        await self.clerks.sends("", "", "/moi/tra-loi", answer="coming", wants_to_speak=False)

    async def told(self) -> None:
        """The public notice on four channels, in time (D8.1c)."""
        given = self.preparation["public_notice"]
        base = self.clerks.base
        self.paper(lambda w, id: announcing.draft_notice(w, id, base), given["published_on"], given["number"])
        self.ward.at(given["published_on"], "16:30")
        for n, channel in enumerate(("website", "loudspeaker", "posted", "zalo")):
            await self.clerks.sends(
                "van-phong", INVITING, "/cong-bo", channel=channel, day=given["published_on"].isoformat(), hour=f"{8 + n:02}:00",
                url=f"{base}/cong-khai/hoi-nghi/{CASE}", note=given["channels"][n],
            )  # fmt: skip
        with self.ward.work() as w:
            assert {one.in_time for one in announcing.told_in_time(w, CASE)} == {given["expected_on_time"]}
        await self.clerks.reads("", f"/cong-khai/hoi-nghi/{CASE}", self.given["conference"]["title"])

    async def rehearsed(self) -> None:
        """The technical rehearsal, venue by venue."""
        held = self.preparation["technical_rehearsal"]
        self.ward.at(held["held_on"])
        for code, result in (("DC-01", "Hình, tiếng ổn định"), ("DC-02", "Hình, tiếng ổn định"), ("DC-03", held["result"])):
            await self.clerks.sends("van-phong", PLAN, "/thu", code=code, tested_on=held["held_on"].isoformat(), test_result=result)


def sheet(given: dict[str, Any], on: date) -> bytes:
    """The opinions that came otherwise, as the table that the office reads in."""
    columns = ("name", "area", "field", "content", "is_group", "representative", "authority", "households", "received_on", "publish_name", "source_detail", "declared")  # fmt: skip
    day = on.strftime("%d/%m/%Y")
    rows: list[Sequence[str]] = []
    for p in given["petitions"]:
        if p["id"] not in ("KN-01", "KN-02"):
            group = bool(p.get("is_group"))
            spoken = ("x", "Người đại diện các hộ", "Biên bản họp các hộ", "38" if p.get("representative_required") else "") if group else ("",) * 4
            who = "Tổ trưởng tổ dân phố" if p["source"] == "to_truong_ghi_ho" else ""
            rows.append((p["petitioner"], "", field_name(p["field"]), p["content"], *spoken, day, "x", who, "x"))
    rows += [("Công dân Tổ dân phố số 5", "Tổ dân phố số 5", field_name("moi_truong"), text, *("",) * 4, day, "", "", "x") for text in ALSO_RUBBISH]
    rows += [("Công dân", "", "", letter["summary"], *("",) * 4, day, "", "", "x") for letter in given["out_of_scope"]]
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        table = book.add_worksheet()
        for number, row in enumerate([[heading(column) for column in columns], *rows]):
            table.write_row(number, 0, row)
    return out.getvalue()
