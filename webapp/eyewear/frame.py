"""A pair of glasses as a thing: size marks, build, lens and artwork.

The frame's own coordinates, in millimetres: the origin is the boxing centre (midway
between the two lenses' boxes, on the datum line) on the front surface; x runs to the
onlooker's right (the wearer's left), y down, z away from the onlooker, towards the face.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from webapp.errors import InvalidFrame

# Millimetres that a sane frame has; outside them a figure is a slip of the pen.
LENS_WIDTHS = (28.0, 75.0)
LENS_HEIGHTS = (15.0, 70.0)
BRIDGES = (8.0, 32.0)
TEMPLES = (90.0, 170.0)
TRIMS = (0.0, 32.0)  # overall width less (2 lenses + bridge): rims, end pieces and hinges

REC709 = (0.2126, 0.7152, 0.0722)  # luminance of linear RGB (ITU-R BT.709)


class Shape(StrEnum):
    """A front's shape, as shops name it."""

    ROUND = "round"
    PANTO = "panto"
    OVAL = "oval"
    SQUARE = "square"
    RECTANGLE = "rectangle"
    CAT_EYE = "cat-eye"
    BROWLINE = "browline"
    AVIATOR = "aviator"
    NAVIGATOR = "navigator"
    HEXAGONAL = "hexagonal"
    SHIELD = "shield"
    RIMLESS = "rimless"
    HALF_RIM = "half-rim"
    GEOMETRIC = "geometric"


class Material(StrEnum):
    """What the front is made of."""

    ACETATE = "acetate"
    METAL = "metal"
    MIXED = "mixed"


class Gender(StrEnum):
    """Whom a frame is made for."""

    WOMEN = "women"
    MEN = "men"
    UNISEX = "unisex"
    KIDS = "kids"


class Type(StrEnum):
    """Whether a frame is sold for a prescription or for the sun."""

    OPTICAL = "optical"
    SUN = "sun"


class LensKind(StrEnum):
    """How a lens is tinted."""

    CLEAR = "clear"
    SOLID = "solid"
    GRADIENT = "gradient"
    MIRROR = "mirror"


@dataclass(frozen=True)
class SizeMarks:
    """A frame's boxing-system measures, in millimetres (ISO 8624).

    `lens_width` is A, `lens_height` B, `bridge` DBL, `temple` the temple's length; `width`
    is what a caliper measures across the front, hinges included.
    """

    lens_width: float
    lens_height: float
    bridge: float
    temple: float
    width: float

    def __post_init__(self) -> None:
        """Refuse impossible figures.

        Raises:
            InvalidFrame: a figure is outside what frames have.
        """
        within("lens_width", self.lens_width, LENS_WIDTHS)
        within("lens_height", self.lens_height, LENS_HEIGHTS)
        within("bridge", self.bridge, BRIDGES)
        within("temple", self.temple, TEMPLES)
        boxes = 2 * self.lens_width + self.bridge
        within("width", self.width, (boxes + TRIMS[0], boxes + TRIMS[1]))

    def __str__(self) -> str:
        """Return the marks as printed inside a temple: 52□18-140."""
        return f"{self.lens_width:g}□{self.bridge:g}-{self.temple:g}"

    @property
    def lens_centres(self) -> float:
        """The distance between the boxes' centres (the frame PD), mm."""
        return self.lens_width + self.bridge


def within(name: str, value: float, bounds: tuple[float, float]) -> None:
    """Raise `InvalidFrame` unless `value` lies within `bounds`, both included."""
    low, high = bounds
    if not low <= value <= high:
        raise InvalidFrame(field=name, value=value, advice=f"{low:g} to {high:g} mm")


@dataclass(frozen=True)
class Build:
    """How a frame is built and sits by default.

    `wrap`: each lens plane's turn away from the front's, degrees (face-form angle is the
    two together). `tilt`: pantoscopic, lower rims towards the cheeks, degrees. `vertex`:
    cornea to the back of the lens, mm. `base_curve`: of the lens front, dioptres; its
    radius is 530 / base_curve mm. `depth`: the rim from front to back, mm.
    `temple_thickness`: mm, seen from above. `hinge`: (x, y) of the wearer's left hinge in
    the frame's coordinates, mm; the other is its mirror image. `pads`: the frame rests on
    nose pads on arms (metal) rather than on a moulded bridge.
    """

    wrap: float = 5.0
    tilt: float = 10.0
    vertex: float = 13.0
    base_curve: float = 4.0
    depth: float = 4.0
    temple_thickness: float = 4.0
    hinge: tuple[float, float] = (66.0, -8.0)
    pads: bool = False


