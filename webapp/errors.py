"""Domain errors: a code and its parameters.

They are raised low, in the domain's words, and rendered once at the edge
(`webapp/web/problems.py` for pages, the command line for commands), so that the
sentences can be translated. `status` is the HTTP status that fits the error; pure
rooms never look at it.
"""

from typing import Any, ClassVar


class LorgnetteError(Exception):
    """The root of every error that a shopper, an admin or a caller can be told about."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500

    def __init__(self, **params: Any) -> None:
        super().__init__(self.code)
        self.params = params

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.code} ({told})" if told else self.code


class PhotoError(LorgnetteError):
    """A photo that can't be taken in."""


class NotAPicture(PhotoError):
    """The bytes are no picture of an allowed format. Params: allowed."""

    code, status = "not-a-picture", 415


class BrokenPicture(PhotoError):
    """The file claims an allowed format, but ends early or is damaged."""

    code, status = "broken-picture", 422


class AnimatedPicture(PhotoError):
    """The file holds a film, not one picture."""

    code, status = "animated-picture", 415


class PhotoTooHeavy(PhotoError):
    """The file has too many bytes. Params: most_mb."""

    code, status = "photo-too-heavy", 413


class PhotoTooLarge(PhotoError):
    """The picture has too many pixels. Params: megapixels, most_megapixels."""

    code, status = "photo-too-large", 413


class PictureTooCostly(PhotoError):
    """Reading the picture takes more time or memory than a photo of its kind should."""

    code, status = "picture-too-costly", 422


class PhotoTooSmall(PhotoError):
    """The picture is too small to show a face. Params: width, height, least_px."""

    code, status = "photo-too-small", 422


class NoPhoto(PhotoError):
    """The form came without a file."""

    code, status = "no-photo", 422


class ConsentMissing(PhotoError):
    """Nobody agreed to the photo's processing, so nothing was done with it."""

    code, status = "consent-missing", 422


class FaceError(LorgnetteError):
    """A photo in which glasses can't be tried on."""


class NoFace(FaceError):
    """No face was found."""

    code, status = "no-face", 422


class NoSuchFace(FaceError):
    """The face that was asked for is not among those found. Params: asked, found."""

    code, status = "no-such-face", 422


class FaceTooSmall(FaceError):
    """The eyes are too close together in pixels. Params: eye_gap_px, least_px."""

    code, status = "face-too-small", 422


class FaceTurnedAway(FaceError):
    """The head is turned too far for glasses to be seated. Params: yaw_deg, pitch_deg, most_deg."""

    code, status = "face-turned-away", 422


class NotFound(LorgnetteError):
    """It is not there, is gone, or is not yours: the three are told apart to nobody."""

    code, status = "not-found", 404


class ShareEnded(LorgnetteError):
    """A shared link is unknown, revoked or expired, or its photo is gone: not told apart."""

    code, status = "share-ended", 404


class ComplaintUnknown(LorgnetteError):
    """Nobody said what looks wrong about a try-on, or something that isn't offered."""

    code, status = "complaint-unknown", 422


class HandoverOver(LorgnetteError):
    """A link to go on with another device was used before, is too old, or never was."""

    code, status = "handover-over", 404


class InvalidFrame(LorgnetteError):
    """A frame's description is impossible. Params: field, value, advice."""

    code, status = "invalid-frame", 422


class SlugTaken(LorgnetteError):
    """Another frame already has this slug. Params: slug."""

    code, status = "slug-taken", 409


class NumberTaken(LorgnetteError):
    """Another colourway has that SKU or GTIN. Params: field, value."""

    code, status = "number-taken", 409


class EmailTaken(LorgnetteError):
    """Another admin already has this address. Params: email."""

    code, status = "email-taken", 409


class WeakPassword(LorgnetteError):
    """The password is too short. Params: least."""

    code, status = "weak-password", 422


class LoginRefused(LorgnetteError):
    """Address and password don't fit together."""

    code, status = "login-refused", 401


class NotAllowed(LorgnetteError):
    """The signed-in admin's role doesn't reach this far. Params: role, needed."""

    code, status = "not-allowed", 403


