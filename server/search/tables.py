"""One row per thing that can be found, and one that says which making of the entries these are. It repeats what stands elsewhere, so that the history does not tell
of it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Table, Text

from server.db.tables import metadata

search_entry = Table(
    "search_entry",
    metadata,
    Column("id", Text, primary_key=True),  # kind:subject
    Column("kind", Text, nullable=False),  # petition, petition_sealed, petition_sender, conclusion, paper, conference; making
    Column("subject", Text, nullable=False),
    Column("conference", Text),
    Column("unit", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("body", Text, nullable=False, info={"data": "personal"}),  # as it is shown
    Column("body_exact", Text, nullable=False, info={"data": "personal"}),  # small letters with their tones
    Column("body_folded", Text, nullable=False, info={"data": "personal"}),
    Column("at", BigInteger, nullable=False),
    Index("search_entry_where", "unit", "kind"),
    Index("search_entry_conference", "conference"),
)
