"""Every page, on a desk and on a telephone: accessible, no wider than the screen, usable by keyboard, quiet, and deaf to what names contain."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]

from tests.browser.hands import vi
from tests.browser.lively import HOSTILE, OUT, WAITING, WATCHER, Lively
from tests.browser.person import DESK, PHONE, Person, comes, person

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROOMS = ["chair", "office", "secretary", "desk", "op-DC-02", "agency-kthtdt", "monitor-mttq", "cit-PB-2", "cit-29", WATCHER, WAITING]
"""Every audience; of the citizens: who has the floor, who has not joined yet, who follows, who waits in the lobby."""

TURNED = "\u202e"
"""RIGHT-TO-LEFT OVERRIDE, which stands in the name."""

CHAIR_PANELS = ["queue", "floor", "agenda", "cases", "order", "hall"]
PAPERS = ["bien-ban", "ket-luan"]

WIDER = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > width + 1 && e.checkVisibility())
    .slice(0, 5).map((e) => e.outerHTML.slice(0, 120));
}"""
"""What makes the page wider than the window, if anything does."""

OUTSIDE = """() => [...document.querySelectorAll("#main *")].filter((e) => e.checkVisibility() && e.getBoundingClientRect().width)
  .filter((e) => { const box = e.getBoundingClientRect(); return box.right > innerWidth + 1 || box.bottom > innerHeight + 1; })
  .slice(0, 5).map((e) => e.outerHTML.slice(0, 120))"""
"""What a screen that does not scroll cuts off."""

FOCUS = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return { what: "", seen: true, primary: false };
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  const around = one.closest("label, .segment") ?? one;
  const marks = [style, getComputedStyle(around)]
    .some((s) => (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== "none");
  return { what: one.outerHTML.slice(0, 100), seen: marks && box.width > 0 && box.height > 0, primary: one.matches(".primary, .call-take") };
}"""
"""Where the focus is: whether one sees it, and whether it is on the page's main action."""


async def accessible(one: Person) -> None:
    """axe-core finds nothing."""
    results: Any = await Axe().run(one.page)
    assert results.violations_count == 0, f"{one.name} {one.page.url}\n{results.generate_report()}"


async def fits(one: Person) -> None:
    assert await one.page.evaluate(WIDER) == [], f"{one.name}: {one.page.url} is wider than {one.page.viewport_size}"


async def by_keyboard(one: Person) -> None:
    """Tab goes to the main action, and one always sees where one is."""
    await one.page.evaluate("document.activeElement?.blur()")
    if await one.page.locator(".button.primary:visible").count() == 0:
        return
    for _ in range(80):
        await one.page.keyboard.press("Tab")
        focus = await one.page.evaluate(FOCUS)
        assert focus["seen"], f"{one.name}: the focus is not seen on {focus['what']}"
        if focus["primary"]:
            return
    raise AssertionError(f"{one.name}: the main action is not reached by Tab")


async def with_large_text(one: Person) -> None:
    """Twice the size of text makes the page longer, not wider (WCAG 1.4.4)."""
    await one.page.evaluate("document.documentElement.style.fontSize = '200%'")
    await fits(one)
    await one.page.evaluate("document.documentElement.style.fontSize = ''")


async def resize(one: Person, size: tuple[int, int]) -> None:
    await one.page.set_viewport_size({"width": size[0], "height": size[1]})
    await one.until(f"innerWidth === {size[0]}")


async def good(one: Person, *sizes: tuple[int, int]) -> None:
    """A page as it stands, in each of the sizes."""
    for size in sizes or (DESK, PHONE):
        await resize(one, size)
        await accessible(one)
        await fits(one)
    await resize(one, DESK)
    await with_large_text(one)
    await by_keyboard(one)


ON_PURPOSE = "Failed to load resource: the server responded with a status of 40"
"""What the browser says of a page that is a refusal."""

COPIES = "Applying inline style"
"""axe-core copies elements which a script has styled; that breaks the policy, and is not the page's fault. It comes only after axe has run."""


def quiet(one: Person, *meant: str) -> None:
    """Nothing went wrong but what is `meant`, no other server was asked, no policy was broken."""
    assert [fault for fault in one.faults if not any(words in fault for words in meant)] == []


async def drawn(one: Person) -> None:
    await one.until("document.querySelector('#main .loading') === null")


