"""The addresses under which people see their deadlines in a calendar of their own."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Table, Text

from server.db.tables import metadata

# The secret address is made from the id and the server's key, so that it can be shown again and the table alone opens nothing.
calendar_feed = Table(
    "calendar_feed",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account", ForeignKey("account.id"), nullable=False, index=True),
    Column("created", BigInteger, nullable=False),
    Column("revoked", BigInteger),
)
