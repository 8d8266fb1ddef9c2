"""The ward with an approved plan, a mail server, and helpers to invite on a day."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from moderation.case.stages import Stage
from server.conferences.plan import set_notice_deadlines
from server.organisation.tables import body
from tests.notifications.conftest import FROM, Postbox, postbox
from tests.office.ward import CASE, Ward, open_ward

__all__ = ["postbox"]


@pytest.fixture
async def ward(tmp_path: Path, postbox: Postbox) -> AsyncIterator[Ward]:
    async with open_ward(tmp_path, stage=Stage.APPROVED, mail_url=postbox.url, mail_from=FROM) as opened:
        with opened.work() as w:
            w.act = "draft_case"
            set_notice_deadlines(w, CASE)
            for id in ("mttq", "kthtdt", "vp"):
                w.change(body, id, email=f"{id}@bensong.example")
        yield opened
