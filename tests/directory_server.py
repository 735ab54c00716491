"""An LDAP server (OpenLDAP's slapd) of the tests' own, on loopback; it is gone at the end."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers import START_TIMEOUT_SECS, free_port, missing, wait_until_listening

BASE = "dc=example,dc=org"
PEOPLE = f"ou=people,{BASE}"
ADMIN, ADMIN_PASSWORD = f"cn=admin,{BASE}", "not a secret"

#: More than two pages of the adapter's, and than slapd gives without paging.
ENTRIES = 1_203
_SIZE_LIMIT = 500

_CONFIG = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath {modules}
moduleload back_mdb
pidfile {folder}/pid
TLSCertificateFile {folder}/cert.pem
TLSCertificateKeyFile {folder}/key.pem
database mdb
suffix "{base}"
rootdn "{admin}"
rootpw "{password}"
directory {folder}/data
sizelimit size.soft={limit} size.hard={limit} size.prtotal=unlimited
access to * by users read by anonymous auth by * none
"""


@dataclass(frozen=True, slots=True)
class DirectoryServer:
    """Where it listens; entry N of PEOPLE has telephoneNumber +49 30 1000N and mobile 0171 N."""

    port: int
    tls_port: int
    ca_file: Path
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"ldap://127.0.0.1:{self.port}"

    @property
    def tls_url(self) -> str:
        return f"ldaps://localhost:{self.tls_port}"

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(START_TIMEOUT_SECS)


@contextmanager
def directory_server() -> Iterator[DirectoryServer]:
    """Start slapd with people in it."""
    slapd = shutil.which("slapd", path="/usr/sbin:/usr/local/libexec:/usr/libexec")
    if slapd is None or shutil.which("openssl") is None:
        missing("slapd or openssl")
    with tempfile.TemporaryDirectory(prefix="cmtel-test-") as name:
        folder = Path(name)
        config = _configured(folder)
        _run("slapadd", "-q", "-f", config, "-l", folder / "people.ldif")
        port, tls_port = free_port(), free_port()
        urls = f"ldap://127.0.0.1:{port}/ ldaps://127.0.0.1:{tls_port}/"
        process = subprocess.Popen(
            [slapd, "-f", str(config), "-h", urls, "-d", "0"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        server = DirectoryServer(port, tls_port, folder / "cert.pem", process)
        try:
            wait_until_listening(port)
            yield server
        finally:
            if process.poll() is None:
                server.stop()


def _configured(folder: Path) -> Path:
    (folder / "data").mkdir()
    _run(
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
        "-keyout", folder / "key.pem", "-out", folder / "cert.pem",
    )  # fmt: skip
    (folder / "people.ldif").write_text(_ldif(), encoding="utf-8")
    path = folder / "slapd.conf"
    path.write_text(
        _CONFIG.format(
            folder=folder, base=BASE, admin=ADMIN, password=ADMIN_PASSWORD, limit=_SIZE_LIMIT,
            modules="/usr/lib/ldap",
        )
    )  # fmt: skip
    return path


def _ldif() -> str:
    top = (
        f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\no: Example\n\n"
        f"dn: {PEOPLE}\nobjectClass: organizationalUnit\nou: people\n\n"
    )
    return top + "\n".join(
        f"dn: uid=u{n},{PEOPLE}\nobjectClass: inetOrgPerson\nuid: u{n}\ngivenName: Zoe{n}\n"
        f"sn: Muster\ncn: Zoe{n} Muster\no: Firma {n % 7}\nroomNumber: {n}\n"
        f"telephoneNumber: +49 30 1000{n}\ntelephoneNumber: +49 30 2000{n}\nmobile: 0171 {n}\n"
        for n in range(ENTRIES)
    )


def _run(*words: object) -> None:
    path = "/usr/sbin:/usr/bin:/bin"
    subprocess.run(
        [str(word) for word in words],
        check=True,
        env={"PATH": path},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=60,
    )
