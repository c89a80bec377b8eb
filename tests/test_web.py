"""Every answer is guarded: headers, cookies, hosts, and words for every error."""

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from werkzeug.exceptions import default_exceptions

from tests.shoppers import open_shop, result_of, sign_in, upload, wall_of
from webapp import create_app, errors
from webapp.config import ROOT
from webapp.errors import LorgnetteError, SettingInvalid
from webapp.web import words
from webapp.web.headers import CONTENT_SECURITY_POLICY

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
INLINE = (
    re.compile(r"<style\b"),
    re.compile(r"<script\b(?![^>]*\bsrc=)"),
    re.compile(r"\sstyle\s*="),
    re.compile(r"\son[a-z]+\s*="),
    re.compile(r"javascript:"),
)


@pytest.fixture(autouse=True)
def stocked(app: Flask, stock: Path) -> None:
    """A shop with two frames that sees two faces in every photo."""
    open_shop(app, stock, count=2)


def every_page(app: Flask, client: FlaskClient) -> dict[str, str]:
    """Return each page that a shopper or an admin can see: its name and its text."""
    wall = wall_of(client)
    paths = ["/", "/camera", "/privacy", wall, f"{wall}?face=1", result_of(client, wall)]
    pages = {path: client.get(path).text for path in (*paths, "/nowhere", "/photos")}
    pages["refused"] = upload(client, b"no picture").text
    pages["no token"] = client.post("/photos").text
    pages["/admin/login"] = client.get("/admin/login").text
    sign_in(app, client)
    pages["/admin/frames"] = client.get("/admin/frames").text
    return pages


def test_no_page_has_anything_inline(app: Flask, client: FlaskClient):
    for name, page in every_page(app, client).items():
        assert "<h1" in page, name
        for pattern in INLINE:
            assert not pattern.search(page), f"{name}: {pattern.pattern}"


