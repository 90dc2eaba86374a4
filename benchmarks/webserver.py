"""A web server of Debian's nginx on loopback, plain and under TLS, which answers at once, after a while, or never."""

from __future__ import annotations

import datetime as dt
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ADDRESSES = tuple(f"127.0.1.{n + 1}" for n in range(250))
START_SECONDS = 10.0
NGINX = "/usr/sbin/nginx"


class NotInstalledError(Exception):
    """A Debian package is missing."""


@dataclass(frozen=True)
class Web:
    """Where it listens; `log` has one line a request; `authority` is the file of who signed its certificate."""

    plain: int
    tls: int
    log: Path
    authority: Path

    def urls(self, count: int, *, tls: bool) -> list[str]:
        """So many pages, spread over its addresses."""
        scheme, port = ("https", self.tls) if tls else ("http", self.plain)
        return [f"{scheme}://{ADDRESSES[n % len(ADDRESSES)]}:{port}/{n}" for n in range(count)]

    def served(self) -> int:
        """How many requests it has answered."""
        return self.log.read_bytes().count(b"\n")


@contextmanager
def web_server(folder: Path, core: int) -> Iterator[Web]:
    """Run it on one core for the length of a `with`.

    Raises:
        NotInstalledError: nginx is missing.

    """
    if shutil.which(NGINX) is None:
        raise NotInstalledError("nginx is not installed (on Debian: apt-get install nginx-light)")
    folder.mkdir()
    web = Web(free_port(), free_port(), folder / "access.log", folder / "authority.pem")
    _write_certificates(folder)
    (folder / "nginx.conf").write_text(_configuration(folder.resolve(), web))
    command = [*on_core(core), NGINX, "-p", str(folder), "-c", "nginx.conf", "-e", "error.log"]
    process = subprocess.Popen(command)  # noqa: S603  # our own configuration
    try:
        wait_for(web.tls, ADDRESSES[-1])
        yield web
    finally:
        process.terminate()
        process.wait()


def _configuration(folder: Path, web: Web) -> str:
    return f"""
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log warn;
events {{ worker_connections 4096; }}
http {{
  log_format short '$request_uri'; access_log {folder}/access.log short;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5; keepalive_timeout 0; ssl_session_cache off;
  ssl_session_tickets off; ssl_protocols TLSv1.2 TLSv1.3;
{"".join(_site(folder, web, address) for address in ADDRESSES)}
}}
"""


def _site(folder: Path, web: Web, address: str) -> str:
    return f"""  server {{
    listen {address}:{web.plain} backlog=4096; listen {address}:{web.tls} ssl backlog=4096;
    ssl_certificate {folder}/{address}.pem; ssl_certificate_key {folder}/{address}.key;
    location / {{ return 200 "ok"; }}
  }}
"""


def _write_certificates(folder: Path) -> None:
    """Each address has a certificate of its own, as sites have."""
    now = dt.datetime.now(dt.UTC)

    def signed(
        name: str, by: tuple[x509.Name, ec.EllipticCurvePrivateKey] | None
    ) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        issuer, signer = by or (subject, key)
        made = (
            x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=60))
            .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        )
        if by is not None:
            site = x509.SubjectAlternativeName([x509.IPAddress(ip_address(name))])
            made = made.add_extension(site, critical=False)
        return made.sign(signer, hashes.SHA256()), key

    authority, own = signed("benchmark authority", None)
    pem = serialization.Encoding.PEM
    (folder / "authority.pem").write_bytes(authority.public_bytes(pem))
    for address in ADDRESSES:
        certificate, key = signed(address, (authority.subject, own))
        (folder / f"{address}.pem").write_bytes(certificate.public_bytes(pem))
        (folder / f"{address}.key").write_bytes(
            key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        )


def on_core(core: int) -> list[str]:
    """The begin of a command that keeps a program, its threads included, on one core.

    Raises:
        NotInstalledError: `taskset` is missing.

    """
    program = shutil.which("taskset")
    if program is None:
        raise NotInstalledError("taskset is not installed (on Debian: apt-get install util-linux)")
    return [program, "-c", str(core)]


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with closing(socket.create_server(("127.0.0.1", 0))) as held:
        port: int = held.getsockname()[1]
        return port


def wait_for(port: int, address: str = "127.0.0.1") -> None:
    """Return when something listens on a port of a loopback address.

    Raises:
        OSError: nothing does after ten seconds.

    """
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection((address, port), 1).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return
