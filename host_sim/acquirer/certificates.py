"""The host's own certificate authority: it signs the host's certificate and one for each terminal. ECDSA P-256.

Made once in a folder, keys readable by their owner only. Source: RFC 5280; dates are years apart, because a till whose
clock is a little off must not lose its host.
"""

import os
import ssl
from base64 import b64encode
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HOST_NAME = "host.picotill.test"
YEARS = 20
_PEM, _DER = serialization.Encoding.PEM, serialization.Encoding.DER


class CertificateError(Exception):
    """Certificates that cannot be used. args: what is wrong, what to do."""


class Authority:
    """folder: where it lives; made where it is empty. now: aware UTC, from which certificates made now are valid."""

    def __init__(self, folder: Path, now: datetime):
        self._folder, self._now = folder, now
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "ca.pem").exists():
            key = ec.generate_private_key(ec.SECP256R1())
            self._write("ca", self.sign("picotill test CA", key, None, ca=True), key)
        try:
            self.certificate = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
            found = serialization.load_pem_private_key((folder / "ca.key").read_bytes(), None)
        except (ValueError, OSError):
            raise CertificateError(f"{folder} holds no authority", "put ca.pem and ca.key back from a copy") from None
        assert isinstance(found, ec.EllipticCurvePrivateKey)
        self._key = found

    def sign(
        self,
        name: str,
        key: ec.EllipticCurvePrivateKey,
        usage: x509.ObjectIdentifier | None,
        ca: bool = False,
        days: tuple[int, int] = (-1, 366 * YEARS),
    ) -> x509.Certificate:
        """A certificate for a key. usage: what for. days: from now, when it begins and ends to be valid."""
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if ca else self.certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now + timedelta(days=days[0]))
            .not_valid_after(self._now + timedelta(days=days[1]))
            .add_extension(x509.BasicConstraints(ca, None), critical=True)
        )
        if usage is not None:
            builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        if usage == ExtendedKeyUsageOID.SERVER_AUTH:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        return builder.sign(key if ca else self._key, hashes.SHA256())

    def for_terminal(self, terminal: str) -> dict[str, str]:
        """What a till is given: the authority's certificate, its own, its key; DER in base64."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self.sign(terminal, key, ExtendedKeyUsageOID.CLIENT_AUTH)
        private = key.private_bytes(_DER, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
        files = {"ca": self.certificate.public_bytes(_DER), "certificate": certificate.public_bytes(_DER)}
        return {name: b64encode(content).decode() for name, content in {**files, "key": private}.items()}

    def server_context(self, name: str = HOST_NAME, days: tuple[int, int] = (-1, 366 * YEARS)) -> ssl.SSLContext:
        """Of a host that asks every terminal for a certificate of this authority. TLS 1.2 or newer."""
        if not (self._folder / f"{name}.pem").exists():
            key = ec.generate_private_key(ec.SECP256R1())
            self._write(name, self.sign(name, key, ExtendedKeyUsageOID.SERVER_AUTH, days=days), key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.verify_mode = ssl.CERT_REQUIRED
        context.num_tickets = 0
        try:
            context.load_cert_chain(self._folder / f"{name}.pem", self._folder / f"{name}.key")
            context.load_verify_locations(self._folder / "ca.pem")
        except ssl.SSLError:
            raise CertificateError(f"{self._folder} holds damaged certificates", "put them back from a copy") from None
        return context

    def _write(self, name: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        """The key first: a certificate that is there has its key."""
        private = key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        for suffix, content in ((".key", private), (".pem", certificate.public_bytes(_PEM))):
            with open(
                os.open(self._folder / (name + suffix), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb"
            ) as out:
                out.write(content)


def for_provisioning(authority: Authority, terminal: str, address: str, port: int) -> dict[str, Any]:
    """The part of a till's settings that says where the host is and how to know it (docs/provisioning.md)."""
    return {"host": {"address": address, "port": port, "name": HOST_NAME}, "tls": authority.for_terminal(terminal)}
