"""A media token opens one session of one seat in one direction, for a short time."""

import pytest

from server.media.tokens import MediaTokens

NOW = 1_764_000_000_000
SECRET = bytes(range(32))


def test_a_token_opens_one_session() -> None:
    tokens = MediaTokens(SECRET)
    token = tokens.issue("seat", "whip", NOW)
    assert not tokens.spend(token, "other", "whip", NOW)
    assert not tokens.spend(token, "seat", "whep", NOW)
    assert tokens.spend(token, "seat", "whip", NOW + 59_999)
    assert not tokens.spend(token, "seat", "whip", NOW + 59_999)


def test_it_expires() -> None:
    tokens = MediaTokens(SECRET)
    assert not tokens.spend(tokens.issue("seat", "whip", NOW), "seat", "whip", NOW + 60_000)


def test_a_reusable_one_opens_again_until_it_expires() -> None:
    tokens = MediaTokens(SECRET)
    token = tokens.issue("seat", "whip", NOW, seconds=3600, reusable=True)
    assert all(tokens.spend(token, "seat", "whip", NOW + ms) for ms in (0, 1, 3_599_999))
    assert not tokens.spend(token, "seat", "whip", NOW + 3_600_000)


def test_every_changed_character_is_noticed() -> None:
    tokens = MediaTokens(SECRET)
    token = tokens.issue("seat", "whip", NOW)
    for place in range(len(token)):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert not tokens.spend(changed, "seat", "whip", NOW)
    assert tokens.spend(token, "seat", "whip", NOW)


@pytest.mark.parametrize("token", ["", "x", "á", "=" * 10, "A" * 71, "A" * 5000])
def test_nonsense_is_refused(token: str) -> None:
    assert not MediaTokens(SECRET).spend(token, "seat", "whip", NOW)


def test_another_secret_makes_other_tokens() -> None:
    token = MediaTokens(SECRET).issue("seat", "whip", NOW)
    assert not MediaTokens(SECRET[::-1]).spend(token, "seat", "whip", NOW)
    with pytest.raises(ValueError, match="32 bytes"):
        MediaTokens(b"short")
