"""The secretary's desk against a real server in a real browser: what two people type at once, without a network, or before the browser is
closed is all in the minutes in the end, and once (R37)."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Locator

from tests.browser.browsers import open_browser
from tests.browser.house import House, open_house
from tests.browser.person import PHONE, Person, comes, person
from tests.client import Client, enter

GIST = "article.record.statement textarea.line-gist"


async def somebody(house: House, who: str) -> Client:
    """A person of the example at a program's client."""
    return await Client(await enter(house.base, token=urlsplit(house.people[who]).fragment)).come()


async def until_somebody_speaks(house: House) -> None:
    """Opens the conference, appoints both secretaries, and gives the floor to a woman in the hall."""
    chair, office, desk = [await somebody(house, who) for who in ("chair", "office", "desk")]
    await chair.do({"do": "join", "notice_read": True, "rules_accepted": True})
    await office.do({"do": "move_to_step", "step": 1})
    for secretary in ("secretary", "secretary-2"):
        await office.do({"do": "appoint_secretary", "person": secretary})
    await office.do({"do": "tick", "item": "house_rules"})
    await chair.do({"do": "move_to_step", "step": 4, "reason": "Vào thẳng phần phát biểu"})
    hoa = {"name": "Nguyễn Thị Hòa", "area": "Tổ dân phố số 2", "phone": ""}
    await desk.do({"do": "register_person", "person": "hoa-0001", "identity": hoa, "channel": "hall"})
    await desk.do({"do": "enqueue", "entry": "hoa-entry", "person": "hoa-0001", "topic": "Ngõ 12 ngập sau mưa"})
    await chair.do({"do": "call_next"})
    for client in (chair, office, desk):
        await client.leave()


async def saved(me: Person, state: str = "saved", seconds: float = 15) -> None:
    """Waits until the desk says this of its lines: saved, kept, clash."""
    await me.until(f"document.querySelector('[data-saving]')?.dataset.saving === '{state}'", seconds)


async def holds(field: Locator, text: str) -> None:
    async def there() -> bool:
        return await field.input_value() == text

    await comes(there, text)


async def test_nothing_that_secretaries_type_is_lost(chromium: str, tmp_path: Path) -> None:
    with open_house(tmp_path) as house:
        await until_somebody_speaks(house)
        async with open_browser(chromium, tmp_path) as browser:
            first, second = [await person(browser, name, house.base) for name in ("first", "second")]
            await first.enter(house.people["secretary"])
            await second.enter(house.people["secretary-2"])
            ours, theirs = first.page.locator(GIST), second.page.locator(GIST)

            # as one types it is saved, the other sees it, and who writes there
            await ours.press_sequentially("Ngõ 12 có 63 hộ ", delay=20)
            await saved(first, seconds=1.5)
            await second.reads("đang viết")
            await holds(theirs, "Ngõ 12 có 63 hộ")
            assert await ours.input_value() == "Ngõ 12 có 63 hộ "  # the space before the next word stays under one's hands

            # the network goes: typing goes on, and the other writes in the same line
            await first.context.set_offline(True)
            await ours.press_sequentially("bị ngập.", delay=20)
            await first.page.keyboard.press("Control+Enter")
            note = first.page.locator("article.record.note textarea.line-gist").last
            await note.press_sequentially("Ghi khi mất mạng", delay=20)
            await theirs.press("End")
            await theirs.press_sequentially(" theo lời bà Hòa")
            await saved(second)
            await saved(first, "kept", seconds=20)

            # it returns: the note is stored, and of the line both texts stand side by side
            await first.context.set_offline(False)
            await saved(first, "clash")
            await holds(second.page.locator("article.record.note textarea.line-gist").last, "Ghi khi mất mạng")
            await first.press("Gộp hai bản")
            await first.reads("bị ngập.", "dialog .merge-text >> nth=0")
            await first.reads("theo lời bà Hòa", "dialog .merge-text >> nth=1")
            merged = first.page.locator("dialog textarea")
            both = "Ngõ 12 có 63 hộ bị ngập. theo lời bà Hòa"
            assert sorted((await merged.input_value()).split()) == sorted(both.split())
            await merged.fill("Ngõ 12 có 63 hộ bị ngập, theo lời bà Hòa.")
            await first.press("Lưu bản gộp")
            await saved(first)
            await holds(theirs, "Ngõ 12 có 63 hộ bị ngập, theo lời bà Hòa.")

            address = first.page.url

            # typed without network, then the page is closed at once: the next page sends it
            await first.context.set_offline(True)
            await note.press("End")
            await note.press_sequentially(" và trước khi đóng trang")
            await first.page.close()
            await first.context.set_offline(False)
            again = Person("first again", first.context, await first.context.new_page(), house.base)
            await again.page.goto(address, wait_until="domcontentloaded")
            await again.page.locator("[data-saving]").wait_for()
            await saved(again)
            await holds(second.page.locator("article.record.note textarea.line-gist").last, "Ghi khi mất mạng và trước khi đóng trang")
            assert await second.page.locator("article.record.note").count() == 1  # sent again, and not twice there
            assert second.faults == [] and again.faults == []


