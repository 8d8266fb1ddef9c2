"""What a listener of a picture gets is one stream without a break, whatever feeds it and whichever size it sees."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from aiortc.codecs.vpx import VpxPayloadDescriptor
from hypothesis import given, settings
from hypothesis import strategies as st

from server.media.card import EVERY
from server.media.picture import STALE, Picture, View
from server.media.rtp import vp8
from server.media.rtp.packets import read_rtp, write_rtp
from server.media.rtp.slot import Codec
from server.media.transport.fanout import Outlet, Path
from server.media.transport.unaided import rewritten

START = 1000.0
TYPES = (96, 102, -1)
SMALL, LARGE = b"small", b"large"


class Camera:
    """A stream of one size; its counters begin anywhere, its key frames come when asked for."""

    def __init__(self, size: bytes, start: int, codec: Codec = "vp8") -> None:
        self.codec: Codec = codec
        self.bits_per_second, self.loss, self.last = 0, 0.0, START
        self.size, self.sequence, self.stamp, self.number = size, start & 0xFFFF, start * 77_777, 128 + (start & 0x3FFF)
        self.wanted = False
        self.asked = 0

    def ask(self, now: float) -> None:
        self.wanted = True
        self.asked += 1

    def frame(self, now: float, packets: int = 2) -> list[bytes]:
        """The next picture."""
        key, self.wanted, self.last = self.wanted, False, now
        stamp = (self.stamp + round((now - START) * 90_000)) & 0xFFFFFFFF
        out = []
        for place in range(packets):
            if self.codec == "vp8":
                descriptor = bytes(VpxPayloadDescriptor(int(place == 0), 0, picture_id=self.number, tl0picidx=self.number & 0xFF))
                payload = descriptor + (b"\x10" if key else b"\x11") + self.size
            else:
                payload = (b"\x67" if key and place == 0 else b"\x41") + self.size
            out.append(write_rtp(payload, payload_type=1, sequence=self.sequence & 0xFFFF, timestamp=stamp, ssrc=5, marker=place == packets - 1))
            self.sequence += 1
        self.number += 1
        return out


class Screen:
    """Everything that goes out, by the outlet's path; a view's packets as its listener reads them."""

    def __init__(self) -> None:
        self.sent: dict[Path, list[bytes]] = {}

    def send(self, packets: Sequence[bytes], outlets: Sequence[Outlet]) -> None:
        for outlet in outlets:
            for packet in packets:
                out = rewritten(packet, outlet)
                if out is not None:
                    self.sent.setdefault(outlet.path, []).append(out)

    def of(self, view: View) -> list[bytes]:
        return self.sent.get(view.outlet.path, [])


def seen(screen: Screen, view: View) -> list[bytes]:
    """The sizes of the packets that a view got, in their order."""
    return [SMALL if SMALL in packet else LARGE if LARGE in packet else b"card" for packet in screen.of(view)]


def is_one_stream(packets: list[bytes]) -> None:
    headers = [header for packet in packets if (header := read_rtp(packet)) is not None]
    assert len(headers) == len(packets)
    for one, other in pairwise(headers):
        assert (other.sequence - one.sequence) & 0xFFFF == 1
        assert 0 <= (other.timestamp - one.timestamp) & 0xFFFFFFFF < 1 << 31
    pictures = [found for packet in packets if packet[1] & 127 == TYPES[0] and (found := vp8.read(packet[12:])) is not None]
    for before, after in pairwise(pictures):
        assert before.picture is not None and after.picture is not None
        assert (after.picture - before.picture) & 0x7FFF == (1 if after.starts else 0)
        if before.tl0 is not None and after.tl0 is not None:
            assert (after.tl0 - before.tl0) & 0xFF == (1 if after.starts else 0)


def test_a_listener_moves_between_sizes_at_key_frames_only() -> None:
    screen = Screen()
    picture = Picture(7, 0.0, screen.send)
    large, small = Camera(LARGE, 40_000), Camera(SMALL, 9)
    picture.show((large, small), START, hold=True)
    view, other = View(picture, Path(), TYPES), View(picture, Path(), TYPES)
    view.want(picture.large)
    other.want(picture.large)
    now = START

    def second() -> None:
        nonlocal now
        for _ in range(15):
            now += 1 / 15
            for camera in (large, small):
                for packet in camera.frame(now):
                    picture.push(camera, camera.codec, packet, now)
            picture.pulse(now)

    second()
    assert set(seen(screen, view)) == {LARGE}
    view.want(picture.small)
    assert large.asked == small.asked == 1, "each was asked once, at the beginning"
    second()
    assert small.asked >= 2 and seen(screen, view)[-1] == SMALL
    view.want(None)
    count = len(screen.of(view))
    second()
    assert len(screen.of(view)) == count
    view.want(picture.large)
    second()
    assert seen(screen, view)[-1] == LARGE and set(seen(screen, other)) == {LARGE}
    is_one_stream(screen.of(view))
    is_one_stream(screen.of(other))


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.sampled_from(["large", "small", "none", "A", "B", "card", "on", "long"]), min_size=1, max_size=40),
    st.sampled_from(["vp8", "h264"]),
    st.integers(0, 65535),
    st.integers(0, 65535),
)
def test_whatever_is_chosen_each_listener_sees_one_stream(choices: list[str], codec: Codec, one: int, other: int) -> None:
    screen = Screen()
    picture = Picture(7, 0.0, screen.send)
    sources = {"A": (Camera(LARGE, one), Camera(SMALL, other)), "B": (Camera(LARGE, other, codec),)}
    moving, still = View(picture, Path(), TYPES), View(picture, Path(), TYPES)
    still.want(picture.large)
    now = START
    for choice in choices:
        match choice:
            case "large" | "small" | "none":
                moving.want({"large": picture.large, "small": picture.small}.get(choice))
            case "A" | "B":
                picture.show(sources[choice], now, hold=True)
            case "card":
                picture.show((), now, hold=False)
        for _ in range(60 if choice == "long" else 4):
            now += 1 / 15
            for camera in [camera for pair in sources.values() for camera in pair]:
                for packet in camera.frame(now):
                    picture.push(camera, camera.codec, packet, now)
            picture.pulse(now)
    is_one_stream(screen.of(moving))
    is_one_stream(screen.of(still))
    assert screen.of(still), "an empty picture shows the card"


def test_what_was_lost_comes_again_from_before_the_move_and_after_it() -> None:
    screen = Screen()
    picture = Picture(7, 0.0, screen.send)
    large, small = Camera(LARGE, 40_000), Camera(SMALL, 9)
    picture.show((large, small), START, hold=True)
    view = View(picture, Path(), TYPES)
    view.want(picture.large)
    now = START
    for step in range(30):
        if step == 15:
            view.want(picture.small)
        now += 1 / 15
        for camera in (large, small):
            for packet in camera.frame(now):
                picture.push(camera, camera.codec, packet, now)
        picture.pulse(now)
    before = list(screen.of(view))
    assert LARGE in before[3] and SMALL in before[-2]
    for place in (0, 3, len(before) - 1):
        header = read_rtp(before[place])
        assert header is not None
        ((packet, outlet),) = view.again([header.sequence])
        assert rewritten(packet, outlet) == before[place]
    last = read_rtp(before[-1])
    assert last is not None and view.again([(last.sequence + 50) & 0xFFFF]) == []


def test_a_source_of_one_size_is_seen_on_both_rungs_and_a_dead_one_gives_way() -> None:
    screen = Screen()
    picture = Picture(7, 0.0, screen.send)
    large, small = Camera(LARGE, 1), Camera(SMALL, 2)
    picture.show((large,), START, hold=True)
    view = View(picture, Path(), TYPES)
    view.want(picture.small)
    now = START

    def run(seconds: float, *cameras: Camera) -> None:
        nonlocal now
        for _ in range(round(seconds * 50)):
            now += 0.02
            for camera in cameras:
                for packet in camera.frame(now):
                    picture.push(camera, camera.codec, packet, now)
            picture.pulse(now)

    run(0.5, large)
    assert seen(screen, view)[-1] == LARGE
    picture.show((large, small), now, hold=True)
    run(0.5, large, small)
    assert seen(screen, view)[-1] == SMALL
    view.want(picture.large)
    run(0.5, large, small)
    assert seen(screen, view)[-1] == LARGE
    run(2.0, small)
    assert seen(screen, view)[-1] == SMALL, "its network carries no large picture any more"
    run(STALE + EVERY)
    assert seen(screen, view)[-1] == b"card"
    is_one_stream(screen.of(view))


def test_a_source_that_lost_the_right_is_not_seen_a_moment_longer() -> None:
    screen = Screen()
    picture = Picture(7, 0.0, screen.send)
    camera = Camera(LARGE, 1)
    picture.show((camera,), START, hold=True)
    view = View(picture, Path(), TYPES)
    view.want(picture.large)
    camera.wanted = True
    for packet in camera.frame(START):
        picture.push(camera, "vp8", packet, START)
    picture.show((), START, hold=False)
    for packet in camera.frame(START + 0.01):
        picture.push(camera, "vp8", packet, START + 0.01)
    picture.pulse(START + 0.02)
    assert seen(screen, view) == [LARGE, LARGE, b"card"]


@pytest.mark.parametrize(("types", "gets"), [((96, -1, -1), {LARGE}), ((-1, 102, -1), {SMALL})])
def test_a_listener_gets_only_what_it_can_decode(types: tuple[int, ...], gets: set[bytes]) -> None:
    screen = Screen()
    picture = Picture(7, 0.0, screen.send)
    view = View(picture, Path(), types)
    view.want(picture.large)
    now = START
    for camera in (Camera(LARGE, 5, "vp8"), Camera(SMALL, 6, "h264")):
        picture.show((camera,), now, hold=True)
        for _ in range(10):
            now += 1 / 15
            for packet in camera.frame(now):
                picture.push(camera, camera.codec, packet, now)
            picture.pulse(now)
    assert set(seen(screen, view)) - {b"card"} == gets


def test_numbers_of_a_listener_wait_while_there_is_nothing_for_it() -> None:
    """An hour of H.264 is no hole for a listener of VP8: a leap of half the numbers would stop its stream for ever (RFC 3711 section 3.3.1)."""
    screen = Screen()
    picture = Picture(7, 0.0, screen.send)
    before, hall, after = Camera(LARGE, 9), Camera(b"hall", 700, "h264"), Camera(SMALL, 50_000)
    only_vp8, both = View(picture, Path(), (96, -1, -1)), View(picture, Path(), TYPES)
    only_vp8.want(picture.large)
    both.want(picture.large)
    now = START
    for camera in (before, hall, after):
        picture.show((camera,), now, hold=True)
        for _ in range(30):
            now += 1 / 15
            for packet in camera.frame(now, packets=1300 if camera is hall else 2):
                picture.push(camera, camera.codec, packet, now)
            picture.pulse(now)
    assert set(seen(screen, only_vp8)) == {LARGE, SMALL}
    assert len(screen.of(both)) > 1 << 15
    is_one_stream(screen.of(only_vp8))
    is_one_stream(screen.of(both))


def test_a_next_source_without_a_key_frame_does_not_keep_the_former_one_on_the_screen() -> None:
    screen = Screen()
    picture = Picture(7, 0.0, screen.send)
    first, mute = Camera(LARGE, 1), Camera(SMALL, 2)
    picture.show((first,), START, hold=True)
    view = View(picture, Path(), TYPES)
    view.want(picture.large)
    now = START

    def run(seconds: float) -> None:
        nonlocal now
        for _ in range(round(seconds * 50)):
            now += 0.02
            mute.wanted = False
            for camera in (first, mute):
                for packet in camera.frame(now):
                    picture.push(camera, camera.codec, packet, now)
            picture.pulse(now)

    run(1.0)
    picture.show((mute,), now, hold=True)
    run(STALE + 0.1)
    count = seen(screen, view).count(LARGE)
    run(5.0)
    assert seen(screen, view).count(LARGE) == count and SMALL not in seen(screen, view)
