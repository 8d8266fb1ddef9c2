"""The pages of the history: chosen by kind and act, of a case and of the house."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from server.conferences.tables import conference, venue
from server.office import history
from server.office.readable import Words
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


async def test_the_history_says_names_and_days_not_ids_and_numbers(ward: Ward) -> None:
    with ward.work("van-phong") as w:
        w.act = "draft_case"
        w.change(
            conference, CASE, date="2027-01-21", advising_body="kthtdt", approved_at=w.now, approved_by=w.by.account, skipped=["a", "2027-02-03"]
        )
        w.change(venue, w.db.scalar(select(venue.c.id).where(venue.c.code == "DC-01")) or "", tested_on="2027-01-12")
    async with ward.browser("van-phong") as browser:
        page = (await browser.get(f"{TAB}?viec=draft_case")).text
    for said in (
        "21/01/2027",
        "Phòng Kinh tế, Hạ tầng và Đô thị",
        "08:0",
        "15/12/2026",
        "Chánh Văn phòng HĐND và UBND phường",
        "a, 03/02/2027",
        "12/01/2027",
    ):
        assert said in page, said
    for raw in ("2027-01-21", ">kthtdt<", "2027-01-12"):
        assert raw not in page, raw


@given(
    st.one_of(st.text(max_size=40), st.just("created")),
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=20)),
        lambda x: st.one_of(st.lists(x, max_size=3), st.dictionaries(st.text(max_size=5), x, max_size=3)),
        max_leaves=6,
    ),
)
def test_whatever_stands_in_the_history_can_be_said(column: str, value: object) -> None:
    said = Words({}, "vi")("conference", column, value)
    assert said is None if value is None else isinstance(said, str)


async def test_whoever_has_no_account_is_named_in_words(ward: Ward) -> None:
    with ward.work("") as w:
        w.act = "send_petition"
        w.change(conference, CASE, place="Nơi khác")
    with ward.work() as w:
        w.act = "draft_case"
        w.change(conference, CASE, place="Nơi thứ ba")
    async with ward.browser("van-phong") as browser:
        page = (await browser.get(TAB)).text
    assert "<bdi>Người dân</bdi>" in page and "<bdi>Hệ thống</bdi>" in page and "<bdi>public</bdi>" not in page
