"""A person at a browser: small verbs for what people do, and everything the page did wrong meanwhile."""

from __future__ import annotations

import asyncio
import time
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Locator, Page

PATIENCE = 25
"""Seconds that a test waits for what should come at once: machines that run tests are busy."""

DESK = (1366, 900)
PHONE = (360, 740)

EARS = """() => {
  const sound = document.getElementById("sound");
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
  let source, stream;
  const bins = new Float32Array(analyser.frequencyBinCount);
  window.loudness = {};
  window.ears = setInterval(() => {
    if (sound.srcObject !== stream) {
      source?.disconnect();
      stream = sound.srcObject;
      source = stream && new MediaStreamAudioSourceNode(context, { mediaStream: stream });
      source?.connect(analyser);
    }
    analyser.getFloatFrequencyData(bins);
    const now = Date.now();
    for (const hertz of [440, 1000]) {
      const middle = Math.round(hertz / (context.sampleRate / analyser.fftSize));
      const level = Math.max(-120, ...bins.slice(middle - 2, middle + 3));
      (window.loudness[hertz] ??= []).push([now, level]);
    }
  }, 40);
}"""
"""Listens to what the page plays: the level in dBFS around both tones of the tests, every 40 ms."""

LOUDEST = """([hertz, seconds]) => {
  const since = Date.now() - seconds * 1000;
  return Math.max(-120, ...window.loudness[hertz].filter(([at]) => at >= since).map(([, level]) => level));
}"""

LAST_HEARD = """([hertz, least]) => window.loudness[hertz].findLast(([, level]) => level > least)?.[0] ?? 0"""

LOOK = """(selector) => {
  const video = document.querySelector(selector);
  if (!video || !video.videoWidth) return { colour: [0, 0, 0], pictures: 0, moved: "" };
  const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 36 });
  const pen = canvas.getContext("2d");
  pen.drawImage(video, 0, 0, 64, 36);
  const pixel = (x, y) => [...pen.getImageData(x, y, 1, 1).data.slice(0, 3)];
  return {
    colour: pixel(32, 27),
    pictures: video.getVideoPlaybackQuality().totalVideoFrames,
    moved: Array.from({ length: 16 }, (_, i) => (pixel(i * 4, 4)[1] > 150 ? "#" : ".")).join(""),
  };
}"""
"""What a video shows now: the colour of its lower half, how many pictures it has shown, and where the white square is on its way."""


