"""The wider range of the demo catalogue: what it is called, costs and comes in."""

from webapp.drawn.bending import hinge_of
from webapp.drawn.finishes import Acetate, Metal
from webapp.drawn.fronts import STEEL
from webapp.drawn.lineup import (
    BOLD_CAT,
    BOLD_PANTO,
    BROWLINE_SUN,
    GRAND_OVAL,
    GRAND_SQUARE,
    HEX_SHEET,
    KEYHOLE_ROUND,
    NAVIGATOR_SHEET,
    RIMLESS,
    RIMLESS_WIDE,
    SHIELD,
    SLIM_RECTANGLE,
    SMALL_AVIATOR,
    SMALL_RECTANGLE,
    SMALL_ROUND,
    SMALL_SUN,
    SOFT_CAT,
    WIDE_RECTANGLE,
    WIRE_HEX,
    WIRE_NAVIGATOR,
    WIRE_OVAL,
    WIRE_PANTO,
    WIRE_RECTANGLE,
)
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
    ROSE_GOLD,
    SILVER,
    SMOKE,
    DemoFrame,
    acetate,
    frame,
    half_metal,
    havana,
    metal,
    sheet_build,
    wire_build,
)
from webapp.drawn.models import Colours, Model
from webapp.drawn.tints import (
    BROWN,
    BROWN_FADE,
    BROWN_TINT,
    CLEAR,
    GREEN,
    GREY,
    GREY_FADE,
    GREY_TINT,
    tint,
)
from webapp.eyewear.frame import Build, Lens, LensKind, Material

ROSE_TINT = tint(1.30, 0.90, 0.95)
BLUE_TINT = tint(0.72, 1.00, 1.48)
YELLOW_TINT = tint(1.16, 1.04, 0.30)

PALE_ROSE = (Lens(LensKind.SOLID, 0.62, ROSE_TINT), "Rose, category 1")
PALE_YELLOW = (Lens(LensKind.SOLID, 0.70, YELLOW_TINT), "Yellow, category 1")
BLUE = (Lens(LensKind.SOLID, 0.30, BLUE_TINT), "Blue, category 2")
BLUE_FADE = (Lens(LensKind.GRADIENT, 0.20, BLUE_TINT, 0.65), "Blue gradient, category 2")
ROSE_FADE = (Lens(LensKind.GRADIENT, 0.24, ROSE_TINT, 0.70), "Rose gradient, category 2")
DARK_BROWN = (Lens(LensKind.SOLID, 0.06, BROWN_TINT), "Dark brown, category 4")
SILVER_MIRROR = (
    Lens(LensKind.MIRROR, 0.10, GREY_TINT, reflectance=0.34, mirror_tint=(0.80, 0.86, 0.92)),
    "Silver mirror, category 3",
)
FIRE_MIRROR = (
    Lens(LensKind.MIRROR, 0.13, BROWN_TINT, reflectance=0.30, mirror_tint=(1.0, 0.42, 0.10)),
    "Fire mirror, category 3",
)
GLACIER_MIRROR = (
    Lens(LensKind.MIRROR, 0.07, GREY_TINT, reflectance=0.36, mirror_tint=(0.42, 0.72, 1.0)),
    "Ice mirror, category 4",
)

SAGE = Acetate(("#8fa58b",), opacity=0.55)
SKY = Acetate(("#7fa7cc",), opacity=0.5)
BLUSH = Acetate(("#e6b7ad",), opacity=0.42)
CHAMPAGNE = Acetate(("#d9bd93",), opacity=0.4)
CORAL = Acetate(("#d2503f",), opacity=0.92)
TEAL = Acetate(("#0e5156",), opacity=0.93)
PLUM = Acetate(("#43183f",), opacity=0.9)
FOREST = Acetate(("#12321f",), opacity=0.95)
IVORY = Acetate(("#e7ddc8",))
WHITE = Acetate(("#e9eaeb",))
MATT_SHEET = Acetate(("#141516",), roughness=0.11)
BROWN_HORN = Acetate(("#6b4a30", "#a27a4f", "#2f1b10"), "horn", opacity=0.97, seed=9)
BLUE_HAVANA = havana(51, ("#4d79a8", "#234d7c", "#142f52", "#0a1426"))
RED_HAVANA = havana(57, ("#b8452e", "#8a2417", "#4d100c", "#1d0705"))
BROWN_FADED = Acetate(("#3a1f10", "#d9b48c"), "fade", opacity=0.97, opacity_low=0.45)
PLUM_FADED = Acetate(("#3c1638", "#e0b9c4"), "fade", opacity=0.97, opacity_low=0.45)

TITANIUM = Metal("#a9a6a0", 0.16)
BRONZE = Metal("#9c7650", 0.12)
CHAMPAGNE_GOLD = Metal("#e0cfae", 0.10)
MATT_NAVY = Metal("#14203a", 0.13, painted=True)
MATT_GREEN = Metal("#1d3a2c", 0.13, painted=True)
CHERRY = Metal("#6e1420", 0.08, painted=True)

CALM, SPORT, SMALL = "Ardelune", "Corvessa", "Pipwick"


