"""What consoles are told of sound and picture, and listeners of their own line."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from server.media.engine import Closed, ConferenceStats, SessionStats, Stepped
from server.media.rtp.ladder import Rung
from server.rooms.health import audience, lines, state_of, steady
from tests.rooms.house import House
from tests.rooms.phases import bring_to_step


def sends(source: str, **how: Any) -> SessionStats:
    return SessionStats(source, True, **{"connected": True, "codecs": ("opus", "vp8"), "bits_per_second": 30_000, **how})


def hears(source: str | None, **how: Any) -> SessionStats:
    return SessionStats(source, False, **{"connected": True, "rung": Rung.BOTH, **how})


def stats(*sessions: SessionStats) -> ConferenceStats:
    publishers = frozenset(s.source for s in sessions if s.publishing and s.source)
    return ConferenceStats(publishers=publishers, sessions={str(number): session for number, session in enumerate(sessions)})


def test_a_line_is_weak_when_one_hears_it_and_lost_when_nothing_comes() -> None:
    assert state_of(sends("venue:east", loss=0.02, jitter=0.03)) == "good"
    assert state_of(sends("venue:east", loss=0.06)) == state_of(sends("venue:east", jitter=0.25)) == "weak"
    assert state_of(sends("venue:east", shaky=True)) == state_of(sends("venue:east", bits_per_second=0)) == "lost"
    assert state_of(sends("venue:east", connected=False)) == "connecting"
    assert state_of(hears("oanh", rung=Rung.AUDIO, why="bandwidth")) == state_of(hears("oanh", round_trip=0.7)) == "weak"
    assert state_of(hears("oanh", rung=Rung.AUDIO, why="saver")) == state_of(hears("oanh", rung=Rung.LOW_VIDEO)) == "good"


def test_a_hiccup_is_nobodys_concern() -> None:
    good, weak, lost = ({"east": {"out": {"state": state}, "since": 1}} for state in ("good", "weak", "lost"))
    assert steady(weak, good) == good and steady(lost, good) == good and steady(lost, weak) == weak
    assert steady(weak, weak) == weak and steady(lost, lost) == lost
    assert steady(good, lost) == good, "what is well again is told at once"
    assert steady(lost, {}) == lost


async def test_the_stage_and_the_venues_are_named_and_all_others_counted(house: House) -> None:
    live = await house.conference()
    state = live.room.state
    found = stats(
        sends("venue:east", loss=0.08, bits_per_second=600_000),
        hears("venue:east", rung=Rung.LOW_VIDEO, why="loss", round_trip=0.0501),
        hears("venue:east"),
        hears("oanh"),
        hears("phuc", rung=Rung.LOW_AUDIO, why="saver"),
        hears(None, rung=Rung.AUDIO, why="delay"),
    )
    found = replace(found, dbfs={"venue:east": -21.4, "venue:west": -30.0})
    known = lines(found, state, gone={"venue:west"}, since={"venue:east": 1_000, "venue:west": 5})
    assert known.keys() == {"venue:main", "venue:east", "venue:west"}
    assert known["venue:main"] == {}
    assert known["venue:west"] == {"out": {"state": "lost"}}
    east = known["venue:east"]
    assert east["since"] == 1_000
    assert east["out"] == {"state": "weak", "loss": 0.08, "jitter": 0, "bits": 600_000, "codecs": ("opus", "vp8"), "level": -21}
    assert east["in"] == {"state": "weak", "loss": 0.0, "jitter": 0, "bits": 0, "round_trip": 50, "rung": "low_video", "why": "loss"}, "the worst"
    assert audience(found, known) == {"count": 3, "weak": 1, "rungs": {"both": 1, "low_audio": 1, "audio": 1}}

    await bring_to_step(live, 4)
    known = lines(stats(sends("co-chair")), live.room.state)
    assert known["co-chair"]["out"]["state"] == "good", "who sends is on the stage"
    assert known["venue:main"]["out"] == {"state": "lost"}, "who must be heard and sends nothing"
    assert "chair" not in known, "the chair sits in the hall, and is heard by its microphone"
    known = lines(stats(sends("chair")), live.room.state)
    assert known["venue:main"] == {}, "or by a device of his own"


async def test_consoles_are_told_and_an_operator_of_the_own_venue_alone(house: House) -> None:
    live = await house.conference()
    house.parts.health.closed(Closed(live.id, "s", "venue:east", True, "failed"))
    house.parts.health.closed(Closed(live.id, "s", "venue:west", True, "removed"))
    desk, operator, oanh = [await house.come(live, person) for person in ("desk", "operator", "oanh")]
    await desk.until(lambda: any(s["kind"] == "health" for s in desk.signals))
    await operator.until(lambda: any(s["kind"] == "health" for s in operator.signals))
    told = [next(s for s in one.signals if s["kind"] == "health") for one in (desk, operator)]
    assert told[0] == {
        "kind": "health", "up": False, "audience": {"count": 0, "weak": 0, "rungs": {}},
        "lines": {"venue:main": {}, "venue:east": {"out": {"state": "lost"}}, "venue:west": {}},
    }  # fmt: skip
    assert told[1] == {"kind": "health", "up": False, "lines": {"venue:east": {"out": {"state": "lost"}}}}
    assert not any(s["kind"] == "health" for s in oanh.signals)


async def test_a_rung_is_told_to_the_screens_of_whoever_listens(house: House) -> None:
    live = await house.conference()
    oanh, phuc, operator = [await house.come(live, person) for person in ("oanh", "phuc", "operator")]
    house.parts.tell_rung(Stepped(live.id, "s1", "oanh", Rung.AUDIO, "bandwidth"))
    house.parts.tell_rung(Stepped(live.id, "s2", "venue:east", Rung.LOW_VIDEO, "loss"))
    house.parts.tell_rung(Stepped("elsewhere", "s3", "oanh", Rung.AUDIO, "loss"))
    await oanh.until(lambda: any(s["kind"] == "rung" for s in oanh.signals))
    await operator.until(lambda: any(s["kind"] == "rung" for s in operator.signals))
    rungs = [[s for s in one.signals if s["kind"] == "rung"] for one in (oanh, operator, phuc)]
    assert rungs == [
        [{"kind": "rung", "session": "s1", "rung": "audio", "why": "bandwidth"}],
        [{"kind": "rung", "session": "s2", "rung": "low_video", "why": "loss"}],
        [],
    ]
