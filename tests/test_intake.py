"""A picture that asks for too much costs its sender the picture, and the shop nothing."""

import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests import corpus
from tests.pictures import drawn, saved
from tests.processes import children_of, needs_proc, runs, wait_until
from tests.verify import report
from webapp.errors import (
    Busy,
    NotAPicture,
    PhotoError,
    PhotoTooHeavy,
    PhotoTooLarge,
    PictureTooCostly,
)
from webapp.intake import reader as reading
from webapp.intake.plain import MOST_PIXELS, is_plain
from webapp.intake.reader import Bounds, Reader
from webapp.rendering import codec

ROOT = Path(__file__).parent.parent
BOUNDS = Bounds(20_000_000, 50_000_000, 24_000_000, seconds=60, megabytes=1000, wait_seconds=60)

linux = pytest.mark.skipif(sys.platform != "linux", reason="limits memory on Linux alone")


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """A reader whose decoding process has started."""
    reader = Reader(tmp_path_factory.mktemp("lock") / "lock")
    reader.read(saved(drawn(), "PNG"), BOUNDS)
    yield reader
    reader.close()


@pytest.mark.parametrize("kind", list(corpus.good()))
def test_a_picture_is_the_same_wherever_it_is_decoded(reader: Reader, kind: str) -> None:
    data = corpus.good()[kind]

    there = reader._read_elsewhere(data, BOUNDS)

    here = codec.read_photo(
        data, most_bytes=10**8, most_pixels=10**8, stored_pixels=BOUNDS.stored_pixels
    )
    np.testing.assert_array_equal(there.pixels(), here.pixels())
    assert there.focal_35mm == here.focal_35mm
    assert codec.encode_jpeg(there.image) == codec.encode_jpeg(here.image)


def test_cameras_jpegs_are_plain_and_nothing_else_is() -> None:
    """What is plain is decoded in the shop's own process."""
    plain = {kind for kind, data in corpus.good().items() if is_plain(data)}

    assert plain == {"jpeg", "jpeg, grey", "jpeg, with EXIF", "jpeg, two pictures"}


def test_a_jpeg_with_a_preview_in_its_exif_is_plain() -> None:
    """Its preview has scans of its own, which don't count."""
    told = corpus.exif(1)
    preview = saved(drawn(), progressive=True)
    told[0x927C] = preview + preview

    assert is_plain(saved(drawn(640, 480), exif=told))


