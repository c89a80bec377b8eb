"""`flask bench placement`: where frames are drawn, against where drawn heads truly wear them.

Errors are measured in the picture and divided by the true pixels a millimetre at the very
point, so a photo's size and a head's distance don't count. Arm A knows the person's PD and the
focal length, arm B neither. Beside the fit stands what most public fitting rooms do: a flat
picture of the frame, scaled by the eyes, rolled with them and laid on the nose's bridge, where
most lay it, and where it does best on these heads.
"""

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
import numpy as np
from tqdm import tqdm

from webapp.cli.problems import told
from webapp.cli.writing import write_json
from webapp.drawn.heads import (
    Likeness,
    ReferenceHead,
    looking,
    photograph,
    reference_head,
    someone,
    turned,
)
from webapp.drawn.misreading import Misreading
from webapp.drawn.wearing import worn
from webapp.eyewear.frame import Artwork, Build, Eyewear, SizeMarks
from webapp.fitting.anatomy import ADULT_PD, LEFT_IRIS, RIGHT_IRIS
from webapp.fitting.camera import FULL_FRAME_DIAGONAL
from webapp.fitting.fit import head_of, seat_frame
from webapp.fitting.scene import Camera, Floats, Pose

SIZE = (1500, 2000)  # px
FOCALS = (24.0, 70.0)  # mm, 35 mm equivalent
SHARES = (0.20, 0.60)  # of the photo's width that the face takes
NEAREST = 350.0  # mm
OFF_CENTRE = 0.10  # of the photo's sides by which a face stands aside
YAW, PITCH, ROLL = 30.0, 15.0, 20.0  # degrees, to either side
BEND = 2.0  # mm, noses' tips to either side
EARS_SIGMA = 1.5  # mm, one ear lower than the other
GAZE_SIGMA = 30.0  # mm about the camera at which people look
MOST_BRIDGE, MOST_LENSES = 1.0, 1.2  # mm, arm A's medians
MOST_OF_PASTE = 0.5
ARMS = ("A", "B")
WAYS = ("fit", "best paste", "usual paste")
POINTS = ("bridge", "lens centres")
# Landmarks of the nose's bridge on which a paste is laid: on the one, near to which frames sit on
# the average head, it does best of all; the other, between the eyes, is where most projects lay it.
BEST_BRIDGE, USUAL_BRIDGE = 6, 168
FILE = click.Path(path_type=Path, dir_okay=False)


@click.command
@click.option("--heads", type=click.IntRange(2), default=1000, show_default=True)
@click.option("--seed", type=int, default=4, show_default=True)
@click.option(
    "--noise",
    type=click.FloatRange(0),
    default=1.0,
    show_default=True,
    help="Times the landmark error measured for the model.",
)
@click.option("--json", "report", type=FILE, help="Also write the figures here.")
@told
def placement(heads: int, seed: int, noise: float, report: Path | None) -> None:
    """Measure where frames are drawn on heads whose millimetres are known."""
    rng = np.random.default_rng(seed)
    found = [
        measure(take(rng, FRAMES[k % len(FRAMES)], Misreading(noise)))
        for k in tqdm(range(heads), unit="head", disable=None)
    ]
    figures = summary(found, {"heads": heads, "seed": seed, "noise": noise})
    click.echo(table(figures))
    if report:
        write_json(report, figures)


BLANK = Artwork(
    front=np.zeros((2, 2, 4), np.uint8),
    lenses=np.full((2, 2), 255, np.uint8),
    temple=np.zeros((2, 2, 4), np.uint8),
    scale=1.0,
    centre=(0.0, 0.0),
    joint=(0.0, 0.0),
    ear=(0.0, 0.0),
)  # neither the fit nor the truth looks at pictures


def moulded(lens_width: float, bridge: float) -> Eyewear:
    """Return an acetate frame: all that the fit and the truth ask of it."""
    marks = SizeMarks(lens_width, 42.0, bridge, 145.0, 2 * lens_width + bridge + 20)
    return Eyewear(marks, BLANK, Build(tilt=9.0, vertex=12.0))


