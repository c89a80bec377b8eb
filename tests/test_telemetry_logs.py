"""The log's sieve: whoever runs the shop reads of no visitor."""

import pytest

from webapp.telemetry import logs

TOKEN = "Tq3vXW0b9mZkAbCdEfGh12345678abcd"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("mail to mara.o-neil@shop.example now", "mail to <e-mail> now"),
        ("from 203.0.113.5:4711", "from <address>:4711"),
        ("from 2001:db8::ff00:42:8329 and fe80::1", "from <address> and <address>"),
        ("2001:db8:0:0:0:0:2:1", "<address>"),
        (f"/photos/{TOKEN}.jpg", "/photos/<token>.jpg"),
        ("at 10:20:30 in webapp/storage/database.py, line 5", None),
        ("a[::2] and b[1:] and std::vector", None),
        ("a_function_with_quite_a_long_name", None),
    ],
)
def test_the_sieve_takes_out_what_names_somebody(said: str, kept: str | None):
    assert logs.sieved(said) == (said if kept is None else kept)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Invalid request from ip=203.0.113.5: GET /x", "Invalid request"),
        ("Error handling request GET /photos/me", "Error handling request"),
        ("Listening at: http://127.0.0.1:8000 (12)", "Listening at: http://127.0.0.1:8000 (12)"),
    ],
)
def test_the_servers_own_words_are_cut(said: str, kept: str):
    event = logs.without_visitors(None, "info", {"event": said, "logger": "gunicorn.error"})

    assert event["event"] == kept


@pytest.mark.parametrize(("form", "level"), [("xml", "info"), ("json", "loud")])
def test_a_log_of_another_form_or_level_is_refused(form: str, level: str):
    with pytest.raises(ValueError, match="LOG_"):
        logs.settings(form, level)


def test_the_servers_own_log_of_requests_is_off():
    """It would name paths and addresses."""
    kept = logs.settings("text", "Debug")["loggers"]["gunicorn.access"]

    assert kept == {"level": "CRITICAL", "handlers": [], "propagate": False}