@pytest.mark.parametrize(
    "data",
    [
        saved(Image.new("L", (MOST_PIXELS // 4000 + 1, 4000))),
        saved(drawn(), icc_profile=bytes(5000)),
        saved(drawn())[:200],
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xda\x00\x02",
        b"\xff\xd8" + b"\xff" * 50,
        b"\xff\xd8\xff\xc0\x00\x03\x08",
        b"",
    ],
    ids=["large", "profile", "cut", "start", "scan", "filling", "frame", "empty"],
)
def test_what_is_unusual_is_not_plain(data: bytes) -> None:
    assert not is_plain(data)


def test_one_scan_a_colour_is_not_plain() -> None:
    """Where the first scan has one colour of three, others follow, as many as the file likes."""
    data = bytearray(saved(drawn()))
    at = data.index(b"\xff\xda")
    data[at + 4] = 1

    assert not is_plain(bytes(data))


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, of odd metadata
def test_no_mutant_that_is_plain_is_large_or_of_many_scans() -> None:
    """However a JPEG is broken, what counts as plain is bounded by its header."""
    opened = 0
    for number in range(400):
        _, data = corpus.mutant(number)
        if not is_plain(data):
            continue
        try:
            image = codec.open_checked(data, "JPEG", most_pixels=10**9)
        except PhotoError:
            continue
        opened += 1
        assert image.width * image.height <= MOST_PIXELS
        assert not image.info.get("progressive")
    assert opened > 10


def test_endless_scans_are_ended(reader: Reader) -> None:
    """Half a megabyte that would take minutes; in a process of one's own it takes its deadline."""
    bomb = corpus.scan_bomb(4000, 4000)
    assert len(bomb) < 1_000_000

    with pytest.raises(PictureTooCostly):
        reader.read(bomb, replace(BOUNDS, seconds=0.5))

    assert reader.read(saved(drawn(), "PNG"), BOUNDS).image.size == (128, 96)


@linux
def test_a_picture_that_needs_more_memory_than_it_may_is_refused(reader: Reader) -> None:
    large = saved(Image.new("RGB", (6000, 6000)), "PNG", compress_level=1)

    with pytest.raises(PictureTooCostly):
        reader.read(large, replace(BOUNDS, megabytes=150))

    assert reader.read(large, BOUNDS).image.width == 4898


def fifty_megapixels() -> Iterator[tuple[str, bytes]]:
    """Yield the kinds of picture whose decoders take the most for a pixel, at the largest size."""
    size, turned = (8000, 6250), corpus.exif(6)
    flat = Image.new("RGB", size, (120, 90, 60))
    yield "jpeg, CMYK", saved(flat.convert("CMYK"), progressive=True, exif=turned)
    yield "png, LA", saved(Image.new("LA", size, (90, 120)), "PNG", compress_level=1, exif=turned)
    holes = {"transparency": 3, "compress_level": 1, "exif": turned}
    yield "png, palette", saved(flat.convert("P"), "PNG", **holes)
    yield "webp", saved(flat, "WEBP", method=0, exif=turned)
    yield "avif", saved(flat, "AVIF", speed=10, exif=turned)


@linux
def test_the_largest_pictures_take_no_gigabyte(tmp_path: Path) -> None:
    """Whole, as the API asks for them, and turned by their EXIF; they are taken, not refused."""
    took = {}
    for kind, data in fifty_megapixels():
        reader = Reader(tmp_path / "lock")
        picture = reader._read_elsewhere(data, replace(BOUNDS, stored_pixels=50_000_000))
        reader.close()
        assert picture.image.size == (6250, 8000)
        took[kind] = round(reader.most_megabytes)

    report.note("pictures of 50 megapixels", long=False, most_megabytes_of_the_decoder=took)
    assert max(took.values()) < BOUNDS.megabytes


def test_the_shops_own_limits_hold_elsewhere_too(reader: Reader) -> None:
    with pytest.raises(PhotoTooHeavy):
        reader.read(b"x" * 10, replace(BOUNDS, most_bytes=9))
    with pytest.raises(NotAPicture):
        reader.read(b"GIF89a/*", BOUNDS)
    with pytest.raises(PhotoTooLarge) as refusal:
        reader.read(saved(drawn(), "PNG"), replace(BOUNDS, most_pixels=9999, stored_pixels=9999))

    assert refusal.value.params == {"megapixels": 128 * 96 / 1e6, "most_megapixels": 0.009999}


def test_large_pictures_take_turns(reader: Reader) -> None:
    """While one is decoded anywhere on the machine, another waits, and small ones pass."""
    large = saved(Image.new("1", (6000, 5000)), "PNG")
    with open(reader._lock_file, "r+") as other:
        fcntl.lockf(other, fcntl.LOCK_EX)

        with pytest.raises(Busy):
            reader.read(large, replace(BOUNDS, wait_seconds=0.1))
        assert reader.read(saved(drawn(), "PNG"), BOUNDS)

    assert reader.read(large, BOUNDS).image.width == 5366


def test_a_decoder_that_crashes_takes_nobody_with_it(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a fault in a decoder's C code would."""
    program = (
        "import os, socket, sys\n"
        "socket.recv_fds(socket.socket(fileno=int(sys.argv[1])), 1, 3)\n"
        "os.abort()\n"
    )
    crashing = Reader(tmp_path / "lock")
    real = subprocess.Popen

    def start(command: list[str], **how: object) -> "subprocess.Popen[bytes]":
        return real([sys.executable, "-c", program, command[-1]], **how)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", start)
    with pytest.raises(PictureTooCostly):
        crashing.read(saved(drawn(), "PNG"), BOUNDS)
    monkeypatch.undo()

    assert crashing.read(saved(drawn(), "PNG"), BOUNDS)
    crashing.close()


def test_a_killed_decoding_process_is_started_anew(reader: Reader) -> None:
    assert reader._process is not None
    first = reader._process.pid
    os.kill(first, signal.SIGKILL)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)

    assert reader.read(saved(drawn(), "PNG"), BOUNDS)

    assert reader._process.pid != first


@needs_proc
def test_the_decoding_process_knows_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "SecretOfTheHouse")
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:SecretOfTheHouse@db/shop")
    reader = Reader(tmp_path / "lock")
    reader.read(saved(drawn(), "PNG"), BOUNDS)
    assert reader._process is not None

    environ = Path(f"/proc/{reader._process.pid}/environ").read_bytes()

    reader.close()
    assert b"PATH=" in environ
    assert b"SecretOfTheHouse" not in environ


def test_a_decoding_child_can_open_neither_file_nor_socket() -> None:
    program = (
        "import socket\n"
        "from webapp.intake import decoder\n"
        "decoder.bind(1000)\n"
        "for what in (lambda: open('/etc/hosts'), socket.socket):\n"
        "    try: what()\n"
        "    except OSError as error: print(error.errno)\n"
    )

    told = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert told.stdout.split() == ["24", "24"]  # too many open files


@needs_proc
def test_the_decoding_process_ends_with_its_owner(tmp_path: Path) -> None:
    """Even when that is killed."""
    program = (
        "import sys; from pathlib import Path\n"
        "from tests.test_intake import BOUNDS, Reader, drawn, saved\n"
        "reader = Reader(Path(sys.argv[1]))\n"
        "reader.read(saved(drawn(), 'PNG'), BOUNDS)\n"
        "print('ready', flush=True); sys.stdin.read()\n"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "lock")],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"ready\n"
        (decoder,) = children_of(owner.pid)

        owner.kill()

    wait_until(lambda: not runs(decoder), "the decoding process has ended")


def test_every_error_of_a_photo_can_be_told_from_elsewhere() -> None:
    assert reading.error_called("photo-too-large") is PhotoTooLarge
    assert reading.error_called("busy") is Busy
