"""Fields that several calls take."""

from typing import Annotated

from pydantic import Field, WithJsonSchema

from webapp.errors import (
    AnimatedPicture,
    BrokenPicture,
    NoPhoto,
    NotAPicture,
    PhotoTooHeavy,
    PhotoTooLarge,
    PhotoTooSmall,
)

PHOTO_PROBLEMS = (
    NoPhoto,
    NotAPicture,
    AnimatedPicture,
    BrokenPicture,
    PhotoTooHeavy,
    PhotoTooLarge,
    PhotoTooSmall,
)
WIDTHS = (64, 12_000)  # px

Photo = Annotated[
    bytes,
    WithJsonSchema(
        {
            "type": "string",
            "format": "binary",
            "contentMediaType": "image/*",
            "description": "A JPEG, PNG, WebP, AVIF or HEIC picture. Its EXIF orientation is "
            "heeded, and the focal length it states makes millimetres better.",
        }
    ),
]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Width = Annotated[
    int,
    Field(
        ge=WIDTHS[0],
        le=WIDTHS[1],
        description="Pixels; the picture is never enlarged. By default as wide as the photo.",
    ),
]
