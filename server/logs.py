"""What the server writes down: one line per request, never a query string or a secret address, never a control character."""

from __future__ import annotations

import logging
import re
from typing import Any

_QUERY = re.compile(r"\?[^\s\"']*")
_CALENDAR = re.compile(r"(/lich/)[0-9a-f]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def discreet(text: str) -> str:
    """A text without query strings and secret addresses of calendars, with control and direction characters shown as escapes."""
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", _CALENDAR.sub(r"\1…", _QUERY.sub("", text)))


class Discreet(logging.Filter):
    """Makes every argument of a log record `discreet`: the web server logs paths with their queries, which
    may hold secrets."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(discreet(part) if isinstance(part, str) else part for part in record.args)
        return True


def log_config(level: str = "info") -> dict[str, Any]:
    """The logging configuration of the server process, for uvicorn's `log_config` and
    `logging.config.dictConfig`."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"discreet": {"()": "server.logs.Discreet"}},
        "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stderr",
                "formatter": "line",
                "filters": ["discreet"],
            },
        },
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            name: {"handlers": ["stderr"], "level": level.upper(), "propagate": False}
            for name in ("server", "moderation", "uvicorn", "uvicorn.error", "uvicorn.access")
        },
    }
