"""Broken pictures are refused with a reason or taken in whole; nothing else ever happens."""

import io
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

from tests import corpus
from tests.factories import FakeFinder, on_disk, see_with
from tests.shoppers import open_shop
from tests.verify import mutants, report
from webapp.storage import files


@pytest.mark.parametrize(
    "many", [200, pytest.param(2400, marks=pytest.mark.verify)], ids="{} mutants".format
)
@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, of odd metadata
def test_mutants_are_taken_in_or_refused_with_a_reason(app: Flask, stock: Path, many: int) -> None:
    """No answer is a fault of ours, no decoding takes a gigabyte, nothing served has metadata."""
    open_shop(app, stock)
    with app.app_context():
        see_with(FakeFinder(distance=300))  # mm: large enough a face for so small pictures
        before = on_disk()

    outcome = mutants.send(app, range(many))

    assert outcome.odd == []
    assert outcome.tried == many
    assert outcome.statuses[201] > 20
    assert outcome.statuses[422] + outcome.statuses[415] > 50
    assert outcome.megabytes < 1000
    assert len(outcome.seconds) == many
    assert max(outcome.seconds) < mutants.MOST_SECONDS  # of the processor, whatever else runs
    report.note("broken pictures", long=many > 200, **outcome.figures())
    with app.app_context():
        new = on_disk() - before
        assert len(new) == outcome.statuses[201]
        for name in new:
            data = files.read(name)
            assert b"Secret" not in data
            with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
                assert image.convert("RGB").getextrema()
                assert not image.getexif()
                assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_mutants_come_from_their_number_alone() -> None:
    """A mutant that breaks something can be made again."""
    assert [corpus.mutant(number) for number in range(20)] == [
        corpus.mutant(number) for number in range(20)
    ]
    assert len({corpus.mutant(number)[1] for number in range(100)}) > 95
