"""People of the office at their browsers: everybody signed in under their own account, forms filled in and sent as they stand on the pages."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Browser, Dialog, Locator, Page, Response

from server import clock
from server.accounts.sessions import open_session
from server.accounts.staff import account_named
from tests.browser.person import Person, person
from tests.browser.test_pages import COPIES, quiet
from tests.notifications.conftest import Postbox
from tests.office.ward import CASE, Ward

DESK = (1280, 900)
HOME = f"/van-phong/hoi-nghi/{CASE}"

Given = str | int | bool | Path | list[str]
"""What a field is filled with: a text, whether it is ticked, a file, or the boxes to tick of several."""


class Clerks:
    """Everybody who works on the case, each with a window that stays open."""

    def __init__(self, ward: Ward, browser: Browser, base: str, postbox: Postbox) -> None:
        self.ward, self.browser, self.base, self.postbox = ward, browser, base, postbox
        self.people: dict[str, Person] = {}
        self.signed_in: dict[str, int] = {}
        """When each signed in last: days pass between two acts, and sessions end."""

    async def clerk(self, login: str) -> Page:
        """The window of somebody ("" is a citizen without an account)."""
        if login not in self.people:
            one = await person(self.browser, login or "citizen", self.base, DESK)
            one.page.on("dialog", confirmed)
            self.people[login] = one
        if login and clock.now() - self.signed_in.get(login, 0) > 3_600_000:
            self.signed_in[login] = clock.now()
            with self.ward.parts.engine.begin() as db:
                secret = open_session(db, self.ward.parts.keys, clock.now(), 12 * 3_600_000, account=account_named(db, login).id)
            await self.people[login].context.add_cookies(
                [{"name": "__Host-account", "value": secret, "domain": "127.0.0.1", "path": "/", "secure": True, "httpOnly": True}]
            )
        return self.people[login].page

    async def reads(self, login: str, path: str, *words: str) -> str:
        """Somebody opens a page and finds these words on it; gives its text."""
        page = await self.clerk(login)
        answer = await page.goto(self.base + path, wait_until="domcontentloaded")
        assert answer is not None and answer.status == 200, f"{login} {path}: {answer and answer.status}"
        text = await page.locator("body").inner_text()
        for one in words:
            assert one.casefold() in text.casefold(), f"{login} {path}: {one!r} is not on the page:\n{text}"
        return text

    async def sends(self, login: str, path: str, action: str, where: str = "", **fields: Given) -> Page:
        """Somebody opens a page ("": stays on the one that is open), fills in the form that goes to `action` and sends it; the server must have taken it."""
        page = await self.clerk(login)
        if path:
            await self.reads(login, path)
        await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        form = page.locator(f"form[action$='{action}']{where}").first
        for name, value in fields.items():
            await fill(form, name, value)
        await press(page, form.locator("button[type=submit], button:not([type])").first)
        return page

    def quiet(self) -> None:
        """No window saw an error of a script, a breach of the policy or a request to somebody else."""
        for one in self.people.values():
            quiet(one, COPIES)


async def confirmed(asked: Dialog) -> None:
    """Whoever is asked whether they are sure, is."""
    await asked.accept()


async def fill(form: Locator, name: str, value: Given) -> None:
    """Fills in one field by its kind."""
    field = form.locator(f"[name='{name}']")
    kind = await field.first.evaluate("e => e.tagName === 'INPUT' ? e.type : e.tagName")
    if kind == "SELECT":
        await field.select_option(str(value))
    elif kind == "radio":
        await form.locator(f"[name='{name}'][value='{value}']").check()
    elif kind == "checkbox" and isinstance(value, list):
        for one in await field.all():
            await one.set_checked(await one.get_attribute("value") in value)
    elif kind == "checkbox":
        await field.first.set_checked(bool(value))
    elif kind == "file":
        assert isinstance(value, Path)
        await field.set_input_files(value)
    elif isinstance(value, list):
        for one, text in zip(await field.all(), value, strict=True):
            await one.fill(text)
    else:
        await field.fill(str(value))


async def press(page: Page, button: Locator) -> Response:
    """Presses a button that sends a form, and waits for the page that follows."""
    async with page.expect_response(lambda answer: answer.request.method == "POST" and answer.request.is_navigation_request()) as sent:
        await button.click()
    answer = await sent.value
    await page.wait_for_load_state("domcontentloaded")
    if answer.status >= 400:
        faults = await page.locator(".form-error, .field-fault, [role=alert]").all_inner_texts()
        raise AssertionError(f"{answer.request.method} {answer.url}: {answer.status} {faults} {answer.request.post_data}")
    return answer
