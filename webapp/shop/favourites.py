"""The colourways that a visit marked, for as long as the visit lasts."""

from collections.abc import Collection
from datetime import timedelta

from webapp.shop import catalogue, figures
from webapp.shop.facets import Hung
from webapp.storage import belongings, clock
from webapp.storage import catalogue as variant_rows
from webapp.storage import favourites as rows
from webapp.storage.database import reading, writing
from webapp.storage.tables import Event
from webapp.storage.visit_tables import Favourite

MOST = 200  # of one visit; nobody compares more


def mark(visit: str, frame_slug: str, variant_slug: str, steps: Collection[str] = ()) -> None:
    """Mark a colourway, and count it; marking it again changes nothing.

    Raises:
        NotFound: it is not there, or not published.
    """
    expires = clock.now() + timedelta(hours=belongings.settings()["PHOTO_HOURS"])
    with writing() as session:
        variant = variant_rows.variant(session, frame_slug, variant_slug, shown=True)
        there = rows.find(session, visit, variant.id)
        if there is not None:
            there.expires_at = expires
            return
        if rows.count(session, visit) >= MOST:
            return
        session.add(Favourite(visit=visit, variant_id=variant.id, expires_at=expires))
        count = Event(kind=figures.FAVOURITE, frame_id=variant.frame_id, variant_id=variant.id)
        session.add_all([count, *figures.first(steps, figures.FAVOURITE)])


def unmark(visit: str, frame_slug: str, variant_slug: str | None = None) -> None:
    """Forget a colourway, or every colourway of a frame. Raises `NotFound`."""
    with writing() as session:
        frame = variant_rows.frame(session, frame_slug)
        ids = [one.id for one in frame.variants if variant_slug in (None, one.slug)]
        rows.remove(session, visit, ids)


def of_visit(visit: str) -> list[Hung]:
    """Return the visit's favourites, the latest first."""
    if not visit:
        return []
    with reading() as session:
        return [
            Hung(catalogue.frame_view(one.variant.frame), catalogue.variant_view(one.variant))
            for one in rows.of_visit(session, visit, clock.now())
        ]


def marked(visit: str) -> dict[str, frozenset[str]]:
    """Return the colourways that the visit marked, by their frames."""
    found: dict[str, frozenset[str]] = {}
    with reading() as session:
        for frame, variant in rows.names(session, visit, clock.now()):
            found[frame] = found.get(frame, frozenset()) | {variant}
    return found
