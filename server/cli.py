"""The command line, `doithoai`: show it, serve it, rehearse it, look after it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from moderation import Refusal
from server.i18n import t
from server.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from server.accounts.keys import Keys
    from server.db.verify import Head

app = typer.Typer(help="Hội nghị đối thoại trực tiếp và trực tuyến.", no_args_is_help=True, add_completion=False)
user = typer.Typer(help="Tài khoản của người tổ chức.", no_args_is_help=True)
conference = typer.Typer(help="Các hội nghị trong máy chủ.", no_args_is_help=True)
app.add_typer(user, name="user")
app.add_typer(conference, name="conference")
calendar = typer.Typer(help="Lịch làm việc, đếm ngày làm việc.", no_args_is_help=True)
app.add_typer(calendar, name="calendar")

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


@app.command()
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


@app.command()
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


@app.command()
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


@app.command()
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


@app.command()
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


@app.command()
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


def head_of(text: str) -> Head:
    """A head of the journal as papers print it: number and hash of the last fact, `N:HEX`."""
    from server.db.verify import Head

    count, _, hash_ = text.partition(":")
    try:
        head = Head(int(count), bytes.fromhex(hash_))
    except ValueError:
        head = Head(0, b"")
    if head.seq < 1 or len(head.hash) != 32:
        raise typer.BadParameter(t("vi", "cli.head_unfit"))
    return head


@app.command()
def verify(
    conference: Annotated[str | None, typer.Argument(help="Mã hội nghị, hoặc gói lưu trữ (tệp .zip); bỏ trống để kiểm tra tất cả.")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="Kiểm tra tệp do `doithoai export` ghi ra, thay cho cơ sở dữ liệu.")] = None,
    head: Annotated[str | None, typer.Option("--head", help="Số mục và mã của mục cuối như in trên văn bản, dạng N:MÃ.")] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Kiểm tra nhật ký hội nghị và lịch sử, hoặc một gói lưu trữ, và nêu chỗ sai đầu tiên."""
    from server.dossier.commands import verify_archive, verify_histories
    from server.papers.findings import verify_all, verify_file

    known = head_of(head) if head else None
    if file and conference:
        raise typer.BadParameter(t("vi", "cli.file_or_conference"))
    if known and not (file or conference):
        raise typer.BadParameter(t("vi", "cli.head_of_which"))
    if conference and conference.endswith(".zip"):
        told = [verify_archive(Path(conference), known)]
    else:
        findings = [verify_file(file, known)] if file else verify_all(settings_for(data).database, conference, known)
        told = [(f.ok, f.sentence, f.plain()) for f in findings]
        if not file and not conference:
            told += verify_histories(settings_for(data))
    if as_json:
        typer.echo(json.dumps([plain for _, _, plain in told], ensure_ascii=False, indent=1))
    else:
        for _, sentence, _ in told:
            typer.echo(sentence)
    raise typer.Exit(0 if all(ok for ok, _, _ in told) else 1)


@app.command("import")
def import_(archive: Annotated[Path, typer.Argument(help="Gói lưu trữ (tệp .zip).")], data: Data = None) -> None:
    """Nhập một hội nghị từ gói lưu trữ vào máy chủ trống."""
    from server.dossier.commands import import_archive

    typer.echo(import_archive(settings_for(data), archive))


@app.command()
def archive(
    conference: Annotated[str, typer.Argument(help="Mã hội nghị.")],
    file: Annotated[Path, typer.Argument(help="Tệp .zip mới; có cả dữ liệu cá nhân.")],
    data: Data = None,
) -> None:
    """Lập gói lưu trữ của một hội nghị: văn bản, nhật ký, lịch sử, dữ liệu."""
    from server.dossier.commands import export_archive

    try:
        typer.echo(export_archive(settings_for(data), conference, file))
    except OSError as error:
        raise failed("cli.not_exported", file=file, reason=error) from None


@app.command()
def export(
    conference: Annotated[str, typer.Argument(help="Mã hội nghị.")],
    file: Annotated[Path, typer.Argument(help="Tệp mới, mỗi mục nhật ký một dòng JSON; có cả dữ liệu cá nhân.")],
    data: Data = None,
) -> None:
    """Ghi nhật ký của một hội nghị ra tệp, để giữ hoặc kiểm tra ở nơi khác."""
    from server.db.verify import Unreadable
    from server.papers import findings

    try:
        count = findings.export(settings_for(data).database, conference, file)
    except (OSError, Unreadable) as error:
        raise failed("cli.not_exported", file=file, reason=error) from None
    typer.echo(t("vi", "cli.exported", count=count, file=file))


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


