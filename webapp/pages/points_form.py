"""The marks on a product photo: number fields, one for each coordinate."""

from collections.abc import Mapping
from typing import Any

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import FloatField
from wtforms.validators import InputRequired, NumberRange
from wtforms.widgets import NumberInput

from webapp.eyewear.calibration import Points

KINDS = {"lenses": "Lens", "hinges": "Hinge", "ends": "End"}
SIDES = ("left", "right")  # in the picture
FARTHEST = 20_000  # px, beyond any kept photo


def place(label: str) -> FloatField:
    """Return a coordinate, pixels of the photo."""
    told = "A number of pixels."
    return FloatField(
        label,
        validators=[InputRequired(told), NumberRange(-FARTHEST, FARTHEST, told)],
        widget=NumberInput(step=0.1),
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )


class PointsForm(FlaskForm):
    """Where the photo shows lenses, hinges and ends: pixels from its left and from its top."""

    lenses_left_x = place("Left lens, middle: from the left")
    lenses_left_y = place("Left lens, middle: from the top")
    lenses_right_x = place("Right lens, middle: from the left")
    lenses_right_y = place("Right lens, middle: from the top")
    hinges_left_x = place("Left hinge: from the left")
    hinges_left_y = place("Left hinge: from the top")
    hinges_right_x = place("Right hinge: from the left")
    hinges_right_y = place("Right hinge: from the top")
    ends_left_x = place("Left end: from the left")
    ends_left_y = place("Left end: from the top")
    ends_right_x = place("Right end: from the left")
    ends_right_y = place("Right end: from the top")

    def show(self, points: Points) -> None:
        """Fill the form with points."""
        for name, value in coordinates(points).items():
            self[name].data = value

    def facts(self) -> dict[str, Any]:
        """Return the points as `webapp.shop.products.points_of` reads them."""
        return {
            kind: [[self[f"{kind}_{side}_{axis}"].data for axis in "xy"] for side in SIDES]
            for kind in KINDS
        }


def coordinates(points: Points) -> dict[str, float]:
    """Return points by the names of the form's fields, to a tenth of a pixel."""
    each = dict(zip(KINDS, points.all(), strict=True))
    return {
        f"{kind}_{side}_{axis}": round(float(each[kind][row, column]), 1)
        for kind in KINDS
        for row, side in enumerate(SIDES)
        for column, axis in enumerate("xy")
    }


def facts_in(args: Mapping[str, str]) -> dict[str, Any] | None:
    """Return the points that an address asks for; None where it names none, or no numbers."""
    if not any(name in args for name in ("lenses_left_x", "hinges_left_x")):
        return None
    form = PointsForm(MultiDict(args), meta={"csrf": False})
    return form.facts() if form.validate() else None
