"""What an admin, or an import, says of a frame: checked as it is made, and as columns."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any, Self
from urllib.parse import urlsplit

from webapp.errors import InvalidFrame
from webapp.eyewear.frame import (
    Build,
    Gender,
    Lens,
    LensKind,
    Material,
    Shape,
    SizeMarks,
    Type,
    within,
)

# What words and numbers may look like, and how to say it.
SLUG = re.compile(r"(?=.{1,64}$)[a-z0-9]+(-[a-z0-9]+)*"), "small letters, digits, single hyphens"
SWATCH = re.compile(r"#[0-9a-fA-F]{6}"), "a colour as #rrggbb"
CURRENCY = re.compile(r"[A-Z]{3}"), "three capital letters, such as EUR"
WORD = re.compile(r"(?=.*\S)[^\x00-\x1f\x7f]{1,120}"), "1 to 120 characters"
SKU = re.compile(r"[\x21-\x7e]([\x20-\x7e]{0,62}[\x21-\x7e])?"), "1 to 64 plain characters"
DEAREST_CENTS = 100_000_000
MOST_PIECES = 1_000_000
LONGEST_LINK = 500
GTIN_LENGTHS = (8, 12, 13, 14)

# Millimetres, degrees and dioptres that a sane build has.
BUILDS = {
    "wrap": (0.0, 30.0),
    "tilt": (-5.0, 25.0),
    "vertex": (5.0, 25.0),
    "base_curve": (0.0, 10.0),
    "depth": (0.5, 15.0),
    "temple_thickness": (0.5, 15.0),
}


@dataclass(frozen=True)
class FrameFields:
    """A frame without its colourways. Raises `InvalidFrame` where a field can't be so.

    `price_cents`: hundredths of `currency` (ISO 4217). `shop_link`: where it can be bought.
    """

    slug: str
    name: str
    brand: str
    shape: str
    material: str
    gender: str
    type: str
    marks: SizeMarks
    build: Build
    price_cents: int
    currency: str = "EUR"
    shop_link: str | None = None

    def __post_init__(self) -> None:
        """Refuse what can't be so."""
        check("slug", self.slug, SLUG)
        check("name", self.name, WORD)
        check("brand", self.brand, WORD)
        check("currency", self.currency, CURRENCY)
        check_choice("shape", self.shape, Shape)
        check_choice("material", self.material, Material)
        check_choice("gender", self.gender, Gender)
        check_choice("type", self.type, Type)
        check_count("price_cents", self.price_cents, DEAREST_CENTS)
        check_link(self.shop_link)
        check_build(self.build, self.marks)

    def columns(self) -> dict[str, Any]:
        """Return the fields as a frame's row holds them."""
        own = {one.name: getattr(self, one.name) for one in fields(self)}
        marks, build = own.pop("marks"), own.pop("build")
        plain = {name: str(own.pop(name)) for name in ("shape", "material", "gender", "type")}
        return {**own, **plain, **asdict(marks), **asdict(build), "hinge": list(build.hinge)}

    @classmethod
    def from_columns(cls, columns: Mapping[str, Any]) -> Self:
        """Return the fields that a row holds. Raises `InvalidFrame`."""
        marks = SizeMarks(**{one.name: columns[one.name] for one in fields(SizeMarks)})
        build = Build(**{one.name: columns[one.name] for one in fields(Build)})
        x, y = build.hinge
        own = {one.name: columns[one.name] for one in fields(cls) if one.name in columns}
        return cls(**own, marks=marks, build=replace(build, hinge=(float(x), float(y))))


@dataclass(frozen=True)
class ColourwayFields:
    """A colourway without its pictures. Raises `InvalidFrame` where a field can't be so.

    `stock`: pieces, None where nobody counts. `shop_link`: its own, where it differs from
    the frame's. `withdrawn`: shoppers no longer see it.
    """

    slug: str
    name: str
    swatch: str
    lens: Lens
    lens_label: str
    sku: str | None = None
    gtin: str | None = None
    stock: int | None = None
    shop_link: str | None = None
    withdrawn: bool = False

    def __post_init__(self) -> None:
        """Refuse what can't be so."""
        check("slug", self.slug, SLUG)
        check("name", self.name, WORD)
        check("swatch", self.swatch, SWATCH)
        check("lens_label", self.lens_label, WORD)
        if self.sku is not None:
            check("sku", self.sku, SKU)
        check_gtin(self.gtin)
        if self.stock is not None:
            check_count("stock", self.stock, MOST_PIECES)
        check_link(self.shop_link)

    def columns(self) -> dict[str, Any]:
        """Return the fields as a variant's row holds them."""
        own = {one.name: getattr(self, one.name) for one in fields(self)}
        lens = lens_columns(own.pop("lens"))
        return {**own, "swatch": self.swatch.lower(), **lens}

    @classmethod
    def from_columns(cls, columns: Mapping[str, Any]) -> Self:
        """Return the fields that a row holds. Raises `InvalidFrame`."""
        own = {one.name: columns[one.name] for one in fields(cls) if one.name in columns}
        return cls(**own, lens=lens_from(columns))


