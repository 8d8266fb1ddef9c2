"""The mixer alone: gates, limiter, levels, what is lost on the way, and the renditions."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.media.opus import RATE, Decoder, Encoder, Samples, duration
from server.media.playout import Lost, Playout
from server.media.sound import CEILING, FRAME, TICK, Limiter, Microphone, Rendition, mix
from tests.media.peers import energy


def tone(hertz: float, start: int, samples: int = FRAME, peak: float = 0.5) -> Samples:
    angle = 2 * np.pi * hertz * (np.arange(samples) + start) / RATE
    return (np.sin(angle) * peak).astype(np.float32)


@cache
def spoken(hertz: float, packets: int, samples: int = FRAME) -> list[bytes]:
    encoder = Encoder(40_000)
    return [encoder.encode(tone(hertz, number * samples, samples)) for number in range(packets)]


def loudness(pcm: Samples, hertz: float) -> float:
    return energy((pcm * 32767).astype(np.int16), hertz)


def played(
    microphone: Microphone, packets: list[bytes], ticks: int, *, lost: frozenset[int] = frozenset(), late: dict[int, float] | None = None
) -> list[Samples | None]:
    """What a heard microphone gives, tick by tick, when packet n is sent at n × 20 ms and arrives `late` seconds after that."""
    arrivals = sorted((n * TICK + (late or {}).get(n, 0.0), n) for n in range(len(packets)) if n not in lost)
    out: list[Samples | None] = []
    for tick in range(ticks):
        now = tick * TICK + 0.001
        while arrivals and arrivals[0][0] <= now:
            at, number = arrivals.pop(0)
            microphone.put(number, number * FRAME, packets[number], at)
        out.append(microphone.take(True, now))
    return out


def carried(blocks: list[Samples | None], hertz: float) -> float:
    """Share of the ticks in which the tone sounds."""
    return sum(block is not None and loudness(block, hertz) > -20 for block in blocks) / len(blocks)


def test_only_the_heard_are_mixed() -> None:
    an, binh = Microphone(), Microphone()
    for number, (low, high) in enumerate(zip(spoken(440, 20), spoken(1000, 20), strict=True)):
        whole, contributions = mix({"an": an, "binh": binh}, {"an"}, number * TICK)
        an.put(number, number * FRAME, low, number * TICK)
        binh.put(number, number * FRAME, high, number * TICK)
    assert contributions.keys() == {"an"}
    assert loudness(whole, 440) > -10 and loudness(whole, 1000) < -40


def test_the_gate_closes_within_one_tick_and_keeps_nothing() -> None:
    microphone = Microphone()
    blocks = played(microphone, spoken(440, 20), 15)
    assert blocks[-1] is not None
    closing = microphone.take(False, 0.31)
    assert closing is not None and np.all(closing[240:] == 0) and closing[:240].any()
    assert microphone.take(False, 0.33) is None
    assert microphone.take(True, 0.35) is None, "nothing is left of what was said before"


def test_a_steady_source_plays_without_a_hole_soon_after_it_opens() -> None:
    blocks = played(Microphone(), spoken(440, 100), 100)
    assert all(block is None for block in blocks[:1]) and all(block is not None for block in blocks[3:])


def test_a_twentieth_lost_is_mended_from_the_copies() -> None:
    lost = frozenset(n for n in range(20, 400) if n % 20 == 7)
    blocks = played(Microphone(), spoken(440, 400), 400, lost=lost)
    assert carried(blocks[10:], 440) > 0.98


def test_jitter_of_150_ms_is_waited_for() -> None:
    shaken = np.random.default_rng(5)
    late = {n: float(shaken.uniform(0, 0.15)) for n in range(600)}
    blocks = played(Microphone(), spoken(440, 600), 600, late=late)
    assert carried(blocks[150:], 440) > 0.95


def test_a_delay_that_is_needed_no_longer_is_given_up() -> None:
    late = {n: 0.25 if 50 <= n < 60 else 0.0 for n in range(1500)}
    microphone = Microphone()
    blocks = played(microphone, spoken(440, 1500), 1500, late=late)
    assert carried(blocks[100::3], 440) > 0.99
    assert microphone.playout.delay < 0.06
    waiting = len(microphone.playout._waiting)
    assert waiting <= 6, "at most a tenth of a second waits at the end"


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 65535), st.integers(0, 2**32 - 1), st.binary(max_size=20), st.floats(0, 0.5)), max_size=60))
def test_whatever_comes_the_microphone_goes_on(packets: list[tuple[int, int, bytes, float]]) -> None:
    microphone, now = Microphone(), 0.0
    for sequence, timestamp, packet, pause in packets:
        now += pause
        microphone.put(sequence, timestamp, packet, now)
        block = microphone.take(True, now)
        assert block is None or len(block) == FRAME
        assert len(microphone.playout._waiting) <= 100


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=80), st.integers(0, 65535))
def test_packets_are_played_once_and_in_order(order: list[int], start: int) -> None:
    playout, out = Playout(), []
    for place, number in enumerate(order):
        playout.put((start + number) & 0xFFFF, number * FRAME, bytes([number]) * 3, place * TICK)
        found = playout.next(place * TICK)
        if isinstance(found, bytes):
            out.append(found[0])
    for place in range(len(order), len(order) + 60):
        found = playout.next(place * TICK)
        if isinstance(found, bytes):
            out.append(found[0])
        assert not isinstance(found, Lost) or found.samples > 0
    assert out == sorted(set(out))


def test_packets_of_60_ms_are_taken() -> None:
    encoder = Encoder(24_000)
    microphone, now = Microphone(), 0.0
    blocks = []
    for number in range(30):
        packet = encoder.encode(tone(440, number * 3 * FRAME, 3 * FRAME))
        assert duration(packet) == 3 * FRAME
        for _ in range(3):
            blocks.append(microphone.take(True, now))
            now += TICK
        microphone.put(number, number * 3 * FRAME, packet, now)
    assert carried(blocks[10:], 440) > 0.95


@pytest.mark.parametrize("heard", [False, True])
def test_level_is_measured_heard_or_not(heard: bool) -> None:
    microphone = Microphone()
    for number, packet in enumerate(spoken(440, 60)):
        microphone.put(number, number * FRAME, packet, number * TICK)
        microphone.take(heard, number * TICK)
    assert microphone.level() == pytest.approx(-9.0, abs=1)
    assert microphone.level() == -90.0, "nothing came since"


def test_limiter_holds_the_ceiling_and_recovers() -> None:
    limit = Limiter()
    for number in range(10):
        loud = limit(tone(440, number * FRAME, peak=3.0))
    assert np.abs(loud).max() <= CEILING + 1e-3
    for number in range(100):
        quiet = limit(tone(440, number * FRAME, peak=0.03))
    assert np.abs(quiet).max() == pytest.approx(0.03, abs=1e-4)


@pytest.mark.parametrize("low_data", [False, True])
def test_rendition_leaves_out_its_own(low_data: bool) -> None:
    rendition, decoder = Rendition("binh", low_data), Decoder()
    heard, ticks = [], []
    for tick in range(60):
        an, binh = tone(440, tick * FRAME, peak=0.3), tone(1000, tick * FRAME, peak=0.3)
        packet = rendition.encode(tick, an + binh, {"an": an, "binh": binh})
        if packet is not None:
            ticks.append(tick)
            assert duration(packet) == rendition.ticks * FRAME
            pcm = decoder.decode(packet)
            assert pcm is not None
            heard.append(pcm)
    pcm = np.concatenate(heard)[-RATE // 2 :]
    assert loudness(pcm, 440) > -16 and loudness(pcm, 1000) < -45
    assert ticks == list(range(rendition.ticks - 1, 60, rendition.ticks))
