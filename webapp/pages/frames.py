"""The catalogue's product pictures."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from webapp.errors import NotFound
from webapp.pages.answers import private_picture, product_picture
from webapp.shop import catalogue
from webapp.web import signin

bp = Blueprint("frames", __name__, url_prefix="/frames")


@bp.get("/<frame>/<variant>.webp")
def picture(frame: str, variant: str) -> ResponseReturnValue:
    """Send the front of a frame in one of its colourways; of a draft, to admins alone."""
    if catalogue.frame(frame).status == "published":
        return product_picture(catalogue.picture(frame, variant), "image/webp")
    if signin.current() is None:
        raise NotFound
    return private_picture(catalogue.picture(frame, variant), "image/webp")
