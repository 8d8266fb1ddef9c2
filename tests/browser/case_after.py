"""The case from the morning of its conference to the yearly report: the room, the notice, agencies' reports, the dossier, the periodic reports."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from moderation import Conference
from moderation.case.deadlines import conclusion_due
from moderation.case.dossier import SLOTS
from moderation.case.profiles import QD_1155
from moderation.statistics import statistics
from server.conclusions import distribution, tasks
from server.conclusions.clocks import working_days
from server.conclusions.items import items_of
from server.conclusions.tables import agency_report, milestone
from server.conferences.cases import open_case
from server.conferences.room import accounts_of
from server.conferences.tables import conference
from server.deadlines.tables import deadline
from server.demo.example import people_of
from server.demo.ward import STAFF
from server.dossier.pieces import pieces
from server.office.work import Work
from server.reports.tables import report
from tests.browser.case_before import Before
from tests.browser.case_clerks import HOME, Clerks
from tests.conftest import ROOT
from tests.databases import Chosen
from tests.dossier.conftest import scan
from tests.office.ward import CASE, Ward

ROOM = f"{HOME}/phong-hop"
NOTICE = f"{HOME}/ket-luan"
REPORTS = "/van-phong/bao-cao"
LOGINS = {body: login for login, _, _, body in STAFF if login not in ("admin", "van-phong", "thu-ky", "tong-hop", "dc-02")}
"""Body → who signs in for it."""


class After:
    """From 14/01/2027 to December."""

    def __init__(self, ward: Ward, clerks: Clerks, before: Before, folder: Path) -> None:
        self.ward, self.clerks, self.before, self.folder = ward, clerks, before, folder
        self.given: dict[str, Any] = ward.example
        self.told: dict[str, Any] = self.given["after_conference"]
        self.archive = folder / "archive.zip"

    async def to_the_reports(self) -> None:
        """Up to 16/02/2027."""
        await self.opened()
        await self.held()
        await self.referred()
        await self.published()
        await self.issued()
        await self.sent()
        await self.reported()

    async def to_the_end(self) -> None:
        """Up to 10/12/2027."""
        await self.followed()
        await self.half_year()
        await self.carried_out()
        await self.filed()
        await self.year()

    # --- the room ---------------------------------------------------------------------------------------------------------------

    async def opened(self) -> None:
        """The list is drawn up, the room opened; whoever is missing of the example's people gets a seat (D9.1)."""
        self.ward.at(self.given["conference"]["date"], "12:50")
        await self.clerks.sends("van-phong", ROOM, "/danh-sach")
        await self.clerks.sends("van-phong", "", "/them", role="secretary", name="Thư ký hội nghị thứ hai")
        await self.clerks.sends("van-phong", "", "/mo")
        assert self.stage == "ready"
        with self.ward.work() as w:
            accounts = accounts_of(w, CASE)
        state = (await self.ward.parts.rooms.get(CASE)).room.state
        assert state.plan.out_of_scope == self.given["expected_statistics"]["out_of_scope"]
        await open_case(self.ward.parts.rooms, self.ward.engine, CASE, state.plan, people_of(self.given), accounts)

    async def held(self) -> None:
        """The conference, played act by act while the chair's console is open; the figures are those of the example (D9.1 to D9.7)."""
        page = await self.clerks.clerk("chu-tich")
        await self.clerks.reads("chu-tich", ROOM)
        await page.locator("a[href*='?as=chair']").click()
        await self.clerks.people["chu-tich"].live()
        state = await self.ward.hold()
        await self.clerks.people["chu-tich"].reads("Hội nghị đã bế mạc")
        self.figures(state)
        assert self.stage == "awaiting_notice"

    def figures(self, state: Conference) -> None:
        counted, expected = statistics(state), self.given["expected_statistics"]
        assert {name: counted[name] for name in expected} == expected
        present = self.given["attendance"]
        assert {id: venue.count for id, venue in state.venues.items() if venue.count} == {
            id: count for id, count in present["present"].items() if id != "ONLINE"
        }
        assert sum(present["present"].values()) == present["expected_total"]

    @property
    def stage(self) -> str:
        with self.ward.work() as w:
            return str(w.row(conference, CASE)["stage"])

    def due(self, kind: str) -> Any:
        with self.ward.work() as w:
            return w.db.execute(select(deadline).where(deadline.c.conference == CASE, deadline.c.kind == kind)).mappings().first()

    # --- the notice -------------------------------------------------------------------------------------------------------------

    async def referred(self) -> None:
        """What is beyond the ward goes to the city (KL-10)."""
        given = self.told["escalation"]
        self.ward.at(given["signed_on"])
        there = f"{NOTICE}/kien-nghi-cap-tren"
        await self.clerks.sends("van-phong", there, there, facts="38 hộ đề nghị xem xét đơn giá", request="Đề nghị Ủy ban nhân dân thành phố xem xét")
        await self.clerks.sends("chu-tich", there, "/ky", number=given["number"].partition("/")[0])
        await self.clerks.reads("chu-tich", there, given["number"], given["signed_on"].strftime("%d/%m/%Y"))

    async def published(self) -> None:
        """The results, in time for the law (10 days, rolled to the next working day)."""
        given, expected = self.told["results_publication"], self.given["expected_deadlines"]
        due = self.due("publication")
        assert date.fromisoformat(due["due"]) == expected["law72_publication_due_rolled"]
        assert date.fromisoformat(due["safe"]) == expected["law72_publication_due"]
        self.ward.at(given["published_on"])
        await self.clerks.sends("van-phong", f"{NOTICE}/cong-bo", "/cong-bo", channel="web", on=given["published_on"].isoformat())
        due = self.due("publication")
        assert (due["met_on"] <= due["due"]) == given["expected_on_time"]

    async def issued(self) -> None:
        """Draft, submitted, signed by the chair alone, issued; 10 working days (D10.1a, D11.3)."""
        given, expected = self.told["conclusion_notice"], self.given["expected_deadlines"]
        self.ward.at(given["signed_on"])
        await self.clerks.reads("van-phong", NOTICE, "KL-01", "KL-11")
        assert date.fromisoformat(self.due("conclusion")["due"]) == expected["conclusion_due"]
        with self.ward.work() as w:
            later = conclusion_due(QD_1155, working_days(w), self.given["conference"]["date"], extended=True)
        assert later is not None and later.due == expected["conclusion_due_extended"]
        await self.clerks.sends("van-phong", NOTICE, "/trinh")
        await self.clerks.sends("chu-tich", NOTICE, "/ky")
        await self.clerks.sends("van-phong", NOTICE, "/ban-hanh", number=given["number"].partition("/")[0])
        await self.clerks.reads("", f"/cong-khai/ket-luan/{CASE}", given["number"])
        assert self.stage == "issued"

    async def sent(self) -> None:
        """The five groups are ticked, and the sending is complete (D10.1b)."""
        given = self.told["conclusion_notice"]
        there = f"{NOTICE}/noi-nhan"
        with self.ward.work() as w:
            rows = distribution.recipients_of(w, CASE)
        groups = {row["group"] for row in rows}
        assert len(groups) == given["expected_distribution_groups"]
        bodies = {name: {row["body"] for row in rows if row["group"] == name} for name in groups}
        wanted = given["distribution"]
        names = {"agencies": "agencies", "mass_mobilisation": "mobilisation", "front": "front", "superiors": "superiors"}
        assert {name: bodies[ours] for name, ours in names.items()} == {name: set(wanted[name]) for name in names}
        await self.clerks.sends("van-phong", there, "/danh-dau", ids=[row["id"] for row in rows], on=given["signed_on"].isoformat())
        await self.clerks.sends("van-phong", there, "/hoan-tat")
        due = self.due("conclusion")
        assert (due["met_on"] <= due["due"]) == given["expected_on_time"]
        await self.milestones()
        task = self.told["task_document"]
        self.ward.at(task["signed_on"])
        await self.clerks.sends("van-phong", NOTICE, "/giao-nhiem-vu")
        await self.clerks.sends("chu-tich", NOTICE, "/ky", "[action*='/giao-nhiem-vu/']", number=task["number"].partition("/")[0])
        await self.clerks.reads("chu-tich", NOTICE, task["number"])

    async def milestones(self) -> None:
        """The steps of items with several dates."""
        with self.ward.work() as w:
            ids = {item["code"]: item["id"] for item in items_of(w, CASE)}
        for item in self.given["conclusions"]:
            for step in item.get("milestones", ()):
                there = f"/van-phong/nhiem-vu/{ids[item['id']]}"
                await self.clerks.sends("van-phong", there, "/moc", text=step["text"], due=step["due"].isoformat())

    # --- what the agencies do ---------------------------------------------------------------------------------------------------

    async def reported(self) -> None:
        """Each agency reports under its own account: to the chair and to the petitioner, 7 working days (D10.2)."""
        expected = self.given["expected_deadlines"]["agency_report_due"]
        assert date.fromisoformat(self.due("agency_report")["due"]) == expected
        there = f"{NOTICE}/bao-cao"
        acts = [
            (given[which], which, given) for given in self.told["agency_reports"] for which in ("to_chair_on", "to_petitioner_on") if given[which]
        ]
        for on, which, given in sorted(acts, key=lambda act: (act[0], act[1])):
            self.ward.at(on, "15:00")
            with self.ward.work() as w:
                ids = self.owed(w, given)
            await self.clerks.sends(
                LOGINS[given["agency"]],
                there,
                f"/bao-cao/{given['agency']}",
                ids=ids,
                text="Đã tiếp nhận và phân công thực hiện",
                **{which: on.isoformat()},
            )
        self.ward.at("2027-02-16")
        text = await self.clerks.reads("van-phong", there)
        for given in self.told["agency_reports"]:
            assert given.get("expected_reason", "").casefold() in text.casefold(), f"{given}\n{text}"
            with self.ward.work() as w:
                found = select(deadline).where(deadline.c.kind == "agency_report", deadline.c.subject.in_(self.owed(w, given)))
                rows = w.db.execute(found).mappings().all()
            timely = all(row["met_on"] is not None and row["met_on"] <= row["due"] for row in rows)
            assert timely == given["expected_on_time"], given

    def owed(self, w: Work, given: dict[str, Any]) -> list[str]:
        """The reports that an entry of the example is about."""
        items = {item["code"]: item["id"] for item in items_of(w, CASE)}
        found = select(agency_report.c.id).where(
            agency_report.c.conclusion.in_([items[code] for code in given["covers"]]), agency_report.c.body == given["agency"]
        )
        return list(w.db.scalars(found))

    async def followed(self) -> None:
        """Whoever has a code sees the answer and what became of it; anybody sees the items (D3, D12.1)."""
        page = await self.clerks.sends("", "/theo-doi", "/theo-doi", code=self.before.code)
        said = await page.locator("main").inner_text()
        assert "KN-02" in said and "Báo cáo số 11/BC-UBND" in said, said
        await self.clerks.reads("", f"/cong-khai/ket-luan/{CASE}", "KL-01", "KL-11")

    async def carried_out(self) -> None:
        """Every item is done (D13.2)."""
        self.ward.at("2027-08-13")
        with self.ward.work() as w:
            items = [item for item in items_of(w, CASE) if item["state"] != "settled"]
            steps = w.db.execute(select(milestone.c.id, milestone.c.conclusion, milestone.c.due).where(milestone.c.conference == CASE)).all()
        for step in steps:
            with self.ward.work("van-phong") as w:
                tasks.reach_milestone(w, step.conclusion, step.id, date.fromisoformat(step.due), [])
        first, *others = items
        await self.clerks.sends("van-phong", f"/van-phong/nhiem-vu/{first['id']}", "/dong", on="2027-08-13", text="Đã thực hiện xong")
        for item in others:
            with self.ward.work("van-phong") as w:
                tasks.close_item(w, item["id"], date(2027, 8, 13), "Đã thực hiện xong", [])

    # --- dossier and periodic reports -------------------------------------------------------------------------------------------

    async def half_year(self) -> None:
        """The six-month report: drafted, signed, sent strictly before 30 June (D15.1a)."""
        await self.periodic("half_year", "2027-06-25", 0)

    async def year(self) -> None:
        """The yearly report: strictly before 15 December (D15.1a), and the year's rating (D16.1)."""
        await self.periodic("year", "2027-12-10", 1)
        await self.clerks.reads("dan-van", f"{REPORTS}/xep-loai?nam=2027", self.given["roles"]["chair"]["title"])

    async def periodic(self, kind: str, on: str, number: int) -> None:
        given = self.told["periodic_reports"][number]
        self.ward.at(on)
        page = await self.clerks.sends("van-phong", REPORTS, REPORTS, f":has([value='{kind}']):has([value='{given['year']}'])")
        here = page.url.removeprefix(self.clerks.base).partition("?")[0]
        await self.clerks.sends(
            "van-phong", "", here, situation="Tổ chức đúng kế hoạch", limits="Không", proposals="Không", recipient="Ban Thường vụ Thành ủy"
        )
        await self.clerks.sends("van-phong", here, "/buoc")
        await self.clerks.sends("chu-tich", here, "/buoc", ":has([value=sign])")
        await self.clerks.sends("van-phong", here, "/buoc", sent_on=on)
        with self.ward.work() as w:
            row = w.db.execute(select(report).where(report.c.kind == kind)).mappings().one()
            due = w.db.scalars(select(deadline.c.due).where(deadline.c.kind == "periodic_report", deadline.c.subject == row["id"])).one()
        assert row["state"] == "sent" and date.fromisoformat(due) == given["expected_latest"] and row["sent_on"] <= due

    async def filed(self) -> None:
        """The nine places of the dossier, its lock, its archive, which verifies by itself (D15.2)."""
        there = f"{HOME}/ho-so"
        slip = self.folder / "phieu.pdf"
        slip.write_bytes(scan("Phiếu lấy ý kiến"))
        await self.clerks.sends("van-phong", f"{there}/them?cho=phieu_lay_y_kien", "/them", file=slip, subject="Phiếu lấy ý kiến của Nhân dân")
        await self.clerks.sends("van-phong", "", "/bien-ban")
        await self.clerks.sends("van-phong", f"{there}/luu-giu", "/luu-giu", term="10 năm", custodian=self.given["roles"]["advising_head"]["title"])
        with self.ward.work() as w:
            filled = {piece.slot for piece in pieces(w, CASE)}
        assert {one["item"]: one["item"] in filled for one in self.given["expected_dossier"]} == {
            one["item"]: one["present"] for one in self.given["expected_dossier"]
        }
        assert {slot.id for slot in SLOTS if slot.optional} == {one["item"] for one in self.given["expected_dossier"] if one.get("optional")}
        await self.clerks.sends("van-phong", there, "/khoa")
        assert self.stage == "closed"
        await self.clerks.reads("van-phong", f"{there}/ban-ke", "SHA-256")
        await self.clerks.sends("van-phong", there, "/xuat")
        page = await self.clerks.clerk("van-phong")
        fetch = page.locator("a[href$='.zip']")
        while not await fetch.count():
            await asyncio.sleep(0.2)
            await page.reload()
        async with page.expect_download() as download:
            await fetch.click()
        await (await download.value).save_as(self.archive)

    def kept(self) -> None:
        """`doithoai verify` finds journal, histories and archive whole; an empty system takes the archive in and has the same case (D4.1, D15.2, D16.2)."""
        url = self.ward.settings.database
        self.typed("verify", url=url)
        self.typed("verify", str(self.archive), url=url)
        folder = self.folder / "elsewhere"
        other = Chosen.databases.fresh(folder)
        try:
            self.typed("import", str(self.archive), url=other, data=folder)
            self.typed("verify", url=other, data=folder)
            self.typed("archive", CASE, str(folder / "again.zip"), url=other, data=folder)
            assert (folder / "again.zip").read_bytes() == self.archive.read_bytes()
        finally:
            Chosen.databases.drop(other)

    def typed(self, *words: str, url: str, data: Path | None = None) -> str:
        """A command as it is typed, which must succeed."""
        given = {**os.environ, "DOITHOAI_DATABASE_URL": url, "DOITHOAI_DATA_DIR": str(data or self.ward.settings.data_dir)}
        done = subprocess.run([sys.executable, "-m", "server", *words], cwd=ROOT, env=given, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout
