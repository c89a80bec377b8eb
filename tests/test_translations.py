"""Every sentence that a shopper sees goes through the catalogues, and each is translated."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, nodes

from tests import translations
from webapp.config import ROOT
from webapp.eyewear.frame import Material, Shape
from webapp.web.language import CATALOGUES, LANGUAGES, SOURCE
from webapp.web.speech import MATERIALS, SHAPES

TEMPLATES = [
    path
    for path in sorted((ROOT / "templates").rglob("*.html"))
    if not str(path.relative_to(ROOT)).startswith(translations.ENGLISH_ONLY)
]
OTHERS = [language for language in LANGUAGES if language != SOURCE]

PLACES = re.compile(r"%\(\w+\)[sd]")
TAGS = re.compile(r"</?\w+")
MARKUP = re.compile(r"<[^<>]*>|&\w+;")
CLASS_NAMES = re.compile(r"{% block body_class %}.*?{% endblock %}")
SPOKEN_ATTRIBUTE = re.compile(r'\s(?:alt|title|placeholder|aria-label|data-busy)="([^"{]*)')
WORD = re.compile(r"[^\W\d_]{2,}")
# Said the same in every language
NAMES = {"mm", "doctype", "html"}
TRANSLATED = {"_", "gettext", "ngettext", "pgettext", "npgettext"}
SENTENCE = re.compile(r"^[A-Z][a-z]+[ .…]|\w \w+ \w")


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_translated(language: str):
    """`make words` takes new sentences in; then they wait for whoever wrote them."""
    said, catalog = translations.sentences(), translations.read(language)

    assert {message.id for message in said} - {message.id for message in catalog} == set()
    assert {message.id for message in catalog} - {message.id for message in said} == set()
    assert translations.untranslated(catalog) == []


def forms(said: Any) -> list[str]:
    """Return a sentence's forms: singular and plural, or the only one."""
    return [said] if isinstance(said, str) else list(said)


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_keeps_the_places_and_tags_of_its_sentence(language: str):
    for message in translations.read(language):
        if not message.id:
            continue
        pairs = zip(forms(message.id), forms(message.string), strict=True)
        for english, other in pairs:
            assert set(PLACES.findall(english)) == set(PLACES.findall(other)), english
            assert sorted(TAGS.findall(english)) == sorted(TAGS.findall(other)), english


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_is_kept_as_the_tool_writes_it(language: str):
    """Sorted and without line numbers, so that changes made at the same time seldom meet."""
    path = CATALOGUES / f"{language}.po"

    assert path.read_bytes() == translations.formatted(translations.read(language))


def environment() -> Environment:
    """Return what reads templates as the shop does."""
    made = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    made.policies["ext.i18n.trimmed"] = True
    made.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    return made


def bare(source: str) -> Iterator[str]:
    """Yield what a template says without asking the catalogues."""
    tree = environment().parse(CLASS_NAMES.sub("", source))
    markup = "{}".join(data.data for data in tree.find_all(nodes.TemplateData))
    for text in (MARKUP.sub(" ", markup), *SPOKEN_ATTRIBUTE.findall(markup)):
        yield from (word for word in WORD.findall(text) if word.lower() not in NAMES)
    translated = {
        id(one)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in TRANSLATED
        for one in call.find_all(nodes.Const)
    }
    for one in tree.find_all(nodes.Const):
        if isinstance(one.value, str) and id(one) not in translated and SENTENCE.search(one.value):
            yield one.value


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_says_nothing_untranslated(path: Path):
    assert list(bare(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "source",
    [
        "<p>Some words</p>",
        '<img alt="A face">',
        '{{ field(form.pd, help="It stands on your prescription.") }}',
        "{% if problem %}{{ problem }}{% else %}Every frame{% endif %}",
    ],
)
def test_the_check_sees_bare_words(source: str):
    assert list(bare(source))


def test_the_check_lets_translated_words_pass():
    source = '<p title="{{ _("A title") }}">{% trans %}Some words{% endtrans %} {{ price }} mm</p>'

    assert list(bare(source)) == []


def test_every_shape_and_material_has_its_word():
    assert set(SHAPES) == set(Shape)
    assert set(MATERIALS) == set(Material)
