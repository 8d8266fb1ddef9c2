"""The outbox: one row per message, recipient and version."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, Table, Text

from server.db.tables import metadata

message = Table(
    "message",
    metadata,
    Column("id", Text, primary_key=True),
    Column("key", Text, nullable=False, unique=True),  # what it tells of, to whom, in which version: never twice
    Column("conference", Text, index=True),
    Column("kind", Text, nullable=False),  # invitation, reminder, answer_released, notice, …
    Column("subject_id", Text, nullable=False, default="", index=True),
    Column("channel", Text, nullable=False),  # email, sms, zalo, paper
    Column("recipient", Text, nullable=False, info={"data": "personal"}),  # name as addressed
    Column("address", Text, nullable=False, info={"data": "personal"}),  # e-mail address or phone (E.164)
    Column("body", Text, nullable=False, default=""),  # "" for a person; sent again, it goes to the address that the body has then
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False, info={"data": "personal"}),
    Column("attachments", JSON, nullable=False, default=list),  # [{"sha256" or "text", "name", "type"}]
    Column("state", Text, nullable=False, index=True),  # queued, sending, sent, failed, uncertain, withdrawn
    Column("tries", Integer, nullable=False, default=0),
    Column("not_before", BigInteger, nullable=False),
    Column("claimed_until", BigInteger),
    Column("sent_at", BigInteger),
    Column("error", Text, nullable=False, default=""),
    Column("created", BigInteger, nullable=False),
    Index("message_queue", "state", "not_before"),
)
