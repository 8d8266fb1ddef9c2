"""All tables of the program, wherever they are defined: whoever needs the whole (making the tables, migrations) takes `metadata` from here.

Each noun defines its own in its `tables.py` on the one `metadata`, and has its word here.
"""

from __future__ import annotations

from importlib import import_module

from server.db.tables import metadata

NOUNS = (
    "calendar",
    "conclusions",
    "conferences",
    "deadlines",
    "desk",
    "dossier",
    "invitations",
    "notifications",
    "office",
    "organisation",
    "papers",
    "petitions",
    "protection",
    "reports",
    "search",
)

for noun in NOUNS:
    import_module(f"server.{noun}.tables")

__all__ = ["NOUNS", "metadata"]
