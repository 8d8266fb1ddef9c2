"""Pages of the office as they stand in the story, on a desk and on a telephone: nothing that axe finds, no wider than the screen. With SCREENSHOTS=1
(`make screenshots`) their pictures go to docs/screens/office/."""

from __future__ import annotations

import os
import re
from pathlib import Path

from sqlalchemy import select

from server.conclusions.items import items_of
from server.petitions.tables import petition
from server.reports.tables import report
from tests.browser.case_clerks import DESK, HOME, Clerks
from tests.browser.house import ROOT
from tests.browser.test_pages import accessible, fits, resize
from tests.office.ward import CASE

PHONE = (390, 844)
BOOK = ROOT / "docs" / "screens.md"


class Pictures:
    """`names` are the pictures that were taken."""

    def __init__(self, clerks: Clerks, folder: Path) -> None:
        self.clerks = clerks
        self.folder = ROOT / "docs" / "screens" / "office" if os.environ.get("SCREENSHOTS") == "1" else folder / "pictures"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.names: set[str] = set()

    async def take(self, name: str, login: str, path: str) -> None:
        """A page as somebody sees it, in both sizes."""
        await self.clerks.reads(login, path)
        one = self.clerks.people[login]
        for size, ending in ((DESK, ""), (PHONE, "-phone")):
            await resize(one, size)
            await one.until("document.fonts.status === 'loaded'")
            await fits(one)
            await one.page.screenshot(path=self.folder / f"{name}{ending}.png", animations="disabled")
            self.names.add(name + ending)
        await accessible(one)
        await resize(one, DESK)

    async def before(self) -> None:
        """On the day of the rehearsal."""
        with self.clerks.ward.work() as w:
            drains = w.db.scalars(select(petition.c.id).where(petition.c.conference == CASE, petition.c.code == "KN-01")).one()
        await self.take("desk", "van-phong", "/")
        await self.take("plan", "van-phong", f"{HOME}/ke-hoach")
        await self.take("petitions", "tong-hop", f"{HOME}/kien-nghi")
        await self.take("petition", "van-phong", f"{HOME}/kien-nghi/{drains}")
        await self.take("invitations", "van-phong", f"{HOME}/moi-va-thong-bao")
        await self.take("public", "", f"/cong-khai/hoi-nghi/{CASE}")

    async def following(self) -> None:
        """When the agencies should have reported."""
        with self.clerks.ward.work() as w:
            item = items_of(w, CASE)[0]["id"]
        await self.take("overview", "chu-tich", HOME)
        await self.take("notice", "van-phong", f"{HOME}/ket-luan")
        await self.take("recipients", "van-phong", f"{HOME}/ket-luan/noi-nhan")
        await self.take("agency-reports", "van-phong", f"{HOME}/ket-luan/bao-cao")
        await self.take("task", "kthtdt", f"/van-phong/nhiem-vu/{item}")
        await self.take("results", "", f"/cong-khai/ket-luan/{CASE}")

    async def after(self) -> None:
        """At the end of the year."""
        with self.clerks.ward.work() as w:
            half = w.db.scalars(select(report.c.id).where(report.c.kind == "half_year")).one()
        await self.take("year", "chu-tich", "/van-phong/chuong-trinh-nam?nam=2027")
        await self.take("dossier", "van-phong", f"{HOME}/ho-so")
        await self.take("papers", "van-phong", f"{HOME}/van-ban")
        await self.take("report", "van-phong", f"/van-phong/bao-cao/{half}")

    def shown(self) -> None:
        """docs/screens.md shows what there is, each once."""
        assert sorted(re.findall(r"\(screens/office/([\w-]+)\.png\)", BOOK.read_text("utf-8"))) == sorted(self.names)
