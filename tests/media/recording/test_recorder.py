"""A recording, fed with real packets and decoded again."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import pytest

from server.media.recording import index
from server.media.recording.recorder import Recorder
from server.media.recording.segment import mended
from server.media.rtp.packets import write_rtp
from tests.media.recording.material import BLUE, GREEN, RED, Camera, decoded, near, pictures, ticks, tone

WALL = 1_780_000_000_000
"""Milliseconds since the epoch at second 0 of these tests."""


class Desk:
    """A recorder whose clock is the time of what it is given."""

    def __init__(self, folder: Path, **how: object) -> None:
        self.now = 0.0
        self.told: list[tuple[str, str, float, int]] = []
        self.wished: list[str] = []
        self.camera = Camera()
        self.recorder = Recorder(
            folder,
            tell=lambda *how: self.told.append(how),
            wish=self.wished.append,
            clock=lambda: self.now,
            wall=WALL,
            **{"least_free": 0, **how},  # type: ignore[arg-type]
        )

    def states(self) -> list[tuple[str, str]]:
        return [told[:2] for told in self.told]

    def close(self) -> None:
        self.recorder.close(wait=20)
        assert not self.recorder._thread.is_alive()


def test_sound_and_pictures_come_back_with_their_tone_and_colours_at_their_second(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "r")
    red, blue = pictures("vp8", RED, 100), pictures("vp8", BLUE, 50, 480, 270)
    sound = tone(440, 300)
    for number, at in enumerate(ticks(6.0)):
        desk.now = at
        desk.recorder.sound(sound[number], at + 0.01 * (number % 3))  # the mixer is late at times
        if number % 2 == 0 and at < 4:
            packets = desk.camera.shoot("vp8", red[number // 2], at)
        elif number % 2 == 0:
            packets = desk.camera.shoot("vp8", blue[number // 2 - 100], at)
        else:
            continue
        if number == 30:
            packets = packets[::-1]
        for packet in packets:
            desk.recorder.picture("floor", "vp8", packet, at)
    desk.close()
    assert desk.states()[0] == ("on", "") and desk.states()[-1] == ("off", "") and not desk.wished
    pieces = index.read(tmp_path / "r")
    floor, hall = [piece for piece in pieces if piece.series == "floor"], [piece for piece in pieces if piece.series == "hall"]
    assert [piece.codecs for piece in floor] == [("opus", "vp8")] and [piece.codecs for piece in hall] == [("opus",)]
    seen = decoded(tmp_path / "r" / floor[0].file)
    assert abs(seen.hertz(0.2, 5.8) - 440) < 1 and abs(len(seen.pcm) / 48_000 - 6) < 0.05 and floor[0].gaps == ()
    assert len(seen.frames) == 150, "a change of size needs no new file"
    assert all(near(colour, RED) and size == (320, 180) for at, colour, size in seen.frames if at < 3.9)
    assert all(near(colour, BLUE) and size == (480, 270) for at, colour, size in seen.frames if at > 4.05)
    second = index.locate(pieces, WALL + 4_000)
    assert second == (floor[0].file, 4.0)
    assert abs(next(at for at, colour, _ in seen.frames if near(colour, BLUE)) - 4.0) < 0.05
    whole = json.loads((tmp_path / "r" / index.WHOLE).read_bytes())
    for piece in whole["files"]:
        assert piece["sha256"] == hashlib.sha256((tmp_path / "r" / piece["file"]).read_bytes()).hexdigest()
        assert piece["at"] == WALL


def test_what_was_lost_shows_nothing_broken_and_asks_for_a_key_frame(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    red, blue = pictures("vp8", RED, 60), pictures("vp8", BLUE, 60)
    sound = tone(1000, 250)
    for number, at in enumerate(ticks(5.0)):
        desk.now = at
        if not 100 <= number < 120:
            desk.recorder.sound(sound[number], at)
        if number % 2 == 0:
            frame = red[number // 2] if number < 120 else blue[(number - 120) // 2] if number < 240 else blue[0]
            for place, packet in enumerate(desk.camera.shoot("vp8", frame, at)):
                if (number, place) != (60, 0):
                    desk.recorder.picture("floor", "vp8", packet, at)
        time.sleep(0.0005)  # the writer sees time pass
    desk.close()
    assert "floor" in desk.wished
    piece = next(piece for piece in index.read(tmp_path) if piece.series == "floor")
    seen = decoded(tmp_path / piece.file)
    assert all(near(colour, RED) for at, colour, _ in seen.frames if at < 2.3) and all(near(c, BLUE) for at, c, _ in seen.frames if at > 2.45)
    assert not [at for at, _, _ in seen.frames if 1.21 < at < 2.35], "from the loss to the next key frame nothing is shown"
    assert piece.gaps == ((2.0, 2.4),)
    assert seen.hertz(2.1, 2.35) == 0 and abs(seen.hertz(2.6, 4.6) - 1000) < 2


def test_another_codec_is_another_file_without_a_gap_in_the_sound(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    card, green, red = pictures("vp8", BLUE, 1, 640, 360), pictures("h264", GREEN, 75), pictures("h264", RED, 50, 640, 360)
    sound = tone(700, 400)
    for number, at in enumerate(ticks(8.0)):
        desk.now = at
        desk.recorder.sound(sound[number], at)
        if at < 2.5 and number % 50 == 0:
            for packet in desk.camera.shoot("vp8", card[0], at):
                desk.recorder.picture("floor", "vp8", packet, at)
        elif 3 <= at < 8 and number % 2 == 0:
            frame = green[(number - 150) // 2] if at < 6 else red[(number - 300) // 2]
            for packet in desk.camera.shoot("h264", frame, at):
                desk.recorder.picture("floor", "h264", packet, at)
    desk.close()
    pieces = [piece for piece in index.read(tmp_path) if piece.series == "floor"]
    assert [(Path(piece.file).suffix, piece.codecs) for piece in pieces] == [
        (".webm", ("opus", "vp8")),
        (".mp4", ("opus", "h264")),
        (".mp4", ("opus", "h264")),
    ]
    assert sorted(piece.file for piece in pieces) == [piece.file for piece in pieces]
    for piece, begin, end, colour, count in zip(pieces, (0, 3, 6), (3, 6, 8), (BLUE, GREEN, RED), (3, 75, 50), strict=True):
        seen = decoded(tmp_path / piece.file)
        assert abs(piece.at - WALL - begin * 1000) < 30 and piece.seconds is not None and abs(piece.seconds - (end - begin)) < 0.05
        assert len(seen.frames) == count and all(near(found, colour) for _, found, _ in seen.frames)
        assert abs(seen.hertz(0.2, end - begin - 0.2) - 700) < 2 and piece.gaps == ()
        file, second = index.locate(pieces, WALL + begin * 1000 + 1500) or ("", 0.0)
        assert file == piece.file and abs(second - 1.5) < 0.03
    mp4 = tmp_path / pieces[1].file
    before = decoded(mp4)
    assert mended(mp4) == pytest.approx(3.0, abs=0.05)
    after = decoded(mp4)
    assert [colour for _, colour, _ in after.frames] == [colour for _, colour, _ in before.frames] and len(after.pcm) == len(before.pcm)


def test_sources_of_the_stage_have_files_of_their_own_while_they_speak(tmp_path: Path) -> None:
    desk = Desk(tmp_path, stage=True)
    sound, green = tone(880, 200), pictures("vp8", GREEN, 100)
    for number, at in enumerate(ticks(4.0)):
        desk.now = at
        late = number + 1 if number % 10 == 3 else number - 1 if number % 10 == 4 else number  # two packets change places
        if number != 77:
            packet = write_rtp(sound[late], payload_type=111, sequence=late, timestamp=late * 960, ssrc=3)
            desk.recorder.source_sound("venue:DC-02", packet, at)
        if number % 2 == 0:
            for packet in desk.camera.shoot("vp8", green[number // 2], at):
                desk.recorder.source_picture("venue:DC-02", "vp8", packet, at)
    time.sleep(0.2)
    desk.now = 20.0
    deadline = time.monotonic() + 5
    while not any(piece.seconds for piece in index.read(tmp_path)) and time.monotonic() < deadline:
        time.sleep(0.05)
    desk.recorder.source_sound("P7", write_rtp(sound[0], payload_type=111, sequence=9, timestamp=0, ssrc=3), 20.0)
    desk.close()
    venue, person = index.read(tmp_path)
    assert venue.series == "venue:DC-02" and venue.file == "0001-venue-DC-02.webm" and venue.seconds == pytest.approx(4, abs=0.05)
    seen = decoded(tmp_path / venue.file)
    assert abs(seen.hertz(0.2, 3.8) - 880) < 2 and len(seen.frames) == 100 and all(near(colour, GREEN) for _, colour, _ in seen.frames)
    assert person.codecs == ("opus",) and person.at == WALL + 20_000


def test_what_no_decoder_understands_is_left_out_and_the_recording_goes_on(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    green, sound = pictures("h264", GREEN, 50), tone(440, 150)
    nonsense = b"\0\0\0\1\x67\1\2\3\0\0\0\1\x68\1\0\0\0\1\x65" + bytes(range(1, 200))
    for number, at in enumerate(ticks(3.0)):
        desk.recorder.sound(sound[number], at)
        if number % 2 == 0 and at < 2.9:
            codec = "vp8" if at < 0.5 else "h264"
            frame = b"\0\0\0\x9d\1\x2a" + bytes(9) if codec == "vp8" else nonsense if at < 1 else green[(number - 50) // 2]
            for packet in desk.camera.shoot(codec, frame, at):  # type: ignore[arg-type]
                desk.recorder.picture("floor", codec, packet, at)  # type: ignore[arg-type]
    desk.close()
    assert desk.states() == [("on", ""), ("off", "")]
    (piece,) = [piece for piece in index.read(tmp_path) if piece.series == "floor"]
    seen = decoded(tmp_path / piece.file)
    assert len(seen.frames) == 48 and all(near(colour, GREEN) for _, colour, _ in seen.frames)
    assert abs(seen.frames[1][0] - 1.04) < 0.02 and abs(len(seen.pcm) / 48_000 - 3) < 0.05, "an MP4's first picture stands until its second"


def test_every_ten_minutes_a_new_file_begins_at_a_key_frame_asked_for(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    red = pictures("vp8", RED, 20)
    sound = tone(440, 10)
    for second in range(640):
        desk.now = float(second)
        desk.recorder.sound(sound[second % 10], desk.now)
        for packet in desk.camera.shoot("vp8", red[0 if second in (0, 603) else 1 + second % 19], desk.now):
            desk.recorder.picture("floor", "vp8", packet, desk.now)
        if second > 598:
            time.sleep(0.002)
    desk.close()
    assert "floor" in desk.wished
    pieces = index.read(tmp_path)
    assert [(piece.at - WALL) // 1000 for piece in pieces if piece.series == "floor"] == [0, 603]
    assert [(piece.at - WALL) // 1000 for piece in pieces if piece.series == "hall"] == [0, 600], "without pictures there is nothing to wait for"


def test_a_full_disk_ends_the_recording_before_it_begins_and_nothing_else(tmp_path: Path) -> None:
    free = os.statvfs(tmp_path).f_bavail * os.statvfs(tmp_path).f_frsize
    desk = Desk(tmp_path / "r", least_free=free * 2)
    for number, at in enumerate(ticks(1.0)):
        desk.recorder.sound(tone(440, 50)[number], at)
    desk.close()
    assert desk.states() == [("failed", "disk_full")]
    assert [path.name for path in (tmp_path / "r").iterdir()] in ([], [index.WHOLE])


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "r").write_text("in the way")
    desk = Desk(tmp_path / "r")
    desk.recorder.sound(tone(440, 50)[0], 0.0)
    desk.close()
    assert desk.states() == [("failed", "io")]


def test_a_writer_that_cannot_follow_loses_packets_and_says_so(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    sound = tone(440, 50)
    for number in range(30_000):
        desk.now = number * 0.02
        desk.recorder.sound(sound[number % 50], desk.now)
    desk.close()
    assert desk.recorder.lost > 0 and ("on", "overflow") in desk.states() and desk.states()[-1] == ("off", "")


WRITER = """
import sys, time
from pathlib import Path
from server.media.recording.recorder import Recorder
from tests.media.recording.material import BLUE, GREEN, Camera, pictures, tone
from threading import Event
on = Event()
recorder = Recorder(Path(sys.argv[1]), tell=lambda *how: on.set(), least_free=0)
on.wait()
sound, camera = tone(440, 500), {"floor": Camera(), "hall": Camera()}
frames = {"floor": ("vp8", pictures("vp8", BLUE, 250)), "hall": ("h264", pictures("h264", GREEN, 250))}
begin = time.monotonic()
for number in range(500):
    time.sleep(max(0, begin + number * 0.02 - time.monotonic()))
    at = time.monotonic()
    recorder.sound(sound[number], at)
    if number % 2 == 0:
        for slot, (codec, made) in frames.items():
            for packet in camera[slot].shoot(codec, made[number // 2], at - begin):
                recorder.picture(slot, codec, packet, at)
    print(number, flush=True)
"""


def test_a_killed_writer_leaves_all_but_the_last_seconds_and_the_next_one_mends_and_goes_on(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            if int(line) == 174:
                writer.send_signal(signal.SIGKILL)
                break
    pieces = index.read(tmp_path)
    assert {piece.series: piece.codecs for piece in pieces} == {"floor": ("opus", "vp8"), "hall": ("opus", "h264")}
    assert all(piece.seconds is None for piece in pieces) and not (tmp_path / index.WHOLE).exists()
    left = {piece.file: decoded(tmp_path / piece.file) for piece in pieces}
    for piece in pieces:
        seen = left[piece.file]
        assert 1.5 < len(seen.pcm) / 48_000 <= 3.6 and 1.5 < seen.frames[-1][0] <= 3.6, "two seconds at most are gone"
        assert abs(seen.hertz(0.2, 1.4) - 440) < 1 and all(near(colour, BLUE if piece.series == "floor" else GREEN) for _, colour, _ in seen.frames)
    told: list[str] = []
    with (tmp_path / index.INDEX).open("ab") as torn:
        torn.write(b'{"at": 17800')
    recorder = Recorder(tmp_path, tell=lambda state, *_: told.append(state), least_free=0)
    now = time.monotonic()
    for number, at in enumerate(ticks(1.0, now)):
        recorder.sound(tone(440, 50)[number], at)
    recorder.close(wait=10)
    assert told[0] == "on" and told[-1] == "off"
    after = index.read(tmp_path)
    assert [piece.file for piece in after[:2]] == [piece.file for piece in pieces] and len(after) == 4
    for piece in after[:2]:
        assert piece.seconds is not None and piece.seconds > 1.5
        with av.open(str(tmp_path / piece.file)) as container:
            assert container.duration and abs(container.duration / 1e6 - piece.seconds) < 0.1, "it has a length now"
        again = decoded(tmp_path / piece.file)
        assert len(again.frames) == len(left[piece.file].frames) and abs(len(again.pcm) - len(left[piece.file].pcm)) <= 960
    assert all(piece.sha256 == hashlib.sha256((tmp_path / piece.file).read_bytes()).hexdigest() for piece in after)
