"""The lenses that the demo catalogue sells, each with the label a shop prints."""

from webapp.eyewear.frame import Lens, LensKind

Rgb = tuple[float, float, float]
REC709 = (0.2126, 0.7152, 0.0722)  # luminance of linear RGB (ITU-R BT.709)


def tint(red: float, green: float, blue: float) -> Rgb:
    """Return the linear colour scaled to luminance 1, as `Lens.tint` wants it."""
    luminance = sum(w * c for w, c in zip(REC709, (red, green, blue), strict=True))
    return red / luminance, green / luminance, blue / luminance


GREY_TINT = tint(0.98, 1.0, 1.03)
GREEN_TINT = tint(0.82, 1.08, 0.72)
BROWN_TINT = tint(1.42, 0.94, 0.52)

CLEAR = (Lens(transmittance=0.97, tint=tint(0.995, 1.0, 0.995)), "Clear, anti-reflective")
GREY = (Lens(LensKind.SOLID, 0.13, GREY_TINT), "Grey, category 3")
GREEN = (Lens(LensKind.SOLID, 0.14, GREEN_TINT), "Green, category 3")
BROWN = (Lens(LensKind.SOLID, 0.22, BROWN_TINT), "Brown, category 2")
GREY_FADE = (Lens(LensKind.GRADIENT, 0.12, GREY_TINT, 0.50), "Grey gradient, category 3")
BROWN_FADE = (Lens(LensKind.GRADIENT, 0.14, BROWN_TINT, 0.55), "Brown gradient, category 3")
BLUE_FILTER = (Lens(transmittance=0.93, tint=tint(1.03, 1.0, 0.88)), "Blue-light filter")
ADAPTIVE = (
    Lens(LensKind.SOLID, 0.15, GREY_TINT, clear_transmittance=0.92),
    "Light-adaptive, grey",
)
POLARISED = (Lens(LensKind.SOLID, 0.12, GREY_TINT, polarised=True), "Grey, polarised, category 3")
BLUE_MIRROR = (
    Lens(LensKind.MIRROR, 0.12, GREY_TINT, reflectance=0.32, mirror_tint=(0.18, 0.46, 1.0)),
    "Blue mirror, category 3",
)

# What a frame may be had with instead of a colourway's own lens, and what it costs more, in cents.
OPTICAL_LENSES = ((BLUE_FILTER, 2500), (ADAPTIVE, 6900), (GREY, 3900), (BROWN_FADE, 4400))
SUN_LENSES = ((GREY, 0), (BROWN_FADE, 1500), (POLARISED, 4900), (BLUE_MIRROR, 3500))
