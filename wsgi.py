"""Where servers and `flask --app wsgi` find the shop."""

from webapp import create_app

app = create_app()
