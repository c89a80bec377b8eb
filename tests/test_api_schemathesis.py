"""Calls made up from the document, right and wrong ones, are answered as it says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import ignored_auth

from tests.api_clients import ROOT, program
from tests.factories import photo
from tests.shoppers import open_shop
from webapp.shop import batch_photos, batches
from webapp.web.limits import limiter

# A number that fits the document may still be too high for this photo, and text in place of a
# photo is a kind of content, so these two refusals are no faults.
ACCEPTED = ["2xx", "401", "403", "404", "409", "415", "422"]
CALLS = (
    "POST /faces",
    "POST /try-ons",
    "GET /try-ons/{id}",
    "DELETE /try-ons/{id}",
    "POST /batches",
    "GET /batches",
    "GET /batches/{id}",
    "DELETE /batches/{id}",
    "POST /batches/{id}/photos",
    "POST /batches/{id}/start",
    "POST /batches/{id}/pause",
    "POST /batches/{id}/resume",
    "POST /batches/{id}/cancel",
    "POST /batches/{id}/retry",
    "GET /batches/{id}/results",
    "GET /batches/{id}/results/{number}",
    "GET /batches/{id}/archive",
    "GET /frames",
    "GET /frames/{slug}",
)
# Any text fits, so nothing is wrong.
TAKE_ANY = (
    "DELETE /try-ons/{id}",
    "GET /frames/{slug}",
    "GET /batches/{id}",
    "DELETE /batches/{id}",
    "GET /batches/{id}/archive",
    *(f"POST /batches/{{id}}/{verb}" for verb in ("start", "pause", "resume", "cancel", "retry")),
)
# Bytes made up at random are no photo: half of the files are one.
FILES = st.sampled_from([photo(320, 240), b"", b"no photo", photo(320, 240)])


@pytest.fixture
def api(app: Flask, stock: Path) -> Iterator[BaseSchema]:
    """The document of a running app with two frames, and a key to everything in it."""
    open_shop(app, stock)
    with app.app_context():
        made = batches.create(["ada"], owner="api-key-1", consent="v")
        batch_photos.add(made.token, "api-key-1", "me.jpg", photo())
    app.config["A_BATCH"] = made.token
    app.config["API_CALLS_PER_MINUTE"] = 1_000_000
    schemathesis.openapi.format("binary", FILES)
    config = schemathesis.Config.from_dict(
        {
            "headers": {"Authorization": f"Bearer {program(app).token}"},
            "checks": {"positive_data_acceptance": {"expected-statuses": ACCEPTED}},
        }
    )
    yield schemathesis.openapi.from_wsgi(f"{ROOT}/openapi.json", app, config=config)
    limiter.reset()


SETTINGS = settings(
    max_examples=50,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("call", CALLS)
def test_calls_that_fit_the_document_are_answered_as_it_says(api: BaseSchema, call: str) -> None:
    """No 5xx, and no status, header or content that is not documented."""
    statuses = make_up(api, call, GenerationMode.POSITIVE)

    assert statuses & {200, 201} or "{id}" in call  # whose ids nobody guesses


@pytest.mark.parametrize("call", [call for call in CALLS if call not in TAKE_ANY])
def test_calls_that_do_not_fit_the_document_are_refused(api: BaseSchema, call: str) -> None:
    """None is accepted, none breaks anything."""
    statuses = make_up(api, call, GenerationMode.NEGATIVE)

    assert {status // 100 for status in statuses} == {4}


def operations(api: BaseSchema) -> list[Any]:
    """Return the document's operations; fail where one is invalid."""
    found: list[Any] = list(api.get_all_operations())
    return [one.ok() for one in found]


def make_up(api: BaseSchema, call: str, mode: GenerationMode) -> set[int]:
    """Make calls up and check their answers; return the statuses that came."""
    operation = next(one for one in operations(api) if one.label == call)
    statuses: set[int] = set()
    client = api.app.test_client()  # which closes the files of what it sent

    @given(case=operation.as_strategy(generation_mode=mode), known=st.booleans())
    @SETTINGS
    def answered(case: Case, known: bool) -> None:
        if known and mode is GenerationMode.POSITIVE:
            name_a_frame(case)
            if "id" in case.path_parameters and "/batches" in case.path:
                case.path_parameters["id"] = api.app.config["A_BATCH"]
        if mode is GenerationMode.NEGATIVE:
            assume(not loses_a_part(case))
        # Calls without a key or with a wrong one are in test_api_keys: the check here would send
        # its wrong key beside the right one that every call bears.
        answer = case.call_and_validate(session=client, excluded_checks=[ignored_auth])
        statuses.add(answer.status_code)

    answered()
    return statuses


def name_a_frame(case: Case) -> None:
    """Put in the name of a frame that exists, which no document tells, for a call of its own."""
    case.headers.pop("Idempotency-Key", None)
    if "slug" in case.path_parameters:
        case.path_parameters["slug"] = "ada"
    if isinstance(case.body, dict) and "frames" in case.body:
        case.body["frames"] = "ada"
    if isinstance(case.body, dict) and "frame" in case.body:
        case.body["frame"] = "ada"
        for free in ("variant", "face", "lens"):
            case.body.pop(free, None)


def test_every_call_is_among_those_made_up(api: BaseSchema) -> None:
    assert {one.label for one in operations(api)} == set(CALLS)


def loses_a_part(case: Case) -> bool:
    """Tell whether a part of the call is not sent at all, so that it may be a right call then."""
    parts = (case.query, case.body)
    return any(
        value in ([], None) for part in parts if isinstance(part, dict) for value in part.values()
    )
