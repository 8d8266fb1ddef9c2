"""A report as a paper: the same figures and the same charts as on the page."""

from __future__ import annotations

import io

import docx
import pikepdf
import pytest
from sqlalchemy import select

from moderation import Refusal
from moderation.case.deadlines import ReportKind
from server.papers.as_html import render_html
from server.papers.blocks import drawn
from server.papers.compose import compose
from server.papers.tables import paper
from server.reports import reports
from server.reports.drawn import charts, said
from server.reports.paper import data_of, frame_of_unit, look_at
from server.reports.tables import report
from tests.office.ward import Ward
from tests.reports.test_reports import HALF, PLACE, begin, go


def test_D15_1a_the_paper_says_the_figures_of_the_page_with_its_charts(held: Ward) -> None:
    id = begin(held)
    with held.work("van-phong") as w:
        whole = reports.look(w, w.row(report, id))
        data, frame = data_of(w, whole), frame_of_unit(w, PLACE, HALF)
        pdf, word = look_at(w, whole, "pdf"), look_at(w, whole, "docx")
    composed = compose("six_month_report", data, frame)
    html = str(render_html(composed.paper))
    assert (frame.name, frame.authority, frame.system) == ("Ủy ban nhân dân phường Bến Sông", ("CHỦ TỊCH",), "state")
    shown = {one["name"]: one["value"] for one in data["figures"]}
    assert shown["Kiến nghị cấp trên"] == said(whole.values["outcome.escalated"]) == "1"
    assert "Trong đó chuyên đề" in shown and "Hình thức trực tuyến" not in shown
    drawings = [chart.svg for chart in charts(whole.values, whole.fields)]
    assert [one["svg"] for one in data["charts"]] == drawings and len(drawings) == 4
    assert html.count('class="paper-drawing"') == 4 and "<svg" not in html
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert 2 <= len(opened.pages) <= 5
    assert len(docx.Document(io.BytesIO(word)).inline_shapes) == 4


def test_D15_1a_signing_makes_the_paper_and_sending_gives_it_a_number(held: Ward) -> None:
    held.at("2027-06-25")
    id = begin(held)
    go(held, id, "submit", "sign")
    with held.work() as w:
        row = w.row(report, id)
        signed = w.db.execute(select(paper).where(paper.c.id == row["paper"])).mappings().one()
        assert (signed["kind"], signed["state"], signed["number"], signed["signed_by"]) == ("six_month_report", "signed", "", row["signed_by"])
    go(held, id, "send")
    with held.work() as w:
        issued = w.db.execute(select(paper).where(paper.c.id == row["paper"])).mappings().one()
        assert (issued["state"], issued["date"]) == ("issued", "2027-06-25")
        assert issued["number"].endswith("/BC-UBND")
        assert look_at(w, reports.look(w, w.row(report, id)), "pdf").startswith(b"%PDF")


def test_D15_1c_the_citys_yearly_report_is_the_boards_paper(held: Ward) -> None:
    from tests.reports.test_reports import city

    with held.work() as w:
        city(w)
        frame = frame_of_unit(w, "tp", ReportKind.CITY_YEAR)
        assert (frame.body, frame.system) == ("dv-tp", "party")


@pytest.mark.parametrize("svg", ["", "<p>x</p>", "<svg>", '<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg"/>', "<svg/>"])
def test_what_is_no_drawing_is_refused(svg: str) -> None:
    with pytest.raises(Refusal, match="template_unfit"):
        drawn(svg)
