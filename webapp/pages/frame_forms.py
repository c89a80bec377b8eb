"""The frame editor's forms, and how they are read into fields and lenses."""

import re
import unicodedata
from dataclasses import replace
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DecimalField,
    Field,
    FloatField,
    IntegerField,
    SelectChoice,
    SelectField,
    StringField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import NumberInput

from webapp.errors import InvalidFrame
from webapp.eyewear.frame import (
    BRIDGES,
    LENS_HEIGHTS,
    LENS_WIDTHS,
    REC709,
    TEMPLES,
    Gender,
    Lens,
    LensKind,
    Material,
    Shape,
    SizeMarks,
    Type,
)
from webapp.pages.forms import PICTURES
from webapp.shop import products
from webapp.shop.drafting import Upload, described
from webapp.shop.frame_fields import BUILDS, ColourwayFields, FrameFields
from webapp.shop.views import FrameView, VariantView

WIDTHS = (70.0, 190.0)  # mm; how wide a front is for its lenses, the fields themselves know
PHOTO_LENS = "photo"  # the lens is as the photo shows it
LENSES = [
    SelectChoice(PHOTO_LENS, "As the photo shows it"),
    SelectChoice("clear", "Clear"),
    SelectChoice("solid", "Tinted"),
    SelectChoice("gradient", "Gradient"),
    SelectChoice("mirror", "Mirrored"),
]
BUILD_LABELS = {
    "wrap": "Wrap of each lens, degrees",
    "tilt": "Pantoscopic tilt, degrees",
    "vertex": "Vertex distance, mm",
    "base_curve": "Base curve, dioptres",
    "depth": "Rim from front to back, mm",
    "temple_thickness": "Temple seen from above, mm",
}


def words(label: str, needed: bool = True, most: int = 120, **attributes: Any) -> StringField:
    """Return a line of text."""
    first = InputRequired("Please fill this in.") if needed else Optional()
    return StringField(label, validators=[first, Length(max=most)], render_kw=attributes)


def number(
    label: str, bounds: tuple[float, float], needed: bool = True, step: float = 0.1
) -> FloatField:
    """Return a number between two bounds."""
    low, high = bounds
    told = f"Between {low:g} and {high:g}."
    first = InputRequired(told) if needed else Optional()
    return FloatField(
        label,
        validators=[first, NumberRange(low, high, told)],
        widget=NumberInput(step=step, min=low, max=high),
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )


def choice(label: str, values: Any) -> SelectField:
    """Return a choice between an enumeration's values."""
    return SelectField(
        label, choices=[SelectChoice(str(one), str(one).capitalize()) for one in values]
    )


class FrameForm(FlaskForm):
    """A frame without its colourways."""

    name = words("Name")
    slug = words("Short name in addresses", needed=False, most=64)
    brand = words("Brand")
    type = choice("Type", Type)
    gender = choice("For", Gender)
    shape = choice("Shape", Shape)
    material = choice("Material", Material)
    lens_width = number("Lens width (A), mm", LENS_WIDTHS)
    lens_height = number("Lens height (B), mm", LENS_HEIGHTS)
    bridge = number("Bridge (DBL), mm", BRIDGES)
    temple = number("Temple length, mm", TEMPLES)
    width = number("Overall width, mm", WIDTHS)
    price = DecimalField(
        "Price",
        places=2,
        validators=[
            InputRequired("Please enter a price."),
            NumberRange(0, 1_000_000, "0 to a million."),
        ],
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )
    currency = words("Currency", most=3, pattern="[A-Z]{3}", autocomplete="off")
    shop_link = words("Page in your shop", needed=False, most=500, inputmode="url")
    wrap = number(BUILD_LABELS["wrap"], BUILDS["wrap"], needed=False)
    tilt = number(BUILD_LABELS["tilt"], BUILDS["tilt"], needed=False)
    vertex = number(BUILD_LABELS["vertex"], BUILDS["vertex"], needed=False)
    base_curve = number(BUILD_LABELS["base_curve"], BUILDS["base_curve"], needed=False)
    depth = number(BUILD_LABELS["depth"], BUILDS["depth"], needed=False)
    temple_thickness = number(
        BUILD_LABELS["temple_thickness"], BUILDS["temple_thickness"], needed=False
    )

    def fields(self, was: FrameFields | None = None) -> FrameFields:
        """Return what the form says; what it leaves out of the build is usual, or as it was.

        Raises:
            InvalidFrame: a field can't be so.
        """
        marks = SizeMarks(
            *(float(self[name].data or 0)
              for name in ("lens_width", "lens_height", "bridge", "temple", "width"))
        )  # fmt: skip
        usual = (
            was.build
            if was
            else products.build_for(
                self.material.data, sun_or_clear(self.type.data), (marks.width / 2 - 2, -8.0)
            )
        )
        told = {name: self[name].data for name in BUILDS if self[name].data is not None}
        return FrameFields(
            slug=was.slug if was else (self.slug.data or slug_of(self.name.data or "")),
            name=self.name.data or "",
            brand=self.brand.data or "",
            shape=self.shape.data,
            material=self.material.data,
            gender=self.gender.data,
            type=self.type.data,
            marks=marks,
            build=replace(usual, **told),
            price_cents=round((self.price.data or 0) * 100),
            currency=(self.currency.data or "").upper(),
            shop_link=self.shop_link.data or None,
        )

    def show_frame(self, frame: FrameView) -> None:
        """Fill the form with a frame."""
        marks, build = frame.marks, frame.build
        for name in ("name", "slug", "brand", "type", "gender", "shape", "material", "currency",
                     "shop_link"):  # fmt: skip
            self[name].data = getattr(frame, name)
        for name in ("lens_width", "lens_height", "bridge", "temple", "width"):
            self[name].data = getattr(marks, name)
        for name in BUILDS:
            self[name].data = getattr(build, name)
        self.price.data = frame.price_cents / 100


