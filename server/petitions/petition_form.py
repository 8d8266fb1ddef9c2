"""What is asked of whoever raises a petition: the same questions on the public form and on the slip that staff key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from anyio import to_thread
from pydantic import BeforeValidator, Field
from starlette.datastructures import UploadFile

from moderation import Refusal
from moderation.case.petitions import Sender
from server.files.checked import LARGEST, Checked, checked
from server.office.forms import Day, FormBody, Line, MaybeLine, MaybeProse, Prose
from server.petitions.entering import Entry

MOST_FILES = 4

Name = Annotated[Line, Field(max_length=120)]
MaybeName = Annotated[MaybeLine, Field(max_length=120)]
Year = Annotated[int, Field(ge=1900, le=2100)]


def _without_spaces(value: object) -> object:
    return value.replace(" ", "") if isinstance(value, str) else value


Email = Annotated[str, BeforeValidator(_without_spaces), Field(max_length=254)]


class PetitionFields(FormBody):
    """The questions of both forms."""

    name: Name
    birth_year: Year | None = None
    area: MaybeName = ""
    address: MaybeLine = ""
    phone: Annotated[MaybeLine, Field(max_length=30)] = ""
    email: Email = ""
    basis: MaybeName = "live"
    is_group: bool = False
    households: Annotated[int, Field(ge=1, le=100_000)] | None = None
    representative: MaybeName = ""
    authority: MaybeLine = ""
    field: MaybeName = "khac"
    content: Annotated[Prose, Field(max_length=8_000)]
    request: Annotated[MaybeProse, Field(max_length=4_000)] = ""
    wants_to_speak: bool = False
    channel: MaybeName = ""
    publish_name: bool = False
    results_by: MaybeName = ""
    declared: bool = False
    files: tuple[UploadFile, ...] = ()

    def sender(self) -> Sender:
        return Sender(self.name, self.area, self.birth_year, self.is_group, self.representative, self.authority, self.publish_name)


class PublicForm(PetitionFields):
    """The public form. `homepage` is a field that nobody sees: whoever fills it is a program."""

    homepage: MaybeLine = ""

    def entry(self, now: int, code: str, files: tuple[Checked, ...]) -> Entry:
        """What is taken in. The notice about purpose and recording stands on the form itself."""
        if self.homepage:
            raise Refusal("form_unfit")
        return Entry(
            self.sender(), self.content, self.field, "web_form", self.declared, self.request, "", self.address, self.phone, self.email, self.basis,
            self.households, self.wants_to_speak, self.channel, self.results_by, now, None, code, files,
        )  # fmt: skip


class SlipForm(PetitionFields):
    """A slip or a call that staff key. `code` is the tracking code that is printed on the slip, if one is."""

    source: MaybeName = "paper_slip"
    source_detail: MaybeLine = ""
    received_on: Day | None = None
    code: Annotated[MaybeLine, Field(max_length=20)] = ""

    def entry(self, code: str, files: tuple[Checked, ...]) -> Entry:
        return Entry(
            self.sender(), self.content, self.field, self.source, self.declared, self.request, self.source_detail, self.address, self.phone, self.email,
            self.basis, self.households, self.wants_to_speak, self.channel, self.results_by, None, self.received_on, code, files,
        )  # fmt: skip


async def checked_files(files: Sequence[UploadFile]) -> tuple[Checked, ...]:
    """Reads and checks what was attached (raises `Refusal` at the field `files`)."""
    read = []
    for file in files:
        read.append((file.filename or "", await file.read(LARGEST + 1)))
        await file.close()
    if len(files) > MOST_FILES:
        raise Refusal("too_many_files", field="files", limit=MOST_FILES)

    def check() -> tuple[Checked, ...]:
        try:
            return tuple(checked(name, content) for name, content in read)
        except Refusal as refusal:
            raise Refusal(refusal.code, **refusal.details, field="files") from None

    return await to_thread.run_sync(check)
