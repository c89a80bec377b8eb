"""A colourway's pictures on their way into storage."""

from dataclasses import dataclass
from typing import Any

from webapp.eyewear.frame import Artwork
from webapp.storage.images import Draft


@dataclass(frozen=True)
class Pictures:
    """A colourway's artwork, and the product photos that it was cut from, if any.

    `photos`: the front and, where there is one, the side, to be stored. `digest`: a hash of
    the files as they came. `points`: where they were cut, as `webapp.shop.products` says.
    """

    artwork: Artwork
    photos: tuple[Draft, ...] = ()
    digest: str | None = None
    points: dict[str, Any] | None = None
