"""A sheet of frames: each comes in whole or is named with row, column and reason."""

import io
import zipfile
from pathlib import Path

import pytest

from tests import parcel_maker as maker
from tests.factories import artwork, frame, on_disk, published, variant
from tests.parcel_maker import BAD, good, pictures, sheet, zipped
from webapp.errors import NotAllowed, SheetInvalid
from webapp.shop import accounts, catalogue, exporting, importing, parcels, sheets
from webapp.shop.importing import Outcome, Report
from webapp.shop.sheets import Fault
from webapp.storage.database import reading
from webapp.storage.tables import AuditEntry

pytestmark = pytest.mark.usefixtures("shop")


def run(data: bytes, **how: bool) -> tuple[Report, list[Fault]]:
    """Import a file; return the report and every fault."""
    faults: list[Fault] = []

    def heed(report: Report, outcome: Outcome) -> bool:
        faults.extend(outcome.faults)
        return True

    return importing.run(None, parcels.open_bytes(data), heed=heed, **how), faults


def export() -> bytes:
    out = io.BytesIO()
    exporting.export(None, out)
    return out.getvalue()


def log() -> int:
    with reading() as session:
        return session.query(AuditEntry).count()


def taken() -> None:
    """A frame that has the SKU TAKEN."""
    frame("there")
    variant("there", "black", sku="TAKEN")


@pytest.mark.parametrize(
    ("frames", "bad"),
    [(40, len(BAD)), pytest.param(1000, 50, marks=pytest.mark.verify)],
    ids="{}".format,
)
def test_good_frames_come_in_and_bad_ones_are_named(frames: int, bad: int):
    """A second run changes nothing, and names the same."""
    taken()
    rows, expected = maker.with_bad(frames, bad)
    data = zipped(rows)

    report, faults = run(data)

    assert (report.added, report.changed, report.same) == (frames - bad, 0, 0)
    assert report.refused == bad
    assert [(one.row, one.column) for one in sorted(faults, key=lambda one: one.row)] == expected
    assert all(one.code for one in faults)
    assert len(catalogue.published()) == frames - bad
    before = on_disk(), log(), catalogue.all_frames()

    report, again = run(data)

    assert (report.added, report.changed, report.same) == (0, 0, frames - bad)
    assert again == faults
    assert (on_disk(), log(), catalogue.all_frames()) == before


def test_a_dry_run_names_the_same_faults_and_changes_nothing():
    taken()
    rows, expected = maker.with_bad(30, len(BAD))
    before = on_disk(), log(), catalogue.all_frames()

    report, faults = run(zipped(rows), dry=True)

    assert report.added == 30 - len(BAD)
    assert [(one.row, one.column) for one in sorted(faults, key=lambda one: one.row)] == expected
    assert (on_disk(), log(), catalogue.all_frames()) == before


def test_a_frame_comes_in_whole_or_not_at_all():
    """Its second colourway is bad: the first does not come in alone."""
    rows = [good(1), {**good(1), "colour": "Red", "colourway": "red", "sku": "R", "stock": "no"}]

    report, faults = run(zipped(rows))

    assert (report.refused, [(one.row, one.column) for one in faults]) == (1, [(3, "stock")])
    assert catalogue.all_frames() == []
    assert on_disk() == set()


def test_what_differs_between_a_frames_rows_is_named():
    second = {**good(1), "colour": "Red", "colourway": "red", "sku": "R", "price": "99"}

    _, faults = run(zipped([good(1), second]))

    assert [(one.row, one.column, one.code) for one in faults] == [(3, "price", "cells-disagree")]


def test_a_later_sheet_changes_what_it_names_and_leaves_the_rest():
    run(zipped([good(1)]))
    plain = sheet([{"frame": "frame-1", "colour": "Black", "price": "99,50", "stock": ""}], ";")

    report, faults = run(plain)

    assert (report.changed, faults) == (1, [])
    found = catalogue.frame("frame-1")
    assert (found.price_cents, found.name, found.status) == (9950, "Frame 1", "published")
    assert found.variants[0].stock is None
    assert found.variants[0].sku == "SKU-1"


def test_a_frame_is_cut_from_its_photo_and_known_again():
    row, photo = maker.photographed()
    data = zipped([row], {"photo.png": photo})

    report, faults = run(data)

    assert (report.added, faults) == (1, [])
    found = catalogue.eyewear("frame-1", "black")
    assert found.artwork.lenses.any()
    before = on_disk()
    assert run(data)[0].same == 1
    assert on_disk() == before


