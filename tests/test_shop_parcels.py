"""A ZIP of frames from anywhere: damaged, hostile or huge, it is refused in words."""

import io
import random
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from webapp.errors import PictureMissing, SheetInvalid
from webapp.shop import parcels

PICTURES = ("a.png", "b.png", "c.png")


def packed(files: Mapping[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of a sheet and files."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", how) as archive:
        archive.writestr("catalogue.csv", b"frame,model\nada,Ada\n" * 200)
        for name, data in files.items():
            archive.writestr(name, data)
    return file.getvalue()


def good() -> bytes:
    """A ZIP that is as it should be."""
    return packed(dict.fromkeys(PICTURES, bytes(range(256)) * 50))


def damaged(data: bytes, seed: int) -> bytes:
    """The same with bytes changed, and sometimes its end missing."""
    chance, broken = random.Random(seed), bytearray(data)
    for _ in range(chance.randrange(1, 6)):
        broken[chance.randrange(2, len(broken))] = chance.randrange(256)
    return bytes(broken[: chance.randrange(4, len(broken))] if chance.random() < 0.2 else broken)


def test_a_damaged_zip_is_refused_in_words(tmp_path: Path) -> None:
    """Wherever it is damaged: in its directory, its heads, or what is packed."""
    whole, refused, read = good(), 0, 0
    for seed in range(600):
        data = damaged(whole, seed)
        (tmp_path / "frames.zip").write_bytes(data)
        for opened in (
            lambda data=data: parcels.open_bytes(data),
            lambda: parcels.open_parcel(tmp_path / "frames.zip"),
        ):
            try:
                parcel = opened()
                parcel.sheet()
                for name in PICTURES:
                    parcel.picture(name)
                read += 1
            except (SheetInvalid, PictureMissing):
                refused += 1

    assert refused > 300
    assert read > 20  # a harmless byte may be hit


def test_a_file_that_unpacks_to_more_than_it_may_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A bomb is unpacked as far as its bound, whatever its head says of its size."""
    monkeypatch.setattr(parcels, "MOST_PICTURE", 100_000)
    bomb = packed({"a.png": bytes(5_000_000)})
    lying = bytearray(bomb)
    size = (5_000_000).to_bytes(4, "little")
    while size in lying:
        at = lying.index(size)
        lying[at : at + 4] = (10).to_bytes(4, "little")

    with pytest.raises(SheetInvalid, match="too large"):
        parcels.open_bytes(bomb).picture("a.png")
    with pytest.raises(SheetInvalid, match="can't be read"):
        parcels.open_bytes(bytes(lying)).picture("a.png")


def test_a_file_packed_by_lzma_is_refused() -> None:
    """Its head may ask for gigabytes before its first byte."""
    with pytest.raises(SheetInvalid, match="unusual"):
        parcels.open_bytes(packed({}, zipfile.ZIP_LZMA)).sheet()


@pytest.mark.parametrize("name", ["../secret.png", "/etc/passwd", "..\\secret.png", "a/../../x"])
def test_no_name_leads_out_of_the_folder_or_the_zip(tmp_path: Path, name: str) -> None:
    """Nothing is unpacked, and a name is looked up where the sheet is."""
    (tmp_path / "secret.png").write_bytes(b"secret")
    home = tmp_path / "home"
    home.mkdir()
    (home / "sheet.csv").write_bytes(b"frame,model\n")

    for parcel in (parcels.open_parcel(home / "sheet.csv", home), parcels.open_bytes(good())):
        with pytest.raises(PictureMissing):
            parcel.picture(name)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(b"secret")
    home = tmp_path / "home"
    home.mkdir()
    (home / "sheet.csv").write_bytes(b"frame,model\n")
    (home / "a.png").symlink_to(tmp_path / "secret.png")

    with pytest.raises(PictureMissing):
        parcels.open_parcel(home / "sheet.csv", home).picture("a.png")
