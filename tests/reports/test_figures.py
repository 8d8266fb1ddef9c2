"""The figures of the reports: counted from rows, each leading back to them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from moderation import Conference
from moderation.people import Channel
from moderation.statistics import statistics, times
from server.conferences.tables import conference
from server.reports.figures import ALL, by_field, count, kept, read
from server.reports.keeping import keep_figures
from server.reports.sources import rows_of, scope, sums
from server.reports.tables import conference_figure
from tests.office.ward import CASE, Ward
from tests.reports.conftest import term

WARD = frozenset({"p-bensong"})
PERIOD = ("2026-12-15", "2027-06-14", "2027-02-15")


def test_D15_1a_times_by_channel_are_those_of_the_record(state: Conference) -> None:
    figures = times(state)
    turns = state.turns()
    assert sum(figures[f"turns_{c}"] for c in Channel) == len(turns) == 8
    assert sum(figures[f"statements_{c}"] for c in Channel) == statistics(state)["speakers_total"]
    assert figures["speaking_hall"] + figures["speaking_venue"] + figures["speaking_online"] + figures["speaking_phone"] == sum(
        s.clock.used // 1_000 for s in turns
    )
    assert all(figures[f"waiting_{c}"] >= 0 for c in Channel)
    assert (figures["present_hall"], figures["present_venue"]) == (128, 43 + 29)


def test_keeping_the_figures_twice_changes_nothing_and_a_room_without_a_case_keeps_none(held: Ward, state: Conference) -> None:
    everything = select(conference_figure).order_by(conference_figure.c.id)
    with held.work() as w:
        before = w.db.execute(everything).all()
        keep_figures(w, CASE, state)
        keep_figures(w, "another", state)
        assert w.db.execute(everything).all() == before


def test_D15_1a_the_figures_of_the_example_are_those_expected(held: Ward) -> None:
    expected = held.example["expected_statistics"]
    with held.work() as w:
        values = count(w.db, scope(w.db, WARD, *PERIOD))
        fields = by_field(w.db, scope(w.db, WARD, *PERIOD))
    figures = {name: value.amount for name, value in values.items()}
    assert figures["regime.all"] == figures["regime.periodic"] == figures["format.combined"] == 1
    assert (figures["venue.main"], figures["venue.branch"]) == (1, 2)
    assert figures["opinion.received"] - figures["opinion.elsewhere"] == expected["petitions_before"]
    assert figures["opinion.elsewhere"] == expected["out_of_scope"]
    assert figures["record.petitions_new_at_conference"] == expected["petitions_new_at_conference"]
    for ours, theirs in (("outcome.settled", "answered_at_conference"), ("outcome.escalated", "escalated"), ("outcome.external", "external")):
        assert figures[ours] == expected[theirs], ours
    assert figures["outcome.assigned"] == 8
    assert figures["item.all"] == expected["conclusions"]
    for name in ("speakers_total", "follow_ups", "speakers_registered_on_behalf", "speeches_over_limit", "refusals"):
        assert figures[f"record.{name}"] == expected[name], name
    assert {name: (v.amount, v.of) for name, v in values.items() if v.figure.source == "deadline"} == {
        "deadline.notice": (1, 1), "deadline.conclusion": (1, 1), "deadline.agency_report": (2, 4)
    }  # fmt: skip
    assert sum(sum(one.values()) for one in fields.values()) == 12
    assert fields["giai_phong_mat_bang"] == {"escalated": 1}


def test_D15_1a_every_figure_is_the_sum_of_the_rows_it_leads_to(held: Ward) -> None:
    with held.work() as w:
        term(w, "agency_report", "2027-03-01", None, "tyt")
        about = scope(w.db, WARD, *PERIOD)
        values = count(w.db, about)
        for name, value in values.items():
            one = value.figure
            rows, number = rows_of(w.db, about, one.source, one.categories, 1_000, 0)
            assert len(rows) == number, name
            assert sum(row["amount"] for row in rows) == value.amount, name
            if one.of:
                assert sum(row["amount"] for row in rows_of(w.db, about, one.source, one.of, 1_000, 0)[0]) == value.of, name


def test_only_conferences_of_these_units_that_were_held_in_the_period_count(held: Ward) -> None:
    with held.work() as w:

        def counted(day: str | None) -> int:
            w.change(conference, CASE, held_on=day)
            return len(scope(w.db, WARD, *PERIOD).conferences)

        assert [counted(day) for day in ("2026-12-14", "2026-12-15", "2027-06-14", "2027-06-15", None)] == [0, 1, 1, 0, 0]
        counted("2027-01-14")
        assert scope(w.db, frozenset({"tp"}), *PERIOD).conferences == ()
        nothing = count(w.db, scope(w.db, frozenset(), *PERIOD))
        assert {value.amount for value in nothing.values()} == {0}
        assert nothing["deadline.notice"].share is None


@pytest.mark.parametrize(
    ("values", "category"),
    [
        ({"met_on": "2027-01-05", "closed": True}, "notice:on_time"),
        ({"met_on": "2027-01-06", "closed": True}, "notice:late"),
        ({"met_on": None, "closed": False}, "notice:late"),
        ({"met_on": None, "closed": False, "due": "2027-02-15"}, "notice:open"),
        ({"met_on": None, "closed": True}, None),
        ({"met_on": "2027-01-05", "closed": True, "clock": "LUAT-72-2025-D43"}, None),
    ],
)
def test_D8_1b_a_term_is_kept_late_or_open_and_what_is_no_longer_asked_for_does_not_count(
    held: Ward, values: dict[str, object], category: str | None
) -> None:
    with held.work() as w:
        about = scope(w.db, WARD, *PERIOD)
        before = sums(w.db, about, "deadline")
        term(w, "notice", str(values.pop("due", "2027-01-05")), None, "another", **values)
        after = sums(w.db, about, "deadline")
    grown = {name for name in after if after[name] != before.get(name, 0)}
    assert grown == ({category} if category else set())


def test_the_figures_of_a_signed_report_are_read_as_they_were_kept(held: Ward) -> None:
    with held.work() as w:
        values = count(w.db, scope(w.db, WARD, *PERIOD))
    assert read(kept(values)) == values
    assert read({"figure.that.is.no.more": [1, 0]}) == {}
    assert set(values) == set(ALL)
