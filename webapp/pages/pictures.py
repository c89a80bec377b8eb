"""Addresses of the pictures of a wall, which change whenever the picture would.

What is known of a face beyond the photo changes the picture too: it is in the address as a
keyed hash alone, since no address may bear a measure of a face.
"""

import hmac
import re
from typing import Any

from flask import Flask, current_app, g, url_for

from webapp.fitting.scale import Told
from webapp.shop.choosing import looks_with
from webapp.shop.frame_fields import LensChoice
from webapp.shop.views import VariantView
from webapp.web import visits

WIDTHS = (240, 480, 720)  # px, the squares that are offered
WIDTH = 480  # what is painted ahead, and sharp on most screens
ON_WALLS = (480, 720)  # px, what a browser may choose from
KEY_LETTERS = 12
INDENTATION = re.compile(r"\s*\n\s*")


def init_app(app: Flask) -> None:
    """Let templates name the pictures."""
    app.add_template_global(worn_address)
    app.add_template_filter(unindented)
    app.add_template_global(worn_set)
    app.add_template_global(worn_version)


def unindented(markup: Any) -> Any:
    """Return markup without its lines' indentation and without empty lines: a wall repeats them."""
    return type(markup)(INDENTATION.sub("\n", markup))


def worn_address(
    token: str,
    variant: VariantView,
    face: int = 0,
    width: int = WIDTH,
    lens: LensChoice | None = None,
) -> str:
    """Return the address of the head in a photo with a colourway on, `width` px wide.

    `lens`: instead of the colourway's own.
    """
    wall, key = place_of(token, face)  # a wall names hundreds: `url_for` would take half its time
    asked = f"?face={face}&" if face else "?"
    sized = "" if width == WIDTH else f"w={width}&"
    picture = f"{wall}/on/{variant.frame_slug}/{variant.slug}.jpg"
    glazed = f"lens={lens.slug}&" if lens else ""
    return f"{picture}{asked}{sized}{glazed}v={looks_with(variant, lens)}{key}"


def worn_version(token: str, variant: VariantView, face: int = 0) -> str:
    """Return the part of such an address that changes with the picture (`v`)."""
    return variant.artwork + place_of(token, face)[1]


def worn_set(token: str, variant: VariantView, face: int = 0) -> str:
    """Return the `srcset` of that picture on a wall."""
    return ", ".join(f"{worn_address(token, variant, face, one)} {one}w" for one in ON_WALLS)


def place_of(token: str, face: int) -> tuple[str, str]:
    """Return the address of a photo's wall, and the key of a face in it, made once a request."""
    known = g.setdefault("pictures", {})
    if (token, face) not in known:
        key = key_of(token, face, visits.told(token, face))
        known[token, face] = url_for("photos.wall", token=token), key
    place: tuple[str, str] = known[token, face]
    return place


def key_of(token: str, face: int, told: Told) -> str:
    """Return a few letters that change with what is known of the face; they tell nothing of it."""
    secret = str(current_app.secret_key).encode()
    return hmac.new(secret, f"{token}/{face}/{told}".encode(), "sha256").hexdigest()[:KEY_LETTERS]


def parted(version: str, token: str, face: int) -> tuple[str, bool]:
    """Return an address's artwork, and whether the address is that of the picture as it is now."""
    artwork, key = version[:-KEY_LETTERS], version[-KEY_LETTERS:]
    now = key_of(token, face, visits.told(token, face))
    return artwork, bool(artwork) and hmac.compare_digest(key.encode(), now.encode())


def width_near(asked: int) -> int:
    """Return the width offered that is nearest to the one asked for."""
    return min(WIDTHS, key=lambda one: abs(one - asked))
