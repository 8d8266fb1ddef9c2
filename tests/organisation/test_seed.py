"""The organisation of Hải Phòng before and since 01/07/2025, from its rows (D1.3, D2.1a, D2.1b, D7)."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from moderation import Refusal
from moderation.case.advising import ARTICLE_7
from moderation.case.profiles import PROFILES
from server.accounts.staff import create_account
from server.office.tables import history
from server.organisation.duties import holders
from server.organisation.keeping import add_office
from server.organisation.queries import advising_of, advising_rules, bodies, chairs, levels, offices, profiles, units
from server.organisation.seed import add_unit, found, kinds, seed
from server.organisation.tables import body, unit
from tests.organisation.house import CLERK, House

BEFORE, AFTER = date(2024, 3, 15), date(2026, 3, 15)


def test_d7_a_districts_secretary_of_2024_is_advised_by_its_office_and_is_gone_in_2026(house: House) -> None:
    with house() as w:
        district = add_unit(w, "quan", "Hồng Bàng", "tp")
        secretary = next(one for one in offices(w.db, district) if one.title == "Bí thư Quận ủy Hồng Bàng")
        found, advises = advising_of(w.db, secretary.id, BEFORE)
        assert (found.case, found.name, found.needs_assignment) == ("7.3", "Văn phòng quận ủy", False)
        assert advises is not None and advises.name == "Văn phòng Quận ủy Hồng Bàng"
        with pytest.raises(Refusal) as refused:
            advising_of(w.db, secretary.id, AFTER)
        assert refused.value.code == "office_not_available"
        assert chairs(w.db, district, AFTER) == ()


def test_d7_a_ward_of_today_is_suggested_its_office_and_asked_for_the_assignment(house: House) -> None:
    with house() as w:
        ward = add_unit(w, "phuong", "An Phong", "tp")
        party, state = (one for one in chairs(w.db, ward, AFTER) if not one.deputy)
        assert [advising_of(w.db, one.id, AFTER)[0].needs_assignment for one in (party, state)] == [True, True]
        suggested = [advising_of(w.db, one.id, AFTER)[1] for one in (party, state)]
        assert [one and one.short for one in suggested] == ["Văn phòng Đảng ủy phường", "Văn phòng HĐND và UBND phường"]


def test_d2_1a_d2_1b_the_citys_chairs_are_there_with_their_deputies(house: House) -> None:
    with house() as w:
        titles = [one.title for one in chairs(w.db, "tp", AFTER)]
        found = [advising_of(w.db, one.id, AFTER) for one in chairs(w.db, "tp", AFTER)]
    assert titles == [
        "Bí thư Thành ủy Hải Phòng",
        "Chủ tịch UBND thành phố Hải Phòng",
        "Phó Bí thư Thành ủy Hải Phòng",
        "Phó Chủ tịch UBND thành phố Hải Phòng",
    ]
    assert [one and one.id for _, one in found] == ["vptu", "vpubndtp", "vptu", "vpubndtp"]


def test_d1_3_the_peoples_council_is_not_among_the_chairs(house: House) -> None:
    with house() as w:
        w.act = "keep_organisation"
        w.add(body, id="hdnd", unit="tp", system="nha_nuoc", name="Hội đồng nhân dân thành phố", short="HĐND thành phố", valid_from="2023-10-20")
        council = add_office(w, "hdnd", "Chủ tịch HĐND thành phố", BEFORE)
        assert council not in {one.id for one in chairs(w.db, "tp", AFTER)}
        with pytest.raises(Refusal) as refused:
            advising_of(w.db, council, AFTER)
        assert refused.value.code == "not_a_chair"


def test_there_were_three_levels_and_are_two(house: House) -> None:
    with house() as w:
        assert [one.id for one in levels(w.db, date(2025, 6, 30))] == ["thanh_pho", "quan_huyen", "xa_phuong_thi_tran"]
        assert [one.id for one in levels(w.db, date(2025, 7, 1))] == ["thanh_pho", "xa_phuong_dackhu"]


def test_the_mass_mobilisation_board_has_its_new_name_since_the_merger(house: House) -> None:
    with house() as w:
        names = [{one.short for one in bodies(w.db, "tp", on) if one.part == "mass_mobilisation"} for on in (BEFORE, AFTER)]
    assert names == [{"Ban Dân vận Thành ủy"}, {"Ban Tuyên giáo và Dân vận Thành ủy"}]


@pytest.mark.parametrize("kind", kinds())
def test_every_kind_of_unit_has_both_chairs_with_deputies_the_front_and_names_without_gaps(house: House, kind: str) -> None:
    with house() as w:
        id = add_unit(w, kind, "Hoa Sen", "tp")
        made = next(one for one in units(w.db) if one.id == id)
        found = chairs(w.db, id, made.valid_from)
        assert sorted((one.presiding, one.deputy) for one in found if one.presiding) == [
            ("bi_thu", False), ("bi_thu", True), ("chu_tich_ubnd", False), ("chu_tich_ubnd", True)
        ]  # fmt: skip
        there = bodies(w.db, id)
        assert "supervisor" in {one.part for one in there}
        assert not any("{" in one.name or not one.name.endswith("Hoa Sen") for one in there)
        assert all(advising_of(w.db, one.id, made.valid_from)[0] for one in found)


def test_a_unit_is_entered_by_an_administrator_once(house: House) -> None:
    with pytest.raises(Refusal, match="not_allowed"), house(CLERK) as w:
        add_unit(w, "xa", "Vĩnh Bảo", "tp")
    with house() as w:
        add_unit(w, "xa", "Vĩnh Bảo", "tp")
        for kind, place, parent, code in (
            ("xa", "Vĩnh Bảo", "tp", "unit_known"),
            ("tinh", "X", "tp", "not_found"),
            ("xa", "Y", "nowhere", "not_found"),
        ):
            with pytest.raises(Refusal) as refused:
                add_unit(w, kind, place, parent)
            assert refused.value.code == code
        with pytest.raises(Refusal, match="dates_turned"):
            add_unit(w, "quan", "Mới", "tp", since=AFTER)


def test_seeding_again_changes_nothing_also_not_what_an_administrator_changed(house: House) -> None:
    with house() as w:
        w.act = "keep_organisation"
        w.change(unit, "tp", place="Thành phố Hải Phòng")
        before = w.db.scalar(select(func.count()).select_from(history))
        seed(w)
        assert w.db.scalar(select(func.count()).select_from(history)) == before
        assert w.row(unit, "tp")["place"] == "Thành phố Hải Phòng"


def test_a_new_house_has_an_administrator(house: House) -> None:
    with house() as w:
        found(w, create_account(w.db, "admin", "Quản trị", w.now))
        assert [(one.login, one.role, one.body) for one in holders(w.db, w.today)] == [("admin", "admin", "vpubndtp")]


def test_d0_3_rules_and_profiles_come_back_from_their_rows_as_they_are(house: House) -> None:
    with house() as w:
        assert advising_rules(w.db) == ARTICLE_7
        assert profiles(w.db) == PROFILES


@pytest.mark.parametrize(("template", "kind", "name"), [("phuong_cua_quan", "phuong", "phường Cát Bi"), ("xa_cua_huyen", "xa", "xã Cát Bi")])
def test_d7_a_ward_of_a_district_ended_with_it_and_its_advising_unit_is_assigned(house: House, template: str, kind: str, name: str) -> None:
    with house() as w:
        above = add_unit(w, "quan" if kind == "phuong" else "huyen", "Hải An", "tp")
        id = add_unit(w, template, "Cát Bi", above)
        made = next(one for one in units(w.db) if one.id == id)
        assert (made.kind, made.name, made.level, made.parent, made.valid_to) == (kind, name, "xa_phuong_thi_tran", above, date(2025, 6, 30))
        assert advising_of(w.db, chairs(w.db, id, BEFORE)[0].id, BEFORE)[0].needs_assignment
        assert chairs(w.db, id, AFTER) == ()
