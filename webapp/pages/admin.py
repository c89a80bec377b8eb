"""The back office: sign in, look at the catalogue, sign out."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.errors import LoginRefused
from webapp.pages.forms import LoginForm
from webapp.pages.frame_list import FILTERS, listed
from webapp.shop import accounts, catalogue
from webapp.web import limits, signin
from webapp.web.words import Problem, words_for

bp = Blueprint("admin", __name__, url_prefix="/admin")


@bp.route("/login", methods=["GET", "POST"])
@limits.logins
@limits.guesses
def login() -> ResponseReturnValue:
    """Sign an admin in, in a fresh session."""
    form = LoginForm(next=request.args.get("next"))
    if not form.validate_on_submit():
        return login_page(form), 422 if form.errors else 200
    try:
        admin = accounts.check(form.email.data, form.password.data)
    except LoginRefused as error:
        return login_page(form, words_for(error)), error.status
    signin.begin(admin)
    return redirect(way_back(form.next.data), 303)


@bp.post("/logout")
def logout() -> ResponseReturnValue:
    """Sign the admin out, on every device."""
    signin.end()
    return redirect(url_for("admin.login"), 303)


@bp.get("/")
@signin.needs("viewer")
def home() -> ResponseReturnValue:
    """Lead to the catalogue."""
    return redirect(url_for("admin.frames"), 303)


@bp.get("/frames")
@signin.needs("viewer")
def frames() -> ResponseReturnValue:
    """List the whole catalogue, drafts and retired frames too, by search and filters."""
    frames = catalogue.all_frames()
    return render_template(
        "admin/frames.html", frames=frames, listed=listed(frames), filters=FILTERS
    )


def login_page(form: LoginForm, problem: Problem | None = None) -> str:
    """Return the log-in form; what was refused is said without saying which half was wrong."""
    return render_template("admin/login.html", form=form, problem=problem)


def way_back(address: str | None) -> str:
    """Return the address asked for before log-in, if it is one of the back office."""
    home = url_for("admin.home")
    # "//" and "\" would lead a browser to another host
    safe = address and address.startswith(home) and "//" not in address and "\\" not in address
    return address if address and safe else url_for("admin.frames")
