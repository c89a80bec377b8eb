"""The back office's forms on its people: addresses, roles and passwords."""

from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, SelectChoice, SelectField
from wtforms.validators import EqualTo, InputRequired, Length

from webapp.pages.forms import LONGEST_PASSWORD

ROLES = [
    SelectChoice("viewer", "Viewer: looks"),
    SelectChoice("editor", "Editor: changes the catalogue"),
    SelectChoice("owner", "Owner: everything, people too"),
]


class RoleForm(FlaskForm):
    """A role."""

    role = SelectField("Role", choices=ROLES)


class InvitationForm(RoleForm):
    """Whom to invite, and as what."""

    email = EmailField(
        "E-mail",
        validators=[InputRequired("Please enter their e-mail address.")],
        render_kw={"autocomplete": "off"},
    )


class NewPasswordForm(FlaskForm):
    """A new password, twice."""

    new = PasswordField(
        "New password",
        validators=[InputRequired("Please choose a password."), Length(max=LONGEST_PASSWORD)],
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        "New password, once more",
        validators=[EqualTo("new", "The two passwords differ.")],
        render_kw={"autocomplete": "new-password"},
    )


class PasswordForm(NewPasswordForm):
    """One's own new password, allowed by the one of now."""

    old = PasswordField(
        "Your password of now",
        validators=[InputRequired("Please enter your password."), Length(max=LONGEST_PASSWORD)],
        render_kw={"autocomplete": "current-password"},
    )
