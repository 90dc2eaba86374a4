"""nginx: pages, plain, by TLS, and for clients with a certificate; every page on every port."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.authority import Pair
from tests.servers.running import HOST, running

USER, PASSWORD = "reader", "open sesame"
HEALTH = '{"status": "UP", "checks": {"database": "UP", "queue": {"length": 3}}}'
SLOW_BYTES = 200_000
PAGE = "<html><body>The catalogue of services</body></html>\n"
LONG = "slamon " * 2_000  # compressed on demand

CONFIGURATION = """
daemon off; pid nginx.pid; error_log stderr warn; worker_processes 1; user www-data;
events {{ worker_connections 1024; }}
http {{
  access_log access.log; default_type text/html; root pages; server_tokens on;
  types {{ text/html html; text/plain txt; application/json json; }}
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  ssl_certificate {certificate}; ssl_certificate_key {key};
  server {{ listen {host}:{plain}; include pages.conf; }}
  server {{ listen {host}:{tls} ssl; include pages.conf; }}
  server {{ listen {host}:{client} ssl; ssl_client_certificate {root}; ssl_verify_client on; include pages.conf; }}
}}
"""
PAGES = """
location = / { add_header X-Served-By nginx; try_files /index.html =404; }
location = /health { default_type application/json; return 200 '%(health)s'; }
location = /moved { return 301 /; }
location = /twice-moved { return 302 /moved; }
location = /circle { return 302 /circle; }
location = /hangs-up { return 444; }
location = /forbidden { return 403; }
location = /broken { return 500; }
location = /unavailable { return 503; }
location = /busy { add_header Retry-After 120 always; return 429; }
location = /cookie { add_header Set-Cookie "session=41; Path=/; HttpOnly"; return 302 /shown-cookie; }
location = /shown-cookie { return 200 "session is $cookie_session"; }
location = /private { auth_basic members; auth_basic_user_file members; try_files /index.html =404; }
location = /slow.txt { limit_rate 1k; }
location = /chunked.html { ssi on; }
location = /long.txt { gzip on; gzip_types text/plain; gzip_min_length 1; }
""" % {"health": HEALTH}  # noqa: UP031  # the braces are nginx's


@dataclass(frozen=True)
class Nginx:
    """Three ports with the same pages; `access.log` in the folder has one line per request."""

    host: str
    port: int
    tls_port: int
    client_port: int
    folder: Path
    pid: int

    def url(self, page: str = "/") -> str:
        """A page without TLS."""
        return f"http://{self.host}:{self.port}{page}"

    def tls_url(self, page: str = "/") -> str:
        """A page by TLS."""
        return f"https://{self.host}:{self.tls_port}{page}"

    def client_url(self, page: str = "/") -> str:
        """A page by TLS for those who show a certificate of the tests' root."""
        return f"https://{self.host}:{self.client_port}{page}"


@contextmanager
def nginx(program: str, pair: Pair, root: Path) -> Iterator[Nginx]:
    """Run nginx with a certificate, and with the root of those it lets in by certificate."""

    def command(folder: Path, ports: Sequence[int]) -> list[str]:
        _write_pages(folder)
        plain, tls, client = ports
        text = CONFIGURATION.format(
            certificate=pair.certificate,
            key=pair.key,
            root=root,
            host=HOST,
            plain=plain,
            tls=tls,
            client=client,
        )
        (folder / "nginx.conf").write_text(text)
        return [program, "-e", "stderr", "-p", str(folder), "-c", "nginx.conf"]

    with running("nginx", command, ports=3) as server:
        plain, tls, client = server.ports
        yield Nginx(HOST, plain, tls, client, server.folder, server.pid)


def _write_pages(folder: Path) -> None:
    pages = folder / "pages"
    pages.mkdir(exist_ok=True)
    (pages / "index.html").write_text(PAGE)
    (pages / "chunked.html").write_text(PAGE)
    (pages / "long.txt").write_text(LONG)
    (pages / "slow.txt").write_bytes(b"." * SLOW_BYTES)
    (folder / "pages.conf").write_text(PAGES)
    (folder / "members").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
