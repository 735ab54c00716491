"""A throw-away authority and the certificates of test servers, made with openssl."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import NamedTuple

_NEW_KEY = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
_HERE = "DNS:localhost,IP:127.0.0.1"


class Certificates(NamedTuple):
    """Files in PEM; those of servers have the key, too."""

    authority: Path
    good: Path
    other_name: Path
    expired: Path
    self_signed: Path


def make_certificates(folder: Path) -> Certificates:
    """Make them; the good one is for localhost and 127.0.0.1."""
    _openssl(folder, f"req -x509 {_NEW_KEY} -subj /CN=ca -keyout ca.key -out ca.crt")
    alone = f"req -x509 {_NEW_KEY} -subj /CN=alone -addext subjectAltName={_HERE}"
    _openssl(folder, f"{alone} -keyout alone.key -out alone.crt")
    return Certificates(
        folder / "ca.crt",
        _signed(folder, "good", _HERE),
        _signed(folder, "other_name", "DNS:elsewhere.test"),
        _signed(folder, "expired", _HERE, days=-1),
        _joined(folder, "alone"),
    )


def _signed(folder: Path, name: str, names: str, days: int = 2) -> Path:
    request = f"req -new {_NEW_KEY} -subj /CN={name}"
    _openssl(folder, f"{request} -keyout {name}.key -out {name}.csr")
    (folder / f"{name}.ext").write_text(f"subjectAltName={names}\n")
    signing = f"x509 -req -in {name}.csr -CA ca.crt -CAkey ca.key -CAcreateserial"
    _openssl(folder, f"{signing} -days {days} -extfile {name}.ext -out {name}.crt")
    return _joined(folder, name)


def _joined(folder: Path, name: str) -> Path:
    parts = [(folder / f"{name}{ending}").read_bytes() for ending in (".crt", ".key")]
    joined = folder / f"{name}.pem"
    joined.write_bytes(b"".join(parts))
    return joined


def _openssl(folder: Path, words: str) -> None:
    command = ["openssl", *words.split()]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=60)
