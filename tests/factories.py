"""Valid by default: faces without a model, photos of them, frames, and a shop that holds both."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from webapp.eyewear.frame import Artwork, Build, Lens, LensKind, SizeMarks
from webapp.faces.crops import Photo
from webapp.faces.finder import Face
from webapp.fitting.anatomy import mean_head
from webapp.fitting.camera import camera_of
from webapp.rendering.codec import encode_jpeg
from webapp.shop import catalogue, drafting, editing, photos, sight
from webapp.shop.frame_fields import LensChoice
from webapp.shop.sight import Sight
from webapp.shop.views import FrameView, PhotoView
from webapp.storage import files

VISIT, STRANGER = "the-visit-that-owns-it", "somebody-elses-visit"
MARKS = SizeMarks(lens_width=50, lens_height=40, bridge=20, temple=145, width=138)


def face(size: tuple[int, int], distance: float = 600.0, yaw: float = 0.0) -> Face:
    """The average face in the middle of a photo of `size` (w, h), `distance` mm away."""
    turn = np.radians(yaw)
    rotation = [[np.cos(turn), 0, -np.sin(turn)], [0, 1, 0], [np.sin(turn), 0, np.cos(turn)]]
    points = mean_head().mean @ np.array(rotation).T + [0, 0, distance]
    camera = camera_of(size)
    depth = (points[:, 2:] - distance) * camera.focal / distance
    landmarks = np.hstack([camera.project(points), depth]).astype(np.float32)
    low, high = landmarks[:, :2].min(0), landmarks[:, :2].max(0)
    return Face((*low, *(high - low)), 0.99, landmarks)


class FakeFinder:
    """Finds what it was told to, and counts how often it was asked."""

    def __init__(self, **how: float) -> None:
        """`how` is passed to `face`; `count` faces are found."""
        self.count = int(how.pop("count", 1))
        self.how = how
        self.asked = 0

    def find(self, photo: Photo) -> list[Face]:
        self.asked += 1
        size = photo.shape[1], photo.shape[0]
        return [face(size, **self.how) for _ in range(self.count)]

    def find_many(self, photos: Sequence[Photo]) -> list[list[Face]]:
        return [self.find(photo) for photo in photos]


class Lying(FakeFinder):
    """Finds a face in photos that are higher than wide, and is `score` sure of it."""

    def __init__(self, score: float = 0.95) -> None:
        super().__init__()
        self.score = score

    def find(self, photo: Photo) -> list[Face]:
        found = super().find(photo)
        high = photo.shape[0] > photo.shape[1]
        return [replace(one, score=self.score) for one in found] if high else []


def see_with(finder: sight.Finder, **limits: Any) -> Sight:
    """Let the shop see with the finder; `limits` as of `Sight`."""
    usual: dict[str, Any] = {"slots": 2, "wait_seconds": 5.0, "kept": 8, "minutes": 10.0}
    seeing = Sight(finder, **{**usual, **limits})
    sight.use(seeing)
    return seeing


def photo(width: int = 640, height: int = 480, seed: int = 0) -> bytes:
    """A JPEG of soft noise: whether a face is in it, the fake finder says."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(60, 200, (height // 16, width // 16, 3), dtype=np.uint8)
    smooth = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
    return encode_jpeg(np.asarray(smooth))


def keep(data: bytes | None = None, visit: str = VISIT) -> PhotoView:
    """A kept photo."""
    return photos.keep(data or photo(), agreed=True, visit=visit)


def artwork(scale: float = 4.0, ink: tuple[int, int, int] = (40, 20, 10)) -> Artwork:
    """Two square rims, a bridge and a straight temple, `scale` px per mm."""
    width, height = round(MARKS.width * scale), round(48 * scale)
    front = np.zeros((height, width, 4), np.uint8)
    lenses = np.zeros((height, width), np.uint8)
    middle, rim = width / 2, 3 * scale
    for side in (-1, 1):
        centre = middle + side * MARKS.lens_centres / 2 * scale
        left, right = (round(centre + end * MARKS.lens_width / 2 * scale) for end in (-1, 1))
        top, bottom = (round(height / 2 + end * MARKS.lens_height / 2 * scale) for end in (-1, 1))
        outer = (slice(max(0, top - round(rim)), bottom + round(rim)),
                 slice(max(0, left - round(rim)), right + round(rim)))  # fmt: skip
        front[outer] = (*ink, 255)
        front[top:bottom, left:right] = 0
        lenses[top:bottom, left:right] = 255
    bridge = slice(round(middle - 8 * scale), round(middle + 8 * scale))
    front[round(height / 2 - 6 * scale) : round(height / 2), bridge] = (*ink, 255)
    temple = np.zeros((round(14 * scale), round(150 * scale), 4), np.uint8)
    temple[round(4 * scale) : round(9 * scale), :] = (*ink, 255)
    return Artwork(
        front=front,
        lenses=lenses,
        temple=temple,
        scale=scale,
        centre=((width - 1) / 2, (height - 1) / 2),
        joint=(0.0, 6.5 * scale),
        ear=(105.0 * scale, 9.0 * scale),
    )


def frame(slug: str = "ada", **changes: Any) -> FrameView:
    """A draft without colourways."""
    usual: dict[str, Any] = {
        "name": slug.title(),
        "brand": "Lorgnette",
        "shape": "square",
        "material": "acetate",
        "gender": "unisex",
        "marks": MARKS,
        "build": replace(Build(), hinge=(66.0, -8.0)),
        "price_cents": 12900,
    }
    return catalogue.add_frame(slug=slug, **{**usual, **changes})


def variant(frame_slug: str = "ada", slug: str = "black", **changes: Any) -> None:
    """A colourway."""
    usual: dict[str, Any] = {
        "name": slug.title(),
        "swatch": "#281410",
        "lens": Lens(),
        "lens_label": "Clear",
    }
    chosen = {**usual, **changes}
    if "artwork" not in chosen:
        chosen["artwork"] = artwork()
    catalogue.add_variant(frame_slug, slug=slug, **chosen)


def published(slug: str = "ada", variants: tuple[str, ...] = ("black", "red")) -> FrameView:
    """A published frame with its colourways."""
    frame(slug)
    for number, name in enumerate(variants):
        variant(slug, name, artwork=artwork(ink=(40 + 90 * number, 20, 10)))
    return catalogue.publish(slug)


GREY = LensChoice("grey", "Grey, category 3", Lens(LensKind.SOLID, 0.13), 3900)
LIGHT_ADAPTIVE = LensChoice(
    "light-adaptive",
    "Light-adaptive",
    Lens(LensKind.SOLID, 0.15, clear_transmittance=0.92),
)


def offer(slug: str, *lenses: LensChoice) -> FrameView:
    """Let a frame be had with these lenses and no others."""
    return editing.save(None, drafting.fields_of(slug), lens_options=lenses).frame


def on_disk() -> set[str]:
    """Names of all files in the picture folder, unfinished ones too."""
    top: Path = files.folder()
    return {str(path.relative_to(top)) for path in top.rglob("*") if path.is_file()}
