"""What follows a conference (Art. 10, 13, 14). Dates are ISO texts, moments milliseconds; `files` are lists of {"sha256", "name", "type"}."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text

from server.db.tables import metadata

# The conclusion notice of a conference: one row, made when its room is closed. `due` is the end of the 10 or 15 working days.
notice = Table(
    "notice",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conference", ForeignKey("conference.id"), nullable=False, unique=True),
    Column("state", Text, nullable=False),  # moderation.case.following.NoticeState
    Column("general", Text, nullable=False, default=""),  # part 1, the general appraisal
    Column("execution", Text, nullable=False, default=""),  # part 5, what is said beyond the standing sentences
    Column("heard", JSON, nullable=False, default=dict),  # figures of the record: present, petitions, statements, follow_ups, …
    Column("ground", Text, nullable=False, default=""),  # of 15 working days (Art. 10.1)
    Column("ground_words", Text, nullable=False, default=""),
    Column("extended_by", Text),
    Column("extended_on", Text),
    Column("returned", Text, nullable=False, default=""),  # what the chair wants changed
    Column("paper", Text),
    Column("number", Text, nullable=False, default=""),
    Column("signed_by", Text),
    Column("signed_on", Text),
    Column("issued_on", Text),
    Column("distributed_on", Text),
    Column("version", Integer, nullable=False, default=1),
)

# One item of the conclusion. `origin` is the outcome as it was last taken from the room, so that a correction there changes here only what it changed there.
conclusion = Table(
    "conclusion",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conference", ForeignKey("conference.id"), nullable=False, index=True),
    Column("code", Text, nullable=False),  # KL-01
    Column("place", Integer, nullable=False),
    Column("outcome", Text, nullable=False),  # its id in the room
    Column("kind", Text, nullable=False),  # moderation.conclusion.Kind
    Column("text", Text, nullable=False),
    Column("opinion", Text, nullable=False, default="", info={"data": "personal"}),  # what the people asked for, as the notice tells it
    Column("lead", ForeignKey("body.id"), index=True),
    Column("coordinating", JSON, nullable=False, default=list),  # bodies
    Column("shares", JSON, nullable=False, default=list),  # [{"body", "text"}]: what each of them has to do
    Column("due", Text),
    Column("sent_to", ForeignKey("body.id")),  # the superior body of what is beyond the chair's authority
    Column("complex", Boolean, nullable=False, default=False),
    Column("state", Text, nullable=False, index=True),  # moderation.case.following.ItemState
    Column("done_on", Text),
    Column("result", Text, nullable=False, default=""),
    Column("origin", JSON, nullable=False, default=dict),
    Column("version", Integer, nullable=False, default=1),
    Index("conclusion_code", "conference", "code", unique=True),
)

# What an item is about: a petition (KN-01) or a statement made in the room. Who raised it is needed for their own extract alone.
asked = Table(
    "asked",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conference", ForeignKey("conference.id"), nullable=False),
    Column("conclusion", ForeignKey("conclusion.id"), nullable=False, index=True),
    Column("ref", Text, nullable=False),  # KN-01, or the id of a speech
    Column("petition", Text),  # row of table petition
    Column("content", Text, nullable=False, info={"data": "personal"}),
    Column("asker", Text, nullable=False, default="", info={"data": "personal"}),
    Column("area", Text, nullable=False, default="", info={"data": "personal"}),
    Index("asked_once", "conclusion", "ref", unique=True),
    Index("asked_about", "conference", "ref", "conclusion"),  # these two hold all that reports count
    Index("asked_petition", "petition", "conclusion"),
)

milestone = Table(
    "milestone",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conference", ForeignKey("conference.id"), nullable=False, index=True),
    Column("conclusion", ForeignKey("conclusion.id"), nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("due", Text, nullable=False),
    Column("done_on", Text),
    Column("files", JSON, nullable=False, default=list),
    Column("version", Integer, nullable=False, default=1),
)

# What was written down about an item on its way: progress with evidence, and the opening again or closing of it. `public`: shown on the public page.
progress = Table(
    "progress",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conference", ForeignKey("conference.id"), nullable=False, index=True),
    Column("conclusion", ForeignKey("conclusion.id"), nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
    Column("day", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("kind", Text, nullable=False),  # note, closed, reopened
    Column("text", Text, nullable=False),
    Column("files", JSON, nullable=False, default=list),
    Column("public", Boolean, nullable=False, default=False),
)

# A longer term for an item: asked by the agency, decided by the chair.
extension = Table(
    "extension",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conference", ForeignKey("conference.id"), nullable=False, index=True),
    Column("conclusion", ForeignKey("conclusion.id"), nullable=False, index=True),
    Column("body", ForeignKey("body.id"), nullable=False),
    Column("asked_on", Text, nullable=False),
    Column("old_due", Text),
    Column("new_due", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", Text, nullable=False),  # asked, granted, refused
    Column("decided_by", Text),
    Column("decided_on", Text),
    Column("words", Text, nullable=False, default=""),
    Column("version", Integer, nullable=False, default=1),
)

# Urging (Art. 13.2): drafted when an item is overdue, sent by whoever follows it.
urge = Table(
    "urge",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conference", ForeignKey("conference.id"), nullable=False, index=True),
    Column("conclusion", ForeignKey("conclusion.id"), nullable=False, index=True),
    Column("body", ForeignKey("body.id"), nullable=False),
    Column("drafted_on", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("state", Text, nullable=False),  # draft, sent
    Column("sent_on", Text),
    Column("sent_by", Text),
    Column("version", Integer, nullable=False, default=1),
)

# Whom the notice goes to (Art. 10.1), one row each. The extract for a petitioner holds what `refs` names, in the words of `own`.
recipient = Table(
    "recipient",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conference", ForeignKey("conference.id"), nullable=False, index=True),
    Column("group", Text, nullable=False),  # moderation.case.following.Group
    Column("body", ForeignKey("body.id")),
    Column("refs", JSON, nullable=False, default=list),  # of a petitioner: codes of petitions and ids of speeches
    Column("own", JSON, nullable=False, default=list),  # of a petitioner: rows of petition that they sent themselves
    Column("name", Text, nullable=False, info={"data": "personal"}),
    Column("channel", Text, nullable=False),  # paper, email, sms, zalo
    Column("address", Text, nullable=False, default="", info={"data": "personal"}),
    Column("sent_on", Text),
    Column("received_on", Text),
    Column("message", Text),
    Column("version", Integer, nullable=False, default=1),
)

# The two reports of Art. 10.2 on one item by the agency it was given to. When they are due stands in table deadline.
agency_report = Table(
    "agency_report",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conference", ForeignKey("conference.id"), nullable=False, index=True),
    Column("conclusion", ForeignKey("conclusion.id"), nullable=False),
    Column("body", ForeignKey("body.id"), nullable=False, index=True),
    Column("to_chair_on", Text),
    Column("to_petitioner_on", Text),
    Column("text", Text, nullable=False, default=""),
    Column("files", JSON, nullable=False, default=list),
    Column("version", Integer, nullable=False, default=1),
    Index("agency_report_once", "conclusion", "body", unique=True),
)

# How the results were made public (law 72/2025: within 10 days).
publication = Table(
    "publication",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conference", ForeignKey("conference.id"), nullable=False, index=True),
    Column("channel", Text, nullable=False),
    Column("published_on", Text, nullable=False),
    Column("address", Text, nullable=False, default=""),
    Column("files", JSON, nullable=False, default=list),
)

# A petition to the superior body (văn bản kiến nghị cấp trên), and its answer.
referral = Table(
    "referral",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conference", ForeignKey("conference.id"), nullable=False, index=True),
    Column("sent_to", ForeignKey("body.id"), nullable=False),
    Column("conclusions", JSON, nullable=False, default=list),
    Column("facts", Text, nullable=False, default=""),
    Column("request", Text, nullable=False, default=""),
    Column("number", Text, nullable=False, default=""),
    Column("signed_on", Text),
    Column("paper", Text),
    Column("answered_on", Text),
    Column("answer_number", Text, nullable=False, default=""),
    Column("answer", Text, nullable=False, default=""),
    Column("files", JSON, nullable=False, default=list),
    Column("version", Integer, nullable=False, default=1),
)

# What the Front found when it supervised an item (Art. 14.3).
finding = Table(
    "finding",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conference", ForeignKey("conference.id"), nullable=False, index=True),
    Column("conclusion", ForeignKey("conclusion.id"), nullable=False, index=True),
    Column("body", ForeignKey("body.id"), nullable=False),
    Column("found_on", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("files", JSON, nullable=False, default=list),
    Column("by", Text, nullable=False),
    Column("version", Integer, nullable=False, default=1),
)

# The yearly supervision programme of the Front and what the mass-mobilisation unit says about it (Art. 13.3).
supervision = Table(
    "supervision",
    metadata,
    Column("id", Text, primary_key=True),
    Column("unit", ForeignKey("unit.id"), nullable=False, index=True),
    Column("year", Integer, nullable=False),
    Column("body", ForeignKey("body.id"), nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("files", JSON, nullable=False, default=list),
    Column("submitted_on", Text, nullable=False),
    Column("version", Integer, nullable=False, default=1),
)

appraisal = Table(
    "appraisal",
    metadata,
    Column("id", Text, primary_key=True),
    Column("supervision", ForeignKey("supervision.id"), nullable=False, index=True),
    Column("body", ForeignKey("body.id"), nullable=False),
    Column("day", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("text", Text, nullable=False),
)
