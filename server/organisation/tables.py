"""Levels, units, bodies, offices and who holds them, as dated data (Art. 2, 7): what the law changes is a row with other dates, never code. Dates
are ISO texts; `valid_to` is the last day, None while it goes on."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, Table, Text

from server.db.tables import metadata

level = Table(
    "level",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("valid_from", Text, nullable=False),
    Column("valid_to", Text),
)

unit = Table(
    "unit",
    metadata,
    Column("id", Text, primary_key=True),
    Column("level", ForeignKey("level.id"), nullable=False),
    Column("parent", ForeignKey("unit.id"), index=True),
    Column("kind", Text, nullable=False),  # thanh_pho, quan, huyen, phuong, xa, dac_khu, thi_tran
    Column("name", Text, nullable=False),
    Column("place", Text, nullable=False),  # as papers name the place
    Column("valid_from", Text, nullable=False),
    Column("valid_to", Text),
)

body = Table(
    "body",
    metadata,
    Column("id", Text, primary_key=True),
    Column("unit", ForeignKey("unit.id"), nullable=False, index=True),
    Column("system", Text, nullable=False),  # dang, nha_nuoc, mttq, su_nghiep, doanh_nghiep
    Column("name", Text, nullable=False),
    Column("short", Text, nullable=False),
    Column("symbol", Text, nullable=False, default=""),
    Column("part", Text, nullable=False, default=""),  # advising, supervisor, mass_mobilisation, "" for one that answers
    Column("external", Boolean, nullable=False, default=False),
    Column("superior", Boolean, nullable=False, default=False),
    Column("email", Text, nullable=False, default=""),
    Column("valid_from", Text, nullable=False),
    Column("valid_to", Text),
)

office = Table(
    "office",
    metadata,
    Column("id", Text, primary_key=True),
    Column("body", ForeignKey("body.id"), nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("deputy_of", ForeignKey("office.id")),
    Column("valid_from", Text, nullable=False),
    Column("valid_to", Text),
)

# Who works as what: an account's duty at a body. A chair's duty names the office held.
duty = Table(
    "duty",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account", ForeignKey("account.id"), nullable=False, index=True),
    Column("role", Text, nullable=False),
    Column("body", ForeignKey("body.id"), nullable=False, index=True),
    Column("office", ForeignKey("office.id")),
    Column("deputy", Boolean, nullable=False, default=False),
    Column("valid_from", Text, nullable=False),
    Column("valid_to", Text),
    Index("duty_once", "account", "role", "body", "valid_from", unique=True),
)

# Article 7 as rows: which unit advises the presiding office of a kind of unit. `needs_assignment`: the head picks one in writing, `advises` is a suggestion.
advising_rule = Table(
    "advising_rule",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case", Text, nullable=False),  # 7.1 … 7.5
    Column("profile", Text, nullable=False),
    Column("unit_kind", Text, nullable=False),
    Column("presiding", Text, nullable=False),  # bi_thu, chu_tich_ubnd
    Column("chair", Text, nullable=False),
    Column("deputy", Text, nullable=False),
    Column("advises", Text, nullable=False),
    Column("needs_assignment", Boolean, nullable=False, default=False),
    Column("valid_from", Text, nullable=False),
    Column("valid_to", Text),
    Column("source", Text, nullable=False, default=""),  # the paper that says so, where it is not the profile itself
)

# Legal profiles: `id` is the code. `counting` holds the settings of `moderation.case.profiles.Counting`.
legal_profile = Table(
    "legal_profile",
    metadata,
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("issued", Text, nullable=False),
    Column("valid_from", Text, nullable=False),
    Column("valid_to", Text),
    Column("levels", JSON, nullable=False, default=list),
    Column("counting", JSON, nullable=False),
)
