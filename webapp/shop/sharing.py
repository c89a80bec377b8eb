"""Links by which a shopper shows a try-on to others: they expire, can be revoked, and end with it.

Whoever has the link sees the picture and the frame, and nothing else of the visit.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from webapp.rendering import codec
from webapp.shop import catalogue, figures, viewing
from webapp.shop.choosing import lens_named
from webapp.shop.photos import TOKEN_BYTES
from webapp.shop.views import FrameView, VariantView
from webapp.storage import belongings, clock
from webapp.storage import photos as photo_rows
from webapp.storage import shares as rows
from webapp.storage.database import reading, writing
from webapp.storage.tables import Event
from webapp.storage.visit_tables import Share

HOURS = (1, 24, 168)  # that a link may last, at most as long as the photo


@dataclass(frozen=True)
class ShareView:
    """A link: its token, when it ends, and whether chat programs may show the picture."""

    token: str
    preview: bool
    expires: datetime


@dataclass(frozen=True)
class SharedView:
    """What whoever has a link sees; `width` by `height` pixels.

    `lens_label`: the lens that is worn, in words, None where it is no longer offered.
    `price_cents`: with that lens.
    """

    share: ShareView
    frame: FrameView
    variant: VariantView
    lens_label: str | None
    price_cents: int
    width: int
    height: int


def share(try_on: str, visit: str, *, hours: int, preview: bool) -> ShareView:
    """Make a link to a try-on, in place of one that there is.

    Args:
        hours: how long it lasts; it ends no later than the photo.

    Raises:
        NotFound: the try-on is unknown, expired or another visit's.
    """
    now = clock.now()
    with writing() as session:
        row = photo_rows.try_on(session, try_on, visit, now)
        rows.revoke(session, row.id)
        made = Share(
            token=secrets.token_urlsafe(TOKEN_BYTES),
            try_on_id=row.id,
            preview=preview,
            expires_at=min(now + timedelta(hours=hours), row.photo.expires_at),
        )
        session.add_all([made, Event(kind=figures.SHARED)])
        session.flush()
        return view_of(made)


def revoke(try_on: str, visit: str) -> None:
    """End the try-on's link; ending it again changes nothing. Raises `NotFound`."""
    with writing() as session:
        rows.revoke(session, photo_rows.try_on(session, try_on, visit, clock.now()).id)


def of_try_on(try_on: str, visit: str) -> ShareView | None:
    """Return the try-on's link, if it has one. Raises `NotFound`."""
    with reading() as session:
        row = photo_rows.try_on(session, try_on, visit, clock.now())
        there = rows.of_try_on(session, row.id, clock.now())
        return view_of(there) if there else None


def open_link(token: str) -> SharedView:
    """Return what the link shows. Raises `ShareEnded`."""
    with reading() as session:
        row = rows.share(session, token, clock.now())
        made = row.try_on
        image, frame = made.image, catalogue.frame_view(made.variant.frame)
        variant = catalogue.variant_view(made.variant)
        lens = lens_named(frame.lens_options, made.lens)
        own = None if made.lens else variant.lens_label
        return SharedView(
            share=view_of(row),
            frame=frame,
            variant=variant,
            lens_label=lens.label if lens else own,
            price_cents=frame.price_cents + (lens.extra_cents if lens else 0),
            width=image.width,
            height=image.height,
        )


def jpeg(token: str, width: int) -> bytes:
    """Return the picture that the link shows, at most `width` px wide. Raises `ShareEnded`."""
    with reading() as session:
        image = rows.share(session, token, clock.now()).try_on.image
        file, whole = image.file, image.width
    data = viewing.data_in(file)
    if width >= whole:
        return data
    return codec.encode_jpeg(codec.read_stored(data, width), belongings.settings()["JPEG_QUALITY"])


def view_of(row: Share) -> ShareView:
    """Return what is shown of a link's row."""
    return ShareView(row.token, row.preview, row.expires_at)