def test_every_page_is_a_whole_document(app: Flask, client: FlaskClient):
    """Language, one title of its own, landmarks, a way past the header, labels and alt texts."""
    titles = set()
    for name, page in every_page(app, client).items():
        assert '<html lang="en">' in page, name
        assert page.count("<h1") == 1, name
        assert '<a class="skip-link" href="#main">' in page, name
        for landmark in ("<header", "<nav", '<main id="main"', "<footer"):
            assert landmark in page, name
        for image in re.findall(r"<img\b[^>]*>", page):
            assert re.search(r"\salt=", image), f"{name}: {image}"
            assert " width=" in image or 'id="chosen"' in image or 'id="shot"' in image, image
        ids = re.findall(r'\sid="([^"]+)"', page)
        wrapped = re.findall(r"<label\b[^>]*>\s*(<input\b[^>]*>)", page)
        for field in re.findall(r'<input\b(?![^>]*type="(?:hidden|radio)")[^>]*>', page):
            if field in wrapped or "aria-label=" in field:
                continue
            labelled = re.search(r'\sid="([^"]+)"', field)
            assert labelled, f"{name}: {field}"
            assert f'for="{labelled[1]}"' in page, f"{name}: {field}"
        assert len(ids) - len(set(ids)) == 0 or "csrf_token" in ids, name
        titles.add(re.search(r"<title>(.*?)</title>", page, re.DOTALL)[1])  # type: ignore[index]
    assert len(titles) >= 8


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_anything_inline_or_unescaped(path: Path):
    text = path.read_text(encoding="utf-8")

    for pattern in (*INLINE, re.compile(r"\|\s*safe\b"), re.compile(r"autoescape")):
        assert not pattern.search(text), pattern.pattern


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/camera"),
        ("GET", "/privacy"),
        ("GET", "/admin/login"),
        ("GET", "/admin/frames"),
        ("GET", "/healthz"),
        ("GET", "/frames/ada/black.webp"),
        ("GET", "/static/css/site.css"),
        ("GET", "/nowhere"),
        ("POST", "/photos"),
        ("DELETE", "/"),
    ],
)
def test_every_answer_carries_the_headers(client: FlaskClient, method: str, path: str):
    with client.open(path, method=method) as answer:
        headers = answer.headers

    assert (
        headers["Content-Security-Policy"] == f"{CONTENT_SECURITY_POLICY}; frame-ancestors 'none'"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=(self)" in headers["Permissions-Policy"]
    assert headers["Cache-Control"]


def test_the_policy_lets_nothing_inline_or_foreign_in():
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "default-src 'none'" in CONTENT_SECURITY_POLICY
    assert "http" not in CONTENT_SECURITY_POLICY


def test_pages_ask_no_other_host_for_anything(app: Flask, client: FlaskClient):
    for name, page in every_page(app, client).items():
        for address in re.findall(r'\s(?:src|href|action)="([^"]+)"', page):
            assert address.startswith(("/", "#")), f"{name}: {address}"
            assert not address.startswith("//"), f"{name}: {address}"


def test_a_page_weighs_little_without_its_pictures(app: Flask, client: FlaskClient):
    for name, page in every_page(app, client).items():
        assert len(page.encode()) < 150_000, name


def test_static_files_may_be_kept_while_their_content_stays(client: FlaskClient):
    address = re.search(r'href="(/static/css/site\.css\?v=[0-9a-f]+)"', client.get("/").text)
    assert address

    with client.get(address[1]) as hashed, client.get("/static/css/site.css") as plain:
        assert "immutable" in hashed.headers["Cache-Control"]
        assert plain.headers["Cache-Control"] == "no-cache"


def test_static_texts_travel_packed(client: FlaskClient):
    """Only to browsers that can unpack them; and what they hold already is not sent again."""
    path = "/static/vendor/bootstrap-5.3.9/bootstrap.min.css"
    with client.get(path) as plain, client.get(path, headers={"Accept-Encoding": "gzip"}) as packed:
        assert "Content-Encoding" not in plain.headers
        assert packed.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in packed.headers["Vary"]
        assert gzip.decompress(packed.data) == plain.data
        assert len(packed.data) < 0.2 * len(plain.data)
        known = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
    with client.get(path, headers=known) as again:
        assert again.status_code == 304
        assert again.data == b""


def test_pages_travel_unpacked(client: FlaskClient):
    """A page holds a token beside words from outside: packed, its length would tell of it."""
    answer = client.get("/", headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in answer.headers


def test_the_cookie_is_strict_on_loopback(client: FlaskClient):
    cookie = client.get("/").headers["Set-Cookie"]

    assert cookie.startswith("lorgnette=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_under_https_the_cookie_is_bound_to_the_host(tmp_path: Path):
    app = create_app({"INSTANCE_DIR": str(tmp_path), "BASE_URL": "https://shop.example"})

    answer = app.test_client().get("/camera", base_url="https://shop.example")

    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-lorgnette=")
    assert all(part in cookie for part in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"))
    assert "Domain" not in cookie
    assert answer.headers["Strict-Transport-Security"]


@pytest.mark.parametrize("address", ["http://shop.example", "shop.example", "ftp://127.0.0.1", ""])
def test_plain_http_is_for_this_machine_alone(tmp_path: Path, address: str):
    with pytest.raises(SettingInvalid) as caught:
        create_app({"INSTANCE_DIR": str(tmp_path), "BASE_URL": address})

    assert caught.value.params["name"] == "BASE_URL"


def test_another_host_is_refused(client: FlaskClient):
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400
    assert client.get("/", headers={"Host": "127.0.0.1:8000"}).status_code == 200


@pytest.mark.parametrize(("hops", "seen"), [(0, "127.0.0.1"), (1, "203.0.113.9")])
def test_a_forwarded_address_counts_only_behind_a_proxy(tmp_path: Path, hops: int, seen: str):
    """Else anybody could choose the address that limits are counted by."""
    app = create_app({"INSTANCE_DIR": str(tmp_path), "PROXY_HOPS": hops})
    addresses: list[str | None] = []
    app.before_request(lambda: addresses.append(request.remote_addr))

    app.test_client().get("/camera", headers={"X-Forwarded-For": "203.0.113.9"})

    assert addresses == [seen]


def test_a_fault_of_ours_is_a_calm_page(app: Flask, monkeypatch: pytest.MonkeyPatch):
    """Nothing of the fault is shown; its traceback is in the log."""
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def break_down() -> None:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr("webapp.shop.catalogue.published", break_down)
    answer = app.test_client().get("/")

    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    assert "secret of the house" not in answer.text


def all_errors(root: type[LorgnetteError] = LorgnetteError) -> list[type[LorgnetteError]]:
    """Return every domain error that has a code of its own."""
    found = [one for kind in root.__subclasses__() for one in (kind, *all_errors(kind))]
    return [one for one in found if "code" in vars(one)]


# They reach commands alone, never a page.
OF_COMMANDS = {
    "backup-incomplete",
    "backup-too-new",
    "not-a-backup",
    "database-outdated",
    "engine-gone",
    "file-unreadable",
    "output-unwritable",
    "place-unusable",
    "redis-away",
    "redis-unfit",
    "setting-invalid",
    "training-data-broken",
}
OF_PAGES = [kind for kind in all_errors() if kind.code not in OF_COMMANDS]


@pytest.mark.parametrize("kind", OF_PAGES, ids=lambda kind: kind.code)
def test_every_error_has_words_of_its_own(kind: type[LorgnetteError]):
    told = words.words_for(kind())

    assert told.code == kind.code
    assert told.status == kind.status
    assert told.title != told.advice


def test_parameters_are_set_into_the_words():
    told = words.words_for(errors.PhotoTooLarge(megapixels=81.349, most_megapixels=50.0))

    assert "81.3 megapixels" in told.advice
    assert "50 are the most" in told.advice


@pytest.mark.parametrize("status", sorted(default_exceptions))
def test_every_http_error_has_words(status: int):
    told = words.words_for_status(status)

    assert told.status == status
    assert told.title
