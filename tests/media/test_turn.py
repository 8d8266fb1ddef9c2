"""TURN credentials are those that coturn computes from the same secret."""

from server.media.turn import Turn, urls_of

NOW = 1_764_000_000_000
TURN = Turn(("turn:turn.example.vn:3478?transport=udp", "turns:turn.example.vn:443"), "north")


def test_credentials() -> None:
    # Computed apart with: printf 1764003600:seat | openssl dgst -sha1 -hmac north -binary | base64
    assert TURN.credentials("seat", NOW) == ("1764003600:seat", "E9syhae6EtWRiM9vG2HD/zmjQ70=")


def test_every_server_is_named_with_the_credentials() -> None:
    user, password = TURN.credentials("seat", NOW)
    rest = f'; rel="ice-server"; username="{user}"; credential="{password}"; credential-type="password"'
    assert TURN.links("seat", NOW) == [f"<{url}>{rest}" for url in TURN.urls]


def test_without_servers_nobody_is_named() -> None:
    assert Turn().links("seat", NOW) == []


def test_the_addresses_of_a_relay() -> None:
    assert urls_of("turn.example.vn", 3478, 443) == (
        "turn:turn.example.vn:3478?transport=udp",
        "turn:turn.example.vn:3478?transport=tcp",
        "turns:turn.example.vn:443?transport=tcp",
    )
    assert urls_of("2001:db8::5", 3479, None) == ("turn:[2001:db8::5]:3479?transport=udp", "turn:[2001:db8::5]:3479?transport=tcp")
