"""`flask settings`: every setting, as the README's table has it."""

import click

from webapp.config import SETTINGS

SIGNS_COOKIES = "signs cookies; empty: made at random and kept in instance/secret_key"
SIGNED_COOKIES = (
    "former secret keys, commas between them: what they signed stays valid; for changing the key"
)


@click.command
def settings() -> None:
    """Print every setting as a Markdown table: its name, default and meaning."""
    click.echo("| Variable | Default | Meaning |\n|---|---|---|")
    for one in SETTINGS:
        default = f"`{one.default}`" if one.default != "" else ""
        click.echo(f"| `{one.name}` | {default} | {one.meaning} |")
    click.echo(f"| `SECRET_KEY` |  | {SIGNS_COOKIES} |")
    click.echo(f"| `SECRET_KEY_FALLBACKS` |  | {SIGNED_COOKIES} |")
