"""Colour families: how shoppers name what a swatch shows."""

import colorsys
from enum import StrEnum

GREYISH = 0.18  # HSV saturation, 0 to 1, below which nobody names a hue
GREENISH = 0.06  # chroma from which a green is seen all the same: sage is no grey
DARKEST, LIGHTEST = 0.14, 0.80  # HLS lightness of black and of white
COOL = 0.02  # blue above red that tells a pale swatch of clear acetate from a white one
PALE = 0.66  # HLS lightness of pastels
VIVID = 0.42  # chroma from which an orange is no brown any more
HUES = (  # upper bound of each hue, degrees, and its name
    (16, "red"), (46, "orange"), (66, "yellow"), (168, "green"), (256, "blue"), (316, "purple"),
    (346, "pink"), (360, "red"),
)  # fmt: skip


class Colour(StrEnum):
    """A colour family, in the order in which shops list them."""

    BLACK = "black"
    GREY = "grey"
    WHITE = "white"
    CLEAR = "clear"
    BROWN = "brown"
    GOLD = "gold"
    RED = "red"
    PINK = "pink"
    ORANGE = "orange"
    YELLOW = "yellow"
    GREEN = "green"
    BLUE = "blue"
    PURPLE = "purple"


def family(swatch: str) -> Colour:
    """Return the family of a colour given as #rrggbb."""
    red, green, blue = (int(swatch[at : at + 2], 16) / 255 for at in (1, 3, 5))
    turn, light, _ = colorsys.rgb_to_hls(red, green, blue)
    most = max(red, green, blue)
    chroma = most - min(red, green, blue)
    name = next(name for bound, name in HUES if 360 * turn <= bound)
    if chroma < GREYISH * most and not (name == "green" and chroma > GREENISH):
        return grey(light, blue - red)
    return hued(name, light, chroma)


def grey(light: float, cool: float) -> Colour:
    """Return the family of a colour that hardly has a hue; `cool`: its blue above its red."""
    if light > LIGHTEST:
        return Colour.CLEAR if cool > COOL else Colour.WHITE
    return Colour.BLACK if light < DARKEST else Colour.GREY


def hued(name: str, light: float, chroma: float) -> Colour:
    """Return the family of a colour with a hue of that name."""
    if name == "red":
        return Colour.PINK if light > PALE else Colour.RED
    if name == "yellow" and chroma < VIVID:
        return Colour.GREEN  # olive
    if name != "orange":
        return Colour(name)
    if light < 0.46 or chroma < VIVID:  # wood, tortoiseshell, and plated metal where it is light
        return Colour.GOLD if light > 0.55 else Colour.BROWN
    return Colour.GOLD if chroma < 0.6 else Colour.ORANGE
