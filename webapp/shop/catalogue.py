"""The catalogue: frames, their colourways and artwork."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from webapp.drawn.catalogue import DemoFrame, demo_frames
from webapp.drawn.listing import slug_of
from webapp.errors import InvalidFrame, NotFound
from webapp.eyewear.frame import Artwork, Build, Eyewear, LensKind, SizeMarks, Type
from webapp.shop import artworks, viewing
from webapp.shop.frame_fields import ColourwayFields, FrameFields, LensChoice, lens_from
from webapp.shop.views import FrameView, VariantView
from webapp.storage import belongings, clock, images
from webapp.storage import catalogue as rows
from webapp.storage.database import reading, writing
from webapp.storage.tables import Frame, LensOption, Status, Variant

DEMO_SHOP = "https://example.com/"  # reserved for examples: it sells nothing


@dataclass
class Window:
    """The published frames as they were last read, and what the catalogue looked like then."""

    stamp: tuple[Any, ...] = ()
    frames: tuple[FrameView, ...] = ()


def published() -> list[FrameView]:
    """Return what shoppers may try on, in the order of its publication.

    Every page of the shop floor asks; the frames are read anew only when something changed.
    """
    window = belongings.only(Window)
    with reading() as session:
        stamp = rows.stamp(session)
        if stamp != window.stamp:
            frames = tuple(frame_view(row) for row in rows.frames(session, Status.PUBLISHED))
            window = Window(stamp, frames)
            belongings.replace(Window, window)
    return list(window.frames)


def all_frames() -> list[FrameView]:
    """Return every frame, drafts and retired ones too, in the order of their making."""
    with reading() as session:
        return [frame_view(row, withdrawn=True) for row in rows.frames(session)]


def frame_for_admins(slug: str) -> FrameView:
    """Return the frame with its withdrawn colourways. Raises `NotFound`."""
    with reading() as session:
        return frame_view(rows.frame(session, slug), withdrawn=True)


def colourway_for_admins(slug: str, variant: str) -> tuple[FrameView, VariantView]:
    """Return a frame and one of its colourways, withdrawn or not. Raises `NotFound`."""
    frame = frame_for_admins(slug)
    found = next((one for one in frame.variants if one.slug == variant), None)
    if found is None:
        raise NotFound()
    return frame, found


def frame(slug: str) -> FrameView:
    """Return the frame, whatever its status. Raises `NotFound`."""
    with reading() as session:
        return frame_view(rows.frame(session, slug))


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
    type: str = Type.OPTICAL,
    shop_link: str | None = None,
) -> FrameView:
    """Add a draft without colourways. Raises `InvalidFrame`, `SlugTaken`."""
    fields = FrameFields(
        slug, name, brand, shape, material, gender, type, marks, build, price_cents, currency,
        shop_link,
    )  # fmt: skip
    row = Frame(status=Status.DRAFT, **fields.columns())
    with writing() as session:
        rows.add(session, row)
        return frame_view(row)


def add_variant(frame_slug: str, *, artwork: Artwork, **fields: Any) -> VariantView:
    """Add a colourway with its artwork; `fields`: as of `ColourwayFields`.

    Raises `NotFound`, `InvalidFrame`, `SlugTaken`.
    """
    told = ColourwayFields(**fields)
    owner = frame(frame_slug)  # before the pictures are encoded for nothing
    eyewear = Eyewear(owner.marks, artwork, owner.build, told.lens)
    with images.storing(*artworks.drafts_of(eyewear)) as (session, pictures):
        row = Variant(
            frame=rows.frame(session, frame_slug), **told.columns(), **artworks.places_of(artwork)
        )
        row.front, row.lenses, row.temple, row.product = pictures
        rows.add(session, row)
        return variant_view(row)


def publish(slug: str) -> FrameView:
    """Show the frame to shoppers. Raises `NotFound`; `InvalidFrame` without a colourway."""
    with writing() as session:
        row = rows.frame(session, slug)
        if all(variant.withdrawn for variant in row.variants):
            raise InvalidFrame(field="variants", value=0, advice="at least one")
        if row.status != Status.PUBLISHED:
            row.status, row.published_at = Status.PUBLISHED, clock.now()
        return frame_view(row)


def retire(slug: str) -> FrameView:
    """Take the frame off the wall; try-ons made with it stay. Raises `NotFound`."""
    with writing() as session:
        row = rows.frame(session, slug)
        row.status = Status.RETIRED
        return frame_view(row)


def first_variant(slug: str) -> str:
    """Return the slug of the frame's first colourway. Raises `NotFound`."""
    variants = frame(slug).variants
    if not variants:
        raise NotFound()
    return variants[0].slug


def by_number(number: str) -> tuple[FrameView, VariantView]:
    """Return the published colourway with that SKU or GTIN, and its frame. Raises `NotFound`."""
    with reading() as session:
        row = rows.by_number(session, number)
        return frame_view(row.frame), variant_view(row)


