"""What alembic runs to carry out revisions: on the connection, and in the transaction, that `server.db.migrate` has opened."""

from alembic import context

from server.db.all_tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
