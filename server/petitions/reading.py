"""Tables of petitions (XLSX, CSV): the template to fill in, and reading a filled one row by row, with a sentence at each fault. All rows are taken or none."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from xml.etree import ElementTree

import xlsxwriter  # type: ignore[import-untyped]
from pydantic import ValidationError
from python_calamine import CalamineWorkbook
from sqlalchemy import RowMapping

from moderation import Refusal
from moderation.case.petitions import FIELDS
from moderation.case.text import fold
from server.accounts.keys import Keys
from server.files.store import Store
from server.i18n import t
from server.office.work import Work
from server.petitions.entering import Entry, enter, examine
from server.petitions.petition_form import SlipForm
from server.settings import Language

MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 2_000, 40, 10_000

COLUMNS = ("name", "birth_year", "area", "address", "phone", "email", "is_group", "households", "representative", "authority", "field", "content", "request",
           "wants_to_speak", "publish_name", "received_on", "source_detail", "declared")  # fmt: skip
"""The columns of the template, by the questions they answer; their headings are `petition.column.<name>` in Vietnamese."""
NEEDED = ("name", "content", "declared")
TICKS = frozenset(("is_group", "wants_to_speak", "publish_name", "declared"))
YES = frozenset(("x", "co", "1", "v", "yes", "true", "da ky", "da cam ket"))
"""What a ticked cell says, folded."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: its number as spreadsheets count, the entry it makes, or the faults: (column's heading, sentence)."""

    number: int
    name: str
    content: str
    entry: Entry | None
    faults: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Sheet:
    """A table as read."""

    rows: list[Row] = field(default_factory=list)

    @property
    def fit(self) -> bool:
        return bool(self.rows) and all(row.entry is not None for row in self.rows)


def heading(column: str) -> str:
    """The heading of a column, Vietnamese as the tables are."""
    return t("vi", f"petition.column.{column}")


