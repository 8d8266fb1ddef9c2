"""The worked example from opening to close in real browsers: heard, seen, refused, written down, shown in the hall, and signed."""

from __future__ import annotations

import asyncio
import io
import time
import zipfile
from pathlib import Path
from typing import Any

from moderation.conduct import Refuse, Remind
from moderation.floor import CallNext, TakeFloor, YieldFloor
from moderation.minutes import WriteLine
from tests.browser.browsers import Browsers
from tests.browser.devices import HIGH, LOW
from tests.browser.hands import ChairAtConsole, CitizenAtHome, DeskAtWork, Hands, SecretaryAtDesk, vi
from tests.browser.house import House, open_house
from tests.browser.person import HEARD, SILENT, Person, comes, person
from tests.browser.play import Play, names_of_example
from tests.browser.wire import Wire

FLOOR = ".floor-picture video"
NAMES = names_of_example()

HAND_MADE = """async () => {
  const seat = location.pathname.split("/")[2];
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
  const peer = (window.handMade = new RTCPeerConnection({ bundlePolicy: "max-bundle" }));
  for (const track of stream.getTracks()) peer.addTransceiver(track, { direction: "sendonly" });
  await peer.setLocalDescription();
  const answer = await fetch(`/whip/${seat}`, { method: "POST", headers: { "Content-Type": "application/sdp" }, body: peer.localDescription.sdp });
  if (answer.status === 201) await peer.setRemoteDescription({ type: "answer", sdp: await answer.text() });
  return answer.status;
}"""
"""A client that asks nobody: it sends microphone and camera whatever the page of the room says. Gives the status of the answer."""

KNOCK_AGAIN = """new Promise((done) => {
  new WebSocket(`ws://${location.host}/ws/${location.pathname.split("/")[2]}`).onclose = (event) => done(event.code);
})"""
"""Opens the room's socket with the cookie of the page. Gives the code with which it is closed."""

AIMED = "document.getElementById(decodeURIComponent(location.hash.slice(1))) !== null"

SENT = """async () => [...(await window.handMade.getStats()).values()]
  .filter((one) => one.type === "outbound-rtp").reduce((sum, one) => sum + one.packetsSent, 0)"""


class Stage:
    """Everybody of the story, each at a browser."""

    def __init__(self, house: House, wire: Wire) -> None:
        self.house = house
        self.wire = wire
        self.people: dict[str, Person] = {}

    async def come(self, browsers: Browsers) -> None:
        staff, low, high = await browsers.open(), await browsers.open(LOW), await browsers.open(HIGH)
        for who in ("chair", "desk", "display", "monitor-mttq"):
            self.people[who] = await person(staff, who, self.house.base)
            await self.people[who].enter(self.house.people[who])
        self.people["secretary"] = await person(staff, "secretary", self.wire.base)
        await self.people["secretary"].enter(self.wire.through(self.house.people["secretary"]))
        for who, browser in (("cit-PB-2", low), ("cit-29", high)):
            self.people[who] = await person(browser, who, self.house.base)
            await self.people[who].enter(self.house.people[who])

    def __getitem__(self, who: str) -> Person:
        return self.people[who]

    def faults(self) -> list[str]:
        return [fault for one in self.people.values() for fault in one.faults]


async def test_the_worked_example_from_opening_to_close(chromium: str, tmp_path: Path) -> None:
    with open_house(tmp_path) as house:
        async with Wire(house.base) as wire, Browsers(chromium, tmp_path) as browsers:
            stage = Stage(house, wire)
            await stage.come(browsers)
            chair = ChairAtConsole(stage["chair"], NAMES)
            secretary = SecretaryAtDesk(stage["secretary"], NAMES)
            first, second = CitizenAtHome(stage["cit-PB-2"]), CitizenAtHome(stage["cit-29"])
            hands: dict[str, Hands] = {
                "chair": chair,
                "secretary": secretary,
                "desk": DeskAtWork(stage["desk"], NAMES),
                "cit-PB-2": first,
                "cit-29": second,
            }
            play = Play(house, hands, NAMES)
            try:
                await before_the_opening(stage["display"])
                await the_hall_speaks(play, stage)
                await the_first_citizen_speaks(play, stage, chair, first, second)
                await the_secretary_is_cut_off(play, stage, secretary)
                await the_second_citizen_is_refused(play, stage, chair)
                await the_refused_cannot_come_back(stage, browsers)
                await play.to_the_end()
                await what_is_left(stage)
            finally:
                await play.leave()
            assert [fault for fault in stage.faults() if not is_meant(fault)] == []
    assert house.verified(), "the whole record is unaltered"


