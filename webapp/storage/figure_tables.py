"""Sums of events: what the figures are read from. Nothing in them is about anybody."""

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.storage.database import Base


class Tally(Base):
    """How many events of one sort fell into an hour or a day, and their milliseconds' sum.

    `at`: its start, UTC. `reason`, `frame_id` and `variant_id`: as of the events; "" and 0 where
    those have none. `band`: the milliseconds' place in `webapp.storage.tallies.BANDS`; -1 where
    none were measured. Sums of hours leave out frames and variants.
    """

    __tablename__ = "tally"

    grain: Mapped[str] = mapped_column(String(4), primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    reason: Mapped[str] = mapped_column(String(64), primary_key=True)
    frame_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    variant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    band: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    count: Mapped[int] = mapped_column(BigInteger)
    milliseconds: Mapped[int] = mapped_column(BigInteger)


class Folding(Base):
    """How often events were added to the sums, in its one row: a mirror knows what it lacks."""

    __tablename__ = "folding"

    id: Mapped[int] = mapped_column(primary_key=True)
    times: Mapped[int] = mapped_column(BigInteger)
