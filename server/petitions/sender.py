"""The sender of a petition, as the rules ask for one, and what others may read of them."""

from __future__ import annotations

from sqlalchemy import RowMapping

from moderation.case.petitions import Sender


def sender_of(row: RowMapping) -> Sender:
    """The sender in a row."""
    return Sender(row["name"], row["area"], row["birth_year"], row["is_group"], row["representative"], row["authority"], row["publish_name"])
