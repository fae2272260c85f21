"""SQLAlchemy models, migrations and the engine that runs them."""
