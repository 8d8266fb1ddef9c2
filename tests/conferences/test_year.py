"""The yearly programme (Art. 5.2a, 13.1) through its page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.accounts.keys import new_id
from server.conferences.year import duties
from tests.office.ward import Ward, open_ward

HOME = "/van-phong/chuong-trinh-nam"


@pytest.fixture
async def ward(tmp_path: Path) -> AsyncIterator[Ward]:
    async with open_ward(tmp_path) as opened:
        yield opened


async def test_D13_1_the_office_plans_and_the_chair_approves(ward: Ward) -> None:
    entry = {"year": "2028", "office": "ct-ubnd", "regime": "periodic", "month": "3", "topic": "Hạ tầng"}
    async with ward.browser("van-phong") as browser:
        assert (await browser.post(HOME, data={**entry, "once": new_id()})).status_code == 303
        assert (await browser.post(f"{HOME}/duyet", data={"unit": "p-bensong", "year": "2028", "once": new_id()})).status_code == 403, (
            "not the office itself"
        )
        wrong = await browser.post(HOME, data={**entry, "month": "13", "once": new_id()})
        assert wrong.status_code == 422 and "không hợp lệ" in wrong.text and "Hạ tầng" in wrong.text
    async with ward.browser("chu-tich") as browser:
        assert (await browser.post(f"{HOME}/duyet", data={"unit": "p-bensong", "year": "2028", "once": new_id()})).status_code == 303
        page = (await browser.get(f"{HOME}?nam=2028")).text
    assert "Tháng 3" in page and "Đã duyệt" in page


async def test_D5_2a_a_chair_without_a_dialogue_is_red_from_november(ward: Ward) -> None:
    ward.at("2027-10-31")
    with ward.work("van-phong") as w:
        assert {duty.office: duty.warning for duty in duties(w, 2027)}["ct-ubnd"] == ""
    ward.at("2027-11-01")
    async with ward.browser("van-phong") as browser:
        page = (await browser.get(f"{HOME}?nam=2027")).text
    assert page.count('data-warning="none_held"') == 2, "the chairman's and the Party secretary's duty are each their own"
