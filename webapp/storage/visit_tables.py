"""What a visit gathers beside its photos: favourites, and links by which it shares a try-on."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.storage.database import Base
from webapp.storage.tables import TryOn, Variant, moment


class Favourite(Base):
    """A colourway that a visit marked; it is forgotten when the visit is, and names no face."""

    __tablename__ = "favourite"

    id: Mapped[int] = mapped_column(primary_key=True)
    visit: Mapped[str] = mapped_column(String(64))
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(default=moment)
    expires_at: Mapped[datetime] = mapped_column(index=True)

    variant: Mapped[Variant] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (UniqueConstraint("visit", "variant_id"),)


class Share(Base):
    """A link to a try-on for whoever has it; revoking it deletes it, and so does the photo's end.

    `preview`: the shopper agreed that chat programs show the picture beside the link.
    """

    __tablename__ = "share"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    try_on_id: Mapped[int] = mapped_column(ForeignKey("try_on.id", ondelete="CASCADE"), index=True)
    preview: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(default=moment)
    expires_at: Mapped[datetime] = mapped_column(index=True)

    try_on: Mapped[TryOn] = relationship(lazy="joined", innerjoin=True)


class Handover(Base):
    """A link by which a visit goes on with another device: used once, for minutes.

    Only the hash of its token is kept.
    """

    __tablename__ = "handover"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    visit: Mapped[str] = mapped_column(String(64), index=True)
    created_at: Mapped[datetime] = mapped_column(default=moment)
    expires_at: Mapped[datetime] = mapped_column(index=True)
