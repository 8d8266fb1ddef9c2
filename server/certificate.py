"""A certificate of one's own making, so that phones on the local network may use their microphones in a demonstration or rehearsal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LASTS = timedelta(days=30)


def self_signed(folder: Path, names: list[str]) -> tuple[Path, Path]:
    """Certificate and key for these host names and addresses, made anew when missing, over, or for other names."""
    certificate, key = folder / "tls.crt", folder / "tls.key"
    now = datetime.now(UTC)
    wanted = [x509.IPAddress(ip_address(n)) if n[0].isdigit() or ":" in n else x509.DNSName(n) for n in names]
    if certificate.exists() and key.exists():
        old = x509.load_pem_x509_certificate(certificate.read_bytes())
        held = old.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        if old.not_valid_after_utc > now + timedelta(days=1) and list(held) == wanted:
            return certificate, key
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + LASTS)
        .add_extension(x509.SubjectAlternativeName(wanted), critical=False)
        .sign(private, hashes.SHA256())
    )
    key.touch(0o600)
    key.write_bytes(private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return certificate, key
