"""Uploads are taken in warily: what passes is upright sRGB pixels, and nothing else passes."""

import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from tests.pictures import assert_upright, drawn, saved
from webapp.errors import (
    AnimatedPicture,
    BrokenPicture,
    NotAPicture,
    PhotoTooHeavy,
    PhotoTooLarge,
    PhotoTooSmall,
)
from webapp.rendering import codec

DATA = Path(__file__).parent / "data"


def read(data: bytes, **limits: int) -> codec.Picture:
    usual = {"most_bytes": 20_000_000, "most_pixels": 50_000_000, "stored_pixels": 24_000_000}
    return codec.read_photo(data, **{**usual, **limits})


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def flood(side: int) -> bytes:
    """A small PNG that says it is `side` x `side` and holds every one of its black pixels."""
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    row = bytes(side + 1)
    body = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + png_chunk(b"IDAT", body)
        + png_chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_every_allowed_format_is_read_by_its_content(form):
    picture = read(saved(drawn(), form, **({"quality": 90} if form != "PNG" else {})))

    assert picture.image.mode == "RGB"
    assert picture.pixels().shape == (96, 128, 3)
    assert_upright(picture.pixels(), within=20)


def test_the_primary_picture_of_a_heif_is_taken():
    picture = read((DATA / "two-pictures.heic").read_bytes())

    pixels = picture.pixels()
    assert pixels.shape == (72, 96, 3)
    np.testing.assert_allclose(pixels[36, 10], (220, 30, 30), atol=15)
    np.testing.assert_allclose(pixels[36, 85], (30, 30, 220), atol=15)


def test_the_primary_picture_of_an_mpo_is_taken():
    other = Image.new("RGB", (128, 96), "black")
    data = saved(drawn(), "MPO", save_all=True, append_images=[other], quality=95, subsampling=0)

    assert_upright(read(data).pixels())


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_comes_out_upright_whatever_its_orientation(orientation):
    back = {5: 5, 6: 8, 7: 7, 8: 6}.get(orientation, orientation)  # what undoes each of them
    stored = drawn() if back == 1 else drawn().transpose(codec.UPRIGHT[back])
    exif = Image.Exif()
    exif[codec.ORIENTATION] = orientation

    picture = read(saved(stored, exif=exif))

    assert picture.image.size == (128, 96)
    assert_upright(picture.pixels())


def test_an_unknown_orientation_is_taken_as_upright():
    exif = Image.Exif()
    exif[codec.ORIENTATION] = 99

    assert_upright(read(saved(drawn(), exif=exif)).pixels())


@pytest.mark.parametrize(
    ("stated", "kept"), [(26, 26.0), (0, None), (4000, None), (None, None)], ids=str
)
def test_the_focal_length_is_kept_where_it_is_possible(stated, kept):
    exif = Image.Exif()
    exif[codec.ORIENTATION] = 1
    if stated is not None:
        exif.get_ifd(codec.EXIF_IFD)[codec.FOCAL_LENGTH_35MM] = stated

    assert read(saved(drawn(), exif=exif)).focal_35mm == kept


