"""Arrivals: how long what was read had lain in the kernel, also where it stamps nothing."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from probes import arrivals

LAIN = 0.060  # s


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Both ends of a connection on loopback."""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as here,
    ):
        there, _ = server.accept()
        with there:
            yield here, there


@pytest.mark.parametrize(
    ("waited", "least", "most"),
    [
        pytest.param(1_000_000, 40_000, 500_000, id="as long as it lay there"),
        pytest.param(20_000, 20_000, 20_000, id="but no longer than it was waited for"),
    ],
)
def test_without_a_stamp_the_kernel_tells_when_data_came_last(
    ends: tuple[socket.socket, socket.socket], waited: int, least: int, most: int
) -> None:
    here, there = ends
    there.sendall(b"hello")
    time.sleep(LAIN)
    assert here.recv(64) == b"hello"
    assert least <= arrivals.lag(here, (), waited) <= most


def test_a_socket_of_another_kind_tells_nothing() -> None:
    here, there = socket.socketpair()
    with here, there:
        assert arrivals.lag(here, (), 1_000_000) == 0
        assert arrivals.handshake(here) is None


def test_a_handshake_on_loopback_took_a_moment(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    took = arrivals.handshake(ends[0])
    assert took is not None
    assert 0 < took < 20_000
