"""Dovecot: mailboxes by IMAP and POP3, plain, with STARTTLS, and by TLS."""

from __future__ import annotations

import grp
import os
import pwd
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.authority import Pair
from tests.servers.running import HOST, running

PASSWORD = "open-sesame"
CONFIGURATION = """
base_dir = {folder}/run
log_path = /dev/stderr
protocols = imap pop3
listen = {host}
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail/%u
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={mail_user} gid={mail_group} home={folder}/mail/%u
}}
first_valid_uid = 1
default_internal_user = {internal}
default_login_user = {login}
default_internal_group = {group}
service imap-login {{
  chroot =
  service_count = 0
  process_min_avail = 1
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
  }}
}}
service pop3-login {{
  chroot =
  service_count = 0
  process_min_avail = 1
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


@dataclass(frozen=True)
class Dovecot:
    """Every user has the same `password`; `imap_port` and `pop3_port` also offer STARTTLS and STLS."""

    host: str
    imap_port: int
    imaps_port: int
    pop3_port: int
    pop3s_port: int
    password: str
    folder: Path
    pid: int


@contextmanager
def dovecot(program: str, pair: Pair) -> Iterator[Dovecot]:
    """Run Dovecot, as root with the users it is made for, else as who we are."""

    def command(folder: Path, ports: Sequence[int]) -> list[str]:
        text = CONFIGURATION.format(
            folder=folder,
            host=HOST,
            certificate=pair.certificate,
            key=pair.key,
            password=PASSWORD,
            **dict(zip(("imap", "imaps", "pop3", "pop3s"), ports, strict=True)),
            **_users(),
        )
        (folder / "mail").mkdir(mode=0o777, exist_ok=True)
        (folder / "mail").chmod(0o777)  # the mailboxes are not ours where we are root
        (folder / "dovecot.conf").write_text(text)
        return [program, "-F", "-c", str(folder / "dovecot.conf")]

    with running("dovecot", command, ports=4, answers=_ready) as server:
        imap, imaps, pop3, pop3s = server.ports
        yield Dovecot(HOST, imap, imaps, pop3, pop3s, PASSWORD, server.folder, server.pid)


def _ready(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=0.1) as talk:
            return b"Waiting" not in talk.recv(1024)
    except TimeoutError:
        return True  # by TLS the client speaks first
    except OSError:
        return False


def _users() -> dict[str, str | int]:
    me = pwd.getpwuid(os.geteuid())
    internal, login = ("dovecot", "dovenull") if me.pw_uid == 0 else (me.pw_name, me.pw_name)
    mail = pwd.getpwnam(internal)
    return {
        "internal": internal,
        "login": login,
        "group": grp.getgrgid(mail.pw_gid).gr_name,
        "mail_user": mail.pw_uid,
        "mail_group": mail.pw_gid,
    }