@user.command("add")
def user_add(login: str, name: str, data: Data = None) -> None:
    """Tạo tài khoản và in liên kết đặt mật khẩu, dùng một lần."""
    from server.accounts.links import setup_link
    from server.accounts.staff import create_account
    from server.clock import now

    with accounts_of(data) as (settings, database, keys):
        token = setup_link(database, keys, create_account(database, login, name, now()), now())
    typer.echo(f"{base_of(settings)}/thiet-lap#{token}")


@user.command("link")
def user_link(login: str, data: Data = None) -> None:
    """In liên kết đặt lại mật khẩu; liên kết cũ hết hiệu lực."""
    from server.accounts.links import setup_link
    from server.accounts.staff import account_named
    from server.clock import now

    with accounts_of(data) as (settings, database, keys):
        token = setup_link(database, keys, account_named(database, login).id, now())
    typer.echo(f"{base_of(settings)}/thiet-lap#{token}")


@user.command("disable")
def user_disable(login: str, data: Data = None) -> None:
    """Khóa tài khoản; mọi phiên kết thúc ngay."""
    from server.accounts.staff import account_named, disable_account
    from server.clock import now

    with accounts_of(data) as (_, database, _):
        disable_account(database, account_named(database, login).id, True, now())


@user.command("duty")
def user_duty(
    login: str,
    role: Annotated[str, typer.Argument(help="admin, chair, advising, secretary, intake, agency, mobilisation, front hoặc operator.")],
    body: Annotated[str, typer.Option(help="Mã cơ quan; mặc định là Văn phòng UBND thành phố.")] = "vpubndtp",
    office: Annotated[str | None, typer.Option(help="Mã chức danh, cho người chủ trì.")] = None,
    data: Data = None,
) -> None:
    """Giao việc cho một tài khoản từ hôm nay; máy chủ chưa có tổ chức nào thì lập luôn tổ chức của thành phố."""
    from moderation.case.rights import SYSTEM, Duty
    from server.accounts.staff import account_named
    from server.clock import now
    from server.office.work import Work
    from server.organisation.duties import give_duty
    from server.organisation.queries import units
    from server.organisation.seed import seed

    if role not in set(Duty):
        raise typer.BadParameter(t("vi", "cli.duty_unfit"))
    with accounts_of(data) as (_, database, _):
        work = Work(database, SYSTEM, now())
        if not units(database):
            seed(work)
        give_duty(work, account_named(database, login).id, Duty(role), body, work.today, office)


@user.command("list")
def user_list(data: Data = None, as_json: Json = False) -> None:
    """Liệt kê tài khoản."""
    from server.accounts.staff import accounts
    from server.logs import discreet

    with accounts_of(data) as (_, database, _):
        found = accounts(database)
    if as_json:
        typer.echo(json.dumps([{"login": a.login, "name": a.name, "disabled": a.disabled} for a in found], ensure_ascii=False))
    else:
        for a in found:
            typer.echo("\t".join((discreet(a.login), discreet(a.name), *(("đã khóa",) if a.disabled else ()))))


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


@calendar.callback()
def calendar_commands() -> None:
    """Lịch làm việc, đếm ngày làm việc."""


@calendar.command("due")
def calendar_due(
    start: Annotated[str, typer.Argument(help="Ngày bắt đầu đếm, không tính ngày này; dạng 2027-01-14.")],
    count: Annotated[int, typer.Argument(min=1, max=10_000, help="Ngày làm việc thứ mấy.")],
    before: Annotated[bool, typer.Option("--before", help="Đếm lùi.")] = False,
    whole: Annotated[bool, typer.Option("--whole-days-between", help="Phải có đủ chừng ấy ngày làm việc trọn ở giữa.")] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """In ngày làm việc thứ N sau (hoặc trước) một ngày, theo lịch của thư mục dữ liệu nếu có."""
    from datetime import date

    from server.calendar import calendar_of

    try:
        first = date.fromisoformat(start)
        found = calendar_of(settings_for(data))
        due = (found.back if before else found.add)(first, count + whole)
    except (ValueError, OverflowError):
        raise typer.BadParameter(t("vi", "cli.day_unfit")) from None
    if as_json:
        typer.echo(json.dumps({"start": start, "count": count, "before": before, "whole_days_between": whole, "due": due.isoformat(),
                               "provisional": found.provisional(first, due)}))  # fmt: skip
    else:
        typer.echo(due.isoformat())


def main() -> None:
    """Entry point; a refusal is said in a sentence, not in a traceback."""
    try:
        app()
    except Refusal as refusal:
        typer.echo(t("vi", f"refusal.{refusal.code}", **refusal.details), err=True)
        sys.exit(1)
