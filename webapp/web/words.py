"""What people are told when something can't be done: a title, and what to do next.

Each error's code has its words here, said in the visitor's language; what only admins and
programs are told is in `office_words`, in English. `%(name)s` stands for one of the error's
parameters.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from webapp.errors import LorgnetteError
from webapp.web import speech
from webapp.web.office_words import OFFICE_WORDS

Words = tuple[str | LazyString, str | LazyString]  # a title, and what to do


@dataclass(frozen=True)
class Advice:
    """What could be better about a photo, in words, and what to do. `code`: for programs."""

    code: str
    title: str
    advice: str


@dataclass(frozen=True)
class Problem:
    """A refusal in words. `code`: for programs; `title`: what; `advice`: what to do next."""

    code: str
    status: int
    title: str
    advice: str


WORDS: dict[str, Words] = {
    **OFFICE_WORDS,
    "not-a-picture": (
        _("That file is not a photo we can read"),
        _(
            "Please choose a JPEG, PNG, WebP, AVIF or HEIC picture. Most phones and cameras save "
            "one of these."
        ),
    ),
    "broken-picture": (
        _("That photo is damaged"),
        _("The file ends too early or is faulty. Try saving or sending it again, or take another."),
    ),
    "animated-picture": (
        _("That is a moving picture"),
        _("Please choose a still photo; animations and films can't be used."),
    ),
    "photo-too-heavy": (
        _("That file is too big"),
        _("A photo may have at most %(most_mb)s MB. Your phone can usually send a smaller size."),
    ),
    "photo-too-large": (
        _("That photo has too many pixels"),
        _(
            "It has %(megapixels)s megapixels; %(most_megapixels)s are the most we take. "
            "Please choose a smaller one."
        ),
    ),
    "picture-too-costly": (
        _("That photo takes too much to read"),
        _(
            "It is made in an unusual way. Please save it anew as an ordinary JPEG, or take "
            "another."
        ),
    ),
    "photo-too-small": (
        _("That photo is too small"),
        _(
            "It has %(width)s × %(height)s pixels. Please choose one that is at least "
            "%(least_px)s pixels wide and high."
        ),
    ),
    "no-photo": (
        _("No photo has been chosen"),
        _("Please choose a photo of your face, or use your camera."),
    ),
    "consent-missing": (
        _("We need your agreement first"),
        _(
            "Please tick the box that says you agree. Until you do, nothing is done with your "
            "picture."
        ),
    ),
    "no-face": (
        _("We could not find a face in that photo"),
        _(
            "Face the camera, with your eyes and ears in the picture, in even light, "
            "and without sunglasses."
        ),
    ),
    "no-such-face": (
        _("That person is not in the photo"),
        _("We found %(found)s. Please choose one of them on your wall."),
    ),
    "face-too-small": (
        _("Your face is too small in that photo"),
        _("Come closer, or crop the picture, so that your face fills about a third of its width."),
    ),
    "face-turned-away": (
        _("Your face is turned too far"),
        _("Look into the camera, or turn your head no more than %(most_deg)s degrees."),
    ),
    "pd-out-of-range": (
        _("That pupillary distance can't be right"),
        _("It is a number of millimetres between %(low)s and %(high)s, as on your prescription."),
    ),
    "nudge-too-far": (
        _("The frame can't sit there"),
        _(
            "That is further than your nose would hold it. Move it back by a step, or put it back "
            "where it came to rest."
        ),
    ),
    "card-marks-together": (
        _("Both marks are on the same spot"),
        _("Move one mark to the card's left edge and the other to its right edge."),
    ),
    "card-marks-outside": (
        _("A mark lies outside your photo"),
        _("Each mark belongs on an edge of the card, between 0 and 100 per cent of the photo."),
    ),
    "card-impossible": (
        _("The marks can't be the ends of a bank card"),
        _(
            "They would make your pupillary distance %(pd_mm)s mm. Put them on the short edges of "
            "a card that is held flat against your forehead."
        ),
    ),
    "share-ended": (
        _("This picture is no longer shared"),
        _(
            "The link has expired, or was ended by whoever shared it. You can see the same frames "
            "on your own face: it takes one photo."
        ),
    ),
    "complaint-unknown": (
        _("Please say what looks wrong"),
        _("Go back and choose one of the reasons; it helps us to mend it."),
    ),
    "not-found": (
        _("There is nothing here"),
        _(
            "Photos and try-ons are deleted after some hours, and only the browser that sent them "
            "can see them."
        ),
    ),
    "handover-over": (
        _("That code has been used, or is too old"),
        _("Show a new code on the other device, and scan that one. Or start here, with a photo."),
    ),
    "model-unusable": (
        _("The fitting room is closed for a moment"),
        _("Something is wrong on our side, not with your photo. Please come back later."),
    ),
    "busy": (
        _("The fitting room is full just now"),
        _("Please try again in a few seconds. Your photo is fine."),
    ),
    "database-away": (
        _("The fitting room is closed for a moment"),
        _("Something is wrong on our side, not with your photo. Please try again in a minute."),
    ),
    "files-unusable": (
        _("The fitting room is closed for a moment"),
        _("There is no room for pictures on our side. Please come back later."),
    ),
    # What the camera's page is told by the browser
    "camera-denied": (
        _("The camera is not allowed"),
        _(
            "Your browser or you said no. Click the camera or lock symbol beside the address, "
            "allow the camera, and try again; or upload a photo."
        ),
    ),
    "camera-none": (
        _("No camera was found"),
        _("Connect one and try again, or upload a photo."),
    ),
    "camera-busy": (
        _("The camera is in use"),
        _(
            "Another program or tab holds it, perhaps a video call. Close that and try again, or "
            "upload a photo."
        ),
    ),
    "camera-insecure": (
        _("This page can't use the camera"),
        _("Browsers allow it on secure pages (https) only. Please upload a photo instead."),
    ),
    "camera-unknown": (
        _("The camera did not start"),
        _("Please try again, or upload a photo."),
    ),
    # What the web itself refuses
    "csrf": (
        _("This page has been open too long"),
        _(
            "Your browser no longer has the cookie this page came with. Please go back, reload it "
            "and try again; cookies must be allowed."
        ),
    ),
    "bad-request": (_("We did not understand that"), _("Please go back and try again.")),
    "forbidden": (_("You may not do that"), _("This part of the shop is not open to you.")),
    "method-not-allowed": (
        _("That can't be done here"),
        _("Please use the buttons on the pages."),
    ),
    "unsupported-media-type": (
        _("That kind of content is not taken here"),
        _("Please send it as the form on the page does."),
    ),
    "too-slow": (
        _("Your photo took too long to arrive"),
        _("Please try again, perhaps with a better connection or a smaller file."),
    ),
    "request-too-large": (
        _("That was too much at once"),
        _("Please send a smaller file."),
    ),
    "too-many-requests": (
        _("That was a little too often"),
        _("Please wait a while, then try again."),
    ),
    "error": (
        _("Something went wrong on our side"),
        _("It has been noted. Please try again; if it stays, come back later."),
    ),
}
# What could be better about a photo that will do, by code of `webapp.faces.quality`.
CONCERNS: dict[str, Words] = {
    "turned": (
        _("Your head is turned to the side"),
        _("Look straight into the camera, so that both eyes are measured equally well."),
    ),
    "nodding": (
        _("Your head is tilted up or down"),
        _("Hold the camera at the height of your eyes, and look straight into it."),
    ),
    "too-small": (
        _("Your face is rather small in the photo"),
        _("Come closer, so that your face fills about a third of its width."),
    ),
    "too-dark": (
        _("Your photo is rather dark"),
        _("Face a window or a lamp; then your eyes are found better and colours look truer."),
    ),
    "too-bright": (
        _("Your face is very brightly lit"),
        _("Step out of the glare, or turn the flash off: parts of your face are plain white."),
    ),
    "blurred": (
        _("Your photo is rather blurred"),
        _("Wipe the lens, hold the camera still, and let it focus on your eyes."),
    ),
    "cut-off": (
        _("Part of your face is outside the photo"),
        _("Keep your whole head in the picture: glasses are hard to fit to what can't be seen."),
    ),
    "wears-glasses": (
        _("You seem to be wearing glasses"),
        _("Take them off for a photo that shows new ones alone, or go on: they will show through."),
    ),
}
STATUS_CODES = {
    400: "bad-request",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    408: "too-slow",
    413: "request-too-large",
    415: "unsupported-media-type",
    429: "too-many-requests",
}


def init_app(app: Flask) -> None:
    """Let templates hand a problem's words to their scripts."""
    app.add_template_global(spoken, "words_of")


