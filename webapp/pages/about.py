"""What the shop says about itself."""

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    redirect,
    render_template,
    request,
)
from flask.typing import ResponseReturnValue

from webapp.shop import photos, preferences
from webapp.web import addresses, language, visits

bp = Blueprint("about", __name__)


@bp.get("/privacy")
def privacy() -> ResponseReturnValue:
    """Say what is kept, how long and what never is, from the settings in force."""
    return render_template(
        "about/privacy.html",
        consent_version=preferences.consent_version(),
        mine=photos.of_visit(visits.known()) if visits.known() else [],
    )


@bp.post("/language")
def choose_language() -> ResponseReturnValue:
    """Speak another language from now on, on the page where it was asked for."""
    chosen = request.form.get("language", "")
    if chosen not in language.LANGUAGES:
        abort(400)
    language.choose(chosen)
    return redirect(addresses.to_return_to(request.form.get("next"), request.referrer), 303)


@bp.get("/favicon.ico")
def favicon() -> Response:
    """Send the mark to browsers that ask before they have read a page."""
    return current_app.send_static_file("img/mark.svg")
