"""The record of a conference: checking it, keeping it elsewhere, bringing it back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from server.cli.common import Data, Json, failed, settings_for
from server.i18n import t

if TYPE_CHECKING:
    from server.db.verify import Head


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


def import_(archive: Annotated[Path, typer.Argument(help="Gói lưu trữ (tệp .zip).")], data: Data = None) -> None:
    """Nhập một hội nghị từ gói lưu trữ vào máy chủ trống."""
    from server.dossier.commands import import_archive

    typer.echo(import_archive(settings_for(data), archive))


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
