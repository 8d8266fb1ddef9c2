"""The worked example as a play: who gives which command when, from the first entry on the list to the signed minutes.

Robots, the browser tests and the tests of the rules play the same script, each with its own clock: `at` is the time in the example. Some ids exist
only once the room has made them (a speech, its line in the minutes, the digest to sign); a command holds a mark in their place, such as
`@statement:cit-PB-1`, and `bound` fills it in from what the giver's own screen shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from moderation.agenda import AppointSecretary, CloseConference, MoveToStep, Tick, checklist
from moderation.conclusion import AnswerPetitions, DeferPetition, Kind, RaisePetition, SetOutcome
from moderation.conduct import Ground, Refuse, Remind
from moderation.floor import CallNext, CallToAnswer, StopSpeech, TakeFloor, YieldFloor
from moderation.kernel import SECOND, Command, Identity, Ms
from moderation.minutes import FinishMinutes, ReleaseLine, SignMinutes, WriteLine
from moderation.people import AddPerson, Channel, CountPeople, Join, RegisterPerson, ReportVenue
from moderation.plan import Plan
from moderation.queue import CloseQueue, Enqueue, Motive
from server.demo.example import ACCOUNT_29, FIELDS, Data, moment, people_of, plan_of, read

VENUE_STATUS = {"mat_tieng": "no_sound", "mat_hinh": "no_picture", "mat_ket_noi": "lost", "on_dinh": "stable"}
OUTCOMES = {
    "giao_giai_quyet": Kind.ASSIGNED,
    "chi_dao_ngay": Kind.ASSIGNED,
    "tra_loi_tai_hoi_nghi": Kind.SETTLED,
    "chuyen_co_quan_ngoai": Kind.BEYOND_AUTHORITY,
    "kien_nghi_cap_tren": Kind.BEYOND_AUTHORITY,
}
GROUNDS = {
    "khong_du_nang_luc_hanh_vi": Ground.NO_CAPACITY,
    "su_dung_ruou_bia_chat_kich_thich": Ground.UNDER_INFLUENCE,
    "vi_pham_noi_quy": Ground.BREACH,
}
PERSONS = {ACCOUNT_29: "cit-29"}

WAIT_TO_BE_CALLED = 1
"""The house rule (counted from 1) that account no. 29 broke: nobody speaks before the chair calls."""


@dataclass(frozen=True, slots=True)
class Act:
    """One line of the play: at `at` (ms since the epoch) the person `by` gives `command`."""

    at: Ms
    by: str
    command: Command


@dataclass(frozen=True, slots=True)
class Script:
    """What to set up (`plan`, then `people`), and the acts in order of time."""

    id: str
    plan: Plan
    people: tuple[AddPerson, ...]
    steps: tuple[Act, ...]


def script(path: Path | None = None) -> Script:
    """The play of the example at `path`, or of the one that comes with the server. Raises `KeyError` where the example lacks something."""
    data = read(path)
    play = Play(data)
    acts = [*play.arrivals(), *play.opening(), *play.reports(), *play.dialogue(), *play.conclusion(), *play.signing()]
    return Script(data["conference"]["id"], plan_of(data), people_of(data), tuple(sorted(acts, key=lambda act: act.at)))


class Play:
    """The chapters of the play. Every time is the example's own, or a fixed few seconds before or after one of them."""

    def __init__(self, data: Data) -> None:
        self.data = data
        self.day: date = data["conference"]["date"]
        self.plan = plan_of(data)
        self.speakers: dict[str, Data] = {s["id"]: s for s in data["speakers"]}
        self.petitions = {p.id: p for p in self.plan.petitions}
        self.steps: dict[int, Data] = {a["step"]: a for a in data["agenda"]}
        self.branches = [v.id for v in self.plan.venues if v.kind == "branch"]

    def at(self, clock: str) -> Ms:
        return moment(self.day, clock)

    def start(self, step: int) -> Ms:
        return self.at(self.steps[step]["start"])

    def arrivals(self) -> Iterator[Act]:
        """People take their seats and the first requests to speak come in, some of them entered for others (R7, R21)."""
        before = self.at("13:00")
        for n, person in enumerate(people_of(self.data)):
            yield Act(before + n * SECOND, person.person, Join(notice_read=True, rules_accepted=True, with_devices=True))
        for s in self.speakers.values():
            citizen, when, helper = f"cit-{s['id']}", self.at(s["registered_at"]), self.helper(s)
            if helper:
                channel, venue = self.channel(s)
                by = helper if venue or s.get("on_behalf") else "desk"
                yield Act(when - 30 * SECOND, by, RegisterPerson(citizen, Identity(s["person"]), channel, venue))
            own = not s.get("on_behalf")
            entry = Enqueue(s["id"], s["planned_topic"], person=None if own else citizen, petition=s["linked_petition"])
            yield Act(when, citizen if own else helper, entry)
        present = self.data["attendance"]["present"]
        for venue in ("DC-01", *self.branches):
            yield Act(self.at("13:29"), f"op-{venue}" if venue in self.branches else "desk", CountPeople(venue, present[venue]))

    def channel(self, s: Data) -> tuple[Channel, str | None]:
        if s["channel"] == "online":
            return (Channel.ONLINE if s["device"] == "trinh_duyet" else Channel.PHONE), None
        return (Channel.VENUE, s["venue"]) if s["venue"] in self.branches else (Channel.HALL, None)

    def helper(self, s: Data) -> str:
        """Who entered the speaker on the day: the venue's operator, the desk, or nobody for those who have a seat already."""
        channel, venue = self.channel(s)
        return "" if channel is Channel.ONLINE else f"op-{venue}" if venue else "desk"

    def opening(self) -> Iterator[Act]:
        """Steps 1 and 2 (Art. 9.1, 9.2), and the venue whose sound is lost on the way."""
        items = checklist(self.plan).values()
        opened = next(e["at"] for e in self.data["live"] if e["type"] == "step" and e["step"] == 1)
        yield Act(self.at(opened), "office", MoveToStep(1))
        for n, item in enumerate(i.id for i in items if i.step == 1 and i.id != "secretaries"):
            yield Act(self.at(opened) + (n + 1) * 100 * SECOND, "office", Tick(item))
        for n, secretary in enumerate(("secretary", "secretary-2")):
            yield Act(self.at(opened) + (600 + n) * SECOND, "office", AppointSecretary(secretary))
        for e in self.data["live"]:
            if e["type"] == "venue_status":
                yield Act(self.at(e["at"]), f"op-{e['venue']}", ReportVenue(e["venue"], VENUE_STATUS[e["status"]], e.get("note", "")))
        yield Act(self.start(2), "chair", MoveToStep(2))
        for n, item in enumerate(i.id for i in items if i.step == 2):
            yield Act(self.start(2) + (n + 1) * 180 * SECOND, "chair", Tick(item))

    def reports(self) -> Iterator[Act]:
        """Step 3 (Art. 9.3): what was collected beforehand is answered, or left for the dialogue."""
        yield Act(self.start(3), "chair", MoveToStep(3))
        for n, p in enumerate(self.data["petitions"], start=1):
            when = self.start(3) + n * 110 * SECOND
            if p["status_before"] == "can_trao_doi_them":
                yield Act(when, "chair", DeferPetition(p["id"], "Cần trao đổi thêm tại hội nghị"))
            else:
                yield Act(when, "office", AnswerPetitions((p["id"],), by=p["lead_agency"]))

    def dialogue(self) -> Iterator[Act]:
        """Steps 4 to 6: speeches, answers, conduct, follow-ups. The chair goes to step 5 for an answer and back to 4 for the next speech."""
        live = self.data["live"]
        yield Act(self.start(4), "chair", MoveToStep(4))
        answering = False
        for e in live:
            when = self.at(e["at"])
            match e["type"]:
                case "speech_start":
                    if answering:
                        yield Act(when - 20 * SECOND, "chair", MoveToStep(4))
                        answering = False
                    yield from self.called(e["speaker"], when)
                case "speech_end":
                    yield from self.spoken(e["speaker"], when, "statement", e["text"])
                case "new_petition":
                    content, field = e["content"], FIELDS[e["field"]]
                    yield Act(when, "desk", RaisePetition(e["id"], f"@statement:cit-{e['from']}", content, field))
                case "answer":
                    if not answering:
                        yield Act(when - SECOND, "chair", MoveToStep(5))
                        answering = True
                    yield from self.answered(e["to"], e["by"], when, e["text"])
                case "moderation":
                    yield self.conduct(e, when)
                case "follow_up":
                    topic = self.speakers[e["speaker"]]["planned_topic"]
                    yield Act(when - 60 * SECOND, f"cit-{e['speaker']}", Enqueue(f"TD-{e['speaker']}", topic, Motive.FOLLOW_UP))
                    yield from self.called(e["speaker"], when)
                    yield from self.spoken(e["speaker"], when + e["seconds"] * SECOND, "follow_up", e["text"])
        yield Act(self.at(self.steps[4]["end"]) - 300 * SECOND, "chair", MoveToStep(4))
        yield Act(self.at(self.steps[4]["end"]), "chair", MoveToStep(5))
        yield Act(self.start(6), "chair", MoveToStep(6))

    def called(self, speaker: str, when: Ms) -> Iterator[Act]:
        """The chair calls the next one; who is online answers the prompt a few seconds later (R24)."""
        if self.channel(self.speakers[speaker])[0] is Channel.ONLINE:
            yield Act(when - 8 * SECOND, "chair", CallNext())
            yield Act(when, f"cit-{speaker}", TakeFloor(speaker))
        else:
            yield Act(when, "chair", CallNext())

    def spoken(self, speaker: str, end: Ms, motive: str, text: str) -> Iterator[Act]:
        """The speaker finishes; the secretary writes the gist and lets the audience read it."""
        s = self.speakers[speaker]
        petition = self.petitions.get(s["linked_petition"])
        line = f"@line:{motive}:cit-{speaker}"
        by = self.helper(s) if s.get("on_behalf") else f"cit-{speaker}"
        field, lead = (petition.field, petition.lead) if petition else ("", None)
        yield Act(end, by, YieldFloor())
        yield Act(end + 20 * SECOND, "secretary", WriteLine(line, text, 0, "statement", topic=s["planned_topic"], field=field, body=lead))
        yield Act(end + 22 * SECOND, "secretary", ReleaseLine(line))

    def answered(self, speaker: str, body: str, when: Ms, text: str) -> Iterator[Act]:
        """An agency, or the chair, answers; the second secretary writes that down."""
        who = "chair" if body == "chair" else f"agency-{body}"
        line = f"@line:answer:cit-{speaker}"
        yield Act(when, "chair", CallToAnswer(f"TL-{speaker}", who, f"@statement:cit-{speaker}"))
        yield Act(when + 75 * SECOND, who, StopSpeech() if who == "chair" else YieldFloor())
        yield Act(
            when + 90 * SECOND,
            "secretary-2",
            WriteLine(line, text, 0, "answer", body=self.data["roles"]["chair"]["body"] if who == "chair" else body),
        )
        yield Act(when + 92 * SECOND, "secretary-2", ReleaseLine(line))

    def conduct(self, e: Data, when: Ms) -> Act:
        person, words = PERSONS[e["target"]], e["note"]
        if e["kind"] == "warn":
            return Act(when, "chair", Remind(person, words))
        ground = GROUNDS[e["ground"]]
        return Act(when, "chair", Refuse(person, ground, words, WAIT_TO_BE_CALLED if ground is Ground.BREACH else None))

    def conclusion(self) -> Iterator[Act]:
        """Step 7 (Art. 9.7): the queue is closed, every petition and statement gets its outcome, the conference ends."""
        yield Act(self.start(7) - 120 * SECOND, "chair", CloseQueue())
        yield Act(self.start(7), "chair", MoveToStep(7))
        superior = {b.id for b in self.plan.bodies if b.superior}
        for n, k in enumerate(self.data["conclusions"], start=1):
            kind = OUTCOMES[k["kind"]]
            to = k.get("escalate_to") or k["lead"] if kind is Kind.BEYOND_AUTHORITY else None
            lead = None if kind is Kind.BEYOND_AUTHORITY and k["lead"] in superior else k["lead"]
            about, due = tuple(k["petitions"]), k["due"].isoformat()
            outcome = SetOutcome(k["id"], kind, about, k["text"], lead, tuple(k["coordinating"]), due, to)
            yield Act(self.start(7) + n * 150 * SECOND, "secretary", outcome)
        yield Act(self.at(self.data["live"][-1]["at"]), "chair", CloseConference())

    def signing(self) -> Iterator[Act]:
        """The minutes are finished, read back and signed (R38)."""
        closed = self.at(self.data["live"][-1]["at"])
        yield Act(closed + 300 * SECOND, "secretary", FinishMinutes())
        yield Act(closed + 600 * SECOND, "secretary", SignMinutes("@digest"))
        yield Act(closed + 660 * SECOND, "chair", SignMinutes("@digest"))