@pytest.mark.parametrize("side", [0, 20], ids=["as it was", "reduced"])
def test_no_metadata_reaches_what_is_stored(side):
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[1] = "N"  # GPS
    xmp = b"<x:xmpmeta>SecretPlace</x:xmpmeta>"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = saved(drawn(), exif=exif, xmp=xmp, comment=b"SecretWord", icc_profile=profile)
    assert data.count(b"Secret") == 3  # so that the test can fail

    limits = {"stored_pixels": side * side * 4} if side else {}
    stored = codec.encode_jpeg(read(data + b"SecretTail", **limits).image)

    assert b"Secret" not in stored
    with Image.open(io.BytesIO(stored)) as again:
        assert not again.getexif()
        assert set(again.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize(("width", "sampling"), [(2000, (1, 1)), (2001, (2, 2))])
def test_arrays_and_images_become_the_same_jpeg(width: int, sampling: tuple[int, int]):
    """Full colour up to 2000 px, a quarter of it above, whoever encodes."""
    pixels = np.random.default_rng(8).integers(0, 256, (16, width, 3), np.uint8)

    files = [codec.encode_jpeg(each, 90) for each in (pixels, Image.fromarray(pixels))]

    pictures = [Image.open(io.BytesIO(file)) for file in files]
    layers = [picture.layer[0][1:3] for picture in pictures]  # type: ignore[attr-defined]
    assert layers == [sampling, sampling]
    assert np.array_equal(np.asarray(pictures[0]), np.asarray(pictures[1]))
    assert [set(picture.info) for picture in pictures] == [set(pictures[0].info)] * 2


def test_a_foreign_profile_is_converted_to_srgb():
    """A profile with red and blue swapped must swap them in what is shown."""
    swapped = profile_with_swapped_primaries()

    pixels = read(saved(drawn(), "PNG", icc_profile=swapped)).pixels()

    red, green, blue = (int(channel) for channel in pixels[0, 0])
    assert blue > 150 > 80 > max(red, green)


def profile_with_swapped_primaries() -> bytes:
    """sRGB's own profile with the tags of its red and blue primaries exchanged."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")


def test_an_srgb_profile_leaves_pixels_untouched():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    pixels = read(saved(drawn(), "PNG", icc_profile=profile)).pixels()

    np.testing.assert_array_equal(pixels, np.asarray(drawn()))


@pytest.mark.parametrize("profile", [b"garbage", b"\x00" * 200], ids=["words", "zeros"])
def test_a_broken_profile_is_ignored(profile):
    pixels = read(saved(drawn(), "PNG", icc_profile=profile)).pixels()

    np.testing.assert_array_equal(pixels, np.asarray(drawn()))


def test_cmyk_is_read_as_colour():
    pixels = read(saved(drawn().convert("CMYK"))).pixels()

    assert_upright(pixels, within=20)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "1"])
def test_every_mode_of_png_becomes_rgb(mode):
    picture = read(saved(drawn().convert(mode), "PNG"))

    assert picture.image.mode == "RGB"
    expected = np.asarray(drawn().convert(mode).convert("RGB"))
    np.testing.assert_allclose(picture.pixels(), expected, atol=1)


def test_sixteen_bit_grey_keeps_its_tones():
    ramp = np.tile(np.linspace(0, 65535, 128).astype(np.uint16), (96, 1))

    pixels = read(saved(Image.fromarray(ramp), "PNG")).pixels()

    np.testing.assert_array_equal(pixels[..., 0], ramp >> 8)


def test_transparency_is_laid_over_white():
    clear = drawn().convert("RGBA")
    clear.putalpha(Image.new("L", clear.size, 0))
    half = Image.new("RGBA", (80, 80), (0, 0, 0, 128))

    assert (read(saved(clear, "PNG")).pixels() == 255).all()
    assert abs(int(read(saved(half, "PNG")).pixels()[0, 0, 0]) - 127) <= 1


def test_a_transparent_palette_colour_is_laid_over_white():
    palette = Image.new("P", (80, 80), 0)
    palette.putpalette([0, 0, 0, 255, 0, 0])

    assert (read(saved(palette, "PNG", transparency=0)).pixels() == 255).all()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        b"PK\x03\x04",
        b"GIF89a/*",
        b"BM" + bytes(100),
        b"\x00\x00\x00\x18ftypmp42" + bytes(40),
        b"%!PS-Adobe-3.0 EPSF-3.0",
    ],
    ids=["empty", "words", "SVG", "PDF", "ZIP", "GIF", "BMP", "film", "EPS"],
)
def test_other_formats_are_refused_by_content(data):
    with pytest.raises(NotAPicture):
        read(data)


def test_too_many_bytes_are_refused_before_they_are_looked_at():
    with pytest.raises(PhotoTooHeavy) as refusal:
        read(b"anything", most_bytes=7)

    assert refusal.value.params == {"most_mb": 7e-06}


def test_too_many_pixels_are_refused():
    with pytest.raises(PhotoTooLarge) as refusal:
        read(saved(drawn()), most_pixels=10_000)

    assert refusal.value.params == {"megapixels": 128 * 96 / 1e6, "most_megapixels": 0.01}


@pytest.mark.parametrize(("side", "megapixels"), [(30_000, 900), (12_000, 144)])
def test_a_pixel_flood_is_refused(side, megapixels):
    with pytest.raises(PhotoTooLarge) as refusal:
        read(flood(side))

    assert refusal.value.params == {"megapixels": megapixels, "most_megapixels": 50}


def test_a_pixel_flood_takes_no_memory(tmp_path):
    """Undecoded, 900 megapixels cost nothing; decoded they would be 900 MB at least."""
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(flood(30_000))
    assert bomb.stat().st_size < 2_000_000
    program = (
        "import resource, sys; from webapp.errors import PhotoTooLarge\n"
        "from webapp.rendering import codec\n"
        "data = open(sys.argv[1], 'rb').read()\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try: codec.read_photo(data, most_bytes=2**24, most_pixels=5*10**7, stored_pixels=10**7)\n"
        "except PhotoTooLarge: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )

    told = subprocess.run(
        [sys.executable, "-c", program, str(bomb)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent.parent,
    )

    assert int(told.stdout) < 30_000  # kB


@pytest.mark.parametrize("form", ["WEBP", "AVIF"])
def test_a_header_that_claims_a_flood_is_refused(form):
    data = bytearray(saved(drawn(), form, quality=60, xmp=b"so that WebP has a canvas"))
    if form == "WEBP":
        at = data.find(b"VP8X")
        assert at > 0
        data[at + 12 : at + 18] = (29_999).to_bytes(3, "little") * 2
    else:
        at = data.find(b"ispe")
        data[at + 8 : at + 16] = (30_000).to_bytes(4, "big") * 2

    with pytest.raises((PhotoTooLarge, BrokenPicture)):
        read(bytes(data))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("share", [0.3, 0.7, 0.98])
def test_a_truncated_picture_is_refused(form, share):
    noise = np.random.default_rng(1).integers(0, 255, (200, 200, 3), dtype=np.uint8)
    data = saved(Image.fromarray(noise), form)

    with pytest.raises(BrokenPicture):
        read(data[: int(len(data) * share)])


def test_a_truncated_heif_is_refused():
    data = (DATA / "two-pictures.heic").read_bytes()

    with pytest.raises(BrokenPicture):
        read(data[: len(data) * 2 // 3])


@pytest.mark.parametrize("form", ["PNG", "WEBP", "AVIF"])
def test_an_animation_is_refused(form):
    data = saved(drawn(), form, save_all=True, append_images=[Image.new("RGB", (128, 96))])

    with pytest.raises(AnimatedPicture):
        read(data)


def test_a_tiny_picture_is_refused():
    with pytest.raises(PhotoTooSmall) as refusal:
        read(saved(drawn(200, 63)))

    assert refusal.value.params == {"width": 200, "height": 63, "least_px": 64}


def test_a_text_bomb_in_a_png_is_refused_as_broken():
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", "x" * 3_000_000, zip=True)

    with pytest.raises(BrokenPicture):
        read(saved(drawn(), "PNG", pnginfo=words))


def test_a_large_picture_is_stored_smaller_in_the_same_proportions():
    picture = read(saved(drawn(400, 300)), stored_pixels=30_000)

    assert picture.image.size == (200, 150)
    assert_upright(picture.pixels())


def test_damaged_files_are_refused_in_the_domains_words():
    """Whatever bytes are changed, a picture comes out or a PhotoError: never anything else."""
    rng = np.random.default_rng(7)
    good = [
        *(saved(drawn(), form) for form in ("JPEG", "PNG", "WEBP", "AVIF")),
        (DATA / "two-pictures.heic").read_bytes(),
    ]
    for number in range(150):
        data = bytearray(good[number % len(good)])
        for at in rng.integers(12, len(data), 8):
            data[at] = rng.integers(0, 256)

        try:
            picture = read(bytes(data), most_pixels=1_000_000)
        except (BrokenPicture, NotAPicture, AnimatedPicture, PhotoTooLarge, PhotoTooSmall):
            continue
        except UserWarning:
            continue  # the suite makes Pillow's warnings of odd metadata errors; the shop doesn't
        assert picture.image.mode == "RGB"
