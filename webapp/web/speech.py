"""How pages say figures and the catalogue's fixed words, in the visitor's language."""

from collections.abc import Mapping
from datetime import UTC, datetime
from math import ceil

from babel.numbers import format_currency, format_decimal
from flask import Flask
from flask_babel import lazy_gettext as _
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from webapp.fitting.scene import Estimate
from webapp.web.language import locale

SHAPES: Mapping[str, LazyString] = {  # by the values of `webapp.eyewear.frame.Shape`
    "round": _("Round"),
    "panto": _("Panto"),
    "oval": _("Oval"),
    "square": _("Square"),
    "rectangle": _("Rectangle"),
    "cat-eye": _("Cat eye"),
    "browline": _("Browline"),
    "aviator": _("Aviator"),
    "navigator": _("Navigator"),
    "hexagonal": _("Hexagonal"),
    "shield": _("Shield"),
    "rimless": _("Rimless"),
    "half-rim": _("Half rim"),
    "geometric": _("Geometric"),
}
MATERIALS: Mapping[str, LazyString] = {  # by the values of `webapp.eyewear.frame.Material`
    "acetate": _("acetate"),
    "metal": _("metal"),
    "mixed": _("mixed"),
}


def init_app(app: Flask) -> None:
    """Teach the templates to say figures and words."""
    for filter_ in (price, plus_minus, millimetres, number, hours_left, shape, material):
        app.add_template_filter(filter_)


def price(cents: int, currency: str) -> str:
    """Return an amount as shops write it: €149, or €149.50; 149 € in German."""
    pattern = locale().currency_formats["standard"].pattern
    if cents % 100 == 0:
        pattern = pattern.replace(".00", "")
    return format_currency(
        cents / 100, currency, pattern, locale=locale(), currency_digits=False
    ).replace("\N{NO-BREAK SPACE}", " ")


def plus_minus(estimate: Estimate) -> str:
    """Return a measured length in mm with its standard deviation: 63.1 ± 1.9 mm."""
    return f"{number(estimate.value, 1)} ± {number(max(estimate.sigma, 0.1), 1)} mm"


def millimetres(value: float) -> str:
    """Return a length in mm without needless decimals: 52 mm, 17.5 mm."""
    return f"{format_decimal(round(value, 1), '0.#', locale=locale())} mm"


def number(value: float, decimals: int = 0) -> str:
    """Return a number with so many decimals, as the language writes them."""
    pattern = "#,##0" + ("." + decimals * "0" if decimals else "")
    return format_decimal(round(value, decimals), pattern, locale=locale())


def hours_left(until: datetime) -> str:
    """Return how long it is until `until` (aware, or naive UTC), rounded up to whole hours."""
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    hours = max(1, ceil((until - datetime.now(UTC)).total_seconds() / 3600))
    return ngettext("%(num)d hour", "%(num)d hours", hours)


def shape(name: str) -> str:
    """Return a front's shape in words; as it is where it has none."""
    return str(SHAPES.get(name, name))


def material(name: str) -> str:
    """Return a front's material in words; as it is where it has none."""
    return str(MATERIALS.get(name, name))
