"""How a frame is listed in the demo catalogue, and the finishes and builds it is listed with."""

import re
from dataclasses import dataclass

from webapp.drawn.finishes import Acetate, Metal
from webapp.drawn.fronts import STEEL
from webapp.drawn.models import Colours, Model, draw
from webapp.drawn.tints import OPTICAL_LENSES, SUN_LENSES
from webapp.eyewear.frame import Artwork, Build, Lens, LensKind, Material, Shape, SizeMarks

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
    """A frame of the demo catalogue; `gender`: women, men, unisex or kids."""

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

    @property
    def lenses(self) -> tuple[tuple[tuple[Lens, str], int], ...]:
        """Return what it may be had with instead: (lens, label) and the cents it costs more."""
        clear = self.variants[0].lens.kind == LensKind.CLEAR
        return OPTICAL_LENSES if clear else SUN_LENSES


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
    brand: str = BRAND,
) -> DemoFrame:
    """Return a frame; `rows`: colour name, swatch, lens and label, finishes."""
    variants = tuple(
        DemoVariant(colour, slug_of(colour), swatch, lens, label, model, colours)
        for colour, swatch, (lens, label), colours in rows
    )
    return DemoFrame(
        name, brand, slug_of(name), model.shape, material, gender, model.marks, build,
        price_cents, CURRENCY, variants,
    )  # fmt: skip


def slug_of(name: str) -> str:
    """Return the name as it stands in an address."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


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
