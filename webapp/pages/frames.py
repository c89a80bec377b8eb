"""The catalogue's product pictures, and the way to where a frame is sold."""

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp.errors import NotFound
from webapp.pages.answers import private_picture, product_picture
from webapp.shop import buying, catalogue, figures
from webapp.web import addresses, signin, visits

bp = Blueprint("frames", __name__, url_prefix="/frames")


@bp.get("/<frame>/<variant>.webp")
def picture(frame: str, variant: str) -> ResponseReturnValue:
    """Send the front of a frame in one of its colourways; of a draft, to admins alone."""
    if catalogue.frame(frame).status == "published":
        return product_picture(catalogue.picture(frame, variant), "image/webp")
    if signin.current() is None:
        raise NotFound
    return private_picture(catalogue.picture(frame, variant), "image/webp")


@bp.get("/<frame>/<variant>/shop")
def shop(frame: str, variant: str) -> ResponseReturnValue:
    """Lead to where the colourway is sold, which is the frame's own affair, and count it.

    Whoever comes from a page that still offers what was taken off meanwhile is led back to it.
    """
    counted = request.method == "GET" and request.headers.get("Sec-Purpose") is None
    try:
        there = buying.link_of(frame, variant, counted=counted, steps=visits.ahead())
    except NotFound:
        if not request.referrer:
            raise
        flash(
            gettext("This frame is not sold here any more. Your pictures of it stay as they are.")
        )
        return redirect(addresses.to_return_to(request.referrer), 303)
    if counted:
        visits.passed(figures.SHOP_LINK)
    response = redirect(there, 303)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
