"""Real programs that tests run, where Debian keeps them, and the package that each comes with."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

PACKAGES = {
    "Dancer/Plugin/Catmandu/OAI.pm": "libdancer-plugin-catmandu-oai-perl",
    "chromium": "chromium",
    "dovecot": "dovecot-imapd",
    "dovecot/imap": "dovecot-imapd",
    "dovecot/pop3": "dovecot-pop3d",
    "faketime": "faketime",
    "fcgiwrap": "fcgiwrap",
    "knotd": "knot",
    "mapserv": "cgi-mapserver",
    "mariadb": "mariadb-client-core",
    "mariadb-install-db": "mariadb-server-core",
    "mariadbd": "mariadb-server-core",
    "nginx": "nginx-light",
    "postfix/sbin/master": "postfix",
    "prometheus": "prometheus",
    "prometheus-blackbox-exporter": "prometheus-blackbox-exporter",
    "promtool": "prometheus",
    "redis-server": "redis-server",
    "sshd": "openssh-server",
    "vsftpd": "vsftpd",
}
# Servers and their parts are kept where not everybody's PATH leads.
PLACES = (*os.get_exec_path(), "/usr/sbin", "/usr/lib", "/usr/lib/cgi-bin", "/usr/share/perl5")


def found(name: str) -> str | None:
    """The path of a program, or of a module of Perl, or None where it is not installed."""
    wanted = os.F_OK if name.endswith(".pm") else os.F_OK | os.X_OK
    candidates = (shutil.which(str(Path(place) / name), wanted) for place in PLACES)
    return next(filter(None, candidates), None)
