"""The mixer alone: gates, limiter, levels, and the renditions' time line."""

from fractions import Fraction

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from server.media.sound import CEILING, FRAME, RATE, Limiter, Microphone, Rendition, mix
from tests.media.peers import energy


def tone(hertz: float, start: int, samples: int = FRAME, peak: float = 16000.0) -> NDArray[np.float32]:
    angle = 2 * np.pi * hertz * (np.arange(samples) + start) / RATE
    return (np.sin(angle) * peak).astype(np.float32)


def frame(pcm: NDArray[np.float32], layout: str = "mono") -> av.AudioFrame:
    whole = pcm.astype(np.int16)
    if layout == "stereo":
        whole = np.repeat(whole, 2)
    made = av.AudioFrame.from_ndarray(whole.reshape(1, -1), format="s16", layout=layout)
    made.sample_rate, made.time_base = RATE, Fraction(1, RATE)
    return made


def filled(hertz: float, frames: int = 3, layout: str = "mono") -> Microphone:
    microphone = Microphone()
    for number in range(frames):
        microphone.put(frame(tone(hertz, number * FRAME), layout))
    return microphone


def test_only_the_heard_are_mixed() -> None:
    whole, contributions = mix({"an": filled(440), "binh": filled(1000)}, {"an"})
    assert contributions.keys() == {"an"}
    assert energy(whole[240:].astype(np.int16), 440) > -10
    assert energy(whole[240:].astype(np.int16), 1000) < -40


def test_gate_fades_and_closes_within_one_tick() -> None:
    microphone = filled(440)
    opening = microphone.take(True)
    assert opening is not None and opening[0] == 0 and np.abs(np.diff(opening)).max() < 1500
    closing = microphone.take(False)
    assert closing is not None and np.all(closing[240:] == 0) and closing[:240].any()
    assert microphone.take(False) is None


def test_sound_that_was_not_heard_is_not_kept() -> None:
    microphone = filled(440)
    for _ in range(3):
        microphone.take(False)
    assert microphone.take(True) is None, "nothing is left of what was said before"


def test_old_sound_is_dropped_beyond_60_ms() -> None:
    microphone = filled(440, frames=20)
    taken = 0
    while microphone.take(True) is not None:
        taken += 1
    assert taken == 3


def test_frames_of_60_ms_and_stereo_are_taken() -> None:
    microphone = Microphone()
    microphone.put(frame(tone(440, 0, 3 * FRAME), "stereo"))
    assert [microphone.take(True) is not None for _ in range(4)] == [True, True, True, False]


def test_level() -> None:
    microphone = filled(440)
    assert microphone.level() == pytest.approx(-9.2, abs=0.3)
    assert microphone.level() == -90.0, "nothing came since"


def test_limiter_holds_the_ceiling_and_recovers() -> None:
    limit = Limiter()
    for number in range(10):
        loud = limit(tone(440, number * FRAME, peak=90_000.0))
    assert np.abs(loud).max() <= CEILING + 1
    for number in range(100):
        quiet = limit(tone(440, number * FRAME, peak=1000.0))
    assert np.abs(quiet).max() == pytest.approx(1000, abs=2)


@pytest.mark.parametrize("low_data", [False, True])
def test_rendition_leaves_out_its_own_and_keeps_time(low_data: bool) -> None:
    rendition = Rendition("binh", low_data)
    decoder = av.CodecContext.create("libopus", "r")
    heard, stamps = [], []
    for tick in range(60):
        an, binh = tone(440, tick * FRAME), tone(1000, tick * FRAME)
        for packet in rendition.encode(tick, an + binh, {"an": an, "binh": binh}):
            stamps.append(packet.pts)
            packet.pts = None
            for decoded in decoder.decode(packet):
                assert isinstance(decoded, av.AudioFrame)
                heard.append(decoded.to_ndarray().reshape(-1, decoded.layout.nb_channels)[:, 0])
    pcm = np.concatenate(heard).astype(np.int16)
    assert energy(pcm[-RATE // 2 :], 440) > -14 and energy(pcm[-RATE // 2 :], 1000) < -45
    step = FRAME * (3 if low_data else 1)
    assert stamps == list(range(0, 60 * FRAME, step))
