"""A variant's artwork on its way into storage and back out of it."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import astuple, dataclass, field
from typing import Any

from webapp.drawn.product import product_picture
from webapp.eyewear.frame import Artwork, Build, Eyewear, Lens, LensKind, SizeMarks
from webapp.rendering import codec
from webapp.shop import viewing
from webapp.storage import belongings
from webapp.storage.images import Draft
from webapp.storage.tables import Frame, Kind, Variant

PRODUCT_WIDTH = 800  # px; a card shows at most 400, a dense screen twice that
EYEWEAR_KEPT = 96  # of 48 variants, each under two names; 5 to 10 MB each

Pair = tuple[float, float]


def drafts_of(eyewear: Eyewear) -> list[Draft]:
    """Return the pictures to store: front, lenses and temple bit for bit, and the product's."""
    artwork = eyewear.artwork
    product = product_picture(eyewear, PRODUCT_WIDTH)
    layers = (
        (Kind.FRONT, artwork.front),
        (Kind.LENSES, artwork.lenses),
        (Kind.TEMPLE, artwork.temple),
    )
    return [
        *(
            Draft(codec.encode_png(layer), kind, "image/png", layer.shape[1], layer.shape[0])
            for kind, layer in layers
        ),
        Draft(
            codec.encode_webp(product),
            Kind.PRODUCT,
            "image/webp",
            product.shape[1],
            product.shape[0],
        ),
    ]


def places_of(artwork: Artwork) -> dict[str, Any]:
    """Return the artwork's scale and points as a variant's row holds them."""
    return {
        "scale": artwork.scale,
        "centre": list(artwork.centre),
        "joint": list(artwork.joint),
        "ear": list(artwork.ear),
    }


def marks_of(frame: Frame) -> SizeMarks:
    """Return the size marks that a frame's row holds."""
    return SizeMarks(frame.lens_width, frame.lens_height, frame.bridge, frame.temple, frame.width)


def build_of(frame: Frame) -> Build:
    """Return the build that a frame's row holds."""
    return Build(
        wrap=frame.wrap,
        tilt=frame.tilt,
        vertex=frame.vertex,
        base_curve=frame.base_curve,
        depth=frame.depth,
        temple_thickness=frame.temple_thickness,
        hinge=pair(frame.hinge),
        pads=frame.pads,
    )


def lens_of(variant: Variant) -> Lens:
    """Return the lens that a variant's row holds."""
    return Lens(
        kind=LensKind(variant.lens_kind),
        transmittance=variant.transmittance,
        tint=triple(variant.tint),
        transmittance_bottom=variant.transmittance_bottom,
        reflectance=variant.reflectance,
        mirror_tint=triple(variant.mirror_tint),
        clear_transmittance=variant.clear_transmittance,
        polarised=variant.polarised,
    )


def eyewear_of(variant: Variant) -> Eyewear:
    """Return the variant as a thing to fit and render; its session must still be open.

    Raises:
        NotFound: a file of its artwork is gone.
    """
    marks, build, lens = marks_of(variant.frame), build_of(variant.frame), lens_of(variant)
    place = (variant.scale, pair(variant.centre), pair(variant.joint), pair(variant.ear))
    pictures = (variant.front, variant.lenses, variant.temple)
    # By content, not by name: an artwork that is replaced is never shown as it was.
    key = (
        *(picture.sha256 for picture in pictures), *place, astuple(marks), astuple(build),
        astuple(lens),
    )  # fmt: skip

    def load() -> Eyewear:
        layers = [codec.read_layer(viewing.data_in(picture.file)) for picture in pictures]
        return Eyewear(marks, Artwork(layers[0], layers[1], layers[2], *place), build, lens)

    return belongings.only(Shelf).get(key, load)


def fingerprint(variant: Variant) -> str:
    """Return a few letters that change whenever a picture of the variant worn would."""
    made_of = (
        variant.front_id, variant.lenses_id, variant.temple_id, variant.scale, variant.centre,
        variant.joint, variant.ear, marks_of(variant.frame), build_of(variant.frame),
        lens_of(variant),
    )  # fmt: skip
    return hashlib.sha256(repr(made_of).encode()).hexdigest()[:12]


def named(name: tuple[str, str, str, str], choose: Callable[[], Eyewear]) -> Eyewear:
    """Return a variant by its name in memory, or else what `choose` brings.

    The name: its frame's slug, its own, its fingerprint, and its lens's slug or nothing. A wall's
    pictures are asked for by these names: what lies in memory spares the database.
    """
    return belongings.only(Shelf).get(name, choose) if name[2] else choose()


@dataclass
class Shelf:
    """The eyewear in memory, by all that it is made of."""

    kept: OrderedDict[Any, Eyewear] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: Any, load: Callable[[], Eyewear]) -> Eyewear:
        """Return what lies there under the key, or else what `load` brings."""
        with self.lock:
            if key in self.kept:
                self.kept.move_to_end(key)
                return self.kept[key]
        eyewear = load()
        with self.lock:
            eyewear = self.kept.setdefault(key, eyewear)
            while len(self.kept) > EYEWEAR_KEPT:
                self.kept.popitem(last=False)
        return eyewear


def pair(values: list[float]) -> Pair:
    """Return (x, y) from a column of numbers."""
    x, y = values
    return float(x), float(y)


def triple(values: list[float]) -> tuple[float, float, float]:
    """Return (red, green, blue) from a column of numbers."""
    red, green, blue = values
    return float(red), float(green), float(blue)
