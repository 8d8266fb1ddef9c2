"""Legal profiles: which are in force, and their settings (D0.3, D1.1)."""

from __future__ import annotations

import json
from datetime import date

import pytest

from moderation.case.profiles import LAW_72, PROFILES, QD_1155, Counting, Reading, counting_of, plain, profiles_on
from moderation.kernel import Refusal


def test_d0_3_a_profile_is_offered_from_its_first_day_to_its_last() -> None:
    assert profiles_on(date(2023, 10, 19)) == ()
    assert profiles_on(date(2023, 10, 20)) == (QD_1155,)
    assert profiles_on(date(2025, 6, 30)) == (QD_1155,)
    assert profiles_on(date(2025, 7, 1)) == (QD_1155, LAW_72)


def test_d0_3_the_law_on_communes_binds_communes_alone() -> None:
    assert profiles_on(date(2027, 1, 14), "thanh_pho") == (QD_1155,)
    assert profiles_on(date(2027, 1, 14), "xa_phuong_dackhu") == PROFILES


def test_d1_1_every_profile_has_the_title_that_papers_cite() -> None:
    assert QD_1155.title.startswith("Quy chế kèm theo Quyết định số 1155-QĐ/TU, ngày 20/10/2023")
    assert LAW_72.title == "Luật Tổ chức chính quyền địa phương số 72/2025/QH15, ngày 16/6/2025"


def test_the_defaults_are_the_recommended_answers() -> None:
    found = QD_1155.counting
    assert (found.notice_days, found.conclusion_days, found.extended_days, found.agency_report_days) == (7, 10, 15, 7)
    assert (found.base, found.notice_reading, found.make_up_counts, found.before_is_strict) == ("working", "A", True, True)
    assert (found.due_time.isoformat(), found.warn_from.isoformat()) == ("23:59:59", "16:30:00")
    assert (LAW_72.counting.base, LAW_72.counting.notice_days, LAW_72.counting.publication_days, LAW_72.counting.roll_forward) == (
        "calendar",
        7,
        10,
        True,
    )


@pytest.mark.parametrize("profile", PROFILES)
def test_settings_survive_their_way_through_json(profile: object) -> None:
    counting = profile.counting  # type: ignore[attr-defined]
    assert counting_of(json.loads(json.dumps(plain(counting)))) == counting


def test_a_setting_is_answered_otherwise_without_touching_the_rest() -> None:
    strict = QD_1155.with_settings(notice_reading="B", warn_from="15:00")
    assert strict.counting.notice_reading is Reading.WHOLE_DAYS and strict.counting.warn_from.hour == 15
    assert strict.with_settings(notice_reading="A", warn_from="16:30") == QD_1155


@pytest.mark.parametrize(
    "settings",
    [
        {"notice_days": 0},
        {"notice_days": "seven"},
        {"conclusion_days": 367},
        {"notice_reading": "C"},
        {"due_time": "25:00"},
        {"year_before": [2, 30]},
        {"year_before": 7},
        {"agency_report_from": "signing"},
        {"surprise": 1},
    ],
)
def test_settings_that_mean_nothing_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(Refusal) as refused:
        counting_of({**plain(Counting()), **settings})
    assert refused.value.code == "profile_unfit"
