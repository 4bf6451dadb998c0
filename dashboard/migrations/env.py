"""Run the revisions on the connection that `dashboard.database.upgrade` hands over."""

from __future__ import annotations

from alembic import context

from dashboard.database import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
