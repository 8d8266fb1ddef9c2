"""Who may give which command in which state (R3): one table, and what is not in it is refused."""

from __future__ import annotations

from collections.abc import Mapping

from moderation import agenda, conclusion, conduct, floor, groups, minutes, people, plan, queue, recording, wishes
from moderation.conference import Conference
from moderation.kernel import DECIDE, Actor, Command, Ms, Phase, Refusal, Role
from moderation.people import IN_ROOM, Standing

ALIVE = "planned running break"
SITTING = "running break"

TABLE: tuple[tuple[type[Command], str, str], ...] = (
    # command                      roles                                    phases
    (plan.PlanConference,          "system",                                "planned"),
    (people.AddPerson,             "system office",                         "planned running break"),
    (people.RegisterPerson,        "desk operator office",                  ALIVE),
    (people.Knock,                 "system",                                ALIVE),
    (people.Admit,                 "desk chair office",                     ALIVE),
    (people.SendBack,              "desk chair office",                     ALIVE),
    (people.TurnAway,              "desk chair office",                     ALIVE),
    (people.Join,                  "chair office secretary desk operator agency citizen monitor display", "planned running break closed frozen"),
    (people.ChangePresence,        "system",                                "planned running break closed frozen"),
    (people.HandGavel,             "chair",                                 "planned running break closed"),
    (people.TakeGavel,             "chair",                                 "planned running break closed"),
    (people.ChangeFormat,          "chair",                                 ALIVE),
    (people.CountPeople,           "desk operator office",                  ALIVE),
    (people.ReportVenue,           "desk operator office system",           ALIVE),
    (agenda.MoveToStep,            "chair office",                          "planned running"),
    (agenda.Tick,                  "chair office",                          "running"),
    (agenda.Waive,                 "chair",                                 "running"),
    (agenda.AppointSecretary,      "chair office",                          SITTING),
    (agenda.TakeBreak,             "chair",                                 "running"),
    (agenda.ResumeSession,         "chair",                                 "break"),
    (agenda.CloseConference,       "chair",                                 "running"),
    (queue.Enqueue,                "citizen desk operator office chair",    ALIVE),
    (wishes.RegisterWish,          "system",                                ALIVE),
    (queue.Withdraw,               "citizen desk operator office chair system", ALIVE),
    (queue.AmendEntry,             "citizen desk operator office",          ALIVE),
    (queue.MoveEntry,              "chair",                                 ALIVE),
    (queue.RemoveEntry,            "chair",                                 ALIVE),
    (queue.EmptyQueue,             "chair",                                 ALIVE),
    (queue.OpenQueue,              "chair",                                 ALIVE),
    (queue.CloseQueue,             "chair",                                 ALIVE),
    (queue.LimitQueue,             "chair",                                 ALIVE),
    (queue.AllowProcedure,         "chair",                                 ALIVE),
    (floor.CallNext,               "chair",                                 "running"),
    (floor.CallEntry,              "chair",                                 "running"),
    (floor.CallToAnswer,           "chair",                                 "running"),
    (floor.TakeFloor,              "citizen desk agency",                   "running"),
    (floor.DeclineFloor,           "citizen desk agency",                   SITTING),
    (floor.MissPrompt,             "system",                                "running"),
    (floor.StopSpeech,             "chair",                                 SITTING),
    (floor.YieldFloor,             "citizen agency desk operator",          SITTING),
    (floor.CutSpeech,              "system",                                "running"),
    (floor.PauseClock,             "chair",                                 "running"),
    (floor.ResumeClock,            "chair",                                 "running"),
    (floor.ExtendTime,             "chair",                                 SITTING),
    (floor.Interpose,              "chair",                                 "running"),
    (floor.EndInterposition,       "chair",                                 SITTING),
    (floor.Undo,                   "chair",                                 "running"),
    (floor.MarkAnswered,           "chair secretary",                       "running break closed"),
    (floor.AnswerInWriting,        "chair",                                 "running break closed"),
    (conduct.Remind,               "chair",                                 ALIVE),
    (conduct.Refuse,               "chair",                                 ALIVE),
    (conduct.Propose,              "office secretary desk operator",        ALIVE),
    (conduct.Confirm,              "chair",                                 SITTING),
    (conduct.Dismiss,              "chair",                                 ALIVE),
    (conduct.Readmit,              "chair",                                 ALIVE),
    (conduct.ReportEscorted,       "desk operator",                         ALIVE),
    (conduct.SilenceAll,           "chair",                                 SITTING),
    (conduct.LiftSilence,          "chair",                                 SITTING),
    (conduct.ShowOnDisplay,        "chair office",                          "planned running break closed"),
    (recording.BeginRecording,      "chair desk",                            SITTING),
    (recording.EndRecording,        "chair desk system",                     SITTING),
    (conclusion.AnswerPetitions,   "chair office secretary agency",         "running"),
    (conclusion.DeferPetition,     "chair",                                 "running"),
    (groups.NameRepresentative,    "office secretary desk",                 ALIVE),
    (conclusion.RaisePetition,     "secretary desk",                        "running break closed"),
    (conclusion.SetOutcome,        "chair secretary",                       "running break closed"),
    (conclusion.DropOutcome,       "chair secretary",                       "running break"),
    (conclusion.ExtendNotice,      "chair",                                 "running break closed frozen"),
    (minutes.WriteLine,            "secretary desk",                        "running break closed"),
    (minutes.ReleaseLine,          "secretary",                             "running break closed"),
    (minutes.StrikeLine,           "secretary",                             "running break closed"),
    (minutes.FinishMinutes,        "secretary",                             "closed"),
    (minutes.ReopenMinutes,        "secretary",                             "closed"),
    (minutes.SignMinutes,          "chair secretary",                       "closed"),
    (minutes.CorrectLine,          "secretary",                             "frozen"),
)  # fmt: skip

