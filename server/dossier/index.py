"""The list of what lies in an archive, as a spreadsheet and as CSV. What somebody typed is never a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime

import xlsxwriter  # type: ignore[import-untyped]

HEAD = ("STT", "Thành phần hồ sơ", "Tên văn bản, tài liệu", "Số, ký hiệu", "Ngày văn bản", "Tệp", "SHA-256")
WIDTHS = (6, 30, 60, 18, 14, 55, 66)
Line = Sequence[str]
"""One row, a text for each column of `HEAD`."""


def as_xlsx(title: str, lines: Sequence[Line]) -> bytes:
    """The list as XLSX; the same list gives the same bytes."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}) as book:
        book.set_properties({"title": title, "created": datetime(2020, 1, 1)})
        sheet = book.add_worksheet("Mục lục")
        bold, cell = (
            book.add_format({"bold": True, "text_wrap": True, "border": 1}),
            book.add_format({"text_wrap": True, "border": 1, "valign": "top"}),
        )
        sheet.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 14}))
        for column, (name, width) in enumerate(zip(HEAD, WIDTHS, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(2, column, name, bold)
        for row, line in enumerate(lines, 3):
            for column, text in enumerate(line):
                sheet.write_string(row, column, text, cell)
        sheet.freeze_panes(3, 0)
        sheet.repeat_rows(2)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
    return out.getvalue()


def as_csv(lines: Sequence[Line]) -> bytes:
    """The list as CSV in UTF-8 with its mark, as Excel wants it; a text that a spreadsheet would take for a formula begins with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([HEAD, *([harmless(text) for text in line] for line in lines)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def harmless(text: str) -> str:
    """The text, which no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠") else text
