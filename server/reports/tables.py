"""Periodic reports, and the figures of closed rooms that they count."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, Table, Text

from server.db.tables import metadata

# What the record of a room says in numbers: one row per figure. Made anew from the record whenever it changes (`keep_figures`), so the history does not tell of it.
conference_figure = Table(
    "conference_figure",
    metadata,
    Column("id", Text, primary_key=True),  # conference:name
    Column("conference", ForeignKey("conference.id"), nullable=False),
    Column("name", Text, nullable=False),  # moderation.statistics
    Column("amount", Integer, nullable=False),
    Index("conference_figure_name", "name", "conference"),
)

# A report of Art. 15.1. `figures` are those that were signed; until then they are counted whenever somebody looks.
report = Table(
    "report",
    metadata,
    Column("id", Text, primary_key=True),
    Column("unit", ForeignKey("unit.id"), nullable=False),
    Column("kind", Text, nullable=False),  # moderation.case.deadlines.ReportKind
    Column("year", Integer, nullable=False),
    Column("first", Text, nullable=False),
    Column("last", Text, nullable=False),
    Column("state", Text, nullable=False),  # draft, submitted, signed, sent
    Column("situation", Text, nullable=False, default=""),
    Column("limits", Text, nullable=False, default=""),
    Column("proposals", Text, nullable=False, default=""),
    Column("recipient", Text, nullable=False, default=""),
    Column("returned", Text, nullable=False, default=""),  # what the one who signs wants changed
    Column("figures", JSON),  # {"figures": {name: [amount, of]}, "units": [...], "missing": [names]}
    Column("paper", Text),
    Column("signed_by", Text),
    Column("signed_at", BigInteger),
    Column("sent_on", Text),
    Column("created", BigInteger, nullable=False),
    Column("version", Integer, nullable=False, default=1),
    Index("report_once", "unit", "kind", "year", unique=True),
)
