"""One row per deadline and legal clock."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Table, Text

from server.db.tables import metadata

deadline = Table(
    "deadline",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conference", ForeignKey("conference.id"), index=True),
    Column("kind", Text, nullable=False),  # notice, conclusion, publication, agency_report, answer, task, milestone, periodic_report, data_request …
    Column("subject", Text, nullable=False),  # the row it is about, "" for the conference itself
    Column("clock", Text, nullable=False),  # code of the legal profile, "" for a date that somebody set
    Column("counted_from", JSON, nullable=False),  # what `moderation.case.counting.count` counts again
    Column("due", Text, nullable=False, index=True),
    Column("safe", Text),  # the earlier, safe date where a reading allows two
    Column("provisional", Boolean, nullable=False, default=False),  # the calendar of a year it touches is not announced
    Column("owner", Text, nullable=False, default=""),  # the body that has to act
    Column("met_on", Text),
    Column("closed", Boolean, nullable=False, default=False),  # met, or no longer asked for
    Index("deadline_of", "kind", "subject", "clock"),
)
