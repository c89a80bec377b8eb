"""Queries on photos and their try-ons. Whoever asks names the visit: others' are not there."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from webapp.errors import NotFound
from webapp.storage import images
from webapp.storage.tables import Photo, TryOn


def photo(session: Session, token: str, visit: str, at: datetime, *, lock: bool = False) -> Photo:
    """Return the visit's photo; `lock` it where others write at the same time (PostgreSQL).

    Raises:
        NotFound: unknown, foreign or expired `at`.
    """
    query = select(Photo).where(Photo.token == token, Photo.visit == visit, Photo.expires_at > at)
    if lock:
        query = query.with_for_update(of=Photo)
    row = session.scalars(query).one_or_none()
    if row is None:
        raise NotFound()
    return row


def lives(session: Session, token: str, at: datetime) -> bool:
    """Return whether anybody has such a photo that has not expired `at`."""
    query = select(Photo.id).where(Photo.token == token, Photo.expires_at > at)
    return session.scalars(query).one_or_none() is not None


def of_visit(session: Session, visit: str, at: datetime) -> list[Photo]:
    """Return the visit's photos that have not expired, newest first."""
    query = select(Photo).where(Photo.visit == visit, Photo.expires_at > at)
    return list(session.scalars(query.order_by(Photo.id.desc())))


def try_on(session: Session, token: str, visit: str, at: datetime) -> TryOn:
    """Return the visit's try-on. Raises `NotFound` when unknown, foreign or expired `at`."""
    query = (
        select(TryOn)
        .join(TryOn.photo)
        .where(TryOn.token == token, Photo.visit == visit, Photo.expires_at > at)
    )
    row = session.scalars(query).one_or_none()
    if row is None:
        raise NotFound()
    return row


def expired(session: Session, at: datetime) -> dict[int, str]:
    """Return the photos whose time is over, id to token, locked as by `photo`."""
    query = select(Photo.id, Photo.token).where(Photo.expires_at <= at).with_for_update()
    return {row.id: row.token for row in session.execute(query)}


def with_image(session: Session, image_ids: Collection[int]) -> tuple[list[int], list[int]]:
    """Return the ids of the photos, and of the try-ons, that own one of the pictures."""
    photos: list[int] = []
    try_ons: list[int] = []
    for some in images.batches(list(image_ids)):
        photos.extend(session.scalars(select(Photo.id).where(Photo.image_id.in_(some))))
        try_ons.extend(session.scalars(select(TryOn.id).where(TryOn.image_id.in_(some))))
    return photos, try_ons


def remove(session: Session, photo_ids: Collection[int]) -> list[tuple[int, str]]:
    """Delete photos with their try-ons, and mark all their pictures for removal.

    Returns:
        (id, file) of those pictures; `images.finish` removes them after the commit.
    """
    gone: list[tuple[int, str]] = []
    for some in images.batches(list(photo_ids)):
        owned = select(TryOn.id).where(TryOn.photo_id.in_(some))
        gone += remove_try_ons(session, list(session.scalars(owned)))
        pictures = list(session.scalars(select(Photo.image_id).where(Photo.id.in_(some))))
        session.execute(delete(Photo).where(Photo.id.in_(some)))
        gone += images.doom(session, pictures)
    return gone


def remove_try_ons(session: Session, ids: Collection[int]) -> list[tuple[int, str]]:
    """Delete try-ons, and mark their pictures for removal; returns as `remove`."""
    gone: list[tuple[int, str]] = []
    for some in images.batches(list(ids)):
        pictures = list(session.scalars(select(TryOn.image_id).where(TryOn.id.in_(some))))
        session.execute(delete(TryOn).where(TryOn.id.in_(some)))
        gone += images.doom(session, pictures)
    return gone
