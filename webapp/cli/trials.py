"""What `flask bench` times: one photo, some frames, and a round of everything.

Times are the process's own (`time.process_time`), bound to one core where the system can: what
else the machine does changes them less than it changes a clock's.
"""

import io
import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from webapp.cli.timing import Stopwatch
from webapp.drawn.catalogue import DemoFrame
from webapp.errors import NoFace
from webapp.eyewear.frame import Eyewear
from webapp.faces.crops import Pyramid
from webapp.fitting.fit import head_of, seat_frame
from webapp.fitting.scene import Camera, Head
from webapp.rendering.codec import Pixels, encode_jpeg, read_stored
from webapp.rendering.compose import Scene, prepare, try_on, try_on_image
from webapp.shop.portraits import read_picture
from webapp.shop.sight import Finder

WALL_WIDTH, LARGE_WIDTH = 480, 1600  # px, a picture on the wall, and one looked at alone
TURNS = 3  # frames that are worn by turns
GRID = 24  # pictures on a page of the wall
FLOOR = ("floor: decode", "floor: encode")
WHOLE = (
    "read and decode", "find faces", "fit the head", "seat and render", "encode",
)  # fmt: skip
FULL = "one more frame, full size"
WALL = f"one more frame, {WALL_WIDTH} px"
LARGE = f"one more frame, {LARGE_WIDTH} px"
PAGE = f"{GRID} frames, {WALL_WIDTH} px"
P3 = "Display P3: read and decode"


@dataclass
class Bench:
    """One photo, the same in Display P3 if that is timed, and the frames that take turns."""

    data: bytes
    quality: int
    finder: Finder
    frames: list[Eyewear]
    wide: bytes | None = None
    watch: Stopwatch = field(default_factory=Stopwatch)
    turn: int = 0
    size: tuple[int, int] = (0, 0)

    def round(self) -> None:
        """Time the floor, a whole try-on, one more frame at three sizes, and a wall's page."""
        self.turn += 1
        self.floor()
        pixels, camera, head, scene = self.whole()
        self.further(FULL, pixels, camera, head, scene)
        stored = encode_jpeg(pixels, self.quality)
        for name, width in ((WALL, WALL_WIDTH), (LARGE, LARGE_WIDTH)):
            small = read_stored(stored, width)
            near = camera.scaled(small.shape[1] / pixels.shape[1])
            there = prepare(small, near, head)
            self.further(name, small, near, head, there)
            if name == WALL:
                self.page(small, near, head, there)
        if self.wide:
            with self.watch.stage(P3):
                read_picture(self.wide).pixels()

    def eyewear(self) -> Eyewear:
        """Return the frame whose turn it is, of the first few: their textures are kept."""
        return self.frames[self.turn % min(TURNS, len(self.frames))]

    def floor(self) -> None:
        """Decode and encode the photo with Pillow alone."""
        with self.watch.stage(FLOOR[0]):
            image = Image.open(io.BytesIO(self.data)).convert("RGB")
        with self.watch.stage(FLOOR[1]):
            image.save(io.BytesIO(), "JPEG", quality=self.quality, subsampling=2)

    def whole(self) -> tuple[Pixels, Camera, Head, Scene]:
        """Try a frame on, from the photo's bytes to a JPEG of its full size."""
        stage = self.watch.stage
        with stage(WHOLE[0]):
            picture = read_picture(self.data)
        with stage(WHOLE[1]):
            faces = self.finder.find(Pyramid(picture.image))
        if not faces:
            raise NoFace()
        self.size = picture.image.size
        with stage(WHOLE[2]):
            camera, head = head_of(faces[0].landmarks, self.size, focal_35mm=picture.focal_35mm)
        with stage(WHOLE[3]):
            eyewear = self.eyewear()
            try_on_image(picture.image, seat_frame(camera, head, eyewear), eyewear)
        with stage(WHOLE[4]):
            encode_jpeg(picture.image, self.quality)
        pixels = read_picture(self.data).pixels()  # without the frame
        return pixels, camera, head, prepare(pixels, camera, head)

    def further(self, name: str, pixels: Pixels, camera: Camera, head: Head, scene: Scene) -> None:
        """Try the next frame on a face that memory holds; its textures are there already."""
        self.turn += 1
        eyewear = self.eyewear()
        fit = seat_frame(camera, head, eyewear)
        try_on(pixels, fit, eyewear, scene=scene)
        with self.watch.stage(name):
            worn = try_on(pixels, seat_frame(camera, head, eyewear), eyewear, scene=scene)
            encode_jpeg(worn, self.quality)

    def page(self, pixels: Pixels, camera: Camera, head: Head, scene: Scene) -> None:
        """Try a wall's page of frames on a face that memory holds, each a JPEG."""
        chosen = [self.frames[number % len(self.frames)] for number in range(GRID)]
        with self.watch.stage(PAGE):
            for eyewear in chosen:
                worn = try_on(pixels, seat_frame(camera, head, eyewear), eyewear, scene=scene)
                encode_jpeg(worn, self.quality)


def wear(frame: DemoFrame) -> Eyewear:
    """Return a demo frame's first colourway as a thing to fit and render."""
    variant = frame.variants[0]
    return Eyewear(frame.marks, variant.artwork(), frame.build, variant.lens)


def peak_megabytes(run: Bench) -> float | None:
    """Return by how much the process grows at most over a whole try-on, MB; None if untold.

    The finder has read its weights before. Told by Linux alone.
    """
    run.finder.find(np.full((64, 64, 3), 128, dtype=np.uint8))
    reset, status = Path("/proc/self/clear_refs"), Path("/proc/self/status")
    try:
        idle = _kilobytes(status, "VmRSS")
        reset.write_text("5")  # the peak so far is forgotten
    except OSError:
        return None
    run.whole()
    return (_kilobytes(status, "VmHWM") - idle) / 1024


def _kilobytes(status: Path, name: str) -> int:
    found = re.search(rf"{name}:\s+(\d+) kB", status.read_text())
    return int(found.group(1)) if found else 0