def with_numbers(sought: str = "") -> list[tuple[FrameView, VariantView]]:
    """Return the published colourways that have a SKU or GTIN and match a search, with frames."""
    words = sought.lower().split()
    return [
        (frame, variant)
        for frame in published()
        for variant in frame.variants
        if (variant.sku or variant.gtin) and all(word in told_of(frame, variant) for word in words)
    ]


def told_of(frame: FrameView, variant: VariantView) -> str:
    """Return what a search for a colourway goes through, in small letters."""
    parts = (frame.name, frame.brand, frame.slug, variant.name, variant.sku, variant.gtin)
    return " ".join(part for part in parts if part).lower()


def eyewear(frame_slug: str, variant_slug: str) -> Eyewear:
    """Return the variant as a thing to fit and render, of a published frame. Raises `NotFound`."""
    with reading() as session:
        return artworks.eyewear_of(rows.variant(session, frame_slug, variant_slug, shown=True))


def picture(frame_slug: str, variant_slug: str) -> bytes:
    """Return the variant's product picture, WebP on transparent, whatever the frame's status.

    Raises `NotFound`.
    """
    with reading() as session:
        row = rows.variant(session, frame_slug, variant_slug, shown=False)
        file = row.product.file
    return viewing.data_in(file)


def load_demo(progress: Callable[[int, int, str], None] | None = None) -> int:
    """Load the demo frames that are not there yet; return how many were added.

    Killed half-way, it goes on where it stopped. A frame that an admin retired stays so.

    Args:
        progress: called after each frame with (done, of how many, its name).
    """
    frames = demo_frames()
    added = 0
    for done, demo in enumerate(frames, 1):
        added += load_demo_frame(demo)
        if progress:
            progress(done, len(frames), demo.name)
    return added


def load_demo_frame(demo: DemoFrame) -> bool:
    """Load one demo frame, or what it still lacks; return whether anything was to do."""
    try:
        there = frame(demo.slug)
    except NotFound:
        there = add_frame(
            slug=demo.slug,
            name=demo.name,
            brand=demo.brand,
            shape=demo.shape,
            material=demo.material,
            gender=demo.gender,
            marks=demo.marks,
            build=demo.build,
            price_cents=demo.price_cents,
            currency=demo.currency,
            type=type_of(demo),
            shop_link=f"{DEMO_SHOP}?frame={demo.slug}",
        )
    if there.status != Status.DRAFT:
        return False
    if not there.lens_options:
        offer_lenses(demo)
    present = {variant.slug for variant in there.variants}
    for variant in demo.variants:
        if variant.slug not in present:
            add_variant(
                demo.slug,
                slug=variant.slug,
                name=variant.name,
                swatch=variant.swatch,
                lens=variant.lens,
                lens_label=variant.lens_label,
                artwork=variant.artwork(),
            )
    publish(demo.slug)
    return True


def offer_lenses(demo: DemoFrame) -> None:
    """Let a demo frame be had with other lenses than its colourways' own."""
    choices = [
        LensChoice(slug_of(label), label, lens, extra) for (lens, label), extra in demo.lenses
    ]
    with writing() as session:
        row = rows.frame(session, demo.slug)
        row.lens_options.extend(LensOption(**choice.columns()) for choice in choices)


def type_of(demo: DemoFrame) -> Type:
    """Return how a demo frame is sold: by the lens of its first colourway."""
    return Type.OPTICAL if demo.variants[0].lens.kind == LensKind.CLEAR else Type.SUN


def frame_view(row: Frame, *, withdrawn: bool = False) -> FrameView:
    """Return what is shown of a frame's row, its session still open; to admins, `withdrawn` too."""
    return FrameView(
        slug=row.slug,
        name=row.name,
        brand=row.brand,
        shape=row.shape,
        material=row.material,
        gender=row.gender,
        marks=artworks.marks_of(row),
        build=artworks.build_of(row),
        price_cents=row.price_cents,
        currency=row.currency,
        status=row.status,
        variants=tuple(
            variant_view(variant) for variant in row.variants if withdrawn or not variant.withdrawn
        ),
        type=row.type,
        shop_link=row.shop_link,
        lens_options=lenses_of(row),
        updated=row.updated_at,
    )


def lenses_of(row: Frame) -> tuple[LensChoice, ...]:
    """Return the lenses that a frame may be had with; its session must still be open."""
    return tuple(
        LensChoice(one.slug, one.label, lens_from(one.lens), one.extra_cents)
        for one in row.lens_options
    )


def variant_view(row: Variant) -> VariantView:
    """Return what is shown of a variant's row; its session must still be open."""
    return VariantView(
        frame_slug=row.frame.slug,
        slug=row.slug,
        name=row.name,
        swatch=row.swatch,
        lens=artworks.lens_of(row),
        lens_label=row.lens_label,
        sku=row.sku,
        gtin=row.gtin,
        stock=row.stock,
        shop_link=row.shop_link or row.frame.shop_link,
        withdrawn=row.withdrawn,
        from_photos=row.front_photo_id is not None,
        artwork=artworks.fingerprint(row),
    )
