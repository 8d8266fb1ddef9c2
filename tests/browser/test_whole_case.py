"""The worked example as one story: from the yearly programme on 01/12/2026 to the yearly report of 2027, acted on the real pages, every expectation of it held."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

from server import clock
from server.demo.example import read
from server.demo.ward import seed_ward
from server.settings import Settings
from tests.browser.browsers import open_browser
from tests.browser.case_after import After
from tests.browser.case_before import Before
from tests.browser.case_clerks import Clerks
from tests.browser.case_pictures import Pictures
from tests.databases import Chosen
from tests.notifications.conftest import FROM, AnyPort, Postbox
from tests.office.ward import Ward


def only_the_ward(url: str) -> None:
    """The ward with its offices and accounts, and nothing planned yet."""
    clock.set_to(clock.moment(date(2026, 12, 1), "08:00"))
    ward = Ward(Settings(database_url=url))
    with ward.work() as w:
        seed_ward(w, read())
    ward.engine.dispose()


@asynccontextmanager
async def open_clerks(chromium: str, folder: Path) -> AsyncIterator[Clerks]:
    """The ward on 01/12/2026 behind a real port, with a browser for everybody."""
    data = folder / "data"
    Settings(data_dir=data).prepare()
    box = Postbox()
    mail = AnyPort(box, hostname="127.0.0.1", port=0)
    mail.start()
    box.port = mail.port
    url = Chosen.databases.seeded(data, "ward_alone", only_the_ward)
    ward = Ward(Settings(data_dir=data, database_url=url, mail_url=box.url, mail_from=FROM))
    ward.at("2026-12-01")
    try:
        async with ward.served() as base, open_browser(chromium, folder) as browser:
            yield Clerks(ward, browser, base, box)
    finally:
        await ward.close()
        mail.stop()
        clock.reset()
        Chosen.databases.drop(url)


async def test_D13_1_D8_D9_D10_D15_the_whole_case(chromium: str, tmp_path: Path) -> None:
    async with open_clerks(chromium, tmp_path) as clerks:
        before = Before(clerks.ward, clerks, tmp_path)
        after, pictures = After(clerks.ward, clerks, before, tmp_path), Pictures(clerks, tmp_path)
        await before.whole()
        await pictures.before()
        await after.to_the_reports()
        await pictures.following()
        await after.to_the_end()
        await pictures.after()
        after.kept()
        pictures.shown()
        clerks.quiet()
