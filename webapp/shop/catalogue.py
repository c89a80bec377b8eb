"""The catalogue: frames, their colourways and artwork."""

from collections.abc import Callable

from webapp.eyewear.frame import Artwork, Build, Eyewear, Lens, SizeMarks
from webapp.shop.views import FrameView, VariantView


def published() -> list[FrameView]:
    """Return what shoppers may try on, in the order of its publication."""
    raise NotImplementedError


def all_frames() -> list[FrameView]:
    """Return every frame, drafts and retired ones too, in the order of their making."""
    raise NotImplementedError


def frame(slug: str) -> FrameView:
    """Return the frame, whatever its status. Raises `NotFound`."""
    raise NotImplementedError


def add_frame(
    *,
    slug: str,
    name: str,
    brand: str,
    shape: str,
    material: str,
    gender: str,
    marks: SizeMarks,
    build: Build,
    price_cents: int,
    currency: str = "EUR",
) -> FrameView:
    """Add a draft without colourways. Raises `InvalidFrame`, `SlugTaken`."""
    raise NotImplementedError


def add_variant(
    frame_slug: str,
    *,
    slug: str,
    name: str,
    swatch: str,
    lens: Lens,
    lens_label: str,
    artwork: Artwork,
) -> VariantView:
    """Add a colourway with its artwork. Raises `NotFound`, `InvalidFrame`, `SlugTaken`."""
    raise NotImplementedError


def publish(slug: str) -> FrameView:
    """Show the frame to shoppers. Raises `NotFound`; `InvalidFrame` without a colourway."""
    raise NotImplementedError


def retire(slug: str) -> FrameView:
    """Take the frame off the wall; try-ons made with it stay. Raises `NotFound`."""
    raise NotImplementedError


def eyewear(frame_slug: str, variant_slug: str) -> Eyewear:
    """Return the variant as a thing to fit and render, of a published frame. Raises `NotFound`."""
    raise NotImplementedError


def picture(frame_slug: str, variant_slug: str) -> bytes:
    """Return the variant's product picture, WebP on transparent. Raises `NotFound`."""
    raise NotImplementedError


def load_demo(progress: Callable[[int, int, str], None] | None = None) -> int:
    """Load the demo frames that are not there yet; return how many were added.

    Args:
        progress: called after each frame with (done, of how many, its name).
    """
    raise NotImplementedError
