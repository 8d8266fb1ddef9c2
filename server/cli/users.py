"""Accounts of organisers."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from server.cli.common import Data, Json, accounts_of, base_of
from server.i18n import t

user = typer.Typer(help="Tài khoản của người tổ chức.", no_args_is_help=True)


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
