"""The conferences of a server."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from server.cli.common import Data, Json, accounts_of, base_of, failed, settings_for

conference = typer.Typer(help="Các hội nghị trong máy chủ.", no_args_is_help=True)


@conference.command("new")
def conference_new(plan: Path, id: Annotated[str, typer.Option("--id", help="Mã hội nghị.")] = "", data: Data = None) -> None:
    """Mở một hội nghị từ tệp kế hoạch (YAML như tệp mẫu) và in liên kết cho từng người."""
    from yaml import YAMLError

    from server.app import Parts
    from server.conferences.cases import open_case, personal_link
    from server.demo.example import load

    settings = settings_for(data)
    try:
        example = load(plan)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, StopIteration, YAMLError) as error:
        raise failed("cli.plan_unfit", file=plan, reason=error) from None

    async def make() -> dict[str, str]:
        parts = Parts(settings)
        try:
            case = await open_case(parts.rooms, parts.engine, id or example.id, example.plan, example.people)
            return {person: personal_link(parts.engine, parts.keys, seat, base_of(settings)) for person, seat in case.seats.items()}
        finally:
            await parts.close()

    for person, link in asyncio.run(make()).items():
        typer.echo(f"{person}\t{link}")


@conference.command("list")
def conference_list(data: Data = None, as_json: Json = False) -> None:
    """Liệt kê hội nghị với số sự kiện và mã đầu sổ."""
    from server.db.journal import Journal

    with accounts_of(data) as (settings, _, _):
        journal = Journal(settings.database)
    heads = {id: journal.head(id) for id in journal.conferences()}
    journal.close()
    if as_json:
        typer.echo(json.dumps([{"conference": id, "facts": count, "head": head.hex()} for id, (count, head) in heads.items()]))
    else:
        for id, (count, head) in heads.items():
            typer.echo(f"{id}\t{count}\t{head.hex()[:8]}")
