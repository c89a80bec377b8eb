"""`flask try-on`: frames of the catalogue on the faces of photo files."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from tqdm import tqdm

from webapp.cli.dressing import Look, Wish, dress, find_look, names_of
from webapp.cli.problems import needs_database, sentence, told
from webapp.cli.sheet import Row, Sheet, close_up
from webapp.cli.writing import write_file
from webapp.errors import LorgnetteError, NotFound, OutputUnwritable
from webapp.rendering.codec import encode_jpeg
from webapp.shop import catalogue
from webapp.shop.viewing import PDS

ORIGINAL = "photo"  # the first column of a contact sheet


FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)
LIKELY_PD = click.FloatRange(*PDS)


@click.command("try-on", short_help="Render frames on the faces of photo files.")
@click.argument("names", metavar="PHOTO FRAME OUT | PHOTO...", nargs=-1, required=True)
@click.option(
    "--frame",
    "frames",
    metavar="FRAME",
    multiple=True,
    help="Several photos: a frame to try on; repeat it, or say all.",
)
@click.option("--out", type=FOLDER, help="Several photos: the folder for the pictures.")
@click.option("--sheet", type=FILE, help="Several photos: a contact sheet of the faces, JPEG.")
@click.option("--variant", help="The colourway of frames named without one; else their first.")
@click.option("--face", type=click.IntRange(0), default=0, help="Of those in view; 0: the largest.")
@click.option("--pd", "pd_mm", type=LIKELY_PD, help="The distance between the pupils, mm.")
@click.option("--width", type=click.IntRange(64), help="Pixels; by default the photo's own width.")
@click.option(
    "--tint",
    type=click.FloatRange(0, 1),
    default=1.0,
    help="How dark photochromic lenses are, 0 clear to 1 darkened; default: darkened.",
)
@click.option("--quality", type=click.IntRange(1, 95), help="Of the JPEG; default: JPEG_QUALITY.")
@with_appcontext
@needs_database
@told
def try_on(
    names: tuple[str, ...],
    frames: tuple[str, ...],
    out: Path | None,
    sheet: Path | None,
    variant: str | None,
    face: int,
    pd_mm: float | None,
    width: int | None,
    tint: float,
    quality: int | None,
) -> None:
    """Render a frame of the catalogue on the face in a photo, as the shop does.

    \b
    One photo:  flask try-on me.jpg juno out.jpg
                flask try-on me.jpg juno/tortoise out.jpg
    Several:    flask try-on *.jpg --frame juno --frame orbit/gold --out pictures
                flask try-on *.jpg --frame all --sheet contact.jpg

    FRAME is a published frame's slug, or slug/variant. Nothing about the person is stored
    but the pictures asked for. With several photos, one that can't be used is reported and
    the others go on; the exit status is then 1.
    """  # noqa: D301
    wish = Wish(face, pd_mm, width, tint)
    quality = quality or current_app.config["JPEG_QUALITY"]
    if not frames:
        photo, frame, target = three(names, out or sheet)
        one(photo, choose([frame], variant)[0], target, wish, quality)
        return
    if out is None and sheet is None:
        raise click.UsageError("With --frame, say where the pictures go: --out or --sheet.")
    looks = choose(frames, variant)
    many = Many([Path(name) for name in names], looks, wish, quality, out)
    failed = many.run(sheet)
    sys.exit(1 if failed else 0)


def three(names: tuple[str, ...], misplaced: Path | None) -> tuple[Path, str, Path]:
    """Return PHOTO, FRAME and OUT."""
    if len(names) != 3 or misplaced:
        raise click.UsageError("Say PHOTO FRAME OUT, or PHOTO... with --frame and --out.")
    photo, frame, out = names
    return Path(photo), frame, Path(out)


def choose(frames: Iterable[str], variant: str | None) -> list[Look]:
    """Return the looks that are asked for by name; `all` is every published variant."""
    wanted: list[str] = []
    for name in frames:
        wanted += names_of(catalogue.published()) if name == "all" else [name]
    return [find_or_explain(name, variant) for name in wanted]


def find_or_explain(name: str, variant: str | None) -> Look:
    """Return the look of that name.

    Raises:
        click.ClickException: there is none; says what there is.
    """
    try:
        return find_look(name, variant)
    except NotFound:
        there = ", ".join(names_of(catalogue.published()))
        advice = f"There are: {there}" if there else "The catalogue is empty: flask demo load"
        asked = f"{name}/{variant}" if variant and "/" not in name else name
        raise click.ClickException(f"No published frame is called {asked}. {advice}") from None


def one(photo: Path, look: Look, out: Path, wish: Wish, quality: int) -> None:
    """Render one photo with one look into a file, or into a folder that exists."""
    target = out / f"{file_stem(photo.stem, look)}.jpg" if out.is_dir() else out
    for worn, picture in dress(photo, [look], wish):
        if worn is not None:
            write_file(target, encode_jpeg(picture.pixels, quality))
    click.echo(target)


def file_stem(photo: str, look: Look) -> str:
    """Return the name of a rendered picture without its ending."""
    return f"{photo}--{look.name.replace('/', '-')}"


@dataclass(frozen=True)
class Many:
    """Many photos, each with every look."""

    photos: list[Path]
    looks: list[Look]
    wish: Wish
    quality: int
    out: Path | None

    def run(self, sheet: Path | None) -> int:
        """Render all, report what can't be used, and return how many photos failed.

        Raises:
            OutputUnwritable: a picture or the sheet can't be written.
        """
        contact = Sheet([ORIGINAL, *(look.name for look in self.looks)])
        with tqdm(total=len(self.photos) * len(self.looks), unit="picture", disable=None) as bar:
            for stem, photo in zip(distinct_stems(self.photos), self.photos, strict=True):
                bar.set_description(photo.name)
                row = self.row(stem, photo)
                bar.update(len(self.looks))
                contact.rows.append(row)
                if row.reason:
                    bar.write(f"{photo}: {row.reason}", file=sys.stderr)
        for page in contact.write(sheet) if sheet else []:
            click.echo(page)
        return sum(bool(row.reason) for row in contact.rows)

    def row(self, stem: str, photo: Path) -> Row:
        """Render one photo with every look; its faces close up, or why there are none."""
        row = Row(photo.name)
        try:
            for look, picture in dress(photo, self.looks, self.wish):
                row.cells.append(close_up(picture))
                if look is not None and self.out is not None:
                    jpeg = encode_jpeg(picture.pixels, self.quality)
                    write_file(self.out / f"{file_stem(stem, look)}.jpg", jpeg)
        except OutputUnwritable:
            raise  # the next photo would fail alike
        except LorgnetteError as error:
            return Row(photo.name, row.cells, sentence(error))
        return row


def distinct_stems(photos: list[Path]) -> list[str]:
    """Return the photos' names without ending; a number tells apart what else were equal."""
    stems: list[str] = []
    for photo in photos:
        numbered = (f"{photo.stem}-{number}" for number in count(2))
        stems.append(next(stem for stem in chain([photo.stem], numbered) if stem not in stems))
    return stems
