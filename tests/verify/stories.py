"""What is done while processes are killed: each story is told of its promises as it goes.

A story calls `tell` once a use case has returned, which is when a shopper or an admin would have
been told so. What was told must hold, however the process ends afterwards.
"""

from collections.abc import Callable
from datetime import timedelta

from tests.factories import VISIT, frame, keep, photo, variant
from webapp.shop import batch_photos, batches, catalogue, photos, sweep, tryons
from webapp.shop.batch_work import Worker
from webapp.storage import clock

LOOKS = ("ada/black", "ada/red")
Tell = Callable[[str, str], None]


def a_photo_comes_is_tried_on_and_goes(tell: Tell) -> None:
    """Two photos; one is tried on twice and deleted."""
    first = keep()
    tell("kept", first.token)
    second = keep(photo(seed=1))
    tell("kept", second.token)
    for colour in ("black", "red"):
        made = tryons.make(first.token, VISIT, "ada", colour)
        tell("made", made.token)
    tell("going", first.token)
    photos.delete(first.token, VISIT)
    tell("gone", first.token)


def photos_expire_and_are_swept(tell: Tell) -> None:
    """Photos and a try-on whose hours are over are swept while another is young."""
    for seed in range(3):
        kept = keep(photo(seed=seed))
        tell("going", kept.token)
    tryons.make(kept.token, VISIT, "ada", "black")
    sweep.run(clock.now() + timedelta(hours=25))
    tell("all gone", "")
    young = keep(photo(seed=9))
    tell("kept", young.token)


def a_frame_is_added_and_published(tell: Tell) -> None:
    """The catalogue grows by a frame with two colourways."""
    frame("zoe")
    tell("frame", "zoe")
    for colour in ("green", "blue"):
        variant("zoe", colour)
        tell("variant", f"zoe/{colour}")
    catalogue.publish("zoe")
    tell("published", "zoe")


def batches_are_worked_on_and_go(tell: Tell) -> None:
    """A batch of two photos with two frames is done; another is deleted half-way."""
    for seed, name in ((20, "batch"), (30, "batch going")):
        made = batches.create(LOOKS, owner=VISIT, consent="story")
        for number in range(2):
            batch_photos.add(made.token, VISIT, f"{number}.jpg", photo(seed=seed + number))
        if name == "batch":
            batches.start(made.token, VISIT)
            tell(name, made.token)
            while Worker("first").step():
                pass
            tell("batch done", made.token)
        else:
            tell(name, made.token)
            batches.delete(made.token, VISIT)
            tell("batch gone", made.token)


STORIES: dict[str, Callable[[Tell], None]] = {
    story.__name__: story
    for story in (
        a_photo_comes_is_tried_on_and_goes,
        photos_expire_and_are_swept,
        a_frame_is_added_and_published,
        batches_are_worked_on_and_go,
    )
}
