"""Queries on the consenting models on whom admins preview frames."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.errors import ModelNameTaken, NotFound
from webapp.storage.tables import ReferenceModel


def everyone(session: Session) -> list[ReferenceModel]:
    """Return the models in the order of their coming."""
    return list(session.scalars(select(ReferenceModel).order_by(ReferenceModel.id)))


def model(session: Session, id: int) -> ReferenceModel:
    """Return the model. Raises `NotFound`."""
    row = session.get(ReferenceModel, id)
    if row is None:
        raise NotFound()
    return row


def add(session: Session, row: ReferenceModel) -> None:
    """Add a model. Raises `ModelNameTaken`."""
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise ModelNameTaken(name=row.name) from error
