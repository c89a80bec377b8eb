"""What the API tells of batches."""

from datetime import datetime
from typing import Any, Literal, Self

from flask import url_for
from pydantic import BaseModel, Field

from webapp.shop.batch_views import AddedView, BatchView, ItemView

State = Literal["open", "running", "paused", "cancelled", "done"]


class Batch(BaseModel):
    """A batch: every photo with every frame. Nothing measured on a face is in it."""

    id: str
    name: str
    state: State = Field(description="`open`: photos can still be added, and it has not begun.")
    reason: str | None = Field(
        description="The code of the fault that paused it; null where you did, or it is not paused."
    )
    frames: list[str] = Field(description="`frame/variant` of each.")
    width: int | None = Field(description="Pixels of the results; null: as wide as the photo.")
    photos: int
    items: int = Field(description="Photos times frames.")
    done: int = Field(description="Items with a picture.")
    failed: int = Field(description="Items with a reason instead.")
    left: int = Field(description="Items that have not come to an end.")
    rate: float | None = Field(
        description="Items a second: of the last minute, or over all at its end."
    )
    seconds_left: float | None = Field(description="At that rate.")
    created: datetime
    started: datetime | None
    ended: datetime | None
    expires: datetime = Field(description="When photos and pictures are deleted at the latest.")
    url: str = Field(description="Where this is told anew.")
    results: str = Field(description="Where the list of results is.")

    @classmethod
    def of(cls, view: BatchView) -> Self:
        """Return what is told of a batch."""
        return cls(
            id=view.token,
            name=view.name,
            state=view.state,  # type: ignore[arg-type]
            reason=view.reason,
            frames=list(view.looks),
            width=view.width,
            photos=view.photos,
            items=view.items,
            done=view.done,
            failed=view.failed,
            left=view.left,
            rate=None if view.rate is None else round(view.rate, 2),
            seconds_left=None if view.seconds_left is None else round(view.seconds_left, 1),
            created=view.created,
            started=view.started,
            ended=view.ended,
            expires=view.expires,
            url=url_for("api.get_batch", id=view.token, _external=True),
            results=url_for("api.list_results", id=view.token, _external=True),
        )


class BatchesPage(BaseModel):
    """A page of the key's batches, the latest first."""

    batches: list[Batch]
    page: int
    per_page: int
    total: int = Field(description="Batches on all pages.")
    pages: int
    next: str | None = Field(description="The next page's address; null on the last.")


class Added(BaseModel):
    """A photo that was added to a batch."""

    number: int = Field(description="Counted from 1.")
    photo: str = Field(description="Its name as it was sent.")
    reason: str | None = Field(description="Why it can't be used; null where it can.")

    @classmethod
    def of(cls, view: AddedView) -> Self:
        """Return what is told of a photo that was added."""
        return cls(number=view.number, photo=view.photo, reason=view.reason)


class Result(BaseModel):
    """What came of a photo with a frame."""

    number: int = Field(description="The photo's, counted from 1.")
    photo: str
    look: int = Field(description="The frame's place among the batch's, from 0.")
    frame: str
    state: Literal["done", "failed"]
    reason: str | None = Field(description="The code of what went wrong.")
    url: str | None = Field(description="Where the picture is, for the same key.")
    width: int | None
    height: int | None
    tries: int = Field(description="How often the photo was begun.")

    @classmethod
    def of(cls, view: ItemView, token: str) -> Self:
        """Return what is told of an item."""
        here: dict[str, Any] = {"id": token, "number": view.number, "look": view.look}
        kept = view.state == "done" and view.width is not None
        return cls(
            number=view.number,
            photo=view.photo,
            look=view.look,
            frame=view.frame,
            state=view.state,  # type: ignore[arg-type]
            reason=view.reason,
            url=url_for("api.get_result", **here, _external=True) if kept else None,
            width=view.width,
            height=view.height,
            tries=view.tries,
        )


class ResultsPage(BaseModel):
    """A page of what has come of a batch, by the photos' numbers."""

    results: list[Result]
    page: int
    per_page: int
    total: int = Field(description="Results on all pages, so far.")
    pages: int
    next: str | None = Field(description="The next page's address; null on the last.")
