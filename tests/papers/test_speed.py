"""Papers do not keep people waiting. The figures are measured by `make bench-papers`; this is a generous bound that only a blunder breaks."""

from __future__ import annotations

import time

from bench.papers import long_minutes
from server.papers.as_docx import render_docx
from server.papers.as_pdf import render_pdf


def test_the_minutes_of_300_lines_are_made_as_docx_and_pdf_in_seconds() -> None:
    paper = long_minutes()
    start = time.process_time()
    assert len(render_docx(paper)) > 30_000 and render_pdf(paper).startswith(b"%PDF")
    assert time.process_time() - start < 20, "2 s when the machine is free"
