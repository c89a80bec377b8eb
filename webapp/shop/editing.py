"""Making and changing frames: all of a frame or nothing, and every change in the log.

The back office's forms and the import call the same `save`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from webapp.errors import InvalidFrame, NotFound
from webapp.eyewear.frame import Artwork, Eyewear
from webapp.shop import accounts, artworks, catalogue, preferences, products, viewing
from webapp.shop.frame_fields import ColourwayFields, FrameFields, LensChoice
from webapp.shop.pictures import Pictures
from webapp.shop.views import AdminView, FrameView
from webapp.storage import audit, clock, images
from webapp.storage import catalogue as rows
from webapp.storage.database import Session, reading
from webapp.storage.images import Draft
from webapp.storage.tables import Frame, Image, LensOption, Role, Status, Variant

ARTWORK = ("front", "lenses", "temple", "product")  # in the order of `artworks.drafts_of`
PHOTOS = ("front_photo", "side_photo")


@dataclass(frozen=True)
class Colourway:
    """A colourway to save; without `pictures`, it keeps those that it has."""

    fields: ColourwayFields
    pictures: Pictures | None = None


@dataclass(frozen=True)
class Saved:
    """What a save did: `made`, a new frame; `changed`, anything at all."""

    frame: FrameView
    made: bool
    changed: bool


@dataclass
class Change:
    """One colourway's part in a save: its row, if it is there, and what is to be written.

    `drafts` by the name of the row's picture; `values` by column.
    """

    fields: ColourwayFields
    values: dict[str, Any]
    drafts: dict[str, Draft]


def save(
    by: AdminView | None,
    fields: FrameFields,
    colourways: Sequence[Colourway] = (),
    lens_options: Sequence[LensChoice] | None = None,
) -> Saved:
    """Make the frame of that slug as a draft, or change it; all of it or nothing.

    Colourways are told by their slugs; those not named stay as they are. What is the same
    already is neither written nor logged, so that a second run changes nothing.

    Args:
        by: who changes it; None on the command line.
        lens_options: all that there shall be; None: as they are.

    Raises:
        NotAllowed: a viewer asks.
        InvalidFrame: a new colourway has no pictures, or two have one slug.
        NumberTaken: a SKU or GTIN belongs to another colourway.
    """
    require(by)
    preferences.require_currency(fields.currency)
    slugs = [one.fields.slug for one in colourways]
    if len(set(slugs)) < len(slugs):
        raise InvalidFrame(field="slug", value=slugs, advice="a different one for each colourway")
    changes = list(planned(fields, colourways))
    with stored(changes) as (session, pictures):
        frame, made = frame_row(session, fields)
        noted = [note_frame(session, by, frame, fields, made)]
        if lens_options is not None:
            noted.append(note_lenses(session, by, frame, lens_options))
        old: list[int] = []
        for change, images_ in zip(changes, pictures, strict=True):
            noted.append(note_colourway(session, by, frame, change, images_, old))
        if any(noted):
            frame.updated_at = clock.now()
        session.flush()
        session.expire(frame, ["variants", "lens_options"])
        gone = images.doom(session, old)
        view = catalogue.frame_view(frame, withdrawn=True)
    images.finish(gone)
    return Saved(view, made, any(noted))


def require(by: AdminView | None) -> None:
    """Raise `NotAllowed` unless this is an editor, or the command line."""
    if by is not None:
        accounts.require(by, Role.EDITOR)


def who(by: AdminView | None) -> str:
    """Return whom the log names."""
    return accounts.COMMAND_LINE if by is None else by.email


def planned(fields: FrameFields, colourways: Sequence[Colourway]) -> Iterator[Change]:
    """Yield what is to be written of each colourway: those named, and those whose card changes."""
    with reading() as session:
        there = {row.slug: row for row in present(session, fields.slug)}
        for one in colourways:
            yield planned_one(fields, one, there.pop(one.fields.slug, None))
        for row in there.values():
            yield planned_one(fields, Colourway(ColourwayFields.from_columns(vars(row))), row)


def present(session: Session, slug: str) -> list[Variant]:
    """Return the colourways of the frame, none where it is new."""
    try:
        return list(rows.frame(session, slug).variants)
    except NotFound:
        return []


def planned_one(fields: FrameFields, one: Colourway, row: Variant | None) -> Change:
    """Return what is to be written of a colourway. Raises `InvalidFrame` without pictures."""
    change = Change(one.fields, one.fields.columns(), {})
    pictures = one.pictures
    if pictures is None and row is None:
        raise InvalidFrame(field="front_photo", value=None, advice="a new colourway needs one")
    if pictures is not None and not same_pictures(row, pictures):
        change.values |= artworks.places_of(pictures.artwork)
        change.values |= {"photos_sha256": pictures.digest, "points": pictures.points}
        change.drafts |= dict(zip(PHOTOS, pictures.photos, strict=False))
        change.drafts |= artwork_drafts(fields, one.fields, pictures.artwork)
    elif row is not None and row.front_photo is not None and cut_differs(fields, row.frame):
        artwork = recut(fields, row).artwork
        change.values |= artworks.places_of(artwork)
        change.drafts |= artwork_drafts(fields, one.fields, artwork)
    elif row is not None and looks_differ(fields, one.fields, row):
        drafts = artwork_drafts(fields, one.fields, artworks.eyewear_of(row).artwork)
        change.drafts["product"] = drafts["product"]
    return change


def cut_differs(fields: FrameFields, row: Frame) -> bool:
    """Return whether artwork from photos would be cut otherwise: other marks, build or shape."""
    was = artworks.marks_of(row), row.material, row.shape
    return was != (fields.marks, str(fields.material), str(fields.shape))


def recut(fields: FrameFields, row: Variant, points: dict[str, Any] | None = None) -> Pictures:
    """Return a colourway's pictures, cut anew from its kept photos.

    Args:
        points: where; None: where it was cut before.

    Raises:
        NotFound: it has none, or a file is gone.
        ProductPhotoError: they can't be cut like that.
    """
    photos = [photo for photo in (row.front_photo, row.side_photo) if photo is not None]
    if not photos:
        raise NotFound()
    pixels = [products.read_kept(viewing.data_in(photo.file)) for photo in photos]
    cut = products.cut(
        pixels,
        row.photos_sha256,
        fields.marks,
        material=fields.material,
        shape=fields.shape,
        points=products.points_of(points or row.points or {}),
    )
    return replace(cut.pictures, photos=())  # those that it has stay


def same_pictures(row: Variant | None, pictures: Pictures) -> bool:
    """Return whether the colourway was cut from the same photos at the same points."""
    return (
        row is not None
        and pictures.digest is not None
        and (row.photos_sha256, row.points) == (pictures.digest, pictures.points)
    )


def looks_differ(fields: FrameFields, told: ColourwayFields, row: Variant) -> bool:
    """Return whether the card's picture would look different: other marks, build or lens."""
    was = artworks.marks_of(row.frame), artworks.build_of(row.frame), artworks.lens_of(row)
    return was != (fields.marks, fields.build, told.lens)


