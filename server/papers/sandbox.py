"""Templates that can only say data. A template is text with places for values; it reads keys of dictionaries, runs loops over lists, asks conditions, and uses the
filters below. It calls nothing, and what it fills in is never read as a template or as Markdown: every value stands as one private character until the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

import jinja2
import yaml
from jinja2 import nodes
from jinja2.runtime import Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

from server.papers.faults import Fault, Wrong, fault_of, yaml_fault
from server.papers.paper import FILL, UNSEEN
from server.papers.words import clock_words, day_of, listed, sentence

FIRST, LAST = 0xF0000, 0x10FFFD
"""The private characters that stand for values: one each."""
LONGEST = 2_000_000
"""Characters that a filled template may have, before values are put in, and all its values together."""
MOST_STEPS = 1_000_000
"""Turns of loops in one filling: a template that would keep the server busy for ever ends here."""
CALL = 20
"""A call of a macro costs as much time as so many turns of a loop."""
GREATEST = 10**15
"""Numbers that a template reckons with stay below this."""


class Filled:
    """A template with its values in place: `text` is Markdown with private characters, `head` what stood before it (YAML)."""

    def __init__(self, head: Mapping[str, Any], text: str, values: list[str]) -> None:
        self.head, self.text, self._values = head, text, values

    def resolve(self, text: str) -> str:
        """The text with each private character replaced by its value."""

        return "".join(said for said, _ in self.pieces(text))

    def pieces(self, text: str) -> list[tuple[str, bool]]:
        """The text in stretches: each value whole (True), and the template's own characters between them (False)."""

        def value(character: str) -> str:
            place = ord(character) - FIRST
            return self.resolve(self._values[place]) if 0 <= place < len(self._values) else character

        return [(value(c), True) if FIRST <= ord(c) <= LAST else (c, False) for c in text]


def fill(text: str, data: Mapping[str, Any]) -> Filled:
    """Fills a template with data (raises `Fault`)."""
    filling = _Filling()
    try:
        template = _compiled(clean(text))
        parts, length = [], 0
        for part in template.generate({**clean(data), _KEPT: filling}):
            length += len(part)
            if length > LONGEST:
                raise Fault(0, "too_long")
            parts.append(part)
    except (jinja2.TemplateError, TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError) as error:
        raise fault_of(error) from None
    head, body = _parted("".join(parts))
    return Filled(head, body, filling.values)


@lru_cache(64)
def _compiled(text: str) -> jinja2.Template:
    return _ENVIRONMENT.from_string(text)


def _parted(text: str) -> tuple[Mapping[str, Any], str]:
    """The YAML between the first two lines `---`, and what follows it."""
    _, mark, rest = text.partition("---\n")
    head, end, body = rest.partition("\n---\n")
    if _.strip() or not mark or not end:
        raise Fault(1, "head_missing")
    try:
        found = yaml.safe_load(head)
    except yaml.YAMLError as error:
        raise yaml_fault(error) from None
    if not isinstance(found, dict):
        raise Fault(1, "head_no_lines")
    return found, body