async def test_the_desks_fit_a_phone_and_say_why_not(chromium: str, tmp_path: Path) -> None:
    """At 360 px no page of the staff scrolls sideways, and before the appointment the minutes say why nobody can write."""
    with open_house(tmp_path) as house:
        async with open_browser(chromium, tmp_path) as browser:
            for role in ("secretary", "desk", "office", "operator"):
                me = await person(browser, role, house.base, PHONE)
                await me.enter(house.links[role])
                await me.until("document.querySelector('main h1') !== null")
                assert await me.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), role
                assert me.faults == []
                if role == "secretary":
                    await me.reads("Ông/bà chưa được cử làm thư ký")


async def test_a_secretary_marks_petitions_as_answered_and_proposes_to_the_chair(chromium: str, tmp_path: Path) -> None:
    with open_house(tmp_path) as house:
        chair, office = [await somebody(house, who) for who in ("chair", "office")]
        await chair.do({"do": "join", "notice_read": True, "rules_accepted": True})
        await office.do({"do": "move_to_step", "step": 1})
        await office.do({"do": "appoint_secretary", "person": "secretary"})
        await office.do({"do": "tick", "item": "house_rules"})
        await chair.do({"do": "move_to_step", "step": 3, "reason": "Vào thẳng phần trả lời kiến nghị"})
        async with open_browser(chromium, tmp_path) as browser:
            me = await person(browser, "secretary", house.base)
            await me.enter(house.people["secretary"])
            for petition in ("KN-01", "KN-02"):
                await me.tick(petition, ".petitions")
            await me.press("Đã trả lời (2)", ".petitions")
            await chair.until(lambda: chair.view["counts"]["petitions_answered"] == 2)

            await chair.do({"do": "move_to_step", "step": 2, "reason": "Sang phần phát biểu"})
            await chair.do({"do": "move_to_step", "step": 4, "reason": "Sang phần phát biểu"})
            hoa = {"name": "Nguyễn Thị Hòa", "area": "", "phone": ""}
            await office.do({"do": "register_person", "person": "hoa-0001", "identity": hoa, "channel": "hall"})
            await office.do({"do": "enqueue", "entry": "hoa-entry", "person": "hoa-0001", "topic": "Ngõ 12 ngập sau mưa"})
            await chair.do({"do": "call_next"})
            await me.press("Đề xuất xử lý: Nguyễn Thị Hòa", ".desk-bar")
            await me.answer("Gửi chủ trì", rung="remind", words="Nói lạc chủ đề")
            await me.reads("Đề xuất đang chờ chủ trì", ".side")
            await chair.until(lambda: chair.view["proposals"])
            (proposal,) = chair.view["proposals"].values()
            assert (proposal["rung"], proposal["person"]["name"], proposal["words"]) == ("remind", "Nguyễn Thị Hòa", "Nói lạc chủ đề")
            assert me.faults == []
        for client in (chair, office):
            await client.leave()
