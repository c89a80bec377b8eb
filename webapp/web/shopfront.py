"""What every page says of this shop: its settings as owners have them, its words of consent."""

from flask import Flask

from webapp.shop import preferences
from webapp.storage import belongings


def init_app(app: Flask) -> None:
    """Let templates read the settings in force, under the name that Flask gives its own."""
    with app.app_context():
        app.jinja_env.globals["config"] = belongings.settings()
    app.add_template_global(preferences.consent_words, "consent_words")
