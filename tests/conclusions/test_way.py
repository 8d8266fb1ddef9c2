"""The whole way after the example's conference, on both databases, day by day as the example tells it."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from moderation.case.stages import Stage
from server.conclusions import distribution, letters, publishing, referrals, reports, tasks
from server.conclusions.closing import open_items
from server.conclusions.from_room import from_room
from server.conclusions.items import items_of
from server.conclusions.public import published_case
from server.conclusions.task_pages import task_view
from server.conferences.room import learn
from server.papers import register
from tests.conclusions.conftest import closed_room, seed_petitions
from tests.conclusions.evening import Evening
from tests.office.ward import CASE, open_ward


async def test_D10_from_the_close_to_the_last_item_done(database_url: str, tmp_path: Path) -> None:
    async with open_ward(tmp_path, database_url, Stage.IN_SESSION) as ward:
        seed_petitions(ward)
        ward.at("2027-01-14", "18:00")
        with ward.work() as w:
            learn(w, closed_room(), (from_room,))
        await gone(Evening(ward), ward.example["after_conference"])


async def gone(evening: Evening, told: dict[str, Any]) -> None:
    """The days from 21/01/2027 on."""
    referred = evening.item("KL-10")["id"]
    one = evening.did("van-phong", lambda w: referrals.draft_referral(w, CASE, "ubndtp", [referred], "38 hộ kiến nghị", "Đề nghị xem xét"))
    evening.did("chu-tich", lambda w: referrals.sign_referral(w, CASE, one, numbered(told["escalation"])), told["escalation"]["signed_on"])
    published = told["results_publication"]["published_on"]
    evening.did("van-phong", lambda w: publishing.publish(w, CASE, "web", published, "", []), published)
    notice = told["conclusion_notice"]
    evening.issue(notice["signed_on"])
    evening.sent("2027-01-28")
    evening.did("van-phong", lambda w: distribution.complete(w, CASE))
    task = told["task_document"]
    letter = evening.did("van-phong", lambda w: letters.draft_tasking(w, CASE), task["signed_on"])
    evening.did("chu-tich", lambda w: letters.sign_tasking(w, CASE, letter, numbered(task)))
    sent = evening.look(
        lambda w: [(row["number"], row["date"]) for kind in ("referral", "tasking_letter") for row in register.papers_of(w, CASE, kind)]
    )
    assert sent == [(one["number"], one["signed_on"].isoformat()) for one in (told["escalation"], task)]
    due = evening.due("conclusion")
    assert (due["met_on"] <= due["due"]) == notice["expected_on_time"] and evening.stage == "carried_out"
    for agency in told["agency_reports"]:
        if agency["to_chair_on"]:
            ids = evening.report_ids(*agency["covers"], body=agency["agency"])
            on = agency["to_petitioner_on"]
            evening.did(
                "van-phong", partial(reports.report, id=CASE, ids=ids, to_chair_on=on, to_petitioner_on=on, text="Đã tiếp nhận", files=[]), on
            )
    evening.ward.at("2027-08-13")
    assert evening.did("system", tasks.draft_urges) > 0
    for item in evening.look(lambda w: items_of(w, CASE)):
        evening.did("van-phong", partial(tasks.close_item, id=item["id"], on=date(2027, 8, 13), result="Xong", files=[]))
        assert evening.look(partial(task_view, id=item["id"]))[0] == "conclusions/task.html"
    assert not evening.look(lambda w: open_items(w, CASE))
    assert evening.look(lambda w: published_case(w, CASE))["counts"]["done"] == len(evening.ward.example["conclusions"])


def numbered(paper: dict[str, Any]) -> int:
    """The number of a paper of the example: 31 of 31/UBND-VP."""
    return int(str(paper["number"]).partition("/")[0])
