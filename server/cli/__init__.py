"""The command line, `doithoai`: show it, serve it, rehearse it, look after it. Commands bring in what they need when they run, so that help comes at once."""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer

from moderation import Refusal
from server.cli.conferences import conference
from server.cli.records import archive, export, import_, verify
from server.cli.relay import turn_config
from server.cli.running import demo, rehearse, serve
from server.cli.upkeep import doctor, reindex, upgrade, worker
from server.cli.users import user
from server.cli.working_days import calendar
from server.i18n import t

COMMANDS: dict[str, Callable[..., None]] = {
    "demo": demo, "serve": serve, "rehearse": rehearse, "doctor": doctor, "turn-config": turn_config, "worker": worker,
    "upgrade": upgrade, "reindex": reindex, "verify": verify, "import": import_, "archive": archive, "export": export,
}  # fmt: skip
GROUPS = {"user": user, "conference": conference, "calendar": calendar}

app = typer.Typer(help="Hội nghị đối thoại trực tiếp và trực tuyến.", no_args_is_help=True, add_completion=False)
for name, command in COMMANDS.items():
    app.command(name)(command)
for name, group in GROUPS.items():
    app.add_typer(group, name=name)


def main() -> None:
    """Entry point; a refusal is said in a sentence, not in a traceback."""
    try:
        app()
    except Refusal as refusal:
        typer.echo(t("vi", f"refusal.{refusal.code}", **refusal.details), err=True)
        sys.exit(1)
