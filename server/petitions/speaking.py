"""Registering a petition's sender to speak, and naming the representative of a group (Art. 2.2)."""

from __future__ import annotations

from dataclasses import replace

from moderation import Refusal
from moderation.case.petitions import CHANNELS, may_ask_to_speak
from server.office.work import Work
from server.petitions.queries import petition_of_case
from server.petitions.sender import sender_of
from server.petitions.tables import petition


def name_speaker(
    w: Work, id: str, petition_id: str, representative: str, authority: str, wants_to_speak: bool, channel: str, seen: int | None = None
) -> None:
    """Says who speaks for a group and whether the sender wants to speak. A group without a representative cannot (raises `Refusal` representative_needed)."""
    _, row = petition_of_case(w, id, petition_id, "enter_petition")
    if channel not in ("", *CHANNELS):
        raise Refusal("choice_unknown", field="channel")
    if wants_to_speak:
        may_ask_to_speak(replace(sender_of(row), representative=representative, authority=authority))
    w.change(
        petition, petition_id, seen=seen, representative=representative, authority=authority, wants_to_speak=wants_to_speak,
        channel=channel if wants_to_speak else "",
    )  # fmt: skip
