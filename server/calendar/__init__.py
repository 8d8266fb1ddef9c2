"""The calendar of working days: which days public bodies are off, by which paper; an administrator keeps it, everything that counts days asks it."""

from server.calendar.working_days import calendar_of, load

__all__ = ["calendar_of", "load"]
