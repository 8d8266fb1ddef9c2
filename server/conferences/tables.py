"""The case of a conference: its plan (Art. 8.1), chairs, venues, programme, and where it stands.

Dates are ISO texts, clock times "13:30", moments milliseconds."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text

from server.db.tables import metadata

# One conference. `id` is also the id of its room. The six fields that Art. 8.1 wants: date and time, place, format, content (blocks), participants, coordination.
conference = Table(
    "conference",
    metadata,
    Column("id", Text, primary_key=True),
    Column("unit", ForeignKey("unit.id"), nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("stage", Text, nullable=False, index=True),  # moderation.case.stages.Stage
    Column("regime", Text, nullable=False),  # periodic, thematic, extraordinary (Art. 5.2)
    Column("ground", Text, nullable=False, default=""),  # a, b, c: of an extraordinary one (Art. 6.3)
    Column("format", Text, nullable=False, default=""),  # in_person, online, combined (Art. 5.1)
    Column("audience", Text, nullable=False, default=""),  # group of a thematic one (Art. 6.2b)
    Column("date", Text, index=True),
    Column("last_day", Text),
    Column("starts_at", Text, nullable=False, default=""),
    Column("ends_at", Text, nullable=False, default=""),
    Column("place", Text, nullable=False, default=""),
    Column("topics", JSON, nullable=False, default=list),
    Column("participants", Text, nullable=False, default=""),
    Column("coordination", Text, nullable=False, default=""),
    Column("purpose", Text, nullable=False, default=""),
    Column("budget", Text, nullable=False, default=""),
    Column("house_rules", JSON, nullable=False, default=list),
    Column("recording_notice", Text, nullable=False, default=""),
    Column("speech_seconds", Integer, nullable=False, default=180),
    Column("follow_up_seconds", Integer, nullable=False, default=90),
    Column("profiles", JSON, nullable=False, default=list),  # codes of the legal profiles whose clocks run
    Column("advising_body", ForeignKey("body.id")),
    Column("assignment", Text, nullable=False, default=""),  # number and date of the paper that assigns it (Art. 7.5)
    Column("assignment_date", Text),
    Column("collection_from", Text),
    Column("collection_to", Text),
    Column("answers_due", Text),
    Column("request_paper", Text, nullable=False, default=""),  # the written request of an extraordinary one (Art. 8.3)
    Column("request_date", Text),
    Column("skipped", JSON, nullable=False, default=list),  # [{"gate", "why"}]: gates that an extraordinary one did not wait for
    Column("approved_at", BigInteger),
    Column("approved_by", Text),
    Column("approved_version", Integer),
    Column("opened_at", BigInteger),
    Column("held_on", Text),  # the day of the closing, from which Art. 10 counts
    Column("dossier_locked_at", BigInteger),
    Column("dossier_term", Text, nullable=False, default="10 năm"),
    Column("custodian", Text, nullable=False, default="", info={"data": "personal"}),
    Column("year_entry", ForeignKey("year_entry.id")),
    Column("created", BigInteger, nullable=False),
    Column("version", Integer, nullable=False, default=1),
)

# Who presides: one or several offices; a deputy only with the paper that assigns them (Art. 2).
chair = Table(
    "chair",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conference", ForeignKey("conference.id"), nullable=False, index=True),
    Column("office", ForeignKey("office.id"), nullable=False),
    Column("account", ForeignKey("account.id")),
    Column("deputy", Boolean, nullable=False, default=False),
    Column("reason", Text, nullable=False, default=""),
    Column("assignment", Text, nullable=False, default=""),
    Column("assignment_date", Text),
    Column("place", Integer, nullable=False, default=1),
)

venue = Table(
    "venue",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conference", ForeignKey("conference.id"), nullable=False, index=True),
    Column("code", Text, nullable=False),  # DC-01
    Column("kind", Text, nullable=False),  # main, branch, individual
    Column("name", Text, nullable=False),
    Column("capacity", Integer, nullable=False, default=0),
    Column("cameras", Integer, nullable=False, default=0),
    Column("operator", Text, nullable=False, default="", info={"data": "personal"}),
    Column("backup_phone", Text, nullable=False, default="", info={"data": "personal"}),
    Column("tested_on", Text),
    Column("test_result", Text, nullable=False, default=""),
    Index("venue_code", "conference", "code", unique=True),
)

# The content of Art. 6 (a, b, c for a periodic one) with who presents it, and the lines of the programme (the seven steps).
content = Table(
    "content",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conference", ForeignKey("conference.id"), nullable=False, index=True),
    Column("block", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("speaker", Text, nullable=False, default=""),
    Column("files", JSON, nullable=False, default=list),  # [{"sha256", "name", "type"}]
    Index("content_block", "conference", "block", unique=True),
)

programme_item = Table(
    "programme_item",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conference", ForeignKey("conference.id"), nullable=False, index=True),
    Column("step", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("by", Text, nullable=False, default=""),
    Column("starts", Text, nullable=False, default=""),
    Column("minutes", Integer, nullable=False, default=0),
    Index("programme_step", "conference", "step", unique=True),
)

# Who takes part for the organisers: who sits in which role of the room, with the account they sign in with.
participant = Table(
    "participant",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conference", ForeignKey("conference.id"), nullable=False, index=True),
    Column("person", Text, nullable=False),  # their id in the room
    Column("role", Text, nullable=False),  # a role of the room: chair, office, secretary, desk, operator, agency, monitor, display, citizen
    Column("name", Text, nullable=False, info={"data": "personal"}),
    Column("body", ForeignKey("body.id")),
    Column("venue", Text, nullable=False, default=""),
    Column("account", ForeignKey("account.id")),
    Column("deputy", Boolean, nullable=False, default=False),
    Index("participant_person", "conference", "person", unique=True),
)

# What was asked of agencies while the conference is prepared (Art. 8.1, 8.2d).
preparation = Table(
    "preparation",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conference", ForeignKey("conference.id"), nullable=False, index=True),
    Column("body", ForeignKey("body.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("due", Text),
    Column("done_on", Text),
    Column("result", Text, nullable=False, default=""),
    Column("version", Integer, nullable=False, default=1),
)

# The yearly programme (Art. 13.1): one line per dialogue that a chair plans.
year_entry = Table(
    "year_entry",
    metadata,
    Column("id", Text, primary_key=True),
    Column("unit", ForeignKey("unit.id"), nullable=False, index=True),
    Column("year", Integer, nullable=False, index=True),
    Column("office", ForeignKey("office.id"), nullable=False),
    Column("regime", Text, nullable=False),
    Column("month", Integer),
    Column("planned_on", Text),
    Column("topic", Text, nullable=False, default=""),
    Column("approved_at", BigInteger),
    Column("approved_by", Text),
    Column("version", Integer, nullable=False, default=1),
)
