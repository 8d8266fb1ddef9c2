"""The days that differ from their weekday, the years that are announced, and a stamp that changes with either."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Table, Text

from server.db.tables import metadata

# `id` is the day itself (ISO): no day has two kinds.
calendar_day = Table(
    "calendar_day",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),  # moderation.case.calendar.DayKind
    Column("title", Text, nullable=False),
    Column("source_no", Text, nullable=False, default=""),  # the paper that says so
    Column("source_date", Text),
)

# `id` is the year. A year without a row, or not announced, is provisional ("tạm tính").
calendar_year = Table(
    "calendar_year",
    metadata,
    Column("id", Text, primary_key=True),
    Column("announced", Boolean, nullable=False, default=False),
    Column("source", Text, nullable=False, default=""),
)

# One row: a new random stamp with every change, by which each process knows whether the calendar it keeps in memory is still the calendar.
calendar_stamp = Table("calendar_stamp", metadata, Column("id", Text, primary_key=True), Column("stamp", Text, nullable=False))
