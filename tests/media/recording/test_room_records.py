"""From the act of the chair to the second of a line: the room, the engine and the pages together."""

from __future__ import annotations

import asyncio
import contextlib
import re
from pathlib import Path

import httpx

from moderation import Phase
from server.media.embedded import EmbeddedEngine
from server.media.engine import MediaConfig, Recorded
from server.media.recording import index
from tests.media.peers import Colour, Publisher, Tone, only_loopback
from tests.media.recording.material import GREEN, decoded, near, up
from tests.rooms.house import open_house, until
from tests.rooms.phases import bring_to
from tests.rooms.silence import Silence


def cookie(door: object) -> dict[str, str]:
    return {"Cookie": f"__Host-s-{door.seat}={door.secret}"}  # type: ignore[attr-defined]


async def test_a_line_of_the_minutes_leads_to_its_second_for_its_readers_alone(tmp_path: Path) -> None:
    only_loopback()
    engine = EmbeddedEngine(MediaConfig(host="127.0.0.1"))
    peer = Publisher(Tone(440), Colour(GREEN))
    async with open_house(tmp_path, media=engine) as house, contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(peer.close)
        live = await house.conference("dt-1")
        await bring_to(live, Phase.RUNNING)
        chair, oanh = await house.come(live, "chair"), await house.come(live, "oanh")
        await up(engine)
        await peer.accept(await engine.publish("dt-1", "in-chair", "chair", await peer.offer()))
        await peer.connected()
        await chair.do({"do": "begin_recording"})
        await until(lambda: "since" in oanh.view.get("recorded", {}))
        folder = index.folder_of(house.parts.settings.recordings, "dt-1")
        await until(lambda: any(piece.codecs == ("opus", "vp8") for piece in index.read(folder)), 20)
        await asyncio.sleep(1.5)
        begun = live.room.state.recording.since
        assert begun is not None and live.room.state.recording.spans == ((begun, None),)
        await chair.do({"do": "end_recording"})
        await until(lambda: "recorded" not in oanh.view and (folder / index.WHOLE).exists())
        other = await house.conference("dt-2")
        readers = [house.door(live, person) for person in ("chair", "secretary", "office", "desk", "monitor")]
        others = [house.door(live, person) for person in ("oanh", "agency", "operator", "display")]
        async with httpx.AsyncClient(base_url=house.base, trust_env=False) as http:
            file = second = ""
            for door in readers:
                page = await http.get(f"/hop/{door.seat}/ghi-hinh?luc={index.read(folder)[-1].at + 1000}", headers=cookie(door))
                found = re.search(r'src="ghi-hinh/(\S+)#t=([\d.]+)"', page.text)
                assert page.status_code == 200 and found and page.headers["Cache-Control"] == "no-store"
                file, second = found.groups()
            address = f"/hop/{readers[0].seat}/ghi-hinh/{file}"
            whole = await http.get(address, headers=cookie(readers[0]))
            part = await http.get(address, headers=cookie(readers[0]) | {"Range": "bytes=100-199"})
            assert part.status_code == 206 and part.content == whole.content[100:200] and whole.headers["Content-Type"] == "video/webm"
            assert "không được ghi âm" in (await http.get(f"/hop/{readers[0].seat}/ghi-hinh?luc=5", headers=cookie(readers[0]))).text
            number = next(fact.seq for fact in await house.parts.journal.read(live.id) if fact.type == "recording_begun")
            for fact, there in ((number, True), (number + 10_000, False)):
                page = await http.get(f"/hop/{readers[0].seat}/ghi-hinh?su_kien={fact}", headers=cookie(readers[0]))
                assert (re.search(r'src="ghi-hinh/\S+#t=', page.text) is not None) is there, "by the number of a fact in the journal"
            for door in others:
                for path in (f"ghi-hinh?luc={begun}", f"ghi-hinh/{file}"):
                    assert (await http.get(f"/hop/{door.seat}/{path}", headers=cookie(door))).status_code == 403
            strange = house.door(other, "chair")
            for path, headers, status in (
                (f"/hop/{readers[0].seat}/ghi-hinh/{file}", {}, 401),
                (f"/hop/{readers[0].seat}/ghi-hinh/{file}", cookie(strange), 401),
                (f"/hop/{strange.seat}/ghi-hinh/{file}", cookie(strange), 404),
                (f"/hop/{readers[0].seat}/ghi-hinh/index.jsonl", cookie(readers[0]), 404),
                (f"/hop/{readers[0].seat}/ghi-hinh/..%2f..%2fdoithoai.db", cookie(readers[0]), 404),
            ):
                assert (await http.get(path, headers=headers)).status_code == status, path
    seen = decoded(folder / file)
    assert abs(seen.hertz(float(second) - 0.5, float(second) + 0.2) - 440) < 4
    assert near(next(colour for at, colour, _ in seen.frames if at > float(second) - 0.2), GREEN)


async def test_a_recording_that_fails_ends_in_the_record_and_one_under_way_goes_on_after_a_restart(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        live = await house.conference("dt-1")
        await bring_to(live, Phase.RUNNING)
        silence = house.parts.media
        assert isinstance(silence, Silence)
        chair = await house.come(live, "chair")
        await chair.do({"do": "begin_recording", "stage": True})
        folder = str(index.folder_of(house.parts.settings.recordings, "dt-1"))
        await until(lambda: silence.recordings.get("dt-1") == (folder, True))
        await house.parts.rooms.forget("dt-1")
        silence.recordings.clear()
        live = await house.parts.rooms.get("dt-1")
        await until(lambda: silence.recordings.get("dt-1") == (folder, True))
        await house.parts.told_recording(Recorded("dt-1", "failed", "disk_full"))
        await until(lambda: silence.recordings["dt-1"] == (None, False))
        assert live.room.state.recording.failed == "disk_full"
        await house.parts.told_recording(Recorded("dt-1", "failed", "disk_full"))
        assert [entry for entry in live.room.state.minutes.lines.values() if entry.code == "recording_ended"][1:] == [], "once"