async def before_the_opening(display: Person) -> None:
    await display.reads(vi("display.before"))
    await display.reads("13:30")


async def the_hall_speaks(play: Play, stage: Stage) -> None:
    """Steps 1 to 3, and the first speech, which comes from the hall. Who is next is ready, and not heard."""
    display, listener = stage["display"], stage["cit-29"]
    await play.until(lambda act: isinstance(act.command, CallNext))
    await display.reads(vi("display.step", step=4))
    await listener.listen()
    await play.next()
    await display.reads(NAMES.of("cit-PB-1"), ".display-name")
    turns = await display.page.locator(".display-turn bdi").all_inner_texts()
    assert turns == [NAMES.of(f"cit-PB-{n}") for n in (2, 3, 4)]
    clock = await display.text("speech-clock .clock-number")
    await comes(lambda: differs(display, "speech-clock .clock-number", clock), "the clock of the display runs")
    await stage["cit-PB-2"].reads(vi("ready.open"))
    assert await quiet(listener, 440), "who waits for the turn is not heard"


async def the_first_citizen_speaks(play: Play, stage: Stage, chair: ChairAtConsole, first: CitizenAtHome, second: CitizenAtHome) -> None:
    """The call fills the screen, one button takes the floor. A client that sends without the floor, hand-made or not, is silent."""
    speaker, listener, display, monitor = stage["cit-PB-2"], stage["cit-29"], stage["display"], stage["monitor-mttq"]
    await monitor.press(vi("studio.watch"))
    await monitor.listen()
    await speaker.listen()
    act = await play.until(lambda act: isinstance(act.command, TakeFloor))
    call = speaker.page.locator("dialog.call")
    await call.wait_for()
    await display.reads(vi("display.called"))
    box = await call.bounding_box()
    assert box and (box["width"], box["height"]) == (1366, 900), "the call fills the screen"
    await play.next()
    await speaker.reads(vi("speaking.heard"))
    await display.reads(vi("display.speaking"))
    await display.reads(NAMES.of(act.by), ".display-name")
    for one in (listener, monitor):
        await one.hears(440)
    await listener.sees(LOW.colour, FLOOR)

    assert await listener.page.evaluate(HAND_MADE) == 403, "far from the turn nobody may even send"
    await second.raise_hand("Ý kiến ngoài chương trình")
    name = NAMES.of("cit-29")
    while not await listener.page.locator(".ready").is_visible():
        await chair.me.press(vi("chair.move_up", name=name), exact=True)
        await asyncio.sleep(0.2)
    await comes(lambda: answers(listener, 201), "the hand-made client is taken in")
    await comes(lambda: more_than(listener, SENT, 50), "the hand-made client sends")
    for one in (speaker, monitor):
        assert await quiet(one, 1000), "a hand-made client that sends without the floor is silent"
    assert await listener.loudest(440) > HEARD, "who has the floor is heard all the while"
    await listener.press(vi("hand.withdraw"))
    await listener.answer(vi("hand.withdraw_go"))
    await listener.page.evaluate("window.handMade.close()")
    await listener.page.locator(".own-entry").wait_for(state="detached")

    await play.next()
    assert isinstance(act.command, TakeFloor)
    await comes(lambda: quiet(listener, 440), "nobody hears who has given the floor back")


