"""Alembic runs this file: it applies the migrations on the connection that migrate.py hands in."""

from alembic import context

from host_sim.store.schema import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
