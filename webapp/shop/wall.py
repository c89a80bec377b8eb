"""The wall: the frames that a shopper looks for, in the order in which they suit a face."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Thread

from webapp.errors import Busy, FaceError
from webapp.eyewear.frame import Eyewear
from webapp.fitting.advice import Advice, advise_on, misfit
from webapp.fitting.scale import Told
from webapp.fitting.scene import Head
from webapp.rendering import compose
from webapp.shop import artworks, catalogue, easel, sight, tryons, viewing
from webapp.shop.easel import Wish
from webapp.shop.facets import Hung, Shelf, Wanted, sieve
from webapp.shop.viewing import Subject
from webapp.shop.views import FrameView, VariantView
from webapp.storage import belongings, pinboard

PAGE = 24  # frames


def hang(photo_token: str, visit: str, face: int, told: Told, wanted: Wanted) -> Shelf:
    """Return the published frames that are wanted on one of the photo's faces.

    Where the face can't be measured just now, they come without advice, in the order of their
    publication: it is no reason to withhold the wall.

    Raises:
        NotFound: the photo is unknown, expired or another visit's.
    """
    subject = viewing.find_subject(photo_token, visit)
    frames = catalogue.published()
    try:
        (_, head), _ = tryons.seated(subject, face, told)
    except (Busy, FaceError):
        return sieve(frames, wanted, {}, {})
    advice = advise_all(frames, head)
    return sieve(frames, wanted, advice, {slug: misfit(one) for slug, one in advice.items()})


def advise_all(frames: Sequence[FrameView], head: Head) -> dict[str, Advice]:
    """Return how each frame suits the head, by its slug."""
    return {frame.slug: advise_on(frame.marks, head) for frame in frames}


def picture(photo_token: str, visit: str, wish: Wish) -> bytes:
    """Return the head in the photo with a frame on it, as JPEG, painted once for all workers.

    Raises: as `tryons.preview`.
    """
    subject = viewing.find_subject(photo_token, visit)
    seen = sight.current().sighting(photo_token)
    return easel.picture(seen, wish, partial(paint_for_all, subject, wish))


def paint_for_all(subject: Subject, wish: Wish) -> bytes:
    """Return the picture that another worker has painted, or paint it and tell the others."""
    what = f"{sight.version()} {wish}"
    there = pinboard.find(subject.token, what)
    if there is not None:
        return there
    how = tryons.wish_of(wish.face, None, wish.told, None, 1.0)
    jpeg = tryons.draw(subject, wearing(wish), how, wish.width, close=True)
    pinboard.lay_down(subject.token, what, jpeg)
    return jpeg


def paint_ahead(photo_token: str, visit: str, width: int) -> None:
    """Begin to paint the first pictures of a new photo's wall, `width` px wide."""
    most = belongings.settings()["PAINT_AHEAD"]

    def pictures() -> dict[Wish, Callable[[], bytes]]:
        subject = viewing.find_subject(photo_token, visit)
        shelf = hang(photo_token, visit, 0, Told(), Wanted())
        wishes = [wish_for(hung.variant, 0, Told(), width) for hung in shelf.hung[:most]]
        return {wish: partial(paint_for_all, subject, wish) for wish in wishes}

    if most > 0:
        easel.paint_ahead(photo_token, pictures)


@dataclass
class Warmth:
    """Whether the process has been asked to get ready, and the threads in which it does."""

    begun: bool = False
    threads: list[Thread] = field(default_factory=list)


def warm_up() -> None:
    """Begin, once a process, to load what the first photo and its wall will need.

    The first shopper after a start would else wait seconds for the model and the artwork. Both are
    loaded side by side, and beside the first wall if its shopper is quick.
    """
    warmth = belongings.only(Warmth)
    if warmth.begun or belongings.settings()["PAINT_AHEAD"] <= 0:
        return
    warmth.begun = True
    warmth.threads = [Thread(target=easel.in_background(one)) for one in (sight.warm, load_artwork)]
    for thread in warmth.threads:
        thread.start()


def load_artwork() -> None:
    """Load and unpack the artwork of as many frames as memory keeps, the last of them first.

    A wall that is painted meanwhile loads what it needs from its other end.
    """
    for frame in reversed(catalogue.published()[: artworks.EYEWEAR_KEPT // 2]):
        compose.unpack(wearing(wish_for(frame.variants[0], 0, Told(), 0)))


def wearing(wish: Wish) -> Eyewear:
    """Return the variant that is wished for. Raises `NotFound`."""
    return artworks.named(
        (wish.frame, wish.variant, wish.artwork, wish.lens),
        lambda: tryons.choose(wish.frame, wish.variant, wish.lens).eyewear,
    )


def wish_for(variant: VariantView, face: int, told: Told, width: int) -> Wish:
    """Return the wish for a picture of a colourway, `width` px wide."""
    return Wish(variant.frame_slug, variant.slug, variant.artwork, face, told, width)


def picked(photo_token: str, visit: str, face: int, told: Told, picks: Sequence[str]) -> list[Hung]:
    """Return colourways named "frame.variant", in that order; what isn't published is left out.

    Raises:
        NotFound: the photo is unknown, expired or another visit's.
    """
    shelf = hang(photo_token, visit, face, told, Wanted())
    there = {
        f"{hung.frame.slug}.{variant.slug}": replace(hung, variant=variant)
        for hung in shelf.hung
        for variant in hung.frame.variants
    }
    return [there[one] for one in picks if one in there]


def page_of(shelf: Shelf, number: int) -> tuple[tuple[Hung, ...], int, int]:
    """Return a page's frames, the page's number and how many pages there are, at least one.

    A page that is not there is the nearest that is; they are numbered from 1.
    """
    pages = max(1, -(-len(shelf.hung) // PAGE))
    number = min(max(number, 1), pages)
    return shelf.hung[(number - 1) * PAGE : number * PAGE], number, pages


def neighbours(shelf: Shelf, slug: str) -> tuple[Hung | None, Hung | None]:
    """Return what hangs before and after a frame, going round; nothing where it is alone.

    A frame that the filters leave out has the first and the last as its neighbours.
    """
    others = [hung for hung in shelf.hung if hung.frame.slug != slug]
    if not others:
        return None, None
    slugs = [hung.frame.slug for hung in shelf.hung]
    here = slugs.index(slug) if slug in slugs else 0
    return others[here - 1], others[here % len(others)]
