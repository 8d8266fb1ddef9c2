"""The pages of the history: chosen by kind and act, of a case and of the house."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.conferences.tables import conference, venue
from server.office import history
from server.office.work import HOUSE
from tests.office.ward import CASE, Ward

TAB = f"/van-phong/hoi-nghi/{CASE}/lich-su"


async def test_D4_1_the_history_of_a_case_is_chosen_by_kind_and_act(ward: Ward) -> None:
    with ward.work("van-phong") as w:
        w.act = "choose_form"
        w.change(conference, CASE, place="Nhà văn hóa tổ 4")
    async with ward.browser("van-phong") as browser:
        whole = (await browser.get(TAB)).text
        changed = (await browser.get(f"{TAB}?viec=choose_form")).text
        venues = (await browser.get(f"{TAB}?loai=venue")).text
        nothing = (await browser.get(f"{TAB}?loai=venue&viec=choose_form")).text
    assert "Nhà văn hóa tổ 4" in whole and "Nhà văn hóa tổ 4" in changed and "DC-01" not in changed
    assert "DC-01" in venues and "Nhà văn hóa tổ 4" not in venues
    assert "DC-01" not in nothing


async def test_the_history_of_the_house_is_for_administrators(ward: Ward) -> None:
    async with ward.browser("admin") as admin, ward.browser("van-phong") as office:
        shown = await admin.get("/van-phong/lich-su?loai=office")
        assert shown.status_code == 200 and "Chủ tịch UBND phường Bến Sông" in shown.text
        assert (await office.get("/van-phong/lich-su")).status_code == 403


async def test_paging_gives_every_entry_once_whatever_is_asked(ward: Ward) -> None:
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from([None, venue.name, conference.name, "'; --"]), st.sampled_from([CASE, HOUSE]))
    def pages(kind: str | None, chain: str) -> None:
        with ward.work() as w:
            seen, last = [], history.read(w, chain, 1, kind=kind)[1]
            for at in range(1, last + 1):
                seen += [entry.seq for entry in history.read(w, chain, at, kind=kind)[0]]
        assert seen == sorted(set(seen), reverse=True) and bool(seen) == (
            kind != "'; --" and (kind, chain) not in ((venue.name, HOUSE), (conference.name, HOUSE))
        )

    pages()
