"""Dates, times and offices as Nghị định 30/2020/NĐ-CP wants them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from moderation.plan import Plan
from server.papers.paper import visible
from server.papers.words import clock, day, day_of, issuer, lasting, office, place_name, sentence, short, since, stamp, symbol

OPENED = 1_799_908_200_000


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (date(2027, 1, 14), "ngày 14 tháng 01 năm 2027"),
        (date(2027, 2, 5), "ngày 05 tháng 02 năm 2027"),
        (date(2027, 3, 9), "ngày 09 tháng 3 năm 2027"),
        (date(2026, 12, 31), "ngày 31 tháng 12 năm 2026"),
    ],
)
def test_small_days_and_the_first_two_months_have_a_zero(when: date, said: str) -> None:
    assert day_of(when) == said


def test_times_are_those_of_vietnam() -> None:
    assert clock(OPENED) == "13 giờ 30 phút"
    assert stamp(OPENED, OPENED + 155_000) == "13:30:00–13:32:35"
    late = int(datetime(2026, 12, 31, 17, 30, tzinfo=UTC).timestamp()) * 1000
    assert (day(late), clock(late)) == ("ngày 01 tháng 01 năm 2027", "00 giờ 30 phút")


@pytest.mark.parametrize(("ms", "said"), [(155_000, "2 phút 35 giây"), (60_000, "1 phút"), (9_400, "9 giây"), (0, "0 giây"), (59_600, "1 phút")])
def test_lengths_are_said_in_minutes_and_seconds(ms: int, said: str) -> None:
    assert lasting(ms) == said


def test_a_place_in_the_recording_counts_from_the_opening() -> None:
    assert since(3_865_000) == "1:04:25"


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Chủ tịch UBND phường Bến Sông", "CHỦ TỊCH"),
        ("Phó Chủ tịch Ủy ban nhân dân xã Đông", "PHÓ CHỦ TỊCH"),
        ("Bí thư Đảng ủy phường Bến Sông", "BÍ THƯ"),
        ("Chánh Văn phòng HĐND và UBND phường", "CHÁNH VĂN PHÒNG"),
        ("Chủ tịch", "CHỦ TỊCH"),
    ],
)
def test_the_office_over_a_signature_is_the_office_alone(title: str, said: str) -> None:
    assert office(title) == said


def test_the_issuing_body_breaks_before_the_name_of_the_unit() -> None:
    assert issuer(Plan("x", unit="phường Bến Sông", chair_body="Ủy ban nhân dân phường Bến Sông")) == ("ỦY BAN NHÂN DÂN", "PHƯỜNG BẾN SÔNG")
    assert issuer(Plan("x", unit="phường Bến Sông")) == ("PHƯỜNG BẾN SÔNG",)
    assert issuer(Plan("x")) == ("……",)


def test_number_and_place_come_from_the_plan_or_are_left_open() -> None:
    plan = Plan("x", unit="phường Bến Sông", notice_number="12/TB-UBND")
    assert (symbol(plan), place_name(plan)) == ("UBND", "Bến Sông")
    assert (symbol(Plan("x")), place_name(Plan("x"))) == ("……", "……")


def test_a_sentence_ends_once() -> None:
    assert [sentence(words) for words in ("Xong", "Xong.", "Xong? ", "")] == ["Xong.", "Xong.", "Xong?", ""]


def test_a_date_in_a_cell_is_short() -> None:
    assert short("2027-01-20") == "20/01/2027"


def test_steering_characters_are_written_out() -> None:
    assert visible("a\u202eb\u200bc\ud800\ufffe\x00") == "a[U+202E]b[U+200B]c[U+D800][U+FFFE][U+0000]"
    assert visible("Nước\nngập\t“ngõ 12” – <b>đ</b>") == "Nước\nngập\t“ngõ 12” – <b>đ</b>"


def test_a_party_committee_stands_under_the_organisation_of_its_city() -> None:
    """Hướng dẫn 05-HD/VPTW: ĐẢNG BỘ … over the committee's name, in minutes and notice of the room alike; State papers have no such line."""
    from dataclasses import replace

    from server.db.verify import Head
    from server.papers.minutes import minutes
    from server.papers.notice import notice
    from tests.papers.meeting import PLAN, Meeting

    city = replace(PLAN.bodies[3], name="Ủy ban nhân dân thành phố Hải Phòng")
    party = replace(PLAN, chair_body="Đảng ủy phường Sông Thử", bodies=(*PLAN.bodies[:3], city))
    for plan, over in ((party, "ĐẢNG BỘ THÀNH PHỐ HẢI PHÒNG"), (replace(party, bodies=()), ""), (PLAN, "")):
        c = Meeting(plan).state
        assert [make(c, Head(1, bytes(32))).header.superior for make in (minutes, notice)] == [over, over]