class LastOwner(LorgnetteError):
    """The shop would have no owner left. Params: email."""

    code, status = "last-owner", 409


class ModelUnusable(LorgnetteError):
    """The model's weights can't be read. Params: file, reason."""

    code, status = "model-unusable", 503


class NoSuchVersion(LorgnetteError):
    """The model has no version of this name. Params: version, known."""

    code, status = "no-such-version", 404


class VersionTaken(LorgnetteError):
    """A version of the model can't be given this name. Params: version, reason."""

    code, status = "version-taken", 409


class NotEvaluated(LorgnetteError):
    """The version's weights have not been evaluated. Params: version, reason."""

    code, status = "not-evaluated", 409


class ModelWorse(LorgnetteError):
    """The version is worse than the active one. Params: version, active, worse."""

    code, status = "model-worse", 409


class ReasonMissing(LorgnetteError):
    """Something that needs a reason was asked for without one."""

    code, status = "reason-missing", 422


class SheetInvalid(LorgnetteError):
    """A file of an import can't be read at all. Params: advice."""

    code, status = "sheet-invalid", 422


class CellInvalid(LorgnetteError):
    """A cell of an import's sheet can't be so. Params: advice."""

    code, status = "cell-invalid", 422


class CellMissing(LorgnetteError):
    """A new frame or colourway lacks a cell that it needs."""

    code, status = "cell-missing", 422


class CellsDisagree(LorgnetteError):
    """Two rows of a sheet contradict each other. Params: other (the earlier row's number)."""

    code, status = "cells-disagree", 422


class PictureMissing(LorgnetteError):
    """The ZIP lacks a picture that a sheet names, or a colourway has none. Params: name."""

    code, status = "picture-missing", 422


class ImportUnderWay(LorgnetteError):
    """An import of this shop is still at work."""

    code, status = "import-under-way", 409


class PreferenceInvalid(LorgnetteError):
    """A setting of the shop can't be so. Params: field, advice."""

    code, status = "preference-invalid", 422


class ChangedMeanwhile(LorgnetteError):
    """What was to be taken back is no longer the last change."""

    code, status = "changed-meanwhile", 409


class TrainingDataBroken(LorgnetteError):
    """A file of the training data, or a record in it, can't be read. Params: file, record."""

    code = "training-data-broken"


class Busy(LorgnetteError):
    """Too much is asked at once; try again shortly. Params: seconds."""

    code, status = "busy", 503


class SettingInvalid(LorgnetteError):
    """A setting has a value that can't be used. Params: name, value, expected."""

    code = "setting-invalid"


class PdOutOfRange(FaceError):
    """A typed distance between the pupils that nobody has. Params: value, low, high (mm)."""

    code, status = "pd-out-of-range", 422


class NudgeTooFar(FaceError):
    """A frame moved further than the nose holds it. Params: field, value, low, high (mm, deg)."""

    code, status = "nudge-too-far", 422


class CardMarksTogether(FaceError):
    """The marks at a card's ends lie on the same spot, or nearly. Params: px."""

    code, status = "card-marks-together", 422


class CardMarksOutside(FaceError):
    """A mark at a card's end lies outside the photo, or is no number."""

    code, status = "card-marks-outside", 422


class CardImpossible(FaceError):
    """The marks make the card so long or short that nobody has such a PD. Params: pd_mm, low, high.

    It is the PD that they imply, in millimetres, and what people have.
    """

    code, status = "card-impossible", 422


class EmailInvalid(LorgnetteError):
    """It is no e-mail address. Params: email."""

    code, status = "email-invalid", 422


class FileUnreadable(LorgnetteError):
    """A file named on the command line can't be read. Params: file, reason."""

    code = "file-unreadable"


class OutputUnwritable(LorgnetteError):
    """A file can't be written where it was asked for. Params: file, reason."""

    code = "output-unwritable"


class DatabaseOutdated(LorgnetteError):
    """The database has no tables yet, or those of another version."""

    code, status = "database-outdated", 503


class KeyRefused(LorgnetteError):
    """No API key came with the call, or one that is unknown or revoked."""

    code, status = "key-refused", 401


class ScopeMissing(LorgnetteError):
    """The API key doesn't reach this far. Params: needed, scopes."""

    code, status = "scope-missing", 403


