"""TURN credentials are those that coturn computes from the same secret."""

from server.media.turn import Turn

NOW = 1_764_000_000_000
TURN = Turn(("turn:turn.example.vn:3478?transport=udp", "turns:turn.example.vn:443"), "north")


def test_credentials() -> None:
    # Computed apart with: printf 1764003600:seat | openssl dgst -sha1 -hmac north -binary | base64
    assert TURN.credentials("seat", NOW) == ("1764003600:seat", "E9syhae6EtWRiM9vG2HD/zmjQ70=")


def test_links_and_servers_say_the_same() -> None:
    links, servers = TURN.links("seat", NOW), TURN.ice_servers("seat", NOW)
    assert [link.partition(">")[0][1:] for link in links] == servers[0]["urls"]
    assert all(f'username="{servers[0]["username"]}"' in link for link in links)
    assert all(f'credential="{servers[0]["credential"]}"' in link for link in links)


def test_without_servers_nobody_is_named() -> None:
    assert Turn().links("seat", NOW) == [] and Turn().ice_servers("seat", NOW) == []