def artwork_drafts(
    fields: FrameFields, told: ColourwayFields, artwork: Artwork
) -> dict[str, Draft]:
    """Return the pictures to store of an artwork, by their names in the row."""
    eyewear = Eyewear(fields.marks, artwork, fields.build, told.lens)
    return dict(zip(ARTWORK, artworks.drafts_of(eyewear), strict=True))


@contextmanager
def stored(changes: list[Change]) -> Iterator[tuple[Session, list[dict[str, Image]]]]:
    """Write all files, then give a writing session and each change's picture rows by name."""
    drafts = [draft for change in changes for draft in change.drafts.values()]
    with images.storing(*drafts) as (session, made):
        given = iter(made)
        yield session, [{name: next(given) for name in change.drafts} for change in changes]


def frame_row(session: Session, fields: FrameFields) -> tuple[Frame, bool]:
    """Return the frame's row, and whether it is new."""
    try:
        return rows.frame(session, fields.slug), False
    except NotFound:
        row = Frame(status=Status.DRAFT, **fields.columns())
        rows.add(session, row)
        return row, True


def note_frame(
    session: Session, by: AdminView | None, frame: Frame, fields: FrameFields, made: bool
) -> bool:
    """Write what differs into the frame's row and the log; return whether anything did."""
    if made:
        audit.record(session, who(by), "frame added", frame.slug, after=fields.columns())
        return True
    return note(session, by, "frame changed", frame.slug, frame, fields.columns())


def note(
    session: Session,
    by: AdminView | None,
    action: str,
    subject: str,
    row: Frame | Variant,
    values: dict[str, Any],
) -> bool:
    """Write the values that differ into a row, and both into the log."""
    before = {name: getattr(row, name) for name in values if getattr(row, name) != values[name]}
    if not before:
        return False
    after = {name: values[name] for name in before}
    for name, value in after.items():
        setattr(row, name, value)
    rows.settle(session, row)
    audit.record(session, who(by), action, subject, before, after)
    return True


def note_lenses(
    session: Session, by: AdminView | None, frame: Frame, wanted: Sequence[LensChoice]
) -> bool:
    """Let the frame have these lenses to choose from; return whether that is a change."""
    was = [choice_facts(one) for one in frame.lens_options]
    become = [one.columns() for one in wanted]
    if was == become:
        return False
    frame.lens_options.clear()
    session.flush()  # the old ones go first, for a slug may come again
    frame.lens_options.extend(LensOption(**facts) for facts in become)
    session.flush()
    facts = {"lenses": was}, {"lenses": become}
    audit.record(session, who(by), "lenses changed", frame.slug, *facts)
    return True


def choice_facts(row: LensOption) -> dict[str, Any]:
    """Return a lens to choose, as the log tells it."""
    return {"slug": row.slug, "label": row.label, "extra_cents": row.extra_cents, "lens": row.lens}


def note_colourway(
    session: Session,
    by: AdminView | None,
    frame: Frame,
    change: Change,
    pictures: dict[str, Image],
    old: list[int],
) -> bool:
    """Write a colourway's part of the save; add the pictures it replaces to `old`."""
    subject = f"{frame.slug}/{change.fields.slug}"
    row = next((one for one in frame.variants if one.slug == change.fields.slug), None)
    if row is None:
        row = Variant(frame=frame, **change.values, **pictures)
        rows.add(session, row)
        audit.record(session, who(by), "colourway added", subject, after=change.values)
        return True
    for name, picture in pictures.items():
        replaced = getattr(row, name)
        if replaced is not None:
            old.append(replaced.id)
        setattr(row, name, picture)
    if set(PHOTOS) & set(pictures) and "side_photo" not in pictures and row.side_photo:
        old.append(row.side_photo.id)
        row.side_photo = None
    return note(session, by, "colourway changed", subject, row, change.values)