def test_names_that_catalogues_use_elsewhere_are_known():
    row = {
        "EAN": "4006381333931",
        "Style": "Ada",
        "Color": "Black",
        "DBL": "20",
        "Frame width": "138",
    }

    found = sheets.read(sheet([row]))

    assert found.columns == ("gtin", "model", "colour", "bridge", "caliper")
    assert found.rows[0].values["caliper"] == 138.0


def test_an_export_is_what_the_import_takes(tmp_path: Path):
    """Into the same shop it changes nothing; out of an empty one it comes back the same."""
    published("ada", ("black", "red"))
    frame("bea", name="'s Morgens = +", brand="-5 °C")
    variant("bea", "green", sku="=SUM(1)", artwork=artwork(ink=(0, 90, 40)), stock=3)
    catalogue.publish("bea")
    catalogue.retire("bea")
    data = export()

    report, faults = run(data)

    assert (report.added, report.changed, report.same, faults) == (0, 0, 2, [])
    assert export() == data
    (tmp_path / "catalogue.zip").write_bytes(data)


def test_an_export_builds_the_same_catalogue_elsewhere(app, stock, tmp_path: Path):
    from webapp import create_app, storage

    published("ada", ("black", "red"))
    frame("bea", name="'s Morgens = +", brand="-5 °C")
    variant("bea", "green", sku="=SUM(1)", artwork=artwork(ink=(0, 90, 40)), stock=3)
    catalogue.publish("bea")
    catalogue.retire("bea")
    data, found = export(), catalogue.all_frames()

    with create_app({"TESTING": True, "INSTANCE_DIR": str(tmp_path / "other")}).app_context():
        storage.migrate()
        report, faults = run(data)

        assert (report.added, faults) == (2, [])
        assert export() == data
        assert [(one.slug, one.name, one.brand, one.status) for one in catalogue.all_frames()] == [
            (one.slug, one.name, one.brand, one.status) for one in found
        ]
        storage.database.dispose()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "name the columns"),
        (b"\xff\xfe\x00a", "UTF-8"),
        (b"brand,brand\nx,y\n", "twice"),
        (b"brand,heel\nx,y\n", "no column 'heel'"),
        (b"PK\x03\x04 damaged", "damaged"),
        (b"frame\n" + b"x\n" * 20_001, "20,000"),
    ],
    ids=["empty", "encoding", "twice", "unknown", "zip", "long"],
)
def test_a_file_that_is_no_sheet_is_refused_in_words(data: bytes, said: str):
    with pytest.raises(SheetInvalid) as caught:
        run(data)

    assert said in caught.value.params["advice"]


def test_a_zip_that_leads_outside_leads_nowhere(tmp_path: Path):
    (tmp_path / "secret.png").write_bytes(pictures()["pictures/front.png"])
    inside = tmp_path / "inside"
    inside.mkdir()
    for name in ("../secret.png", "/etc/passwd", "..\\secret.png"):
        _, faults = run(zipped([{**good(1), "artwork_front": name}]))
        assert [(one.column, one.code) for one in faults] == [("artwork_front", "cell-invalid")]
    loose = parcels.Loose(b"", inside)
    with pytest.raises(Exception, match="picture-missing"):
        loose.picture("../secret.png")


def test_a_zip_whose_picture_is_a_bomb_is_refused():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("catalogue.csv", sheet([{**good(1)}]))
        archive.writestr("pictures/front.png", bytes(parcels.MOST_PICTURE + 1))

    _, faults = run(data.getvalue())

    assert [(one.row, one.code) for one in faults] == [(2, "sheet-invalid")]


def test_who_may_only_look_imports_nothing():
    viewer = accounts.create("vera@example.org", "correct horse battery", "viewer")

    with pytest.raises(NotAllowed):
        importing.run(viewer, parcels.open_bytes(zipped([good(1)])))


def test_an_import_that_is_stopped_goes_on_where_it_was():
    data = zipped([good(number) for number in range(4)])

    def heed(report: Report, outcome: Outcome) -> bool:
        return report.done < 2

    importing.run(None, parcels.open_bytes(data), heed=heed)
    assert len(catalogue.all_frames()) == 2

    report, _ = run(data)

    assert (report.added, report.same) == (2, 2)
