"""Every sentence of the shop that is meant for shoppers, and its translations.

`python -m tests.translations` (`make words`) takes new sentences into the catalogues of
`webapp/translations`, drops those that are no longer said, and names what waits for a
translator. The catalogues are sorted and name no lines, so that changes meet rarely.
"""

import sys
from io import BytesIO

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from webapp.config import ROOT
from webapp.web.language import CATALOGUES, LANGUAGES, SOURCE

METHODS = [("webapp/**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"trimmed": "true", "silent": "false"}}
ENGLISH_ONLY = ("templates/admin/", "templates/api/")


def sentences() -> Catalog:
    """Return every sentence that the pages and the words for errors hold, in English."""
    found = Catalog()
    for file, _, message, comments, context in extract_from_dir(ROOT, METHODS, OPTIONS):
        if not file.startswith(ENGLISH_ONLY):
            found.add(message, auto_comments=comments, context=context)
    return found


def read(language: str) -> Catalog:
    """Return a language's catalogue as it is."""
    path = CATALOGUES / f"{language}.po"
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, language)


def untranslated(catalog: Catalog) -> list[str]:
    """Return the sentences that have no translation, or one that is only guessed."""
    waiting = []
    for message in catalog:
        said = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id and (message.fuzzy or not all(said)):
            waiting.append(str(message.id))
    return waiting


def write(language: str) -> list[str]:
    """Bring a language's catalogue up to date; return what has no translation."""
    catalog = read(language)
    catalog.update(sentences(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    (CATALOGUES / f"{language}.po").write_bytes(formatted(catalog))
    return untranslated(catalog)


def formatted(catalog: Catalog) -> bytes:
    """Return a catalogue as its file: sorted, a line a sentence, a head that never changes."""
    body = BytesIO()
    write_po(body, catalog, width=0, sort_output=True, no_location=True, omit_header=True)
    head = (
        f"# Lorgnette in {LANGUAGES[str(catalog.locale)]}. `make words` brings it up to date.\n"
        'msgid ""\nmsgstr ""\n'
        f'"Language: {catalog.locale}\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Plural-Forms: {catalog.plural_forms}\\n"\n\n'
    )
    return head.encode() + body.getvalue().strip() + b"\n"


def main() -> int:
    """Bring every catalogue up to date, and print what waits for a translator."""
    waiting = [(one, sentence) for one in LANGUAGES if one != SOURCE for sentence in write(one)]
    for language, sentence in waiting:
        print(f"{language}: {sentence}")
    return 1 if waiting else 0


if __name__ == "__main__":
    sys.exit(main())