# --- marks --------------------------------------------------------------------------------------------------------------


def bound(command: Command, view: dict[str, Any]) -> Command:
    """The command with its marks filled in from `view`, the screen of whoever gives it. Raises `LookupError` when the screen does not show it yet."""
    marks = {f.name: value for f in fields(command) if isinstance(value := getattr(command, f.name), str) and value.startswith("@")}  # type: ignore[arg-type]
    return replace(command, **{name: shown(mark, view) for name, mark in marks.items()}) if marks else command  # type: ignore[type-var]


def shown(mark: str, view: dict[str, Any]) -> str:
    """What a mark stands for: `@digest`, `@statement:<person>`, `@follow_up:<person>`, `@answer:<person>` or `@line:` and one of those three."""
    what, _, rest = mark[1:].partition(":")
    if what == "digest":
        digest: str = view["minutes"]["digest"]
        return digest
    if what == "line":
        speech = shown(f"@{rest}", view)
        return first(id for id, line in view["minutes"]["lines"].items() if line.get("speech") == speech)
    speeches = view["statements"].items()
    if what == "answer":
        statement = shown(f"@statement:{rest}", view)
        return first(id for id, s in speeches if s.get("answers") == statement)
    return first(id for id, s in speeches if s["person"] == rest and s["motive"] == what)


def first(ids: Iterator[str]) -> str:
    for id in ids:
        return id
    raise LookupError("not on the screen")
