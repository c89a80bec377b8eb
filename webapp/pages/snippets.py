"""What a shop puts on its own pages: a link or a frame for each colourway, by SKU."""

from urllib.parse import urlsplit

from flask import Blueprint, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.shop import catalogue, preferences
from webapp.web import embedding, signin

bp = Blueprint("snippets", __name__, url_prefix="/admin/snippets")

MOST = 50  # colourways on the page; a search narrows them down


@bp.get("")
@signin.needs("viewer")
def show() -> ResponseReturnValue:
    """Show the snippets of the colourways that match a search."""
    sites = preferences.sites()
    back = request.args.get("back", "").strip() or (f"{sites[0]}/cart" if sites else "")
    allowed = bool(back) and embedding.may_lead_to(back)
    sought = request.args.get("q", "").strip()[:120]
    found = [
        (frame, variant, address_of(variant.sku or variant.gtin or "", back if allowed else None))
        for frame, variant in catalogue.with_numbers(sought)
    ]
    return render_template(
        "admin/snippets.html",
        found=found[:MOST],
        total=len(found),
        sites=sites,
        back=back,
        allowed=allowed,
        sought=sought,
        secure=current_app.config["BASE_URL"].startswith("https://"),
    )


def address_of(number: str, back: str | None) -> str:
    """Return the whole address at which a shopper tries a colourway on."""
    path = url_for("doorway.enter", number=number, back=back)
    base = urlsplit(current_app.config["BASE_URL"])
    return f"{base.scheme}://{base.netloc}{path}"
