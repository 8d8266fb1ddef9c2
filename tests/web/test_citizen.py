"""The citizen's way, from the link on the invitation to the floor and out, on a telephone of 360 pixels."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from moderation import Phase
from moderation.agenda import MoveToStep, ResumeSession, TakeBreak, Waive
from moderation.conduct import Ground, Refuse, Remind
from moderation.floor import CallNext, PauseClock
from moderation.kernel import Command
from moderation.people import Admit, Join
from moderation.queue import CloseQueue, Enqueue, OpenQueue
from server.accounts.keys import new_id
from server.accounts.links import public_link
from server.clock import now
from server.rooms.rooms import LiveRoom
from tests.rooms.house import House, open_house
from tests.rooms.phases import bring_to
from tests.web.pages import Cable, faults, flaws, link, open_browser, phone


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as house:
        yield house


@pytest_asyncio.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with open_browser(chromium) as browser:
        yield browser


async def do(live: LiveRoom, command: Command, by: str = "chair") -> None:
    await live.room.do(new_id(), by, command)


async def speaking_time(house: House) -> LiveRoom:
    """A conference at step 4, where citizens speak; the citizens have not joined yet."""
    live = await house.conference(joined=False)
    for person in ("chair", "office", "secretary"):
        await do(live, Join(True, True), person)
    await bring_to(live, Phase.RUNNING)
    for step in (2, 3, 4):
        for item in [i.id for i in live.room.state.agenda.items.values() if i.step == step - 1 and i.required and not i.settled]:
            await do(live, Waive(item, "đã nêu trong tài liệu"))
        await do(live, MoveToStep(step))
    return live


async def join(page: Page, button: str = "Vào hội nghị, không dùng micro và camera") -> None:
    """Reads, ticks both boxes, and goes in, usually without microphone."""
    await page.get_by_role("checkbox", name="Tôi đã đọc").check()
    await page.get_by_role("checkbox", name="Tôi sẽ chấp hành").check()
    await page.get_by_role("button", name=button).click()


async def ask_to_speak(page: Page, topic: str) -> None:
    await page.get_by_role("button", name="Giơ tay phát biểu").click()
    await page.get_by_label("Ông/bà muốn nói về việc gì?").fill(topic)
    await page.get_by_role("button", name="Đăng ký", exact=True).click()


async def test_from_the_invitation_to_the_floor(house: House, browser: Browser) -> None:
    live = await speaking_time(house)
    page = await phone(browser)
    await page.goto(link(house, live, "oanh"))

    # before joining: what is recorded, the rules, two boxes that nobody has ticked, no way in without them
    await expect(page.get_by_text("Hội nghị được ghi âm, ghi hình.")).to_be_visible()
    assert "#" not in page.url
    boxes = page.get_by_role("checkbox")
    await expect(boxes).to_have_count(2)
    assert not any([await box.is_checked() for box in await boxes.all()])
    go = page.get_by_role("button", name=re.compile("^Vào hội nghị, không dùng micro"))
    await expect(go).to_have_attribute("aria-disabled", "true")
    await go.click(force=True)
    await expect(page.locator(".toast")).to_contain_text("đánh dấu vào hai ô")
    assert live.room.state.people["oanh"].joined_at is None
    await page.get_by_role("button", name="Bật micro").click()
    await expect(page.get_by_label("Hình của ông/bà")).to_be_visible()
    assert await flaws(page) == []
    await join(page)

    # the conference: the large button, at the bottom edge
    button = page.get_by_role("button", name="Giơ tay phát biểu")
    await expect(button).to_be_visible()
    box = await button.bounding_box()
    assert box and box["height"] >= 64 and box["y"] + box["height"] > 640
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await flaws(page) == []
    await ask_to_speak(page, "Nước ngập ở ngõ 12")
    await expect(page.locator(".own-place")).to_have_text("Ông/bà là người phát biểu tiếp theo")
    assert [e.topic for e in live.room.state.queue.entries.values()] == ["Nước ngập ở ngõ 12"]
    await expect(page.locator("#status")).to_contain_text("Ông/bà là người phát biểu tiếp theo")

    # called: a full screen, one button; then the floor, told at once
    await do(live, CallNext())
    call = page.get_by_role("dialog", name="Mời ông/bà phát biểu")
    await expect(call).to_be_visible()
    await expect(page.locator("#alert")).to_have_text("Mời ông/bà phát biểu")
    size = await call.bounding_box()
    assert size and (size["width"], size["height"]) == (360, 740)
    assert await flaws(page) == []
    await page.keyboard.press("Escape")
    await expect(call).to_be_visible()
    await page.keyboard.press("Enter")  # the focus is on the one button
    await expect(page.get_by_role("heading", name="Ông/bà đang được phát biểu")).to_be_visible()
    await expect(page.locator("#alert")).to_have_text("Ông/bà đang được phát biểu")
    speech = live.room.state.floor.main
    assert speech and live.room.state.speeches[speech].person == "oanh"
    await expect(page.locator("speech-clock")).to_have_attribute("data-stage", "ok")
    await expect(page.locator(".clock-number")).to_have_text(re.compile(r"0[0-3]:\d\d"))
    await do(live, PauseClock())
    await expect(page.locator("speech-clock")).to_have_attribute("data-still", "")
    await expect(page.locator(".clock-word")).to_have_text("tạm dừng")
    assert await flaws(page) == []
    await page.get_by_role("button", name="Kết thúc phát biểu").click()
    await expect(button).to_be_visible()
    assert live.room.state.floor.main is None
    assert faults(page) == []


async def test_a_lost_network_loses_nothing(house: House, browser: Browser) -> None:
    live = await speaking_time(house)
    async with Cable(house) as cable:
        page = await phone(browser)
        await page.goto(link(house, live, "oanh", cable.base))
        await join(page)
        await expect(page.get_by_role("button", name="Giơ tay phát biểu")).to_be_visible()
        await cable.cut()
        await expect(page.locator(".line-bar")).to_contain_text("Mất kết nối")
        await expect(page.locator("#status")).to_contain_text("Mất kết nối")
        await ask_to_speak(page, "Viết khi mất mạng")
        await expect(page.locator(".line-bar")).to_contain_text("Chờ gửi: 1")
        assert not live.room.state.queue.entries
        cable.mend()
        await page.reload()  # even this keeps it
        await expect(page.locator(".own-place")).to_be_visible()
        await cable.cut()
        await expect(page.locator(".line-bar")).to_be_visible()
        cable.mend()
        await expect(page.locator(".line-bar")).to_have_count(0)
        assert [e.topic for e in live.room.state.queue.entries.values()] == ["Viết khi mất mạng"]


async def test_a_button_is_there_exactly_when_the_room_would_agree_and_says_why_not(house: House, browser: Browser) -> None:
    live = await speaking_time(house)
    page = await phone(browser)
    await page.goto(link(house, live, "oanh"))
    await join(page)
    button = page.get_by_role("button", name=re.compile("^Giơ tay phát biểu"))
    await expect(button).not_to_have_attribute("aria-disabled", "true")
    await do(live, CloseQueue())
    await expect(button).to_have_attribute("aria-disabled", "true")
    await expect(page.locator(".hand-bar")).to_contain_text("Người chủ trì đã ngừng nhận đăng ký phát biểu.")
    await do(live, OpenQueue())
    await expect(button).not_to_have_attribute("aria-disabled", "true")
    await do(live, TakeBreak())
    await expect(page.get_by_text("Hội nghị tạm nghỉ.")).to_be_visible()
    await do(live, ResumeSession())
    await expect(page.get_by_text("Hội nghị tạm nghỉ.")).to_have_count(0)


async def test_others_moves_are_not_announced(house: House, browser: Browser) -> None:
    live = await speaking_time(house)
    page = await phone(browser)
    await page.goto(link(house, live, "oanh"))
    await join(page)
    await expect(page.get_by_role("button", name="Giơ tay phát biểu")).to_be_visible()
    await page.evaluate(
        "() => { window.said = []; for (const id of ['status', 'alert'])"
        " new MutationObserver(() => said.push(document.getElementById(id).textContent)).observe(document.getElementById(id), {childList: true}) }"
    )
    await do(live, Join(True, True), "phuc")
    await do(live, Enqueue("entry-of-phuc", "Đèn đường"), "phuc")
    await do(live, Remind("phuc", "Đề nghị nói ngắn gọn."))
    await expect(page.locator(".next")).to_contain_text("Lê Văn Phúc")
    await do(live, Remind("oanh", "Đề nghị giữ trật tự."))
    await expect(page.locator("#alert")).to_have_text("Người chủ trì nhắc nhở ông/bà: Đề nghị giữ trật tự.")
    assert await page.evaluate("said") == ["Người chủ trì nhắc nhở ông/bà: Đề nghị giữ trật tự."]


async def test_the_refused_person_alone_reads_the_ground(house: House, browser: Browser) -> None:
    live = await speaking_time(house)
    page = await phone(browser)
    await page.goto(link(house, live, "oanh"))
    await join(page)
    await expect(page.get_by_role("button", name="Giơ tay phát biểu")).to_be_visible()
    await do(live, Refuse("oanh", Ground.BREACH, "Xúc phạm người khác.", rule=2))
    for _ in range(2):
        await expect(page.get_by_role("heading", name="Người chủ trì đã từ chối đối thoại với ông/bà")).to_be_visible()
        await expect(page.locator("main")).to_contain_text("vi phạm nội quy, quy chế đối thoại")
        await expect(page.locator("main")).to_contain_text("Nói đúng nội dung.")
        await expect(page.locator("main")).to_contain_text("Xúc phạm người khác.")
        await expect(page.locator("main")).to_contain_text("khoản 3 Điều 4")
        assert await flaws(page) == []
        await page.reload()
    assert not live.hub.sockets_of("oanh")


async def test_the_lobby_knows_nothing_and_leads_on_by_itself(house: House, browser: Browser) -> None:
    live = await house.conference()
    page = await phone(browser)
    with house.parts.engine.begin() as database:
        token = public_link(database, house.parts.keys, live.id, now())
    await page.goto(f"{house.base}/vao#{token}")
    await page.get_by_label("Họ và tên").fill("Đỗ Thị Hoà <b>")
    await page.get_by_role("button", name="Xin vào hội nghị").click()
    await expect(page.get_by_role("heading", name="Ông/bà đang ở phòng chờ")).to_be_visible()
    await expect(page.get_by_text("Đỗ Thị Hoà <b>")).to_be_visible()
    assert "Chờ chủ trì mời" not in await page.content()
    privacy = page.get_by_role("link", name="Dữ liệu cá nhân được bảo vệ thế nào")
    await expect(privacy).to_have_attribute("href", "/cong-khai/quyen-rieng-tu")
    assert await flaws(page) == []
    (waiting,) = [p.id for p in live.room.state.people.values() if p.standing == "lobby"]
    await do(live, Admit((waiting,)), "desk")
    await expect(page.get_by_role("heading", name="Trước khi vào hội nghị")).to_be_visible()
    await expect(privacy).to_be_visible()


async def test_large_text_and_english_hold_on_every_page(house: House, browser: Browser) -> None:
    live = await house.conference(joined=False)
    page = await phone(browser)
    await page.goto(f"{house.base}/")
    await page.get_by_role("button", name="Chữ lớn").click()
    await page.get_by_role("button", name="English").click()
    await expect(page.get_by_role("heading", name="A room for dialogue")).to_be_visible()
    for path in ("/", "/ma", "/vao", "/thiet-lap"):
        await page.goto(house.base + path)
        assert await page.evaluate("getComputedStyle(document.documentElement).fontSize") == "24px"
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert await flaws(page) == [], path
    await page.goto(link(house, live, "oanh"))
    await expect(page.get_by_role("heading", name="Before you enter")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_a_void_link_and_a_wrong_code_say_what_to_do(house: House, browser: Browser) -> None:
    await house.conference()
    page = await phone(browser)
    await page.goto(f"{house.base}/vao#nonsense")
    await expect(page.get_by_role("alert").filter(has_text="Đường liên kết không đúng")).to_be_visible()
    await expect(page.get_by_role("link", name="nhập mã ở đây.")).to_be_visible()
    await page.get_by_role("link", name="nhập mã ở đây.").click()
    await page.get_by_label("Mã của ông/bà").fill("abcd 2345")
    await page.get_by_role("button", name="Vào hội nghị").click()
    await expect(page.get_by_role("alert").filter(has_text="Mã không đúng")).to_be_visible()
    assert faults(page) == []


async def test_on_plain_http_the_page_says_why_there_is_no_microphone(house: House, browser: Browser) -> None:
    live = await house.conference(joined=False)
    page = await phone(browser)
    await page.add_init_script("Object.defineProperty(window, 'isSecureContext', {value: false})")
    await page.goto(link(house, live, "oanh"))
    await page.get_by_role("button", name="Bật micro").click()
    await expect(page.get_by_text("Trình duyệt chỉ cho dùng micro và camera trên địa chỉ bắt đầu bằng https.")).to_be_visible()
    await join(page)
    await expect(page.get_by_role("button", name="Giơ tay phát biểu")).to_be_visible()


async def test_in_the_hall_the_telephone_plays_no_sound(house: House, browser: Browser) -> None:
    live = await speaking_time(house)
    page = await phone(browser)
    await page.goto(link(house, live, "minh"))
    await join(page, "Vào hội nghị")
    await expect(page.get_by_role("radio", name="Chỉ chữ")).to_be_checked()
    await expect(page.locator("video")).to_have_count(0)
    await ask_to_speak(page, "Vỉa hè bị lấn chiếm")
    await expect(page.get_by_text("Hãy đến gần micro của hội trường.")).to_be_visible()
    await do(live, CallNext())
    await expect(page.get_by_text("Hãy nói vào micro của hội trường.")).to_be_visible()


async def test_after_the_close_the_page_thanks_and_says_what_follows(house: House, browser: Browser) -> None:
    live = await house.conference()
    await bring_to(live, Phase.CLOSED)
    page = await phone(browser)
    await page.goto(link(house, live, "oanh"))
    await expect(page.get_by_role("heading", name="Hội nghị đã kết thúc")).to_be_visible()
    await expect(page.get_by_text("10 ngày làm việc")).to_be_visible()
    assert await flaws(page) == []
    assert faults(page) == []
