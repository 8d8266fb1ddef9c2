"""Reports as spreadsheets. Whatever a text begins with, it stays a text: no cell is a formula."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

import xlsxwriter  # type: ignore[import-untyped]
from sqlalchemy import Connection

from server.i18n import t
from server.papers.paper import visible
from server.reports.drawn import category, charts, said
from server.reports.figures import SECTIONS
from server.reports.rating import Rated
from server.reports.reports import Whole
from server.reports.sources import SOURCES, rows_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST = 50_000
"""Most rows of one source in a file."""
LONGEST = 32_000
"""Most characters of a cell, under the format's own bound."""

Cell = str | int | float | None


class _Sheets:
    """A workbook of tables: bold heads that stay in view, columns wide enough to read."""

    def __init__(self) -> None:
        self._file = io.BytesIO()
        safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
        self._book = xlsxwriter.Workbook(self._file, safe)
        self._head = self._book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self._text = self._book.add_format({"text_wrap": True, "valign": "top"})
        self._number = self._book.add_format({"num_format": "#,##0", "valign": "top"})
        self._share = self._book.add_format({"num_format": "0%", "valign": "top"})

    def add(self, name: str, head: Sequence[str], rows: Iterable[Sequence[Cell]], widths: Sequence[int]) -> None:
        sheet = self._book.add_worksheet(name[:31])
        for column, (title, width) in enumerate(zip(head, widths, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, title, self._head)
        for line, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(line, column, visible(cell)[:LONGEST], self._text)
                elif isinstance(cell, float):
                    sheet.write_number(line, column, cell, self._share)
                elif cell is not None:
                    sheet.write_number(line, column, cell, self._number)
        sheet.freeze_panes(1, 0)

    def done(self) -> bytes:
        self._book.close()
        return self._file.getvalue()


def report_sheet(db: Connection, whole: Whole) -> bytes:
    """The figures of a report, the charts' tables, the units that are missing, and behind them the rows of each source."""
    book = _Sheets()
    figures = [
        (
            t("vi", f"section.{section}"),
            t("vi", f"figure.{one.name}"),
            value.amount,
            value.of or None,
            value.share if one.says == "rate" else None,
            said(value),
        )
        for section, ones in SECTIONS.items()
        for one in ones
        if (value := whole.values.get(one.name)) is not None
    ]
    head = [t("vi", f"sheet.{name}") for name in ("section", "figure", "amount", "of", "rate", "said")]
    book.add(t("vi", "sheet.figures"), head, figures, (28, 52, 12, 12, 10, 24))
    for chart in charts(whole.values, whole.fields):
        book.add(t("vi", f"sheet.{chart.name}"), chart.head, chart.rows, (40, *(16,) * (len(chart.head) - 1)))
    units = [(name, t("vi", "sheet.sent")) for name in whole.included] + [(name, t("vi", "sheet.not_sent")) for name in whole.missing]
    if units:
        book.add(t("vi", "sheet.units"), (t("vi", "case.unit"), t("vi", "sheet.state")), units, (50, 20))
    columns = [t("vi", f"sheet.{name}") for name in ("conference", "row", "category", "day", "amount")]
    for source in SOURCES:
        categories = tuple(dict.fromkeys(c for ones in SECTIONS.values() for one in ones if one.source == source for c in (*one.categories, *one.of)))
        rows, _ = rows_of(db, whole.scope, source, categories, MOST, 0)
        if rows:
            lines = [(row["conference"], row["title"], category(source, row["category"]), row["day"], int(row["amount"])) for row in rows]
            book.add(t("vi", f"sheet.rows_{source}"), columns, lines, (18, 70, 28, 14, 12))
    return book.done()


def rating_sheet(year: int, rows: Iterable[Rated]) -> bytes:
    """The export for the yearly rating: one row per chair (D16.1)."""
    book = _Sheets()
    head = [t("vi", f"rating.{name}") for name in ("office", "unit", "periodic", "held", "planned")]
    for one in SECTIONS["on_time"]:
        head += [t("vi", f"figure.{one.name}"), t("vi", "rating.share")]
    lines = [
        (row.office, row.unit, t("vi", "rating.yes" if row.periodic else "rating.no"), row.held, row.planned,
         *(cell for value in row.rates for cell in (said(value), value.share)))
        for row in rows
    ]  # fmt: skip
    book.add(t("vi", "rating.sheet", year=year), head, lines, (48, 30, 16, 12, 12, *(24, 10) * len(SECTIONS["on_time"])))
    return book.done()
