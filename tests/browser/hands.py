"""What people do on their screens: each command of the worked example as the clicks and keys of whoever gives it.

`give(command)` of a screen does what the command says by hand. Persons and speeches are found by the names that stand on the screen.
"""

from __future__ import annotations

from typing import Protocol

from playwright.async_api import Locator

from moderation.agenda import CloseConference, MoveToStep, Tick
from moderation.conclusion import DeferPetition, RaisePetition, SetOutcome
from moderation.conduct import Refuse, Remind
from moderation.floor import CallNext, CallToAnswer, StopSpeech, TakeFloor, YieldFloor
from moderation.kernel import Command
from moderation.minutes import FinishMinutes, ReleaseLine, SignMinutes, WriteLine
from moderation.people import CountPeople, Join, RegisterPerson
from moderation.queue import CloseQueue, Enqueue
from server.i18n import t
from tests.browser.person import Person

AGENDA, CASES, ORDER, HALL = "agenda", "cases", "order", "hall"


class Hands(Protocol):
    """Somebody who gives commands at a screen."""

    me: Person

    async def give(self, command: Command) -> None: ...


def vi(key: str, **details: object) -> str:
    return t("vi", key, **details)


class Names:
    """The people of the example by their ids, as the screens name them."""

    def __init__(self, names: dict[str, str]) -> None:
        self._names = names

    def of(self, id: str) -> str:
        """The name of a person, or of whose speech a mark such as `@statement:cit-PB-1` stands for."""
        return self._names[id.rpartition(":")[2]]


class ChairAtConsole:
    """The chair's console."""

    def __init__(self, me: Person, names: Names) -> None:
        self.me = me
        self.names = names

    async def panel(self, name: str) -> Locator:
        """Brings up one of the panels beside queue and floor."""
        await self.me.page.locator(f"nav.tabs [data-tab={name}]").click()
        return self.me.page.locator(f".panel[data-panel={name}]")

    async def key(self, key: str) -> None:
        """Presses a key once the button that shows it can be pressed."""
        await self.me.page.locator(f'[aria-keyshortcuts="{key}"]:not([aria-disabled=true])').wait_for()
        await self.me.page.keyboard.press(key)

    async def measure(self, person: str, rung: str) -> None:
        """Opens the ladder of a person and chooses a rung."""
        row = (await self.panel(ORDER)).locator(f"[data-person={person}]")
        if await row.locator("details").get_attribute("open") is None:
            await row.locator("summary").click()
        await self.me.press(vi(f"chair.rung_{rung}"), row)

    async def give(self, command: Command) -> None:
        me = self.me
        match command:
            case MoveToStep():
                await me.press(vi("chair.go_to_step", step=command.step), await self.panel(AGENDA))
                await me.page.locator(f"[data-step='{command.step}'][aria-current=step]").wait_for()
            case Tick():
                await me.press(vi("chair.tick_what", label=vi(f"agenda.{command.item}")), await self.panel(AGENDA))
            case DeferPetition():
                await me.press(vi("chair.defer"), (await self.panel(CASES)).locator(f"[data-petition={command.petition}]"))
                await me.answer(vi("chair.do_it"), reason=command.reason)
            case CallNext():
                await self.key("n")
            case CallToAnswer():
                statement = me.page.locator("[data-statement]", has_text=self.names.of(command.about))
                await me.press(vi("chair.call_to_answer"), statement)
                await me.answer(vi("chair.do_it"), person=command.person)
            case StopSpeech():
                await self.key("s")
            case Remind():
                await self.measure(command.person, "remind")
                await me.answer(vi("chair.rung_remind"), words=command.words)
            case Refuse():
                await self.measure(command.person, "refuse")
                rule = {} if command.rule is None else {"rule": str(command.rule)}
                await me.answer(vi("chair.rung_refuse"), ground=command.ground.value, words=command.words, **rule)
            case CloseQueue():
                await me.press(vi("chair.close_queue"))
            case CloseConference():
                await me.press(vi("chair.close_conference"), await self.panel(AGENDA))
                await me.answer(vi("chair.close_conference"))
            case SignMinutes():
                await me.press(vi("chair.sign"))
            case _:
                raise NotImplementedError(command)