class Person:
    """Somebody with a browser of their own: cookies and storage are not shared with anybody else."""

    def __init__(self, name: str, context: BrowserContext, page: Page, base: str) -> None:
        self.name = name
        self.context = context
        self.page = page
        self.base = base
        self.faults: list[str] = []
        """Errors in the console, uncaught exceptions, breaches of the content policy, and requests to other servers."""
        self._watch()

    def _watch(self) -> None:
        on = self.page.on
        on("console", lambda message: self._fault(message.text, message.location.get("url", "")) if message.type == "error" else None)
        on("pageerror", lambda error: self._fault(str(error), "uncaught"))
        on("request", lambda request: None if own(request.url, self.base) else self._fault("foreign request", request.url))

    def _fault(self, what: str, where: str) -> None:
        self.faults.append(f"{self.name}: {what} ({where})")

    # --- going about --------------------------------------------------------------------------------------------------------

    async def enter(self, link: str) -> None:
        """Opens a link and waits until the page of the room is connected."""
        await self.page.goto(link, wait_until="domcontentloaded")
        await self.live()

    async def reopen(self) -> None:
        """Closes the page without a farewell, as a crash does, and opens its address in a new one."""
        address = self.page.url
        await self.page.close()
        self.page = await self.context.new_page()
        self._watch()
        await self.enter(address)

    async def live(self, seconds: float = 15) -> None:
        """Waits until the page is connected."""
        await self.until("document.body?.dataset.state === 'live'", seconds)

    async def join(self, *, devices: bool = False) -> None:
        """Reads the notice, accepts the rules, tries the microphone, and goes in (R8)."""
        await self.tick("Tôi đã đọc thông báo")
        await self.tick("Tôi sẽ chấp hành nội quy")
        if devices:
            await self.press("Bật micro")
            await self.press("Vào hội nghị với micro")
        else:
            await self.press("Vào hội nghị, không dùng micro và camera")

    # --- acting -------------------------------------------------------------------------------------------------------------

    def inside(self, where: str | Locator | None) -> Page | Locator:
        return self.page.locator(where) if isinstance(where, str) else where or self.page

    async def press(self, button: str, where: str | Locator | None = None, *, exact: bool = False) -> None:
        """Presses the button of this name once it can be pressed."""
        found = self.inside(where).get_by_role("button", name=button, exact=exact).and_(self.page.locator(":not([aria-disabled=true])"))
        await found.first.click()

    async def tick(self, label: str, where: str | Locator | None = None) -> None:
        await self.inside(where).get_by_label(label).first.check()

    async def answer(self, submit: str, **fields: str) -> None:
        """Fills in the open dialog by the names of its fields, and sends it."""
        await self.fill_in(**fields)
        await self.send(submit)

    async def send(self, submit: str) -> None:
        dialog = self.page.locator("dialog[open]")
        await dialog.get_by_role("button", name=submit, exact=True).click()
        await dialog.first.wait_for(state="detached")

    async def fill_in(self, **fields: str) -> None:
        dialog = self.page.locator("dialog[open]")
        for name, value in fields.items():
            control = dialog.locator(f"[name={name}]")
            kind = await control.first.evaluate("e => e.tagName === 'SELECT' ? 'select' : e.type")
            if kind == "select":
                await control.select_option(value)
            elif kind == "radio":
                await dialog.locator(f"[name={name}][value={value}]").check()
            else:
                await control.fill(value)

    # --- seeing -------------------------------------------------------------------------------------------------------------

    async def reads(self, words: str, where: str | Locator | None = None, seconds: float = PATIENCE) -> None:
        """Waits until these words can be read."""
        await self.inside(where).get_by_text(words).locator("visible=true").first.wait_for(timeout=seconds * 1000)

    async def text(self, where: str = "body") -> str:
        return await self.page.locator(where).first.inner_text()

    async def until(self, condition: str, seconds: float = PATIENCE) -> None:
        """Waits until an expression in the page is true. (The page's content policy forbids what Playwright's own way of waiting needs.)"""
        await comes(lambda: self.page.evaluate(condition), f"{self.name}: {condition}", seconds)

    # --- hearing and watching -----------------------------------------------------------------------------------------------

    async def listen(self) -> None:
        """Begins to measure what the page plays."""
        await self.page.evaluate(EARS)

    async def loudest(self, hertz: int, seconds: float = 0.6) -> float:
        """The loudest that a tone was during the last seconds, in dBFS."""
        return float(await self.page.evaluate(LOUDEST, [hertz, seconds]))

    async def last_heard(self, hertz: int) -> float:
        """When the tone was heard last, in seconds since the epoch."""
        return float(await self.page.evaluate(LAST_HEARD, [hertz, SILENT])) / 1_000

    async def hears(self, hertz: int, seconds: float = PATIENCE) -> None:
        """Waits until the tone is heard."""
        await comes(lambda: self._is_loud(hertz), f"{self.name} hears {hertz} Hz", seconds)

    async def _is_loud(self, hertz: int) -> bool:
        return await self.loudest(hertz, 0.3) > HEARD

    async def looks(self, video: str) -> dict[str, Any]:
        found: dict[str, Any] = await self.page.evaluate(LOOK, video)
        return found

    async def sees(self, colour: tuple[int, int, int], video: str, seconds: float = PATIENCE) -> None:
        """Waits until a video shows this colour, and then that its picture moves."""
        await comes(lambda: self._shows(colour, video), f"{self.name} sees {colour}", seconds)
        first = await self.looks(video)
        await comes(lambda: self._moves(first, video), f"{self.name} sees it move", seconds)

    async def _shows(self, colour: tuple[int, int, int], video: str) -> bool:
        shown = (await self.looks(video))["colour"]
        return all(abs(a - b) < 60 for a, b in zip(shown, colour, strict=True))

    async def _moves(self, first: dict[str, Any], video: str) -> bool:
        now = await self.looks(video)
        return bool(now["pictures"] > first["pictures"] + 5 and now["moved"] != first["moved"])


HEARD, SILENT = -40.0, -55.0
"""dBFS above which a tone is heard, and below which it is not."""


async def comes(condition: Any, what: str, seconds: float = PATIENCE) -> None:
    """Waits until an asynchronous condition is true; a page that is just being loaded anew is asked again."""
    until = time.monotonic() + seconds
    while True:
        try:
            if await condition():
                return
        except Exception as error:
            if "Execution context was destroyed" not in str(error) or time.monotonic() > until:
                raise
        assert time.monotonic() < until, f"{what}: does not come within {seconds} s"
        await asyncio.sleep(0.05)


def own(url: str, base: str) -> bool:
    """Whether a request goes to the server itself, or stays in the page."""
    parts = urlsplit(url)
    return parts.scheme in ("data", "blob", "about") or parts.netloc == urlsplit(base).netloc


async def person(browser: Browser, name: str, base: str, size: tuple[int, int] = DESK, **more: Any) -> Person:
    """Somebody new with a browser window of this size."""
    context = await browser.new_context(locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh", viewport={"width": size[0], "height": size[1]}, **more)
    context.set_default_timeout(PATIENCE * 1000)
    return Person(name, context, await context.new_page(), base)
