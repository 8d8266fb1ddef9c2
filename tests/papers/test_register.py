"""The register: draft, submit, sign, issue, in this order; numbers; files that are made once and kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from moderation import Refusal
from moderation.case.rights import SYSTEM
from server.conferences.tables import chair, conference
from server.db.engine import open_engine
from server.office.work import Work
from server.organisation.tables import body
from server.papers import register
from server.papers.as_pdf import render_pdf
from server.papers.compose import compose, sample
from server.papers.frame import frame_of
from server.papers.numbering import take
from server.papers.numbers import period, printed, written
from server.papers.office_templates import STATE_SAMPLE
from server.papers.pdf_text import text_of
from server.papers.tables import paper, paper_number
from server.search.search import find
from tests.office.ward import CASE, Ward, open_ward


@pytest.fixture
async def ward(tmp_path: Path) -> AsyncIterator[Ward]:
    async with open_ward(tmp_path) as opened:
        yield opened


def drafted(w: Work, kind: str = "conclusion_notice") -> str:
    return register.draft(w, CASE, kind, sample(kind))


def issued(ward: Ward, kind: str = "conclusion_notice") -> str:
    """A paper of the chair, all the way."""
    with ward.work("van-phong") as w:
        id = drafted(w, kind)
        register.submit(w, id)
    with ward.work("chu-tich") as w:
        register.sign(w, id)
        register.issue(w, id)
    return id


def test_a_paper_is_drafted_with_the_frame_of_its_case(ward: Ward) -> None:
    with ward.work("van-phong") as w:
        found = w.row(paper, drafted(w))
    assert (found["system"], found["body"], found["symbol"], found["state"]) == ("state", "ubnd", "TB", "draft")
    frame = register.frame_again(found)
    assert frame.issuer == ("ỦY BAN NHÂN DÂN", "PHƯỜNG BẾN SÔNG")
    assert (frame.authority, frame.place) == (("CHỦ TỊCH",), "Bến Sông")


def test_d11_3_nothing_is_issued_before_the_chair_has_signed(ward: Ward) -> None:
    with ward.work("van-phong") as w:
        id = drafted(w)
        register.submit(w, id)
        with pytest.raises(Refusal, match="paper_not_signed"):
            register.issue(w, id)
        with pytest.raises(Refusal, match="not_allowed"):
            register.sign(w, id)
    with ward.work("chu-tich") as w:
        register.sign(w, id)
        assert register.issue(w, id) == "01/TB-UBND"


def test_an_issued_paper_keeps_its_files_with_its_number_and_date(ward: Ward) -> None:
    ward.at("2027-01-27")
    id = issued(ward)
    with ward.work() as w:
        found = w.row(paper, id)
        assert (found["number"], found["date"], found["state"]) == ("01/TB-UBND", "2027-01-27", "issued")
        first = text_of(register.look(w, id))[0]
        assert "Số: 01/TB-UBND" in first and "Bến Sông, ngày 27 tháng 01 năm 2027" in first
        assert register.look(w, id) == register.file(w, found["pdf"])
        assert register.look(w, id, "docx") == register.file(w, found["docx"])
        assert "DỰ THẢO" not in first


def test_issued_papers_and_conferences_are_found_without_marks_but_not_what_names_a_petitioner(ward: Ward) -> None:
    def papers(login: str) -> list[str]:
        with ward.work(login) as w:
            return [one.subject for one in find(w, "ket luan cua chu tich", kinds=["paper"])[0]]

    with ward.work("van-phong") as w:
        drafted(w)
    assert papers("van-phong") == [], "a draft is in its case alone"
    id = issued(ward)
    extract = issued(ward, "extract")
    assert papers("van-phong") == papers("kthtdt") == [id]
    with ward.work("van-phong") as w:
        assert find(w, w.row(paper, id)["number"], kinds=["paper"])[0][0].path == f"/van-phong/van-ban/{id}"
        assert [one.subject for one in find(w, "đối thoại định kỳ", kinds=["conference"])[0]] == [CASE]
        assert extract not in [one.subject for one in find(w, w.row(paper, extract)["number"], kinds=["paper"])[0]]
        register.withdraw(w, id, "ban hành nhầm")
    assert papers("van-phong") == []


def test_a_submitted_paper_is_not_changed_behind_the_chair(ward: Ward) -> None:
    with ward.work("van-phong") as w:
        id = drafted(w)
        register.change(w, id, sample("conclusion_notice") | {"general": ["Nói lại."]})
        register.submit(w, id)
        with pytest.raises(Refusal, match="paper_fixed"):
            register.change(w, id, sample("conclusion_notice"))
        register.give_back(w, id, "sửa mục 3")
        register.change(w, id, sample("conclusion_notice"))


def test_a_paper_that_is_replaced_is_void_and_its_number_is_not_given_again(ward: Ward) -> None:
    first = issued(ward)
    with ward.work("van-phong") as w:
        with pytest.raises(Refusal, match="reason_missing"):
            register.withdraw(w, first)
        second = register.replaced(w, first, sample("conclusion_notice"), "sai thời hạn")
        register.submit(w, second)
        assert (w.row(paper, second)["edition"], w.row(paper, second)["replaces"]) == (2, first)
    with ward.work("chu-tich") as w:
        register.sign(w, second)
        assert register.issue(w, second) == "02/TB-UBND"
        assert register.file(w, w.row(paper, first)["pdf"])
    with ward.work() as w:
        assert [row["state"] for row in register.papers_of(w, CASE)] in (["issued", "void"], ["void", "issued"])


def test_the_number_of_the_office_s_book_may_run_ahead_but_never_back(ward: Ward) -> None:
    with ward.work() as w:
        ids = []
        for _ in range(3):
            id = drafted(w)
            register.submit(w, id)
            register.sign(w, id)
            ids.append(id)
        assert register.issue(w, ids[0], 12) == "12/TB-UBND"
        for number, code in ((12, "number_taken"), (11, "number_behind")):
            with pytest.raises(Refusal, match=code):
                register.issue(w, ids[1], number)
        assert register.issue(w, ids[1]) == "13/TB-UBND"


def test_letters_reports_and_other_bodies_have_sequences_of_their_own(ward: Ward) -> None:
    with ward.work() as w:
        numbers = []
        for kind, agency in (("tasking_letter", None), ("synthesis_report", None), ("agency_result_report", "kthtdt"), ("referral", None)):
            id = register.draft(w, CASE, kind, sample(kind), agency)
            register.submit(w, id)
            register.sign(w, id)
            numbers.append(register.issue(w, id))
    assert numbers == ["01/UBND-VP", "01/BC-VP", "01/BC-KT-HT-ĐT", "02/UBND-VP"]


def test_data_that_does_not_fit_its_template_makes_no_paper(ward: Ward) -> None:
    with ward.work("van-phong") as w:
        with pytest.raises(Refusal) as refused:
            register.draft(w, CASE, "conclusion_notice", {"title": "x"})
        assert refused.value.code == "template_fault" and refused.value.details["line"] > 0
        with pytest.raises(Refusal, match="paper_kind_unknown"):
            register.draft(w, CASE, "../secret", {})
        assert not register.papers_of(w, CASE)


def test_twenty_threads_take_numbers_without_gap_or_double(database_url: str) -> None:
    engine = open_engine(database_url)

    def one(n: int) -> int:
        with engine.begin() as db:
            return take(Work(db, SYSTEM, n, "issue_paper"), "ubnd", "TB", "2027", f"paper-{n}")

    with ThreadPoolExecutor(20) as threads:
        given = list(threads.map(one, range(40)))
    assert sorted(given) == list(range(1, 41))
    with engine.connect() as db:
        assert sorted(db.scalars(select(paper_number.c.number))) == list(range(1, 41))
    engine.dispose()


def test_a_number_whose_paper_was_not_issued_after_all_is_given_to_the_next(database_url: str) -> None:
    engine = open_engine(database_url)
    with engine.connect() as db, db.begin() as transaction:
        take(Work(db, SYSTEM, 1, "issue_paper"), "ubnd", "TB", "2027", "lost")
        transaction.rollback()
    with engine.begin() as db:
        assert take(Work(db, SYSTEM, 1, "issue_paper"), "ubnd", "TB", "2027", "kept") == 1
    engine.dispose()


def presided(ward: Ward, held: str, deputy: bool = False) -> None:
    with ward.work() as w:
        row = str(w.db.scalar(select(chair.c.id).where(chair.c.conference == CASE)))
        w.change(chair, row, office=held, deputy=deputy)


def test_d2_1b_papers_of_a_deputy_say_kt(ward: Ward) -> None:
    presided(ward, "pct-ubnd", deputy=True)
    with ward.work("van-phong") as w:
        assert frame_of(w, CASE).authority == ("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")


def test_d2_1a_the_party_secretary_issues_papers_of_the_party(ward: Ward) -> None:
    presided(ward, "bt-dang-uy")
    with ward.work() as w:
        id = drafted(w)
        register.submit(w, id)
        register.sign(w, id)
        assert register.issue(w, id) == "01-TB/ĐU"
        row, first = w.row(paper, id), text_of(register.look(w, id))[0]
        number = w.db.execute(select(paper_number)).mappings().one()
    assert (row["system"], number["period"]) == ("party", "2025-2030")
    assert all(words in first for words in ("ĐẢNG BỘ THÀNH PHỐ HẢI PHÒNG", "ĐẢNG ỦY PHƯỜNG BẾN SÔNG", "ĐẢNG CỘNG SẢN VIỆT NAM", "Số 01-TB/ĐU"))
    assert "CỘNG HÒA" not in first


def test_the_office_of_a_party_committee_stands_under_the_committee(ward: Ward) -> None:
    presided(ward, "bt-dang-uy")
    with ward.work() as w:
        w.add(body, id="vpdu", unit="p-bensong", system="dang", name="Văn phòng Đảng ủy", short="Văn phòng", symbol="VPĐU", valid_from="2025-07-01")
        w.change(conference, CASE, advising_body="vpdu")
        frame = frame_of(w, CASE, "advising")
    assert (frame.superior, frame.issuer, frame.authority) == ("ĐẢNG ỦY PHƯỜNG BẾN SÔNG", ("VĂN PHÒNG ĐẢNG ỦY",), ("CHÁNH VĂN PHÒNG",))


def test_an_office_of_the_ward_stands_under_its_people_s_committee(ward: Ward) -> None:
    with ward.work() as w:
        advising, agency = frame_of(w, CASE, "advising"), frame_of(w, CASE, "agency", "ca")
    assert (advising.superior, advising.issuer) == ("UBND PHƯỜNG BẾN SÔNG", ("VĂN PHÒNG HĐND VÀ UBND",))
    assert (agency.superior, agency.issuer, agency.authority) == ("CÔNG AN THÀNH PHỐ HẢI PHÒNG", ("CÔNG AN PHƯỜNG",), ("TRƯỞNG CÔNG AN",))


def test_numbers_are_written_as_each_system_writes_them() -> None:
    assert written("state", 5, "TB", "UBND") == "05/TB-UBND"
    assert written("state", 131, "", "UBND", "VP") == "131/UBND-VP"
    assert written("party", 5, "TB", "ĐU") == "05-TB/ĐU"
    assert written("party", 12, "", "ĐU", "VPĐU") == "12-CV/ĐU"
    assert (printed("state", "05/TB-UBND"), printed("party", "05-TB/ĐU")) == ("Số: 05/TB-UBND", "Số 05-TB/ĐU")


@pytest.mark.parametrize(
    ("on", "state", "party"),
    [
        ("2026-12-31", "2026", "2025-2030"),
        ("2027-01-01", "2027", "2025-2030"),
        ("2030-06-30", "2030", "2025-2030"),
        ("2030-07-01", "2030", "2030-2035"),
        ("2025-06-30", "2025", "2020-2025"),
    ],
)
def test_state_papers_are_counted_by_year_and_party_papers_by_term(on: str, state: str, party: str) -> None:
    assert (period("state", date.fromisoformat(on)), period("party", date.fromisoformat(on))) == (state, party)


def test_a_batch_has_a_page_for_each_recipient() -> None:
    each = [sample("invitation") | {"to": f"ông (bà) số {n}"} for n in range(1, 31)]
    pages = text_of(render_pdf([compose("invitation", data, STATE_SAMPLE).paper for data in each]))
    assert len(pages) == 30
    assert all(f"ông (bà) số {n}" in page for n, page in enumerate(pages, start=1))
