"""What the shop stores is written without metadata and read back at any width."""

import numpy as np
import pytest
from PIL import Image

from tests.pictures import assert_upright, drawn
from webapp.errors import BrokenPicture
from webapp.rendering import codec


def test_jpegs_keep_full_colour_up_to_2000_px():
    assert sampling(codec.encode_jpeg(np.zeros((8, 2000, 3), np.uint8))) == [(1, 1)] * 3
    assert sampling(codec.encode_jpeg(np.zeros((8, 2001, 3), np.uint8))) == [(2, 2), (1, 1), (1, 1)]


def sampling(jpeg: bytes) -> list[tuple[int, int]]:
    """Each component's sampling factors (across, down), from the JPEG's frame header."""
    at = jpeg.index(b"\xff\xc0") + 9  # marker, length, depth, height, width; then their number
    return [divmod(jpeg[at + 2 + 3 * number], 16) for number in range(jpeg[at])]


def test_an_array_and_an_image_are_encoded_alike():
    assert codec.encode_jpeg(np.asarray(drawn())) == codec.encode_jpeg(drawn())


def test_the_same_pixels_give_the_same_bytes():
    pixels = np.asarray(drawn())

    assert codec.encode_jpeg(pixels) == codec.encode_jpeg(pixels.copy())


@pytest.mark.parametrize(("asked", "got"), [(None, 1024), (100, 100), (600, 600), (5000, 1024)])
def test_a_stored_picture_is_read_at_the_width_asked_for(asked, got):
    data = codec.encode_jpeg(drawn(1024, 768))

    pixels = codec.read_stored(data, asked)

    assert pixels.shape == (round(got * 0.75), got, 3)
    assert_upright(pixels)


def test_a_stored_picture_is_read_from_its_file(tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(codec.encode_jpeg(drawn()))

    assert_upright(codec.read_stored(path))


def test_a_damaged_stored_picture_is_told():
    with pytest.raises(BrokenPicture):
        codec.read_stored(codec.encode_jpeg(drawn(512, 512))[:2000])


@pytest.mark.parametrize("shape", [(40, 60, 4), (40, 60)], ids=["RGBA", "grey"])
def test_artwork_comes_back_bit_for_bit(shape):
    layer = np.random.default_rng(3).integers(0, 256, shape, dtype=np.uint8)

    np.testing.assert_array_equal(codec.read_layer(codec.encode_png(layer)), layer)


def test_pixels_are_copied_whole_however_tall_the_picture():
    noise = np.random.default_rng(5).integers(
        0, 256, (2 * codec.STRIP_PIXELS // 70 + 3, 70, 3), dtype=np.uint8
    )

    np.testing.assert_array_equal(codec.pixels_of(Image.fromarray(noise)), noise)