class ColourwayForm(FlaskForm):
    """A colourway: its name and numbers, its lens, its photos."""

    colour = words("Colour")
    swatch = words("Colour dot, as #rrggbb", needed=False, most=7, placeholder="from the photo")
    sku = words("SKU", needed=False, most=64, autocomplete="off")
    gtin = words("GTIN", needed=False, most=14, inputmode="numeric", autocomplete="off")
    stock = IntegerField(
        "Pieces in stock",
        validators=[Optional(), NumberRange(0, 1_000_000, "0 to a million.")],
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    link = words("Its own page in your shop", needed=False, most=500, inputmode="url")
    lens = SelectField("Lens", choices=LENSES)
    lens_label = words("Lens in words", needed=False, placeholder="Grey, category 3")
    lens_tint = words("Tint, as #rrggbb", needed=False, most=7)
    lens_light = number("Light let through, per cent", (3, 100), needed=False)
    lens_light_bottom = number("At a gradient's lower edge, per cent", (3, 100), needed=False)
    lens_light_clear = number("Indoors, if photochromic, per cent", (3, 100), needed=False)
    lens_mirror = words("Mirror, as #rrggbb", needed=False, most=7)
    polarised = BooleanField("Polarised")
    withdrawn = BooleanField("Withdrawn: shoppers no longer see it")
    front_photo = FileField("Front photo", render_kw={"accept": PICTURES})
    side_photo = FileField("Side photo, if there is one", render_kw={"accept": PICTURES})

    def told(self, was: VariantView | None = None) -> ColourwayFields:
        """Return what the form says. Raises `InvalidFrame`."""
        lens = self.lens_told(was)
        return ColourwayFields(
            slug=was.slug if was else slug_of(self.colour.data or ""),
            name=self.colour.data or "",
            swatch=self.swatch.data or (was.swatch if was else "#000000"),
            lens=lens,
            lens_label=self.lens_label.data or described(lens),
            sku=self.sku.data or None,
            gtin=self.gtin.data or None,
            stock=self.stock.data,
            shop_link=self.link.data or None,
            withdrawn=bool(self.withdrawn.data),
        )

    def lens_told(self, was: VariantView | None) -> Lens:
        """Return the lens that the form says; the same fields as before mean the same lens."""
        if self.lens.data == PHOTO_LENS:
            return was.lens if was else Lens()
        if was is not None and self.same_lens(was.lens):
            return was.lens
        kind = LensKind(self.lens.data)
        lens = Lens(kind, reflectance=0.32 if kind == LensKind.MIRROR else 0.04)
        if self.lens_light.data is not None:
            lens = replace(lens, transmittance=self.lens_light.data / 100)
        if kind == LensKind.GRADIENT:
            bottom = self.lens_light_bottom.data or 100 * min(0.95, lens.transmittance + 0.35)
            lens = replace(lens, transmittance_bottom=bottom / 100)
        if self.lens_tint.data:
            lens = replace(lens, tint=tint_of("lens_tint", self.lens_tint.data))
        if self.lens_mirror.data and kind == LensKind.MIRROR:
            lens = replace(lens, mirror_tint=linear_of("lens_mirror", self.lens_mirror.data))
        if self.lens_light_clear.data is not None:
            lens = replace(lens, clear_transmittance=self.lens_light_clear.data / 100)
        return replace(lens, polarised=bool(self.polarised.data))

    def same_lens(self, lens: Lens) -> bool:
        """Return whether the form's lens fields are as `show_colourway` filled them."""
        return all(self[name].data == value for name, value in shown_lens(lens).items())

    def show_colourway(self, variant: VariantView, own_link: str | None) -> None:
        """Fill the form with a colourway."""
        self.colour.data, self.swatch.data = variant.name, variant.swatch
        for name in ("sku", "gtin", "stock", "lens_label", "withdrawn"):
            self[name].data = getattr(variant, name)
        self.link.data = own_link
        for name, value in shown_lens(variant.lens).items():
            self[name].data = value

    def upload(self) -> Upload:
        """Return the photos' files, and what is to be read from them: what was left empty."""
        front, side = (
            one.data.read() if one.data else b"" for one in (self.front_photo, self.side_photo)
        )
        seen = self.lens.data == PHOTO_LENS
        return Upload(front, side or None, seen, not self.swatch.data, not self.lens_label.data)


class NewFrameForm(FrameForm, ColourwayForm):
    """A frame with its first colourway."""


def shown_lens(lens: Lens) -> dict[str, Any]:
    """Return a lens as the form's fields show it."""

    def per_cent(share: float | None) -> float | None:
        return None if share is None else round(share * 100, 1)

    mirror = lens.kind == LensKind.MIRROR
    return {
        "lens": str(lens.kind),
        "lens_tint": hex_of(lens.tint),
        "lens_light": per_cent(lens.transmittance),
        "lens_light_bottom": per_cent(lens.transmittance_bottom),
        "lens_light_clear": per_cent(lens.clear_transmittance),
        "lens_mirror": hex_of(lens.mirror_tint) if mirror else None,
        "polarised": lens.polarised,
    }


def linear_of(field: str, code: str) -> tuple[float, float, float]:
    """Return the linear RGB of #rrggbb. Raises `InvalidFrame`."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", code):
        raise InvalidFrame(field=field, value=code, advice="a colour as #rrggbb")
    srgb = [int(code[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    low, high = 0.04045, 2.4
    red, green, blue = (v / 12.92 if v <= low else ((v + 0.055) / 1.055) ** high for v in srgb)
    return red, green, blue


def tint_of(field: str, code: str) -> tuple[float, float, float]:
    """Return the tint of #rrggbb, its luminance 1. Raises `InvalidFrame`."""
    rgb = linear_of(field, code)
    light = sum(share * value for share, value in zip(REC709, rgb, strict=True))
    if light < 0.002:
        raise InvalidFrame(field=field, value=code, advice="a colour; how dark, the light says")
    red, green, blue = (value / light for value in rgb)
    return red, green, blue


def hex_of(tint: tuple[float, float, float]) -> str:
    """Return a linear colour as #rrggbb, as bright as it can be."""
    most = max(*tint, 1e-6)
    codes = [round(255 * (1.055 * (value / most) ** (1 / 2.4) - 0.055)) for value in tint]
    return "#" + "".join(f"{min(max(code, 0), 255):02x}" for code in codes)


def sun_or_clear(type_: str) -> Lens:
    """Return a lens such as frames of that type have, for their usual build."""
    return Lens(LensKind.SOLID, 0.15) if type_ == Type.SUN else Lens()


def slug_of(name: str) -> str:
    """Return a name as it stands in addresses.

    >>> slug_of("Café Noir 2")
    'cafe-noir-2'
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:64]


# The domain's names of fields that forms call otherwise.
CALLED = {"price_cents": "price", "slug": "slug", "swatch": "swatch"}
COLOURWAY_CALLED = {"name": "colour", "shop_link": "link", "slug": "colour",
                    "transmittance": "lens_light", "transmittance_bottom": "lens_light_bottom",
                    "clear_transmittance": "lens_light_clear"}  # fmt: skip


def explain(form: FlaskForm, error: InvalidFrame, colourway: bool = False) -> bool:
    """Tell the error at its field; return whether the form has such a field."""
    field = str(error.params.get("field"))
    name = (COLOURWAY_CALLED if colourway else {}).get(field) or CALLED.get(field, field)
    if name not in form:
        return False
    at: Field = form[name]
    at.errors = [*at.errors, f"Should be {error.params.get('advice')}."]
    return True
