"""Writes journals down for `tests/data/journals`.

Run as a module it records those that are missing, and for the others takes over how the views look today; what was recorded is never recorded again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from moderation import Conference, Entry, Identity, fold
from moderation.agenda import MoveToStep, ResumeSession, TakeBreak
from moderation.conclusion import DropOutcome, ExtendNotice, Kind, SetOutcome
from moderation.conduct import Confirm, Ground, LiftSilence, Propose, Readmit, Refuse, ReportEscorted, Rung, ShowOnDisplay, SilenceAll
from moderation.floor import (
    AnswerInWriting,
    CallNext,
    DeclineFloor,
    EndInterposition,
    ExtendTime,
    Interpose,
    MarkAnswered,
    MissPrompt,
    PauseClock,
    ResumeClock,
    StopSpeech,
    Undo,
)
from moderation.groups import NameRepresentative
from moderation.minutes import CorrectLine, FinishMinutes, ReopenMinutes, StrikeLine, WriteLine, digest
from moderation.people import Admit, ChangeFormat, ChangePresence, HandGavel, Knock, SendBack, TurnAway
from moderation.queue import AllowProcedure, AmendEntry, CloseQueue, EmptyQueue, LimitQueue, MoveEntry, OpenQueue, RemoveEntry, Withdraw
from moderation.recording import BeginRecording, EndRecording
from moderation.statistics import statistics
from moderation.view import PARTS, View, view
from server.rooms.messages import decode, encode
from tests.moderation.example import played
from tests.moderation.hall import PLAN, Hall

JOURNALS = Path(__file__).parent.parent / "data" / "journals"


def hashed(shown: View) -> str:
    """SHA-256 of a view, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(shown, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def promise(c: Conference) -> dict[str, object]:
    """The first line of a recorded journal: what the entries must fold to."""
    views = {audience: hashed(view(c, audience)) for audience in PARTS}
    return {"conference": c.id, "seq": c.seq, "figures": statistics(c), "digest": digest(c), "views": views}


def record(hall: Hall, file: Path) -> None:
    """One line of what the journal must fold to, then one line per entry."""
    lines = [promise(hall.c)]
    for e in hall.journal:
        fact, private = encode(e.fact)
        lines.append({"seq": e.seq, "at": e.at, "by": e.by, "command": e.command, "name": e.fact.name, "fact": fact})
        if private:
            lines[-1]["private"] = private
    write(lines, file)


def write(lines: list[dict[str, Any]], file: Path) -> None:
    file.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")


def read(file: Path) -> tuple[dict[str, Any], list[Entry]]:
    """What a recorded journal must fold to, and its entries."""
    head, *lines = (json.loads(line) for line in file.read_text("utf-8").splitlines())
    return head, [Entry(e["seq"], e["at"], e["by"], e["command"], decode(e["name"], e["fact"], e.get("private"))) for e in lines]


def renew(file: Path) -> None:
    """Takes over the views as they are shown today. Entries, figures and digest stay: a journal that folds to others is a broken promise."""
    head, entries = read(file)
    new = promise(fold(entries, Conference(id=head["conference"])))
    assert {k: v for k, v in new.items() if k != "views"} == {k: v for k, v in head.items() if k != "views"}, file
    write([new, *(json.loads(line) for line in file.read_text("utf-8").splitlines()[1:])], file)


def stormy() -> Hall:
    """A conference in which everything happens that does not happen in the worked example."""
    hall = Hall().opened(3)
    hall.settle_petitions()
    for guest in ("guest-1", "guest-2"):
        hall.do(Knock(guest, Identity("Khách", "Tổ 1", "0000 000 001")), "system")
    hall.do(Admit(("guest-1",)), "desk"), hall.do(TurnAway(("guest-2",), "không liên quan"), "desk"), hall.do(SendBack(("guest-1",)), "desk")
    hall.do(ChangePresence("oanh", True), "system"), hall.do(ChangeFormat("online")), hall.do(ChangeFormat("combined"))
    hall.do(HandGavel("co-chair", "thay phiên")), hall.do(HandGavel("chair"), "co-chair")
    first, second = hall.ask("minh"), hall.ask("hanh")
    hall.do(AmendEntry(first, topic="đèn đường"), "minh"), hall.do(MoveEntry(second, first))
    hall.next(), hall.wait(20), hall.do(PauseClock()), hall.wait(5), hall.do(ResumeClock()), hall.do(ExtendTime(30))
    hall.do(Interpose("remark-1", "agency")), hall.wait(9), hall.do(EndInterposition())
    hall.do(TakeBreak(5)), hall.wait(300), hall.do(ResumeSession()), hall.wait(1)
    hall.do(CallNext()), hall.wait(3), hall.do(Undo()), hall.do(StopSpeech("quá giờ"))
    hall.do(MarkAnswered(hall.c.turns()[0].id), "secretary")
    prompted = hall.ask("oanh")
    hall.do(RemoveEntry(first, "đã nêu"))
    hall.do(CallNext()), hall.wait(30), hall.do(MissPrompt(prompted), "system"), hall.do(CallNext()), hall.do(DeclineFloor(prompted), "oanh")
    hall.do(LimitQueue(5)), hall.do(AllowProcedure(False)), hall.do(Withdraw(hall.ask("phuc")), "phuc")
    hall.do(AnswerInWriting(hall.speak("quan")))
    hall.do(Propose("prop-1", Rung.REMIND, "minh", "ồn ào"), "desk"), hall.do(Confirm("prop-1"))
    hall.do(Refuse("minh", Ground.UNDER_INFLUENCE, "say rượu")), hall.do(ReportEscorted("minh"), "desk"), hall.do(Readmit("minh", "đã tỉnh"))
    hall.do(SilenceAll()), hall.do(LiftSilence()), hall.do(ShowOnDisplay("house_rules"), "office"), hall.do(OpenQueue())
    hall.ask("hanh"), hall.do(EmptyQueue("hết giờ")), hall.do(CloseQueue())
    hall.do(WriteLine("line-1", "nhầm"), "secretary"), hall.do(StrikeLine("line-1", 1), "secretary")
    hall.do(MoveToStep(7, "hết giờ"))
    hall.do(SetOutcome("KL-2", Kind.BEYOND_AUTHORITY, ("KN-2",), "kiến nghị", to="city"), "secretary")
    hall.do(ExtendNotice("beyond_authority", "phải kiến nghị thành phố")), hall.do(DropOutcome("KL-2", 1), "secretary")
    hall.closed(), hall.do(FinishMinutes(), "secretary"), hall.do(ReopenMinutes(), "secretary")
    hall.signed()
    hall.do(CorrectLine("fix-1", "line-1", "đúng", "ghi nhầm"), "secretary")
    return hall


def recorded() -> Hall:
    """A conference that is recorded until the disk is full, and again until it ends."""
    hall = Hall().opened(4)
    hall.do(BeginRecording()), hall.wait(60), hall.do(EndRecording("disk_full"), "system"), hall.wait(5)
    hall.do(BeginRecording(stage=True), "desk"), hall.speak("minh", answer=True)
    return hall


def group_speaks() -> Hall:
    """A group whose representative is named in the room."""
    kn = replace(PLAN.petitions[0], petitioner="Các hộ ngõ 12", group=True, represented=False)
    hall = Hall(replace(PLAN, petitions=(kn, *PLAN.petitions[1:]))).opened(4)
    hall.do(NameRepresentative("KN-1", "minh", "Biên bản họp các hộ"), "desk")
    hall.ask("minh", petition="KN-1"), hall.do(CallNext()), hall.wait(60), hall.do(StopSpeech())
    return hall


if __name__ == "__main__":
    JOURNALS.mkdir(parents=True, exist_ok=True)
    for name, play in {"worked-example": lambda: played()[0], "stormy": stormy, "group": group_speaks, "recorded": recorded}.items():
        file = JOURNALS / f"{name}.jsonl"
        if file.exists():
            renew(file)
        else:
            record(play(), file)
