"""The history of every change, the forms already taken, and who works as what is in `server/organisation`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text

from server.db.append_only import append_only
from server.db.tables import metadata

# One entry per change, chained by hashes like the journal: `chain` is the conference's id, or "house". `body` holds the exact bytes that were hashed; personal
# texts are in `private`, which can be erased with its salt while the chain still verifies.
history = Table(
    "history",
    metadata,
    Column("chain", Text, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False, index=True),
    Column("by", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("private", LargeBinary, info={"data": "personal"}),
    Column("salt", LargeBinary),
    Column("hash", LargeBinary, nullable=False),
    Index("history_of_subject", "kind", "subject"),
)
append_only(history, allowed_nulling=("private", "salt"))

# A form that was taken: sent again (a second click, a reload), it is answered as the first time and nothing is done twice.
taken_form = Table(
    "taken_form",
    metadata,
    Column("once", Text, primary_key=True),
    Column("at", BigInteger, nullable=False, index=True),
    Column("went", Text, nullable=False),
)
