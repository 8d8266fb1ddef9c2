"""`make bench-papers`: how long papers take, in ms: the minutes of a conference with 300 lines as DOCX and PDF, a paper from a template, a batch of invitations.

Prints as its last line one JSON object: each figure is the median of `ROUNDS` in one process, `cold_pdf` the first PDF of a process."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from functools import partial

from moderation.minutes import WriteLine
from server.db.verify import Head
from server.papers.as_docx import render_docx
from server.papers.as_pdf import render_pdf
from server.papers.compose import compose, sample
from server.papers.minutes import minutes
from server.papers.office_templates import STATE_SAMPLE
from server.papers.paper import Paper
from tests.papers.meeting import concluded

ROUNDS, LINES, INVITED = 5, 300, 100


def long_minutes(lines: int = LINES) -> Paper:
    """The minutes of a conference with that many lines of a secretary, each of some fifty words."""
    meeting = concluded()
    for n in range(lines):
        meeting.did(WriteLine(f"line-{n}", f"Ý kiến thứ {n}: " + "đề nghị phường nạo vét tuyến cống, công khai kinh phí; " * 4), "secretary", 1_000)
    return minutes(meeting.state, Head(meeting.state.seq, bytes(32)))


def timed(do: Callable[[], object]) -> float:
    start = time.perf_counter()
    do()
    return (time.perf_counter() - start) * 1000


def main() -> None:
    """All figures."""
    papers = [long_minutes(LINES + n) for n in range(ROUNDS)]  # typst remembers what it has set, so that no paper is measured twice
    first = long_minutes(LINES - 1)
    figures = {"cold_pdf": timed(lambda: render_pdf(first))}

    def notice(n: int) -> Paper:
        return compose("conclusion_notice", sample("conclusion_notice") | {"place": f"Hội trường {n}"}, STATE_SAMPLE).paper

    def invitations(n: int) -> bytes:
        each = [sample("invitation") | {"to": f"ông (bà) {n}.{m}"} for m in range(INVITED)]
        return render_pdf([compose("invitation", data, STATE_SAMPLE).paper for data in each])

    measured: tuple[tuple[str, Callable[[int], object]], ...] = (
        ("minutes_300_lines_docx_and_pdf", lambda n: (render_docx(papers[n]), render_pdf(papers[n]))),
        ("notice_from_template_pdf", lambda n: render_pdf(notice(n))),
        ("notice_from_template_docx", lambda n: render_docx(notice(n))),
        ("invitations_100_pdf", invitations),
    )
    for name, do in measured:
        figures[name] = statistics.median(timed(partial(do, n)) for n in range(ROUNDS))
    print(json.dumps({name: round(ms, 1) for name, ms in figures.items()}))


if __name__ == "__main__":
    main()
