"""The OpenAPI 3.1 document, made of the declared calls and their models."""

import inspect
import re
from typing import Any

from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema

from webapp.api.calls import DECLARED, Answer, Call
from webapp.errors import FieldsInvalid, KeyRefused, LorgnetteError, ScopeMissing
from webapp.shop.api_keys import ATTESTATION

REFERENCE = "#/components/schemas/{model}"
VERSION = "1.0.0"
ABOUT = f"""Glasses on faces in photos, in millimetres.

Every call bears an API key, `Authorization: Bearer KEY`. Whoever holds one has attested:
"{ATTESTATION}"

Every problem is `application/problem+json` (RFC 9457); its `code` is for programs. A key may
make so many calls a minute; `RateLimit-Limit`, `RateLimit-Remaining` and `RateLimit-Reset`
(seconds) tell how it stands.
"""
HEADERS = {
    "RateLimit-Limit": "Calls that the key may make a minute.",
    "RateLimit-Remaining": "Calls that are left of them.",
    "RateLimit-Reset": "Seconds until they are all back.",
}
ALWAYS = (KeyRefused, ScopeMissing)


class WrongField(BaseModel):
    """A field that is not as documented."""

    field: str
    reason: str


class Problem(BaseModel):
    """Why a call was refused. A problem's parameters are further members."""

    model_config = {"extra": "allow"}

    type: str
    title: str
    status: int
    detail: str = Field(description="What to do next.")
    code: str = Field(description="The reason, for programs.")
    errors: list[WrongField] = Field([], description="With `fields-invalid`: what is wrong.")


def document(server: str) -> dict[str, Any]:
    """Return the document; `server`: the address that paths are appended to."""
    models: list[type[BaseModel]] = [Problem, *answered(), *fields_of_all()]
    _, defined = models_json_schema(
        [(model, "validation") for model in models], ref_template=REFERENCE
    )
    components = {
        name: schema
        for name, schema in defined["$defs"].items()
        if name not in {model.__name__ for model in fields_of_all()}
    }
    by_model = {model: defined["$defs"][model.__name__] for model in models}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Lorgnette API", "version": VERSION, "description": ABOUT},
        "servers": [{"url": server}],
        "security": [{"key": []}],
        "paths": paths(by_model),
        "components": {
            "schemas": components,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def answered() -> list[type[BaseModel]]:
    """Return the models of all answers."""
    answers = (answer for call in DECLARED for answer in call.answers.values())
    return sorted_by_name({model for one in answers for model in one.content.values() if model})


def fields_of_all() -> list[type[BaseModel]]:
    """Return the models of all calls' fields."""
    return sorted_by_name({call.fields for call in DECLARED})


def sorted_by_name(models: set[type[BaseModel]]) -> list[type[BaseModel]]:
    """Return the models in an order that is the same in every process."""
    return sorted(models, key=lambda model: model.__name__)


def paths(by_model: dict[type[BaseModel], Any]) -> dict[str, Any]:
    """Return every path with its operations."""
    found: dict[str, Any] = {}
    for call in DECLARED:
        found.setdefault(call.path, {})[call.method.lower()] = operation(
            call, by_model[call.fields]
        )
    return found


def operation(call: Call, fields: dict[str, Any]) -> dict[str, Any]:
    """Return what the document says of one call; `fields`: the schema of its fields."""
    summary, _, more = inspect.cleandoc(call.view.__doc__ or "").partition("\n\n")
    told = f"{more.strip()}\n\nScope: `{call.scope}`.".strip()
    told_of: dict[str, Any] = {
        "operationId": call.view.__name__,
        "summary": summary.rstrip("."),
        "description": told,
        "tags": [call.scope],
        "parameters": [*path_parameters(call), *header_parameters(call)],
        "responses": responses(call),
    }
    if call.method == "POST" and not call.fields.model_fields:
        pass  # it takes nothing
    elif call.method == "POST":
        told_of["requestBody"] = {
            "required": True,
            "content": {"multipart/form-data": {"schema": plain(fields)}},
        }
    else:
        told_of["parameters"] += query_parameters(fields)
    return told_of


def path_parameters(call: Call) -> list[dict[str, Any]]:
    """Return the parts of the path that a call names."""
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", call.path)
    ]


def header_parameters(call: Call) -> list[dict[str, Any]]:
    """Return the header by which a call can be sent twice."""
    if not call.key_named:
        return []
    return [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "description": "Chosen by you. Sent again with the same call, what is kept is not "
            "made twice, but told of again; with another call it is a conflict.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        }
    ]


def query_parameters(fields: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a call's fields as parts of its query."""
    required = fields.get("required", [])
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "description": schema.get("description", ""),
            "schema": {key: value for key, value in schema.items() if key != "description"},
        }
        for name, schema in plain(fields).get("properties", {}).items()
    ]


def plain(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields' schema without null and titles: what isn't sent has no value at all."""
    properties = {}
    for name, schema in fields.get("properties", {}).items():
        told = {key: value for key, value in schema.items() if key != "title"}
        choices = [one for one in told.pop("anyOf", []) if one.get("type") != "null"]
        if told.get("default", "") is None:
            told.pop("default")
        properties[name] = {**(choices[0] if choices else {}), **told}
    return {key: value for key, value in fields.items() if key not in ("title", "description")} | {
        "properties": properties
    }


def responses(call: Call) -> dict[str, Any]:
    """Return a call's answers and problems, by status."""
    found = {str(status): answer_told(answer) for status, answer in call.answers.items()}
    for status, codes in sorted(codes_of(call).items()):
        found[str(status)] = problem_told(status, codes)
    return found


def answer_told(answer: Answer) -> dict[str, Any]:
    """Return what the document says of an answer."""
    told: dict[str, Any] = {
        "description": answer.words,
        "headers": {name: header(words) for name, words in HEADERS.items()},
    }
    if answer.content:
        told["content"] = {
            media: {"schema": {"$ref": REFERENCE.format(model=model.__name__)}} if model else {}
            for media, model in answer.content.items()
        }
    return told


def codes_of(call: Call) -> dict[int, list[str]]:
    """Return the problems that a call may answer with, their codes by status."""
    errors: list[type[LorgnetteError]] = [*ALWAYS, *call.problems, FieldsInvalid]
    found: dict[int, list[str]] = {429: ["too-many-requests"]}
    if call.method == "POST":
        found |= {
            400: ["bad-request"],
            408: ["too-slow"],
            413: ["request-too-large"],
            415: ["unsupported-media-type"],
        }
    for error in errors:
        found.setdefault(error.status, []).append(error.code)
    # The database may be busy or away, or the model out of order, whatever the call.
    for code in ("busy", "database-away", "model-unusable"):
        if code not in found.setdefault(503, []):
            found[503].append(code)
    return found


def problem_told(status: int, codes: list[str]) -> dict[str, Any]:
    """Return what the document says of the problems with a status."""
    told: dict[str, Any] = {
        "description": "Codes: " + ", ".join(f"`{code}`" for code in codes) + ".",
        "content": {
            "application/problem+json": {"schema": {"$ref": REFERENCE.format(model="Problem")}}
        },
    }
    if status in (429, 503):
        told["headers"] = {"Retry-After": header("Seconds after which to try again.")}
    return told


def header(words: str) -> dict[str, Any]:
    """Return a header as the document has it; its value is a whole number."""
    return {"description": words, "schema": {"type": "integer", "minimum": 0}}
