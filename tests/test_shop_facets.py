"""Filters, search and order of the wall: what is found, how it is counted, what comes first."""

from typing import Any

import pytest

from webapp.eyewear.colours import family
from webapp.eyewear.frame import Build, Lens, LensKind, SizeMarks
from webapp.fitting.advice import Advice, Verdict, misfit
from webapp.fitting.scene import Estimate
from webapp.shop import wall
from webapp.shop.facets import Shelf, Wanted, sieve
from webapp.shop.views import FrameView, VariantView

MARKS = SizeMarks(lens_width=50, lens_height=40, bridge=20, temple=145, width=138)
SUN = Lens(LensKind.SOLID, 0.15)
FADE = Lens(LensKind.GRADIENT, 0.2, transmittance_bottom=0.6, polarised=True)


def variant(frame: str, slug: str, swatch: str, lens: Lens | None = None) -> VariantView:
    return VariantView(frame, slug, slug.title(), swatch, lens or Lens(), "Clear", "0")


def frame(slug: str, cents: int, *colours: VariantView, **changes: str) -> FrameView:
    usual: dict[str, Any] = {
        "name": slug.title(),
        "brand": "Lorgnette",
        "shape": "round",
        "material": "metal",
    }
    told = {**usual, "gender": "unisex", **changes}
    variants = colours or (variant(slug, "black", "#111111"),)
    return FrameView(
        slug=slug,
        marks=MARKS,
        build=Build(),
        price_cents=cents,
        currency="EUR",
        status="published",
        variants=variants,
        **told,
    )


ADA = frame("ada", 9900, variant("ada", "black", "#111111"), variant("ada", "red", "#9c1c1c"))
BEA = frame(
    "bea",
    15000,
    variant("bea", "sun", "#7a4520", SUN),
    shape="square",
    material="acetate",
    type="sun",
)
CLEO = frame(
    "cleo",
    24900,
    variant("cleo", "gold", "#d3aa61"),
    variant("cleo", "dusk", "#12213f", FADE),
    name="Cléo",
    gender="women",
)
FRAMES = [ADA, BEA, CLEO]


def look_for(words: str = "", sort: str = "newest", **chosen: Any) -> Shelf:
    return sieve(FRAMES, Wanted(words, chosen, sort), {}, {})


def names(shelf: Shelf) -> list[str]:
    return [hung.frame.slug for hung in shelf.hung]


def test_values_of_one_facet_add_up_and_facets_narrow_each_other():
    assert set(names(look_for(shape=("round", "square")))) == {"ada", "bea", "cleo"}
    assert names(look_for(shape=("round", "square"), material=("acetate",))) == ["bea"]
    assert names(look_for(shape=("round",), material=("acetate",))) == []


def test_a_frame_hangs_in_the_first_colour_that_is_wanted():
    (hung,) = look_for(colour=("red",)).hung

    assert (hung.frame.slug, hung.variant.slug) == ("ada", "red")


def test_one_colour_must_be_all_that_is_wanted_at_once():
    """Cleo's gold has clear lenses, and its dusk fading ones: there is no fading gold."""
    assert names(look_for(colour=("gold",), lens=("gradient",))) == []
    assert names(look_for(colour=("blue",), lens=("polarised",))) == ["cleo"]


def test_a_value_counts_what_it_would_show():
    counts = look_for(shape=("round",), lens=("gradient", "tinted")).counts

    assert counts["shape"] == {"round": 1, "square": 1}  # whatever is chosen of shape itself
    assert counts["lens"] == {"clear": 2, "gradient": 1, "polarised": 1}
    assert counts["colour"] == {"blue": 1}


@pytest.mark.parametrize(
    "facet", ["shape", "colour", "material", "lens", "price", "gender", "type"]
)
def test_choosing_a_value_shows_as_many_frames_as_it_counted(facet: str):
    for value, count in look_for().counts[facet].items():
        chosen: dict[str, Any] = {facet: (value,)}
        assert len(look_for(**chosen).hung) == count, value