def two_tone(front: Acetate, temple: Acetate) -> Colours:
    """Return a variant whose temples are cut from another sheet than its front."""
    return Colours(front, temple, temple, STEEL)


def sheet(model: Model, base_curve: float = 4.0, wrap: float = 5.0) -> Build:
    """Return the build of an acetate model."""
    return sheet_build(*hinge_of(model), base_curve, wrap)


def wire(model: Model, base_curve: float = 4.0, wrap: float = 4.0) -> Build:
    """Return the build of a metal model."""
    return wire_build(*hinge_of(model), base_curve, wrap)


def wider_range() -> list[DemoFrame]:
    """Return the frames beside the house collection."""
    return [*optical_sheets(), *optical_wires(), *small(), *sun_sheets(), *sun_wires()]


def optical_sheets() -> list[DemoFrame]:
    """Return the prescription frames in acetate."""
    return [
        frame("Tamsin", KEYHOLE_ROUND, Material.ACETATE, "unisex", 14200, sheet(KEYHOLE_ROUND), (
            ("Brown horn", "#6b4a30", CLEAR, acetate(BROWN_HORN)),
            ("Sage", "#9fb09b", CLEAR, acetate(SAGE)),
            ("Champagne", "#dcc7a4", CLEAR, acetate(CHAMPAGNE)),
        ), CALM),
        frame("Gerrit", BOLD_PANTO, Material.ACETATE, "men", 16900, sheet(BOLD_PANTO), (
            ("Forest", "#12321f", CLEAR, acetate(FOREST)),
            ("Havana", "#7a4520", CLEAR, acetate(havana(61))),
            ("Black and crystal", "#3b3d40", CLEAR, two_tone(BLACK, CRYSTAL)),
        )),
        frame("Linus", SLIM_RECTANGLE, Material.ACETATE, "unisex", 9900, sheet(SLIM_RECTANGLE), (
            ("Matt black", "#141516", CLEAR, acetate(MATT_SHEET)),
            ("Blue havana", "#31567f", CLEAR, acetate(BLUE_HAVANA)),
        )),
        frame("Anselm", WIDE_RECTANGLE, Material.ACETATE, "men", 12900, sheet(WIDE_RECTANGLE), (
            ("Smoke", "#26282d", CLEAR, acetate(SMOKE)),
            ("Grey horn", "#6f655c", CLEAR, acetate(GREY_HORN)),
        )),
        frame("Ysolde", GRAND_SQUARE, Material.ACETATE, "women", 14900, sheet(GRAND_SQUARE), (
            ("Blush", "#e8c4bb", CLEAR, acetate(BLUSH)),
            ("Brown fade", "#5b3a22", CLEAR, two_tone(BROWN_FADED, havana(67))),
            ("Teal", "#0e5156", CLEAR, acetate(TEAL)),
        ), CALM),
        frame("Mireille", SOFT_CAT, Material.ACETATE, "women", 13400, sheet(SOFT_CAT), (
            ("Plum fade", "#5d3054", CLEAR, two_tone(PLUM_FADED, PLUM)),
            ("Red havana", "#8a2f20", CLEAR, acetate(RED_HAVANA)),
        ), CALM),
        frame("Jorinde", HEX_SHEET, Material.ACETATE, "unisex", 14400, sheet(HEX_SHEET), (
            ("Light havana", "#b5803f", CLEAR, acetate(LIGHT_HAVANA)),
            ("Burgundy", "#5a1220", CLEAR, acetate(BURGUNDY)),
        )),
    ]  # fmt: skip


def optical_wires() -> list[DemoFrame]:
    """Return the prescription frames in metal, rimless ones too."""
    return [
        frame("Cassian", WIRE_PANTO, Material.METAL, "unisex", 18900, wire(WIRE_PANTO), (
            ("Titanium", "#a9a6a0", CLEAR, metal(TITANIUM)),
            ("Bronze", "#9c7650", CLEAR, metal(BRONZE, DARK_TIP)),
        ), CALM),
        frame("Ilse", WIRE_HEX, Material.METAL, "women", 13900, wire(WIRE_HEX), (
            ("Champagne gold", "#dccaa8", CLEAR, metal(CHAMPAGNE_GOLD, LIGHT_HAVANA)),
            ("Cherry", "#6e1420", CLEAR, metal(CHERRY, BURGUNDY)),
        )),
        frame("Edda", WIRE_OVAL, Material.METAL, "women", 11900, wire(WIRE_OVAL), (
            ("Rose gold", "#d8a58b", CLEAR, metal(ROSE_GOLD, DARK_TIP)),
            ("Silver", "#c9c9c7", CLEAR, metal(SILVER)),
        )),
        frame("Ruben", WIRE_RECTANGLE, Material.METAL, "men", 12900, wire(WIRE_RECTANGLE), (
            ("Matt navy", "#14203a", CLEAR, metal(MATT_NAVY, NAVY)),
            ("Gunmetal", "#66686d", CLEAR, metal(GUNMETAL)),
        )),
        frame("Elowen", RIMLESS, Material.METAL, "women", 19900, wire(RIMLESS), (
            ("Gold", "#d3aa61", CLEAR, metal(GOLD, DARK_TIP)),
            ("Titanium", "#a9a6a0", CLEAR, metal(TITANIUM)),
        ), CALM),
        frame("Henrik", RIMLESS_WIDE, Material.METAL, "men", 19900, wire(RIMLESS_WIDE), (
            ("Gunmetal", "#66686d", CLEAR, metal(GUNMETAL)),
            ("Matt black", "#1d1e20", CLEAR, metal(MATT_BLACK)),
        ), CALM),
    ]  # fmt: skip


