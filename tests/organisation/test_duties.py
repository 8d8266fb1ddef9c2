"""Who works as what: giving and ending duties, and keeping bodies, offices and profiles."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from moderation import Refusal
from moderation.case.organisation import System
from moderation.case.rights import Duty
from server.accounts.staff import Account, create_account
from server.office.staff import staff_of
from server.office.work import Work
from server.organisation.duties import end_duty, give_duty, holders
from server.organisation.keeping import add_body, add_office, change_body, change_profile, end_office
from server.organisation.queries import bodies, chairs, offices, profiles
from tests.organisation.house import CLERK, House

SINCE, LATER = date(2026, 1, 1), date(2026, 6, 1)


def person(w: Work, login: str = "binh") -> str:
    return create_account(w.db, login, "Trần Văn Bình", w.now)


def test_a_duty_holds_from_its_first_day_to_its_last(house: House) -> None:
    with house() as w:
        id = give_duty(w, who := person(w), Duty.ADVISING, "vpubndtp", SINCE)
        end_duty(w, id, LATER)
        account = Account(who, "binh", "Trần Văn Bình", False)
        held = [staff_of(w.db, account, day).has(Duty.ADVISING) for day in (SINCE - timedelta(days=1), SINCE, LATER, LATER + timedelta(days=1))]
        assert held == [False, True, True, False]
        assert [(one.name, one.role) for one in holders(w.db, LATER, "tp")] == [("Trần Văn Bình", "advising")]
        assert holders(w.db, LATER + timedelta(days=1)) == []


def test_d2_1b_a_chairs_duty_names_the_office_and_knows_a_deputy(house: House) -> None:
    with house() as w:
        give_duty(w, who := person(w), Duty.CHAIR, "vpubndtp", SINCE, "pct-ubndtp")
        (post,) = staff_of(w.db, Account(who, "binh", "", False), SINCE).posts
        assert (post.body, post.office, post.deputy) == ("ubndtp", "pct-ubndtp", True)


@pytest.mark.parametrize(
    ("role", "office", "code"),
    [(Duty.CHAIR, None, "office_missing"), (Duty.CHAIR, "no-office", "not_found"), (Duty.AGENCY, "ct-ubndtp", "office_elsewhere")],
)
def test_a_duty_without_its_office_is_refused(house: House, role: Duty, office: str | None, code: str) -> None:
    with house() as w:
        with pytest.raises(Refusal) as refused:
            give_duty(w, person(w), role, "vpubndtp", SINCE, office)
        assert refused.value.code == code and holders(w.db, SINCE) == []


def test_d1_3_nobody_becomes_chair_by_an_office_that_may_not_preside(house: House) -> None:
    with house() as w:
        head = add_office(w, "vpubndtp", "Chánh Văn phòng UBND thành phố", SINCE)
        with pytest.raises(Refusal, match="not_a_chair"):
            give_duty(w, person(w), Duty.CHAIR, "vpubndtp", SINCE, head)


def test_the_same_duty_is_not_given_twice_and_only_by_an_administrator(house: House) -> None:
    with house() as w:
        who = person(w)
        id = give_duty(w, who, Duty.INTAKE, "vpubndtp", SINCE)
        with pytest.raises(Refusal, match="duty_known"):
            give_duty(w, who, Duty.INTAKE, "vpubndtp", LATER)
        end_duty(w, id, LATER)
        give_duty(w, who, Duty.INTAKE, "vpubndtp", LATER + timedelta(days=1))
        with pytest.raises(Refusal, match="account_unknown"):
            give_duty(w, "nobody", Duty.INTAKE, "vpubndtp", SINCE)
        with pytest.raises(Refusal, match="dates_turned"):
            give_duty(w, who, Duty.AGENCY, "vpubndtp", LATER, until=SINCE)
        with pytest.raises(Refusal, match="dates_turned"):
            end_duty(w, id, SINCE - timedelta(days=2))
    for change in (lambda w: give_duty(w, who, Duty.ADMIN, "vpubndtp", SINCE), lambda w: end_duty(w, id, LATER)):
        with pytest.raises(Refusal, match="not_allowed"), house(CLERK) as w:
            change(w)


def test_the_last_administrator_stays(house: House) -> None:
    with house() as w:
        first = give_duty(w, person(w), Duty.ADMIN, "vpubndtp", SINCE)
        with pytest.raises(Refusal, match="last_admin"):
            end_duty(w, first, LATER)
        give_duty(w, person(w, "lan"), Duty.ADMIN, "vpubndtp", SINCE)
        end_duty(w, first, LATER)


def test_a_body_that_ends_stays_for_the_dossiers_of_its_time(house: House) -> None:
    with house() as w:
        id = add_body(w, "tp", System.STATE, "Sở Giao thông vận tải", "Sở GTVT", SINCE, symbol="SGTVT")
        head = add_office(w, id, "Giám đốc Sở Giao thông vận tải", SINCE)
        change_body(w, id, valid_to=LATER.isoformat())
        end_office(w, head, LATER)
        there = [id in {one.id for one in bodies(w.db, "tp", day)} for day in (SINCE, LATER, LATER + timedelta(days=1))]
        assert there == [True, True, False] and id in {one.id for one in bodies(w.db, "tp")}
        assert head in {one.id for one in offices(w.db, "tp", LATER)} and head not in {
            one.id for one in offices(w.db, "tp", LATER + timedelta(days=1))
        }
        with pytest.raises(Refusal, match="dates_turned"):
            change_body(w, id, valid_to="2025-01-01")
        with pytest.raises(Refusal, match="office_elsewhere"):
            add_office(w, id, "Phó Chủ tịch UBND thành phố", SINCE, deputy_of="ct-ubndtp")


def test_an_office_that_has_ended_presides_no_more(house: House) -> None:
    with house() as w:
        end_office(w, "pct-ubndtp", LATER)
        assert "pct-ubndtp" in {one.id for one in chairs(w.db, "tp", LATER)}
        assert "pct-ubndtp" not in {one.id for one in chairs(w.db, "tp", LATER + timedelta(days=1))}


def test_d0_3_a_counting_question_is_answered_otherwise_and_a_profile_ends(house: House) -> None:
    with house() as w:
        change_profile(w, "QD-1155-QD-TU", {"notice_reading": "B"}, valid_to=LATER)
        found = profiles(w.db)[0]
        assert (found.counting.notice_reading, found.counting.notice_days) == ("B", 7)
        assert found.holds(LATER) and not found.holds(LATER + timedelta(days=1))
        with pytest.raises(Refusal, match="profile_unfit"):
            change_profile(w, "QD-1155-QD-TU", {"notice_days": 0})
    with pytest.raises(Refusal, match="not_allowed"), house(CLERK) as w:
        change_profile(w, "QD-1155-QD-TU", {"notice_days": 5})
