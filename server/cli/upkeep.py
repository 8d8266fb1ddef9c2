"""Looking after a server: is it well, is its work done, is its database of this edition."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated

import typer

from server.cli.common import Data, Json, settings_for
from server.i18n import t


def doctor(data: Data = None, as_json: Json = False) -> None:
    """Kiểm tra máy chủ: phiên bản, chỗ ghi, micro qua https, cổng media."""
    from server.doctor import examine

    findings = examine(settings_for(data))
    if as_json:
        typer.echo(json.dumps([f.plain() for f in findings], ensure_ascii=False, indent=1))
    else:
        for finding in findings:
            typer.echo(f"{'✓' if finding.ok else '✗'} {finding.sentence}")
    raise typer.Exit(0 if all(f.ok for f in findings) else 1)


def worker(
    once: Annotated[bool, typer.Option("--once", help="Làm một lượt rồi thôi.")] = False,
    data: Data = None,
) -> None:
    """Nhắc hạn và gửi thư, tin đang chờ; máy chủ đang chạy đã tự làm việc này."""
    from server.db.engine import open_engine
    from server.db.migrate import migrate
    from server.notifications.worker import keep_working, work_once

    settings = settings_for(data)
    settings.prepare()
    migrate(settings.database)
    engine = open_engine(settings.database)
    try:
        if once:
            reminded, tried = work_once(engine, settings)
            typer.echo(t("vi", "cli.worked", reminded=reminded, tried=tried))
        else:
            asyncio.run(keep_working(engine, settings))
    finally:
        engine.dispose()


def upgrade(data: Data = None) -> None:
    """Nâng cơ sở dữ liệu lên bản của phần mềm này; với SQLite, để lại một bản sao trước khi nâng."""
    from server.db.migrate import migrate, newest

    settings = settings_for(data)
    settings.prepare()
    done = migrate(settings.database)
    if done is None:
        typer.echo(t("vi", "cli.database_current", now=newest()))
    elif done.found is None:
        typer.echo(t("vi", "cli.database_made", now=done.now))
    else:
        typer.echo(t("vi", "cli.database_upgraded", found=done.found, now=done.now))
    if done and done.copy:
        typer.echo(t("vi", "cli.database_copy", copy=done.copy))


def reindex(data: Data = None) -> None:
    """Lập lại chỉ mục tìm kiếm từ kiến nghị và kết luận; khi nâng bản, phần mềm đã tự làm việc này."""
    from server.clock import now
    from server.db.engine import open_engine
    from server.db.migrate import migrate
    from server.search.rebuilding import rebuild

    settings = settings_for(data)
    settings.prepare()
    migrate(settings.database)
    engine = open_engine(settings.database)
    try:
        with engine.begin() as database:
            count = rebuild(database, now())
    finally:
        engine.dispose()
    typer.echo(t("vi", "cli.reindexed", count=count))