@dataclass(frozen=True)
class Lens:
    """A lens: its kind and how much light of which colour it lets through.

    `transmittance` is luminous, 0 to 1, at the lens centre; `tint` is linear-light RGB
    whose Rec. 709 luminance is 1 (so tint times transmittance is the colour let through, paler
    where a channel would let through more than all). A gradient runs from `transmittance` at
    its top to `transmittance_bottom` at its bottom. `reflectance`: share of light mirrored, 0.04
    for a plain coated lens, up to 0.4 for a mirror; `mirror_tint`: linear RGB of that reflection.
    A photochromic lens has a `clear_transmittance` too, of its state indoors; all else tells of
    its darkened state.
    `polarised`: it swallows most of the glare that comes off level surfaces.
    """

    kind: LensKind = LensKind.CLEAR
    transmittance: float = 0.92
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    transmittance_bottom: float | None = None
    reflectance: float = 0.04
    mirror_tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    clear_transmittance: float | None = None
    polarised: bool = False

    def __post_init__(self) -> None:
        """Refuse shares of light outside 0 to 1.

        Raises:
            InvalidFrame: a share is out of range, or a photochromic lens darkens to brighter.
        """
        shares = {"transmittance": self.transmittance, "transmittance_bottom": self.bottom}
        for name, share in shares.items():
            if not 0.0 < share <= 1.0:
                raise InvalidFrame(field=name, value=share, advice="above 0, at most 1")
        clear = self.clear_transmittance
        if clear is not None and not max(shares.values()) <= clear <= 1.0:
            advice = "at least the darkened state's, at most 1"
            raise InvalidFrame(field="clear_transmittance", value=clear, advice=advice)

    @property
    def bottom(self) -> float:
        """The transmittance at the lens's lower edge: the top's but for gradients."""
        if self.transmittance_bottom is None:
            return self.transmittance
        return self.transmittance_bottom

    def passes(self, down: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the linear RGB (..., 3) let through at heights `down`, 0 top to 1 bottom edge.

        A gradient runs evenly. No channel lets through more than all: where the tint would, it
        is mixed with neutral until it does not, which keeps the hue and the luminance.
        """
        share = self.transmittance + np.clip(down, 0, 1) * (self.bottom - self.transmittance)
        colour = np.asarray(self.tint) - 1
        room = (1 / share - 1) / max(float(colour.max()), 1e-9)
        passed: NDArray[np.float64] = share[..., None] * (
            1 + np.minimum(room, 1.0)[..., None] * colour
        )
        return np.minimum(passed, 1.0)  # the last bit of a rounding

    @property
    def photochromic(self) -> bool:
        """Whether the lens darkens in the sun."""
        return self.clear_transmittance is not None

    def at(self, state: float) -> "Lens":
        """Return the lens fixed in a state: 0 clear to 1 darkened, clipped there.

        What lets light through is the share of dye that the sun has woken, so optical
        density runs evenly with the state (Beer-Lambert), and so does each channel's, from a
        neutral clear lens. A lens that is not photochromic comes back as it is.
        """
        clear = self.clear_transmittance
        if clear is None:
            return self
        state = min(max(state, 0.0), 1.0)
        bottom = self.transmittance_bottom
        asleep = clear ** (1 - state)
        colour = np.asarray(self.tint) ** state
        red, green, blue = (colour / (colour @ REC709)).tolist()
        return replace(
            self,
            transmittance=asleep * self.transmittance**state,
            transmittance_bottom=None if bottom is None else asleep * bottom**state,
            tint=(red, green, blue) if state < 1 else self.tint,
            clear_transmittance=None,
        )

    @property
    def category(self) -> int:
        """The sun-lens category 0 to 4 (80-100, 43-80, 18-43, 8-18, 3-8 % let through)."""
        return sum(self.transmittance < floor for floor in (0.80, 0.43, 0.18, 0.08))


@dataclass(frozen=True)
class Artwork:
    """A variant's pictures, flat, as a product photo shows them, lenses taken out.

    `front`: (H, W, 4) uint8, sRGB, straight alpha: rims, bridge, pads and end pieces seen
    square on, transparent elsewhere (through the lenses too). `lenses`: (H, W) uint8, each
    pixel's share inside either lens, 255 whole, reaching a little under the rims.
    `temple`: (h, w, 4) uint8, sRGB, straight alpha: the wearer's LEFT temple seen from its
    outside, laid flat, hinge at the left, tip at the right, its bend at the ear drawn.
    `scale`: pixels per millimetre of all three. `centre`: (x, y) of the boxing centre in
    `front`, pixels. `joint`: (x, y) of the hinge in `temple`, pixels; `ear`: (x, y) of the
    bend's underside in `temple`, pixels: that point lies on the ear.
    """

    front: NDArray[np.uint8]
    lenses: NDArray[np.uint8]
    temple: NDArray[np.uint8]
    scale: float
    centre: tuple[float, float]
    joint: tuple[float, float]
    ear: tuple[float, float]

    def __post_init__(self) -> None:
        """Refuse pictures that don't belong together.

        Raises:
            InvalidFrame: a picture has no alpha, or the lenses don't cover the front.
        """
        for name, picture in (("front", self.front), ("temple", self.temple)):
            if picture.ndim != 3 or picture.shape[2] != 4 or picture.dtype != np.uint8:
                raise InvalidFrame(field=name, value=picture.shape, advice="RGBA, 8 bits a channel")
        if self.lenses.shape != self.front.shape[:2] or self.lenses.dtype != np.uint8:
            raise InvalidFrame(field="lenses", value=self.lenses.shape, advice="the front's size")
        if not self.lenses.any():
            raise InvalidFrame(field="lenses", value="empty", advice="mark the lenses")


@dataclass(frozen=True)
class Eyewear:
    """One variant, whole: all that the fit and the picture need to know of it."""

    marks: SizeMarks
    artwork: Artwork
    build: Build = field(default_factory=Build)
    lens: Lens = field(default_factory=Lens)

    def at(self, state: float) -> "Eyewear":
        """Return the glasses with their lens in a state, 0 clear to 1 darkened (`Lens.at`).

        Without photochromic lenses, they come back themselves.
        """
        return replace(self, lens=self.lens.at(state)) if self.lens.photochromic else self
