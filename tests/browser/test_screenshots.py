"""Pictures of every screen in the middle of a lively conference. With SCREENSHOTS=1 (`make screenshots`) they go to docs/screens/."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from moderation.floor import CallEntry, StopSpeech
from tests.browser.hands import CitizenAtHome, vi
from tests.browser.house import ROOT
from tests.browser.lively import OUT, WAITING, WATCHER, Lively, lively
from tests.browser.person import DESK, PHONE, Person, comes, person

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGE = ROOT / "docs" / "screens.md"
TOPIC = "Đề nghị làm lối đi cho xe lăn ở bộ phận một cửa"


class Album:
    """Where the pictures go, and which there are."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: set[str] = set()

    async def _painted(self, one: Person, path: Path) -> bool:
        """Takes the picture; a browser that was just resized on a busy machine may not have drawn anything yet."""
        return len(await one.page.screenshot(path=path, animations="disabled")) > 8_000

    async def take(self, one: Person, name: str, size: tuple[int, int] = DESK) -> None:
        await one.page.set_viewport_size({"width": size[0], "height": size[1]})
        await one.until(f"innerWidth === {size[0]} && document.querySelector('#main .loading') === null")
        await one.until("document.fonts.status === 'loaded'")
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{name}.png"
        await comes(partial(self._painted, one, path), f"{name}: more than an empty picture")
        self.names.add(name)


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Album:
    kept = os.environ.get("SCREENSHOTS") == "1"
    return Album(ROOT / "docs" / "screens" if kept else tmp_path_factory.mktemp("screens"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lively]:
    """Lively, with sound and pictures, and without the name that only a test would give."""
    async with lively(chromium, tmp_path_factory.mktemp("lively"), sounding=True, hostile=False) as scene:
        yield scene


async def test_the_entrances(scene: Lively, album: Album) -> None:
    one = await person(scene.browser, "somebody", scene.house.base)
    base = scene.house.base
    for address, name in ((base, "home"), (f"{base}/ma", "code"), (scene.house.public, "name")):
        await one.page.goto(address, wait_until="domcontentloaded")
        await one.page.locator("h1").wait_for()
        await one.until("document.querySelector('#checking')?.checkVisibility() !== true")
        await album.take(one, f"{name}-phone", PHONE)
        if name == "home":
            await album.take(one, name)
    await one.context.close()


async def test_the_citizen(scene: Lively, album: Album) -> None:
    before = await scene.visit("cit-29")
    await before.press(vi("check.open"))
    await before.page.locator("video.own-picture").wait_for()
    await before.page.evaluate("scrollTo(0, 0)")
    await album.take(before, "join-phone", PHONE)
    await before.page.locator("#devices").scroll_into_view_if_needed()
    await album.take(before, "devices-phone", PHONE)
    for who, name in ((WAITING, "lobby"), (OUT, "refused")):
        one = await scene.visit(who)
        await one.page.locator("h1").wait_for()
        await album.take(one, f"{name}-phone", PHONE)
        await one.context.close()

    watcher = await scene.visit(WATCHER)
    await watcher.join(devices=True)
    await comes(lambda: sees_pictures(watcher, ".floor-picture video"), "the watcher sees who speaks", 20)
    await album.take(watcher, "citizen")
    await album.take(watcher, "citizen-phone", PHONE)
    for one in (before, watcher):
        await one.context.close()


async def test_the_chair(scene: Lively, album: Album) -> None:
    one = await scene.visit("chair")
    await one.page.locator(".console").wait_for()
    await album.take(one, "chair")
    for panel in ("cases", "order", "hall"):
        await one.page.locator(f"nav.tabs [data-tab={panel}]").click()
        if panel == "hall":
            await one.press(vi("studio.watch"))
            await comes(lambda: sees_pictures(one, ".studio video"), "the chair sees the programme", 20)
        await album.take(one, f"chair-{panel}")
    await one.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    for panel in ("floor", "queue"):
        await one.page.locator(f"nav.tabs [data-tab={panel}]").click()
        await album.take(one, f"chair-{panel}-phone", PHONE)
    await one.context.close()


@pytest.mark.parametrize("who", ["office", "secretary", "desk", "op-DC-02", "agency-kthtdt", "monitor-mttq"])
async def test_the_staff(scene: Lively, album: Album, who: str) -> None:
    one = await scene.visit(who)
    await one.page.locator("h1").first.wait_for(state="attached")
    name = {"op-DC-02": "operator", "agency-kthtdt": "agency", "monitor-mttq": "monitor"}.get(who, who)
    if name == "monitor":
        await one.press(vi("studio.watch"))
        await comes(lambda: sees_pictures(one, ".studio video"), "the monitor sees the programme", 20)
    await album.take(one, name)
    await album.take(one, f"{name}-phone", PHONE)
    await one.context.close()


async def test_the_display(scene: Lively, album: Album) -> None:
    one = await scene.visit("display", (1024, 768))
    await one.page.locator(".display-name").wait_for()
    await one.until("document.querySelector('.display-qr img')?.naturalWidth > 0")
    await album.take(one, "display-1024x768", (1024, 768))
    await album.take(one, "display-4k", (3840, 2160))
    await one.context.close()
    band = await scene.visit("display", address="?layout=lower-third")
    await band.page.locator(".lower-third").wait_for()
    await album.take(band, "lower-third")
    await band.context.close()


@pytest.mark.parametrize("paper", ["bien-ban", "ket-luan"])
async def test_the_papers(scene: Lively, album: Album, paper: str) -> None:
    one = await scene.visit("chair", address=f"/{paper}")
    await one.page.locator("article").first.wait_for()
    await album.take(one, paper)
    await one.context.close()


async def test_the_call_to_speak(scene: Lively, album: Album) -> None:
    watcher = await scene.visit(WATCHER)
    await watcher.page.evaluate("localStorage.setItem('devices', 'yes')")
    await CitizenAtHome(watcher).raise_hand(TOPIC)
    await album.take(watcher, "queued-phone", PHONE)

    chair = await scene.cast.robot("chair")
    await chair.do(StopSpeech())
    await comes(lambda: knows_entry(scene), "the entry is in the line")
    entry = next(id for id, one in chair.view["entries"].items() if one["topic"] == TOPIC)
    await chair.do(CallEntry(entry))
    await watcher.page.locator("dialog.call").wait_for()
    await album.take(watcher, "call-phone", PHONE)
    await watcher.press(vi("call.take"), "dialog.call")
    await watcher.reads(vi("speaking.heard"), seconds=20)
    await album.take(watcher, "speaking-phone", PHONE)
    await watcher.context.close()


async def test_the_page_shows_every_picture(album: Album) -> None:
    """docs/screens.md shows what there is, each once."""
    shown = re.findall(r"\(screens/([\w-]+)\.png\)", PAGE.read_text("utf-8"))
    assert sorted(shown) == sorted(album.names)
    assert all((PAGE.parent / "screens" / f"{name}.png").exists() for name in shown)


async def sees_pictures(one: Person, video: str) -> bool:
    return bool((await one.looks(video))["pictures"] > 3)


async def knows_entry(scene: Lively) -> bool:
    chair = await scene.cast.robot("chair")
    return any(one["topic"] == TOPIC for one in chair.view["entries"].values())