def spoken(code: str, **params: Any) -> dict[str, str]:
    """Return the title and the advice of a code, as a page's script shows them."""
    told = problem(code, 0, params)
    return {"title": told.title, "advice": told.advice}


def words_for(error: LorgnetteError) -> Problem:
    """Return the error in words; a code without words of its own speaks generally."""
    code = error.code if error.code in WORDS else "error"
    return problem(code, error.status, error.params)


def advice_on(concern: str) -> Advice:
    """Return in words what could be better about a photo; `concern`: a key of `CONCERNS`."""
    title, advice = CONCERNS[concern]
    return Advice(concern, str(title), str(advice))


def words_for_status(status: int) -> Problem:
    """Return in words what the HTTP status says."""
    return problem(STATUS_CODES.get(status, "bad-request" if status < 500 else "error"), status)


def problem(code: str, status: int, params: Mapping[str, Any] | None = None) -> Problem:
    """Return the words of `code` with the parameters set in."""
    title, advice = WORDS[code]
    told = Said(params or {})
    return Problem(code, status, str(title) % told, str(advice) % told)


class Said(dict[str, str]):
    """Parameters as they are said: rounded, and never missing."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        super().__init__({name: said(value) for name, value in params.items()})

    def __missing__(self, name: str) -> str:
        return "…"


def said(value: object) -> str:
    """Return a parameter's value as a person would say it."""
    if isinstance(value, float):
        return speech.number(value, 0 if round(value, 1).is_integer() else 1)
    return str(value)
