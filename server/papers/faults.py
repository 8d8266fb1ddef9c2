"""What is wrong with a template, said to whoever edits it: at which line, and what, in words of the catalogue (`fault.<what>`), never in those of a library."""

from __future__ import annotations

import re
from typing import Any

import jinja2
import yaml

from moderation import Refusal

TEMPLATE = "<template>"
"""The name under which a template's own lines stand in a trace."""


class Fault(Refusal):
    """A template that cannot be filled: `line` counts from 1 (0: it cannot be told), `what` names the sentence, `details` fill it."""

    def __init__(self, line: int, what: str, **details: Any) -> None:
        super().__init__("template_fault" if line else "template_unfit", line=line, fault=what, **details)


_SYNTAX: tuple[tuple[str, str], ...] = (
    (r"The innermost block that needs to be closed is '(?P<name>\w+)'", "unclosed"),
    (r"Encountered unknown tag '(?P<name>\w+)'", "unknown_tag"),
    (r"Missing end of (?P<name>comment|raw)", "unclosed_comment"),
    (r"unexpected end of template", "unclosed_braces"),
    (r"unexpected '(?P<name>[^']*)'(?:, expected '(?P<wanted>[^']*)')?", "unbalanced"),
    (r"unexpected char '(?P<name>.)'|unexpected char \"(?P<quote>.)\"", "unexpected"),
    (r"expected token '(?P<wanted>[^']*)', got '(?P<name>[^']*)'", "misplaced"),
    (r"Expected an expression, got '(?P<name>[^']*)'", "expression_missing"),
    (r"No filter named '(?P<name>[^']*)'", "unknown_filter"),
    (r"No test named '(?P<name>[^']*)'", "unknown_test"),
    (r"block '(?P<name>\w+)' defined twice", "twice"),
)
"""What Jinja says while it reads a template, and how we call it; the first that fits. Whatever fits none is `syntax`."""

_RUN: tuple[tuple[str, str], ...] = (
    (r"^'(?P<name>[^']*)' is undefined", "unknown_value"),
    (r"^'?(?P<of>[\w ]+?)'?(?: object)? has no (?:attribute|element) '?(?P<name>[^']*)'?", "unknown_key"),
    (r"not safely callable", "called"),
    (r"No test named '(?P<name>[^']*)'", "unknown_test"),
    (r"no loader", "other_file"),
    (r"recursion", "endless"),
)
"""The same while it is filled; whatever fits none is `unfit_value`."""


def fault_of(error: BaseException) -> Fault:
    """The fault behind an error of Jinja, of a filter or of Python; one that is a `Fault` already stays itself but for its line."""
    line = getattr(error, "lineno", None) or line_of(error)
    if isinstance(error, jinja2.TemplateSyntaxError | jinja2.TemplateAssertionError):
        return _named(line, str(error.message), _SYNTAX, "syntax")
    if isinstance(error, Wrong):
        return Fault(line, error.what, **error.details)
    if isinstance(error, jinja2.TemplateError | RecursionError) or "no loader" in str(error):
        return _named(line, str(error), _RUN, "forbidden")
    return Fault(line, "unfit_value")


def yaml_fault(error: yaml.YAMLError) -> Fault:
    """The head is no YAML; its first line stands under the mark `---`."""
    where = getattr(error, "problem_mark", None)
    return Fault(where.line + 2 if where else 1, "head_unreadable")


class Wrong(ValueError):
    """A filter or operator of ours cannot take this value: `what` as in `Fault`."""

    def __init__(self, what: str, **details: Any) -> None:
        super().__init__(what)
        self.what, self.details = what, details


def _named(line: int, said: str, known: tuple[tuple[str, str], ...], otherwise: str) -> Fault:
    for pattern, what in known:
        if found := re.search(pattern, said):
            named = {name: value for name, value in found.groupdict().items() if value is not None and name in ("name", "quote")}
            name = named.get("name", named.get("quote", ""))
            return Fault(line, what if name not in ENDS else "unclosed_braces", name=name)
    return Fault(line, otherwise)


ENDS = {"end of print statement", "end of statement block"}
"""What Jinja calls the closing braces: where something else was wanted, an expression ends too early."""


def line_of(error: BaseException) -> int:
    """Where in the template an error arose, 0 when that cannot be told."""
    found, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == TEMPLATE:
            found = trace.tb_lineno
        trace = trace.tb_next
    return found
