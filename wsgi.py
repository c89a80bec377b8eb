"""Where servers and `flask --app wsgi` find the shop."""

import sys

from webapp import create_app
from webapp.errors import SettingInvalid

CANT_LOAD = 4  # gunicorn's arbiter ends at this status, in place of starting workers for ever

try:
    app = create_app()
except SettingInvalid as error:
    told = "{name}={value} can't be used; expected: {expected}".format(**error.params)
    print(told, file=sys.stderr)
    sys.exit(CANT_LOAD)
