"""When sound and picture are recorded: an act that everybody sees."""

from __future__ import annotations

import pytest

from moderation.agenda import ResumeSession, TakeBreak
from moderation.minutes import digest
from moderation.people import ChangeFormat
from moderation.recording import BeginRecording, EndRecording
from moderation.view import PARTS
from moderation.wording import sentence
from tests.moderation.hall import Hall


@pytest.fixture
def hall() -> Hall:
    return Hall().opened(4)


def lines(hall: Hall) -> list[str]:
    return [sentence(hall.c, m) for m in hall.c.minutes.lines.values() if m.code.startswith("recording_")]


def test_r42_everybody_sees_that_it_is_recorded_while_it_is(hall: Hall) -> None:
    assert not any("recorded" in hall.view(audience) for audience in PARTS)
    hall.do(BeginRecording())
    begun = hall.now
    assert all(hall.view(audience)["recorded"] == {"since": begun} for audience in PARTS)
    hall.wait(60), hall.do(TakeBreak()), hall.do(ResumeSession()), hall.do(EndRecording(), "desk")
    assert not any("recorded" in hall.view(audience) for audience in PARTS)
    assert lines(hall) == ["Bắt đầu ghi âm, ghi hình hội nghị.", "Kết thúc ghi âm, ghi hình hội nghị."]
    assert hall.view("secretary")["minutes"]["recorded"] == [{"begin": begun, "end": hall.now}]
    assert "minutes" not in hall.view("citizen")


def test_what_is_so_already_is_not_done_again(hall: Hall) -> None:
    hall.refused("nothing_to_change", EndRecording())
    hall.do(BeginRecording(), "desk")
    hall.refused("nothing_to_change", BeginRecording(stage=True))
    for nobody in ("secretary", "agency", "oanh"):
        hall.refused("not_allowed", EndRecording(), nobody)


def test_in_person_there_is_nothing_to_record(hall: Hall) -> None:
    hall.do(ChangeFormat("in_person"))
    hall.refused("nothing_to_record", BeginRecording())


def test_an_end_that_nobody_asked_for_says_why_and_people_cannot_say_it(hall: Hall) -> None:
    hall.do(BeginRecording()), hall.do(EndRecording("disk_full"), "system")
    assert hall.view("chair")["recorded"] == {"failed": "disk_full"}
    hall.do(BeginRecording(stage=True)), hall.do(EndRecording("disk_full"))
    assert "recorded" not in hall.view("chair")
    assert lines(hall)[1::2] == ["Việc ghi âm, ghi hình dừng lại vì hết chỗ lưu trữ.", "Kết thúc ghi âm, ghi hình hội nghị."]


def test_it_ends_with_the_conference(hall: Hall) -> None:
    hall.do(BeginRecording())
    hall.closed()
    assert hall.c.recording.since is None and hall.c.recording.spans[0][1] == hall.c.agenda.closed_at
    assert digest(hall.c)
