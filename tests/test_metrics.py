"""What a monitoring system reads, and who may."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request

from server.media.engine import ConferenceStats, EngineStats, SessionStats
from server.media.rtp.ladder import Rung
from server.metrics import may_read, written
from server.settings import Settings
from tests.rooms.house import open_house

SAMPLE = re.compile(r'[a-z_]+(\{[a-z_]+="(?:[^"\\\n]|\\[\\"n])*"(,[a-z_]+="(?:[^"\\\n]|\\[\\"n])*")*\})? -?[0-9.e+-]+')


def asked(client: str = "127.0.0.1", host: str = "localhost:8000", **headers: str) -> Request:
    sent = [(name.replace("_", "-").encode(), value.encode()) for name, value in {"host": host, **headers}.items()]
    return Request({"type": "http", "client": (client, 1), "headers": sent, "path": "/metrics", "query_string": b""})


@pytest.mark.parametrize(
    ("request_", "settings", "may"),
    [
        (asked(), {}, True),
        (asked("::1"), {}, True),
        (asked("::ffff:127.0.0.1"), {}, True),
        (asked(host="127.0.0.1"), {}, True),
        (asked(host="made-to-lead-here.example"), {}, False),
        (asked("10.0.0.7"), {}, False),
        (asked("testclient"), {}, False),
        (asked(x_forwarded_for="10.0.0.7"), {}, False),
        (asked(via="1.1 proxy"), {}, False),
        (asked(), {"public_url": "https://doithoai.example.vn"}, False),
        (asked(), {"metrics_token": "0123456789abcdef"}, False),
        (asked(authorization="Bearer 0123456789abcdeg"), {"metrics_token": "0123456789abcdef"}, False),
        (asked("10.0.0.7", authorization="Bearer 0123456789abcdef"), {"metrics_token": "0123456789abcdef", "public_url": "https://x.vn"}, True),
    ],
)
def test_only_the_token_or_this_machine_reads_them(request_: Request, settings: dict[str, str], may: bool) -> None:
    assert may_read(request_, Settings(**settings)) is may  # type: ignore[arg-type]


def test_venues_are_named_and_persons_counted() -> None:
    sessions = {
        "1": SessionStats("venue:east", True, True, loss=0.02, jitter=0.01, bits_per_second=600_000),
        "2": SessionStats("venue:east", False, True, rung=Rung.BOTH, round_trip=0.03),
        "3": SessionStats("venue:east", False, True, rung=Rung.AUDIO, why="loss", loss=0.2, round_trip=0.05),
        "4": SessionStats("oanh", False, True, rung=Rung.LOW_AUDIO, why="saver", round_trip=0.1),
        "5": SessionStats("oanh", True, False),
    }
    conference = ConferenceStats(
        frozenset({"venue:east", "oanh"}), 3, {"venue:east": -21.5, "oanh": -30.0}, frozenset({"oanh"}), 9_000, 8_000, sessions
    )
    text = written(EngineStats(True, {'a"\\b': conference}, 1.5, 2, 3, True, 40_000, {"received": 7, "sent": 8, "stranger": 1}), [])
    assert "oanh" not in text
    assert all(line.startswith("# ") or SAMPLE.fullmatch(line) for line in text.splitlines()), text
    names = [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")]
    assert len(names) == len(set(names))
    of = 'conference="a\\"\\\\b"'
    for line in (
        "doithoai_media_up 1",
        "doithoai_media_restarts_total 2",
        "doithoai_media_late_ticks_total 3",
        'doithoai_media_datagrams_total{way="sent"} 8',
        'doithoai_media_dropped_datagrams_total{reason="stranger"} 1',
        f'doithoai_media_rung_listeners{{{of},rung="low_audio"}} 1',
        f'doithoai_media_lines{{{of},way="out",state="connecting"}} 1',
        f'doithoai_media_loss_worst_ratio{{{of},way="in"}} 0.2',
        f'doithoai_media_venue_loss_ratio{{{of},venue="east",way="in"}} 0.2',
        f'doithoai_media_venue_loss_ratio{{{of},venue="east",way="out"}} 0.02',
        f'doithoai_media_level_dbfs{{{of},venue="east"}} -21.5',
        f"doithoai_media_round_trip_mean_seconds{{{of}}} 0.06",
    ):
        assert line in text.splitlines(), line


async def test_the_server_tells_its_figures(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house, httpx.AsyncClient(base_url=house.base, trust_env=False) as http:
        live = await house.conference()
        await house.come(live, "oanh")
        answer = await http.get("/metrics")
        assert answer.status_code == 200 and answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert "doithoai_media_up 0" in answer.text and f'doithoai_room_screens{{conference="{live.id}"}} 1' in answer.text
        assert (await http.get("/metrics", headers={"X-Forwarded-For": "10.0.0.7"})).status_code == 404