class SecretaryAtDesk:
    """The secretary's desk."""

    def __init__(self, me: Person, names: Names) -> None:
        self.me = me
        self.names = names

    def line(self, mark: str) -> Locator:
        """The line of a person's latest speech."""
        gist = self.me.page.get_by_label(vi("secretary.gist.statement", who=self.names.of(mark)), exact=True)
        return self.me.page.locator("article.record", has=gist).last

    async def give(self, command: Command) -> None:
        me = self.me
        match command:
            case WriteLine():
                line = self.line(command.line)
                await line.locator("textarea.line-gist").fill(command.text)
                if await line.locator("details").get_attribute("open") is None:
                    await line.locator("summary").click()
                await line.get_by_label(vi("secretary.topic")).fill(command.topic)
                await line.get_by_label(vi("secretary.field")).fill(command.field)
                if command.body:
                    await line.get_by_label(vi("secretary.body.statement")).select_option(command.body)
            case ReleaseLine():
                await me.press(vi("secretary.release"), self.line(command.line))
                await self.line(command.line).get_by_text(vi("secretary.line.released")).wait_for()
            case SetOutcome():
                await self.conclude(command)
            case FinishMinutes():
                await me.press(vi("secretary.sign.finish"))
                await me.answer(vi("secretary.sign.finish"))
            case SignMinutes():
                await me.press(vi("secretary.sign.sign"))
                await me.answer(vi("secretary.sign.sign"))
            case _:
                raise NotImplementedError(command)

    async def conclude(self, command: SetOutcome) -> None:
        """Writes one item of the conclusion, for all that it is about."""
        first, *others = command.about
        button = f"{vi('secretary.outcome.write')}: {first}"
        await self.me.press(button, exact=True)
        dialog = self.me.page.locator("dialog[open]")
        if others:
            await dialog.get_by_text(vi("secretary.out.also")).click()
            for other in others:
                await dialog.get_by_label(other, exact=True).check()
        given = {"lead": command.lead, "due": command.due, "to": command.to}
        await dialog.locator(f"[name=kind][value={command.kind.value}]").check()
        shown = {name: value for name, value in given.items() if value and await dialog.locator(f"[name={name}]").is_visible()}
        await self.me.answer(vi("secretary.out.save"), text=command.text, **shown)
        await self.me.page.get_by_role("button", name=button, exact=True).wait_for(state="detached")


class DeskAtWork:
    """The desk: people are put on the list and in the line, and codes for their own telephones are handed out."""

    def __init__(self, me: Person, names: Names) -> None:
        self.me = me
        self.names = names

    async def register(self, name: str, channel: str) -> None:
        """Puts somebody on the list who does not want to speak yet."""
        form = self.me.page.locator("form.register")
        await form.locator(f"[name=channel][value={channel}]").check()
        await form.get_by_label(vi("desk.name")).fill(name)
        await form.get_by_label(vi("desk.name")).press("Enter")
        await self.me.reads(vi("desk.added.only", name=name))

    async def more(self, form: Locator) -> None:
        """Unfolds the rest of the form."""
        if await form.locator("details").get_attribute("open") is None:
            await form.locator("summary").click()

    async def code(self, name: str) -> str:
        """A one-time code for somebody's own telephone, read off the screen."""
        row = self.me.page.locator(".people .person-row", has_text=name)
        await self.me.press(vi("desk.code"), row)
        shown = await self.me.text("dialog[open] .code")
        await self.me.press(vi("common.close"), "dialog[open]")
        return "".join(shown.split())

    async def give(self, command: Command) -> None:
        me = self.me
        match command:
            case RegisterPerson():
                await self.register(command.identity.name, command.channel.value)
            case Enqueue():
                assert command.person is not None
                await self.enqueue(self.names.of(command.person), command)
            case CountPeople():
                venue = me.page.locator("details.venue").nth(0)
                await venue.locator("summary").click()
                await venue.get_by_label(vi("desk.venue.count")).fill(str(command.count))
                await me.press(vi("desk.venue.count_save"), venue)
            case YieldFloor():
                await me.press(vi("desk.floor.yield"))
            case RaisePetition():
                await me.press(f"{vi('desk.raise')}: {self.names.of(command.speech)}")
                await me.answer(vi("secretary.raise"), number=command.petition, content=command.content, field=command.field)
            case _:
                raise NotImplementedError(command)

    async def enqueue(self, name: str, command: Enqueue) -> None:
        """Enters a request to speak for somebody on the list."""
        await self.me.press(vi("desk.people.enqueue"), self.me.page.locator(".people .person-row", has_text=name))
        form = self.me.page.locator("form.register")
        await form.get_by_label(vi("desk.topic")).fill(command.topic)
        if command.petition:
            await self.more(form)
            await form.get_by_label(vi("desk.petition")).select_option(command.petition)
        await form.get_by_label(vi("desk.topic")).press("Enter")
        await self.me.reads(vi("desk.added", name=name))


class CitizenAtHome:
    """A citizen online, with a browser that has microphone and camera."""

    def __init__(self, me: Person) -> None:
        self.me = me

    async def give(self, command: Command) -> None:
        me = self.me
        match command:
            case Join():
                await me.join(devices=True)
            case Enqueue():
                await self.raise_hand(command.topic, command.petition)
            case TakeFloor():
                await me.press(vi("call.take"), "dialog.call")
            case YieldFloor():
                await me.press(vi("speaking.end"))
            case _:
                raise NotImplementedError(command)

    async def raise_hand(self, topic: str, petition: str | None = None) -> None:
        await self.me.press(vi("hand.raise"))
        if petition:
            await self.me.page.locator("dialog[open] summary").click()
            await self.me.answer(vi("hand.send"), topic=topic, petition=petition)
        else:
            await self.me.answer(vi("hand.send"), topic=topic)
        await self.me.page.locator(".own-entry").wait_for()
