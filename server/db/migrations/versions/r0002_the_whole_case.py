"""The whole case: its plan, petitions, invitations, papers, conclusions and reports, and the history of every change.

Written by `scripts/migration` from the tables in `server/*/tables.py`; what is written here by hand is lost.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from server.db.append_only import Guard
from server.db.frozen import Frozen

revision = "0002"
down_revision = "0001"

GUARDS = (Guard("history", ("chain", "seq", "at", "by", "act", "kind", "subject", "body", "private", "salt", "hash"), ("private", "salt")),)

FROZEN = (
    Frozen(
        table="paper_file",
        when="EXISTS (SELECT 1 FROM paper AS named JOIN dossier_seal AS lock ON lock.conference = named.conference WHERE {row}.sha256 IN (named.pdf, named.docx, named.signed_pdf))",
        kept=("sha256", "content"),
        once=(),
        shut="",
    ),
    Frozen(
        table="conference",
        when="EXISTS (SELECT 1 FROM dossier_seal AS lock WHERE lock.conference = {row}.id)",
        kept=("id", "unit", "dossier_locked_at"),
        once=(),
        shut="",
    ),
    Frozen(
        table="dossier_piece",
        when="EXISTS (SELECT 1 FROM dossier_seal AS lock WHERE lock.conference = {row}.conference)",
        kept=("id", "conference", "slot", "sha256", "type", "size", "number", "date", "subject", "by", "at"),
        once=(),
        shut="conference",
    ),
    Frozen(
        table="dossier_seal",
        when="EXISTS (SELECT 1 FROM dossier_seal AS lock WHERE lock.conference = {row}.conference)",
        kept=("id", "conference", "at", "by", "pieces", "journal_count", "journal_head", "history_count", "history_head"),
        once=(),
        shut="conference",
    ),
    Frozen(
        table="paper",
        when="{row}.issued_at IS NOT NULL AND EXISTS (SELECT 1 FROM dossier_seal AS lock WHERE lock.conference = {row}.conference)",
        kept=(
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
        shut="",
    ),
)


def upgrade() -> None:
    # release 0.1.0 looks here, and so knows that it cannot work with this database
    op.execute("INSERT INTO schema_version (version, applied) VALUES (2, 0)")
    op.create_table(
        "advising_rule",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case", sa.Text(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("unit_kind", sa.Text(), nullable=False),
        sa.Column("presiding", sa.Text(), nullable=False),
        sa.Column("chair", sa.Text(), nullable=False),
        sa.Column("deputy", sa.Text(), nullable=False),
        sa.Column("advises", sa.Text(), nullable=False),
        sa.Column("needs_assignment", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Text(), nullable=False),
        sa.Column("valid_to", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "calendar_day",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("source_no", sa.Text(), nullable=False),
        sa.Column("source_date", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "calendar_stamp", sa.Column("id", sa.Text(), nullable=False), sa.Column("stamp", sa.Text(), nullable=False), sa.PrimaryKeyConstraint("id")
    )
    op.create_table(
        "calendar_year",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("announced", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "data_term",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "dossier_export",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("started", sa.BigInteger(), nullable=False),
        sa.Column("heard", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("dossier_export", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dossier_export_case_id"), ["case_id"], unique=False)
    op.create_table(
        "history",
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("chain", "seq"),
        info={
            "append_only": Guard(
                table="history",
                columns=("chain", "seq", "at", "by", "act", "kind", "subject", "body", "private", "salt", "hash"),
                erasable=("private", "salt"),
            )
        },
    )
    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.create_index("history_of_subject", ["kind", "subject"], unique=False)
        batch_op.create_index(batch_op.f("ix_history_at"), ["at"], unique=False)
    op.create_table(
        "legal_profile",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("issued", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Text(), nullable=False),
        sa.Column("valid_to", sa.Text(), nullable=True),
        sa.Column("levels", sa.JSON(), nullable=False),
        sa.Column("counting", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "level",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Text(), nullable=False),
        sa.Column("valid_to", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("conference", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("attachments", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("claimed_until", sa.BigInteger(), nullable=True),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_conference"), ["conference"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_subject_id"), ["subject_id"], unique=False)
        batch_op.create_index("message_queue", ["state", "not_before"], unique=False)
    op.create_table(
        "paper_file",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
        info={
            "frozen": Frozen(
                table="paper_file",
                when="EXISTS (SELECT 1 FROM paper AS named JOIN dossier_seal AS lock ON lock.conference = named.conference WHERE {row}.sha256 IN (named.pdf, named.docx, named.signed_pdf))",
                kept=("sha256", "content"),
                once=(),
                shut="",
            )
        },
    )
    op.create_table(
        "paper_number",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("paper", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("paper_number", schema=None) as batch_op:
        batch_op.create_index("paper_number_once", ["body", "symbol", "period", "number"], unique=True)
    op.create_table(
        "paper_template",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("paper_template", schema=None) as batch_op:
        batch_op.create_index("paper_template_edition", ["kind", "edition"], unique=True)
    op.create_table(
        "search_entry",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("conference", sa.Text(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_exact", sa.Text(), nullable=False),
        sa.Column("body_folded", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("search_entry", schema=None) as batch_op:
        batch_op.create_index("search_entry_conference", ["conference"], unique=False)
        batch_op.create_index("search_entry_where", ["unit", "kind"], unique=False)
    op.create_table(
        "taken_form",
        sa.Column("once", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("went", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("once"),
    )
    with op.batch_alter_table("taken_form", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_taken_form_at"), ["at"], unique=False)
    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("revoked", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account"],
            ["account.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("calendar_feed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_feed_account"), ["account"], unique=False)
    op.create_table(
        "unit",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Text(), nullable=False),
        sa.Column("valid_to", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["level"],
            ["level.id"],
        ),
        sa.ForeignKeyConstraint(
            ["parent"],
            ["unit.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_parent"), ["parent"], unique=False)
    op.create_table(
        "body",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("short", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("external", sa.Boolean(), nullable=False),
        sa.Column("superior", sa.Boolean(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Text(), nullable=False),
        sa.Column("valid_to", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["unit"],
            ["unit.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("body", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_body_unit"), ["unit"], unique=False)
    op.create_table(
        "data_incident",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("found_at", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("touches", sa.Text(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("measures", sa.Text(), nullable=False),
        sa.Column("notified_at", sa.BigInteger(), nullable=True),
        sa.Column("notified_to", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit"],
            ["unit.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("data_incident", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_data_incident_unit"), ["unit"], unique=False)
    op.create_table(
        "data_request",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("ask", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("received_on", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("petition", sa.Text(), nullable=True),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("keyed_by", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_on", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("done_on", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit"],
            ["unit.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("data_request", schema=None) as batch_op:
        batch_op.create_index("data_request_number", ["unit", "number"], unique=True)
        batch_op.create_index(batch_op.f("ix_data_request_petition"), ["petition"], unique=False)
        batch_op.create_index(batch_op.f("ix_data_request_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_data_request_unit"), ["unit"], unique=False)
    op.create_table(
        "report",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("first", sa.Text(), nullable=False),
        sa.Column("last", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("situation", sa.Text(), nullable=False),
        sa.Column("limits", sa.Text(), nullable=False),
        sa.Column("proposals", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("returned", sa.Text(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=True),
        sa.Column("paper", sa.Text(), nullable=True),
        sa.Column("signed_by", sa.Text(), nullable=True),
        sa.Column("signed_at", sa.BigInteger(), nullable=True),
        sa.Column("sent_on", sa.Text(), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit"],
            ["unit.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.create_index("report_once", ["unit", "kind", "year"], unique=True)
    op.create_table(
        "office",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("deputy_of", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.Text(), nullable=False),
        sa.Column("valid_to", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["body"],
            ["body.id"],
        ),
        sa.ForeignKeyConstraint(
            ["deputy_of"],
            ["office.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("office", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_office_body"), ["body"], unique=False)
    op.create_table(
        "supervision",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("submitted_on", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body"],
            ["body.id"],
        ),
        sa.ForeignKeyConstraint(
            ["unit"],
            ["unit.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("supervision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supervision_unit"), ["unit"], unique=False)
    op.create_table(
        "appraisal",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("supervision", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body"],
            ["body.id"],
        ),
        sa.ForeignKeyConstraint(
            ["supervision"],
            ["supervision.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("appraisal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appraisal_supervision"), ["supervision"], unique=False)
    op.create_table(
        "duty",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("office", sa.Text(), nullable=True),
        sa.Column("deputy", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Text(), nullable=False),
        sa.Column("valid_to", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account"],
            ["account.id"],
        ),
        sa.ForeignKeyConstraint(
            ["body"],
            ["body.id"],
        ),
        sa.ForeignKeyConstraint(
            ["office"],
            ["office.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.create_index("duty_once", ["account", "role", "body", "valid_from"], unique=True)
        batch_op.create_index(batch_op.f("ix_duty_account"), ["account"], unique=False)
        batch_op.create_index(batch_op.f("ix_duty_body"), ["body"], unique=False)
    op.create_table(
        "year_entry",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("regime", sa.Text(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=True),
        sa.Column("planned_on", sa.Text(), nullable=True),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("approved_at", sa.BigInteger(), nullable=True),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office"],
            ["office.id"],
        ),
        sa.ForeignKeyConstraint(
            ["unit"],
            ["unit.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("year_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_year_entry_unit"), ["unit"], unique=False)
        batch_op.create_index(batch_op.f("ix_year_entry_year"), ["year"], unique=False)
    op.create_table(
        "conference",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("regime", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("date", sa.Text(), nullable=True),
        sa.Column("last_day", sa.Text(), nullable=True),
        sa.Column("starts_at", sa.Text(), nullable=False),
        sa.Column("ends_at", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("participants", sa.Text(), nullable=False),
        sa.Column("coordination", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("budget", sa.Text(), nullable=False),
        sa.Column("house_rules", sa.JSON(), nullable=False),
        sa.Column("recording_notice", sa.Text(), nullable=False),
        sa.Column("speech_seconds", sa.Integer(), nullable=False),
        sa.Column("follow_up_seconds", sa.Integer(), nullable=False),
        sa.Column("profiles", sa.JSON(), nullable=False),
        sa.Column("advising_body", sa.Text(), nullable=True),
        sa.Column("assignment", sa.Text(), nullable=False),
        sa.Column("assignment_date", sa.Text(), nullable=True),
        sa.Column("collection_from", sa.Text(), nullable=True),
        sa.Column("collection_to", sa.Text(), nullable=True),
        sa.Column("answers_due", sa.Text(), nullable=True),
        sa.Column("request_paper", sa.Text(), nullable=False),
        sa.Column("request_date", sa.Text(), nullable=True),
        sa.Column("skipped", sa.JSON(), nullable=False),
        sa.Column("approved_at", sa.BigInteger(), nullable=True),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("approved_version", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.BigInteger(), nullable=True),
        sa.Column("held_on", sa.Text(), nullable=True),
        sa.Column("dossier_locked_at", sa.BigInteger(), nullable=True),
        sa.Column("dossier_term", sa.Text(), nullable=False),
        sa.Column("custodian", sa.Text(), nullable=False),
        sa.Column("year_entry", sa.Text(), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["advising_body"],
            ["body.id"],
        ),
        sa.ForeignKeyConstraint(
            ["unit"],
            ["unit.id"],
        ),
        sa.ForeignKeyConstraint(
            ["year_entry"],
            ["year_entry.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        info={
            "frozen": Frozen(
                table="conference",
                when="EXISTS (SELECT 1 FROM dossier_seal AS lock WHERE lock.conference = {row}.id)",
                kept=("id", "unit", "dossier_locked_at"),
                once=(),
                shut="",
            )
        },
    )
    with op.batch_alter_table("conference", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conference_date"), ["date"], unique=False)
        batch_op.create_index(batch_op.f("ix_conference_stage"), ["stage"], unique=False)
        batch_op.create_index(batch_op.f("ix_conference_unit"), ["unit"], unique=False)
    op.create_table(
        "announcement",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conference", sa.Text(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conference"],
            ["conference.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("announcement", schema=None) as batch_op:
        batch_op.create_index("announcement_once", ["conference", "edition", "channel", "published_at"], unique=True)
        batch_op.create_index(batch_op.f("ix_announcement_conference"), ["conference"], unique=False)
    op.create_table(
        "chair",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conference", sa.Text(), nullable=False),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("deputy", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("assignment", sa.Text(), nullable=False),
        sa.Column("assignment_date", sa.Text(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"],
            ["account.id"],
        ),
        sa.ForeignKeyConstraint(
            ["conference"],
            ["conference.id"],
        ),
        sa.ForeignKeyConstraint(
            ["office"],
            ["office.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("chair", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_chair_conference"), ["conference"], unique=False)
    op.create_table(
        "conclusion",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conference", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("lead", sa.Text(), nullable=True),
        sa.Column("coordinating", sa.JSON(), nullable=False),
        sa.Column("shares", sa.JSON(), nullable=False),
        sa.Column("due", sa.Text(), nullable=True),
        sa.Column("sent_to", sa.Text(), nullable=True),
        sa.Column("complex", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("done_on", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("origin", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conference"],
            ["conference.id"],
        ),
        sa.ForeignKeyConstraint(
            ["lead"],
            ["body.id"],
        ),
        sa.ForeignKeyConstraint(
            ["sent_to"],
            ["body.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("conclusion", schema=None) as batch_op:
        batch_op.create_index("conclusion_code", ["conference", "code"], unique=True)
        batch_op.create_index(batch_op.f("ix_conclusion_conference"), ["conference"], unique=False)
        batch_op.create_index(batch_op.f("ix_conclusion_lead"), ["lead"], unique=False)
        batch_op.create_index(batch_op.f("ix_conclusion_state"), ["state"], unique=False)
    op.create_table(
        "conference_figure",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conference", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conference"],
            ["conference.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("conference_figure", schema=None) as batch_op:
        batch_op.create_index("conference_figure_name", ["name", "conference"], unique=False)
    op.create_table(
        "content",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conference", sa.Text(), nullable=False),
        sa.Column("block", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("speaker", sa.Text(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conference"],
            ["conference.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("content", schema=None) as batch_op:
        batch_op.create_index("content_block", ["conference", "block"], unique=True)
        batch_op.create_index(batch_op.f("ix_content_conference"), ["conference"], unique=False)
    op.create_table(
        "deadline",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conference", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("counted_from", sa.JSON(), nullable=False),
        sa.Column("due", sa.Text(), nullable=False),
        sa.Column("safe", sa.Text(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("met_on", sa.Text(), nullable=True),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conference"],
            ["conference.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.create_index("deadline_of", ["kind", "subject", "clock"], unique=False)
        batch_op.create_index(batch_op.f("ix_deadline_conference"), ["conference"], unique=False)
        batch_op.create_index(batch_op.f("ix_deadline_due"), ["due"], unique=False)
    op.create_table(
        "dossier_piece",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conference", sa.Text(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("date", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conference"],
            ["conference.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        info={
            "frozen": Frozen(
                table="dossier_piece",
                when="EXISTS (SELECT 1 FROM dossier_seal AS lock WHERE lock.conference = {row}.conference)",
                kept=("id", "conference", "slot", "sha256", "type", "size", "number", "date", "subject", "by", "at"),
                once=(),
                shut="conference",
            )
        },
    )
    with op.batch_alter_table("dossier_piece", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dossier_piece_conference"), ["conference"], unique=False)
    op.create_table(
        "dossier_seal",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conference", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("pieces", sa.JSON(), nullable=False),
        sa.Column("journal_count", sa.Integer(), nullable=False),
        sa.Column("journal_head", sa.Text(), nullable=False),
        sa.Column("history_count", sa.Integer(), nullable=False),
        sa.Column("history_head", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conference"],
            ["conference.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("conference"),
        info={
            "frozen": Frozen(
                table="dossier_seal",
                when="EXISTS (SELECT 1 FROM dossier_seal AS lock WHERE lock.conference = {row}.conference)",
                kept=("id", "conference", "at", "by", "pieces", "journal_count", "journal_head", "history_count", "history_head"),
                once=(),
                shut="conference",
            )
        },
    )
    op.create_table(
        "forecast",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conference", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body"],
            ["body.id"],
        ),
        sa.ForeignKeyConstraint(
            ["conference"],
            ["conference.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("forecast", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_forecast_conference"), ["conference"], unique=False)
    op.create_table(
        "invitation",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conference", sa.Text(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("petition", sa.Text(), nullable=True),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("residence", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("coming_by", sa.Text(), nullable=False),
        sa.Column("venue", sa.Text(), nullable=False),
        sa.Column("wants_to_speak", sa.Boolean(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body"],
            ["body.id"],
        ),
        sa.ForeignKeyConstraint(
            ["conference"],
            ["conference.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitation_conference"), ["conference"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitation_token_hash"), ["token_hash"], unique=False)
    op.create_table(
        "notice",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conference", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("general", sa.Text(), nullable=False),
        sa.Column("execution", sa.Text(), nullable=False),
        sa.Column("heard", sa.JSON(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("ground_words", sa.Text(), nullable=False),
        sa.Column("extended_by", sa.Text(), nullable=True),
        sa.Column("extended_on", sa.Text(), nullable=True),
        sa.Column("returned", sa.Text(), nullable=False),
        sa.Column("paper", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("signed_by", sa.Text(), nullable=True),
        sa.Column("signed_on", sa.Text(), nullable=True),
        sa.Column("issued_on", sa.Text(), nullable=True),
        sa.Column("distributed_on", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conference"],
            ["conference.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("conference"),
    )
    op.create_table(
        "paper",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conference", sa.Text(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("signs", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("date", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("replaces", sa.Text(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("frame", sa.JSON(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("pdf", sa.Text(), nullable=False),
        sa.Column("docx", sa.Text(), nullable=False),
        sa.Column("signed_pdf", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("signed_by", sa.Text(), nullable=True),
        sa.Column("signed_at", sa.BigInteger(), nullable=True),
        sa.Column("issued_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conference"],
            ["conference.id"],
        ),
        sa.ForeignKeyConstraint(
            ["unit"],
            ["unit.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        info={
            "frozen": Frozen(
                table="paper",
                when="{row}.issued_at IS NOT NULL AND EXISTS (SELECT 1 FROM dossier_seal AS lock WHERE lock.conference = {row}.conference)",
                kept=(
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
                shut="",
            )
        },
    )
    with op.batch_alter_table("paper", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_paper_conference"), ["conference"], unique=False)
        batch_op.create_index(batch_op.f("ix_paper_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_paper_unit"), ["unit"], unique=False)
    op.create_table(
        "participant",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conference", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("venue", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("deputy", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"],
            ["account.id"],
        ),
        sa.ForeignKeyConstraint(
            ["body"],
            ["body.id"],
        ),
        sa.ForeignKeyConstraint(
            ["conference"],
            ["conference.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_participant_conference"), ["conference"], unique=False)
        batch_op.create_index("participant_person", ["conference", "person"], unique=True)
    op.create_table(
        "petition",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conference", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("dialogue_number", sa.Integer(), nullable=True),
        sa.Column("elsewhere_number", sa.Integer(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("received_on", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_detail", sa.Text(), nullable=False),
        sa.Column("keyed_by", sa.Text(), nullable=False),
        sa.Column("keyed_for", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("is_group", sa.Boolean(), nullable=False),
        sa.Column("households", sa.Integer(), nullable=True),
        sa.Column("representative", sa.Text(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("shown_as", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("wants_to_speak", sa.Boolean(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("publish_name", sa.Boolean(), nullable=False),
        sa.Column("results_by", sa.Text(), nullable=False),
        sa.Column("notice_seen_at", sa.BigInteger(), nullable=True),
        sa.Column("declared", sa.Boolean(), nullable=False),
        sa.Column("tracking_hash", sa.LargeBinary(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("triage_note", sa.Text(), nullable=False),
        sa.Column("referral_no", sa.Text(), nullable=False),
        sa.Column("referral_date", sa.Text(), nullable=True),
        sa.Column("referral_to", sa.Text(), nullable=False),
        sa.Column("merged_into", sa.Text(), nullable=True),
        sa.Column("withheld", sa.Boolean(), nullable=False),
        sa.Column("withheld_reason", sa.Text(), nullable=False),
        sa.Column("withheld_by", sa.Text(), nullable=False),
        sa.Column("lead", sa.Text(), nullable=True),
        sa.Column("coordinating", sa.JSON(), nullable=False),
        sa.Column("within_authority", sa.Boolean(), nullable=False),
        sa.Column("complex", sa.Boolean(), nullable=False),
        sa.Column("escalate_to", sa.Text(), nullable=True),
        sa.Column("answer_due", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conference"],
            ["conference.id"],
        ),
        sa.ForeignKeyConstraint(
            ["escalate_to"],
            ["body.id"],
        ),
        sa.ForeignKeyConstraint(
            ["keyed_for"],
            ["body.id"],
        ),
        sa.ForeignKeyConstraint(
            ["lead"],
            ["body.id"],
        ),
        sa.ForeignKeyConstraint(
            ["merged_into"],
            ["petition.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tracking_hash"),
    )
    with op.batch_alter_table("petition", schema=None) as batch_op:
        batch_op.create_index("petition_code", ["conference", "code"], unique=True)
        batch_op.create_index("petition_counted", ["conference", "state", "field", "id"], unique=False)
        batch_op.create_index("petition_dialogue_number", ["conference", "dialogue_number"], unique=True)
        batch_op.create_index("petition_elsewhere_number", ["conference", "elsewhere_number"], unique=True)
        batch_op.create_index("petition_lead", ["lead", "state"], unique=False)
        batch_op.create_index("petition_merged", ["merged_into"], unique=False)
        batch_op.create_index("petition_number", ["conference", "number"], unique=True)
        batch_op.create_index("petition_received", ["received_at"], unique=False)
    op.create_table(
        "petition_table",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conference", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conference"],
            ["conference.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("petition_table", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_petition_table_conference"), ["conference"], unique=False)
    op.create_table(
        "preparation",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conference", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due", sa.Text(), nullable=True),
        sa.Column("done_on", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body"],
            ["body.id"],
        ),
        sa.ForeignKeyConstraint(
            ["conference"],
            ["conference.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("preparation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_preparation_conference"), ["conference"], unique=False)
    op.create_table(
        "programme_item",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conference", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("starts", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conference"],
            ["conference.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("programme_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_programme_item_conference"), ["conference"], unique=False)
        batch_op.create_index("programme_step", ["conference", "step"], unique=True)
    op.create_table(
        "publication",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conference", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("published_on", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conference"],
            ["conference.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("publication", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_publication_conference"), ["conference"], unique=False)
    op.create_table(
        "recipient",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conference", sa.Text(), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("refs", sa.JSON(), nullable=False),
        sa.Column("own", sa.JSON(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("sent_on", sa.Text(), nullable=True),
        sa.Column("received_on", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body"],
            ["body.id"],
        ),
        sa.ForeignKeyConstraint(
            ["conference"],
            ["conference.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("recipient", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recipient_conference"), ["conference"], unique=False)
    op.create_table(
        "referral",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conference", sa.Text(), nullable=False),
        sa.Column("sent_to", sa.Text(), nullable=False),
        sa.Column("conclusions", sa.JSON(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("signed_on", sa.Text(), nullable=True),
        sa.Column("paper", sa.Text(), nullable=True),
        sa.Column("answered_on", sa.Text(), nullable=True),
        sa.Column("answer_number", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conference"],
            ["conference.id"],
        ),
        sa.ForeignKeyConstraint(
            ["sent_to"],
            ["body.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_referral_conference"), ["conference"], unique=False)
    op.create_table(
        "venue",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conference", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("cameras", sa.Integer(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("backup_phone", sa.Text(), nullable=False),
        sa.Column("tested_on", sa.Text(), nullable=True),
        sa.Column("test_result", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conference"],
            ["conference.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("venue", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_venue_conference"), ["conference"], unique=False)
        batch_op.create_index("venue_code", ["conference", "code"], unique=True)
    op.create_table(
        "agency_report",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conference", sa.Text(), nullable=False),
        sa.Column("conclusion", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("to_chair_on", sa.Text(), nullable=True),
        sa.Column("to_petitioner_on", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body"],
            ["body.id"],
        ),
        sa.ForeignKeyConstraint(
            ["conclusion"],
            ["conclusion.id"],
        ),
        sa.ForeignKeyConstraint(
            ["conference"],
            ["conference.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("agency_report", schema=None) as batch_op:
        batch_op.create_index("agency_report_once", ["conclusion", "body"], unique=True)
        batch_op.create_index(batch_op.f("ix_agency_report_body"), ["body"], unique=False)
        batch_op.create_index(batch_op.f("ix_agency_report_conference"), ["conference"], unique=False)
    op.create_table(
        "asked",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conference", sa.Text(), nullable=False),
        sa.Column("conclusion", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("petition", sa.Text(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("asker", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conclusion"],
            ["conclusion.id"],
        ),
        sa.ForeignKeyConstraint(
            ["conference"],
            ["conference.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("asked", schema=None) as batch_op:
        batch_op.create_index("asked_about", ["conference", "ref", "conclusion"], unique=False)
        batch_op.create_index("asked_once", ["conclusion", "ref"], unique=True)
        batch_op.create_index("asked_petition", ["petition", "conclusion"], unique=False)
        batch_op.create_index(batch_op.f("ix_asked_conclusion"), ["conclusion"], unique=False)
    op.create_table(
        "extension",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conference", sa.Text(), nullable=False),
        sa.Column("conclusion", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("asked_on", sa.Text(), nullable=False),
        sa.Column("old_due", sa.Text(), nullable=True),
        sa.Column("new_due", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_on", sa.Text(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body"],
            ["body.id"],
        ),
        sa.ForeignKeyConstraint(
            ["conclusion"],
            ["conclusion.id"],
        ),
        sa.ForeignKeyConstraint(
            ["conference"],
            ["conference.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("extension", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_extension_conclusion"), ["conclusion"], unique=False)
        batch_op.create_index(batch_op.f("ix_extension_conference"), ["conference"], unique=False)
    op.create_table(
        "finding",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conference", sa.Text(), nullable=False),
        sa.Column("conclusion", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("found_on", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body"],
            ["body.id"],
        ),
        sa.ForeignKeyConstraint(
            ["conclusion"],
            ["conclusion.id"],
        ),
        sa.ForeignKeyConstraint(
            ["conference"],
            ["conference.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_finding_conclusion"), ["conclusion"], unique=False)
        batch_op.create_index(batch_op.f("ix_finding_conference"), ["conference"], unique=False)
    op.create_table(
        "milestone",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conference", sa.Text(), nullable=False),
        sa.Column("conclusion", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due", sa.Text(), nullable=False),
        sa.Column("done_on", sa.Text(), nullable=True),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conclusion"],
            ["conclusion.id"],
        ),
        sa.ForeignKeyConstraint(
            ["conference"],
            ["conference.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_milestone_conclusion"), ["conclusion"], unique=False)
        batch_op.create_index(batch_op.f("ix_milestone_conference"), ["conference"], unique=False)
    op.create_table(
        "petition_answer",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conference", sa.Text(), nullable=False),
        sa.Column("petition", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("checked_by", sa.Text(), nullable=False),
        sa.Column("checked_at", sa.BigInteger(), nullable=True),
        sa.Column("released_by", sa.Text(), nullable=False),
        sa.Column("released_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["body"],
            ["body.id"],
        ),
        sa.ForeignKeyConstraint(
            ["conference"],
            ["conference.id"],
        ),
        sa.ForeignKeyConstraint(
            ["petition"],
            ["petition.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("petition_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_petition_answer_conference"), ["conference"], unique=False)
        batch_op.create_index("petition_answer_number", ["petition", "number"], unique=True)
    op.create_table(
        "petition_file",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conference", sa.Text(), nullable=False),
        sa.Column("petition", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conference"],
            ["conference.id"],
        ),
        sa.ForeignKeyConstraint(
            ["petition"],
            ["petition.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("petition_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_petition_file_conference"), ["conference"], unique=False)
        batch_op.create_index(batch_op.f("ix_petition_file_petition"), ["petition"], unique=False)
    op.create_table(
        "petition_proposal",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conference", sa.Text(), nullable=False),
        sa.Column("petition", sa.Text(), nullable=False),
        sa.Column("proposed_lead", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("settled", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conference"],
            ["conference.id"],
        ),
        sa.ForeignKeyConstraint(
            ["petition"],
            ["petition.id"],
        ),
        sa.ForeignKeyConstraint(
            ["proposed_lead"],
            ["body.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("petition_proposal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_petition_proposal_conference"), ["conference"], unique=False)
        batch_op.create_index(batch_op.f("ix_petition_proposal_petition"), ["petition"], unique=False)
    op.create_table(
        "progress",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conference", sa.Text(), nullable=False),
        sa.Column("conclusion", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conclusion"],
            ["conclusion.id"],
        ),
        sa.ForeignKeyConstraint(
            ["conference"],
            ["conference.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("progress", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_progress_conclusion"), ["conclusion"], unique=False)
        batch_op.create_index(batch_op.f("ix_progress_conference"), ["conference"], unique=False)
    op.create_table(
        "urge",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conference", sa.Text(), nullable=False),
        sa.Column("conclusion", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("drafted_on", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sent_on", sa.Text(), nullable=True),
        sa.Column("sent_by", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body"],
            ["body.id"],
        ),
        sa.ForeignKeyConstraint(
            ["conclusion"],
            ["conclusion.id"],
        ),
        sa.ForeignKeyConstraint(
            ["conference"],
            ["conference.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("urge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_urge_conclusion"), ["conclusion"], unique=False)
        batch_op.create_index(batch_op.f("ix_urge_conference"), ["conference"], unique=False)
    for guard in (*GUARDS, *FROZEN):
        guard.put(op.get_bind())


def downgrade() -> None:
    for guard in (*GUARDS, *FROZEN):
        guard.remove(op.get_bind())
    with op.batch_alter_table("urge", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_urge_conference"))
        batch_op.drop_index(batch_op.f("ix_urge_conclusion"))
    op.drop_table("urge")
    with op.batch_alter_table("progress", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_progress_conference"))
        batch_op.drop_index(batch_op.f("ix_progress_conclusion"))
    op.drop_table("progress")
    with op.batch_alter_table("petition_proposal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_petition_proposal_petition"))
        batch_op.drop_index(batch_op.f("ix_petition_proposal_conference"))
    op.drop_table("petition_proposal")
    with op.batch_alter_table("petition_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_petition_file_petition"))
        batch_op.drop_index(batch_op.f("ix_petition_file_conference"))
    op.drop_table("petition_file")
    with op.batch_alter_table("petition_answer", schema=None) as batch_op:
        batch_op.drop_index("petition_answer_number")
        batch_op.drop_index(batch_op.f("ix_petition_answer_conference"))
    op.drop_table("petition_answer")
    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_milestone_conference"))
        batch_op.drop_index(batch_op.f("ix_milestone_conclusion"))
    op.drop_table("milestone")
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_finding_conference"))
        batch_op.drop_index(batch_op.f("ix_finding_conclusion"))
    op.drop_table("finding")
    with op.batch_alter_table("extension", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_extension_conference"))
        batch_op.drop_index(batch_op.f("ix_extension_conclusion"))
    op.drop_table("extension")
    with op.batch_alter_table("asked", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_asked_conclusion"))
        batch_op.drop_index("asked_petition")
        batch_op.drop_index("asked_once")
        batch_op.drop_index("asked_about")
    op.drop_table("asked")
    with op.batch_alter_table("agency_report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agency_report_conference"))
        batch_op.drop_index(batch_op.f("ix_agency_report_body"))
        batch_op.drop_index("agency_report_once")
    op.drop_table("agency_report")
    with op.batch_alter_table("venue", schema=None) as batch_op:
        batch_op.drop_index("venue_code")
        batch_op.drop_index(batch_op.f("ix_venue_conference"))
    op.drop_table("venue")
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_referral_conference"))
    op.drop_table("referral")
    with op.batch_alter_table("recipient", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recipient_conference"))
    op.drop_table("recipient")
    with op.batch_alter_table("publication", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_publication_conference"))
    op.drop_table("publication")
    with op.batch_alter_table("programme_item", schema=None) as batch_op:
        batch_op.drop_index("programme_step")
        batch_op.drop_index(batch_op.f("ix_programme_item_conference"))
    op.drop_table("programme_item")
    with op.batch_alter_table("preparation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_preparation_conference"))
    op.drop_table("preparation")
    with op.batch_alter_table("petition_table", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_petition_table_conference"))
    op.drop_table("petition_table")
    with op.batch_alter_table("petition", schema=None) as batch_op:
        batch_op.drop_index("petition_received")
        batch_op.drop_index("petition_number")
        batch_op.drop_index("petition_merged")
        batch_op.drop_index("petition_lead")
        batch_op.drop_index("petition_elsewhere_number")
        batch_op.drop_index("petition_dialogue_number")
        batch_op.drop_index("petition_counted")
        batch_op.drop_index("petition_code")
    op.drop_table("petition")
    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.drop_index("participant_person")
        batch_op.drop_index(batch_op.f("ix_participant_conference"))
    op.drop_table("participant")
    with op.batch_alter_table("paper", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_paper_unit"))
        batch_op.drop_index(batch_op.f("ix_paper_kind"))
        batch_op.drop_index(batch_op.f("ix_paper_conference"))
    op.drop_table("paper")
    op.drop_table("notice")
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitation_token_hash"))
        batch_op.drop_index(batch_op.f("ix_invitation_conference"))
    op.drop_table("invitation")
    with op.batch_alter_table("forecast", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_forecast_conference"))
    op.drop_table("forecast")
    op.drop_table("dossier_seal")
    with op.batch_alter_table("dossier_piece", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dossier_piece_conference"))
    op.drop_table("dossier_piece")
    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deadline_due"))
        batch_op.drop_index(batch_op.f("ix_deadline_conference"))
        batch_op.drop_index("deadline_of")
    op.drop_table("deadline")
    with op.batch_alter_table("content", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_content_conference"))
        batch_op.drop_index("content_block")
    op.drop_table("content")
    with op.batch_alter_table("conference_figure", schema=None) as batch_op:
        batch_op.drop_index("conference_figure_name")
    op.drop_table("conference_figure")
    with op.batch_alter_table("conclusion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conclusion_state"))
        batch_op.drop_index(batch_op.f("ix_conclusion_lead"))
        batch_op.drop_index(batch_op.f("ix_conclusion_conference"))
        batch_op.drop_index("conclusion_code")
    op.drop_table("conclusion")
    with op.batch_alter_table("chair", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_chair_conference"))
    op.drop_table("chair")
    with op.batch_alter_table("announcement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_announcement_conference"))
        batch_op.drop_index("announcement_once")
    op.drop_table("announcement")
    with op.batch_alter_table("conference", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conference_unit"))
        batch_op.drop_index(batch_op.f("ix_conference_stage"))
        batch_op.drop_index(batch_op.f("ix_conference_date"))
    op.drop_table("conference")
    with op.batch_alter_table("year_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_year_entry_year"))
        batch_op.drop_index(batch_op.f("ix_year_entry_unit"))
    op.drop_table("year_entry")
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_duty_body"))
        batch_op.drop_index(batch_op.f("ix_duty_account"))
        batch_op.drop_index("duty_once")
    op.drop_table("duty")
    with op.batch_alter_table("appraisal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_appraisal_supervision"))
    op.drop_table("appraisal")
    with op.batch_alter_table("supervision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_supervision_unit"))
    op.drop_table("supervision")
    with op.batch_alter_table("office", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_office_body"))
    op.drop_table("office")
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.drop_index("report_once")
    op.drop_table("report")
    with op.batch_alter_table("data_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_data_request_unit"))
        batch_op.drop_index(batch_op.f("ix_data_request_state"))
        batch_op.drop_index(batch_op.f("ix_data_request_petition"))
        batch_op.drop_index("data_request_number")
    op.drop_table("data_request")
    with op.batch_alter_table("data_incident", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_data_incident_unit"))
    op.drop_table("data_incident")
    with op.batch_alter_table("body", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_body_unit"))
    op.drop_table("body")
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_parent"))
    op.drop_table("unit")
    with op.batch_alter_table("calendar_feed", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calendar_feed_account"))
    op.drop_table("calendar_feed")
    with op.batch_alter_table("taken_form", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_taken_form_at"))
    op.drop_table("taken_form")
    with op.batch_alter_table("search_entry", schema=None) as batch_op:
        batch_op.drop_index("search_entry_where")
        batch_op.drop_index("search_entry_conference")
    op.drop_table("search_entry")
    with op.batch_alter_table("paper_template", schema=None) as batch_op:
        batch_op.drop_index("paper_template_edition")
    op.drop_table("paper_template")
    with op.batch_alter_table("paper_number", schema=None) as batch_op:
        batch_op.drop_index("paper_number_once")
    op.drop_table("paper_number")
    op.drop_table("paper_file")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index("message_queue")
        batch_op.drop_index(batch_op.f("ix_message_subject_id"))
        batch_op.drop_index(batch_op.f("ix_message_state"))
        batch_op.drop_index(batch_op.f("ix_message_conference"))
    op.drop_table("message")
    op.drop_table("level")
    op.drop_table("legal_profile")
    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_history_at"))
        batch_op.drop_index("history_of_subject")
    op.drop_table("history")
    with op.batch_alter_table("dossier_export", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dossier_export_case_id"))
    op.drop_table("dossier_export")
    op.drop_table("data_term")
    op.drop_table("calendar_year")
    op.drop_table("calendar_stamp")
    op.drop_table("calendar_day")
    op.drop_table("advising_rule")
    op.execute("DELETE FROM schema_version WHERE version = 2")
