"""All tables of the program, wherever they are defined: whoever needs the whole (making the tables, migrations) takes `metadata` from here.

Each noun defines its own in its `tables.py` on the one `metadata`, and has one line here.
"""

from __future__ import annotations

import server.calendar.tables
import server.desk.tables
import server.organisation.tables  # noqa: F401
from server.db.tables import metadata

__all__ = ["metadata"]
