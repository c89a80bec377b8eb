"""Up to four frames side by side on one face, in the same crop."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from webapp.pages import looks
from webapp.shop import favourites, photos, wall
from webapp.web import visits

bp = Blueprint("compare", __name__, url_prefix="/photos")


@bp.get("/<token>/compare")
def side_by_side(token: str) -> ResponseReturnValue:
    """Show the colourways that the address picks; what is no longer sold is left out."""
    visit = visits.known()
    photo = photos.get(token, visit)
    face = min(max(0, request.args.get("face", 0, int)), photo.faces - 1)
    look = looks.read(request.args)
    hung = wall.picked(token, visit, face, visits.told(token, face), look.picks)
    return render_template(
        "photos/compare.html",
        photo=photo,
        face=face,
        look=look,
        hung=hung,
        missing=len(look.picks) - len(hung),
        marked=favourites.marked(visit),
    )
