"""The model card's figures, written from the evaluation so that they cannot drift from it."""

from collections.abc import Iterable
from typing import Any

BEGIN = (
    "<!-- Written by `flask --app wsgi model card` from webapp/faces/weights/evaluation.json. -->"
)
END = "<!-- End of what is written from the evaluation. -->"
# MediaPipe FaceMesh 0.10.21, the teacher, on exactly this measure.
TEACHER = {"inner": 2.69, "eyes": 1.81, "bridge": 2.48, "all": 3.64}
_PARTS = {
    "inner": "points 17–67",
    "eyes": "eyes, 36–47",
    "bridge": "bridge, 27–28",
    "all": "all 68",
}
_REGIONS = {
    "mesh": "whole mesh",
    "mesh, labels as given": "– against the labels as given, which lie half a pixel lower",
    "irises": "irises",
    "eyelids": "eyelids",
    "bridge": "bridge of the nose",
    "brows": "brows",
    "lips": "lips",
    "face's outline": "the face's outline",
    "sides": "sides by the ears",
    "depth": "depth (z)",
}
_GROUPS = {
    "yaw": "Turn of the head, degrees",
    "race": "Race, as FairFace labels it",
    "gender": "Gender, as FairFace labels it",
    "age": "Age, as FairFace labels it",
}

_DOUBT = "its teacher's views differ by, %"


def with_figures(card: str, figures: dict[str, Any]) -> str:
    """Return the model card with its figures' section written anew.

    Raises:
        ValueError: the card has no such section.
    """
    before, begin, rest = card.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("the card lacks the lines between which its figures stand")
    return f"{before}{BEGIN}\n\n{figures_section(figures)}\n{END}{after}"


def figures_section(figures: dict[str, Any]) -> str:
    """Return an evaluation as Markdown."""
    parts = (_heading, _size, _detection, _human68, _agreement, _groups, _speed)
    return "\n".join(part(figures) for part in parts)


def _heading(figures: dict[str, Any]) -> str:
    return (
        f"Version {figures['version']}, published {figures['made']}, evaluated "
        f"{figures['evaluated']} by `flask --app wsgi model evaluate --version shipped`, on data "
        "that touched neither weights nor thresholds.\n"
    )


def _size(figures: dict[str, Any]) -> str:
    rows = [
        (name, f"{own['parameters'] / 1e6:.2f} million", f"{own['bytes'] / 1e6:.2f} MB")
        for name, own in figures["size"].items()
    ]
    return "### Size\n\n" + _table(("Network", "Parameters", "File"), rows)


def _detection(figures: dict[str, Any]) -> str:
    photos, groups, faceless = figures["photos"], figures["groups"], figures["faceless"]
    placed = figures["placed"]
    turned = (f"{int(turn):+d}°: {found}" for turn, found in figures["turned"].items())
    rows = [
        (
            "Portraits whose face was found, its eyes' centres within 0.15 of the eyes' distance",
            f"{photos['found']} of {photos['faces']}",
        ),
        ("– the same portraits turned, clockwise as seen", ", ".join(turned)),
        ("Other faces reported in those portraits (nearly all are other people)", photos["false"]),
        (f"False faces in {faceless['pictures']} pictures without one", faceless["false"]),
        ("Boxed faces found in group pictures", f"{groups['found']} of {groups['faces']}"),
        ("– faces reported outside every box", groups["false"]),
        (
            "Faces of Helen and LFPW found in larger drawn scenes, 6 to 95 % of their width",
            f"{placed['found']} of {placed['faces']} "
            f"({100 * placed['found'] / placed['faces']:.1f} %)",
        ),
        ("– with their eyes' centres within 0.15 of the eyes' distance", placed["close"]),
        ("– false faces in those scenes, other people in the photos included", placed["false"]),
    ]
    return "### Finding faces\n\n" + _table(("", ""), rows)


