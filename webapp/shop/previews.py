"""How frames look on reference heads: drawn ones, and photos of consenting models.

A model's photo is the admins' own, but its face is treated as a shopper's: found when it is
needed, kept in memory alone, forgotten with the process or when the photo is removed.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from webapp.drawn.heads import Likeness, reference_head, turned
from webapp.drawn.mannequin import draw
from webapp.errors import NotFound
from webapp.eyewear.frame import Eyewear
from webapp.fitting.fit import seat_frame
from webapp.fitting.scene import Camera, Head
from webapp.rendering import codec
from webapp.rendering.codec import Picture, Pixels
from webapp.rendering.compose import Scene, prepare, try_on
from webapp.shop import sight, standing, viewing
from webapp.shop.portraits import Portrait
from webapp.storage import belongings
from webapp.storage import reference_models as rows
from webapp.storage.database import reading

SIDE = 480  # px of a preview
DISTANCE = 900.0  # mm from a drawn head to the camera
PIXELS_PER_MM = 1.75
QUALITY = 85
STAGES_KEPT = 8
# Drawn heads: seed of the likeness, and the turn (yaw, pitch, roll) in degrees
DRAWN = (
    (0, (0.0, 3.0, 0.0)),
    (1, (24.0, 2.0, -4.0)),
    (2, (-20.0, 0.0, 3.0)),
)


@dataclass(frozen=True)
class Stage:
    """A head ready for frames: its photo, the camera that saw it, and the scene on it."""

    photo: Pixels
    camera: Camera
    head: Head
    scene: Scene


@dataclass
class Stages:
    """The heads in memory, by what they are made of; the last used stay."""

    kept: OrderedDict[Hashable, Stage] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: Hashable, make: Callable[[], Stage]) -> Stage:
        """Return the stage under the key, or else what `make` brings; one is made at a time."""
        with self.lock:
            if key not in self.kept:
                self.kept[key] = make()
            self.kept.move_to_end(key)
            while len(self.kept) > STAGES_KEPT:
                self.kept.popitem(last=False)
            return self.kept[key]

    def forget(self, key: Hashable) -> None:
        """Forget a head."""
        with self.lock:
            self.kept.pop(key, None)


def heads() -> list[tuple[str, str]]:
    """Return the heads on which frames can be seen, as (key, name): drawn ones, then models."""
    with reading() as session:
        models = [(f"model-{row.id}", row.name) for row in rows.everyone(session)]
    return [(str(number), f"Drawn head {number + 1}") for number in range(len(DRAWN))] + models


def worn(eyewear: Eyewear, who: str) -> bytes:
    """Return a JPEG of the head `who` that wears the frame.

    Raises:
        NotFound: there is no such head.
        FaceError: glasses can't be seated on the model's face.
        Busy: no model slot came free in time.
    """
    stage = stage_of(who)
    fit = seat_frame(stage.camera, stage.head, eyewear)
    picture = try_on(stage.photo, fit, eyewear, scene=stage.scene)
    return codec.encode_jpeg(picture, QUALITY)


def stage_of(who: str) -> Stage:
    """Return the head of that key. Raises as `worn`."""
    stages = belongings.only(Stages)
    number = who.removeprefix("model-")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise NotFound()
    if who == number:
        if int(number) >= len(DRAWN):
            raise NotFound()
        return stages.get(who, lambda: drawn(int(number)))
    with reading() as session:  # asked first: a photo that was removed is not shown from memory
        file = rows.model(session, int(number)).image.file
    return stages.get(who, lambda: photographed(viewing.data_in(file)))


def drawn(number: int) -> Stage:
    """Return a drawn head."""
    seed, angles = DRAWN[number]
    like = reference_head(Likeness(seed=seed, ripple=0.6))
    camera = Camera(DISTANCE * PIXELS_PER_MM, (SIDE / 2, SIDE * 0.44))
    pose = turned(*angles, distance=DISTANCE)
    return staged(draw(like, camera, pose, (SIDE, SIDE)), camera, like.placed(pose))


def photographed(data: bytes) -> Stage:
    """Return the largest face of a model's stored photo. Raises as `worn`."""
    portrait = Portrait(Picture(codec.open_stored(data), None), 0)
    with sight.current().slot():
        portrait, _, camera, head = standing.seat(portrait, 0, None)
    return staged(portrait.pixels, camera, head)


def staged(photo: Pixels, camera: Camera, head: Head) -> Stage:
    """Return a head with the scene on its photo."""
    return Stage(photo, camera, head, prepare(photo, camera, head))
