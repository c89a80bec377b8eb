"""How pages say figures: money, millimetres with their uncertainty, hours."""

from datetime import UTC, datetime
from math import ceil

from flask import Flask

from webapp.fitting.scene import Estimate

SIGNS = {"EUR": "€", "USD": "$", "GBP": "£"}


def init_app(app: Flask) -> None:
    """Teach the templates to say figures."""
    for filter_ in (price, plus_minus, millimetres, hours_left):
        app.add_template_filter(filter_)


def price(cents: int, currency: str) -> str:
    """Return an amount as shops write it: €149, or €149.50."""
    amount = f"{cents / 100:,.2f}".removesuffix(".00")
    sign = SIGNS.get(currency)
    return f"{sign}{amount}" if sign else f"{amount} {currency}"


def plus_minus(estimate: Estimate) -> str:
    """Return a measured length in mm with its standard deviation: 63.1 ± 1.9 mm."""
    return f"{estimate.value:.1f} ± {max(estimate.sigma, 0.1):.1f} mm"


def millimetres(value: float) -> str:
    """Return a length in mm without needless decimals: 52 mm, 17.5 mm."""
    return f"{round(value, 1):g} mm"


def hours_left(until: datetime) -> str:
    """Return how long it is until `until` (aware, or naive UTC), rounded up to whole hours."""
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    hours = max(1, ceil((until - datetime.now(UTC)).total_seconds() / 3600))
    return "1 hour" if hours == 1 else f"{hours} hours"
