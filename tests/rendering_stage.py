"""Scenes for the tests of the picture: a mean head before a camera, and a plain frame."""

import numpy as np
from numpy.typing import NDArray

from webapp.eyewear.frame import Artwork, Build, Eyewear, Lens, SizeMarks
from webapp.fitting.anatomy import mean_head
from webapp.fitting.scene import Camera, Estimate, Fit, Floats, Head, Pose
from webapp.rendering.paint import painted

PIXELS_PER_MM = 4
MARKS = SizeMarks(lens_width=52, lens_height=38, bridge=18, temple=140, width=140)
RIM, BRIDGE_Y, END_Y = 4.0, -6.0, -10.0  # mm: rim's width, bridge's and end pieces' height
BLACK, GREEN = (20, 20, 22), (0, 200, 0)
EAR_AT, TEMPLE_HALF = 100.0, 3.0  # mm along the temple; half its height
MIRROR = np.diag([-1.0, 1.0, 1.0])


def paint_of(picture: NDArray[np.uint8], scale: float) -> NDArray[np.float32]:
    """Return an artwork's paint at each of its pixels, (h, w, 4), as light."""
    where, paint = painted(picture, scale)
    whole = np.zeros(picture.shape, np.float32)
    whole.reshape(-1, 4)[where] = paint
    return whole


def turned(yaw: float = 0, pitch: float = 0, roll: float = 0) -> Floats:
    """Return the rotation of angles in degrees, as `Pose.angles` reads them."""
    (sy, sp, sr), (cy, cp, cr) = (f(np.radians([-yaw, pitch, roll])) for f in (np.sin, np.cos))
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    about_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return np.asarray(about_z @ about_x @ about_y)


def fit_of(
    yaw: float = 0, pitch: float = 0, roll: float = 0, *, width: int = 360, right: float = 0
) -> Fit:
    """Return a frame worn by the mean head, 560 mm off, `right` mm beside the picture's middle."""
    height = width * 5 // 4
    camera = Camera(focal=1.3 * width, centre=((width - 1) / 2, (height - 1) / 2))
    mesh = mean_head().mean
    pose = Pose(turned(yaw, pitch, roll), np.array([right, 0.0, 560.0]))
    told = Estimate(63.4, 2.0, "drawn")
    head = Head(pose, (mesh + mesh[mean_head().mirror] @ MIRROR) / 2, told, told, 0.03)
    seat = Pose(turned(pitch=-9).T @ np.eye(3), np.array([0.0, 3.0, -28.0]))
    return Fit(camera, head, seat, np.array([[-74.0, -2.0, 88.0], [74.0, -2.0, 88.0]]))


def mirrored(fit: Fit, width: int) -> Fit:
    """Return the fit in the mirrored picture."""
    camera = Camera(fit.camera.focal, (width - 1 - fit.camera.centre[0], fit.camera.centre[1]))
    head, seat = fit.head, fit.seat
    pose = Pose(MIRROR @ head.pose.rotation @ MIRROR, MIRROR @ head.pose.translation)
    mesh = (head.mesh @ MIRROR)[mean_head().mirror]
    return Fit(
        camera,
        Head(pose, mesh, head.pd, head.width, head.sigma),
        Pose(MIRROR @ seat.rotation @ MIRROR, MIRROR @ seat.translation),
        (fit.ears @ MIRROR)[::-1],
    )


def photo_of(fit: Fit, *, grey: bool = False) -> NDArray[np.uint8]:
    """Return a photo (H, W, 3) of a matt head in skin colour before a wall, lit from above left."""
    width = round(fit.camera.focal / 1.3)
    height = width * 5 // 4
    y, x = np.mgrid[0:height, 0:width] / width
    wall = 150 + 40 * x[..., None] * np.array([1.0, 0.9, 0.8])
    middle = fit.camera.project(fit.head.pose.translation) / width
    off = (x - middle[0]) ** 2 / 0.19**2 + (y - middle[1]) ** 2 / 0.26**2
    skin = np.array([205.0, 160, 135]) * (1.05 - 0.25 * x - 0.15 * y)[..., None]
    photo = np.where((off < 1)[..., None], skin, wall)
    if grey:
        photo = np.repeat(photo.mean(axis=2, keepdims=True), 3, axis=2)
    return np.asarray(np.rint(photo), dtype=np.uint8)


def frame_of(
    *, lens: Lens | None = None, temples: bool = True, build: Build | None = None
) -> Eyewear:
    """Return a symmetric rectangular frame, rims black, temples green (or left out)."""
    art = Artwork(
        front=_front(),
        lenses=np.asarray(_inside(MARKS.lens_width, MARKS.lens_height) * 255, dtype=np.uint8),
        temple=_temple(visible=temples),
        scale=PIXELS_PER_MM,
        centre=_centre(),
        joint=(2.0 * PIXELS_PER_MM, 20.0 * PIXELS_PER_MM),
        ear=((2 + EAR_AT) * PIXELS_PER_MM, (20 + TEMPLE_HALF) * PIXELS_PER_MM),
    )
    return Eyewear(MARKS, art, build or Build(hinge=(68.0, END_Y)), lens or Lens())


def _centre() -> tuple[float, float]:
    return 75.0 * PIXELS_PER_MM - 0.5, 28.0 * PIXELS_PER_MM - 0.5


def _millimetres() -> tuple[Floats, Floats]:
    rows, columns = np.mgrid[0 : 56 * PIXELS_PER_MM, 0 : 150 * PIXELS_PER_MM].astype(float)
    x, y = _centre()
    return (columns - x) / PIXELS_PER_MM, (rows - y) / PIXELS_PER_MM


def _inside(width: float, height: float) -> NDArray[np.bool_]:
    """Return where both boxes of a size about the lens centres are."""
    x, y = _millimetres()
    out = np.abs(np.abs(x) - MARKS.lens_centres / 2)
    return np.asarray((out <= width / 2) & (np.abs(y) <= height / 2))


def _front() -> NDArray[np.uint8]:
    x, y = _millimetres()
    rims = _inside(MARKS.lens_width + 2 * RIM, MARKS.lens_height + 2 * RIM)
    bridge = (np.abs(x) < MARKS.bridge / 2) & (np.abs(y - BRIDGE_Y) < 3)
    ends = (np.abs(x) > 60) & (np.abs(x) < MARKS.width / 2) & (np.abs(y - END_Y) < 4)
    solid = (rims | bridge | ends) & ~_inside(MARKS.lens_width, MARKS.lens_height)
    return _painted(solid, BLACK)


def _temple(*, visible: bool) -> NDArray[np.uint8]:
    rows, columns = np.mgrid[0 : 60 * PIXELS_PER_MM, 0 : 145 * PIXELS_PER_MM] / PIXELS_PER_MM
    bend = np.maximum(columns - 2 - EAR_AT, 0) * 0.7
    solid = (np.abs(rows - 20 - bend) < TEMPLE_HALF) & (columns > 2) & (columns < 142)
    return _painted(solid & visible, GREEN)


def _painted(solid: NDArray[np.bool_], colour: tuple[int, int, int]) -> NDArray[np.uint8]:
    picture = np.zeros((*solid.shape, 4), dtype=np.uint8)
    picture[solid] = (*colour, 255)
    return picture
