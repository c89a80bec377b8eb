"""A shopper is known by a random visit id in the signed session cookie, and by nothing else."""

import secrets
from dataclasses import replace

from flask import Flask, session

from webapp.fitting.scale import Told, typed
from webapp.fitting.scene import Estimate
from webapp.shop import figures

VISIT_BYTES = 24  # 192 bits: nobody guesses another's visit


def init_app(app: Flask) -> None:
    """Let templates ask whether a visit has begun, and who in a photo tries on."""
    app.add_template_global(lambda: bool(known()), "in_visit")
    app.add_template_global(wearer)


def known() -> str:
    """Return the visit's id, or an empty string, which owns nothing, before the first photo."""
    return str(session.get("visit", ""))


def arrive() -> bool:
    """Return whether this is the visit's first page, and note that it was."""
    first = figures.ARRIVAL in ahead() and "visit" not in session
    if first:
        passed(figures.ARRIVAL)
    return first


def want(frame: str, variant: str) -> None:
    """Remember for which colourway the shopper came."""
    session["wanted"] = [frame, variant]


def wanted() -> tuple[str, str] | None:
    """Return the frame and variant for which the shopper came, or None."""
    both = session.get("wanted")
    return (str(both[0]), str(both[1])) if both else None


def got() -> None:
    """Forget for what the shopper came: they have seen it."""
    session.pop("wanted", None)


def ahead() -> frozenset[str]:
    """Return the steps of a visit's way that are still to be counted; none for an admin's."""
    if "admin" in session:
        return frozenset()
    return frozenset(figures.WAY) - set(session.get("steps", ()))


def passed(*steps: str) -> None:
    """Note that the visit was counted as having come so far."""
    if ahead() & set(steps):
        session["steps"] = sorted({*session.get("steps", ()), *steps})


def expect() -> None:
    """Name the visit that a page's form may begin.

    Two first photos sent at once then begin the same visit; else the later cookie would win, and
    the other photo would be nobody's.
    """
    if "visit" not in session and "coming" not in session:
        session["coming"] = secrets.token_urlsafe(VISIT_BYTES)


def begin() -> str:
    """Return the visit's id, made on the first call; from now on it lasts as long as a photo."""
    if "visit" not in session:
        session["visit"] = session.pop("coming", None) or secrets.token_urlsafe(VISIT_BYTES)
    session.permanent = True
    session.modified = True  # a new photo starts the cookie's hours afresh
    return known()


def join(visit: str) -> None:
    """Go on with another device's visit; what was told of a photo of one's own is forgotten."""
    for name in ("pd", "child", "wearer"):
        session.pop(name, None)
    session["visit"] = visit
    begin()


def leave() -> None:
    """Belong to no visit any more; the language stays as it was chosen."""
    for name in ("visit", "coming", "pd", "child", "wearer", "steps"):
        session.pop(name, None)


def wear(photo: str, face: int) -> None:
    """Remember on which face of which photo the shopper looks at frames."""
    if session.get("wearer") != [photo, face]:
        session["wearer"] = [photo, face]


def worn() -> str:
    """Return the photo on which the shopper looked at frames last, or an empty string."""
    return str(session.get("wearer", ("", 0))[0])


def wearer(photo: str) -> int:
    """Return the face of a photo on which frames were looked at last; else 0, the largest."""
    of, face = session.get("wearer", ("", 0))
    return int(face) if of == photo else 0


def pd_mm(photo: str, face: int) -> float | None:
    """Return the PD, mm, that the shopper typed for this face of this photo, or None."""
    known = told(photo, face).pd
    return known.value if known and known.method == "typed" else None


def told(photo: str, face: int) -> Told:
    """Return what the shopper let us know of a face beyond the photo: its PD, adult or child."""
    of, child = session.get("pd"), session.get("child")
    known = Told()
    if of and of[:2] == [photo, face]:
        value, *sigma = of[2:]
        known = Told(Estimate(value, sigma[0], "card")) if sigma else typed(value)
    return replace(known, child=bool(child and child == [photo, face]))


def remember_pd(photo: str, face: int, value: float | None) -> None:
    """Keep the PD, mm, typed for a face until another is typed; None forgets it.

    It stays in the shopper's own cookie, so that no address and no log bears it.
    """
    session.pop("pd", None)
    if value is not None:
        session["pd"] = [photo, face, float(value)]


def remember_card(photo: str, face: int, pd: Estimate) -> None:
    """Keep the PD that a card gave for a face, as if it had been typed."""
    session["pd"] = [photo, face, pd.value, pd.sigma]


def remember_child(photo: str, face: int, child: bool) -> None:
    """Keep that a face is a child's; another face, or False, takes its place."""
    session.pop("child", None)
    if child:
        session["child"] = [photo, face]
