"""What a shopper chose to try on: a colourway, with its own lens or another that it is offered."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

from webapp.errors import NotFound
from webapp.eyewear.frame import Eyewear
from webapp.shop import artworks, catalogue
from webapp.shop.frame_fields import LensChoice
from webapp.shop.views import VariantView
from webapp.storage import catalogue as rows
from webapp.storage.database import reading


@dataclass(frozen=True)
class Chosen:
    """The variant to try on: its rows' ids, and the thing itself.

    `lens`: the slug of the lens it wears instead of its own, if any.
    """

    frame_id: int
    variant_id: int
    eyewear: Eyewear
    lens: str | None = None


def choose(frame_slug: str, variant_slug: str, lens: str | None = None) -> Chosen:
    """Return a variant that shoppers may try on, with one of its frame's lenses or its own.

    Raises:
        NotFound: no published frame or variant is called so, or the frame has no such lens.
    """
    with reading() as session:
        row = rows.variant(session, frame_slug, variant_slug, shown=True)
        eyewear = artworks.eyewear_of(row)
        if lens:
            choice = lens_named(catalogue.lenses_of(row.frame), lens)
            if choice is None:
                raise NotFound()
            eyewear = replace(eyewear, lens=choice.lens)
        return Chosen(row.frame_id, row.id, eyewear, lens or None)


def offers(frame_slug: str, lens: str) -> bool:
    """Return whether a frame may be had with a lens. Raises `NotFound` for an unknown frame."""
    return lens_named(catalogue.frame(frame_slug).lens_options, lens) is not None


def lens_named(choices: Iterable[LensChoice], slug: str | None) -> LensChoice | None:
    """Return the lens of that name, if it is among them."""
    return next((one for one in choices if one.slug == slug), None)


def looks_with(variant: VariantView, lens: LensChoice | None) -> str:
    """Return a few letters that change whenever a picture of the variant with the lens would."""
    if lens is None:
        return variant.artwork
    return hashlib.sha256(f"{variant.artwork} {lens.lens}".encode()).hexdigest()[:12]
