"""What lies in the dossier beside the papers made here, its seal, and the archives that are being made."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Integer, Table, Text

from server.conferences.tables import conference
from server.db.frozen import frozen
from server.db.tables import metadata
from server.papers.tables import paper, paper_file

# A scan or file put into a place of the dossier; the bytes are in the store of files.
dossier_piece = Table(
    "dossier_piece",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conference", ForeignKey("conference.id"), nullable=False, index=True),
    Column("slot", Text, nullable=False),  # moderation.case.dossier.PLACES
    Column("sha256", Text, nullable=False),
    Column("name", Text, nullable=False, info={"data": "personal"}),
    Column("type", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("number", Text, nullable=False, default=""),  # number of the paper
    Column("date", Text),
    Column("subject", Text, nullable=False, default=""),
    Column("by", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

# The lock of a dossier: what lay in it, and where the two chains stood. One per conference, never taken back.
dossier_seal = Table(
    "dossier_seal",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conference", ForeignKey("conference.id"), nullable=False, unique=True),
    Column("at", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("pieces", JSON, nullable=False),  # [{"slot", "title", "number", "date", "name", "sha256"}]
    Column("journal_count", Integer, nullable=False),
    Column("journal_head", Text, nullable=False),
    Column("history_count", Integer, nullable=False),
    Column("history_head", Text, nullable=False),
)

# An archive that is being made or lies ready to be fetched. Pure bookkeeping of the server: nothing of it is told in the history but that it was asked for.
dossier_export = Table(
    "dossier_export",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", Text, nullable=False, index=True),
    Column("by", Text, nullable=False),
    Column("state", Text, nullable=False),  # running, ready, failed, removed
    Column("done", Integer, nullable=False, default=0),
    Column("total", Integer, nullable=False, default=0),
    Column("started", BigInteger, nullable=False),
    Column("heard", BigInteger, nullable=False),  # when its maker last wrote here
    Column("size", BigInteger),
    Column("sha256", Text),
)

# --- the lock, in the database itself (D15.2): what lay in the dossier stays, the work goes on -----------------------------------------------------
# Personal columns may still be erased. Papers are drafted and issued after the lock too, and may be made void by a later one; their files never change.

SEALED = "EXISTS (SELECT 1 FROM dossier_seal AS lock WHERE lock.conference = {row}.%s)"

frozen(conference, SEALED % "id", ("id", "unit", "dossier_locked_at"))
frozen(dossier_seal, SEALED % "conference", [column.name for column in dossier_seal.columns], shut="conference")
frozen(dossier_piece, SEALED % "conference", [column.name for column in dossier_piece.columns if "data" not in column.info], shut="conference")
frozen(
    paper,
    "{row}.issued_at IS NOT NULL AND " + SEALED % "conference",
    (
        "id",
        "conference",
        "unit",
        "kind",
        "body",
        "system",
        "signs",
        "symbol",
        "number",
        "date",
        "edition",
        "pdf",
        "docx",
        "signed_by",
        "signed_at",
        "issued_at",
    ),
    once=("signed_pdf",),
)
frozen(
    paper_file,
    "EXISTS (SELECT 1 FROM paper AS named JOIN dossier_seal AS lock ON lock.conference = named.conference"
    " WHERE {row}.sha256 IN (named.pdf, named.docx, named.signed_pdf))",
    ("sha256", "content"),
)
