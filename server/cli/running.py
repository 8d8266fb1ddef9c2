"""Showing it, serving it, rehearsing it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from server.cli.common import Data, failed, settings_for
from server.i18n import t


def demo(
    data: Data = None,
    port: Annotated[int | None, typer.Option(help="Cổng web (PORT).")] = None,
    host: Annotated[str, typer.Option(help="Địa chỉ lắng nghe.")] = "0.0.0.0",
    robots: Annotated[bool, typer.Option("--robots", help="Thêm người tham dự mô phỏng, có tiếng và hình.")] = False,
    speed: Annotated[float, typer.Option(help="Người mô phỏng diễn nhanh gấp bao nhiêu lần thực tế.")] = 12.0,
    links_json: Annotated[Path | None, typer.Option("--links-json", help="Ghi các liên kết vào tệp JSON.")] = None,
    beginning: Annotated[bool, typer.Option("--beginning", help="Bắt đầu từ chương trình năm, mọi việc còn ở trước.")] = False,
    tls: Annotated[bool, typer.Option("--tls", help="https với chứng thư tự tạo, để điện thoại dùng được micro.")] = False,
) -> None:
    """Chạy hội nghị mẫu, không cần cài đặt gì thêm."""
    from server.certificate import self_signed
    from server.demo.seeding import announce, begin, lan_address, seed, seed_before, write_links
    from server.serving import server

    settings = settings_for(data or default_demo_data(), port=port, host=host, demo=True, session_hours=24 * 400)
    settings.prepare()
    address = lan_address() if host == "0.0.0.0" else None
    files = self_signed(settings.data_dir / "secrets", ["localhost", "127.0.0.1", *([address] if address else [])]) if tls else None
    actors: list[asyncio.subprocess.Process] = []
    if not beginning:
        seed_before(settings)

    async def ready(parts: Any, base: str) -> None:
        seeded = await (begin if beginning else seed)(parts, base)
        path = links_json or settings.data_dir / "secrets" / "links.json"
        write_links(seeded, path)
        typer.echo(announce(seeded, address is not None, tls))
        if robots:
            actors.append(await asyncio.create_subprocess_exec(sys.executable, "-m", "server", "rehearse", str(path), "--speed", str(speed)))

    server(settings, ready, files).run()
    for process in actors:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()


def default_demo_data() -> Path | None:
    """The demonstration keeps its data apart, unless the environment names a folder."""
    import os

    return None if "DOITHOAI_DATA_DIR" in os.environ else Path("data") / "demo"


def serve(
    data: Data = None,
    port: Annotated[int | None, typer.Option(help="Cổng web (PORT).")] = None,
    host: Annotated[str | None, typer.Option(help="Địa chỉ lắng nghe.")] = None,
) -> None:
    """Chạy máy chủ."""
    from server.serving import server

    server(settings_for(data, port=port, host=host), first_steps).run()


async def first_steps(parts: Any, base: str) -> None:
    """On a server without accounts: makes the administrator's with the city's organisation, and prints the link with which a password is set once (never «first visitor wins»)."""
    from moderation.case.rights import SYSTEM
    from server.accounts.links import setup_link
    from server.accounts.staff import accounts, create_account
    from server.clock import now
    from server.office.work import Work
    from server.organisation.seed import found

    def make() -> str | None:
        with parts.engine.begin() as database:
            if accounts(database):
                return None
            first = create_account(database, "admin", "Quản trị", now())
            found(Work(database, SYSTEM, now()), first)
            return setup_link(database, parts.keys, first, now())

    token = await asyncio.to_thread(make)
    if token:
        typer.echo(f"\n  {t('vi', 'cli.first_account')}\n  {parts.settings.public_url or base}/thiet-lap#{token}\n")


def rehearse(
    links: Annotated[Path, typer.Argument(help="Tệp liên kết do `doithoai demo --links-json` ghi ra.")],
    speed: Annotated[float, typer.Option(help="Nhanh gấp bao nhiêu lần thực tế.")] = 12.0,
    without: Annotated[str, typer.Option(help="Những vai để người thật làm, cách nhau bằng dấu phẩy, ví dụ chair,secretary.")] = "",
) -> None:
    """Đưa người tham dự mô phỏng vào một hội nghị mẫu đang chạy, có tiếng và hình, diễn theo ví dụ."""
    from server.rehearsal.robots import play

    try:
        seeded = json.loads(links.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise failed("cli.links_unfit", file=links, reason=error) from None
    done = asyncio.run(play(seeded["base"], seeded["people"], speed, tuple(filter(None, without.split(",")))))
    typer.echo(t("vi", "cli.rehearsed", done=done))
