"""Frames out of packets, whatever order and loss they come in."""

import random
from itertools import pairwise
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.media.recording.frames import START_CODE, Frames, Order, Timeline
from server.media.rtp.packets import write_rtp
from tests.media.recording.material import GREEN, RED, Camera, payloads, pictures


@pytest.mark.parametrize("codec", ["vp8", "h264"])
def test_frames_come_out_as_they_went_in(codec: Literal["vp8", "h264"]) -> None:
    made, camera, frames = pictures(codec, RED, 30), Camera(), Frames()
    found = [frame for number, one in enumerate(made) for packet in camera.shoot(codec, one, number / 25) for frame in frames.put(codec, packet, 0.0)]
    assert [frame.key for frame in found] == [True] + [False] * 29
    if codec == "vp8":
        assert [frame.data for frame in found] == list(made)
    else:
        assert len(payloads(codec, made[0])) > 3 and payloads(codec, made[0])[0][0] & 31 == 24, "all three kinds of payload are in it"
        assert all(frame.parameters.count(START_CODE) == 2 and frame.data.startswith(START_CODE) for frame in found)
    assert all(later.timestamp - sooner.timestamp in (3600, 3600 - (1 << 32)) for sooner, later in pairwise(found))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["vp8", "h264"]), st.randoms(use_true_random=False), st.integers(0, 20), st.integers(0, 6))
def test_after_a_loss_nothing_is_shown_up_to_the_next_key_frame(
    codec: Literal["vp8", "h264"], chance: random.Random, losses: int, shuffled: int
) -> None:
    made = [*pictures(codec, RED, 20), *pictures(codec, GREEN, 20)]
    camera = Camera()
    packets = [(number, packet) for number, one in enumerate(made) for packet in camera.shoot(codec, one, number / 25)]
    lost = set(chance.sample(range(len(packets)), losses))
    damaged = {packets[place][0] for place in lost}
    arrived = [(place + chance.uniform(0, shuffled), number, packet) for place, (number, packet) in enumerate(packets) if place not in lost]
    frames, found = Frames(), []
    for _, number, packet in sorted(arrived):
        found += frames.put(codec, packet, number / 25)
    for later in range(20):  # what still waits is waited for no longer
        found += frames.put(codec, camera.shoot(codec, made[-1], 2 + later)[0], 2.0 + later)
    shown = {round(((frame.timestamp - Camera().stamp) & 0xFFFFFFFF) / 3600) for frame in found}
    shown = {number for number in shown if number < 40}
    assert not shown & damaged
    wanted, open_ = set(), False
    for number in range(40):
        open_ = number not in damaged and (open_ or number in (0, 20))
        if open_:
            wanted.add(number)
    assert shown <= wanted
    if not shuffled and (codec == "vp8" or not damaged & {19, 20}):
        assert shown == wanted


@given(st.lists(st.tuples(st.sampled_from(["vp8", "h264"]), st.binary(max_size=60), st.booleans())))
def test_nothing_that_arrives_does_harm(arrivals: list[tuple[Literal["vp8", "h264"], bytes, bool]]) -> None:
    frames = Frames()
    for number, (codec, payload, marker) in enumerate(arrivals):
        frames.put(codec, payload, 0.0)
        for frame in frames.put(codec, bytes((0x80, 0x80 * marker, 0, number)) + bytes(8) + payload, number * 0.1):
            assert frame.data


def test_order_waits_half_a_second_and_begins_anew_after_a_leap() -> None:
    order: Order[int] = Order()
    assert list(order.put(7, 65_535, 1, 0.0)) == [None, 1]
    assert list(order.put(7, 1, 3, 0.1)) == [] and list(order.put(7, 2, 4, 0.2)) == []
    assert list(order.put(7, 0, 2, 0.3)) == [2, 3, 4]
    assert list(order.put(7, 0, 2, 0.3)) == [], "each once"
    assert list(order.put(7, 4, 6, 0.4)) == []
    assert list(order.put(7, 5, 7, 0.95)) == [None, 6, 7]
    assert list(order.put(7, 40_000, 8, 1.0)) == [None, 8]
    assert list(order.put(8, 39_990, 9, 1.0)) == [None, 9], "another sender counts for itself"


def test_a_timeline_runs_evenly_while_packets_come_unevenly() -> None:
    line = Timeline(90_000, follow=0.02, leap=1.0)
    chance = random.Random(1)
    shown = [line.at(number * 3600 + 4_294_960_000 & 0xFFFFFFFF, 100 + number / 25 + chance.uniform(0, 0.1)) for number in range(500)]
    steps = [later - sooner for sooner, later in pairwise(shown)]
    assert all(abs(step - 0.04) < 0.003 for step in steps) and abs(shown[-1] - 119.96 - 0.05) < 0.06
    assert line.at(77, 300.0) == 300.0


def test_a_picture_without_an_end_is_not_kept() -> None:
    frames = Frames()
    for number in range(4000):
        payload = (b"\x10\x10" if number == 0 else b"\x00\x10") + bytes(1100)
        list(frames.put("vp8", write_rtp(payload, payload_type=0, sequence=number, timestamp=5, ssrc=7), number / 1000))
    assert sum(map(len, frames._parts)) <= 2 << 20
