"""Putting many rows into a database, and words to fill them with."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Table, insert

SAID = """đề nghị phường nạo vét cống thoát nước ngõ bị ngập sâu sau mỗi trận mưa đèn chiếu sáng công viên hỏng điểm tập kết rác bốc mùi xe thu gom đến muộn
giấy chứng nhận quyền sử dụng đất vỉa hè lấn chiếm học sinh trường mầm non quá tải trạm y tế hết thuốc bảo hiểm nước máy yếu nhà văn hóa xuống cấp"""
WORDS = SAID.split()
BATCH = 5_000

Row = dict[str, Any]


def put(db: Connection, table: Table, rows: Iterator[Row]) -> None:
    """Inserts in batches."""
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            db.execute(insert(table), batch)
            batch = []
    if batch:
        db.execute(insert(table), batch)


def words(chance: random.Random, count: int) -> str:
    return " ".join(chance.choices(WORDS, k=count)).capitalize()
