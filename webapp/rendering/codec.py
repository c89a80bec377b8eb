"""Between bytes and pixels: uploads taken in warily, stored pictures written and read.

Bytes of a stranger go to Pillow alone (and, for HEIF, to libheif through it), with the
format fixed by their own signature, after the checks of weight and size. What comes out
is pixels and one number; no metadata passes.
"""

import io
import math
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms
from PIL.Image import Transpose

from webapp.errors import (
    AnimatedPicture,
    BrokenPicture,
    NotAPicture,
    PhotoTooHeavy,
    PhotoTooLarge,
    PhotoTooSmall,
)

Pixels = NDArray[np.uint8]

ALLOWED = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF")
LEAST_SIDE = 64  # px; a face in less could not be seen, let alone measured
FOCALS_35MM = (10.0, 300.0)  # mm; what cameras that take portraits have, from fish-eye to tele
FULL_COLOUR_WIDTH = 2000  # px; up to here colour edges of thin rims are worth 4:4:4
STRIP_PIXELS = 2**18  # pieces that stay in the processor's cache make copies far faster

# What Pillow and the libraries below it raise on damaged files (nothing else was met in
# 11,919 files of public corpora of bad pictures, and in this project's own mutants).
DAMAGE = (
    OSError, SyntaxError, ValueError, EOFError, RuntimeError, ArithmeticError, LookupError,
    TypeError, struct.error, zlib.error,
)  # fmt: skip
BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)

