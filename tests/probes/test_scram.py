"""SCRAM-SHA-256, held against the example of RFC 7677 §3 and against targets that cheat."""

from __future__ import annotations

import asyncio

import pytest

from probes.kinds.scram import Scram, prepared
from probes.observation import Failure

NONCE = "rOprNGfwEbeRWgbNEkqO"
CHALLENGE = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
PROOF = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="


def test_the_example_of_the_standard_is_spoken() -> None:
    scram = Scram("pencil", NONCE, "user")

    assert scram.first() == "n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
    assert asyncio.run(scram.final(CHALLENGE)) == (
        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
    )
    assert not scram.proven
    scram.require_proof(PROOF)
    assert scram.proven


@pytest.mark.parametrize(
    ("challenge", "message"),
    [
        pytest.param("r=another,s=W22Z,i=4096", "is none", id="another's nonce"),
        pytest.param(f"r={NONCE},s=W22Z,i=4096", "is none", id="our nonce alone"),
        pytest.param(f"r={NONCE}x,s=?,i=4096", "is none", id="no salt"),
        pytest.param(f"r={NONCE}x,s=W22Z,i=many", "is none", id="no number of rounds"),
        pytest.param(f"r={NONCE}x,s=W22Z,i=0", "asks for 0 rounds", id="no rounds"),
        pytest.param(
            f"r={NONCE}x,s=W22Z,i=2000000000", "asks for 2000000000 rounds", id="work for minutes"
        ),
        pytest.param(
            f"r={NONCE}x,s=W22Z,i=0000000012000000000", "asks for 00", id="work behind zeros"
        ),
        pytest.param(
            f"r={NONCE}x,s={'A' * 60_000},i=4096", "is none", id="a salt to fill our memory with"
        ),
        pytest.param("", "is none", id="nothing"),
    ],
)
def test_a_challenge_that_is_none_is_refused(challenge: str, message: str) -> None:
    with pytest.raises(Failure, match=message):
        asyncio.run(Scram("pencil", NONCE, "user").final(challenge))


def test_a_second_challenge_is_refused() -> None:
    scram = Scram("pencil", NONCE, "user")
    asyncio.run(scram.final(CHALLENGE))

    with pytest.raises(Failure, match="is none"):
        asyncio.run(scram.final(CHALLENGE))


@pytest.mark.parametrize("proof", [PROOF.replace("6", "7"), "v=", "v=ä", "", "e=other-error"])
def test_a_target_that_does_not_know_the_password_is_refused(proof: str) -> None:
    scram = Scram("pencil", NONCE, "user")
    asyncio.run(scram.final(CHALLENGE))

    with pytest.raises(Failure, match="does not prove"):
        scram.require_proof(proof)
    assert not scram.proven


def test_a_proof_before_the_challenge_proves_nothing() -> None:
    with pytest.raises(Failure, match="does not prove"):
        Scram("pencil", NONCE, "user").require_proof("v=")


def test_a_nonce_is_new_each_time() -> None:
    assert Scram("pencil").first() != Scram("pencil").first()


@pytest.mark.parametrize(
    ("password", "meant"),
    [
        pytest.param("I\u00adX", "IX", id="a soft hyphen is nothing"),
        pytest.param("\u00aa", "a", id="an ordinal is its letter"),
        pytest.param("\u2168", "IX", id="a numeral is its letters"),
        pytest.param("a\u00a0b", "a b", id="a blank is a blank"),
        pytest.param("a\u0007", "a\u0007", id="a bell is not allowed, so nothing is changed"),
        pytest.param("user", "user", id="plain letters"),
    ],
)
def test_a_password_is_prepared_as_the_standard_says(password: str, meant: str) -> None:
    assert prepared(password) == meant
