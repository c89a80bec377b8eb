"""What admins, programs and commands are told when something can't be done, in English.

By the error's code: a title, and what to do next, as in `words`.
"""

OFFICE_WORDS: dict[str, tuple[str, str]] = {
    "invalid-frame": ("That frame is not possible", "%(field)s: %(advice)s."),
    "slug-taken": ("That short name is taken", "Another frame is already called %(slug)s."),
    "number-taken": (
        "That number is taken",
        "Another colourway already has the %(field)s %(value)s.",
    ),
    "model-name-taken": ("That name is taken", "Another model is called %(name)s."),
    "nothing-to-undo": ("There is nothing to undo", "%(reason)s"),
    "background-busy": (
        "The background is not plain",
        "The picture is neither transparent nor on plain paper. Please take one on white or "
        "light grey without anything else in it, or save it as a PNG with the background removed.",
    ),
    "no-frame-in-picture": (
        "There is no frame in that picture",
        "Nothing stands out from the background. Please choose the photo of the frame's front.",
    ),
    "frame-cropped": (
        "The frame is cut off",
        "It runs out of the picture (%(side)s). Please leave some background on every side.",
    ),
    "frame-lopsided": (
        "The frame is not seen square on",
        "Its two halves don't mirror each other. Please photograph it straight from the front, "
        "level to within ten degrees, with nothing else in the picture.",
    ),
    "lenses-not-found": (
        "No lenses were found",
        "The picture shows no two lenses of the stated size. Is it the front, and are lens width, "
        "lens height, bridge and overall width right?",
    ),
    "marks-mismatch": (
        "The size marks don't fit the picture",
        "%(field)s is given as %(stated_mm)s mm, but looks like %(seen_mm)s mm beside the overall "
        "width. Please check both with a caliper.",
    ),
    "product-photo-small": (
        "That picture is too small",
        "It is %(width)s pixels wide. Please choose one of at least %(least_px)s.",
    ),
    "side-unreadable": (
        "The side picture can't be read",
        "It should show one whole temple, level, with the front at one end and nothing else.",
    ),
    "email-taken": ("That address is taken", "There is already an admin with %(email)s."),
    "email-invalid": (
        "That is not an e-mail address",
        "Please check it for a slip of the pen.",
    ),
    "weak-password": (
        "That password is too short",
        "Please use at least %(least)s characters.",
    ),
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
    "reason-missing": (
        "It takes a reason",
        "Please say in a few words why; it is kept with your name in the list of changes.",
    ),
    "sheet-invalid": ("That file can't be imported", "%(advice)s."),
    "cell-invalid": ("It can't be read", "It should be %(advice)s."),
    "cell-missing": ("It is empty", "A new frame or colourway needs it."),
    "cells-disagree": (
        "It differs from another row",
        "Row %(other)s says otherwise, or has the same already.",
    ),
    "picture-missing": (
        "The picture is missing",
        "There is no %(name)s beside the sheet.",
    ),
    "import-under-way": (
        "An import is still at work",
        "One is done after the other. Please wait for its end, or stop it.",
    ),
    "preference-invalid": ("That setting is not possible", "%(field)s: %(advice)s."),
    "changed-meanwhile": (
        "It has been changed again",
        "Only the last change of a setting can be taken back. Please look at it as it is now.",
    ),
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
    "batch-invalid": ("A batch can't be made like that", "%(field)s %(value)s: %(advice)s."),
    "batch-closed": (
        "The batch is %(state)s",
        "That can be done only while it is one of: %(needed)s.",
    ),
    "place-unusable": ("The folder or bucket can't be used", "%(place)s: %(reason)s."),
    "file-unreadable": ("The photo can't be read", "%(file)s: %(reason)s."),
    "worker-lost": (
        "The photo ended whatever worked on it",
        "It was tried several times, at last alone. Leave it out, or save it anew.",
    ),
    "output-unwritable": (
        "There was no room for the pictures, or no permission",
        "Make room, then resume the batch: nothing is lost.",
    ),
    "call-under-way": (
        "The same call is still being answered",
        "Please wait a few seconds, then send it again with the same Idempotency-Key.",
    ),
}
