"""The time of day, from one place, so that tests can move it."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the time, aware, in UTC."""
    return datetime.now(UTC)


def moment() -> datetime:
    """Return now, as the tables' default; asked anew each time, so that tests can move it."""
    return now()
