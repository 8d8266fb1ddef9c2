"""How the database of one release becomes that of the next: one file per release in `versions/`, run by alembic."""
