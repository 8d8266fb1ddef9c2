"""The tables that release 0.1.0 made by itself: the journal, and who gets in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from server.db.append_only import Guard

revision = "0001"
down_revision = None

FACT = Guard("fact", ("conference", "seq", "at", "by", "command", "type", "body", "private", "salt", "hash"), ("private", "salt"))


def upgrade() -> None:
    versions = op.create_table(
        "schema_version",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("applied", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("version"),
    )
    op.bulk_insert(versions, [{"version": 1, "applied": 0}])
    op.create_table(
        "fact",
        sa.Column("conference", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("conference", "seq"),
    )
    FACT.put(op.get_bind())
    op.create_table(
        "account",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("login"),
    )
    op.create_table(
        "seat",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conference", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("revoked", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_seat_account", "seat", ["account"])
    op.create_index("seat_of_person", "seat", ["conference", "person"], unique=True)
    op.create_table(
        "session",
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("seat", sa.Text(), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("revoked", sa.BigInteger(), nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.Column("address_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("(account IS NULL) <> (seat IS NULL)", name="of_one"),
        sa.ForeignKeyConstraint(["account"], ["account.id"]),
        sa.ForeignKeyConstraint(["seat"], ["seat.id"]),
        sa.PrimaryKeyConstraint("secret_hash"),
    )
    for column in ("account", "address_hash", "seat"):
        op.create_index(f"ix_session_{column}", "session", [column])
    op.create_table(
        "link",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("seat", sa.Text(), nullable=True),
        sa.Column("conference", sa.Text(), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=True),
        sa.Column("uses_left", sa.Integer(), nullable=True),
        sa.Column("revoked", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'setup' AND account IS NOT NULL AND seat IS NULL AND conference IS NULL)"
            " OR (kind = 'seat' AND seat IS NOT NULL AND account IS NULL AND conference IS NULL)"
            " OR (kind = 'public' AND conference IS NOT NULL AND seat IS NULL AND account IS NULL)",
            name="kind_and_what",
        ),
        sa.ForeignKeyConstraint(["account"], ["account.id"]),
        sa.ForeignKeyConstraint(["seat"], ["seat.id"]),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    for column in ("account", "conference", "seat"):
        op.create_index(f"ix_link_{column}", "link", [column])
    op.create_table(
        "code",
        sa.Column("finds", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("seat", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("tries_left", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["seat"], ["seat.id"]),
        sa.PrimaryKeyConstraint("finds"),
    )
    op.create_index("ix_code_seat", "code", ["seat"])


def downgrade() -> None:
    FACT.remove(op.get_bind())
    for table in ("code", "link", "session", "seat", "account", "fact", "schema_version"):
        op.drop_table(table)
