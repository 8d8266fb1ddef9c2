"""All tables of the database, in one place. Times are milliseconds since the epoch (UTC); hashes are raw
bytes."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

from server.db.append_only import append_only

metadata = MetaData()

# Written by release 0.1.0 (1) and for its eyes alone (2): it works only with a database that says 1 at most. Since then alembic's own table counts.
schema_version = Table(
    "schema_version",
    metadata,
    Column("version", Integer, primary_key=True),
    Column("applied", BigInteger, nullable=False),
)

# The journal. `body` holds the exact bytes that were hashed; at, by, command and type repeat it for questions
# in SQL.
fact = Table(
    "fact",
    metadata,
    Column("conference", Text, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("command", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("private", LargeBinary, info={"data": "personal"}),
    Column("salt", LargeBinary),
    Column("hash", LargeBinary, nullable=False),
)

# the one change allowed: personal data and its salt are erased together
append_only(fact, allowed_nulling=("private", "salt"))

# A person who works for the authority and signs in with a password.
account = Table(
    "account",
    metadata,
    Column("id", Text, primary_key=True),
    Column("login", Text, nullable=False, unique=True, info={"data": "personal"}),
    Column("name", Text, nullable=False, info={"data": "personal"}),
    Column("password_hash", Text),
    Column("disabled", Boolean, nullable=False, default=False),
    Column("created", BigInteger, nullable=False),
)

# One person in one conference. `person` is the person's id in that conference's facts.
seat = Table(
    "seat",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conference", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("account", ForeignKey("account.id"), index=True),
    Column("created", BigInteger, nullable=False),
    Column("revoked", BigInteger),
    Index("seat_of_person", "conference", "person", unique=True),
)

# A browser that is signed in: to an account, or to one seat.
session = Table(
    "session",
    metadata,
    Column("secret_hash", LargeBinary, primary_key=True),
    Column("account", ForeignKey("account.id"), index=True),
    Column("seat", ForeignKey("seat.id"), index=True),
    Column("created", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("revoked", BigInteger),
    Column("user_agent", Text, nullable=False, info={"data": "personal"}),
    Column("address_hash", LargeBinary, nullable=False, index=True, info={"data": "personal"}),
    CheckConstraint("(account IS NULL) <> (seat IS NULL)", name="of_one"),
)

# A secret address: setup (choose a password, once), seat (a person's own), public (into a conference's
# lobby).
link = Table(
    "link",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("account", ForeignKey("account.id"), index=True),
    Column("seat", ForeignKey("seat.id"), index=True),
    Column("conference", Text, index=True),
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger),
    Column("uses_left", Integer),
    Column("revoked", BigInteger),
    CheckConstraint(
        "(kind = 'setup' AND account IS NOT NULL AND seat IS NULL AND conference IS NULL)"
        " OR (kind = 'seat' AND seat IS NOT NULL AND account IS NULL AND conference IS NULL)"
        " OR (kind = 'public' AND conference IS NOT NULL AND seat IS NULL AND account IS NULL)",
        name="kind_and_what",
    ),
)

# A short code read out or handed over by the desk, with which a phone becomes a person's own.
code = Table(
    "code",
    metadata,
    Column("finds", Text, primary_key=True),
    Column("code_hash", LargeBinary, nullable=False),
    Column("seat", ForeignKey("seat.id"), nullable=False, index=True),
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("tries_left", Integer, nullable=False),
)
