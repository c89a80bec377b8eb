"""The forms: what a page may send, and how each field is read."""

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, EmailField, FloatField, HiddenField, IntegerField, PasswordField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from webapp.shop.viewing import PDS

LONGEST_SLUG = 120
LONGEST_PASSWORD = 1000
MOST_FACES = 1000  # beyond any photo; the use case knows how many there are
PICTURES = "image/*,.heic,.heif,.avif"  # some systems don't count the last as images


class PhotoForm(FlaskForm):
    """A photo, chosen or taken just now, and its owner's agreement; the use case judges both."""

    consent = BooleanField("I agree that my photo is used to show glasses on my face.")
    photo = FileField("Choose a photo", render_kw={"accept": PICTURES})
    shot = FileField("Take a photo", render_kw={"accept": "image/*", "capture": "user"})

    def upload(self) -> bytes:
        """Return the file's bytes; none, when no file was chosen."""
        file = self.photo.data or self.shot.data
        return file.read() if file else b""


class PdForm(FlaskForm):
    """The PD of one of the photo's faces, as on a prescription; empty: measured in the photo."""

    pd_mm = FloatField(
        "Pupillary distance in millimetres",
        validators=[
            Optional(),
            NumberRange(*PDS, f"A PD lies between {PDS[0]:g} and {PDS[1]:g} mm."),
        ],
        render_kw={"inputmode": "decimal", "autocomplete": "off", "placeholder": "63"},
    )
    face = IntegerField(
        default=0, widget=HiddenInput(), validators=[Optional(), NumberRange(0, MOST_FACES)]
    )


class TryOnForm(PdForm):
    """A frame in one of its colourways, on one of the photo's faces, with a PD or without."""

    frame = HiddenField(validators=[DataRequired(), Length(max=LONGEST_SLUG)])
    variant = HiddenField(validators=[DataRequired(), Length(max=LONGEST_SLUG)])


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
