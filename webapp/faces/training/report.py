"""A version's whole evaluation: its figures, and pictures of its worst cases.

The pictures show evaluation photos, which must not enter the project: they go to
`instance/reports/`, where the admin finds them.
"""

import datetime
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from webapp.faces.cards import hashes, read_card
from webapp.faces.crops import apply, crop_matrix, face_frames, warp_crop
from webapp.faces.finder import FaceFinder
from webapp.faces.training import agreement, evaluate
from webapp.faces.training.chips import read_picture
from webapp.faces.training.heights import lower_than_people
from webapp.faces.training.placed import evaluate_placed, scene_of
from webapp.faces.training.speed import measure_size, measure_speed
from webapp.faces.versions import EVALUATION_FORMAT

TURNS = (-45, -30, 30, 45)  # degrees, clockwise as seen
WORST = 24  # cases a sheet
CELL = 240  # pixels, a cell's side
ACROSS = 6
_LINE = 18  # pixels, a line of writing
_MARGIN = 1.5  # of a case's crop: the face with its surroundings
_OURS, _THEIRS = (255, 60, 40), (40, 220, 90)  # the model's points, and those it is held against
_WHITE, _BLACK = (255, 255, 255), (20, 20, 20)


@dataclass(frozen=True)
class Case:
    """One picture of a sheet.

    title: what it is; picture: (CELL, CELL, 3) uint8 RGB, its points drawn in.
    """

    title: str
    picture: np.ndarray


@dataclass(frozen=True)
class Report:
    """A version's figures, as they stand in its evaluation.json, and its worst cases by measure."""

    figures: dict[str, Any]
    cases: dict[str, list[Case]]


def measure(folder: Path, shared: Path) -> Report:
    """Return everything that is measured of a version; it takes minutes.

    Args:
        folder: its weights and cards.
        shared: the folder that holds photos, groups, faceless and faces.

    Raises:
        ModelUnusable: its weights can't be used.
        TrainingDataBroken: a picture or a record can't be read.
    """
    finder = FaceFinder(folder)
    faces = shared / "faces"
    seen = evaluate.read_human68(finder, faces / "human68.npz")
    read = agreement.read_test_rows(folder, faces)
    figures = {
        **described(folder),
        "photos": asdict(evaluate.evaluate_photos(finder, shared / "photos")),
        "turned": {
            str(turn): evaluate.evaluate_turned(finder, shared / "photos", turn).found
            for turn in TURNS
        },
        "faceless": {
            "pictures": len(list((shared / "faceless").glob("*.jpg"))),
            **asdict(evaluate.evaluate_faceless(finder, shared / "faceless")),
        },
        "groups": asdict(evaluate.evaluate_groups(finder, shared / "groups")),
        "human68": evaluate.human68_figures(seen),
        "heights": lower_than_people(seen),
        "placed": evaluate_placed(finder, faces / "human68.npz"),
        "agreement": agreement.agreement_figures(read),
        "milliseconds": measure_speed(folder, portraits(shared / "photos")),
    }
    cases = {
        "human68": worst_of_human68(seen, faces / "human68.npz"),
        "agreement": worst_of_agreement(read),
        "detector": missed_and_invented(finder, figures, shared),
    }
    return Report(figures, cases)


def described(folder: Path) -> dict[str, Any]:
    """Return what the figures belong to: the weights' hashes, their name, date and size."""
    card = read_card(folder, "landmarks")
    return {
        "format": EVALUATION_FORMAT,
        "version": str(card.get("version", "")),
        "made": str(card.get("made", "")),
        "evaluated": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "weights": hashes(folder),
        "size": measure_size(folder),
    }


def portraits(folder: Path) -> list[np.ndarray]:
    """Return the portraits, (H, W, 3) uint8 RGB each."""
    return [read_picture(path) for path in sorted(folder.glob("*.jpg"))]


def worst_of_human68(seen: evaluate.Human68, path: Path) -> list[Case]:
    """Return the faces that are furthest from the points set by people, points 17-67."""
    errors = evaluate.human68_errors(seen.landmarks, seen.human)[:, 17:].mean(1)
    jpeg, offset, _ = evaluate.open_human68(path)
    cases = []
    for place in np.argsort(-errors)[:WORST]:
        row = int(seen.rows[place])
        photo = evaluate.decode_record(jpeg[offset[row] : offset[row + 1]], path, row)
        picture = _close_up(photo, seen.landmarks[place], seen.human[place])
        cases.append(Case(f"{row}: {errors[place]:.1f} %", picture))
    return cases


def worst_of_agreement(read: agreement.Reading) -> list[Case]:
    """Return the faces on which model and teacher differ most."""
    errors = read.errors.mean(1)
    return [
        Case(
            f"{place}: {errors[place]:.1f} %",
            _close_up(read.photos[place], read.landmarks[place], read.labels[place]),
        )
        for place in np.argsort(-errors)[:WORST]
    ]


def missed_and_invented(finder: FaceFinder, figures: dict[str, Any], shared: Path) -> list[Case]:
    """Return the pictures with a missed or a false face, and the faces seen in them."""
    cases = []
    for part in ("photos", "groups", "faceless"):
        named = [("missed", name) for name in figures[part]["missed"]]
        # In portraits, what is not the person whose points are known is mostly somebody else.
        extra = "other" if part == "photos" else "false"
        named += [(extra, name) for name in figures[part]["invented"]]
        for what, name in named:
            photo = read_picture(shared / part / name.partition(" (")[0])
            cases.append(Case(f"{what}: {name}", _overview(finder, photo)))
    path = shared / "faces" / "human68.npz"
    for row in figures["placed"]["missed"][:WORST]:
        cases.append(Case(f"missed: placed {row}", _overview(finder, scene_of(path, row))))
    return cases


def _close_up(photo: np.ndarray, ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Return a face upright with both sets of points on it."""
    matrix = crop_matrix(face_frames(ours[None])[0], CELL, _MARGIN)
    picture = warp_crop(photo, matrix, CELL)
    for points, colour in ((theirs, _THEIRS), (ours, _OURS)):
        for x, y in apply(matrix, points[:, :2].astype(np.float64)):
            if 0 <= x < CELL and 0 <= y < CELL:
                cv2.circle(picture, (round(x), round(y)), 1, colour, -1)
    return picture


def _overview(finder: FaceFinder, photo: np.ndarray) -> np.ndarray:
    """Return a whole photo on white with the boxes of the faces found."""
    marked = photo.copy()
    wide = max(2, max(photo.shape[:2]) // 120)
    for face in finder.find(photo):
        x, y, width, height = (round(side) for side in face.box)
        cv2.rectangle(marked, (x, y), (x + width, y + height), _OURS, wide)
    scale = CELL / max(photo.shape[:2])
    size = max(1, round(photo.shape[1] * scale)), max(1, round(photo.shape[0] * scale))
    small = cv2.resize(marked, size, interpolation=cv2.INTER_AREA)
    cell = np.full((CELL, CELL, 3), 255, np.uint8)
    cell[: size[1], : size[0]] = small
    return cell


def draw_sheet(cases: list[Case]) -> Image.Image:
    """Return the cases as a contact sheet, each with its title above it."""
    down = max(1, -(-len(cases) // ACROSS))
    page = Image.new("RGB", (CELL * ACROSS, (CELL + _LINE) * down), _WHITE)
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(12)
    for place, case in enumerate(cases):
        left, top = CELL * (place % ACROSS), (CELL + _LINE) * (place // ACROSS)
        pen.text((left + 3, top + 2), case.title, _BLACK, font)
        page.paste(Image.fromarray(case.picture), (left, top + _LINE))
    return page
