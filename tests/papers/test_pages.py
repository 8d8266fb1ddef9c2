"""The papers in a real browser: fit for a phone, for a screen reader, for a printer, and the way back from the notice to the minutes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, sync_playwright

from server.settings import Settings
from tests.papers.meeting import Meeting
from tests.papers.site import app, serving

QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield started
        started.close()


@pytest.fixture(scope="module")
def base(agreed: Meeting, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(app(agreed.state, Settings(data_dir=tmp_path_factory.mktemp("pages")))) as address:
        yield address


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 360, "height": 740})
    yield page
    page.close()


@pytest.mark.parametrize("address", ["bien-ban", "ket-luan"])
def test_axe_finds_nothing_and_nothing_hangs_over_a_phone_s_edge(phone: Page, base: str, address: str) -> None:
    phone.goto(f"{base}/hop/secretary/{address}", wait_until="load")
    assert Axe().run(phone).response["violations"] == []
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_an_item_of_the_notice_leads_to_the_speech_in_the_minutes(phone: Page, base: str) -> None:
    phone.goto(f"{base}/hop/secretary/ket-luan")
    phone.locator("#ket-luan-1 a", has_text="Ông An").first.click()
    phone.wait_for_url("**/bien-ban#luot-S35")
    shown = phone.locator(".paper-item:has(:target)")
    assert "Ý kiến 1." in shown.inner_text()
    assert 0 <= shown.evaluate("e => e.getBoundingClientRect().top") < 740


def test_print_leaves_the_paper_alone(phone: Page, base: str) -> None:
    phone.goto(f"{base}/hop/secretary/bien-ban")
    phone.emulate_media(media="print")
    assert not phone.locator(".paper-nav").is_visible()
    assert not phone.locator(".bar").is_visible()
    assert phone.locator("article.paper").is_visible()
