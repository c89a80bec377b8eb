"""What the frame editor does: frames and colourways from photos, corrected, seen on heads."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from webapp.errors import NoPhoto, NotFound, SlugTaken
from webapp.eyewear.calibration import Points, propose
from webapp.eyewear.frame import Artwork, Eyewear, Lens
from webapp.rendering import codec
from webapp.shop import artworks, catalogue, editing, previews, products, viewing
from webapp.shop.editing import Colourway
from webapp.shop.frame_fields import ColourwayFields, FrameFields, LensChoice
from webapp.shop.products import Photographed
from webapp.shop.views import AdminView, FrameView
from webapp.storage import belongings
from webapp.storage import catalogue as rows
from webapp.storage.database import reading
from webapp.storage.tables import Variant

CUTS_KEPT = 4
SHOWN_WIDTH = 1400  # px of a product photo in the editor


@dataclass(frozen=True)
class Upload:
    """A colourway's product photos, as files; and what of it is to be read from them.

    `lens`, `swatch`, `label`: they are as the photo shows them, whatever the fields say.
    """

    front: bytes
    side: bytes | None = None
    lens: bool = False
    swatch: bool = False
    label: bool = False


@dataclass
class Cuts:
    """The artworks cut at tried points, a few: one page asks for each of them several times."""

    kept: OrderedDict[str, Artwork] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: str, make: Callable[[], Artwork]) -> Artwork:
        """Return the artwork under the key, or else what `make` brings; one is made at a time."""
        with self.lock:
            if key not in self.kept:
                self.kept[key] = make()
            while len(self.kept) > CUTS_KEPT:
                self.kept.popitem(last=False)
            return self.kept[key]


@dataclass(frozen=True)
class Reading:
    """How a colourway's photo is read. `points` in pixels of the photo, `size` (w, h) pixels."""

    points: Points
    size: tuple[int, int]
    scale: float
    tilt: float


def create(by: AdminView, fields: FrameFields, told: ColourwayFields, upload: Upload) -> FrameView:
    """Make a draft with its first colourway; its hinges are where the photo shows them.

    Raises:
        NotAllowed: a viewer asks.
        SlugTaken: another frame has the short name.
        NoPhoto, PhotoError, ProductPhotoError: what is wrong with a picture.
        InvalidFrame, NumberTaken: what is wrong with a field.
    """
    editing.require(by)
    if exists(fields.slug):
        raise SlugTaken(slug=fields.slug)
    found, told = read(fields, told, upload)
    fields = replace(fields, build=replace(fields.build, hinge=found.hinge))
    return editing.save(by, fields, [Colourway(told, found.pictures)]).frame


def exists(slug: str) -> bool:
    """Return whether a frame has that short name."""
    try:
        catalogue.frame(slug)
    except NotFound:
        return False
    return True


def read(
    fields: FrameFields, told: ColourwayFields, upload: Upload
) -> tuple[Photographed, ColourwayFields]:
    """Return what the photos gave, and the colourway with what they tell. Raises as `create`."""
    if not upload.front:
        raise NoPhoto()
    found = products.photographed(
        upload.front, upload.side, fields.marks, material=fields.material, shape=fields.shape
    )
    if upload.lens:
        told = replace(told, lens=found.lens)
    if upload.lens and upload.label:
        told = replace(told, lens_label=described(found.lens))
    if upload.swatch:
        told = replace(told, swatch=found.swatch)
    return found, told


def described(lens: Lens) -> str:
    """Return a lens in words."""
    if lens.photochromic:
        return "Photochromic"
    kind = {"clear": "Clear", "solid": "Tinted", "gradient": "Gradient", "mirror": "Mirrored"}
    word = kind[str(lens.kind)]
    return word if lens.category == 0 else f"{word}, category {lens.category}"


def add_colourway(by: AdminView, slug: str, told: ColourwayFields, upload: Upload) -> FrameView:
    """Add a colourway to a frame. Raises as `create`, and `NotFound`."""
    editing.require(by)
    frame = catalogue.frame_for_admins(slug)
    if any(one.slug == told.slug for one in frame.variants):
        raise SlugTaken(slug=told.slug)
    fields = fields_of(slug)
    found, told = read(fields, told, upload)
    return editing.save(by, fields, [Colourway(told, found.pictures)]).frame


def change_colourway(
    by: AdminView, slug: str, told: ColourwayFields, upload: Upload | None
) -> FrameView:
    """Change a colourway; with new photos where there are any. Raises as `create`, `NotFound`."""
    editing.require(by)
    fields = fields_of(slug)
    if upload is None:
        return editing.save(by, fields, [Colourway(told)]).frame
    found, told = read(fields, told, upload)
    return editing.save(by, fields, [Colourway(told, found.pictures)]).frame