def padded(lens_width: float, bridge: float) -> Eyewear:
    """Return a metal frame, likewise."""
    marks = SizeMarks(lens_width, 42.0, bridge, 145.0, 2 * lens_width + bridge + 15)
    return Eyewear(marks, BLANK, Build(wrap=4.0, tilt=9.0, depth=2.2, pads=True))


FRAMES = (  # an even hand of what adults wear
    moulded(54, 17), padded(54, 18), moulded(51, 18), padded(51, 20),
    moulded(51, 19), padded(48, 21), moulded(49, 21), padded(58, 14),
)  # fmt: skip


@dataclass(frozen=True)
class Take:
    """One photo of one drawn head in one frame.

    `truth`: frame to camera. `landmarks`: as the network reads them, (478, 3) px.
    """

    head: ReferenceHead
    eyewear: Eyewear
    camera: Camera
    focal_35mm: float
    truth: Pose
    landmarks: Floats


def take(rng: np.random.Generator, eyewear: Eyewear, misreading: Misreading) -> Take:
    """Return a made-up person's photo, and where they wear the frame."""
    head = reference_head(lopsided_one(rng))
    focal_35mm = float(rng.uniform(*FOCALS))
    focal = focal_35mm / FULL_FRAME_DIAGONAL * math.hypot(*SIZE)
    camera = Camera(focal, ((SIZE[0] - 1) / 2, (SIZE[1] - 1) / 2))
    distance = max(focal * head.width / (SIZE[0] * rng.uniform(*SHARES)), NEAREST)
    yaw, pitch, roll = (float(rng.uniform(-most, most)) for most in (YAW, PITCH, ROLL))
    aside = rng.uniform(-OFF_CENTRE, OFF_CENTRE, 2) * SIZE * distance / focal
    pose = Pose(turned(yaw, pitch, roll).rotation, np.array([*aside, distance]))
    looked_at = np.append(rng.normal(0, GAZE_SIGMA, 2), 0.0)
    gazing = looking(head, (looked_at - pose.translation) @ pose.rotation)
    apart = head.pd * camera.focal / pose.translation[2]
    seen = photograph(gazing, camera, pose)
    landmarks = misreading.spoil(seen, apart, head.likeness.iris, rng)
    return Take(head, eyewear, camera, focal_35mm, pose.after(worn(eyewear, head)), landmarks)


def lopsided_one(rng: np.random.Generator) -> Likeness:
    """Return a made-up adult's likeness with a bent nose and uneven ears."""
    bend, ears = rng.uniform(-BEND, BEND), rng.normal(0, EARS_SIGMA)
    return replace(someone(rng), bend=float(bend), ears=float(ears))


def measure(taken: Take) -> dict[str, dict[str, list[float]]]:
    """Return {arm: {way: errors in mm at `marks_of` the frame}}."""
    marks = taken.truth.apply(marks_of(taken.eyewear))
    true = taken.camera.project(marks)
    pixels_per_mm = taken.camera.focal / marks[:, 2]
    errors: dict[str, dict[str, list[float]]] = {}
    for arm, knows in zip(ARMS, (True, False), strict=True):
        places = {
            "fit": fitted(taken, knows),
            "best paste": pasted(taken, knows, BEST_BRIDGE),
            "usual paste": pasted(taken, knows, USUAL_BRIDGE),
        }
        errors[arm] = {
            way: [float(one) for one in np.linalg.norm(at - true, axis=1) / pixels_per_mm]
            for way, at in places.items()
        }
    return errors


def marks_of(eyewear: Eyewear) -> Floats:
    """Return (3, 3): the bridge and both lens centres in frame coordinates, mm."""
    across = eyewear.marks.lens_centres / 2
    # Wrap takes the lenses back by as much as their planes turn, from the bridge outwards.
    back = (across - eyewear.marks.bridge / 2) * math.tan(math.radians(eyewear.build.wrap))
    return np.array([[0.0, 0.0, 0.0], [-across, 0.0, back], [across, 0.0, back]])


