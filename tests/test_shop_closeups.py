"""A close-up shows the whole head, however small and wherever it is in the photo."""

import io

import numpy as np
import pytest
from flask.ctx import AppContext
from PIL import Image

from tests.factories import VISIT, FakeFinder, face, keep, published, see_with
from webapp.fitting.fit import head_of
from webapp.shop import tryons
from webapp.shop.closeups import Square, close_up

SIZE = (1200, 900)


def square_of(distance: float, size: tuple[int, int] = SIZE) -> tuple[Square, np.ndarray]:
    """Return the close-up of a face `distance` mm away, and the face's landmarks."""
    landmarks = face(size, distance).landmarks
    return close_up(*head_of(landmarks, size), size), landmarks[:, :2]


@pytest.mark.parametrize("distance", [450.0, 900.0, 2000.0], ids="{:.0f} mm away".format)
def test_the_whole_face_is_in_the_close_up(distance: float):
    (left, top, side), points = square_of(distance)

    assert (points >= [left, top]).all()
    assert (points <= [left + side, top + side]).all()


@pytest.mark.parametrize("distance", [900.0, 2000.0], ids="{:.0f} mm away".format)
def test_the_face_fills_about_half_of_it(distance: float):
    (_, _, side), points = square_of(distance)

    share = np.ptp(points[:, 1]) / side
    assert 0.45 < share < 0.65


@pytest.mark.parametrize("size", [(1200, 900), (900, 1200), (400, 1600)])
@pytest.mark.parametrize("distance", [300.0, 900.0])
def test_it_lies_within_the_photo(distance: float, size: tuple[int, int]):
    (left, top, side), _ = square_of(distance, size)

    assert side >= 1
    assert 0 <= left <= size[0] - side
    assert 0 <= top <= size[1] - side


def test_at_the_edge_it_is_moved_and_not_cut():
    camera, head = head_of(face(SIZE, 1500.0).landmarks, SIZE)
    _, _, side = close_up(camera, head, SIZE)

    beside = camera.cropped(550, 0)

    assert close_up(beside, head, SIZE)[0] == 0
    assert close_up(beside, head, SIZE)[2] == side


def test_a_close_preview_is_that_part_of_the_whole(shop: AppContext):
    """Glasses sit on the same pixels, whether the whole photo is drawn or the head alone."""
    published()
    see_with(FakeFinder(distance=900.0))
    token = keep().token
    left, top, side = tryons.make(token, VISIT, "ada", "black").close_up

    whole = pixels(tryons.preview(token, VISIT, "ada", "black", width=640))
    close = pixels(tryons.preview(token, VISIT, "ada", "black", close=True))

    part = whole[top : top + side, left : left + side]
    assert close.shape == part.shape
    assert np.abs(close - part).mean() < 3
    assert np.abs(np.roll(close, 3, axis=1) - part).mean() > 2 * np.abs(close - part).mean()


def pixels(jpeg: bytes) -> np.ndarray:
    """Return the picture as whole numbers that can be subtracted."""
    with Image.open(io.BytesIO(jpeg)) as image:
        return np.asarray(image).astype(int)
