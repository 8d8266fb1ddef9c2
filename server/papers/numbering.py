"""The numbers of papers: one sequence for each body, type and period. A number is taken in the transaction that issues its paper, so none is lost or given twice."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, select, text

from moderation import Refusal
from server.office.work import Work
from server.papers.tables import paper_number


def take(w: Work, body: str, symbol: str, period: str, paper: str, wanted: int | None = None) -> int:
    """Gives a paper the next number, or the one that the office's book says (`wanted`, since other papers of the body are counted there too).

    Raises `Refusal` number_taken, number_behind (below the last one: nothing is dated back)."""
    if w.db.dialect.name == "postgresql":
        w.db.execute(text("SELECT pg_advisory_xact_lock(hashtext(:sequence))"), {"sequence": f"number:{body}:{symbol}:{period}"})
    last = w.db.scalar(select(func.max(paper_number.c.number)).where(*_of(body, symbol, period))) or 0
    number = last + 1 if wanted is None else wanted
    if w.db.scalar(select(paper_number.c.id).where(*_of(body, symbol, period), paper_number.c.number == number)) is not None:
        raise Refusal("number_taken", number=number, field="number")
    if number <= last or number < 1:
        raise Refusal("number_behind", number=number, last=last, field="number")
    w.add(paper_number, body=body, symbol=symbol, period=period, number=number, paper=paper)
    return number


def upcoming(w: Work, body: str, symbol: str, period: str) -> int:
    """The number that would be given next."""
    return (w.db.scalar(select(func.max(paper_number.c.number)).where(*_of(body, symbol, period))) or 0) + 1


def _of(body: str, symbol: str, period: str) -> tuple[ColumnElement[bool], ...]:
    return paper_number.c.body == body, paper_number.c.symbol == symbol, paper_number.c.period == period
