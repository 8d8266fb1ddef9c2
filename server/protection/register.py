"""The register of processing: what personal data there is, read from the tags of the tables, and what it is processed for, as a spreadsheet with what the
form for an impact assessment asks (Decree 356/2025, Mẫu số 10)."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]
import yaml

from server.db.all_tables import metadata
from server.i18n import t

PURPOSES = Path(__file__).with_name("purposes.yaml")


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity of processing. The sentences are Vietnamese, as the form is."""

    activity: str
    tables: tuple[str, ...]
    purpose: str
    basis: str
    people: str
    recipients: str
    term: str


@cache
def activities() -> tuple[Activity, ...]:
    """The activities, in the order of the file."""
    read: list[dict[str, Any]] = yaml.safe_load(PURPOSES.read_text(encoding="utf-8"))
    return tuple(Activity(**{**one, "tables": tuple(one["tables"])}) for one in read)


def personal() -> dict[str, dict[str, str]]:
    """Table → its columns with personal data → "personal" or "sensitive"."""
    found = {
        table.name: {column.name: str(column.info["data"]) for column in table.columns if "data" in column.info} for table in metadata.sorted_tables
    }
    return {name: columns for name, columns in found.items() if columns}


def named(table: str, column: str) -> tuple[str, str]:
    """Table and column by the names that people know."""
    return t("vi", f"kind.{table}"), t("vi", f"column.{column}")


HEAD = ("STT", "Hoạt động xử lý", "Mục đích", "Căn cứ", "Chủ thể dữ liệu", "Dữ liệu cơ bản", "Dữ liệu nhạy cảm", "Nơi nhận", "Thời hạn lưu",
        "Chuyển ra nước ngoài", "Biện pháp bảo vệ")  # fmt: skip
MEASURES = "Phân quyền theo chức trách; lịch sử nối mã; dữ liệu cá nhân tách riêng để xóa được; không giữ ảnh giấy tờ tùy thân"


def lines() -> list[tuple[str, ...]]:
    """One row per activity."""
    tags = personal()
    out: list[tuple[str, ...]] = []
    for number, one in enumerate(activities(), 1):
        kinds: dict[str, list[str]] = {"personal": [], "sensitive": []}
        for table in one.tables:
            for column, kind in tags.get(table, {}).items():
                said = named(table, column)[1]
                if said not in kinds[kind]:
                    kinds[kind].append(said)
        out.append((str(number), one.activity, one.purpose, one.basis, one.people, "; ".join(kinds["personal"]) or "Không", "; ".join(kinds["sensitive"]) or "Không",
                    one.recipients, one.term, "Không", MEASURES))  # fmt: skip
    return out


def as_xlsx(unit: str, contact: str) -> bytes:
    """The register with a second sheet of every column. `unit`: whose it is; `contact`: who answers for it."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}) as book:
        book.set_properties({"title": t("vi", "protection.register"), "created": datetime(2020, 1, 1)})
        bold = book.add_format({"bold": True, "text_wrap": True, "border": 1, "valign": "top"})
        cell = book.add_format({"text_wrap": True, "border": 1, "valign": "top"})
        title = book.add_format({"bold": True, "font_size": 14})
        columns = [(str(i), *named(table, column), table, column, t("vi", f"protection.kind.{kind}"))
                   for i, (table, column, kind) in enumerate(((a, b, c) for a, found in personal().items() for b, c in found.items()), 1)]  # fmt: skip
        for name, head, rows, width in (
            ("Hoạt động xử lý", HEAD, lines(), 28),
            ("Trường dữ liệu", ("STT", "Bảng", "Trường", "Tên bảng", "Tên trường", "Loại"), columns, 24),
        ):
            sheet = book.add_worksheet(name)
            sheet.set_column(0, 0, 5)
            sheet.set_column(1, len(head) - 1, width)
            sheet.write_string(0, 0, f"{t('vi', 'protection.register')} — {unit}", title)
            sheet.write_string(1, 0, contact)
            for column, text in enumerate(head):
                sheet.write_string(3, column, text, bold)
            for row, line in enumerate(rows, 4):
                for column, text in enumerate(line):
                    sheet.write_string(row, column, text, cell)
            sheet.freeze_panes(4, 0)
            sheet.set_landscape()
            sheet.fit_to_pages(1, 0)
    return out.getvalue()
