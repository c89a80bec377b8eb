"""What people are told when something can't be done: a title, and what to do next.

Each error's code has its words here, in one place, ready to be translated. `%(name)s`
stands for one of the error's parameters.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from webapp.errors import LorgnetteError


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


FORMATS = "JPEG, PNG, WebP, AVIF or HEIC"

WORDS: dict[str, tuple[str, str]] = {
    "not-a-picture": (
        "That file is not a photo we can read",
        f"Please choose a {FORMATS} picture. Most phones and cameras save one of these.",
    ),
    "broken-picture": (
        "That photo is damaged",
        "The file ends too early or is faulty. Try saving or sending it again, or take another.",
    ),
    "animated-picture": (
        "That is a moving picture",
        "Please choose a still photo; animations and films can't be used.",
    ),
    "photo-too-heavy": (
        "That file is too big",
        "A photo may have at most %(most_mb)s MB. Your phone can usually send a smaller size.",
    ),
    "photo-too-large": (
        "That photo has too many pixels",
        "It has %(megapixels)s megapixels; %(most_megapixels)s are the most we take. "
        "Please choose a smaller one.",
    ),
    "photo-too-small": (
        "That photo is too small",
        "It has %(width)s × %(height)s pixels. Please choose one that is at least "
        "%(least_px)s pixels wide and high.",
    ),
    "no-photo": (
        "No photo has been chosen",
        "Please choose a photo of your face, or use your camera.",
    ),
    "consent-missing": (
        "We need your agreement first",
        "Please tick the box above the photo. Until you do, nothing is done with your picture.",
    ),
    "no-face": (
        "We could not find a face in that photo",
        "Face the camera, with your eyes and ears in the picture, in even light, "
        "and without sunglasses.",
    ),
    "no-such-face": (
        "That person is not in the photo",
        "We found %(found)s. Please choose one of them on your wall.",
    ),
    "face-too-small": (
        "Your face is too small in that photo",
        "Come closer, or crop the picture, so that your face fills about a third of its width.",
    ),
    "face-turned-away": (
        "Your face is turned too far",
        "Look into the camera, or turn your head no more than %(most_deg)s degrees.",
    ),
    "pd-out-of-range": (
        "That pupillary distance can't be right",
        "It is a number of millimetres between %(low)s and %(high)s, as on your prescription.",
    ),
    "nudge-too-far": (
        "The frame can't sit there",
        "That is further than your nose would hold it. Move it back by a step, or put it back "
        "where it came to rest.",
    ),
    "card-marks-together": (
        "Both marks are on the same spot",
        "Move one mark to the card's left edge and the other to its right edge.",
    ),
    "card-marks-outside": (
        "A mark lies outside your photo",
        "Each mark belongs on an edge of the card, between 0 and 100 per cent of the photo.",
    ),
    "card-impossible": (
        "The marks can't be the ends of a bank card",
        "They would make your pupillary distance %(pd_mm)s mm. Put them on the short edges of a "
        "card that is held flat against your forehead.",
    ),
    "not-found": (
        "There is nothing here",
        "Photos and try-ons are deleted after some hours, and only the browser that sent them "
        "can see them.",
    ),
    "invalid-frame": ("That frame is not possible", "%(field)s: %(advice)s."),
    "slug-taken": ("That short name is taken", "Another frame is already called %(slug)s."),
    "number-taken": (
        "That number is taken",
        "Another colourway already has the %(field)s %(value)s.",
    ),
    "email-taken": ("That address is taken", "There is already an admin with %(email)s."),
    "email-invalid": ("That is not an e-mail address", "Please check it for a slip of the pen."),
    "weak-password": ("That password is too short", "Please use at least %(least)s characters."),
    "login-refused": (
        "That did not work",
        "The address and the password don't fit together. Please try again.",
    ),
    "not-allowed": (
        "You may not do that",
        "It takes the role %(needed)s; yours is %(role)s. Ask an owner of the shop.",
    ),
    "last-owner": (
        "The shop needs an owner",
        "%(email)s is the only one. Make somebody else an owner first.",
    ),
    "model-unusable": (
        "The fitting room is closed for a moment",
        "Something is wrong on our side, not with your photo. Please come back later.",
    ),
    "no-such-version": (
        "The model has no such version",
        "There is none called %(version)s; there are %(known)s.",
    ),
    "version-taken": (
        "A version can't be called that",
        "%(version)s: %(reason)s. Please choose another name.",
    ),
    "not-evaluated": (
        "That version has not been evaluated",
        "%(version)s: %(reason)s. Evaluate it first, so that it can be compared.",
    ),
    "model-worse": (
        "That version is worse than the active one",
        "%(version)s against %(active)s. %(worse)s.",
    ),
    "busy": (
        "The fitting room is full just now",
        "Please try again in a few seconds. Your photo is fine.",
    ),
    # What the API refuses
    "key-refused": (
        "No valid API key came with this call",
        "Send it as 'Authorization: Bearer KEY'. It may be mistyped, or have been revoked.",
    ),
    "scope-missing": (
        "This API key may not do that",
        "It takes the scope %(needed)s; the key has %(scopes)s.",
    ),
    "key-name-taken": (
        "That name is taken",
        "There is, or was, an API key called %(name)s. Please choose another name.",
    ),
    "key-invalid": ("An API key can't be made like that", "%(field)s: %(advice)s."),
    "attestation-missing": (
        "Someone has to vouch for consent",
        "A key is made only for a holder who attests that the people in the photos agreed.",
    ),
    "fields-invalid": (
        "A field is not as documented",
        "See 'errors' for each field and what is wrong with it.",
    ),
    "idempotency-key-reused": (
        "That Idempotency-Key belongs to another call",
        "It was used with other fields or another photo. Use a new one for a new call.",
    ),
    "call-under-way": (
        "The same call is still being answered",
        "Please wait a few seconds, then send it again with the same Idempotency-Key.",
    ),
    # What the web itself refuses
    "csrf": (
        "This page has been open too long",
        "Your browser no longer has the cookie this page came with. Please go back, reload it "
        "and try again; cookies must be allowed.",
    ),
    "bad-request": ("We did not understand that", "Please go back and try again."),
    "forbidden": ("You may not do that", "This part of the shop is not open to you."),
    "method-not-allowed": (
        "That can't be done here",
        "Please use the buttons on the pages.",
    ),
    "unsupported-media-type": (
        "That kind of content is not taken here",
        "Please send it as the form on the page does.",
    ),
    "request-too-large": (
        "That was too much at once",
        "Please send a smaller file.",
    ),
    "too-many-requests": (
        "That was a little too often",
        "Please wait a while, then try again.",
    ),
    "error": (
        "Something went wrong on our side",
        "It has been noted. Please try again; if it stays, come back later.",
    ),
}
# What could be better about a photo that will do, by code of `webapp.faces.quality`.
CONCERNS: dict[str, tuple[str, str]] = {
    "turned": (
        "Your head is turned to the side",
        "Look straight into the camera, so that both eyes are measured equally well.",
    ),
    "nodding": (
        "Your head is tilted up or down",
        "Hold the camera at the height of your eyes, and look straight into it.",
    ),
    "too-small": (
        "Your face is rather small in the photo",
        "Come closer, so that your face fills about a third of its width.",
    ),
    "too-dark": (
        "Your photo is rather dark",
        "Face a window or a lamp; then your eyes are found better and colours look truer.",
    ),
    "too-bright": (
        "Your face is very brightly lit",
        "Step out of the glare, or turn the flash off: parts of your face are plain white.",
    ),
    "blurred": (
        "Your photo is rather blurred",
        "Wipe the lens, hold the camera still, and let it focus on your eyes.",
    ),
    "cut-off": (
        "Part of your face is outside the photo",
        "Keep your whole head in the picture: glasses are hard to fit to what can't be seen.",
    ),
}
STATUS_CODES = {
    400: "bad-request",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    413: "request-too-large",
    415: "unsupported-media-type",
    429: "too-many-requests",
}


def words_for(error: LorgnetteError) -> Problem:
    """Return the error in words; a code without words of its own speaks generally."""
    code = error.code if error.code in WORDS else "error"
    return problem(code, error.status, error.params)


def advice_on(concern: str) -> Advice:
    """Return in words what could be better about a photo; `concern`: a key of `CONCERNS`."""
    return Advice(concern, *CONCERNS[concern])


def words_for_status(status: int) -> Problem:
    """Return in words what the HTTP status says."""
    return problem(STATUS_CODES.get(status, "bad-request" if status < 500 else "error"), status)


def problem(code: str, status: int, params: Mapping[str, Any] | None = None) -> Problem:
    """Return the words of `code` with the parameters set in."""
    title, advice = WORDS[code]
    told = Said(params or {})
    return Problem(code, status, title % told, advice % told)


class Said(dict[str, str]):
    """Parameters as they are said: rounded, and never missing."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        super().__init__({name: said(value) for name, value in params.items()})

    def __missing__(self, name: str) -> str:
        return "…"


def said(value: object) -> str:
    """Return a parameter's value as a person would say it."""
    return f"{round(value, 1):g}" if isinstance(value, float) else str(value)
