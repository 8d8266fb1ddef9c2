"""The ladder of one listener: down fast, up slowly, the listener's own bound first, always with a reason."""

from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from server.media.rtp.ladder import HOLD, LONGEST, NEEDS, PROBE, Ladder, Rung, Step


def climbing(ladder: Ladder, start: float, seconds: float) -> Iterator[tuple[float, Step]]:
    for tenth in range(1, int(seconds * 10) + 1):
        step = ladder.tick(start + tenth / 10)
        if step:
            yield round(start + tenth / 10, 1), step


def climbed(ladder: Ladder, start: float, seconds: float) -> list[tuple[float, Step]]:
    return list(climbing(ladder, start, seconds))


def test_too_little_for_a_picture_leads_to_the_best_that_fits_at_once() -> None:
    ladder = Ladder(0.0, start=Rung.BOTH)
    assert ladder.estimate(2_000_000, 1.0) is None
    assert ladder.estimate(300_000, 3.0) == Step(Rung.LOW_VIDEO, "bandwidth")
    assert ladder.estimate(45_000, 3.1) == Step(Rung.LOW_AUDIO, "bandwidth")
    assert ladder.estimate(1_000, 9.0) is None, "below the least there is nothing"


def test_loss_leads_down_in_two_reports_or_one_that_is_bad() -> None:
    ladder = Ladder(0.0, start=Rung.BOTH)
    assert ladder.report(0.12, None, 3.0) is None
    assert ladder.report(0.12, None, 4.0) == Step(Rung.LOW_VIDEO, "loss")
    assert ladder.report(0.5, None, 5.0) is None, "that is still the loss of the rung before"
    assert ladder.report(0.5, None, 7.0) == Step(Rung.AUDIO, "loss")
    assert ladder.report(0.0, 1.5, 10.0) is None
    assert ladder.report(0.0, 1.5, 11.0) == Step(Rung.LOW_AUDIO, "delay")


def test_up_again_one_rung_at_a_time_sooner_when_the_estimate_carries_it() -> None:
    known = Ladder(0.0, start=Rung.AUDIO)
    known.estimate(3_000_000, 0.0)
    assert climbed(known, 0.0, 20) == [(HOLD, Step(Rung.LOW_VIDEO, "recovered")), (2 * HOLD, Step(Rung.BOTH, "recovered"))]
    assert climbed(Ladder(0.0, start=Rung.AUDIO), 0.0, 20) == [(PROBE, Step(Rung.LOW_VIDEO, "probe"))]


def test_a_path_that_fails_each_trial_is_tried_more_and_more_rarely() -> None:
    ladder, now, waits = Ladder(0.0, start=Rung.AUDIO), 0.0, []
    for _ in range(8):
        rose, step = next(climbing(ladder, now, LONGEST + 1))
        waits.append(round(rose - now))
        assert step.why == "probe"
        now = rose + 3
        assert ladder.report(0.4, None, now) == Step(Rung.AUDIO, "loss")
    assert waits == [15, 30, 60, 120, 240, 240, 240, 240]


def test_the_data_saver_is_obeyed_at_once_and_never_climbed_over() -> None:
    ladder = Ladder(0.0, start=Rung.BOTH)
    assert ladder.save(Rung.AUDIO, 1.0) == Step(Rung.AUDIO, "saver")
    ladder.estimate(9_000_000, 1.0)
    assert climbed(ladder, 1.0, 100) == []
    assert ladder.save(Rung.LOW_VIDEO, 101.0) == Step(Rung.LOW_VIDEO, "saver")
    assert ladder.save(Rung.BOTH, 102.0) == Step(Rung.BOTH, "saver"), "where the saver alone led down from, one is at once again"
    assert Ladder(0.0, start=Rung.BOTH, most=Rung.LOW_AUDIO).rung is Rung.LOW_AUDIO


def test_a_lifted_bound_does_not_lead_over_what_the_path_carries() -> None:
    ladder = Ladder(0.0, start=Rung.BOTH, most=Rung.AUDIO)
    assert ladder.report(0.5, None, 5.0) == Step(Rung.LOW_AUDIO, "loss")
    assert ladder.save(Rung.BOTH, 10.0) is None
    assert [step.rung for _, step in climbed(ladder, 10.0, 60)] == [Rung.AUDIO, Rung.LOW_VIDEO, Rung.BOTH]


inputs = st.lists(st.tuples(st.floats(0.1, 5), st.one_of(st.integers(0, 3_000_000), st.floats(0, 1), st.sampled_from(Rung))), max_size=80)


@settings(max_examples=60)
@given(inputs)
def test_every_change_is_told_and_the_bound_holds(events: list[tuple[float, int | float | Rung]]) -> None:
    ladder, now = Ladder(0.0), 0.0
    for pause, event in events:
        now += pause
        before = ladder.rung
        if isinstance(event, Rung):
            step = ladder.save(event, now)
        elif isinstance(event, int):
            step = ladder.estimate(event, now)
            assert step is None or NEEDS[step.rung] <= event or step.rung is Rung.LOW_AUDIO
        else:
            step = ladder.report(event, None, now)
        assert (ladder.rung != before) == (step is not None) and (
            step is None or step.rung < before or (isinstance(event, Rung) and step.rung <= event)
        )
        before = ladder.rung
        rise = ladder.tick(now)
        assert (rise is None and ladder.rung == before) or (rise is not None and rise.rung == ladder.rung == before + 1)
        assert ladder.rung <= ladder.most
