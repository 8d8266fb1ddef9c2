"""Organisation and calendar on either database: what is entered comes back as the same values."""

from __future__ import annotations

from datetime import date

from moderation.case.advising import ARTICLE_7
from moderation.case.calendar import CalendarDay, DayKind
from moderation.case.profiles import PROFILES
from moderation.case.rights import SYSTEM, Duty
from server import clock
from server.accounts.staff import create_account
from server.calendar import load
from server.calendar.keeping import announce_year, propose_year, remove_day, set_day
from server.calendar.seed import seeded
from server.db.engine import open_engine
from server.office.work import Work
from server.organisation.duties import end_duty, give_duty, holders
from server.organisation.keeping import change_profile
from server.organisation.queries import advising_of, advising_rules, chairs, profiles
from server.organisation.seed import add_unit, seed

DAY = CalendarDay(date(2027, 1, 8), DayKind.SWAPPED_OFF, "Nghỉ hoán đổi", "1/TB-BNV", date(2026, 12, 1))


def test_what_is_entered_comes_back(database_url: str) -> None:
    engine = open_engine(database_url)
    with engine.begin() as db:
        w = Work(db, SYSTEM, clock.now())
        seed(w)
        ward = add_unit(w, "phuong", "An Phong", "tp")
        chair = chairs(db, ward, date(2027, 1, 14))[0]
        id = give_duty(w, create_account(db, "binh", "Trần Văn Bình", w.now), Duty.CHAIR, "ubndtp", date(2026, 1, 1), chair.id)
        end_duty(w, id, date(2026, 6, 30), "Chuyển công tác")
        set_day(w, DAY)
        announce_year(w, 2027, "1/TB-BNV")
        assert propose_year(w, 2028) > 8
    with engine.begin() as db:
        assert advising_rules(db) == ARTICLE_7 and profiles(db) == PROFILES
        assert advising_of(db, chair.id, date(2027, 1, 14))[0].case == "7.5"
        assert [(one.name, one.valid_to) for one in holders(db, date(2026, 6, 30))] == [("Trần Văn Bình", date(2026, 6, 30))]
        assert load(db).days[DAY.day] == DAY and load(db).announced == {*seeded().announced, 2027}
        assert load(db).back(date(2027, 1, 14), 7) == date(2027, 1, 4)
        w = Work(db, SYSTEM, clock.now())
        change_profile(w, "QD-1155-QD-TU", {"notice_reading": "B"})
        remove_day(w, DAY.day)
        assert profiles(db)[0].counting.notice_reading == "B" and load(db).back(date(2027, 1, 14), 7) == date(2027, 1, 5)
    engine.dispose()
