"""The catalogue's product pictures."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from webapp.pages.answers import product_picture
from webapp.shop import catalogue

bp = Blueprint("frames", __name__, url_prefix="/frames")


@bp.get("/<frame>/<variant>.webp")
def picture(frame: str, variant: str) -> ResponseReturnValue:
    """Send the front of a frame in one of its colourways."""
    return product_picture(catalogue.picture(frame, variant), "image/webp")
