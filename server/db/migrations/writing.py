"""Writing the revision of the release that is being made, from the difference between the tables of the last one and those of the program.

The file is written anew each time, until the release is out; then `RELEASED` moves on, and the next difference becomes another file.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.operations.ops import CreateTableOp, MigrateOperation, OpContainer

from server.db.all_tables import metadata
from server.db.append_only import guards
from server.db.engine import open_engine, reading
from server.db.frozen import rules
from server.db.migrate import PLACE, migrate

RELEASED = "0001"
"""The newest revision that is out in a release."""

NEXT = "0002"

FILE = PLACE / "versions" / "r0002_the_whole_case.py"

HEAD = '''"""The whole case: its plan, petitions, invitations, papers, conclusions and reports, and the history of every change.

Written by `scripts/migration` from the tables in `server/*/tables.py`; what is written here by hand is lost.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from server.db.append_only import Guard
from server.db.frozen import Frozen

revision = "{next}"
down_revision = "{released}"

GUARDS = (
{guards}
)

FROZEN = (
{frozen}
)


def upgrade() -> None:
    # release 0.1.0 looks here, and so knows that it cannot work with this database
    op.execute("INSERT INTO schema_version (version, applied) VALUES (2, 0)")
{up}
    for guard in (*GUARDS, *FROZEN):
        guard.put(op.get_bind())


def downgrade() -> None:
    for guard in (*GUARDS, *FROZEN):
        guard.remove(op.get_bind())
{down}
    op.execute("DELETE FROM schema_version WHERE version = 2")
'''


def write(file: Path = FILE) -> Path:
    """Writes the revision; gives the file."""
    file.write_text(source(), encoding="utf-8")
    return file


def source() -> str:
    """The text of the revision: the same for the same tables."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/released.db"
        migrate(url, RELEASED)
        engine = open_engine(url)
        with reading(engine) as connection:
            context = MigrationContext.configure(connection, opts={"render_as_batch": True, "target_metadata": metadata})
            script = produce_migrations(context, metadata)
            up, down = script.upgrade_ops, script.downgrade_ops
            assert up is not None and down is not None
            made = created(up)
            texts = [render_python_code(ops, render_as_batch=True, migration_context=context) for ops in (up, down)]
        engine.dispose()
    fresh = [table for table in metadata.sorted_tables if table.name in made]
    new = guards(fresh)
    names = "\n".join(f"    Guard({guard.table!r}, {guard.columns!r}, {guard.erasable!r})," for guard in new)
    still = "\n".join(f"    {rule!r}," for rule in rules(fresh))
    text = HEAD.format(next=NEXT, released=RELEASED, guards=names, frozen=still, up=lines(texts[0]), down=lines(texts[1]))
    style = [sys.executable, "-m", "ruff", "format", "--quiet", "--config", str(PLACE.parents[2] / "pyproject.toml"), "-"]
    return subprocess.run(style, input=text, text=True, capture_output=True, check=True, encoding="utf-8").stdout


def created(ops: OpContainer | MigrateOperation) -> set[str]:
    """The tables that are made by these operations."""
    if isinstance(ops, CreateTableOp):
        return {ops.table_name}
    return set().union(*(created(op) for op in ops.ops)) if isinstance(ops, OpContainer) else set()


def lines(rendered: str) -> str:
    """The operations, without alembic's own remarks."""
    return "\n".join(line for line in rendered.splitlines() if line.strip() and not line.strip().startswith("#"))
