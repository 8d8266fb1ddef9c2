"""The rows of Article 7 are kept on a page: dated, each with the paper that says so (D7)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from moderation import Refusal
from moderation.case.organisation import Presiding
from server.office import history
from server.office.work import HOUSE
from server.organisation.queries import advising_of, advising_rules, chairs
from server.organisation.rules import add_rule, end_rule
from tests.office.ward import Ward
from tests.organisation.house import CLERK, House
from tests.organisation.test_pages import HERE, sent, shown

PAPER = "Quyết định số 9-QĐ/TU, 02/01/2027"
ROW: dict[str, Any] = {
    "case": "7.2", "profile": "QD-1155-QD-TU", "unit_kind": "thanh_pho", "presiding": Presiding.CHAIRMAN, "chair": "Chủ tịch UBND thành phố",
    "deputy": "Phó Chủ tịch UBND thành phố", "advises": "Ban Tiếp công dân thành phố", "needs_assignment": False, "since": date(2027, 2, 1), "source": PAPER,
}  # fmt: skip
OLD = "QD-1155-QD-TU-01"


def test_d7_a_new_row_advises_from_its_first_day_and_the_old_one_before(house: House) -> None:
    with house() as w:
        chair = next(one.id for one in chairs(w.db, "tp", w.today) if one.presiding is Presiding.CHAIRMAN and not one.deputy)
        with pytest.raises(Refusal, match="rule_overlaps"):
            add_rule(w, **ROW)
        end_rule(w, OLD, date(2027, 1, 31), PAPER)
        id = add_rule(w, **ROW)
        assert advising_of(w.db, chair, date(2027, 1, 31))[0].name == "Văn phòng UBND thành phố"
        assert advising_of(w.db, chair, date(2027, 2, 1))[0].name == "Ban Tiếp công dân thành phố"
        for subject in (OLD, id):
            assert history.read(w, HOUSE, kind="advising_rule", subject=subject)[0][0].why == PAPER


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"source": " "}, "source_missing"), ({"case": "7.6"}, "not_found"), ({"unit_kind": "tinh"}, "not_found"), ({"profile": "X"}, "not_found")],
)
def test_d7_a_row_that_says_nothing_is_refused(house: House, changes: dict[str, Any], code: str) -> None:
    with house() as w:
        before = advising_rules(w.db)
        with pytest.raises(Refusal, match=code):
            add_rule(w, **{**ROW, **changes})
        with pytest.raises(Refusal, match="dates_turned"):
            end_rule(w, OLD, date(2020, 1, 1), PAPER)
        assert advising_rules(w.db) == before
    with pytest.raises(Refusal, match="not_allowed"), house(CLERK) as w:
        end_rule(w, OLD, date(2027, 1, 31), PAPER)


async def test_d7_the_rows_are_kept_on_a_page_by_administrators_alone(ward: Ward) -> None:
    async with ward.browser("admin") as browser:
        assert "Thêm dòng của Điều 7" in shown(await browser.get(f"{HERE}/can-cu"))
        assert 'name="advises"' in shown(await browser.get(f"{HERE}/dieu-7/moi"))
        typed = {**ROW, "presiding": "chu_tich_ubnd", "since": "2027-02-01", "needs_assignment": ""}
        twice = await sent(browser, f"{HERE}/dieu-7/moi", **typed)
        assert twice.status_code == 422 and "Kết thúc dòng cũ trước" in shown(twice)
        assert "Chủ tịch UBND thành phố" in shown(await browser.get(f"{HERE}/dieu-7/{OLD}/ket-thuc"))
        assert (await sent(browser, f"{HERE}/dieu-7/{OLD}/ket-thuc", last_day="2027-01-31", source=PAPER)).status_code == 303
        assert (await sent(browser, f"{HERE}/dieu-7/moi", **typed)).status_code == 303
        page = shown(await browser.get(f"{HERE}/can-cu"))
        assert "Ban Tiếp công dân thành phố" in page and PAPER in page
        assert PAPER in shown(await browser.get(f"{HERE}/lich-su"))
    async with ward.browser("van-phong") as browser:
        assert (await browser.get(f"{HERE}/dieu-7/moi")).status_code == 403
        assert (await sent(browser, f"{HERE}/dieu-7/{OLD}/ket-thuc", last_day="2027-01-31", source=PAPER)).status_code in (403, 422)
