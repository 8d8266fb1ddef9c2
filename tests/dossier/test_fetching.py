"""Who may fetch what lies in a dossier: the office, not every login that sees the case."""

from __future__ import annotations

import re

from tests.dossier.conftest import fill
from tests.office.ward import CASE, Ward

TAB = f"/van-phong/hoi-nghi/{CASE}/ho-so"


async def test_D15_2_pieces_of_the_dossier_are_fetched_by_the_office_alone(ward: Ward) -> None:
    fill(ward)
    pattern = rf"{TAB}/tep/[0-9a-f]{{64}}"
    async with ward.browser("van-phong") as browser:
        address = re.findall(pattern, (await browser.get(TAB)).text)[0]
    for login, status in (
        ("van-phong", 200),
        ("chu-tich", 200),
        ("thu-ky", 200),
        ("tong-hop", 200),
        ("kthtdt", 403),
        ("mttq", 403),
        ("dan-van", 403),
    ):
        async with ward.browser(login) as browser:
            assert (await browser.get(address)).status_code == status, login
            assert bool(re.findall(pattern, (await browser.get(TAB)).text)) == (status == 200), login
