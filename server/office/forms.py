"""Forms: what was typed, checked field by field. A form that cannot be taken comes back with a sentence at each field, with all that was typed."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Generic, TypeVar, get_origin

from fastapi import Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from starlette.datastructures import FormData, UploadFile

from moderation import Refusal
from server.errors import language_of, sentence_of
from server.i18n import t
from server.unseen import seen

LINE, PROSE = 300, 20_000
"""Most characters of a line and of a longer text."""
FIELDS, FILES = 400, 10
"""Most fields and files of one form."""


_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Characters that turn the direction of what stands around them: in no Vietnamese text, and a way to make a name read as another."""


def _line(value: object) -> object:
    if not isinstance(value, str):
        return value
    value = " ".join(_TURNING.sub("", seen(unicodedata.normalize("NFC", value))).split())
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in value):
        raise ValueError("unfit")
    return value


def _prose(value: object) -> object:
    if not isinstance(value, str):
        return value
    value = _TURNING.sub("", seen(unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n")))).strip()
    if any(unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t" for character in value):
        raise ValueError("unfit")
    return value


def _day(value: object) -> object:
    """An ISO date, or a date as people write it: 14/01/2027."""
    if isinstance(value, str) and value.count("/") == 2:
        day, month, year = (part.strip() for part in value.split("/"))
        return f"{year:0>4}-{month:0>2}-{day:0>2}"
    return value


Line = Annotated[str, BeforeValidator(_line), Field(min_length=1, max_length=LINE)]
"""One line that must be there."""
MaybeLine = Annotated[str, BeforeValidator(_line), Field(max_length=LINE)]
Prose = Annotated[str, BeforeValidator(_prose), Field(min_length=1, max_length=PROSE)]
"""A text with paragraphs that must be there."""
MaybeProse = Annotated[str, BeforeValidator(_prose), Field(max_length=PROSE)]
Day = Annotated[date, BeforeValidator(_day), Field(ge=date(1900, 1, 1), le=date(2100, 12, 31))]
Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
"""A clock time, "13:30"."""
Code = Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9._:-]+$")]
"""An id of ours."""


class FormBody(BaseModel):
    """The fields of a form. An empty field counts as not sent; a box that is not ticked is not sent either, so give booleans the default False."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


Value = TypeVar("Value", bound=FormBody)


class Form(Generic[Value]):
    """A form on its way: `typed` is what stands in the fields, `faults` the sentence at each field ("" is the form as a whole), `value` the checked whole,
    `action` the path it was posted to: of several forms on a page it is that one which comes back."""

    def __init__(
        self,
        typed: Mapping[str, Any] | None = None,
        value: Value | None = None,
        faults: Mapping[str, str] | None = None,
        once: str = "",
        action: str = "",
    ) -> None:
        self.typed: dict[str, Any] = dict(typed or {})
        self.faults: dict[str, str] = dict(faults or {})
        self._value = value
        self.once = once
        self.action = action

    @property
    def ok(self) -> bool:
        return self._value is not None and not self.faults

    @property
    def value(self) -> Value:
        assert self._value is not None, "a form with faults has no value"
        return self._value

    def refuse(self, request: Request, refusal: Refusal) -> None:
        """Notes a refusal of the rules: at its field if it names one that was sent, else at the head of the form."""
        field = refusal.details.get("field", "")
        place = field if field in self.typed or (self._value is not None and field in type(self._value).model_fields) else ""
        self.faults[place] = sentence_of(language_of(request), refusal.code, refusal.details)


async def read_form(request: Request, model: type[Value]) -> Form[Value]:
    """Reads and checks a form, with its files. Field names must be the model's; `once` is the form's own number, `version` an ordinary field."""
    data = await request.form(max_fields=FIELDS, max_files=FILES, max_part_size=1024 * 1024)
    typed = await _typed(data, model)
    once = typed.pop("once", "")
    given = {name: value for name, value in typed.items() if value not in ("", [], None)}
    shown = {name: value for name, value in typed.items() if not isinstance(value, UploadFile)}
    numbered = _number(str(once), request.url.path, typed)
    try:
        return Form(shown, model.model_validate(given), once=numbered, action=request.url.path)
    except ValidationError as error:
        language = language_of(request)
        faults = {}
        for fault in error.errors():
            field = str(fault["loc"][0]) if fault["loc"] else ""
            bounds = fault.get("ctx", {})
            faults[field] = t(language, f"form.fault.{_fault(fault['type'], bounds)}", limit=bounds.get("max_length", ""))
        return Form(shown, None, faults, once=numbered, action=request.url.path)


def _fault(kind: str, bounds: Mapping[str, Any]) -> str:
    """Which sentence says a fault that pydantic found."""
    known = {"missing": "missing", "string_too_short": "missing", "too_short": "missing", "string_too_long": "too_long", "too_long": "too_long"}
    if kind in known:
        return known[kind]
    if kind.startswith("date") or any("date" in str(bounds.get(name, "")) for name in ("ge", "le")):
        return "date"
    if str(bounds.get("pattern", "")).startswith("^([01]"):
        return "clock"
    return "number" if kind.startswith(("int", "float", "decimal", "less", "greater")) else "unfit"


def _is_file(value: object) -> bool:
    return isinstance(value, UploadFile) or (isinstance(value, list) and any(isinstance(one, UploadFile) for one in value))


def _number(once: str, path: str, typed: Mapping[str, Any]) -> str:
    """The number of this very form: the page's own, where it went and what it says. The same page sent with other words is another
    form; files are not looked at."""
    if not once:
        return ""
    said = [(name, value) for name, value in sorted(typed.items()) if value not in ("", [], None) and not _is_file(value)]
    return hashlib.sha256(repr((once, path, said)).encode("utf-8", "surrogatepass")).hexdigest()


async def _typed(data: FormData, model: type[FormBody]) -> dict[str, Any]:
    """What was sent, by field. A field for files that holds none is left out, and so is an empty entry of a field that takes several."""
    out: dict[str, Any] = {}
    for name in data:
        field = model.model_fields.get(name)
        many = field is not None and get_origin(field.annotation) in (tuple, list, Sequence, frozenset, set)
        values = []
        for value in data.getlist(name):
            if isinstance(value, UploadFile) and not value.filename:
                await value.close()
            elif value != "" or not many:
                values.append(value)
        if values or many:
            out[name] = values if many else values[-1]
    return out
