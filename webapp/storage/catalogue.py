"""Queries on frames and their variants."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from webapp.errors import NotFound, NumberTaken, SlugTaken
from webapp.storage.tables import Frame, Status, Variant

PICTURES = (Variant.front, Variant.lenses, Variant.temple)  # that a try-on needs


def frames(session: Session, status: Status | None = None) -> list[Frame]:
    """Return the frames in the order of their making, or of one status in that of publication."""
    query = select(Frame).order_by(Frame.id)
    if status is not None:
        query = select(Frame).where(Frame.status == status).order_by(Frame.published_at, Frame.id)
    return list(session.scalars(query))


def stamp(session: Session) -> tuple[Any, ...]:
    """Return figures that change with whatever shoppers see of the catalogue.

    Who changes a frame or its colourways notes it (`updated_at`); what is added, published,
    retired or given new artwork shows in the counts and numbers.
    """
    shown = Frame.status == Status.PUBLISHED
    frames = select(
        func.count(), func.max(Frame.updated_at), func.max(Frame.published_at), func.sum(Frame.id)
    )
    variants = select(func.count(), func.sum(Variant.id), func.sum(Variant.front_id))
    return (
        *session.execute(frames.where(shown)).one(),
        *session.execute(variants.join(Variant.frame).where(shown)).one(),
    )


def frame(session: Session, slug: str) -> Frame:
    """Return the frame. Raises `NotFound`."""
    row = session.scalars(select(Frame).where(Frame.slug == slug)).one_or_none()
    if row is None:
        raise NotFound()
    return row


def variant(session: Session, frame_slug: str, slug: str, *, shown: bool) -> Variant:
    """Return the variant, if `shown` only of a published frame. Raises `NotFound`."""
    query = select(Variant).join(Variant.frame).options(*map(joinedload, PICTURES))
    query = query.where(Frame.slug == frame_slug, Variant.slug == slug)
    if shown:
        query = query.where(Frame.status == Status.PUBLISHED, Variant.withdrawn.is_(False))
    row = session.scalars(query).one_or_none()
    if row is None:
        raise NotFound()
    return row


def taken(session: Session, column: str, value: str, own: tuple[str, str]) -> bool:
    """Return whether a colourway other than `own`, (frame, variant), has that SKU or GTIN."""
    query = select(Frame.slug, Variant.slug).join(Variant.frame)
    found = session.execute(query.where(getattr(Variant, column) == value)).first()
    return found is not None and tuple(found) != own


def by_number(session: Session, number: str) -> Variant:
    """Return the shown variant with that SKU or GTIN; a SKU counts first. Raises `NotFound`."""
    query = select(Variant).join(Variant.frame)
    query = query.where(Frame.status == Status.PUBLISHED, Variant.withdrawn.is_(False))
    for column in (Variant.sku, Variant.gtin):
        row = session.scalars(query.where(column == number)).one_or_none()
        if row is not None:
            return row
    raise NotFound()


def add(session: Session, row: Frame | Variant) -> None:
    """Add a frame or a variant. Raises `SlugTaken`."""
    session.add(row)
    settle(session, row)


def settle(session: Session, row: Frame | Variant) -> None:
    """Bring what changed to the database.

    Raises:
        SlugTaken: another has the short name.
        NumberTaken: another colourway has the SKU or GTIN.
    """
    try:
        session.flush()
    except IntegrityError as error:
        told = str(error.orig)
        for name in ("sku", "gtin"):
            if name in told:
                raise NumberTaken(field=name, value=getattr(row, name)) from error
        raise SlugTaken(slug=row.slug) from error


def with_image(session: Session, image_ids: Collection[int]) -> list[str]:
    """Return "frame/variant" of the variants that own one of the pictures."""
    owns = or_(
        Variant.front_id.in_(image_ids),
        Variant.lenses_id.in_(image_ids),
        Variant.temple_id.in_(image_ids),
        Variant.product_id.in_(image_ids),
        Variant.front_photo_id.in_(image_ids),
        Variant.side_photo_id.in_(image_ids),
    )
    rows = session.scalars(select(Variant).where(owns).order_by(Variant.id))
    return [f"{row.frame.slug}/{row.slug}" for row in rows]


@dataclass(frozen=True)
class Names:
    """What frames and colourways are called, by the ids of their rows."""

    frames: dict[int, tuple[str, str]]
    variants: dict[int, str]

    def frame(self, id: int) -> tuple[str, str]:
        """Return (name, slug); of one that is gone, what there is to say."""
        return self.frames.get(id, (f"Frame {id}, gone", ""))

    def variant(self, id: int) -> str:
        """Return the name; of one that is gone, what there is to say."""
        return self.variants.get(id, f"Colourway {id}, gone")


def names(session: Session) -> Names:
    """Return what everything in the catalogue is called."""
    frames = session.execute(select(Frame.id, Frame.name, Frame.slug))
    variants = session.execute(select(Variant.id, Variant.name))
    return Names(
        {id: (name, slug) for id, name, slug in frames}, {row.id: row.name for row in variants}
    )
