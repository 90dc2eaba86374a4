"""The servers of the tests do what their fixtures promise, as clients see it that nobody here wrote."""

from __future__ import annotations

import ftplib
import imaplib
import poplib
import smtplib
import socket
import ssl
import subprocess
import time
from contextlib import closing

import dns.flags
import dns.message
import dns.query
import dns.rdatatype
import httpx
import pytest

from tests.servers.authority import Authority, Pair
from tests.servers.ftp import Vsftpd
from tests.servers.mailboxes import Dovecot
from tests.servers.maps import MapServer
from tests.servers.names import Knot
from tests.servers.redis import Redis
from tests.servers.smtp import Postfix
from tests.servers.sql import MariaDb
from tests.servers.web import PAGE, Nginx


def test_a_client_with_a_certificate_of_our_root_is_let_in(
    nginx: Nginx, authority: Authority, client_pair: Pair
) -> None:
    context = authority.trusting()
    context.load_cert_chain(client_pair.certificate, client_pair.key)

    assert httpx.get(nginx.client_url(), verify=context).text == PAGE
    assert httpx.get(nginx.client_url(), verify=authority.trusting()).status_code == 400


def test_one_name_server_is_a_serial_behind(knot: Knot, knot_behind: Knot) -> None:
    serials = [
        dns.query.tcp(dns.message.make_query(each.zone, "SOA"), each.host, 3, each.port)
        .answer[0][0]
        .serial
        for each in (knot, knot_behind)
    ]

    assert serials == [knot.serial, knot.serial - 1]


def test_a_signed_zone_answers_with_signatures(knot: Knot) -> None:
    asked = dns.message.make_query(f"www.{knot.signed}", "A", want_dnssec=True)
    answer = dns.query.udp(asked, knot.host, 3, knot.port)

    assert answer.flags & dns.flags.AA
    assert dns.rdatatype.RRSIG in {each.rdtype for each in answer.answer}


def test_mail_is_greeted_by_tls(postfix: Postfix, authority: Authority) -> None:
    with smtplib.SMTP(postfix.host, postfix.port, "client.example", 5) as client:
        client.starttls(context=authority.trusting())
        assert client.ehlo()[0] == 250
        assert isinstance(client.sock, ssl.SSLSocket)


def test_mailboxes_are_opened_by_imap(dovecot: Dovecot, authority: Authority) -> None:
    terms = authority.trusting()
    with imaplib.IMAP4(dovecot.host, dovecot.imap_port, timeout=5) as plain:
        plain.starttls(terms)
        assert plain.login("reader", dovecot.password)[0] == "OK"
    with imaplib.IMAP4_SSL(dovecot.host, dovecot.imaps_port, ssl_context=terms) as secure:
        assert secure.noop()[0] == "OK"


def test_mailboxes_are_opened_by_pop3(dovecot: Dovecot, authority: Authority) -> None:
    terms = authority.trusting()
    with closing(poplib.POP3(dovecot.host, dovecot.pop3_port, 5)) as plain:
        assert plain.stls(terms).startswith(b"+OK")
    with closing(
        poplib.POP3_SSL(dovecot.host, dovecot.pop3s_port, context=terms, timeout=5)
    ) as secure:
        assert secure.user("reader").startswith(b"+OK")
        assert secure.pass_(dovecot.password).startswith(b"+OK")


def test_files_are_listed_by_tls(vsftpd: Vsftpd, authority: Authority) -> None:
    with ftplib.FTP_TLS(context=authority.trusting(), timeout=5) as client:  # noqa: S321  # its login is by TLS
        client.connect(vsftpd.host, vsftpd.port)
        assert client.login().startswith("230")
        assert isinstance(client.sock, ssl.SSLSocket)


def test_redis_knows_its_user_by_tls(redis_server: Redis, authority: Authority) -> None:
    with (
        socket.create_connection((redis_server.host, redis_server.tls_port), 5) as plain,
        authority.trusting().wrap_socket(plain, server_hostname="localhost") as talk,
    ):
        talk.sendall(f"AUTH {redis_server.user} {redis_server.password}\r\nPING\r\n".encode())
        heard = b""
        while len(heard) < len(b"+OK\r\n+PONG\r\n") and (said := talk.recv(100)):
            heard += said

    assert heard == b"+OK\r\n+PONG\r\n"


def asked(server: MariaDb, statement: str) -> str:
    client = [server.client, "--no-defaults", "--batch", "--skip-column-names"]
    where = [f"--host={server.host}", f"--port={server.port}", f"--user={server.user}"]
    return subprocess.run(
        [*client, *where, f"--password={server.password}", "-e", statement, server.database],
        capture_output=True,
        check=True,
        text=True,
    ).stdout


def test_what_one_mariadb_is_told_the_other_repeats(
    mariadb: MariaDb, mariadb_following: MariaDb
) -> None:
    mariadb.say(f"CREATE TABLE {mariadb.database}.told SELECT 41 AS answer")
    deadline = time.monotonic() + 10
    while not asked(mariadb_following, "SHOW TABLES"):
        assert time.monotonic() < deadline
        time.sleep(0.02)

    assert asked(mariadb_following, "SELECT answer FROM told") == "41\n"
    assert "Waiting for master to send event" in asked(mariadb_following, "SHOW SLAVE STATUS")
    with pytest.raises(subprocess.CalledProcessError):
        asked(mariadb, "DELETE FROM told")


def test_features_are_given_of_places_and_not_of_what_is_lost(mapserver: MapServer) -> None:
    wanted = {"service": "WFS", "version": "2.0.0", "request": "GetFeature"}
    there = httpx.get(mapserver.url(**wanted, typenames=mapserver.there))
    lost = httpx.get(mapserver.url(**wanted, typenames=mapserver.lost))

    assert there.text.count("<wfs:member>") == 3
    assert "<ows:ExceptionReport" in lost.text
