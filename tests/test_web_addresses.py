"""Ways back that a request names: this shop's own pages, however a browser reads the address."""

import pytest
from flask import Flask

from webapp.web import addresses

HOST = "127.0.0.1:8000"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example/",
        "/\t/evil.example/",
        "/\t/evil.example/camera",
        "/\n/evil.example/",
        "\t//evil.example/",
        " //evil.example/",
        "/.//evil.example/",
        "https:evil.example",
        "javascript:alert(1)",
        f"https://evil.example\\@{HOST}/",
        f"https://{HOST}@evil.example/",
        "http://[::1/",
    ],
)
def test_nothing_that_a_browser_reads_as_elsewhere_is_led_back_to(
    app: Flask, elsewhere: str
) -> None:
    """Browsers drop tabs and line breaks, and take a backslash for a slash."""
    with app.test_request_context("/", base_url=f"http://{HOST}"):
        assert addresses.to_return_to(elsewhere) == "/"


@pytest.mark.parametrize("here", ["/camera", "/privacy?a=1", f"http://{HOST}/camera"])
def test_a_page_of_this_shop_is_led_back_to(app: Flask, here: str) -> None:
    with app.test_request_context("/", base_url=f"http://{HOST}"):
        assert addresses.to_return_to(here) == here.removeprefix(f"http://{HOST}")
