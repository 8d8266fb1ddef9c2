"""What the commands share: the settings, the data folder, one transaction, and how a failure is said."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from server.i18n import t
from server.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from server.accounts.keys import Keys

Data = Annotated[Path | None, typer.Option("--data", help="Thư mục dữ liệu (DOITHOAI_DATA_DIR).")]
Json = Annotated[bool, typer.Option("--json", help="In kết quả dạng JSON.")]


def settings_for(data: Path | None, **more: Any) -> Settings:
    """The settings, with the data folder and other choices of the command line over those of the environment."""
    chosen = {k: v for k, v in more.items() if v is not None}
    if data is not None:
        chosen["data_dir"] = data
    return Settings(**chosen)


def failed(key: str, **details: Any) -> typer.Exit:
    """The end of a command that could not do its work, said in a sentence."""
    typer.echo(t("vi", key, **details), err=True)
    return typer.Exit(1)


@contextlib.contextmanager
def accounts_of(data: Path | None) -> Iterator[tuple[Settings, Connection, Keys]]:
    """Settings, one transaction on the accounts, and the keys, for commands that work beside a running server."""
    from server.accounts.keys import Keys
    from server.db.engine import open_engine
    from server.db.migrate import migrate

    settings = settings_for(data)
    settings.prepare()
    migrate(settings.database)
    engine = open_engine(settings.database)
    try:
        with engine.begin() as database:
            yield settings, database, Keys(settings.pepper)
    finally:
        engine.dispose()


def base_of(settings: Settings) -> str:
    """Where browsers reach the server, for links that are printed."""
    return settings.public_url or f"http://localhost:{settings.port}"
