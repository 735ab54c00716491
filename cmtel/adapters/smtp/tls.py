"""TLS towards mail servers: which certificates are trusted, and what is wrong with one."""

from __future__ import annotations

import ssl
from pathlib import Path

#: What to say of a certificate, by OpenSSL's X509_V_ERR_* (openssl-verification-options(1)).
_CERTIFICATE = {
    9: "is not valid yet (is the clock right?)",
    10: "has expired",
    18: "is self-signed and not trusted; name it by caFile if it is yours",
    19: "comes from an authority that is not trusted here; name its certificate by caFile",
    20: "comes from an authority that is not known here; name its certificate by caFile",
    21: "comes from an authority that is not known here; name its certificate by caFile",
    23: "was revoked",
    62: "is for another name",
    64: "is for another address",
}


class TlsFailed(OSError):
    """The connection could not be encrypted; the text says why."""


def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Return what checks the server's certificate and name: TLS 1.2 or later.

    Args:
        ca_file: The authorities (PEM) that are trusted; None: those of the system.

    Raises:
        TlsFailed: The file cannot be read, or has no certificate.
    """
    if ca_file is None:
        return ssl.create_default_context()
    try:
        return ssl.create_default_context(cafile=str(ca_file))
    except OSError as exc:
        why = "has no usable certificate" if isinstance(exc, ssl.SSLError) else exc.strerror
        raise TlsFailed(f"the caFile {ca_file}: {why}") from exc


def failure_words(exc: OSError, host: str) -> str:
    """Return why TLS did not come about."""
    if isinstance(exc, ssl.SSLCertVerificationError):
        known = _CERTIFICATE.get(exc.verify_code)
        return f"the certificate of {host} {known or f'was not taken: {exc.verify_message}'}"
    if isinstance(exc, TimeoutError):
        return "no answer to the offer of TLS"
    if isinstance(exc, ssl.SSLError) and exc.reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST"):
        return f"{host} answers in clear text: tls implicit is for another port, often 465"
    return f"TLS failed: {getattr(exc, 'reason', None) or exc.strerror or exc}"
