"""Sound through the relay: clients that use nothing else, and browsers whose network lets no UDP through."""

from __future__ import annotations

import base64
import hashlib
import socket
import time
from pathlib import Path
from typing import Any

import pytest
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCIceServer, RTCIceTransportPolicy, RTCPeerConnection
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, async_playwright

from server.media.engine import Direction
from tests.browser.browsers import FLAGS
from tests.media.peers import Hearer, Publisher, Tone, until
from tests.media.turn.relay import HERE, Running
from tests.media.turn.site import TONE, open_site

WITHIN_MS = 5000
"""A client whose UDP is blocked hears within this time of joining."""


class Relayed(Hearer):
    """Hears through one relay and by no other way."""

    def __init__(self, relay: RTCIceServer) -> None:
        super().__init__()
        self.peer = RTCPeerConnection(by_relay(relay))
        self.peer.addTransceiver("audio", "recvonly")


class Relaying(Publisher):
    """Sends a tone through one relay and by no other way."""

    def __init__(self, relay: RTCIceServer, tone: Tone) -> None:
        super().__init__()
        self.peer = RTCPeerConnection(by_relay(relay))
        self.peer.addTransceiver(tone, "sendonly")


def by_relay(relay: RTCIceServer) -> RTCConfiguration:
    return RTCConfiguration([relay], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE, iceTransportPolicy=RTCIceTransportPolicy.RELAY)


@pytest.mark.parametrize("number", range(3), ids=["udp", "tcp", "tls"])
async def test_tones_go_both_ways_through_the_relay_alone(relay: Running, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(relay.certificate))
    user, password = relay.turn.credentials("dung", int(time.time() * 1000))
    async with open_site(relay) as site:
        hearer = Relayed(RTCIceServer(relay.turn.urls[number], user, password))
        await hearer.accept(await site.engine.listen("c", "out", await hearer.offer()))
        await until(lambda: hearer.level(TONE) > -20)
        other = Relaying(RTCIceServer(relay.turn.urls[number], user, password), Tone(440.0))
        await other.accept(await site.engine.publish("c", "in-dung", "dung", await other.offer()))
        await other.connected()
        await site.engine.direct("c", Direction(frozenset({"dung"})))
        await until(lambda: hearer.level(440.0) > -20 and hearer.level(TONE) < -45)
        await other.close()
        await hearer.close()


def trusting(certificate: Path) -> str:
    """The switch by which Chromium takes this certificate, whoever made it."""
    key = x509.load_pem_x509_certificate(certificate.read_bytes()).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"--ignore-certificate-errors-spki-list={base64.b64encode(hashlib.sha256(key).digest()).decode()}"


async def heard(page: Page, base: str) -> dict[str, Any]:
    """Opens the page and waits for its tone: after how many ms it was heard, and by which way."""
    await page.goto(f"{base}/page")
    try:
        await page.wait_for_function("window.heard", timeout=WITHIN_MS + 2000)
    except PlaywrightError as error:
        raise AssertionError(f"no sound: {await page.evaluate('state()')}") from error
    found: dict[str, Any] = await page.evaluate("heard")
    return found


async def test_a_browser_without_udp_hears_soon(chromium: str, relay: Running) -> None:
    """All three relays are told, as a server does; then the one for TLS alone."""
    without_udp = [*FLAGS, trusting(relay.certificate), "--webrtc-ip-handling-policy=disable_non_proxied_udp"]
    async with open_site(relay) as site, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=without_udp, ignore_default_args=["--mute-audio"])
        first = await heard(await browser.new_page(), site.base)
        assert first["candidateType"] == "relay" and first["relayProtocol"] in ("tcp", "tls")
        assert first["after"] < WITHIN_MS
        site.told[:] = site.told[2:]
        second = await heard(await browser.new_page(), site.base)
        assert (second["candidateType"], second["relayProtocol"]) == ("relay", "tls")
        assert second["after"] < WITHIN_MS
        await browser.close()


async def test_a_browser_whose_udp_is_swallowed_hears_soon(chromium: str, relay: Running) -> None:
    """What is sent by UDP is never answered: the direct way is left out, and the relay for UDP is a socket that says nothing."""
    relays_only = """window.RTCPeerConnection = class extends RTCPeerConnection {
        constructor(how) { super({ ...how, iceTransportPolicy: "relay" }); }
        setConfiguration(how) { super.setConfiguration({ ...how, iceTransportPolicy: "relay" }); }
    };"""
    async with open_site(relay) as site, async_playwright() as playwright:
        with socket.socket(type=socket.SOCK_DGRAM) as silent:
            silent.bind((HERE, 0))
            site.told[:] = [f"turn:{HERE}:{silent.getsockname()[1]}?transport=udp", site.told[2]]
            browser = await playwright.chromium.launch(
                executable_path=chromium, args=[*FLAGS, trusting(relay.certificate)], ignore_default_args=["--mute-audio"]
            )
            page = await browser.new_page()
            await page.add_init_script(relays_only)
            found = await heard(page, site.base)
            assert (found["candidateType"], found["relayProtocol"]) == ("relay", "tls")
            assert found["after"] < WITHIN_MS
            silent.settimeout(0)
            assert silent.recv(2048), "the browser did try"
            await browser.close()