def set_lenses(by: AdminView, slug: str, lenses: list[LensChoice]) -> FrameView:
    """Let a frame have these lenses to choose from. Raises `NotAllowed`, `NotFound`."""
    return editing.save(by, fields_of(slug), lens_options=lenses).frame


def fields_of(slug: str) -> FrameFields:
    """Return a frame's fields. Raises `NotFound`."""
    with reading() as session:
        return FrameFields.from_columns(vars(rows.frame(session, slug)))


def correct(by: AdminView, slug: str, variant: str, points: Points) -> FrameView:
    """Cut a colourway anew at corrected points; the frame's hinges move with them.

    Raises:
        NotAllowed: a viewer asks.
        NotFound: there is no such colourway, or it has no photo.
        InvalidFrame, ProductPhotoError: it can't be cut like that.
    """
    editing.require(by)
    fields = fields_of(slug)
    with reading() as session:
        row = rows.variant(session, slug, variant, shown=False)
        told = ColourwayFields.from_columns(vars(row))
        pictures = editing.recut(fields, row, products.facts_of(points) | size_of(row))
    hinge = products.hinge_of(points, fields.marks)
    fields = replace(fields, build=replace(fields.build, hinge=hinge))
    return editing.save(by, fields, [Colourway(told, pictures)]).frame


def size_of(row: Variant) -> dict[str, Any]:
    """Return the front photo's size as points tell it. Raises `NotFound`."""
    if row.front_photo is None:
        raise NotFound()
    return {"size": [row.front_photo.width, row.front_photo.height]}


def photo(slug: str, variant: str) -> bytes:
    """Return the front photo, a JPEG as the editor shows it. Raises `NotFound`."""
    pixels = np.asarray(front_of(slug, variant))
    if pixels.shape[2] == 4:
        share = pixels[..., 3:].astype(np.float32) / 255
        pixels = np.asarray(pixels[..., :3] * share + 236 * (1 - share), np.uint8)
    if pixels.shape[1] > SHOWN_WIDTH:
        pixels = codec.at_width(pixels, SHOWN_WIDTH)
    return codec.encode_jpeg(pixels)


def front_of(slug: str, variant: str) -> codec.Pixels:
    """Return the pixels of a colourway's front photo. Raises `NotFound`."""
    with reading() as session:
        row = rows.variant(session, slug, variant, shown=False)
        size_of(row)
        file = row.front_photo.file if row.front_photo else ""
    return products.read_kept(viewing.data_in(file))


def reading_of(
    slug: str, variant: str, points: Points | None = None, *, anew: bool = False
) -> Reading:
    """Return how the colourway's photo is read.

    Args:
        points: as if it were read like that.
        anew: as it would be proposed now.

    Raises:
        NotFound: there is no such colourway, or it has no photo.
        ProductPhotoError: nothing can be proposed any more.
    """
    marks = fields_of(slug).marks
    with reading() as session:
        row = rows.variant(session, slug, variant, shown=False)
        width, height = size_of(row)["size"]
        facts = row.points or {}
    if anew:
        points = propose(front_of(slug, variant), marks).points
    points = points or products.points_of(facts)
    ahead = points.lenses[1] - points.lenses[0]
    scale = float(np.linalg.norm(points.ends[1] - points.ends[0])) / marks.width
    tilt = float(np.degrees(np.arctan2(ahead[1], ahead[0])))
    return Reading(points, (width, height), scale, tilt)


def seen(slug: str, variant: str, facts: Mapping[str, Any] | None = None) -> Eyewear:
    """Return a colourway as a thing, whatever the frame's status; `facts`: cut at these points.

    Raises: as `correct`.
    """
    fields = fields_of(slug)
    with reading() as session:
        row = rows.variant(session, slug, variant, shown=False)
        lens: Lens = artworks.lens_of(row)
        if facts is None:
            return artworks.eyewear_of(row)
        key = repr((slug, variant, row.photos_sha256, facts, fields.columns()))
        artwork = belongings.only(Cuts).get(
            key, lambda: editing.recut(fields, row, dict(facts)).artwork
        )
    hinge = products.hinge_of(products.points_of(facts), fields.marks)
    return Eyewear(fields.marks, artwork, replace(fields.build, hinge=hinge), lens)


def worn(slug: str, variant: str, who: str, facts: Mapping[str, Any] | None = None) -> bytes:
    """Return a JPEG of a reference head that wears the colourway. Raises as `seen`, `worn`."""
    return previews.worn(seen(slug, variant, facts), who)


def cut_out(slug: str, variant: str, facts: Mapping[str, Any] | None = None) -> bytes:
    """Return the cut-out front, WebP on transparent. Raises as `seen`."""
    art = seen(slug, variant, facts).artwork
    rows_ = np.flatnonzero(art.front[..., 3].any(axis=1))
    if len(rows_) == 0:
        return codec.encode_webp(art.front)
    return codec.encode_webp(np.ascontiguousarray(art.front[rows_[0] : rows_[-1] + 1]))