def test_prices_fall_into_bands_whose_upper_end_is_the_next():
    assert names(look_for(price=("0-100",))) == ["ada"]
    assert names(look_for(price=("150-200",))) == ["bea"]
    assert names(look_for(price=("200",))) == ["cleo"]


@pytest.mark.parametrize(
    ("words", "found"),
    [("cleo", ["cleo"]), ("CLÉO", ["cleo"]), ("red", ["ada"]), ("round gold", ["cleo"]),
     ("acet", ["bea"]), ("lorgnette", ["cleo", "bea", "ada"]), ("ound", []), ("%_'\"", [])],
)  # fmt: skip
def test_a_search_finds_what_each_of_its_words_begins(words: str, found: list[str]):
    assert names(look_for(words)) == found


def test_orders_are_by_price_by_name_and_by_date():
    assert names(look_for(sort="price")) == ["ada", "bea", "cleo"]
    assert names(look_for(sort="price-down")) == ["cleo", "bea", "ada"]
    assert names(look_for(sort="name")) == ["ada", "bea", "cleo"]
    assert names(look_for(sort="newest")) == ["cleo", "bea", "ada"]


def advice(gap: float, off: float) -> Advice:
    verdict = Verdict.GOOD if -6 <= gap <= 7 else Verdict.WIDE
    return Advice(verdict, Estimate(gap, 1, ""), True, Estimate(off, 1, ""), abs(off) <= 4)


def test_the_best_fit_comes_first_and_only_fits_pass_the_filter():
    """A frame that a standard deviation of the PD would let pass is not withheld."""
    told = {"ada": advice(12, 0), "bea": advice(1, 4.5), "cleo": advice(1, 6)}
    misfits = {slug: misfit(one) for slug, one in told.items()}

    found = sieve(FRAMES, Wanted(sort="fit"), told, misfits)
    fitting = sieve(FRAMES, Wanted("", {"fits": ("yes",)}, "fit"), told, misfits)

    assert names(found) == ["bea", "cleo", "ada"]
    assert names(fitting) == ["bea"]
    assert found.counts["fits"] == {"yes": 1}


def test_a_face_that_cant_be_measured_leaves_the_order_of_publication():
    assert names(look_for(sort="fit")) == ["ada", "bea", "cleo"]


def test_neighbours_go_round_in_the_order_of_the_wall():
    shelf = look_for(sort="price")

    def beside(slug: str) -> list[str]:
        return [one.frame.slug for one in wall.neighbours(shelf, slug) if one]

    assert beside("bea") == ["ada", "cleo"]
    assert beside("cleo") == ["bea", "ada"]
    assert beside("filtered-out") == ["cleo", "ada"]
    assert wall.neighbours(look_for(shape=("square",)), "bea") == (None, None)


def test_a_page_that_is_not_there_is_the_nearest_that_is():
    shelf = Shelf(tuple(look_for().hung) * 20, {}, 60)

    assert wall.page_of(shelf, 9)[1:] == (3, 3)
    assert wall.page_of(shelf, -2)[1:] == (1, 3)
    assert len(wall.page_of(shelf, 3)[0]) == 60 - 2 * wall.PAGE
    assert wall.page_of(Shelf((), {}, 0), 1) == ((), 1, 1)


@pytest.mark.parametrize(
    ("swatch", "name"),
    [("#111112", "black"), ("#66686d", "grey"), ("#e9eaeb", "white"), ("#dfe5e8", "clear"),
     ("#7a4520", "brown"), ("#d3aa61", "gold"), ("#5a1220", "red"), ("#dfa39c", "pink"),
     ("#e2711d", "orange"), ("#f2d024", "yellow"), ("#12321f", "green"), ("#0d1a33", "blue"),
     ("#43183f", "purple")],
)  # fmt: skip
def test_swatches_are_named_as_people_name_them(swatch: str, name: str):
    assert family(swatch) == name