@pytest.mark.parametrize("who", ROOMS)
async def test_the_room(scene: Lively, who: str) -> None:
    one = await scene.visit(who)
    await drawn(one)
    quiet(one)
    if who == "chair":
        for panel in CHAIR_PANELS:
            await resize(one, PHONE)
            await one.page.locator(f"nav.tabs [data-tab={panel}]").click()
            await accessible(one)
            await fits(one)
        for panel in ("cases", "order", "hall", "agenda"):
            await resize(one, DESK)
            await one.page.locator(f"nav.tabs [data-tab={panel}]").click()
            await accessible(one)
        await good(one, DESK)
    else:
        quiet(one)
    await good(one)
    assert await one.page.evaluate("window.hacked") is None
    quiet(one, COPIES)
    await one.context.close()


@pytest.mark.parametrize("size", [DESK, (1024, 768), (3840, 2160), PHONE], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_hall_display(scene: Lively, size: tuple[int, int]) -> None:
    """It never scrolls, and the name is at least a twelfth of the height (R44)."""
    one = await scene.visit("display", size)
    await one.page.locator(".display-name").wait_for()
    quiet(one)
    await accessible(one)
    await fits(one)
    if size != PHONE:
        height = await one.page.locator(".display-name").first.evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
        assert await one.page.evaluate(OUTSIDE) == []
        assert height >= size[1] / 24, "letters of the name can be read at 15 m"
    quiet(one, COPIES)
    await one.context.close()


async def test_the_band_for_obs(scene: Lively) -> None:
    one = await scene.visit("display", address="?layout=lower-third")
    await one.page.locator(".lower-third .display-name").wait_for()
    await accessible(one)
    quiet(one)
    await one.context.close()


@pytest.mark.parametrize("paper", PAPERS)
async def test_the_papers(scene: Lively, paper: str) -> None:
    one = await scene.visit("chair", address=f"/{paper}")
    await one.page.locator("article").first.wait_for()
    quiet(one)
    await good(one)
    assert await one.page.evaluate("window.hacked") is None
    quiet(one, COPIES)
    await one.context.close()


@pytest.mark.parametrize("address", ["/", "/vao", "/ma", "/thiet-lap", "/hop/nobody"])
async def test_the_entrances(scene: Lively, address: str) -> None:
    one = await person(scene.browser, address, scene.house.base)
    await one.page.goto(f"{scene.house.base}{address}", wait_until="domcontentloaded")
    await one.page.locator("h1").wait_for()
    quiet(one, ON_PURPOSE)
    await good(one)
    quiet(one, ON_PURPOSE, COPIES)
    await one.context.close()


async def test_the_lobby_asks_for_a_name(scene: Lively) -> None:
    one = await person(scene.browser, "stranger", scene.house.base)
    await one.page.goto(scene.house.public, wait_until="domcontentloaded")
    await one.page.locator("#name input").wait_for()
    quiet(one)
    await good(one)
    quiet(one, COPIES)
    await one.context.close()


async def test_what_a_refused_person_reads(scene: Lively) -> None:
    one = await scene.visit(OUT)
    await one.reads(vi("refused.title"))
    quiet(one, ON_PURPOSE)
    await good(one)
    quiet(one, ON_PURPOSE, COPIES)
    await one.context.close()


@pytest.mark.parametrize("who", ["chair", "desk", "office", "secretary", "monitor-mttq"])
async def test_a_name_that_looks_like_html_is_shown_as_it_is_written(scene: Lively, who: str) -> None:
    one = await scene.visit(who)
    await drawn(one)
    if who == "secretary":
        await scene_has_it_in_the_minutes(one)
    await comes(lambda: contains(one, HOSTILE.replace(TURNED, "")), f"{who} reads the name")
    assert TURNED not in await one.text(), "what would turn the writing round does not come through"
    assert await one.page.locator("img[src=x]").count() == 0
    assert await one.page.evaluate("window.hacked") is None
    quiet(one, COPIES)
    await one.context.close()


async def scene_has_it_in_the_minutes(one: Person) -> None:
    """The secretary meets names in lines: a note may say anything."""
    await one.press(vi("secretary.new_note"))
    await one.page.locator("article.record.note textarea").last.fill(HOSTILE.replace(TURNED, ""))
    await one.page.locator("[data-saving=saved]").wait_for()


async def contains(one: Person, words: str) -> bool:
    return words in await one.text("main") or words in "".join(await one.page.locator("textarea").evaluate_all("all => all.map((e) => e.value)"))