RIGHTS: Mapping[type[Command], tuple[frozenset[Role], frozenset[Phase]]] = {
    command: (frozenset(map(Role, roles.split())), frozenset(map(Phase, phases.split()))) for command, roles, phases in TABLE
}

NEEDS_GAVEL: frozenset[type[Command]] = frozenset(command for command, roles, _ in TABLE if roles == "chair" and command is not people.TakeGavel)
"""Commands that belong to whoever conducts; the chapters check it as well."""

BARE: frozenset[type[Command]] = frozenset(c for c in RIGHTS if not getattr(c, "__dataclass_fields__", {}))
"""Commands without parameters: for these the rules can say beforehand whether they would be carried out."""


def entitled(c: Conference, by: Actor, command: type[Command]) -> None:
    """Refuses whoever the table does not name, in this state (R3, default deny), and whoever is not in the room."""
    roles, phases = RIGHTS.get(command, (frozenset(), frozenset()))
    if by.roles.isdisjoint(roles):
        raise Refusal("not_allowed", command=command.name)
    if c.phase not in phases:
        raise Refusal("not_now", phase=c.phase.value)
    if by.has(Role.SYSTEM):
        return
    if by.person not in c.people or c.people[by.person].standing not in IN_ROOM:
        raise Refusal("not_in_room")
    if by.roles == {Role.CITIZEN} and c.people[by.person].standing is not Standing.JOINED and command is not people.Join:
        raise Refusal("not_joined")


def open_to(c: Conference, by: Actor, now: Ms) -> dict[str, str]:
    """For every command that the actor's roles may ever give: "" when the rules would carry it out now, else the code of the refusal.

    For commands with parameters only table and gavel can be known beforehand. The screens draw their buttons from this.
    """
    out: dict[str, str] = {}
    for command, (roles, _) in RIGHTS.items():
        if by.roles.isdisjoint(roles):
            continue
        try:
            entitled(c, by, command)
            if command in NEEDS_GAVEL:
                people.holds_gavel(c, by)
            if command in BARE:
                DECIDE[command](c, command(), by, now)
        except Refusal as refusal:
            out[command.name] = refusal.code
        else:
            out[command.name] = ""
    return out


def actor(c: Conference, person: str) -> Actor:
    """The actor behind a seat: roles and venue come from the state, never from a message (R3)."""
    who = c.people.get(person)
    if who is None:
        raise Refusal("person_unknown", person=person)
    return Actor(who.id, who.roles, who.venue)
