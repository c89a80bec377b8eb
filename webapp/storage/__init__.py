"""The database, the picture files beside it, and the migrations. SQLAlchemy lives here alone."""
