"""The demo catalogue: what a small shop sells, under the project's own house brand."""

from dataclasses import dataclass

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
from webapp.drawn.finishes import Acetate, Metal
from webapp.drawn.fronts import STEEL
from webapp.drawn.models import Colours, Model, draw
from webapp.drawn.tints import (
    BLUE_MIRROR,
    BROWN,
    BROWN_FADE,
    CLEAR,
    GREEN,
    GREY,
    GREY_FADE,
)
from webapp.eyewear.frame import Artwork, Build, Lens, Material, Shape, SizeMarks

BRAND = "Lorgnette"
CURRENCY = "EUR"


@dataclass(frozen=True)
class DemoVariant:
    """A colourway: `swatch` is "#rrggbb" for the shop's colour dot."""

    name: str
    slug: str
    swatch: str
    lens: Lens
    lens_label: str
    model: Model
    colours: Colours

    def artwork(self) -> Artwork:
        """Draw the variant's artwork (about a second; nothing is kept)."""
        return draw(self.model, self.colours)


@dataclass(frozen=True)
class DemoFrame:
    """A frame of the demo catalogue; `gender` is "women", "men" or "unisex"."""

    name: str
    brand: str
    slug: str
    shape: Shape
    material: Material
    gender: str
    marks: SizeMarks
    build: Build
    price_cents: int
    currency: str
    variants: tuple[DemoVariant, ...]


def havana(seed: int, colours: tuple[str, ...] = ()) -> Acetate:
    """Return tortoiseshell acetate, each seed cut from another place of the sheet."""
    dyes = colours or ("#bf7a2c", "#874817", "#47220f", "#150a06")
    return Acetate(dyes, "havana", opacity=0.95, seed=seed)


BLACK = Acetate(("#080808",))
CRYSTAL = Acetate(("#ced6db",), opacity=0.25)
HONEY = Acetate(("#cf7f22",), opacity=0.52)
ROSE = Acetate(("#d58681",), opacity=0.5)
OLIVE = Acetate(("#77784a",), opacity=0.72)
NAVY = Acetate(("#0d1a33",))
BURGUNDY = Acetate(("#5a0f1c",), opacity=0.9)
GREY_HORN = Acetate(("#5e554d", "#94877a", "#2b2420"), "horn", opacity=0.97, seed=5)
LIGHT_HAVANA = Acetate(("#e0b066", "#c08a3e", "#8a5420", "#4c2a10"), "havana", opacity=0.9, seed=17)
SMOKE = Acetate(("#26282d",), opacity=0.9)
SMOKE_FADE = Acetate(("#15161a", "#cfd3d6"), "fade", opacity=0.98, opacity_low=0.42)

GOLD = Metal("#e6c78f")
ROSE_GOLD = Metal("#e3ad90")
SILVER = Metal("#dddcd8")
GUNMETAL = Metal("#6d6b69", 0.10)
MATT_BLACK = Metal("#0c0c0d", 0.12, painted=True)

DARK_TIP = havana(41)


def acetate(sheet: Acetate) -> Colours:
    """Return a variant cut whole from one sheet."""
    return Colours(sheet, sheet, sheet, STEEL)


def metal(plating: Metal, tip: Acetate = BLACK) -> Colours:
    """Return a variant in one plating, with acetate tips."""
    return Colours(plating, plating, tip, plating)


def half_metal(sheet: Acetate, plating: Metal) -> Colours:
    """Return a variant with an acetate brow and temples over metal rims."""
    return Colours(sheet, sheet, sheet, plating)


Row = tuple[str, str, tuple[Lens, str], Colours]


def frame(
    name: str,
    model: Model,
    material: Material,
    gender: str,
    price_cents: int,
    build: Build,
    rows: tuple[Row, ...],
) -> DemoFrame:
    """Return a frame of the house brand; `rows`: colour name, swatch, lens and label, finishes."""
    variants = tuple(
        DemoVariant(colour, slug_of(colour), swatch, lens, label, model, colours)
        for colour, swatch, (lens, label), colours in rows
    )
    return DemoFrame(
        name, BRAND, slug_of(name), model.shape, material, gender, model.marks, build,
        price_cents, CURRENCY, variants,
    )  # fmt: skip


def slug_of(name: str) -> str:
    """Return the name as it stands in an address."""
    return name.lower().replace(" ", "-")


def wire_build(x: float, y: float, base_curve: float = 4.0, wrap: float = 4.0) -> Build:
    """Return the build of a metal frame whose hinge is at (x, y)."""
    return Build(
        wrap=wrap, tilt=9.0, vertex=13.0, base_curve=base_curve, depth=2.2,
        temple_thickness=1.6, hinge=(x, y), pads=True,
    )  # fmt: skip


def sheet_build(x: float, y: float, base_curve: float = 4.0, wrap: float = 5.0) -> Build:
    """Return the build of an acetate frame whose hinge is at (x, y)."""
    return Build(
        wrap=wrap, tilt=9.0, vertex=12.0, base_curve=base_curve, depth=4.0,
        temple_thickness=3.8, hinge=(x, y),
    )  # fmt: skip


def demo_frames() -> list[DemoFrame]:
    """Return the demo catalogue; nothing is drawn before a variant's `artwork` is asked for."""
    return [*optical(), *sun()]


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