def fitted(taken: Take, knows: bool) -> Floats:
    """Return the pixels (3, 2) at which the fit puts the marks."""
    camera, head = head_of(
        taken.landmarks,
        SIZE,
        pd_mm=taken.head.pd if knows else None,
        focal_35mm=taken.focal_35mm if knows else None,
    )
    fit = seat_frame(camera, head, taken.eyewear)
    return camera.project(fit.frame_pose.apply(marks_of(taken.eyewear)))


def pasted(taken: Take, knows: bool, bridge: int) -> Floats:
    """Return the pixels (3, 2) at which a flat picture's marks lie, its bridge on a landmark's.

    It is scaled by the pupils, at the PD that is known or else the adults' mean, and rolled
    with them.
    """
    seen = taken.landmarks[:, :2]
    along = seen[LEFT_IRIS] - seen[RIGHT_IRIS]
    scaled = along / (taken.head.pd if knows else ADULT_PD)
    across = marks_of(taken.eyewear)[:, :1]
    laid: Floats = seen[bridge] + across * scaled
    return laid


def summary(found: list[dict[str, Any]], run: dict[str, Any]) -> dict[str, Any]:
    """Return the figures: medians and 90th percentiles in mm, and whether the bars are met."""
    arms = {arm: {way: spread([one[arm][way] for one in found]) for way in WAYS} for arm in ARMS}

    def middle(arm: str, way: str, point: str) -> float:
        return float(arms[arm][way][point]["median"])

    ratios = {
        paste: {
            arm: {point: middle(arm, "fit", point) / middle(arm, paste, point) for point in POINTS}
            for arm in ARMS
        }
        for paste in WAYS[1:]
    }
    bars = zip(POINTS, (MOST_BRIDGE, MOST_LENSES), strict=True)
    reached = {f"A, {point}": middle("A", "fit", point) <= most for point, most in bars}
    reached |= {
        f"{arm}, {point}, half of the {paste}": ratios[paste][arm][point] <= MOST_OF_PASTE
        for paste in WAYS[1:]
        for arm in ARMS
        for point in POINTS
    }
    return {"run": run, "millimetres": arms, "fit_over": ratios, "reached": reached}


def spread(errors: list[list[float]]) -> dict[str, dict[str, float]]:
    """Return {point: {"median", "p90"}} of errors at the bridge and both lens centres, mm."""
    marks = np.array(errors)
    return {
        point: {"median": float(np.median(some)), "p90": float(np.percentile(some, 90))}
        for point, some in zip(POINTS, (marks[:, 0], marks[:, 1:]), strict=True)
    }


def table(figures: dict[str, Any]) -> str:
    """Return the figures as lines of text."""
    run = figures["run"]
    lines = [
        f"{run['heads']} drawn heads, seed {run['seed']}, landmark error x {run['noise']:g}; "
        "mm in the picture, median (90th percentile)",
        f"{'':<16}{'fit':>13}{'best paste':>20}{'usual paste':>21}",
    ]
    for arm, known in zip(ARMS, ("PD and focal length known", "neither known"), strict=True):
        lines.append(f"arm {arm}: {known}")
        for point in POINTS:
            row = [f"  {point:<14}{told_as(figures['millimetres'][arm]['fit'][point]):>13}"]
            for paste in WAYS[1:]:
                error = told_as(figures["millimetres"][arm][paste][point])
                row.append(f"{error:>14} x {figures['fit_over'][paste][arm][point]:.2f}")
            lines.append(" ".join(row))
    for name, met in figures["reached"].items():
        lines.append(f"{name}: {'reached' if met else 'missed'}")
    return "\n".join(lines)


def told_as(one: dict[str, float]) -> str:
    """Return a median and its 90th percentile as text."""
    return f"{one['median']:.2f} ({one['p90']:.2f})"
