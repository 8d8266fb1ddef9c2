"""After the conference: who gets the notice, when it is late, how an agency's two reports are judged (Art. 10, 11.3)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from moderation import Refusal
from moderation.case.following import (
    ITEM_FOLLOWS,
    NOTICE_FOLLOWS,
    Fault,
    Ground,
    Group,
    Item,
    ItemState,
    NoticeState,
    Recipient,
    begins,
    distributed_on,
    extend,
    grounds,
    item_step,
    judge,
    late_by,
    longer,
    missing,
    notice_step,
)
from moderation.conclusion import Kind

TET = {date(2027, 2, day) for day in range(4, 11)}
DAYS = some.dates(date(2026, 12, 1), date(2027, 6, 30))


class Weekdays:
    """Monday to Friday, without the holidays of Tết 2027."""

    def is_working_day(self, day: date) -> bool:
        return day.weekday() < 5 and day not in TET


CALENDAR = Weekdays()
REPORT_DUE = date(2027, 2, 12)


def test_D10_1a_a_notice_sent_on_the_29th_is_one_working_day_late() -> None:
    assert late_by(date(2027, 1, 28), date(2027, 1, 29), CALENDAR) == 1
    assert late_by(date(2027, 1, 28), date(2027, 1, 28), CALENDAR) == 0


def test_holidays_make_nobody_later() -> None:
    assert late_by(date(2027, 2, 3), date(2027, 2, 11), CALENDAR) == 1


@given(DAYS, DAYS)
def test_late_is_whatever_comes_after_the_due_date(due: date, on: date) -> None:
    late = late_by(due, on, CALENDAR)
    assert (late > 0) == (on > due)
    assert late <= max(0, (on - due).days)
    assert late_by(due, on + timedelta(1), CALENDAR) >= late


def test_D10_1b_the_distribution_is_complete_only_with_all_five_groups() -> None:
    sent = [Recipient(group, date(2027, 1, 27)) for group in Group]
    assert distributed_on([*sent, Recipient(Group.AGENCIES, date(2027, 1, 28))]) == date(2027, 1, 28)
    with pytest.raises(Refusal, match="distribution_incomplete") as refused:
        distributed_on([recipient for recipient in sent if recipient.group is not Group.SUPERIORS])
    assert refused.value.details["groups"] == ["superiors"]


def test_D10_1b_somebody_not_yet_sent_to_keeps_their_group_open() -> None:
    assert missing([*(Recipient(group, date(2027, 1, 27)) for group in Group), Recipient(Group.PETITIONERS, None)]) == (Group.PETITIONERS,)


def test_a_group_that_this_conference_does_not_have_is_not_missing() -> None:
    sent = [Recipient(group, date(2027, 1, 27)) for group in Group if group is not Group.PETITIONERS]
    assert missing(sent, [group for group in Group if group is not Group.PETITIONERS]) == ()


@given(some.lists(some.builds(Recipient, some.sampled_from(Group), some.none() | DAYS)))
def test_complete_means_that_every_group_is_there_and_everybody_was_sent_to(recipients: list[Recipient]) -> None:
    complete = not missing(recipients)
    assert complete == ({recipient.group for recipient in recipients} == set(Group) and all(recipient.sent_on for recipient in recipients))
    if complete:
        assert distributed_on(recipients) == max(recipient.sent_on for recipient in recipients if recipient.sent_on)


MANY = [Item(Kind.ASSIGNED, 2), Item(Kind.BEYOND_AUTHORITY, 1)]
DUE, BEFORE = date(2027, 1, 28), date(2027, 1, 20)


def test_D10_1c_the_notice_is_extended_only_with_a_ground_and_a_reason() -> None:
    assert extend("beyond_authority", "Đơn giá thuộc thẩm quyền thành phố", MANY, DUE, BEFORE) is Ground.BEYOND_AUTHORITY
    with pytest.raises(Refusal, match="extension_ground_missing"):
        extend("", "Đơn giá thuộc thẩm quyền thành phố", MANY, DUE, BEFORE)
    with pytest.raises(Refusal, match="extension_words_missing"):
        extend("beyond_authority", "  ", MANY, DUE, BEFORE)


def test_D10_1c_the_ground_must_be_in_the_items_and_the_ten_days_not_over() -> None:
    assert grounds([Item(Kind.ACCEPTED, 1)]) == ()
    assert grounds([Item(Kind.ACCEPTED, 1, complex=True)]) == (Ground.COMPLEX,)
    with pytest.raises(Refusal, match="notice_ground_absent"):
        extend("beyond_authority", "Cần thời gian", [Item(Kind.ASSIGNED, 2)], DUE, BEFORE)
    with pytest.raises(Refusal, match="extension_too_late"):
        extend("complex", "Cần thời gian", MANY, DUE, DUE + timedelta(1))


def test_D10_2_one_part_done_and_the_other_missing_on_day_eight_is_late() -> None:
    on = judge(REPORT_DUE, date(2027, 2, 3), None, date(2027, 2, 12), CALENDAR)
    assert on.faults == () and on.waiting
    day_eight = judge(REPORT_DUE, date(2027, 2, 3), None, date(2027, 2, 15), CALENDAR)
    assert day_eight.faults == ((Fault.TO_PETITIONER_MISSING, 1),) and not day_eight.on_time and not day_eight.waiting


def test_D10_2_each_part_is_judged_by_itself() -> None:
    judged = judge(REPORT_DUE, date(2027, 2, 2), date(2027, 2, 15), date(2027, 3, 1), CALENDAR)
    assert judged.faults == ((Fault.TO_PETITIONER_LATE, 1),) and judged.met_on == date(2027, 2, 15)
    assert judge(REPORT_DUE, REPORT_DUE, REPORT_DUE, date(2027, 3, 1), CALENDAR).on_time
    assert judge(REPORT_DUE, None, None, date(2027, 2, 15), CALENDAR).faults == ((Fault.NONE, 1),)


@given(DAYS, some.none() | DAYS, some.none() | DAYS, DAYS)
def test_a_report_is_on_time_exactly_when_both_parts_came_by_the_due_date(
    due: date, chair: date | None, petitioner: date | None, today: date
) -> None:
    judged = judge(due, chair, petitioner, today, CALENDAR)
    assert judged.on_time == (chair is not None and petitioner is not None and max(chair, petitioner) <= due)
    assert all(days > 0 for _, days in judged.faults)
    assert not (judged.waiting and judged.on_time)


def test_D11_3_a_notice_is_not_issued_before_the_chair_signed_it() -> None:
    for state in (NoticeState.DRAFT, NoticeState.SUBMITTED):
        with pytest.raises(Refusal, match="notice_unsigned"):
            notice_step(state, NoticeState.ISSUED)
    assert notice_step(NoticeState.SIGNED, NoticeState.ISSUED) is NoticeState.ISSUED


@given(some.sampled_from(NoticeState), some.sampled_from(NoticeState))
def test_a_notice_moves_by_its_table_alone(now: NoticeState, then: NoticeState) -> None:
    if then in NOTICE_FOLLOWS[now]:
        assert notice_step(now, then) is then
    else:
        with pytest.raises(Refusal):
            notice_step(now, then)


@given(some.sampled_from(ItemState), some.sampled_from(ItemState))
def test_an_item_moves_by_its_table_alone(now: ItemState, then: ItemState) -> None:
    if then is now or then in ITEM_FOLLOWS[now]:
        assert item_step(now, then) is then
    else:
        with pytest.raises(Refusal, match="item_state"):
            item_step(now, then)


@given(some.sampled_from(Kind), some.none() | some.just("kthtdt"))
def test_D9_7_what_was_given_to_somebody_is_followed(kind: Kind, lead: str | None) -> None:
    followed = begins(kind, lead) is ItemState.OPEN
    assert followed == (lead is not None or kind in (Kind.ASSIGNED, Kind.TO_STUDY, Kind.BEYOND_AUTHORITY))


def test_a_longer_term_needs_a_reason_and_a_later_day() -> None:
    assert longer(date(2027, 2, 26), date(2027, 3, 31), "Chờ vật tư") == date(2027, 3, 31)
    with pytest.raises(Refusal, match="extension_reason_missing"):
        longer(date(2027, 2, 26), date(2027, 3, 31), "")
    with pytest.raises(Refusal, match="extension_not_later"):
        longer(date(2027, 2, 26), date(2027, 2, 26), "Chờ vật tư")