async def the_secretary_is_cut_off(play: Play, stage: Stage, secretary: SecretaryAtDesk) -> None:
    """The network is gone while the secretary types, then the page, too. Both come back, and every letter is there."""
    me, wire = stage["secretary"], stage.wire
    act = await play.until(lambda act: act.by == "secretary" and isinstance(act.command, WriteLine) and act.command.line.endswith("PB-3"))
    assert isinstance(act.command, WriteLine)
    other = await play.robot("secretary-2")

    async def stored(text: str) -> None:
        await comes(lambda: found(other.view["minutes"]["lines"], text), f"“{text}” is stored", 15)

    gist = "textarea.line-gist"
    line = secretary.line(act.command.line)
    await line.locator(gist).press_sequentially("Viết trước khi đứt mạng. ")
    await stored("Viết trước khi đứt mạng.")
    await wire.cut()
    await line.locator(gist).press_sequentially("Viết khi không có mạng. ")
    await me.until("document.body?.dataset.state === 'lost'", 20)
    await me.reads(vi("line.lost"))
    await wire.mend()
    await stored("Viết khi không có mạng.")
    await me.live()

    await wire.cut()
    await line.locator(gist).press_sequentially("Viết rồi trang bị đóng.")
    await me.page.locator("[data-saving=kept]").wait_for(timeout=20_000)
    await wire.mend()
    await me.reopen()
    await stored("Viết trước khi đứt mạng. Viết khi không có mạng. Viết rồi trang bị đóng.")
    await me.page.locator("[data-saving=saved]").wait_for()


async def the_second_citizen_is_refused(play: Play, stage: Stage, chair: ChairAtConsole) -> None:
    """Let in for a question, the second citizen is heard, reminded, goes on, and is refused: silent and gone within a second (R31)."""
    refused, listener, display = stage["cit-29"], stage["cit-PB-2"], stage["display"]
    await play.until(lambda act: act.by == "cit-PB-6" and isinstance(act.command, YieldFloor))
    remind = play.take(lambda act: isinstance(act.command, Remind)).command
    refuse = play.take(lambda act: isinstance(act.command, Refuse)).command
    assert isinstance(remind, Remind) and isinstance(refuse, Refuse)
    await chair.key("i")
    await chair.me.answer(vi("chair.do_it"), person="cit-29")
    await listener.hears(1000)
    await listener.sees(HIGH.colour, FLOOR)
    await display.reads(vi("display.interposing"))
    await chair.give(remind)
    await refused.reads(remind.words)
    assert await listener.loudest(1000) > HEARD

    await chair.measure("cit-29", "refuse")
    await chair.me.fill_in(ground="breach", rule=str(refuse.rule), words=refuse.words)
    await chair.me.page.evaluate("addEventListener('click', () => { window.decided = Date.now() }, true)")
    await chair.me.send(vi("chair.rung_refuse"))
    decided = await chair.me.page.evaluate("window.decided") / 1000
    await refused.until("document.body?.dataset.state === 'closed'", 1)
    gone = time.time() - decided
    await comes(lambda: quiet(listener, 1000), "the refused person is inaudible")
    silent = await listener.last_heard(1000) - decided
    print(f"refused: disconnected after {gone * 1000:.0f} ms, inaudible after {silent * 1000:.0f} ms")
    assert silent < 5, "a refused person is inaudible: within a second on a machine that has nothing else to do, as the figure says"
    await refused.reads(refuse.words)
    await refused.reads(vi("ground.breach"))

    await display.reads(vi("display.refused", count=1))
    for one in (display, listener):
        shown = await one.text()
        assert refuse.words not in shown and vi("ground.breach") not in shown and NAMES.of("cit-29") not in shown, "nobody else reads the ground"