def clean(value: Any) -> Any:
    """Data without characters that mean something to us: they are written out."""
    if isinstance(value, str):
        return UNSEEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", value.replace("\r\n", "\n").replace("\r", "\n"))
    if isinstance(value, Mapping):
        return {str(name): clean(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [clean(one) for one in value]
    return value


# --- the sandbox --------------------------------------------------------------------------------------------------------

_KEPT = "_kept"
_COUNTED = "_counted"
"""The filter put behind the list of every loop."""


@dataclass(slots=True)
class _Filling:
    """One filling under way: the values put away, how long each is with the values inside it, all of that together, and the steps taken."""

    values: list[str] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    length: int = 0
    steps: int = 0

    def step(self, cost: int = 1) -> None:
        self.steps += cost
        if self.steps > MOST_STEPS:
            raise Wrong("too_many_steps")

    def keep(self, value: str) -> str:
        """Puts a value away and says the character that stands for it."""
        known = len(self.values)
        length = sum(self.lengths[ord(c) - FIRST] if FIRST <= ord(c) < FIRST + known else 1 for c in value)
        self.length += length
        if self.length > LONGEST or FIRST + known >= LAST:
            raise Wrong("too_long")
        self.values.append(value)
        self.lengths.append(length)
        return chr(FIRST + known)


@jinja2.pass_context
def _counted(context: Context, items: Iterable[Any]) -> Iterator[Any]:
    """The items of a loop, each of them a step."""
    for item in items:
        context[_KEPT].step()
        yield item


class _Sandbox(ImmutableSandboxedEnvironment):
    """Dictionaries by their keys, lists by their places, loops by their counters: nothing else has attributes."""

    intercepted_binops = frozenset(["*", "**", "%", "+"])

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """Jinja's own reading; then every loop is counted, and texts are not glued together (a template writes them one after the other)."""
        tree = super()._parse(source, name, filename)
        for glue in tree.find_all(nodes.Concat):
            raise jinja2.TemplateSyntaxError("unexpected '~'", glue.lineno)
        for loop in list(tree.find_all(nodes.For)):
            loop.iter = nodes.Filter(loop.iter, _COUNTED, [], [], None, None, lineno=loop.lineno)
            loop.iter.set_environment(self)
        return tree

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        context[_KEPT].step(CALL)
        return super().call(context, obj, *args, **kwargs)

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, dict):
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        if isinstance(obj, LoopContext) and attribute in ("index", "index0", "first", "last", "length"):
            return getattr(obj, attribute)
        if isinstance(obj, jinja2.Undefined):
            return self.undefined(name=attribute)
        return self.undefined(obj=obj, name=attribute, exc=jinja2.exceptions.SecurityError)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, dict) and isinstance(argument, str):
            return self.getattr(obj, argument)
        if isinstance(obj, list) and isinstance(argument, int) and -len(obj) <= argument < len(obj):
            return obj[argument]
        return self.undefined(obj=obj, name=str(argument))

    def is_safe_callable(self, obj: Any) -> bool:
        return isinstance(obj, Macro)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        numbers = (int, float) if operator == "+" else int
        if isinstance(left, numbers) and isinstance(right, numbers) and operator != "**" and max(abs(left), abs(right)) < GREATEST:
            return super().call_binop(context, operator, left, right)
        raise Wrong("unfit_operator", name=operator)


@jinja2.pass_context
def _keep(context: Context, value: Any) -> str:
    """Puts a value away and says the character that stands for it."""
    if isinstance(value, jinja2.Undefined):
        value._fail_with_undefined_error()
    if value is None:
        value = ""
    if not isinstance(value, str | int | float):
        raise Wrong("no_text")
    filling: _Filling = context[_KEPT]
    return filling.keep(str(value))


def _date(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise Wrong("no_date") from None


def _day(value: str) -> str:
    """2027-01-14 → ngày 14 tháng 01 năm 2027."""
    return day_of(_date(value)) if value else "ngày …… tháng …… năm ……"


def _short(value: str) -> str:
    """2027-01-14 → 14/01/2027."""
    return _date(value).strftime("%d/%m/%Y") if value else ""


def _two(value: int) -> str:
    """Numbers below ten with a zero before them, as papers write them."""
    return f"{int(value):02}"


def _number(value: float) -> str:
    """1234567.5 → 1.234.567,5."""
    return f"{value:,}".translate(str.maketrans(",.", ".,"))


def _listed(values: list[Any]) -> str:
    return listed(str(one) for one in values)


def _lower_first(value: str) -> str:
    return value[:1].lower() + value[1:]


def _upper_first(value: str) -> str:
    return value[:1].upper() + value[1:]


def _lines(value: str) -> list[str]:
    """The paragraphs of a longer text."""
    return [line.strip() for line in value.split("\n") if line.strip()]


def _column(rows: list[dict[str, Any]], name: str) -> list[Any]:
    """The values of one key in a list of dictionaries: each once, empty ones left out."""
    return list(dict.fromkeys(row[name] for row in rows if row[name]))


FILTERS: dict[str, Callable[..., Any]] = {
    "day": _day, "short": _short, "two": _two, "number": _number, "listed": _listed, "sentence": sentence, "clock": clock_words, "lower_first": _lower_first,
    "upper_first": _upper_first, "lines": _lines, "upper": str.upper, "column": _column, "length": len,
}  # fmt: skip


def _environment() -> _Sandbox:
    env = _Sandbox(
        undefined=jinja2.StrictUndefined, finalize=_keep, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, autoescape=False
    )
    env.globals.clear()
    env.filters.clear()
    env.filters.update({**FILTERS, _COUNTED: _counted})
    return env


_ENVIRONMENT = _environment()


def literal(text: str) -> str:
    """Text of a template: four dots or more are a line to write on."""
    out, at = [], 0
    while (start := text.find("....", at)) >= 0:
        end = start
        while end < len(text) and text[end] == ".":
            end += 1
        out += [text[at:start], FILL]
        at = end
    return "".join([*out, text[at:]])
