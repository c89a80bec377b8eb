"""What frames can be filtered by, and how many there are of each."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from webapp.eyewear.colours import Colour, family
from webapp.eyewear.frame import Gender, Lens, Material, Shape, Type
from webapp.fitting.advice import MOST_DECENTRATION, Advice, Verdict
from webapp.shop.views import FrameView, VariantView

BANDS = ((0, 10_000, "0-100"), (10_000, 15_000, "100-150"), (15_000, 20_000, "150-200"))  # cents
DEAREST = "200"
SORTS = ("fit", "price", "price-down", "newest", "name")


@dataclass(frozen=True)
class Hung:
    """A frame on the wall in the colourway that is shown; `advice`: how it suits, if known."""

    frame: FrameView
    variant: VariantView
    advice: Advice | None = None


@dataclass(frozen=True)
class Wanted:
    """What a shopper looks for: words, chosen values by facet, and an order (of `SORTS`)."""

    words: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = SORTS[0]


@dataclass(frozen=True)
class Shelf:
    """What was found, in the order asked for, and each facet's values with their counts.

    A value's count is of the frames that would be there with it, whatever else is chosen of the
    same facet. `whole`: how many frames there are without any filter.
    """

    hung: tuple[Hung, ...]
    counts: Mapping[str, Mapping[str, int]]
    whole: int


def lens_words(lens: Lens) -> tuple[str, ...]:
    """Return the kinds of lens that a lens is."""
    plain = "tinted" if lens.kind == "solid" else str(lens.kind)
    kinds = ["photochromic" if lens.photochromic else plain]
    return (*kinds, "polarised") if lens.polarised else tuple(kinds)


def band(hung: Hung) -> tuple[str, ...]:
    """Return the band that the price lies in."""
    cents = hung.frame.price_cents
    return (next((name for low, high, name in BANDS if low <= cents < high), DEAREST),)


def suits(hung: Hung) -> tuple[str, ...]:
    """Return "yes" where the width suits the face, and the lens centres may, as far as is known.

    Frames that one standard deviation of the PD would let pass are not withheld.
    """
    advice = hung.advice
    if advice is None or advice.verdict != Verdict.GOOD:
        return ()
    least = abs(advice.decentration.value) - advice.decentration.sigma
    return ("yes",) if least <= MOST_DECENTRATION else ()


FACETS: dict[str, Callable[[Hung], tuple[str, ...]]] = {
    "type": lambda hung: (hung.frame.type,),
    "fits": suits,
    "shape": lambda hung: (hung.frame.shape,),
    "colour": lambda hung: (str(family(hung.variant.swatch)),),
    "material": lambda hung: (hung.frame.material,),
    "lens": lambda hung: lens_words(hung.variant.lens),
    "price": band,
    "gender": lambda hung: (hung.frame.gender,),
}
VALUES: dict[str, tuple[str, ...]] = {  # in the order in which pages list them
    "type": tuple(map(str, Type)),
    "fits": ("yes",),
    "shape": tuple(map(str, Shape)),
    "colour": tuple(map(str, Colour)),
    "material": tuple(map(str, Material)),
    "lens": ("clear", "tinted", "gradient", "mirror", "photochromic", "polarised"),
    "price": (*(name for _, _, name in BANDS), DEAREST),
    "gender": tuple(map(str, Gender)),
}


def sieve(
    frames: Iterable[FrameView],
    wanted: Wanted,
    advice: Mapping[str, Advice],
    misfits: Mapping[str, float],
) -> Shelf:
    """Return the frames that are wanted, each in its first colourway that is.

    Args:
        frames: in the order of their publication.
        advice, misfits: of each frame by its slug, where they are known.
    """
    counts: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    found: list[Hung] = []
    whole = 0
    for frame in frames:
        whole += 1
        if not says(frame, wanted.words):
            continue
        fitting, offered = compare(frame, wanted, advice.get(frame.slug))
        for name, values in offered.items():
            counts[name].update(values)
        if fitting:
            found.append(fitting[0])
    return Shelf(tuple(ordered(found, wanted.sort, misfits)), counts, whole)


def compare(
    frame: FrameView, wanted: Wanted, advice: Advice | None
) -> tuple[list[Hung], dict[str, set[str]]]:
    """Return the frame's colourways that are wanted, and what each facet could find it by."""
    fitting: list[Hung] = []
    offered: dict[str, set[str]] = {name: set() for name in FACETS}
    for variant in frame.variants:
        hung = Hung(frame, variant, advice)
        values = {name: tell(hung) for name, tell in FACETS.items()}
        failing = [
            name
            for name, some in wanted.chosen.items()
            if some and not set(some) & set(values[name])
        ]
        if not failing:
            fitting.append(hung)
        for name in FACETS if not failing else failing if len(failing) == 1 else ():
            offered[name].update(values[name])
    return fitting, offered


def says(frame: FrameView, words: str) -> bool:
    """Return whether each of the words begins a word of what is known about the frame."""
    wanted = plain(words).split()
    if not wanted:
        return True
    told = [frame.name, frame.brand, frame.slug, frame.shape, frame.material, frame.gender]
    for variant in frame.variants:
        told += [variant.name, variant.lens_label, str(family(variant.swatch))]
    known = plain(" ".join(told)).replace("-", " ").split()
    return all(
        any(one.startswith(part) for one in known)
        for word in wanted
        for part in word.replace("-", " ").split()
    )


def plain(words: str) -> str:
    """Return words in small letters without accents."""
    apart = unicodedata.normalize("NFKD", words.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def ordered(found: list[Hung], sort: str, misfits: Mapping[str, float]) -> list[Hung]:
    """Return what was found in one of the orders; what is alike stays in that of publication."""
    if sort == "newest" or (sort == "fit" and not misfits):
        return found[::-1] if sort == "newest" else found
    keys: dict[str, Callable[[Hung], float | str]] = {
        "fit": lambda hung: misfits.get(hung.frame.slug, float("inf")),
        "price": lambda hung: hung.frame.price_cents,
        "price-down": lambda hung: -hung.frame.price_cents,
        "name": lambda hung: plain(hung.frame.name),
    }
    return sorted(found, key=keys[sort])
