"""What people see of a recording, in a real browser: the sign on every screen, and a line of the minutes that plays from its second."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from playwright.async_api import Page, expect

from moderation import Phase
from server.media.embedded import EmbeddedEngine
from server.media.engine import MediaConfig
from server.media.recording import index
from tests.media.peers import Colour, Publisher, Tone, only_loopback
from tests.media.recording.material import GREEN, near, up
from tests.rooms.house import open_house, until
from tests.rooms.phases import bring_to
from tests.web.pages import faults, flaws, link, open_browser, phone

MIDDLE = """video => {
  const canvas = new OffscreenCanvas(9, 9), brush = canvas.getContext("2d");
  brush.drawImage(video, 0, 0, 9, 9);
  return [...brush.getImageData(4, 4, 1, 1).data.slice(0, 3)];
}"""


async def playing(page: Page) -> tuple[float, float, list[int]]:
    """Where the recording's page began to play, where it has come to, and the colour it shows."""
    video = page.locator("video")
    begin = float((await video.get_attribute("src") or "").partition("#t=")[2])
    now = 0.0
    async with asyncio.timeout(15):
        while now <= begin + 0.2:
            await asyncio.sleep(0.1)
            now = await video.evaluate("video => video.videoWidth && video.currentTime")
    return begin, now, await video.evaluate(MIDDLE)


async def test_the_sign_is_on_every_screen_and_a_line_plays_from_its_second(tmp_path: Path, chromium: str) -> None:
    only_loopback()
    engine = EmbeddedEngine(MediaConfig(host="127.0.0.1"))
    peer = Publisher(Tone(440), Colour(GREEN))
    async with open_house(tmp_path, media=engine) as house, open_browser(chromium) as browser, contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(peer.close)
        live = await house.conference("dt-1")
        await bring_to(live, Phase.RUNNING)
        await up(engine)
        await peer.accept(await engine.publish("dt-1", "in-chair", "chair", await peer.offer()))
        await peer.connected()
        pages = {}
        for person in ("chair", "oanh", "secretary", "display"):
            pages[person] = await phone(browser)
            await pages[person].goto(link(house, live, person))
        chair, secretary = pages["chair"], pages["secretary"]
        await chair.set_viewport_size({"width": 1280, "height": 900})
        await chair.get_by_role("button", name="Bắt đầu ghi âm, ghi hình").click()
        await chair.get_by_role("dialog").get_by_role("button", name="Bắt đầu ghi âm, ghi hình").click()
        for page in pages.values():
            await expect(page.get_by_text("Đang ghi âm, ghi hình").first).to_be_visible()
        assert not [fault for page in pages.values() for fault in faults(page)]
        folder = index.folder_of(house.parts.settings.recordings, "dt-1")
        await until(lambda: any(piece.codecs == ("opus", "vp8") for piece in index.read(folder)), 20)
        assert await flaws(chair) == [] and await flaws(pages["oanh"]) == []
        await asyncio.sleep(2.0)
        async with secretary.expect_popup() as opened:
            await secretary.get_by_role("link", name="Nghe lại").first.click()
        under_way = await opened.value
        begin, now, colour = await playing(under_way)
        assert begin < 0.5 and now < begin + 5 and near((colour[0], colour[1], colour[2]), GREEN)
        await chair.get_by_role("button", name="Dừng ghi âm, ghi hình").click()
        await chair.get_by_role("dialog").get_by_role("button", name="Dừng ghi âm, ghi hình").click()
        await expect(pages["oanh"].get_by_text("Đang ghi âm, ghi hình")).to_have_count(0)
        await until(lambda: (folder / index.WHOLE).exists())
        since = next(piece.at for piece in index.read(folder) if piece.series == "floor")
        await under_way.goto(under_way.url.partition("?")[0] + f"?luc={since + 1500}")
        begin, now, colour = await playing(under_way)
        assert 1.0 < begin < 1.6 and begin + 0.2 < now and near((colour[0], colour[1], colour[2]), GREEN)
        assert await flaws(under_way) == []
