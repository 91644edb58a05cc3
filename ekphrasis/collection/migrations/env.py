"""Alembic's door into the collection: it works on the connection, and inside the transaction, it is given."""

from alembic import context

from ekphrasis.collection.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
