"""Whether a colour can be read on the shop's paper (WCAG 2.2, contrast of text)."""

import re

from webapp.errors import PreferenceInvalid

LEAST = 4.5  # what WCAG 2.2 AA asks of text
COLOUR = re.compile(r"#[0-9a-f]{6}")
# The grounds that the accent stands on, as in static/css/site.css, by day and in the dark.
GROUNDS = {
    "ACCENT": ("#faf7f1", "#fffdf9", "#f1ebe1"),
    "ACCENT_DARK": ("#171411", "#1f1b17", "#28231d"),
}


def luminance(colour: str) -> float:
    """Return the relative luminance of #rrggbb, 0 black to 1 white."""
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    red, green, blue = linear
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21.

    >>> round(contrast("#000000", "#ffffff"), 1)
    21.0
    """
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def readable(name: str, colour: str) -> str:
    """Return the colour, in small letters. Raises `PreferenceInvalid` where it can't be read."""
    colour = colour.strip().lower()
    if not COLOUR.fullmatch(colour):
        raise PreferenceInvalid(field=name, advice="a colour as #rrggbb")
    least = min(contrast(colour, ground) for ground in GROUNDS[name])
    if least < LEAST:
        lighter = name == "ACCENT_DARK"
        raise PreferenceInvalid(
            field=name,
            advice=(
                f"its contrast with the page is {least:.1f}, and {LEAST} is needed to be read: "
                f"choose a {'lighter' if lighter else 'darker'} one"
            ),
        )
    return colour
