"""The recording of sound and picture: begun and ended by an act that everybody sees, and for the minutes alone (Art. 8.1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from moderation.kernel import Actor, Command, Entry, Fact, Facts, Ms, Refusal, Role, decides, evolves

if TYPE_CHECKING:
    from moderation.conference import Conference

FAILURES = ("disk_full", "io")
"""Why a recording ended by itself: nothing more could be kept, or the disk failed."""


@dataclass(frozen=True, slots=True)
class Recording:
    """`stage`: each one who is heard is recorded alone, too. `spans` holds when it ran, as (begin, end); the last has no end while it runs."""

    stage: bool = False
    spans: tuple[tuple[Ms, Ms | None], ...] = ()
    failed: str = ""
    """Why it ended by itself, until it is begun again."""

    @property
    def since(self) -> Ms | None:
        """When it began, while it runs."""
        return self.spans[-1][0] if self.spans and self.spans[-1][1] is None else None


@dataclass(frozen=True, slots=True)
class BeginRecording(Command):
    """Everybody sees it from now on."""

    stage: bool = False


@dataclass(frozen=True, slots=True)
class EndRecording(Command):
    """`reason` is the room's own word for an end that nobody asked for; people give none."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class RecordingBegun(Fact):
    stage: bool


@dataclass(frozen=True, slots=True)
class RecordingEnded(Fact):
    reason: str = ""


@decides(BeginRecording)
def begin_recording(c: Conference, cmd: BeginRecording, by: Actor, now: Ms) -> Facts:
    if c.recording.since is not None:
        raise Refusal("nothing_to_change")
    if c.format == "in_person":
        raise Refusal("nothing_to_record")
    return (RecordingBegun(cmd.stage),)


@decides(EndRecording)
def end_recording(c: Conference, cmd: EndRecording, by: Actor, now: Ms) -> Facts:
    if c.recording.since is None:
        raise Refusal("nothing_to_change")
    return (RecordingEnded(cmd.reason if by.has(Role.SYSTEM) and cmd.reason in FAILURES else ""),)


@evolves(RecordingBegun)
def recording_begun(c: Conference, f: RecordingBegun, e: Entry) -> Conference:
    return replace(c, recording=Recording(f.stage, (*c.recording.spans, (e.at, None))))


@evolves(RecordingEnded)
def recording_ended(c: Conference, f: RecordingEnded, e: Entry) -> Conference:
    return replace(c, recording=replace(ended(c.recording, e.at), failed=f.reason))


def ended(recording: Recording, at: Ms) -> Recording:
    """The recording, over by now; it ends with the conference at the latest."""
    if recording.since is None:
        return recording
    return replace(recording, spans=(*recording.spans[:-1], (recording.since, at)))
