"""What the wall's filters and orders are called, in the visitor's language."""

from collections.abc import Mapping

from flask import Flask
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from webapp.web.speech import MATERIALS, SHAPES, price

FACETS: Mapping[str, LazyString] = {  # by the names of `webapp.shop.facets.FACETS`
    "type": _("Type"),
    "fits": _("Fit"),
    "shape": _("Shape"),
    "colour": _("Colour"),
    "material": _("Material"),
    "lens": _("Lens"),
    "price": _("Price"),
    "gender": _("For whom"),
}
VALUES: Mapping[str, Mapping[str, LazyString]] = {
    "type": {"optical": _("Prescription glasses"), "sun": _("Sunglasses")},
    "fits": {"yes": _("Fits my face")},
    "shape": SHAPES,
    "colour": {
        "black": _("Black"),
        "grey": _("Grey and silver"),
        "white": _("White"),
        "clear": _("See-through"),
        "brown": _("Brown and tortoiseshell"),
        "gold": _("Gold and honey"),
        "red": _("Red"),
        "pink": _("Pink"),
        "orange": _("Orange"),
        "yellow": _("Yellow"),
        "green": _("Green"),
        "blue": _("Blue"),
        "purple": _("Purple"),
    },
    "material": MATERIALS,
    "lens": {
        "clear": _("Clear"),
        "tinted": _("Tinted evenly"),
        "gradient": _("Gradient"),
        "mirror": _("Mirrored"),
        "photochromic": _("Darkens in the sun"),
        "polarised": _("Polarised"),
    },
    "gender": {"women": _("Women"), "men": _("Men"), "unisex": _("Everybody"), "kids": _("Kids")},
}
SORTS: Mapping[str, LazyString] = {  # by the names of `webapp.shop.facets.SORTS`
    "fit": _("Best fit first"),
    "price": _("Price, lowest first"),
    "price-down": _("Price, highest first"),
    "newest": _("Newest first"),
    "name": _("Name"),
}
COMPLAINTS: Mapping[str, LazyString] = {  # by the names of `webapp.shop.complaints.REASONS`
    "place": _("The glasses sit in the wrong place"),
    "size": _("They are too large or too small"),
    "hidden": _("Something shows that should be hidden, or the other way round"),
    "colour": _("The colour or the lens looks wrong"),
    "other": _("Something else"),
}


def init_app(app: Flask) -> None:
    """Teach the templates these words."""
    app.jinja_env.globals.update(facet_names=FACETS, sort_names=SORTS, complaint_names=COMPLAINTS)
    app.add_template_global(value_name)


def value_name(facet: str, value: str, currency: str = "EUR") -> str:
    """Return what a facet's value is called; prices in the currency (ISO 4217)."""
    if facet == "price":
        return band_name(value, currency)
    name = str(VALUES[facet].get(value, value))
    return name[:1].upper() + name[1:]


def band_name(band: str, currency: str) -> str:
    """Return a band of prices in words: "100-150", or "200" for all that is dearer."""
    low, _dash, high = band.partition("-")
    least, most = (price(100 * int(one or 0), currency) for one in (low, high))
    if not high:
        return str(_("%(price)s and more", price=least))
    if int(low) == 0:
        return str(_("Under %(price)s", price=most))
    return str(_("%(least)s to %(most)s", least=least, most=most))
