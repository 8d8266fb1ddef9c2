"""Article 7 and who may preside, before and after 01/07/2025 (D1.3, D2.1a, D2.1b, D7)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.case.advising import ARTICLE_7, LAST_OF_THREE, TWO_LEVELS, Advising, advising_unit, assignment_lacks
from moderation.case.organisation import Body, Office, Presiding, System, Unit, presiding_offices
from moderation.kernel import Refusal

BEFORE, AFTER = date(2024, 3, 15), date(2026, 3, 15)


def office(title: str, kind: str, system: System = System.STATE, since: date = date(2003, 1, 1), until: date | None = None) -> Office:
    unit = Unit("u", "l", None, kind, "đơn vị", "Đơn vị", valid_from=since, valid_to=until)
    return Office("o", Body("b", unit, system, "cơ quan", "cơ quan", valid_from=since, valid_to=until), title, valid_from=since, valid_to=until)


@pytest.mark.parametrize(
    ("case", "title", "kind", "system", "unit"),
    [
        ("7.1", "Bí thư Thành ủy", "thanh_pho", System.PARTY, "Văn phòng Thành ủy"),
        ("7.2", "Chủ tịch UBND thành phố", "thanh_pho", System.STATE, "Văn phòng UBND thành phố"),
        ("7.3", "Bí thư Quận ủy", "quan", System.PARTY, "Văn phòng quận ủy"),
        ("7.3", "Bí thư Huyện ủy", "huyen", System.PARTY, "Văn phòng huyện ủy"),
        ("7.4", "Chủ tịch UBND quận", "quan", System.STATE, "Văn phòng HĐND và UBND quận"),
        ("7.4", "Chủ tịch Ủy ban nhân dân huyện", "huyen", System.STATE, "Văn phòng HĐND và UBND huyện"),
        ("7.5", "Bí thư Đảng ủy phường", "phuong", System.PARTY, "Văn phòng Đảng ủy"),
        ("7.5", "Chủ tịch UBND xã", "xa", System.STATE, "Văn phòng HĐND và UBND"),
        ("7.5", "Chủ tịch UBND thị trấn", "thi_tran", System.STATE, "Văn phòng HĐND và UBND"),
    ],
)
def test_d7_the_five_cases_name_the_unit(case: str, title: str, kind: str, system: System, unit: str) -> None:
    assert advising_unit(ARTICLE_7, office(title, kind, system), BEFORE) == Advising(case, unit, needs_assignment=case == "7.5")


@pytest.mark.parametrize(("title", "kind", "system"), [("Bí thư Quận ủy", "quan", System.PARTY), ("Chủ tịch UBND huyện", "huyen", System.STATE)])
def test_d7_offices_of_districts_end_with_30_06_2025(title: str, kind: str, system: System) -> None:
    chair = office(title, kind, system)
    assert advising_unit(ARTICLE_7, chair, LAST_OF_THREE).case in ("7.3", "7.4")
    for day in (TWO_LEVELS, AFTER):
        with pytest.raises(Refusal) as refused:
            advising_unit(ARTICLE_7, chair, day)
        assert refused.value.code == "office_not_available"


def test_d7_special_zones_begin_where_townships_end() -> None:
    zone = office("Chủ tịch UBND đặc khu", "dac_khu", since=TWO_LEVELS)
    assert advising_unit(ARTICLE_7, zone, TWO_LEVELS).needs_assignment
    with pytest.raises(Refusal):
        advising_unit(ARTICLE_7, zone, LAST_OF_THREE)
    with pytest.raises(Refusal):
        advising_unit(ARTICLE_7, office("Chủ tịch UBND thị trấn", "thi_tran"), TWO_LEVELS)


def test_d7_an_office_that_was_closed_is_not_available_though_its_kind_goes_on() -> None:
    closed = office("Chủ tịch UBND phường An Dương Cũ", "phuong", until=LAST_OF_THREE)
    assert advising_unit(ARTICLE_7, closed, BEFORE).case == "7.5"
    with pytest.raises(Refusal) as refused:
        advising_unit(ARTICLE_7, closed, AFTER)
    assert refused.value.details == {"office": "Chủ tịch UBND phường An Dương Cũ", "date": "15/03/2026"}


def test_d7_a_commune_must_pick_the_unit_and_record_the_assignment() -> None:
    commune = advising_unit(ARTICLE_7, office("Chủ tịch UBND phường Bến Sông", "phuong"), AFTER)
    assert assignment_lacks(commune, None, " ", None) == ("advising_body", "assignment", "assignment_date")
    assert assignment_lacks(commune, "vp", "412/UBND-VP", None) == ("assignment_date",)
    assert assignment_lacks(commune, "vp", "412/UBND-VP", date(2026, 12, 10)) == ()
    city = advising_unit(ARTICLE_7, office("Chủ tịch UBND thành phố", "thanh_pho"), AFTER)
    assert assignment_lacks(city, "vp", "", None) == () and assignment_lacks(city, None, "", None) == ("advising_body",)


def test_d1_3_the_head_of_a_peoples_council_is_no_chair() -> None:
    council = office("Chủ tịch HĐND phường Bến Sông", "phuong")
    assert council.presiding is None
    with pytest.raises(Refusal) as refused:
        advising_unit(ARTICLE_7, council, AFTER)
    assert refused.value.code == "not_a_chair"
    both = office("Bí thư Đảng ủy, Chủ tịch HĐND phường", "phuong", System.PARTY)
    assert both.presiding is Presiding.SECRETARY
    assert presiding_offices((council, both, office("Trưởng phòng", "phuong")), AFTER) == (both,)


@pytest.mark.parametrize(
    ("title", "system", "presiding"),
    [
        pytest.param("Phó Bí thư Thành ủy", System.PARTY, Presiding.SECRETARY, id="D2.1a"),
        pytest.param("Phó Chủ tịch UBND thành phố", System.STATE, Presiding.CHAIRMAN, id="D2.1b"),
    ],
)
def test_d2_1a_d2_1b_a_deputy_presides_by_written_assignment_alone(title: str, system: System, presiding: Presiding) -> None:
    deputy = office(title, "thanh_pho", system)
    assert deputy.deputy and deputy.presiding is presiding
    assert (
        advising_unit(ARTICLE_7, deputy, AFTER).name == advising_unit(ARTICLE_7, office(title.removeprefix("Phó "), "thanh_pho", system), AFTER).name
    )


@given(st.sampled_from(sorted({rule.unit_kind for rule in ARTICLE_7})), st.sampled_from(Presiding), st.dates(date(2023, 10, 20), date(2030, 1, 1)))
def test_d7_at_most_one_rule_answers_for_any_office_on_any_day(kind: str, presiding: Presiding, day: date) -> None:
    found = [rule for rule in ARTICLE_7 if rule.unit_kind == kind and rule.presiding is presiding and rule.holds(day)]
    abolished = kind in ("quan", "huyen", "thi_tran") and day > LAST_OF_THREE
    not_yet = kind == "dac_khu" and day < TWO_LEVELS
    assert len(found) == (0 if abolished or not_yet else 1)
