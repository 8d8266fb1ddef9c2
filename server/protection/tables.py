"""Requests about personal data, the terms in which they are done, and incidents. Dates are ISO texts, moments milliseconds."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text

from server.db.tables import metadata

PERSONAL = {"data": "personal"}

# One request. `petition` is the proof of whoever wrote with a tracking code; `proof` says how the office made sure of anybody else.
data_request = Table(
    "data_request",
    metadata,
    Column("id", Text, primary_key=True),
    Column("unit", ForeignKey("unit.id"), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("ask", Text, nullable=False),  # moderation.case.protection.Ask
    Column("state", Text, nullable=False, index=True),  # moderation.case.protection.RequestState
    Column("received_at", BigInteger, nullable=False),
    Column("received_on", Text, nullable=False),
    Column("name", Text, nullable=False, info=PERSONAL),
    Column("phone", Text, nullable=False, default="", info=PERSONAL),
    Column("email", Text, nullable=False, default="", info=PERSONAL),
    Column("petition", Text, index=True),
    Column("proof", Text, nullable=False, default="", info=PERSONAL),
    Column("text", Text, nullable=False, default="", info=PERSONAL),
    Column("keyed_by", Text, nullable=False, default=""),  # the account that entered it; "" for the public form
    Column("answer", Text, nullable=False, default="", info=PERSONAL),
    Column("answered_on", Text),
    Column("outcome", Text, nullable=False, default="", info=PERSONAL),
    Column("done_on", Text),
    Column("version", Integer, nullable=False, default=1),
    Index("data_request_number", "unit", "number", unique=True),
)

# A term that an administrator changed; `id` is what it is for (answer, see, correct, erase, withdraw).
data_term = Table(
    "data_term",
    metadata,
    Column("id", Text, primary_key=True),
    Column("days", Integer, nullable=False),
    Column("source", Text, nullable=False),
    Column("version", Integer, nullable=False, default=1),
)

# A breach: when it was found, what it touches, what was done, when it was notified. Due 72 hours after `found_at`; the record is kept for five years.
data_incident = Table(
    "data_incident",
    metadata,
    Column("id", Text, primary_key=True),
    Column("unit", ForeignKey("unit.id"), nullable=False, index=True),
    Column("found_at", BigInteger, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("touches", Text, nullable=False),  # kinds of data
    Column("people", Integer),
    Column("measures", Text, nullable=False, default=""),
    Column("notified_at", BigInteger),
    Column("notified_to", Text, nullable=False, default=""),
    Column("closed_at", BigInteger),
    Column("by", Text, nullable=False),
    Column("version", Integer, nullable=False, default=1),
)