@dataclass(frozen=True)
class LensChoice:
    """A lens that a frame may be had with instead of its colourway's, for `extra_cents` more."""

    slug: str
    label: str
    lens: Lens
    extra_cents: int = 0

    def __post_init__(self) -> None:
        """Refuse what can't be so."""
        check("slug", self.slug, SLUG)
        check("label", self.label, WORD)
        check_count("extra_cents", self.extra_cents, DEAREST_CENTS)

    def columns(self) -> dict[str, Any]:
        """Return the choice as a row holds it."""
        own = {"slug": self.slug, "label": self.label, "extra_cents": self.extra_cents}
        return {**own, "lens": lens_columns(self.lens)}


def lens_columns(lens: Lens) -> dict[str, Any]:
    """Return a lens as a row holds it."""
    own = asdict(lens)
    kind = str(own.pop("kind"))
    return {
        **own,
        "lens_kind": kind,
        "tint": list(lens.tint),
        "mirror_tint": list(lens.mirror_tint),
    }


def lens_from(columns: Mapping[str, Any]) -> Lens:
    """Return the lens that a row holds."""
    own = {one.name: columns[one.name] for one in fields(Lens) if one.name in columns}
    own["tint"], own["mirror_tint"] = tuple(own["tint"]), tuple(own["mirror_tint"])
    return Lens(**own, kind=LensKind(columns["lens_kind"]))


def check(field: str, value: str, rule: tuple[re.Pattern[str], str]) -> None:
    """Raise `InvalidFrame` unless the value looks as it should."""
    pattern, advice = rule
    if len(value) > 120 or not pattern.fullmatch(value):
        raise InvalidFrame(field=field, value=value, advice=advice)


def check_choice(field: str, value: str, choices: type[StrEnum]) -> None:
    """Raise `InvalidFrame` unless the value is one of the choices."""
    known = [str(choice) for choice in choices]
    if value not in known:
        raise InvalidFrame(field=field, value=value, advice=", ".join(known))


def check_count(field: str, value: int, most: int) -> None:
    """Raise `InvalidFrame` unless the value is between nothing and `most`."""
    if not 0 <= value <= most:
        raise InvalidFrame(field=field, value=value, advice=f"0 to {most:,}")


def check_link(link: str | None) -> None:
    """Raise `InvalidFrame` unless the link is empty, or leads to a web page."""
    if link is None:
        return
    try:
        parts = urlsplit(link)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good or len(link) > LONGEST_LINK or re.search(r"[\s\x00-\x1f\\]", link):
        raise InvalidFrame(field="shop_link", value=link, advice="an address as https://…")


def check_gtin(gtin: str | None) -> None:
    """Raise `InvalidFrame` unless the number is empty or has a right check digit (GS1)."""
    if gtin is None:
        return
    if not (gtin.isascii() and gtin.isdigit() and len(gtin) in GTIN_LENGTHS):
        raise InvalidFrame(field="gtin", value=gtin, advice="8, 12, 13 or 14 digits")
    total = sum(int(digit) * (3, 1)[at % 2] for at, digit in enumerate(reversed(gtin[:-1])))
    right = -total % 10
    if int(gtin[-1]) != right:
        raise InvalidFrame(field="gtin", value=gtin, advice=f"its last digit should be {right}")


def check_build(build: Build, marks: SizeMarks) -> None:
    """Raise `InvalidFrame` unless the build is a sane one and its hinges are on the front."""
    for name, bounds in BUILDS.items():
        value = getattr(build, name)
        low, high = bounds
        if not low <= value <= high:
            raise InvalidFrame(field=name, value=value, advice=f"{low:g} to {high:g}")
    x, y = build.hinge
    within("hinge", x, (marks.width / 4, marks.width / 2 + 2))
    within("hinge", y, (-40.0, 40.0))