def _human68(figures: dict[str, Any]) -> str:
    own, heights = figures["human68"], figures["heights"]
    rows = [(told, f"{own[part]:.2f}", f"{TEACHER[part]:.2f}") for part, told in _PARTS.items()]
    return (
        "### Against points set by people\n\n"
        f"{own['faces']} faces of Helen and LFPW, {100 * own['found']:.1f} % of them found. Error "
        "in % of the distance between the outer eye corners, the 68 points coming from a linear "
        "map of the 478 landmarks that is fitted in 5 folds.\n\n"
        + _table(("", "This model", "Its teacher, MediaPipe FaceMesh 0.10.21"), rows)
        + "\nThe map hides what is off alike in every face. People's points of lids and of the "
        f"corners of eyes and mouth lie {heights['aside']:.2f} % of the distance between the eyes "
        "further to the picture's right than the model's. It reads mirror images too and leans to "
        "neither side, so that this is how pixels were counted, and downwards as well; less that, "
        "the model's lie "
        f"{abs(heights['lower']):.2f} % {'lower' if heights['lower'] > 0 else 'higher'} than "
        f"people's (± {heights['sigma']:.2f}).\n"
    )


def _agreement(figures: dict[str, Any]) -> str:
    own = figures["agreement"]
    rows = [(told, f"{own['all'][region]:.2f}") for region, told in _REGIONS.items()]
    return (
        "### Agreement with the teacher\n\n"
        "This is **agreement, not truth**: where the teacher errs, a model that errs with it looks "
        f"good here. {own['faces']} FairFace faces kept out of training, in % of the 3-D distance "
        f"between the pupils; 95 % of faces are below {own['all']['p95 of faces']:.2f}. The first "
        "crop is the label's own, so the landmark network is measured apart from the detector.\n\n"
        + _table(("Region", "%"), rows)
    )


def _groups(figures: dict[str, Any]) -> str:
    own = figures["agreement"]
    tables = []
    for group, title in _GROUPS.items():
        rows = [
            (name, f"{told['mesh']:.2f}", f"{told['doubt']:.2f}", told["faces"])
            for name, told in sorted(own[group].items(), key=lambda item: _by_age(item[0]))
        ]
        tables.append(_table((title, "whole mesh, %", _DOUBT, "faces"), rows))
    return "\n".join(tables) + "\n" + _over_best(own)


def _over_best(own: dict[str, Any]) -> str:
    measures = ("mesh", "level", "doubt")
    least, level, doubt = (_least_over_best(own["race"], measure) for measure in measures)
    told = own["race over best"]
    return (
        f"The race group that agrees least is at {least:.2f} times the one that agrees best. "
        "Beside that figure:\n\n"
        f"- 95 % of draws of as many faces lie from {told['low']:.2f} to {told['high']:.2f}; were "
        f"the faces dealt to the groups by chance, it would be {told['alike']:.2f}.\n"
        f"- Were the heads of all groups turned alike, it would be {level:.2f}.\n"
        f"- On the {told['sure faces']} faces on which the teacher's four views, whose mean is the "
        f"label, differ by at most {told['sure to']:g} %, it is {told['sure']:.2f}; those views "
        f"lie apart by {doubt:.2f} times as much in the group that they differ most in as where "
        "least.\n"
        f"- Against the labels as given it is {told['labels as given']:.2f}.\n"
    )


def _least_over_best(groups: dict[str, dict[str, float]], measure: str) -> float:
    errors = [told[measure] for told in groups.values()]
    return max(errors) / min(errors)


def _by_age(name: str) -> tuple[int, str]:
    """Return what sorts 3-9 before 10-19, and words by the alphabet."""
    first = name.partition("-")[0]
    return (int(first), "") if first.isdigit() else (1000, name)


def _speed(figures: dict[str, Any]) -> str:
    own = figures["milliseconds"]
    return (
        "### Speed\n\n"
        "One CPU thread, the whole finder, portraits of 1280 pixels, the shortest of five times "
        f"each: median {own['median']:.0f} ms, 90th percentile {own['p90']:.0f} ms; "
        f"{own['batch']:.0f} ms each when 32 are read together.\n"
    )


def _table(head: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join("| " + " | ".join(str(cell) for cell in line) + " |\n" for line in lines)