UPRIGHT = {  # EXIF orientation (tag 0x0112) -> what makes the picture upright
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
LEFT = (Transpose.ROTATE_90, Transpose.ROTATE_180, Transpose.ROTATE_270)
ORIENTATION, EXIF_IFD, FOCAL_LENGTH_35MM = 0x0112, 0x8769, 0xA405


@dataclass(frozen=True)
class Picture:
    """A picture taken in: RGB, upright, sRGB, without metadata.

    `focal_35mm`: the focal length in mm that its field of view has on 24 x 36 mm film, as
    EXIF states it for the whole, uncropped picture (cameras differ in whether they mean
    the diagonal, 43.3 mm, or the long side, 36 mm; on 4:3 sensors they differ by 4 %);
    None where the file doesn't say.
    """

    image: Image.Image
    focal_35mm: float | None
    padded: Pixels | None = None  # (H, W, 4) uint8 of the same, where it was decoded elsewhere

    def pixels(self) -> Pixels:
        """Return the picture as (H, W, 3) uint8, RGB."""
        if self.padded is not None:
            return np.asarray(cv2.cvtColor(self.padded, cv2.COLOR_RGBA2RGB), np.uint8)
        return pixels_of(self.image)

    def turned(self, quarters: int) -> "Picture":
        """Return the picture turned to the left by 1, 2 or 3 quarters."""
        return Picture(self.image.transpose(LEFT[quarters - 1]), self.focal_35mm)

    def canvas(self, width: int | None = None) -> Image.Image:
        """Return the picture as an RGB image to paint on, at most `width` pixels wide.

        At its own width that is `image` itself, where it can be painted on.
        """
        image = self.image if self.image.mode == "RGB" else Image.fromarray(self.pixels())
        if width is None or width >= image.width:
            return image
        height = max(1, round(image.height * width / image.width))
        return image.resize((width, height), Image.Resampling.LANCZOS)

    def layer(self) -> Pixels:
        """Return (H, W, 4) uint8 with straight alpha where the picture has it, else `pixels`."""
        return np.array(self.image) if self.image.mode == "RGBA" else self.pixels()


def read_photo(data: bytes, *, most_bytes: int, most_pixels: int, stored_pixels: int) -> Picture:
    """Read an upload, reduced to at most `stored_pixels` pixels.

    Raises:
        PhotoTooHeavy: more than `most_bytes` bytes; they were not looked at.
        NotAPicture: none of the allowed formats, by the bytes' own signature.
        PhotoTooLarge: more than `most_pixels` pixels by the header; not decoded.
        AnimatedPicture: a film. (Of MPO and HEIF, the primary picture is taken.)
        PhotoTooSmall: a side under `LEAST_SIDE` px.
        BrokenPicture: cut off or damaged.
    """
    if len(data) > most_bytes:
        raise PhotoTooHeavy(most_mb=most_bytes / 1e6)
    return develop(open_checked(data, format_of(data), most_pixels), stored_pixels)


def develop(image: Image.Image, stored_pixels: int, *, alpha: bool = False) -> Picture:
    """Decode what `open_checked` opened, reduced to at most `stored_pixels` pixels.

    `alpha`: a transparent picture comes as straight RGBA, instead of laid over white.

    Raises:
        BrokenPicture: cut off or damaged.
    """
    try:
        image.load()
        orientation, focal = exif_numbers(image)
        image = to_srgb(image, alpha=alpha)
        image = reduced(image, stored_pixels)
        if orientation in UPRIGHT:
            image = image.transpose(UPRIGHT[orientation])
    except (*BOMB, *DAMAGE) as error:  # a bomb in here is one within the picture, as a text
        raise BrokenPicture() from error
    image.info = {}  # profile, comment, EXIF, XMP: Pillow would write some of them again
    return Picture(image, focal)


def format_of(data: bytes) -> str:
    """Return the allowed format that the signature shows. Raises `NotAPicture`."""
    if data[:3] == b"\xff\xd8\xff":
        return "JPEG"
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp":
        box = data[8 : min(int.from_bytes(data[:4], "big"), 256)]
        brands = {box[at : at + 4] for at in range(0, len(box), 4) if at != 4}  # 4: its version
        if brands & {b"avif", b"avis"}:
            return "AVIF"
        if brands & {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}:
            return "HEIF"
    raise NotAPicture(allowed=ALLOWED)


def open_checked(data: bytes, form: str, most_pixels: int) -> Image.Image:
    """Open a picture without decoding it, and refuse what must not be decoded.

    Raises: as `read_photo`.
    """
    if form == "HEIF":
        import pi_heif  # here, so that a shop that never meets one never loads the decoder

        pi_heif.register_heif_opener()
    try:
        image = Image.open(io.BytesIO(data), formats=(form,))
        film = form in ("PNG", "WEBP", "AVIF") and getattr(image, "n_frames", 1) > 1
    except BOMB as error:  # Pillow's own cap, in case ours was set higher
        told = re.search(r"\d{8,}", str(error))
        megapixels = int(told.group()) / 1e6 if told else None
        raise PhotoTooLarge(megapixels=megapixels, most_megapixels=most_pixels / 1e6) from None
    except DAMAGE as error:
        raise BrokenPicture() from error
    width, height = image.size
    if width * height > most_pixels:
        raise PhotoTooLarge(megapixels=width * height / 1e6, most_megapixels=most_pixels / 1e6)
    if film:
        raise AnimatedPicture()
    if min(width, height) < LEAST_SIDE:
        raise PhotoTooSmall(width=width, height=height, least_px=LEAST_SIDE)
    return image


def exif_numbers(image: Image.Image) -> tuple[int, float | None]:
    """Return the EXIF orientation (1 where unstated) and `Picture.focal_35mm`."""
    try:
        exif = image.getexif()
        orientation = exif.get(ORIENTATION, 1)
        focal = exif.get_ifd(EXIF_IFD).get(FOCAL_LENGTH_35MM)
        millimetres = float(focal) if focal is not None else 0.0
    except DAMAGE:  # broken EXIF does not spoil a picture
        return 1, None
    low, high = FOCALS_35MM
    known = low <= millimetres <= high
    return orientation if orientation in UPRIGHT else 1, millimetres if known else None


def to_srgb(image: Image.Image, *, alpha: bool = False) -> Image.Image:
    """Return the decoded picture as RGB in sRGB, laid over white; or as RGBA with its `alpha`."""
    profile = image.info.get("icc_profile")
    image = eight_bit(image)
    if image.mode in ("P", "PA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
    kept = image.getchannel("A") if alpha and image.mode in ("LA", "RGBA") else None
    if kept is not None:
        image = image.convert("RGB")
    elif image.mode in ("LA", "RGBA"):
        image = over_white(image)
    if image.mode not in ("L", "RGB", "CMYK"):
        image = image.convert("RGB")
    if profile:
        image = through_profile(image, profile)
    image = image if image.mode == "RGB" else image.convert("RGB")
    if kept is not None:
        image.putalpha(kept)
    return image


def eight_bit(image: Image.Image) -> Image.Image:
    """Return 16-bit grey as 8-bit grey (Pillow's own conversion clips), else as it was."""
    if not image.mode.startswith("I"):
        return image
    grey = np.asarray(image)
    eight = (np.clip(grey, 0, 65535) >> 8).astype(np.uint8)
    transparent = image.info.get("transparency")
    if isinstance(transparent, int):  # one grey value of the 16-bit scale means "nothing here"
        eight[grey == transparent] = 255
    return Image.fromarray(eight)


def over_white(image: Image.Image) -> Image.Image:
    """Return an LA or RGBA picture laid over white, as L or RGB."""
    flat = Image.new(image.mode.removesuffix("A"), image.size, "white")
    flat.paste(image.convert(flat.mode), mask=image.getchannel("A"))
    return flat


def through_profile(image: Image.Image, profile: bytes) -> Image.Image:
    """Return the picture converted from its ICC profile to sRGB; a useless profile is ignored."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        transform = ImageCms.buildTransform(
            source,
            ImageCms.createProfile("sRGB"),
            image.mode,
            "RGB",
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            # noisy photos have few like neighbours to remember
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION | ImageCms.Flags.NOCACHE,
        )
        if image.mode == "RGB" and changes_nothing(transform):
            return image
        # In place, where it may be: fresh memory for a large photo costs a tenth of the time.
        changed = ImageCms.applyTransform(image, transform, inPlace=image.mode == "RGB") or image
    except (ImageCms.PyCMSError, *DAMAGE):
        return image  # garbage, or a profile of other colours than the picture's
    return changed


def changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    """Return whether RGB stays within one step of 255 (true of the many sRGB profiles)."""
    levels = np.arange(0, 256, 51, dtype=np.uint8)  # 6 a channel, black and white included
    cube = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(12, 18, 3)
    after = ImageCms.applyTransform(Image.fromarray(cube), transform)
    if after is None:
        return True
    return bool(np.abs(np.asarray(after).astype(int) - cube.astype(int)).max() <= 1)


def reduced(image: Image.Image, most_pixels: int) -> Image.Image:
    """Return the picture with at most `most_pixels` pixels, its proportions kept."""
    width, height = image.size
    if width * height <= most_pixels:
        return image
    shrink = math.sqrt(most_pixels / (width * height))
    size = max(1, int(width * shrink)), max(1, int(height * shrink))
    return image.resize(size, Image.Resampling.LANCZOS)


def pixels_of(image: Image.Image) -> Pixels:
    """Return an RGB image as (H, W, 3) uint8.

    Pillow keeps four bytes a pixel, and takes far longer than OpenCV to pack them into three.
    """
    pixels = np.empty((image.height, image.width, 3), np.uint8)
    for rows, strip in strips(image, "RGBX"):
        cv2.cvtColor(strip, cv2.COLOR_RGBA2RGB, dst=pixels[rows])
    return pixels


def pad_into(padded: Pixels, image: Image.Image) -> None:
    """Write an RGB or RGBA image into (H, W, 4) uint8; of RGB, the fourth means nothing."""
    for rows, strip in strips(image, "RGBA" if image.mode == "RGBA" else "RGBX"):
        padded[rows] = strip


def strips(image: Image.Image, layout: str) -> Iterator[tuple[slice, Pixels]]:
    """Yield rows of an image of four bytes a pixel, (h, W, 4) uint8, and which they are."""
    high = max(1, STRIP_PIXELS // image.width)
    for top in range(0, image.height, high):
        bottom = min(top + high, image.height)
        strip = image.crop((0, top, image.width, bottom)).tobytes("raw", layout)
        shape = bottom - top, image.width, 4
        yield slice(top, bottom), np.frombuffer(strip, np.uint8).reshape(shape)


def at_width(rgb: Pixels, width: int) -> Pixels:
    """Return (H, W, 3) uint8 RGB `width` px wide, its proportions kept to the nearest pixel."""
    height = max(1, round(rgb.shape[0] * width / rgb.shape[1]))
    return pixels_of(Image.fromarray(rgb).resize((width, height), Image.Resampling.LANCZOS))


def turned_left(rgb: Pixels, quarters: int) -> Pixels:
    """Return (H, W, 3) uint8 turned to the left by quarters, in a copy of its own."""
    return np.ascontiguousarray(np.rot90(rgb, quarters))


def encode_jpeg(rgb: Pixels | Image.Image, quality: int = 90) -> bytes:
    """Return (H, W, 3) uint8 RGB, or an RGB image, as a JPEG without metadata."""
    if isinstance(rgb, np.ndarray):
        return _encode_array(rgb, quality)
    subsampling = 0 if rgb.width <= FULL_COLOUR_WIDTH else 2  # 4:4:4, 4:2:0
    file = io.BytesIO()
    rgb.save(file, "JPEG", quality=quality, subsampling=subsampling, comment=None)
    return file.getvalue()


def _encode_array(rgb: Pixels, quality: int) -> bytes:
    """Return (H, W, 3) uint8 RGB as the same JPEG that Pillow would make of it.

    OpenCV calls the same library, and lets go of Python's lock meanwhile, which Pillow keeps.
    """
    full = rgb.shape[1] <= FULL_COLOUR_WIDTH
    colour = cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444 if full else cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420
    how = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, colour]
    _, data = cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), how)
    return data.tobytes()


def read_stored(source: bytes | Path, width: int | None = None) -> Pixels:
    """Read a picture that this module wrote, whole or reduced to `width` px.

    Returns:
        (H, W, 3) uint8 RGB. W is `width`, or the picture's own where that is less; H keeps
        the proportions to the nearest pixel.

    Raises: as `open_stored`.
    """
    return pixels_of(open_stored(source, width))


def open_stored(source: bytes | Path, width: int | None = None) -> Image.Image:
    """Read a picture as `read_stored` does, as an RGB image: no array is made of it.

    Raises:
        BrokenPicture: the file is damaged.
        OSError: the file can't be opened.
    """
    data = source.read_bytes() if isinstance(source, Path) else source
    try:
        file = Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP"))
        size = file.size
        if width is not None and width < file.width:
            size = width, max(1, round(file.height * width / file.width))
            file.draft("RGB", size)  # JPEGs: decodes an eighth, a quarter or half of the lines
        file.load()
        image: Image.Image = file if file.mode == "RGB" else file.convert("RGB")
        if image.size != size:
            image = image.resize(size, Image.Resampling.BICUBIC)
    except DAMAGE as error:
        raise BrokenPicture() from error
    return image


def encode_png(layer: Pixels) -> bytes:
    """Return (H, W, 4) uint8 straight RGBA, or (H, W) uint8 grey, as a PNG, nothing lost."""
    file = io.BytesIO()
    Image.fromarray(layer).save(file, "PNG")
    return file.getvalue()


def encode_webp(layer: Pixels, quality: int = 90) -> bytes:
    """Return (H, W, 4) uint8 straight RGBA as a WebP, its alpha exact."""
    file = io.BytesIO()
    Image.fromarray(layer).save(file, "WEBP", quality=quality, method=4)
    return file.getvalue()


def read_layer(data: bytes) -> Pixels:
    """Read what `encode_png` wrote: (H, W, 4) or (H, W) uint8. Raises `BrokenPicture`."""
    try:
        image = Image.open(io.BytesIO(data), formats=("PNG",))
        return np.array(image)
    except DAMAGE as error:
        raise BrokenPicture() from error
