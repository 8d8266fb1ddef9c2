"""A conference room for tests: commands go in as people give them, the clock moves by hand, every fact is kept.

After each act the hall checks what must always hold of a journal: folding the facts gives the state, and a refusal leaves no trace.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from moderation import SYSTEM, Conference, Entry, Fact, Identity, Phase, Refusal, Role, actor, decide, evolve
from moderation.agenda import AppointSecretary, MoveToStep, Tick, Waive
from moderation.floor import CallNext, CallToAnswer, StopSpeech, TakeFloor
from moderation.kernel import SECOND, Command, Ms
from moderation.minutes import FinishMinutes, Line, SignMinutes, digest
from moderation.people import AddPerson, Channel, Join, Knock, Person, RegisterPerson
from moderation.plan import Body, PetitionPlan, Plan, PlanConference, PlannedItem, Settings, VenuePlan
from moderation.queue import Enqueue, Motive, QueueEntry, order
from moderation.view import heard, view

NOON: Ms = 1_800_000_000_000

PLAN = Plan(
    "Hội nghị đối thoại",
    venues=(
        VenuePlan("main", "Hội trường", "main"),
        VenuePlan("east", "Nhà văn hóa phía Đông"),
        VenuePlan("west", "Nhà văn hóa phía Tây"),
        VenuePlan("home", "Trực tuyến", "individual"),
    ),
    house_rules=("Chờ chủ trì mời mới phát biểu.", "Nói đúng nội dung."),
    bodies=(Body("police", "Công an phường", "Công an"), Body("city", "Ủy ban nhân dân thành phố", "UBND thành phố", superior=True)),
    petitions=(
        PetitionPlan("KN-1", "Ngõ ngập sau mưa", lead="police", prepared_answer="Sẽ nạo vét.", field="Hạ tầng"),
        PetitionPlan("KN-2", "Giá bồi thường", complex=True, within_authority=False, escalate_to="city"),
    ),
    programme=(PlannedItem(4, "Nhân dân phát biểu", "Nhân dân", 70, "14:24"),),
)


def people(format: str = "combined") -> tuple[AddPerson, ...]:
    """One of every role, two chairs and a deputy, two operators, and five citizens: minh and hanh in the hall, oanh, phuc and quan online."""
    staff = (
        AddPerson("chair", (Role.CHAIR,), Identity("Chủ tịch", phone="§0900000001")),
        AddPerson("co-chair", (Role.CHAIR,), Identity("Bí thư")),
        AddPerson("deputy", (Role.CHAIR,), Identity("Phó Chủ tịch"), deputy=True),
        AddPerson("office", (Role.OFFICE,), Identity("Chánh Văn phòng")),
        AddPerson("secretary", (Role.SECRETARY,), Identity("Thư ký")),
        AddPerson("second", (Role.SECRETARY,), Identity("Thư ký thứ hai")),
        AddPerson("desk", (Role.DESK,), Identity("Bộ phận tổng hợp")),
        AddPerson("agency", (Role.AGENCY,), Identity("Công an phường"), body="police"),
        AddPerson("monitor", (Role.MONITOR,), Identity("MTTQ")),
        AddPerson("display", (Role.DISPLAY,), Identity("Màn hình")),
    )
    operators = tuple(AddPerson(f"op-{v}", (Role.OPERATOR,), Identity(f"Phụ trách {v}"), Channel.VENUE, v) for v in ("east", "west"))
    hall = tuple(AddPerson(id, (Role.CITIZEN,), Identity(f"Công dân {id}", "Tổ 2", f"§09000001{n}")) for n, id in enumerate(("minh", "hanh")))
    online = tuple(
        AddPerson(id, (Role.CITIZEN,), Identity(f"Công dân {id}", "Tổ 9", f"§09000002{n}"), Channel.ONLINE)
        for n, id in enumerate(("oanh", "phuc", "quan"))
    )
    return staff + (() if format == "online" else operators + hall) + (() if format == "in_person" else online)


class Hall:
    """The room. `c` is its state, `journal` all entries so far, `now` the time, which only `wait` moves."""

    def __init__(self, plan: Plan = PLAN, id: str = "DT-1", now: Ms = NOON, **settings: Any) -> None:
        self.c = Conference(id=id)
        self.journal: list[Entry] = []
        self.now = now
        self.commands = 0
        self.do(PlanConference(replace(plan, settings=Settings(**settings)) if settings else plan), "system")

    # --- acting ---------------------------------------------------------------------------------------------------------

    def do(self, command: Command, by: str = "chair") -> tuple[Fact, ...]:
        """Gives a command; its facts are in the state afterwards."""
        facts = decide(self.c, command, SYSTEM if by == "system" else actor(self.c, by), self.now)
        self.commands += 1
        for fact in facts:
            entry = Entry(self.c.seq + 1, self.now, by, f"cmd-{self.commands:04}", fact)
            self.c = evolve(self.c, entry)
            self.journal.append(entry)
        return facts

    def refused(self, code: str, command: Command, by: str = "chair", /, **details: Any) -> None:
        """The command must be refused with this code (and these details), and change nothing."""
        before = self.c
        with pytest.raises(Refusal) as caught:
            self.do(command, by)
        assert caught.value.code == code
        assert details.items() <= caught.value.details.items()
        assert self.c is before

    def wait(self, seconds: float) -> Hall:
        self.now += round(seconds * SECOND)
        return self

    # --- scenes ---------------------------------------------------------------------------------------------------------

    def seated(self) -> Hall:
        """Everybody is on the list and has joined."""
        for person in people(self.c.format):
            self.do(person, "system")
        for id in list(self.c.people):
            self.do(Join(True, True), id)
        return self

    def opened(self, step: int = 1) -> Hall:
        """The conference has opened properly and gone on to `step`."""
        self.seated()
        self.do(MoveToStep(1), "office")
        if step > 1:
            self.do(Tick("house_rules"), "office")
            self.do(AppointSecretary("secretary"), "office")
            self.do(MoveToStep(2), "chair")
        if step > 2:
            for item in [i.id for i in self.c.agenda.items.values() if i.step == 2]:
                self.do(Waive(item, "đã nêu trong tài liệu"))
            self.do(MoveToStep(3))
        if step > 3:
            self.do(MoveToStep(4, "sẽ trả lời tại hội nghị"), "chair") if not self.c.petitions else self.settle_petitions()
        return self

    def settle_petitions(self) -> None:
        from moderation.conclusion import DeferPetition

        for id in list(self.c.petitions):
            self.do(DeferPetition(id, "trao đổi tại hội nghị"))
        self.do(MoveToStep(4))

    def ask(self, person: str, motive: Motive = Motive.STATEMENT, entry: str = "", by: str | None = None, **more: Any) -> str:
        """The person asks for the floor a second after whatever was before; gives the entry's id."""
        self.wait(1)
        entry = entry or f"{motive.value}-{person}-{self.commands}"
        on_behalf = None if by in (None, person) else person
        self.do(Enqueue(entry, f"việc của {person}", motive, on_behalf, **more), by or person)
        return entry

    def register(self, person: str, channel: Channel = Channel.HALL, venue: str | None = None, by: str = "desk") -> str:
        self.do(RegisterPerson(person, Identity(f"Công dân {person}"), channel, venue), by)
        return person

    def knock(self, person: str, name: str = "Khách") -> str:
        self.do(Knock(person, Identity(name, "Tổ 1", "§0911111111")), "system")
        return person

    def speak(self, person: str, seconds: float = 60, answer: bool = False) -> str:
        """A whole statement of this person, answered by the agency if `answer`; gives the speech's id."""
        self.ask(person)
        while self.next() != person:
            self.do(StopSpeech())
        speech = str(self.c.floor.main)
        self.wait(seconds)
        self.do(StopSpeech())
        if answer:
            self.answer(speech)
        return speech

    def answer(self, about: str, seconds: float = 30) -> None:
        self.do(CallToAnswer(f"answer-{self.commands}", "agency", about))
        self.wait(seconds)
        self.do(StopSpeech())

    def next(self) -> str:
        """Calls the next one, who takes the floor if asked on an own device; gives the person."""
        self.do(CallNext())
        if self.c.floor.prompt:
            entry = self.c.queue.entries[self.c.floor.prompt.entry]
            self.do(TakeFloor(entry.id), entry.person)
        return self.speaker

    def closed(self) -> Hall:
        """The conference has ended, everything with an outcome."""
        if self.c.phase is Phase.CLOSED:
            return self
        from moderation.agenda import CloseConference
        from moderation.conclusion import Kind, SetOutcome

        if self.c.agenda.step < 7:
            from moderation.queue import CloseQueue

            if self.c.queue.open:
                self.do(CloseQueue())
            self.do(MoveToStep(7, "hết giờ"))
        self.do(SetOutcome("KL-1", Kind.EXPLAINED, tuple(self.c.without_outcome()), "đã giải thích"), "secretary")
        self.do(CloseConference())
        return self

    def signed(self) -> Hall:
        self.closed()
        self.do(FinishMinutes(), "secretary")
        for who in ("secretary", "chair"):
            self.do(SignMinutes(digest(self.c)), who)
        return self

    # --- looking --------------------------------------------------------------------------------------------------------

    @property
    def line(self) -> list[str]:
        """Who waits, in order."""
        return [self.c.queue.entries[p.entry].person for p in order(self.c)]

    @property
    def why(self) -> dict[str, str]:
        """Person → the reason for their place."""
        return {self.c.queue.entries[p.entry].person: p.why for p in order(self.c)}

    @property
    def speaker(self) -> str:
        return self.c.speeches[self.c.floor.main].person if self.c.floor.main else ""

    @property
    def heard(self) -> frozenset[str]:
        return heard(self.c)

    @property
    def used(self) -> Ms:
        """What the main speech's clock reads."""
        assert self.c.floor.main
        return self.c.speeches[self.c.floor.main].clock.read(self.now)

    @property
    def left(self) -> Ms:
        assert self.c.floor.main
        return self.c.speeches[self.c.floor.main].clock.left(self.now)

    def person(self, id: str) -> Person:
        return self.c.people[id]

    def entry(self, id: str) -> QueueEntry:
        return self.c.queue.entries[id]

    def view(self, audience: str) -> dict[str, Any]:
        return view(self.c, audience)

    def lines(self, code: str) -> list[Line]:
        """The minutes' own lines for facts of this name."""
        return [m for m in self.c.minutes.lines.values() if m.code == code]
