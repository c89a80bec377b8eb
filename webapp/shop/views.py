"""What the use cases hand out: frozen copies, free of the database."""

from dataclasses import dataclass
from datetime import datetime

from webapp.eyewear.frame import Build, Lens, SizeMarks
from webapp.fitting.advice import Advice, Centration
from webapp.fitting.scene import Estimate
from webapp.fitting.seat import Nudge, NudgeLimits
from webapp.shop.closeups import Square
from webapp.shop.frame_fields import LensChoice

_WORTHWHILE = 0.8  # of a photo's longer side: a close-up that is larger shows little more


@dataclass(frozen=True)
class PhotoView:
    """A kept photo: upright, `width` by `height` pixels; times are aware, in UTC.

    `faces`: how many there are that glasses can be seated on, at least one; they are
    numbered from 0, the largest. `concerns`: codes of `webapp.faces.quality`, what is not ideal
    about the largest; only memory holds them, so they are empty once it has forgotten the photo.
    """

    token: str
    width: int
    height: int
    faces: int
    created: datetime
    expires: datetime
    concerns: tuple[str, ...] = ()


@dataclass(frozen=True)
class VariantView:
    """A colourway. `swatch`: its colour as #rrggbb; `lens_label`: its lens in words.

    `artwork`: a few letters that change whenever a picture of it worn would.
    `stock`: pieces, None where nobody counts. `shop_link`: where it can be bought, its own or
    the frame's. `withdrawn`: shoppers no longer see it. `from_photos`: an admin can correct
    where its artwork was cut.
    """

    frame_slug: str
    slug: str
    name: str
    swatch: str
    lens: Lens
    lens_label: str
    artwork: str
    sku: str | None = None
    gtin: str | None = None
    stock: int | None = None
    shop_link: str | None = None
    withdrawn: bool = False
    from_photos: bool = False


@dataclass(frozen=True)
class FrameView:
    """A frame of the catalogue. `price_cents`: hundredths of `currency` (ISO 4217).

    `shape`, `material`, `gender` and `type` are values of the enumerations of those names in
    `webapp.eyewear.frame`; `status` is draft, published or retired. `shop_link`: where it is
    sold, if that is known. `updated`: of its last change by an admin, if any.
    """

    slug: str
    name: str
    brand: str
    shape: str
    material: str
    gender: str
    marks: SizeMarks
    build: Build
    price_cents: int
    currency: str
    status: str
    variants: tuple[VariantView, ...]
    type: str = "optical"
    shop_link: str | None = None
    lens_options: tuple[LensChoice, ...] = ()
    updated: datetime | None = None

    @property
    def size(self) -> str:
        """The marks as printed inside a temple: 52□18-140."""
        return str(self.marks)


@dataclass(frozen=True)
class TryOnView:
    """A photo rendered with a variant; `width` by `height` pixels.

    `advice`, `pd` and `face_width` are measured anew from the face in memory whenever the
    view is made: none of them is stored. `close_up`: the square about the head, (left, top, side)
    in pixels. `lens`: the one chosen instead of the colourway's own; `lens_gone`: the picture shows
    one that is no longer offered.
    `nudge`: how the shopper moved the frame, within `limits`; `tint`: the state of photochromic
    lenses, 0 clear to 1 darkened. `child`: the shopper said so, and it is still in memory.
    `complaint`: what they said is wrong with it.
    """

    token: str
    photo_token: str
    frame: FrameView
    variant: VariantView
    lens: LensChoice | None
    lens_gone: bool
    face: int
    faces: int
    width: int
    height: int
    close_up: Square
    advice: Advice
    pd: Estimate
    child: bool
    centration: Centration
    nudge: Nudge
    limits: NudgeLimits
    tint: float
    face_width: Estimate
    complaint: str | None
    milliseconds: int
    created: datetime
    expires: datetime

    @property
    def siblings(self) -> tuple[VariantView, ...]:
        """Every colourway of the frame, this one included."""
        return self.frame.variants

    @property
    def size(self) -> str:
        """The frame's size as it is printed inside."""
        return self.frame.size

    @property
    def pd_typed(self) -> bool:
        """Whether the shopper gave the PD, and it is still in memory."""
        return self.pd.method == "typed"

    @property
    def close_up_shows_more(self) -> bool:
        """Whether the close-up is enough smaller than the photo to be worth showing."""
        return self.close_up[2] < _WORTHWHILE * max(self.width, self.height)

    @property
    def other_lenses(self) -> tuple[LensChoice, ...]:
        """What can be chosen beside the colourway's own lens, which may be among the offers."""
        same = (self.variant.lens, 0)
        offers = self.frame.lens_options
        return tuple(one for one in offers if (one.lens, one.extra_cents) != same)

    @property
    def lens_label(self) -> str:
        """The lens that is worn, in words."""
        return self.lens.label if self.lens else self.variant.lens_label

    @property
    def photochromic(self) -> bool:
        """Whether the lens that is worn darkens in the sun."""
        return (self.lens or self.variant).lens.photochromic

    @property
    def price_cents(self) -> int:
        """The frame's price with the lens."""
        return self.frame.price_cents + (self.lens.extra_cents if self.lens else 0)


@dataclass(frozen=True)
class TryOnFacts:
    """What the database knows of a try-on: nothing about the face. Sizes in pixels.

    `lens`: the slug of the one chosen instead of the colourway's own, if it is still offered.
    """

    token: str
    photo_token: str
    frame_slug: str
    variant_slug: str
    lens: str | None
    face: int
    width: int
    height: int
    created: datetime
    expires: datetime


@dataclass(frozen=True)
class AdminView:
    """Someone who may sign in to the back office; `role` is owner, editor or viewer."""

    id: int
    email: str
    role: str
    session_version: int


@dataclass(frozen=True)
class SweepReport:
    """What one sweep did, as counts, and what it could not heal.

    `expired`: photos past their time, deleted with their try-ons; `doomed`: deletions that
    were cut short, finished; `orphans`: files without a row, deleted; `lost`: photos and
    try-ons whose file is missing, deleted; `broken`: "frame/variant" names of the
    catalogue whose artwork is missing: an admin must load it again.
    """

    expired: int
    doomed: int
    orphans: int
    lost: int
    broken: tuple[str, ...]


@dataclass(frozen=True)
class Figures:
    """Counts since midnight UTC. `failures`: refusals by reason code."""

    photos: int
    try_ons: int
    failures: dict[str, int]
