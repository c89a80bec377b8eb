"""The demo catalogue: what a small shop sells, under brands of the project's own."""

from webapp.drawn.assortment import wider_range
from webapp.drawn.collection import (
    AVIATOR,
    BROWLINE,
    CAT_EYE,
    GEOMETRIC,
    HALF_RIM,
    OVAL,
    PANTO,
    RECTANGLE,
    ROUND,
    SQUARE,
)
from webapp.drawn.fronts import STEEL
from webapp.drawn.listing import (
    BLACK,
    BURGUNDY,
    CRYSTAL,
    DARK_TIP,
    GOLD,
    GREY_HORN,
    GUNMETAL,
    HONEY,
    LIGHT_HAVANA,
    MATT_BLACK,
    NAVY,
    OLIVE,
    ROSE,
    ROSE_GOLD,
    SILVER,
    SMOKE,
    SMOKE_FADE,
    acetate,
    frame,
    half_metal,
    havana,
    metal,
    sheet_build,
    wire_build,
)
from webapp.drawn.listing import DemoFrame as DemoFrame
from webapp.drawn.listing import DemoVariant as DemoVariant
from webapp.drawn.models import Colours
from webapp.drawn.tints import (
    BLUE_MIRROR,
    BROWN,
    BROWN_FADE,
    CLEAR,
    GREEN,
    GREY,
    GREY_FADE,
)
from webapp.eyewear.frame import Build, Material


def demo_frames() -> list[DemoFrame]:
    """Return the demo catalogue; nothing is drawn before a variant's `artwork` is asked for."""
    return [*optical(), *sun(), *wider_range()]


def optical() -> list[DemoFrame]:
    """Return the prescription frames, with clear demo lenses."""
    return [
        frame("Aurel", ROUND, Material.METAL, "unisex", 12900, wire_build(64.6, -9.9), (
            ("Gold", "#d3aa61", CLEAR, metal(GOLD, DARK_TIP)),
            ("Silver", "#c9c9c7", CLEAR, metal(SILVER)),
            ("Matt black", "#1d1e20", CLEAR, metal(MATT_BLACK)),
        )),
        frame("Delphine", PANTO, Material.ACETATE, "unisex", 14900, sheet_build(68.4, -13.1), (
            ("Havana", "#7a4520", CLEAR, acetate(havana(3))),
            ("Black", "#111112", CLEAR, acetate(BLACK)),
            ("Crystal", "#dfe5e8", CLEAR, acetate(CRYSTAL)),
        )),
        frame("Merten", RECTANGLE, Material.ACETATE, "men", 11900, sheet_build(68.9, -13.9), (
            ("Black", "#111112", CLEAR, acetate(BLACK)),
            ("Grey horn", "#6f655c", CLEAR, acetate(GREY_HORN)),
            ("Navy", "#12213f", CLEAR, acetate(NAVY)),
        )),
        frame("Odette", CAT_EYE, Material.ACETATE, "women", 13900, sheet_build(68.4, -18.8), (
            ("Rose", "#dfa39c", CLEAR, acetate(ROSE)),
            ("Burgundy", "#5a1220", CLEAR, acetate(BURGUNDY)),
            ("Havana", "#7a4520", CLEAR, acetate(havana(12))),
        )),
        frame("Lambert", BROWLINE, Material.MIXED, "men", 15900, browline_build(), (
            ("Havana and gold", "#6b3c1c", CLEAR, half_metal(havana(23), GOLD)),
            ("Black and silver", "#141415", CLEAR, half_metal(BLACK, SILVER)),
        )),
        frame("Corvin", HALF_RIM, Material.METAL, "men", 12400, wire_build(67.6, -11.6), (
            ("Gunmetal", "#66686d", CLEAR, metal(GUNMETAL)),
            ("Rose gold", "#d8a58b", CLEAR, metal(ROSE_GOLD, DARK_TIP)),
        )),
        frame("Hesper", GEOMETRIC, Material.METAL, "women", 13200, wire_build(65.6, -9.6), (
            ("Rose gold", "#d8a58b", CLEAR, metal(ROSE_GOLD, DARK_TIP)),
            ("Matt black", "#1d1e20", CLEAR, metal(MATT_BLACK)),
        )),
        frame("Ottilie", OVAL, Material.ACETATE, "women", 11400, sheet_build(66.4, -8.5), (
            ("Olive", "#77784a", CLEAR, acetate(OLIVE)),
            ("Smoke fade", "#3a3c42", CLEAR, Colours(SMOKE_FADE, SMOKE, SMOKE, STEEL)),
            ("Light havana", "#b5803f", CLEAR, acetate(LIGHT_HAVANA)),
        )),
    ]  # fmt: skip


def sun() -> list[DemoFrame]:
    """Return the sun frames, with tinted lenses."""
    aviator = wire_build(68.1, -12.8, base_curve=6.0, wrap=6.0)
    square = sheet_build(71.4, -17.3, base_curve=6.0, wrap=6.5)
    return [
        frame("Solane", AVIATOR, Material.METAL, "unisex", 15400, aviator, (
            ("Gold green", "#c9a159", GREEN, metal(GOLD, BLACK)),
            ("Gunmetal grey", "#606368", GREY_FADE, metal(GUNMETAL)),
            ("Silver blue mirror", "#5b8fc7", BLUE_MIRROR, metal(SILVER)),
        )),
        frame("Bastide", SQUARE, Material.ACETATE, "unisex", 13400, square, (
            ("Black", "#111112", GREY, acetate(BLACK)),
            ("Havana", "#7a4520", BROWN_FADE, acetate(havana(31))),
            ("Honey", "#d59a50", BROWN, acetate(HONEY)),
        )),
    ]  # fmt: skip


def browline_build() -> Build:
    """Return the build of the browline: sheet temples, but pads on arms."""
    return Build(
        wrap=4.5, tilt=9.0, vertex=13.0, base_curve=4.0, depth=3.4, temple_thickness=3.4,
        hinge=(69.0, -15.7), pads=True,
    )  # fmt: skip
