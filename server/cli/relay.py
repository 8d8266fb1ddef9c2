"""The TURN server beside us is told what to do."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Annotated

import typer

from server.cli.common import Data, failed, settings_for
from server.i18n import t


def turn_config(
    file: Annotated[Path | None, typer.Argument(help="Tệp sẽ ghi, chỉ chủ tệp đọc được; để trống thì in ra.")] = None,
    data: Data = None,
) -> None:
    """Ghi cấu hình của coturn, máy chủ chuyển tiếp TURN, khớp với máy chủ này."""
    from server.media.coturn import Relay, relay_address

    settings = settings_for(data)
    if not settings.turn_host:
        raise failed("cli.turn_without_host")
    if not settings.media_address:
        raise failed("cli.turn_without_engine")
    if bool(settings.turn_certificate) != bool(settings.turn_key):
        raise failed("cli.turn_half_certificate")
    try:
        engine = [relay_address(address) for address in settings.media_address]
        listening = [relay_address(address) for address in settings.turn_listen]
    except ValueError as error:
        raise failed("cli.turn_address_unfit", reason=error) from None
    relay = Relay(
        engine=engine,
        secret=settings.turn_secret,
        port=settings.turn_port,
        tls_port=settings.turn_tls_listen or settings.turn_tls_port,
        certificate=settings.turn_certificate,
        key=settings.turn_key,
        listening=listening,
    )
    if file is None:
        typer.echo(relay.configuration(), nl=False)
    else:
        try:
            _replace(file, relay.configuration())
        except OSError as error:
            raise failed("cli.turn_not_written", file=file, reason=error.strerror) from None
        typer.echo(t("vi", "cli.turn_written", file=file), err=True)
    ports = [f"UDP {settings.turn_port}", f"TCP {settings.turn_port}", *([f"TCP {settings.turn_tls_port}"] if settings.turn_tls else [])]
    typer.echo(t("vi", "cli.turn_ports", host=settings.turn_host, ports=", ".join(ports)), err=True)
    if not settings.turn_tls:
        typer.echo(t("vi", "cli.turn_without_tls"), err=True)


def _replace(file: Path, text: str) -> None:
    """The file is the old one or the new one, whole, and never readable by others."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as written:
            written.write(text)
            written.flush()
            os.fsync(written.fileno())
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
