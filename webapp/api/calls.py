"""What every call goes through: key, limit, scope, fields; and how a call is declared.

A declared call is a route and an entry in the OpenAPI document at once, so neither can lack
what the other has.
"""

import time
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Blueprint, Response, current_app, g, request
from pydantic import BaseModel, ValidationError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from webapp.errors import Busy, FieldsInvalid, KeyRefused, LorgnetteError, NoPhoto
from webapp.shop import api_keys, sight
from webapp.shop.api_keys import KeyView
from webapp.web.limits import limiter

ROOT = "/api/v1"
CHUNK = 64 * 1024  # bytes of a body that nobody wants, read at once
bp = Blueprint("api", __name__, url_prefix=ROOT)


@dataclass(frozen=True)
class Answer:
    """What a call answers when it succeeds: in words, and by media type its model.

    A media type without a model is a picture; no media types: an empty answer.
    """

    words: str
    content: Mapping[str, type[BaseModel] | None]


@dataclass(frozen=True)
class Call:
    """A declared call. `path` has its parts in braces; `key_named`: takes an Idempotency-Key.

    `fields`: its query's fields, or those of its form where it is a POST.
    """

    method: str
    path: str
    scope: str
    view: Callable[..., Response]
    answers: Mapping[int, Answer]
    fields: type[BaseModel]
    problems: tuple[type[LorgnetteError], ...]
    key_named: bool


DECLARED: list[Call] = []


class Fields(BaseModel):
    """The fields of a call: strings on the wire, and none but those declared."""

    model_config = {"extra": "forbid", "allow_inf_nan": False}


def call(
    method: str,
    path: str,
    *,
    scope: str,
    answers: Mapping[int, Answer],
    fields: type[Fields] = Fields,
    problems: tuple[type[LorgnetteError], ...] = (),
    key_named: bool = False,
    seen: bool = False,
) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Declare a view as a call: it gets the key, the fields, and the parts of the path by name.

    The view's docstring is what the document says of it. `seen`: a face is sought in a photo, so
    the call is not begun while too many wait for the model (`Busy`).
    """

    def declare(view: Callable[..., Response]) -> Callable[..., Response]:
        @wraps(view)  # the limiter counts by name
        def admitted(key: KeyView, **parts: str) -> Response:
            api_keys.require(key, scope)
            if seen:
                knock()
            return view(key, read(fields), **parts)

        limited = limiter.shared_limit(calls_a_minute, scope="api", key_func=limited_by)(admitted)

        def answer(**parts: str) -> Response:
            g.api_key = key_of(request.headers.get("Authorization", ""))
            return limited(g.api_key, **parts)

        rule = path.replace("{", "<").replace("}", ">")
        # Without Flask's own answer to OPTIONS: no other site's scripts have business here.
        bp.add_url_rule(
            rule, view.__name__, answer, methods=[method], provide_automatic_options=False
        )
        DECLARED.append(Call(method, path, scope, view, answers, fields, problems, key_named))
        return view

    return declare


def knock() -> None:
    """Raise `Busy` where too many wait for the model, before the body is understood for nothing.

    It is read all the same: a client that is still sending would find the connection broken.
    """
    try:
        sight.current().knock()
    except Busy:
        while request.stream.read(CHUNK):
            pass
        raise


def key_of(authorization: str) -> KeyView:
    """Return the key that the header bears. Raises `KeyRefused`."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise KeyRefused()
    return api_keys.check(token.strip())


def calls_a_minute() -> str:
    """Return the limit on a key's calls, as the limiter reads it."""
    return f"{current_app.config['API_CALLS_PER_MINUTE']} per minute"


def limited_by() -> str:
    """Return what calls are counted by: the key, wherever it is used."""
    return str(g.api_key.id)


@bp.after_request
def tell_limit(response: Response) -> Response:
    """Say how many calls the key has left in this minute."""
    limit = limiter.current_limit if "api_key" in g else None
    if limit:
        seconds = max(0, int(limit.reset_at - time.time()))
        response.headers["RateLimit-Limit"] = str(limit.limit.amount)
        response.headers["RateLimit-Remaining"] = str(limit.remaining)
        response.headers["RateLimit-Reset"] = str(seconds)
    return response


def read(fields: type[Fields]) -> Fields:
    """Return the request's fields, of its query or, in a POST, of its form.

    Raises:
        UnsupportedMediaType, BadRequest: the body is no form, or a broken one.
        NoPhoto: the photo is missing.
        FieldsInvalid: a field is missing, unknown, there twice, or not as declared.
    """
    raw = form_sent(fields) if request.method == "POST" else request.args
    several = lists_of(fields)
    wrong = [
        {"field": name, "reason": "given more than once"}
        for name, values in raw.lists()
        if len(values) > 1 and name not in several
    ]
    wrong += [
        {"field": name.replace("\0", ""), "reason": "has a NUL in it"}
        for name, value in raw.items(multi=True)
        if "\0" in name or (isinstance(value, str) and "\0" in value)
    ]
    if request.method == "POST":
        wrong += [{"field": name, "reason": "belongs into the form"} for name in request.args]
    try:
        parsed = fields.model_validate(
            {name: sent if name in several else sent[0] for name, sent in raw.lists()}
        )
    except ValidationError as error:
        wrong += [reason_of(dict(one)) for one in error.errors(include_url=False)]
        if wrong[-1:] == [{"field": "photo", "reason": "Field required"}]:
            raise NoPhoto() from None
    if wrong:
        raise FieldsInvalid(errors=wrong)
    return parsed


def lists_of(fields: type[Fields]) -> set[str]:
    """Return the names of the fields that may be sent more than once."""
    return {
        name
        for name, field in fields.model_fields.items()
        if typing.get_origin(field.annotation) is list
    }


def form_sent(fields: type[Fields]) -> MultiDict[str, str | bytes]:
    """Return the form's fields, files as bytes; a call that takes none may come without a form.

    Raises: as `read`.
    """
    if not fields.model_fields and not request.mimetype and not request.content_length:
        return MultiDict()
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType()
    if not request.mimetype_params.get("boundary"):
        raise BadRequest()
    sent: MultiDict[str, str | bytes] = MultiDict(request.form.items(multi=True))
    for name, file in request.files.items(multi=True):
        sent.add(name, file.read())
    if not all(sent):
        raise BadRequest()  # a part of the form has no name
    return sent


def reason_of(error: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with a field; never what was sent, which may be a photo."""
    return {"field": ".".join(map(str, error["loc"])), "reason": error["msg"]}