def template() -> bytes:
    """An empty table with its headings, a line of explanation for each, and the fields to choose from."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold, soft = (
            book.add_format({"bold": True, "text_wrap": True, "bg_color": "#E4EFF7", "border": 1, "valign": "top"}),
            book.add_format({"text_wrap": True}),
        )
        sheet, help_sheet = book.add_worksheet("Ý kiến"), book.add_worksheet("Hướng dẫn")
        for place, column in enumerate(COLUMNS):
            sheet.write_string(0, place, heading(column), bold)
            help_sheet.write_string(place, 0, heading(column), bold)
            help_sheet.write_string(place, 1, t("vi", f"petition.column_help.{column}"), soft)
        sheet.set_column(0, len(COLUMNS) - 1, 18)
        sheet.set_column(COLUMNS.index("content"), COLUMNS.index("content"), 60, soft)
        sheet.freeze_panes(1, 1)
        help_sheet.set_column(0, 0, 26)
        help_sheet.set_column(1, 1, 90)
        names = [t("vi", f"petition.field.{code}") for code in FIELDS]
        for place, name in enumerate(names):
            help_sheet.write_string(len(COLUMNS) + 1 + place, 1, name)
        at = COLUMNS.index("field")
        sheet.data_validation(
            1, at, MOST_ROWS, at, {"validate": "list", "source": f"='Hướng dẫn'!$B${len(COLUMNS) + 2}:$B${len(COLUMNS) + 1 + len(names)}"}
        )
    return out.getvalue()


def cells(content: bytes) -> list[list[str]]:
    """The cells of the first sheet as texts (raises `Refusal` file_unreadable, table_too_long)."""
    try:
        raw = _workbook(content) if content.startswith(b"PK") else _csv(content)
        rows = [[_text(cell) for cell in row[:MOST_COLUMNS]] for row in raw]
    except Refusal:
        raise
    except Exception:  # a damaged table fails in whatever way its reader likes
        raise Refusal("file_unreadable", field="file") from None
    while rows and not any(rows[-1]):
        rows.pop()
    if len(rows) > MOST_ROWS + 1:
        raise Refusal("table_too_long", field="file", limit=MOST_ROWS)
    return rows


def uncalculated(content: bytes) -> dict[int, list[tuple[str, int]]]:
    """Row → the cells of the first sheet (name, place from 0) that hold a formula and no value, as programs write them that do not calculate. To whoever opens the
    table they are not empty; to us they would be. Raises `Refusal` file_unreadable, table_too_long."""
    found: dict[int, list[tuple[str, int]]] = {}
    if not content.startswith(b"PK"):
        return found
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed, packed.open(_first_sheet(packed)) as part:
            for _, cell in ElementTree.iterparse(part):
                if not cell.tag.endswith("}c"):
                    continue
                value = cell.find("{*}v")
                if cell.find("{*}f") is not None and (value is None or (not value.text and cell.get("t") != "str")):
                    name = cell.get("r", "")
                    letters = name.rstrip("0123456789")
                    found.setdefault(int(name[len(letters) :]), []).append((name, _place(letters)))
                cell.clear()
    except Exception:  # a damaged table fails in whatever way its reader likes
        raise Refusal("file_unreadable", field="file") from None
    if found and max(found) > MOST_ROWS + 10:
        raise Refusal("table_too_long", field="file", limit=MOST_ROWS)
    return found


def _first_sheet(packed: zipfile.ZipFile) -> str:
    """The member of a workbook that holds its first sheet."""
    book = ElementTree.fromstring(packed.read("xl/workbook.xml"))
    first = book.find("{*}sheets/{*}sheet")
    assert first is not None
    id = next(value for name, value in first.attrib.items() if name.endswith("}id"))
    links = ElementTree.fromstring(packed.read("xl/_rels/workbook.xml.rels"))
    target = next(link.get("Target", "") for link in links if link.get("Id") == id)
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _place(letters: str) -> int:
    """The place of a column from its letters: A is 0, AA is 26."""
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1


def read(content: bytes, language: Language, today: date) -> Sheet:
    """Reads a table (raises `Refusal` file_unreadable, table_too_long, table_without_rows, table_without_columns)."""
    rows = cells(content)
    head = next((place for place, row in enumerate(rows[:10]) if len(_columns(row)) >= len(NEEDED)), None)
    if head is None:
        raise Refusal("table_without_columns", field="file", columns=", ".join(heading(column) for column in NEEDED))
    columns = _columns(rows[head])
    missing = [heading(column) for column in NEEDED if column not in columns.values()]
    if missing:
        raise Refusal("table_without_columns", field="file", columns=", ".join(missing))
    sheet, hollow = Sheet(), uncalculated(content)
    for number in range(head + 2, max([len(rows), *hollow]) + 1):
        row = rows[number - 1] if number <= len(rows) else []
        lacking = {cell: place for cell, place in hollow.get(number, ()) if place in columns or not any(row)}
        if lacking:
            where = ", ".join(heading(columns[place]) if place in columns else cell for cell, place in lacking.items())
            fault = (where, t(language, "petition.fault.uncalculated", cells=", ".join(lacking)))
            given = {column: row[place] if place < len(row) else "" for place, column in columns.items()}
            sheet.rows.append(Row(number, given.get("name", "")[:120], given.get("content", "")[:200], None, (fault,)))
        elif any(row):
            sheet.rows.append(_row(number, {column: row[place] if place < len(row) else "" for place, column in columns.items()}, language, today))
    if not sheet.rows:
        raise Refusal("table_without_rows", field="file")
    return sheet


def take(w: Work, found: RowMapping, sheet: Sheet, keys: Keys, store: Store, keyed_for: str | None) -> int:
    """Takes every row in, or none (raises `Refusal` table_unfit)."""
    if not sheet.fit:
        raise Refusal("table_unfit", field="file")
    for row in sheet.rows:
        assert row.entry is not None
        enter(w, found, row.entry, keys, store, keyed_for=keyed_for)
    return len(sheet.rows)


def _columns(row: Sequence[str]) -> dict[int, str]:
    """Place → the column whose heading stands there; the first of two equal ones."""
    names = {fold(heading(column)): column for column in COLUMNS}
    found: dict[int, str] = {}
    for place, cell in enumerate(row):
        column = names.get(fold(cell.strip().rstrip("*").strip()))
        if column and column not in found.values():
            found[place] = column
    return found


def _row(number: int, given: Mapping[str, str], language: Language, today: date) -> Row:
    values: dict[str, Any] = {}
    faults: list[tuple[str, str]] = []
    fields = {fold(t("vi", f"petition.field.{code}")): code for code in FIELDS}
    for column, cell in given.items():
        if column in TICKS:
            values[column] = fold(cell) in YES
        elif column == "field":
            if cell and fold(cell) not in fields:
                faults.append((heading("field"), t(language, "refusal.choice_unknown")))
            values[column] = fields.get(fold(cell), "khac")
        elif column == "phone" and cell.isdecimal() and len(cell) == 9:
            values[column] = f"0{cell}"  # a spreadsheet took it for a number
        elif cell:
            values[column] = cell
    values["source"] = "on_behalf" if values.get("source_detail") else "table"
    try:
        form = SlipForm.model_validate(values)
    except ValidationError as error:
        for fault in error.errors():
            column = str(fault["loc"][0]) if fault["loc"] else ""
            kind = {"missing": "missing", "string_too_short": "missing", "string_too_long": "too_long"}.get(fault["type"], "unfit")
            kind = "date" if fault["type"].startswith("date") else "number" if fault["type"].startswith(("int", "greater", "less")) else kind
            faults.append(
                (
                    heading(column) if column in COLUMNS else column,
                    t(language, f"form.fault.{kind}", limit=fault.get("ctx", {}).get("max_length", "")),
                )
            )
        return Row(number, given.get("name", "")[:120], given.get("content", "")[:200], None, tuple(faults))
    entry = form.entry("", ())
    try:
        examine(entry, today)
    except Refusal as refusal:
        column = str(refusal.details.get("field", ""))
        faults.append((heading(column) if column in COLUMNS else column, t(language, f"refusal.{refusal.code}", **refusal.details)))
    return Row(number, form.name, form.content[:200], None if faults else entry, tuple(faults))


def _workbook(content: bytes) -> Iterable[Sequence[object]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    sheet = book.get_sheet_by_index(0)
    if sheet.total_height > MOST_ROWS + 10:
        raise Refusal("table_too_long", field="file", limit=MOST_ROWS)
    if sheet.total_width > 1_000:
        raise Refusal("file_unreadable", field="file")
    return sheet.to_python(skip_empty_area=False)


def _csv(content: bytes) -> Iterable[Sequence[object]]:
    text = content.decode("utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    first = text.partition("\n")[0]
    mark = max(";,\t", key=first.count)
    return list(csv.reader(io.StringIO(text), delimiter=mark, strict=True))


def _text(cell: object) -> str:
    """A cell as text: whole numbers without a decimal point, dates as ISO. What is too long is refused with the row, not cut."""
    if isinstance(cell, bool):
        return "x" if cell else ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    text = str(cell).strip() if cell is not None else ""
    if len(text) > LONGEST_CELL:
        raise Refusal("text_too_long", field="file", limit=LONGEST_CELL)
    return text
