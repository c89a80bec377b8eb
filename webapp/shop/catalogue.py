"""The catalogue: frames, their colourways and artwork."""

import re
from collections.abc import Callable
from dataclasses import asdict

from webapp.drawn.catalogue import DemoFrame, demo_frames
from webapp.errors import InvalidFrame, NotFound
from webapp.eyewear.frame import Artwork, Build, Eyewear, Lens, Material, Shape, SizeMarks
from webapp.shop import artworks, viewing
from webapp.shop.views import FrameView, VariantView
from webapp.storage import catalogue as rows
from webapp.storage import clock, images
from webapp.storage.database import reading, writing
from webapp.storage.tables import Frame, Status, Variant

# What words and numbers may look like, and how to say it.
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*"), "small letters, digits and single hyphens"
SWATCH = re.compile(r"#[0-9a-fA-F]{6}"), "a colour as #rrggbb"
CURRENCY = re.compile(r"[A-Z]{3}"), "three capital letters, such as EUR"
WORD = re.compile(r"(?=.*\S)[^\x00-\x1f]{1,120}"), "1 to 120 characters"
LINK = (
    re.compile(r"https?://[^\s\x00-\x1f\x7f<>\"\\]{1,480}"),
    "an address that begins with https:// or http://",
)
SHORT_WORD = re.compile(r"[a-z]{1,16}"), "women, men, unisex or kids"
DEMO_SHOP = "https://example.com/"  # reserved for examples: it sells nothing
DEAREST_CENTS = 100_000_000


def published() -> list[FrameView]:
    """Return what shoppers may try on, in the order of its publication."""
    with reading() as session:
        return [frame_view(row) for row in rows.frames(session, Status.PUBLISHED)]


def all_frames() -> list[FrameView]:
    """Return every frame, drafts and retired ones too, in the order of their making."""
    with reading() as session:
        return [frame_view(row) for row in rows.frames(session)]


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
    shop_link: str | None = None,
) -> FrameView:
    """Add a draft without colourways. Raises `InvalidFrame`, `SlugTaken`."""
    check("slug", slug, SLUG)
    check("name", name, WORD)
    check("brand", brand, WORD)
    check("gender", gender, SHORT_WORD)
    check("currency", currency, CURRENCY)
    if shop_link is not None:
        check("shop_link", shop_link, LINK, most=500)
    check_choice("shape", shape, Shape)
    check_choice("material", material, Material)
    if not 0 <= price_cents <= DEAREST_CENTS:
        raise InvalidFrame(field="price_cents", value=price_cents, advice="0 to a million")
    row = Frame(
        slug=slug,
        name=name,
        brand=brand,
        shape=str(shape),
        material=str(material),
        gender=gender,
        price_cents=price_cents,
        currency=currency,
        shop_link=shop_link,
        status=Status.DRAFT,
        **asdict(marks),
        **{**asdict(build), "hinge": list(build.hinge)},
    )
    with writing() as session:
        rows.add(session, row)
        return frame_view(row)


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
    check("slug", slug, SLUG)
    check("name", name, WORD)
    check("lens_label", lens_label, WORD)
    check("swatch", swatch, SWATCH)
    owner = frame(frame_slug)  # before the pictures are encoded for nothing
    eyewear = Eyewear(owner.marks, artwork, owner.build, lens)
    with images.storing(*artworks.drafts_of(eyewear)) as (session, pictures):
        front, lenses, temple, product = pictures
        row = Variant(
            frame=rows.frame(session, frame_slug),
            slug=slug,
            name=name,
            swatch=swatch.lower(),
            lens_label=lens_label,
            lens_kind=str(lens.kind),
            transmittance=lens.transmittance,
            transmittance_bottom=lens.transmittance_bottom,
            tint=list(lens.tint),
            reflectance=lens.reflectance,
            mirror_tint=list(lens.mirror_tint),
            clear_transmittance=lens.clear_transmittance,
            polarised=lens.polarised,
            front=front,
            lenses=lenses,
            temple=temple,
            product=product,
            scale=artwork.scale,
            centre=list(artwork.centre),
            joint=list(artwork.joint),
            ear=list(artwork.ear),
        )
        rows.add(session, row)
        return variant_view(row)


def publish(slug: str) -> FrameView:
    """Show the frame to shoppers. Raises `NotFound`; `InvalidFrame` without a colourway."""
    with writing() as session:
        row = rows.frame(session, slug)
        if not row.variants:
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
            shop_link=f"{DEMO_SHOP}?frame={demo.slug}",
        )
    if there.status != Status.DRAFT:
        return False
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


def frame_view(row: Frame) -> FrameView:
    """Return what is shown of a frame's row; its session must still be open."""
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
        shop_link=row.shop_link,
        status=row.status,
        variants=tuple(variant_view(variant) for variant in row.variants),
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
    )


def check(field: str, value: str, rule: tuple[re.Pattern[str], str], most: int = 120) -> None:
    """Raise `InvalidFrame` unless the value, at most `most` characters, looks as it should."""
    pattern, advice = rule
    if len(value) > most or not pattern.fullmatch(value):
        raise InvalidFrame(field=field, value=value, advice=advice)


def check_choice(field: str, value: str, choices: type[Shape] | type[Material]) -> None:
    """Raise `InvalidFrame` unless the value is one of the choices."""
    known = [str(choice) for choice in choices]
    if value not in known:
        raise InvalidFrame(field=field, value=value, advice=", ".join(known))