class KeyNameTaken(LorgnetteError):
    """Another API key, perhaps a revoked one, has this name. Params: name."""

    code, status = "key-name-taken", 409


class KeyInvalid(LorgnetteError):
    """An API key can't be made like that. Params: field, value, advice."""

    code, status = "key-invalid", 422


class AttestationMissing(LorgnetteError):
    """Nobody vouches for the consent of the people whose photos an API key will send."""

    code, status = "attestation-missing", 422


class FieldsInvalid(LorgnetteError):
    """A call's fields are not as documented. Params: errors, each with field and reason."""

    code, status = "fields-invalid", 422


class KeyReused(LorgnetteError):
    """An Idempotency-Key came again with another call than the first time."""

    code, status = "idempotency-key-reused", 409


class CallUnderWay(LorgnetteError):
    """The first call with this Idempotency-Key has not been answered yet. Params: seconds."""

    code, status = "call-under-way", 409


class RedisAway(LorgnetteError):
    """Redis is named by REDIS_URL, but does not answer. Params: reason."""

    code, status = "redis-away", 503


class RedisUnfit(LorgnetteError):
    """The Redis at REDIS_URL is too old. Params: version, least."""

    code, status = "redis-unfit", 503


class PlaceUnusable(LorgnetteError):
    """A folder or bucket of a batch can't be used. Params: place, reason."""

    code, status = "place-unusable", 422


class BatchInvalid(LorgnetteError):
    """A batch can't be made like that. Params: field, value, advice."""

    code, status = "batch-invalid", 422


class BatchClosed(LorgnetteError):
    """A batch is not in a state in which that can be done. Params: state, needed."""

    code, status = "batch-closed", 409


class FilesUnusable(LorgnetteError):
    """The pictures' folder or bucket can't be used, or its disk is all but full. Params: reason."""

    code, status = "files-unusable", 503


class DatabaseAway(LorgnetteError):
    """The database does not answer, or refuses. Params: seconds."""

    code, status = "database-away", 503


class NotABackup(LorgnetteError):
    """The file is no backup of this shop, or damaged. Params: file, reason."""

    code, status = "not-a-backup", 422


class BackupTooNew(LorgnetteError):
    """A later version of the shop made the backup. Params: file, revision."""

    code, status = "backup-too-new", 409


class BackupIncomplete(LorgnetteError):
    """A picture of the catalogue has lost its file. Params: file."""

    code, status = "backup-incomplete", 500


class ModelNameTaken(LorgnetteError):
    """Another reference model has that name. Params: name."""

    code, status = "model-name-taken", 409


class NothingToUndo(LorgnetteError):
    """A frame's last change can't be taken back. Params: reason."""

    code, status = "nothing-to-undo", 409


class ProductPhotoError(LorgnetteError):
    """A product photo from which no frame can be cut."""

    status = 422


class BackgroundBusy(ProductPhotoError):
    """The picture is neither transparent nor on plain paper."""

    code = "background-busy"


class NoFrameInPicture(ProductPhotoError):
    """Nothing stands out from the paper."""

    code = "no-frame-in-picture"


class FrameCropped(ProductPhotoError):
    """The frame runs out of the picture. Params: side."""

    code = "frame-cropped"


class FrameLopsided(ProductPhotoError):
    """The two halves don't mirror each other: not square on, or something else is there."""

    code = "frame-lopsided"


class LensesNotFound(ProductPhotoError):
    """No lens outlines of the stated size are in the picture."""

    code = "lenses-not-found"


class MarksMismatch(ProductPhotoError):
    """The picture's proportions are not the size marks'. Params: field, stated_mm, seen_mm."""

    code = "marks-mismatch"


class ProductPhotoSmall(ProductPhotoError):
    """Too few pixels for sharp artwork. Params: width, least_px."""

    code = "product-photo-small"


class SideUnreadable(ProductPhotoError):
    """The side photo shows no long temple with the front at one end."""

    code = "side-unreadable"


class EngineGone(LorgnetteError):
    """What a batch was to run on is missing or went away. Params: reason."""

    code, status = "engine-gone", 503
