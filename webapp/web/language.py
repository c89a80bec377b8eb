"""In which language a visitor reads the shop: as they chose, else as their browser asks.

English is the source. Every other language is a catalogue, `webapp/translations/LANGUAGE.po`,
which is read as it was written: nothing has to be compiled, and nothing can be out of date.
The back office and the API speak English alone.
"""

from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, has_request_context, request, session
from flask_babel import Babel, Domain, get_locale, refresh

LANGUAGES = {"en": "English", "de": "Deutsch"}  # each in its own words
SOURCE = "en"
ENGLISH_ONLY = ("/admin", "/api/")
CATALOGUES = Path(__file__).resolve().parent.parent / "translations"


class Catalogues(Domain):
    """The translations of the request's language."""

    def get_translations(self) -> NullTranslations:
        return catalogue(current())


def init_app(app: Flask) -> None:
    """Let pages speak the visitor's language."""
    babel = Babel(app, default_locale=SOURCE, locale_selector=wanted)
    babel.domain_instance = Catalogues()
    app.jinja_env.policies["ext.i18n.trimmed"] = True  # a sentence may take several lines
    app.add_template_global(current, "language")
    app.jinja_env.globals["languages"] = LANGUAGES
    app.add_template_global(offered, "languages_offered")


def wanted() -> str:
    """Return the request's language: chosen, or the best that the browser asks for."""
    if not offered():
        return SOURCE
    chosen = session.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    # Not `best_match`: it prefers "de" to a better liked "en-GB", which it does not know
    asked = (tag.partition("-")[0].lower() for tag in request.accept_languages.values())
    return next((one for one in asked if one in LANGUAGES), SOURCE)


def offered() -> bool:
    """Return whether the page asked for comes in several languages."""
    return has_request_context() and not request.path.startswith(ENGLISH_ONLY)


def current() -> str:
    """Return the language in which things are said now; English outside a request."""
    return str(locale())


def locale() -> Locale:
    """Return the current language's ways with numbers and money."""
    return get_locale() or Locale(SOURCE)


def choose(language: str) -> None:
    """Let the visitor read in this language from now on, one of `LANGUAGES`."""
    session["language"] = language
    refresh()


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: str) -> NullTranslations:
    """Return a language's translations; none for the source, which says what it means."""
    path = CATALOGUES / f"{language}.po"
    if language == SOURCE or not path.exists():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, language))
    compiled.seek(0)
    return Translations(compiled)
