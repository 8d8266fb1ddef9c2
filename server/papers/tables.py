"""Papers of the register, the numbers that were given, the files of issued papers, and templates that an office has changed."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from server.db.tables import metadata

# One paper. `data` and `frame` are what it is made from; once it is issued, `pdf` and `docx` name its files, which are never made again.
paper = Table(
    "paper",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conference", ForeignKey("conference.id"), index=True),
    Column("unit", ForeignKey("unit.id"), index=True),
    Column("kind", Text, nullable=False, index=True),  # name of its template
    Column("body", Text, nullable=False, default=""),  # that issues it
    Column("system", Text, nullable=False),  # state, party
    Column("signs", Text, nullable=False),  # chair, advising, agency: whose head signs it
    Column("symbol", Text, nullable=False, default=""),
    Column("number", Text, nullable=False, default=""),
    Column("date", Text, nullable=False, default=""),
    Column("subject", Text, nullable=False, default="", info={"data": "personal"}),
    Column("state", Text, nullable=False),  # draft, submitted, signed, issued, void
    Column("edition", Integer, nullable=False, default=1),
    Column("replaces", Text),
    Column("data", JSON, nullable=False, info={"data": "personal"}),
    Column("frame", JSON, nullable=False),
    Column("template", Text, nullable=False, default=""),  # the text of the office's own template; "" for the shipped one
    Column("pdf", Text, nullable=False, default=""),
    Column("docx", Text, nullable=False, default=""),
    Column("signed_pdf", Text, nullable=False, default=""),  # as it came back with a digital signature
    Column("created", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("signed_by", Text),
    Column("signed_at", BigInteger),
    Column("issued_at", BigInteger),
    Column("reason", Text, nullable=False, default=""),  # why it is void
    Column("version", Integer, nullable=False, default=1),
)

# Every number that was given: by body, type and period, each once.
paper_number = Table(
    "paper_number",
    metadata,
    Column("id", Text, primary_key=True),
    Column("body", Text, nullable=False),
    Column("symbol", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("paper", Text, nullable=False),
    Index("paper_number_once", "body", "symbol", "period", "number", unique=True),
)

# The bytes of issued papers, by their SHA-256, in the database: they come and go with the transaction that gives the number.
paper_file = Table(
    "paper_file",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

# An office's own text of a template. The highest version is in force; "" goes back to the shipped one.
paper_template = Table(
    "paper_template",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("edition", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("paper_template_edition", "kind", "edition", unique=True),
)
