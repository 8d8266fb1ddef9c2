"""Whoever is recorded or gives data is told before, wherever that happens: on forms, invitations, notices, the display, at the door of the room."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from server.conferences.plan import RECORDING_NOTICE
from server.conferences.tables import conference
from server.i18n import catalogue
from server.papers.compose import sample, shipped
from tests.conftest import ROOT
from tests.office.ward import CASE, Ward

RECORDED = re.compile("ghi âm, ghi hình", re.IGNORECASE)


@pytest.mark.parametrize("kind", ["invitation", "public_notice", "poster", "house_rules"])
def test_papers_that_ask_people_in_tell_of_the_recording(kind: str) -> None:
    assert "recording_notice" in shipped(kind)
    assert RECORDED.search(sample(kind)["recording_notice"])


def test_the_opinion_slip_tells_what_the_data_is_for_and_ticks_nothing() -> None:
    template = shipped("opinion_slip")
    assert "{{ privacy" in template and "☑" not in template and "☒" not in template
    assert "lưu hồ sơ" in sample("opinion_slip")["privacy"]


def test_the_plan_begins_with_a_notice_of_the_recording_and_its_purpose() -> None:
    assert RECORDED.search(RECORDING_NOTICE) and "biên bản" in RECORDING_NOTICE and "chỉ dùng" in RECORDING_NOTICE


@pytest.mark.parametrize(
    ("key", "script"),
    [("join.recording_tick", "citizen/waiting.js"), ("recording.on", "recording.js"), ("display.recording", "display/scene.js")],
)
def test_the_door_of_the_room_the_follower_and_the_display_tell_of_it(key: str, script: str) -> None:
    assert RECORDED.search(catalogue("vi")[key])
    assert any(key in path.read_text("utf-8") for path in (ROOT / "web/static/room" / Path(script).parent).rglob("*.js"))


async def test_the_public_form_tells_of_purpose_recording_and_rights_and_ticks_nothing(ward: Ward) -> None:
    ward.at("2026-12-16")
    with ward.work() as w:
        w.change(conference, CASE, stage="collecting", collection_from="2026-12-10", collection_to="2026-12-31")
    async with ward.browser() as browser:
        page = (await browser.get(f"/y-kien/{CASE}")).text
    assert RECORDED.search(page) and 'href="/cong-khai/quyen-rieng-tu"' in page
    boxes = re.findall(r'<input type="checkbox"[^>]*>', page)
    assert any('name="publish_name"' in box for box in boxes) and not any("checked" in box for box in boxes)
    assert re.search(r'name="results_by" value="" checked', page)