def small() -> list[DemoFrame]:
    """Return the children's frames."""
    return [
        frame("Pim", SMALL_ROUND, Material.ACETATE, "kids", 7900, sheet(SMALL_ROUND), (
            ("Sky", "#8fb2d3", CLEAR, acetate(SKY)),
            ("Coral", "#d2503f", CLEAR, acetate(CORAL)),
            ("Havana", "#7a4520", CLEAR, acetate(havana(71))),
        ), SMALL),
        frame("Fenna", SMALL_RECTANGLE, Material.ACETATE, "kids", 7900, sheet(SMALL_RECTANGLE), (
            ("Navy and sky", "#12213f", CLEAR, two_tone(NAVY, SKY)),
            ("Plum", "#43183f", CLEAR, acetate(PLUM)),
        ), SMALL),
        frame("Mats", SMALL_SUN, Material.ACETATE, "kids", 6900, sheet(SMALL_SUN), (
            ("Teal", "#0e5156", GREY, acetate(TEAL)),
            ("Coral", "#d2503f", BROWN, acetate(CORAL)),
        ), SMALL),
    ]  # fmt: skip


def sun_sheets() -> list[DemoFrame]:
    """Return the sun frames in acetate, and the shield."""
    return [
        frame("Valerie", BOLD_CAT, Material.ACETATE, "women", 15900, sheet(BOLD_CAT, 6, 6), (
            ("Black", "#111112", GREY_FADE, acetate(BLACK)),
            ("Ivory", "#e7ddc8", BROWN_FADE, acetate(IVORY)),
            ("Burgundy", "#5a1220", ROSE_FADE, acetate(BURGUNDY)),
        ), CALM),
        frame("Oriane", GRAND_OVAL, Material.ACETATE, "women", 13900, sheet(GRAND_OVAL, 6, 6), (
            ("Honey", "#d59a50", PALE_ROSE, acetate(HONEY)),
            ("Black", "#111112", GREY, acetate(BLACK)),
        ), CALM),
        frame("Navarro", NAVIGATOR_SHEET, Material.ACETATE, "men", 14900,
            sheet(NAVIGATOR_SHEET, 6, 7), (
            ("Havana", "#7a4520", GREEN, acetate(havana(83))),
            ("Matt black", "#141516", SILVER_MIRROR, acetate(MATT_SHEET)),
        )),
        frame("Kestrel", SHIELD, Material.ACETATE, "unisex", 17900, visor_build(), (
            ("Matt black", "#141516", FIRE_MIRROR, acetate(MATT_SHEET)),
            ("White", "#e9eaeb", GLACIER_MIRROR, acetate(WHITE)),
            ("Navy", "#12213f", PALE_YELLOW, acetate(NAVY)),
        ), SPORT),
    ]  # fmt: skip


def visor_build() -> Build:
    """Return the shield's build: base 8, close to the face, little tilt."""
    return Build(
        wrap=11.0, tilt=6.0, vertex=14.0, base_curve=8.0, depth=3.0, temple_thickness=3.0,
        hinge=hinge_of(SHIELD),
    )  # fmt: skip


def sun_wires() -> list[DemoFrame]:
    """Return the sun frames in metal and in metal and acetate."""
    browline = Build(
        wrap=5.5, tilt=9.0, vertex=13.0, base_curve=6.0, depth=3.4, temple_thickness=3.4,
        hinge=hinge_of(BROWLINE_SUN), pads=True,
    )  # fmt: skip
    return [
        frame("Tiber", WIRE_NAVIGATOR, Material.METAL, "men", 15900, wire(WIRE_NAVIGATOR, 6, 6), (
            ("Gold brown", "#c9a159", DARK_BROWN, metal(GOLD, DARK_TIP)),
            ("Matt black", "#1d1e20", GREY, metal(MATT_BLACK)),
            ("Matt green", "#1d3a2c", GREEN, metal(MATT_GREEN)),
        )),
        frame("Juno", SMALL_AVIATOR, Material.METAL, "women", 13900, wire(SMALL_AVIATOR, 6, 6), (
            ("Rose gold", "#d8a58b", ROSE_FADE, metal(ROSE_GOLD, DARK_TIP)),
            ("Silver blue", "#9db4c9", BLUE_FADE, metal(SILVER)),
        )),
        frame("Leander", BROWLINE_SUN, Material.MIXED, "unisex", 16400, browline, (
            ("Havana green", "#6b3c1c", GREEN, half_metal(havana(91), GOLD)),
            ("Black blue", "#141415", BLUE, half_metal(BLACK, SILVER)),
        )),
    ]  # fmt: skip