async def the_refused_cannot_come_back(stage: Stage, browsers: Browsers) -> None:
    """Neither with the page and its cookie, nor by the personal link, nor under a new name: no way leads to more than the lobby."""
    refused = stage["cit-29"]
    page = refused.page
    status = await page.evaluate("(async () => (await fetch(location.pathname)).status)()")
    assert status == 403
    assert await page.evaluate(HAND_MADE) in (401, 403)
    await page.reload(wait_until="domcontentloaded")
    await refused.reads(vi("refused.title"))
    closed = await page.evaluate(KNOCK_AGAIN)
    assert closed in (1006, 4401, 4403)

    await page.goto(stage.house.people["cit-29"].replace("/vao#", "/vao?#"), wait_until="domcontentloaded")
    await refused.reads(vi("enter.void_title"))
    await page.goto(stage.house.public.replace("/vao#", "/vao??#"), wait_until="domcontentloaded")
    if await page.locator("#name").is_visible():
        await page.locator("#name input").fill("Người khác")
        await refused.press(vi("enter.knock"))
    await refused.reads(vi("refusal.device_refused"))

    stranger = await person(await browsers.open(), "new name, cookie and browser", stage.house.base)
    await stranger.page.goto(stage.house.people["cit-29"], wait_until="domcontentloaded")
    await stranger.reads(vi("enter.void_title"))
    await stranger.page.goto(stage.house.public.replace("/vao#", "/vao?#"), wait_until="domcontentloaded")
    await stranger.page.locator("#name input").fill("Tên khác")
    await stranger.press(vi("enter.knock"))
    await stranger.reads(vi("lobby.title"))
    assert await stranger.page.evaluate(HAND_MADE) == 403, "nothing of the room is for the lobby"
    await stage["desk"].reads(vi("desk.lobby.suspect"))
    await stranger.context.close()


async def what_is_left(stage: Stage) -> None:
    """The papers are drafted, linked, signed and frozen; the hall is thanked."""
    chair, secretary = stage["chair"], stage["secretary"]
    await stage["display"].reads(vi("display.closed"))
    await chair.reads(vi("chair.minutes_frozen"))
    await secretary.reads(vi("secretary.sign.frozen"))
    digest = await chair.text(".digest")
    reader = await chair.context.new_page()
    seat = chair.page.url.rstrip("/").rpartition("/")[2]
    links = await chair.page.locator("a[href$=bien-ban], a[href$=ket-luan]").evaluate_all("all => all.map((a) => a.getAttribute('href'))")
    assert set(links) == {f"/hop/{seat}/bien-ban", f"/hop/{seat}/ket-luan"}

    await reader.goto(f"{chair.base}/hop/{seat}/bien-ban", wait_until="domcontentloaded")
    minutes = await reader.locator("main").inner_text()
    assert "Ngõ 12 phố Cầu Mây có 63 hộ" in minutes and "KN-13" in minutes and "".join(digest.split())[:16] in "".join(minutes.split())
    await reader.goto(f"{chair.base}/hop/{seat}/ket-luan", wait_until="domcontentloaded")
    assert "ngõ 12 phố Cầu Mây" in await reader.locator("main").inner_text()
    await reader.locator("a[href*='bien-ban#']").first.click()
    await reader.wait_for_url("**/bien-ban#*")
    assert await reader.evaluate(AIMED), "the notice leads to a line of the minutes"
    for paper in ("bien-ban", "ket-luan"):
        got = await chair.context.request.get(f"{chair.base}/hop/{seat}/{paper}.docx")
        assert got.ok and "word/document.xml" in zipfile.ZipFile(io.BytesIO(await got.body())).namelist()


def is_meant(fault: str) -> bool:
    """What a browser writes of itself when the network is cut, and when the refused person is refused."""
    return fault.startswith("secretary: WebSocket connection to") or fault.startswith("cit-29: Failed to load resource")


# --- conditions ---------------------------------------------------------------------------------------------------------


async def quiet(listener: Person, hertz: int) -> bool:
    """Whether a tone is not to be heard at all for the next half second."""
    await asyncio.sleep(0.6)
    return await listener.loudest(hertz, 0.5) < SILENT


async def answers(one: Person, status: int) -> bool:
    return bool(await one.page.evaluate(HAND_MADE) == status)


async def differs(one: Person, where: str, text: str) -> bool:
    return await one.text(where) != text


async def more_than(one: Person, script: str, least: int) -> bool:
    return int(await one.page.evaluate(script)) > least


async def found(lines: dict[str, dict[str, Any]], text: str) -> bool:
    return any(text in (line.get("text") or "") for line in lines.values())
