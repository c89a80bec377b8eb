"""`/frames`: the published catalogue."""

from typing import Annotated, Self

from flask import Response, jsonify, url_for
from pydantic import BaseModel, Field

from webapp.api.calls import Answer, Fields, call
from webapp.api.fields import Slug
from webapp.errors import NotFound
from webapp.eyewear.frame import LensKind, Material, Shape
from webapp.shop import catalogue
from webapp.shop.api_keys import KeyView
from webapp.shop.frame_fields import LensChoice
from webapp.shop.views import FrameView, VariantView

Millimetres = Annotated[float, Field(ge=0, le=1000)]
Cents = Annotated[int, Field(ge=0, le=100_000_000)]
Word = Annotated[str, Field(min_length=1, max_length=120)]
PER_PAGE, MOST_PER_PAGE = 24, 100


class FrameFilter(Fields):
    """What `GET /frames` takes."""

    shape: Shape | None = None
    material: Material | None = None
    gender: Word | None = Field(None, description="women, men, unisex or kids.")
    brand: Word | None = Field(None, description="The brand's whole name, in any case.")
    lens: LensKind | None = Field(None, description="At least one variant has such lenses.")
    width_from: Millimetres | None = Field(None, description="Overall width, millimetres.")
    width_to: Millimetres | None = Field(None, description="Overall width, millimetres.")
    price_from: Cents | None = Field(None, description="Hundredths of the currency.")
    price_to: Cents | None = Field(None, description="Hundredths of the currency.")
    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    per_page: Annotated[int, Field(ge=1, le=MOST_PER_PAGE)] = PER_PAGE

    def lets(self, frame: FrameView) -> bool:
        """Return whether the frame passes."""
        width, price = frame.marks.width, frame.price_cents
        return (
            self.shape in (None, frame.shape)
            and self.material in (None, frame.material)
            and self.gender in (None, frame.gender)
            and (self.brand is None or self.brand.casefold() == frame.brand.casefold())
            and (self.lens is None or self.lens in [one.lens.kind for one in frame.variants])
            and (self.width_from is None or self.width_from <= width)
            and (self.width_to is None or width <= self.width_to)
            and (self.price_from is None or self.price_from <= price)
            and (self.price_to is None or price <= self.price_to)
        )


class Marks(BaseModel):
    """The frame's measures by the boxing system (ISO 8624), millimetres."""

    lens_width: float = Field(description="A.")
    lens_height: float = Field(description="B.")
    bridge: float = Field(description="DBL, the distance between the lenses.")
    temple: float = Field(description="The temple's length.")
    width: float = Field(description="Across the front, as a caliper measures it.")
    printed: str = Field(description="As inside a temple: 52□18-140.")


class Lens(BaseModel):
    """A variant's lens."""

    kind: LensKind
    label: str
    transmittance: float = Field(description="Luminous, 0 to 1, a gradient's at its top.")


class LensOption(Lens):
    """A lens that the frame may be had with instead of its variants' own."""

    slug: str = Field(description="As `POST /try-ons` takes it.")
    extra_cents: int = Field(description="What it costs more, hundredths of the currency.")

    @classmethod
    def of(cls, choice: LensChoice) -> Self:
        """Return what is told of a lens to choose."""
        lens = choice.lens
        return cls(
            slug=choice.slug,
            kind=lens.kind,
            label=choice.label,
            transmittance=lens.transmittance,
            extra_cents=choice.extra_cents,
        )


class Variant(BaseModel):
    """A colourway of a frame."""

    slug: str
    name: str
    swatch: str = Field(description="Its colour as #rrggbb.")
    lens: Lens
    picture: str = Field(description="The front on transparent, WebP; needs no key.")

    @classmethod
    def of(cls, variant: VariantView) -> Self:
        """Return what is told of a variant."""
        lens = variant.lens
        return cls(
            slug=variant.slug,
            name=variant.name,
            swatch=variant.swatch,
            lens=Lens(kind=lens.kind, label=variant.lens_label, transmittance=lens.transmittance),
            picture=url_for(
                "frames.picture",
                frame=variant.frame_slug,
                variant=variant.slug,
                _external=True,
            ),
        )


class Frame(BaseModel):
    """A pair of glasses in the catalogue."""

    slug: str
    name: str
    brand: str
    shape: Shape
    material: Material
    gender: str
    marks: Marks
    price_cents: int = Field(description="Hundredths of `currency`.")
    currency: str = Field(description="ISO 4217.")
    variants: list[Variant]
    lenses: list[LensOption] = Field(description="To choose from; empty: the variants' own.")

    @classmethod
    def of(cls, frame: FrameView) -> Self:
        """Return what is told of a frame."""
        marks = frame.marks
        return cls(
            slug=frame.slug,
            name=frame.name,
            brand=frame.brand,
            shape=Shape(frame.shape),
            material=Material(frame.material),
            gender=frame.gender,
            marks=Marks(
                lens_width=marks.lens_width,
                lens_height=marks.lens_height,
                bridge=marks.bridge,
                temple=marks.temple,
                width=marks.width,
                printed=frame.size,
            ),
            price_cents=frame.price_cents,
            currency=frame.currency,
            variants=[Variant.of(one) for one in frame.variants],
            lenses=[LensOption.of(one) for one in frame.lens_options],
        )


class FramesPage(BaseModel):
    """A page of the frames that pass the filters, in the order of their publication."""

    frames: list[Frame]
    page: int
    per_page: int
    total: int = Field(description="Frames on all pages.")
    pages: int
    next: str | None = Field(description="The next page's address; null on the last.")


@call(
    "GET",
    "/frames",
    scope="frames",
    fields=FrameFilter,
    answers={200: Answer("A page of frames.", {"application/json": FramesPage})},
)
def list_frames(key: KeyView, fields: FrameFilter) -> Response:
    """List the catalogue.

    Every filter narrows the list. A page past the last is empty.
    """
    passing = [frame for frame in catalogue.published() if fields.lets(frame)]
    first = (fields.page - 1) * fields.per_page
    last = first + fields.per_page
    following = fields.model_dump(mode="json", exclude_unset=True) | {"page": fields.page + 1}
    page = FramesPage(
        frames=[Frame.of(frame) for frame in passing[first:last]],
        page=fields.page,
        per_page=fields.per_page,
        total=len(passing),
        pages=-(-len(passing) // fields.per_page),
        next=url_for("api.list_frames", **following, _external=True)
        if last < len(passing)
        else None,
    )
    return jsonify(page.model_dump(mode="json"))


@call(
    "GET",
    "/frames/{slug}",
    scope="frames",
    answers={200: Answer("The frame.", {"application/json": Frame})},
    problems=(NotFound,),
)
def get_frame(key: KeyView, fields: Fields, slug: Slug) -> Response:
    """Fetch one frame."""
    frame = catalogue.frame(slug)
    if frame.status != "published":
        raise NotFound()
    return jsonify(Frame.of(frame).model_dump(mode="json"))
