"""One row per invited organisation or person, and one per channel on which the public was told."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from server.db.tables import metadata

# An invitation. `edition` counts anew when a conference was postponed: the older ones are void. The token leads to the invitation's own page; only its hash is kept.
invitation = Table(
    "invitation",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conference", ForeignKey("conference.id"), nullable=False, index=True),
    Column("edition", Integer, nullable=False, default=1),
    Column("kind", Text, nullable=False),  # body, person
    Column("body", ForeignKey("body.id")),
    Column("petition", Text),  # the petition whose petitioner is invited
    Column("recipient", Text, nullable=False, info={"data": "personal"}),
    Column("address", Text, nullable=False, default="", info={"data": "personal"}),  # e-mail or phone
    Column("residence", Text, nullable=False, default="", info={"data": "personal"}),
    Column("audience", Text, nullable=False, default=""),
    Column("channel", Text, nullable=False),  # email, sms, zalo, paper
    Column("token_hash", LargeBinary, index=True),
    Column("sent_at", BigInteger),
    Column("message", Text),
    Column("answer", Text, nullable=False, default=""),  # "", coming, not_coming
    Column("answered_at", BigInteger),
    Column("coming_by", Text, nullable=False, default=""),  # hall, venue, online, phone
    Column("venue", Text, nullable=False, default=""),  # code of the branch venue, where somebody comes to one
    Column("wants_to_speak", Boolean, nullable=False, default=False),
    Column("topic", Text, nullable=False, default="", info={"data": "personal"}),
    Column("void", Boolean, nullable=False, default=False),
    Column("version", Integer, nullable=False, default=1),
)

# A channel on which everybody was told: the ward's site, the loudspeakers, the notice board, Zalo.
announcement = Table(
    "announcement",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conference", ForeignKey("conference.id"), nullable=False, index=True),
    Column("edition", Integer, nullable=False, default=1),
    Column("channel", Text, nullable=False),  # website, loudspeaker, posted, zalo, press, other
    Column("published_at", BigInteger, nullable=False),
    Column("url", Text, nullable=False, default=""),
    Column("note", Text, nullable=False, default=""),
    Column("files", JSON, nullable=False, default=list),
    Column("void", Boolean, nullable=False, default=False),
    Index("announcement_once", "conference", "edition", "channel", "published_at", unique=True),
)
