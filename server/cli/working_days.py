"""Counting working days."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from server.cli.common import Data, Json, settings_for
from server.i18n import t

calendar = typer.Typer(help="Lịch làm việc, đếm ngày làm việc.", no_args_is_help=True)


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
