"""Letters that go with the notice: the tasking letter, an agency's written report, and the printed extracts for petitioners without another way."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import pikepdf
from sqlalchemy import RowMapping

from moderation import Refusal
from moderation.case.following import Group
from server.conclusions.distribution import issued, recipients_of
from server.conclusions.items import after, as_chair
from server.conclusions.paper_data import extract_data, result_data, tasking_data
from server.conferences.queries import case
from server.office.work import Work
from server.papers import register
from server.papers.frame import frame_of


def draft_tasking(w: Work, id: str) -> str:
    """Draws up the letter that gives out the tasks, and submits it to the chair; gives the paper (raises `Refusal` notice_not_issued)."""
    after(w, id, "draft_notice")
    issued(w, id)
    paper = register.draft(w, id, "tasking_letter", tasking_data(w, id))
    register.submit(w, paper)
    return paper


def sign_tasking(w: Work, id: str, paper: str, number: int | None = None) -> None:
    """The chair signs the tasking letter, which goes out under this number of the office's book, else under the next one (raises `Refusal` not_found, and what
    `register.issue` refuses)."""
    as_chair(w, id, "sign_paper")
    if paper not in {row["id"] for row in register.papers_of(w, id, "tasking_letter")}:
        raise Refusal("not_found")
    register.sign(w, paper)
    register.issue(w, paper, number)


def write_result(w: Work, id: str, agency: str) -> str:
    """An agency makes its report on its items a paper with its own number; gives the paper (raises `Refusal` nothing_reported)."""
    after(w, id, "report_result", agency)
    issued(w, id)
    data = result_data(w, id, agency)
    if not any(item["to_chair_on"] or item["result"] for item in data["items"]):
        raise Refusal("nothing_reported")
    paper = register.draft(w, id, "agency_result_report", data, agency=agency)
    register.submit(w, paper)
    register.sign(w, paper)
    register.issue(w, paper)
    return paper


def extracts(w: Work, id: str, one: str | None = None) -> bytes:
    """The extract of one recipient, or of all petitioners who get a letter, as one PDF to print (raises `Refusal` not_found)."""
    case(w, id, "distribute_notice")
    found = issued(w, id)
    people = [row for row in recipients_of(w, id) if row["group"] == Group.PETITIONERS and (row["id"] == one if one else row["channel"] == "paper")]
    if not people:
        raise Refusal("not_found")
    frame = replace(frame_of(w, id, "advising"), draft=False, on=date.fromisoformat(found["issued_on"]))
    printed = [register.render("extract", extract_data(w, id, row["name"], row["refs"], row["own"]), frame) for row in people]
    return printed[0] if len(printed) == 1 else joined(printed)


def joined(papers: list[bytes]) -> bytes:
    """Several papers as one file to print."""
    out = io.BytesIO()
    with pikepdf.new() as together:
        for paper in papers:
            with pikepdf.open(io.BytesIO(paper)) as one:
                together.pages.extend(one.pages)
        together.save(out)
    return out.getvalue()


def tasking_letters(w: Work, id: str) -> list[RowMapping]:
    """The tasking letters of a conference, newest first."""
    return [row for row in register.papers_of(w, id, "tasking_letter") if row["state"] != "void"]
