"""Check a proof that slamon exported, with nothing but Python: python check_proof.py PROOF [ANCHOR].

PROOF is what `slamon ledger prove` wrote. ANCHOR is what you kept yourself: the hash of a seal, or
the list that `slamon ledger seals --json` printed. Exit code 0: proved, 1: not proved, 2: usage.
"""
# ruff: noqa: ANN001, ANN201, INP001  # handed out alone: part of no package, and for an old Python

import json
import struct
import sys
from base64 import b64decode, b64encode
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path

FACT = "position stream version name envelope payload warm cold cold_sha256".split()  # noqa: SIM905
SEAL = "number first last count previous root hash".split()  # noqa: SIM905
NOT = "NOT PROVED  "
WRONG = (ArithmeticError, AttributeError, LookupError, OSError, RecursionError, TypeError)
WRONG += (ValueError, struct.error)


def need(holds, otherwise):
    """Stop where something does not hold."""
    if not holds:
        raise ValueError(otherwise)


def fields(found, wanted, what):
    """Every field is there, and no other."""
    need(isinstance(found, dict) and set(found) == set(wanted), f"{what} has other fields")


def plain(text):
    """Bytes from base64, which has one spelling only."""
    raw = b64decode(text, validate=True)
    need(b64encode(raw).decode() == text, "the base64 is not clean")
    return raw


def digest(text):
    """A hash from its 64 hexadecimal digits."""
    raw = bytes.fromhex(text)
    need(len(raw) == sha256().digest_size and raw.hex() == text, f"{text} is no hash")
    return raw


def leaf_of(fact):
    """The hash of a fact: where it stands and what is stored there; what is shown must be stored."""
    warm, cold = plain(fact["warm"]), digest(fact["cold_sha256"])
    if fact["cold"] is not None:
        need(sha256(plain(fact["cold"])).digest() == cold, "the cold part has another digest")
    envelope, _, payload = warm.partition(b"\n")
    stored = [json.loads(envelope), json.loads(payload) if cold == sha256().digest() else None]
    shown = [fact["envelope"], fact["payload"]]
    need(json.dumps(stored) == json.dumps(shown), "what is shown is not what is stored")
    stream, name = fact["stream"].encode(), fact["name"].encode()
    place = struct.pack(">QI", fact["position"], len(stream)) + stream
    place += struct.pack(">QI", fact["version"], len(name)) + name
    return sha256(b"\0" + place + struct.pack(">Q", len(warm)) + warm + cold).digest()


def climb(leaf, index, count, path):
    """The root that a path leads to (RFC 6962, section 2.1)."""
    steps = [digest(step) for step in path]
    need(type(index) is int and 0 <= index < count, "the index is not in the tree")
    while count > 1:
        if index % 2 or index + 1 < count:
            need(steps, "the path is too short")
            beside = steps.pop(0)
            leaf = sha256(b"\1" + (beside + leaf if index % 2 else leaf + beside)).digest()
        index, count = index // 2, (count + 1) // 2
    need(not steps, "the path is too long")
    return leaf.hex()


def check_seal(seal, before):
    """A seal has the hash of what it says, and names the one before it."""
    fields(seal, SEAL, "a seal")
    places = struct.pack(">QQQQ", *(seal[each] for each in SEAL[:4]))
    content = b"\2" + places + digest(seal["previous"]) + digest(seal["root"])
    which = f"seal {seal['number']}"
    need(sha256(content).hexdigest() == seal["hash"], f"{which} has not the hash of its content")
    if before:
        follows = before["number"] + 1, before["hash"]
        need(follows == (seal["number"], seal["previous"]), f"{which} does not follow the last")
        need(before["last"] < seal["first"], f"{which} covers again what was covered")


def check(proof):
    """Everything that a proof shows by itself."""
    fields(proof, ["form", "fact", "index", "path", "seals"], "the proof")
    need(proof["form"] == "slamon-proof/1", "the proof has a form that is not known here")
    fact, seals = proof["fact"], proof["seals"]
    fields(fact, FACT, "the fact")
    need(isinstance(seals, list) and seals, "the proof names no seal")
    for before, seal in zip([None, *seals], seals):  # noqa: B905
        check_seal(seal, before)
    first = seals[0]
    need(first["first"] <= fact["position"] <= first["last"], "the seal is of other positions")
    root = climb(leaf_of(fact), proof["index"], first["count"], proof["path"])
    need(root == first["root"], f"the fact is not under seal {first['number']}")


def kept(anchor):
    """The hashes that you kept."""
    if not Path(anchor).exists():
        return {digest(anchor).hex()}
    return {seal["hash"] for seal in json.loads(Path(anchor).read_bytes())["seals"]}


def tell(proof, match):
    """What is proved and what is not."""
    fact, first, last = proof["fact"], proof["seals"][0], proof["seals"][-1]
    shown = {key: json.dumps(each)[1:-1] for key, each in {**fact["envelope"], **fact}.items()}
    payload = "binary results" if fact["payload"] is None else fact["payload"]
    at = datetime.fromtimestamp(0, timezone.utc) + timedelta(microseconds=fact["envelope"]["at"])  # noqa: UP017
    yield f"PROVED      when seal {first['number']} was made, position {fact['position']} held"
    yield f"            {shown['name']}, version {fact['version']} of {shown['stream']},"
    yield f"            recorded {at.isoformat()} by {shown['by']}:"
    yield f"            {json.dumps(payload)}"
    yield f"PROVED      from there a chain leads to seal {last['number']}, hash {last['hash']}"
    if match:
        yield f"PROVED      seal {match['number']} is the one that you kept"
    else:
        yield f"{NOT}that seal {last['number']} is genuine: compare its hash with one you kept"
    yield f"{NOT}that the fact is true; only that nobody has changed it since it was sealed"


def main(arguments):
    """Check the proof in a file."""
    if len(arguments) not in (1, 2):
        sys.stderr.write(__doc__)
        return 2
    try:
        proof = json.loads(Path(arguments[0]).read_bytes())
        check(proof)
        hashes = kept(arguments[1]) if arguments[1:] else set()
        match = next((seal for seal in proof["seals"] if seal["hash"] in hashes), None)
        need(match or not arguments[1:], "none of its seals is one that you kept")
        sys.stdout.write("\n".join([*tell(proof, match), ""]))
    except WRONG as wrong:
        sys.stdout.write(f"{NOT}{wrong}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
