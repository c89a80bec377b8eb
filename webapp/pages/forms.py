"""The forms: what a page may send, and how each field is read."""

from flask import current_app
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, EmailField, FloatField, HiddenField, IntegerField, PasswordField
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput, NumberInput

from webapp.fitting.seat import Nudge
from webapp.shop import preferences
from webapp.shop.viewing import PDS

LONGEST_SLUG = 120
FARTHEST = 100.0  # mm or degrees, beyond any nose; the use case knows how far this one goes
STEPS = {  # what the buttons of a result do, mm and degrees
    "up": Nudge(up_mm=1),
    "down": Nudge(up_mm=-1),
    "nearer": Nudge(out_mm=-1),
    "farther": Nudge(out_mm=1),
    "tilt-more": Nudge(tilt_deg=2),
    "tilt-less": Nudge(tilt_deg=-2),
}
LONGEST_PASSWORD = 1000
MOST_FACES = 1000  # beyond any photo; the use case knows how many there are
PICTURES = "image/*,.heic,.heif,.avif"  # some systems don't count the last as images


class PhotoForm(FlaskForm):
    """A photo, chosen or taken just now, and its owner's agreement; the use case judges both."""

    consent = BooleanField(_("I agree that my photo is used to show glasses on my face."))
    photo = FileField(_("Choose a photo"), render_kw={"accept": PICTURES})
    shot = FileField(_("Take a photo"), render_kw={"accept": "image/*", "capture": "user"})
    agreed_to = HiddenField(default=preferences.consent_version)  # the words that were shown

    def upload(self) -> bytes:
        """Return the file's bytes; none, when no file was chosen.

        Of one that is too heavy they are no more than it takes to see that: many at once would
        else fill memory.
        """
        file = self.photo.data or self.shot.data
        most = int(current_app.config["MAX_UPLOAD_MB"] * 1_000_000)
        return file.read(most + 1) if file else b""


class Millimetres(FloatField):
    """A length in millimetres, with a decimal point or a comma, as people write it."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed."""
        super().process_formdata([one.strip().replace(",", ".") for one in valuelist])


class PdForm(FlaskForm):
    """The PD of one of the photo's faces, as on a prescription; empty: measured in the photo."""

    pd_mm = Millimetres(
        _("Pupillary distance in millimetres"),
        validators=[
            Optional(),
            NumberRange(*PDS, _("A PD lies between %(min)s and %(max)s mm.")),
        ],
        render_kw={"inputmode": "decimal", "autocomplete": "off", "placeholder": "63"},
    )
    face = IntegerField(
        default=0, widget=HiddenInput(), validators=[Optional(), NumberRange(0, MOST_FACES)]
    )
    wall = HiddenField()  # the query of the wall's address, to lead back to it as it was


def amount(low: float, high: float, default: float) -> FloatField:
    """Return a hidden number between two bounds."""
    checks = [Optional(), NumberRange(low, high)]
    return FloatField(default=default, widget=HiddenInput(), validators=checks)


class TryOnForm(PdForm):
    """A frame in one of its colourways, on one of the photo's faces, with a PD or without.

    `up`, `out` (mm), `tilt` (degrees): how it is moved from where it rests; `step`: the button
    that moves it on, or puts it back. `tint`: photochromic lenses' state, per cent.
    `lens`: one that the frame may be had with instead of the colourway's own.
    """

    frame = HiddenField(validators=[DataRequired(), Length(max=LONGEST_SLUG)])
    variant = HiddenField(validators=[DataRequired(), Length(max=LONGEST_SLUG)])
    lens = HiddenField(validators=[Optional(), Length(max=LONGEST_SLUG)])
    up = amount(-FARTHEST, FARTHEST, 0.0)
    out = amount(-FARTHEST, FARTHEST, 0.0)
    tilt = amount(-FARTHEST, FARTHEST, 0.0)
    tint = amount(0.0, 100.0, 100.0)
    step = HiddenField(validators=[Optional(), AnyOf([*STEPS, "reset"])])
    age = HiddenField(validators=[Optional(), AnyOf(["adult", "child"])])

    def nudge(self) -> Nudge:
        """Return how the frame is to be moved, its step taken."""
        if self.step.data == "reset":
            return Nudge()
        step = STEPS.get(self.step.data or "", Nudge())
        return Nudge(
            (self.up.data or 0.0) + step.up_mm,
            (self.out.data or 0.0) + step.out_mm,
            (self.tilt.data or 0.0) + step.tilt_deg,
        )

    def state(self) -> float:
        """Return photochromic lenses' state, 0 clear to 1 darkened."""
        return (100.0 if self.tint.data is None else self.tint.data) / 100


def place(label: LazyString) -> FloatField:
    """Return where a mark is, per cent of the photo's width or height."""
    words = _("Per cent of the photo, between 0 and 100.")
    return FloatField(
        label,
        validators=[InputRequired(words), NumberRange(0, 100, words)],
        widget=NumberInput(step=0.01, min=0, max=100),
    )


class CardForm(FlaskForm):
    """The two ends of a card held at the forehead, per cent of the photo from its top left."""

    x1 = place(_("Left edge of the card: from the photo's left"))
    y1 = place(_("Left edge of the card: from the photo's top"))
    x2 = place(_("Right edge of the card: from the photo's left"))
    y2 = place(_("Right edge of the card: from the photo's top"))

    def marks(self) -> list[tuple[float, float]]:
        """Return both marks as shares of the photo's width and height."""
        each = ((self.x1, self.y1), (self.x2, self.y2))
        return [(float(x.data or 0) / 100, float(y.data or 0) / 100) for x, y in each]


class LoginForm(FlaskForm):
    """An admin's address and password."""

    email = EmailField(
        "E-mail",
        validators=[InputRequired("Please enter your e-mail address.")],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(
        "Password",
        validators=[InputRequired("Please enter your password."), Length(max=LONGEST_PASSWORD)],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()
