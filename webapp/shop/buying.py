"""The way to where a frame is sold: the address that an admin gave it, and no other."""

from collections.abc import Collection

from webapp.errors import NotFound
from webapp.shop import figures
from webapp.storage import catalogue as rows
from webapp.storage.database import reading, writing
from webapp.storage.tables import Event


def link_of(
    frame_slug: str, variant_slug: str, *, counted: bool, steps: Collection[str] = ()
) -> str:
    """Return where a colourway is sold, and count that somebody goes there.

    Raises:
        NotFound: it is not there, not published, or nobody said where it is sold.
    """
    with reading() as session:
        variant = rows.variant(session, frame_slug, variant_slug, shown=True)
        link = variant.shop_link or variant.frame.shop_link
        frame_id, variant_id = variant.frame_id, variant.id
    if link is None:
        raise NotFound()
    if counted:
        count = Event(kind=figures.SHOP_LINK, frame_id=frame_id, variant_id=variant_id)
        with writing() as session:
            session.add_all([count, *figures.first(steps, figures.SHOP_LINK)])
    return link
