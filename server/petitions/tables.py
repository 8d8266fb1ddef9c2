"""Petitions with their senders, their answers, what others propose, and the files that came with them. Dates are ISO texts, moments milliseconds."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from server.db.tables import metadata

PERSONAL = {"data": "personal"}

# One opinion as it came. `content` is never changed; what others may read stands in `summary` and `shown_as`. States, kinds and sources: moderation.case.petitions.
petition = Table(
    "petition",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conference", ForeignKey("conference.id"), nullable=False),
    Column("number", Integer, nullable=False),  # counts what was received for the conference, from 1
    Column("code", Text, nullable=False),  # YK-0005 as received, KN-03 once accepted, NP-01 when it belongs elsewhere
    Column("dialogue_number", Integer),  # of its code KN-…, which stays its own wherever it is sent
    Column("elsewhere_number", Integer),  # of its code NP-…
    Column("state", Text, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("received_on", Text, nullable=False),  # the day on the slip
    Column("source", Text, nullable=False),
    Column("source_detail", Text, nullable=False, default="", info=PERSONAL),  # who wrote it down on behalf; the number of the slip
    Column("keyed_by", Text, nullable=False, default=""),  # the account that entered it; "" for the public form
    Column("keyed_for", ForeignKey("body.id")),  # the body of that account
    # who raises it
    Column("name", Text, nullable=False, info=PERSONAL),  # the person or, of a group, what the group is called
    Column("birth_year", Integer, info=PERSONAL),
    Column("area", Text, nullable=False, default=""),  # residential group or village
    Column("address", Text, nullable=False, default="", info=PERSONAL),
    Column("phone", Text, nullable=False, default="", info=PERSONAL),  # E.164
    Column("email", Text, nullable=False, default="", info=PERSONAL),
    Column("basis", Text, nullable=False, default="live"),
    Column("is_group", Boolean, nullable=False, default=False),
    Column("households", Integer),
    Column("representative", Text, nullable=False, default="", info=PERSONAL),
    Column("authority", Text, nullable=False, default=""),  # the paper that authorises the representative (Art. 2.2)
    Column("shown_as", Text, nullable=False),
    # what it says
    Column("field", Text, nullable=False),
    Column("content", Text, nullable=False, info=PERSONAL),
    Column("request", Text, nullable=False, default="", info=PERSONAL),
    Column("summary", Text, nullable=False, default=""),
    Column("wants_to_speak", Boolean, nullable=False, default=False),
    Column("channel", Text, nullable=False, default=""),
    # what the sender was told and agreed to
    Column("publish_name", Boolean, nullable=False, default=False),
    Column("results_by", Text, nullable=False, default=""),  # email, sms, "" without consent
    Column("notice_seen_at", BigInteger),
    Column("declared", Boolean, nullable=False),
    Column("tracking_hash", LargeBinary, unique=True),
    # triage
    Column("kind", Text),
    Column("triage_note", Text, nullable=False, default=""),
    Column("referral_no", Text, nullable=False, default=""),
    Column("referral_date", Text),
    Column("referral_to", Text, nullable=False, default=""),
    Column("merged_into", ForeignKey("petition.id")),
    Column("withheld", Boolean, nullable=False, default=False),
    Column("withheld_reason", Text, nullable=False, default=""),
    Column("withheld_by", Text, nullable=False, default=""),
    # assignment
    Column("lead", ForeignKey("body.id")),
    Column("coordinating", JSON, nullable=False, default=list),
    Column("within_authority", Boolean, nullable=False, default=True),
    Column("complex", Boolean, nullable=False, default=False),
    Column("escalate_to", ForeignKey("body.id")),
    Column("answer_due", Text),
    Column("version", Integer, nullable=False, default=1),
    Index("petition_number", "conference", "number", unique=True),
    Index("petition_code", "conference", "code", unique=True),
    Index("petition_dialogue_number", "conference", "dialogue_number", unique=True),
    Index("petition_elsewhere_number", "conference", "elsewhere_number", unique=True),
    Index("petition_counted", "conference", "state", "field", "id"),  # holds all that reports count
    Index("petition_lead", "lead", "state"),
    Index("petition_merged", "merged_into"),
    Index("petition_received", "received_at"),
)

# A version of the answer to a petition. The highest number is the one in work; texts are never changed.
petition_answer = Table(
    "petition_answer",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conference", ForeignKey("conference.id"), nullable=False, index=True),
    Column("petition", ForeignKey("petition.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("body", ForeignKey("body.id")),  # the agency that answers
    Column("state", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("remark", Text, nullable=False, default=""),
    Column("checked_by", Text, nullable=False, default=""),
    Column("checked_at", BigInteger),
    Column("released_by", Text, nullable=False, default=""),
    Column("released_at", BigInteger),
    Index("petition_answer_number", "petition", "number", unique=True),
)

# What the Front proposes about the assignment.
petition_proposal = Table(
    "petition_proposal",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conference", ForeignKey("conference.id"), nullable=False, index=True),
    Column("petition", ForeignKey("petition.id"), nullable=False, index=True),
    Column("proposed_lead", ForeignKey("body.id"), nullable=False),
    Column("note", Text, nullable=False, default=""),
    Column("by", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("settled", Text, nullable=False, default=""),  # taken, declined
)

# A picture or scan that came with a petition; the bytes are in the store of files.
petition_file = Table(
    "petition_file",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conference", ForeignKey("conference.id"), nullable=False, index=True),
    Column("petition", ForeignKey("petition.id"), nullable=False, index=True),
    Column("sha256", Text, nullable=False),
    Column("name", Text, nullable=False, info=PERSONAL),
    Column("type", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
)

# A table of petitions that was read and shown, and waits to be taken or was taken.
petition_table = Table(
    "petition_table",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conference", ForeignKey("conference.id"), nullable=False, index=True),
    Column("sha256", Text, nullable=False),
    Column("name", Text, nullable=False, info=PERSONAL),
    Column("rows", Integer, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("taken_at", BigInteger),
)

# What the Front foresees for the conference (Art. 14.1): internal, for the chair and the advising office.
forecast = Table(
    "forecast",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conference", ForeignKey("conference.id"), nullable=False, index=True),
    Column("text", Text, nullable=False, info={"data": "sensitive"}),
    Column("by", Text, nullable=False),
    Column("body", ForeignKey("body.id")),
    Column("at", BigInteger, nullable=False),
)
