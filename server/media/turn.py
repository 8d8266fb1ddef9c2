"""The TURN server that may stand beside us, for clients whose network lets no media through directly: which addresses browsers are told,
and with which credentials.

Credentials last an hour and are made of a secret shared with it (coturn's `use-auth-secret`): nothing is stored. A session that
was opened with them goes on when they have run out.
"""

import hmac
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

SECONDS: Final = 3600


def urls_of(host: str, port: int, tls_port: int | None) -> tuple[str, ...]:
    """The URLs (RFC 7065) of a relay, cheapest way first: UDP, then TCP, then TLS where `tls_port` says that it is there."""
    named = f"[{host}]" if ":" in host else host
    plain = tuple(f"turn:{named}:{port}?transport={transport}" for transport in ("udp", "tcp"))
    return (*plain, f"turns:{named}:{tls_port}?transport=tcp") if tls_port else plain


@dataclass(frozen=True, slots=True)
class Turn:
    """The TURN servers that browsers are told of; without `urls` there is none."""

    urls: Sequence[str] = ()
    """Such as `turn:turn.example.vn:3478?transport=udp`."""
    secret: str = ""

    def credentials(self, name: str, now: int) -> tuple[str, str]:
        """User name and password for one seat (`name`), from `now` (ms) for an hour."""
        user = f"{now // 1000 + SECONDS}:{name}"
        return user, b64encode(hmac.digest(self.secret.encode(), user.encode(), "sha1")).decode()

    def links(self, name: str, now: int) -> list[str]:
        """As `Link` header values of a WHIP or WHEP answer (RFC 9725 section 4.6)."""
        user, password = self.credentials(name, now)
        return [f'<{url}>; rel="ice-server"; username="{user}"; credential="{password}"; credential-type="password"' for url in self.urls]
