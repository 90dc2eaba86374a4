"""Check a proof that slamon exported, with nothing but Python: check_proof.py [--whole] PROOF [KEPT].

PROOF is what `slamon ledger prove` wrote. KEPT is what you kept yourself: the hash of a seal, or a
file with it or with a list of seals, from `slamon ledger seals --json` or /api/v1/ledger/seals.
--whole shows long facts whole. Exit code 0: proved, 1: not proved, 2: usage, 3: no seal was kept.
"""
# ruff: noqa: ANN001, ANN201, INP001, T201  # handed out alone: part of no package, and for an old Python

import json
import re
import struct
import sys
from base64 import b64decode, b64encode
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path
from textwrap import wrap

FACT = "position stream version name envelope payload warm cold cold_sha256".split()  # noqa: SIM905
SEAL = "number first last count previous root hash".split()  # noqa: SIM905
NOT = "NOT PROVED  "


def need(holds, otherwise):
    """Stop where something does not hold: then nothing is proved, and this is why."""
    if not holds:
        raise AssertionError(otherwise)


def digest(text):
    """A hash from its 64 hexadecimal digits."""
    need(re.fullmatch("[0-9a-f]{64}", text), "a hash in it is none")
    return bytes.fromhex(text)


def leaf_of(fact):
    """The hash of a fact: where it stands and what is stored there; what is shown must be stored."""
    cold, given = digest(fact["cold_sha256"]), [fact["warm"], fact["cold"]]
    warm, away = [None if part is None else b64decode(part) for part in given]
    spelt = [None if part is None else b64encode(part).decode() for part in (warm, away)]
    need(spelt == given, "a part is spelt in another way")
    need(away is None or sha256(away).digest() == cold, "the cold part has another digest")
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
            beside = steps.pop(0)
            leaf = sha256(b"\1" + (beside + leaf if index % 2 else leaf + beside)).digest()
        index, count = index // 2, (count + 1) // 2
    need(not steps, "the path is too long")
    return leaf.hex()


def check_seal(seal, before):
    """A seal has the hash of what it says, and names the one before it."""
    need(set(seal) == set(SEAL), "a seal has other fields")
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
    need(set(proof) == {"form", "fact", "index", "path", "seals"}, "the proof has other fields")
    need(proof["form"] == "slamon-proof/1", "the proof has a form that is not known here")
    fact, seals = proof["fact"], proof["seals"]
    need(set(fact) == set(FACT), "the fact has other fields")
    for before, seal in zip([None, *seals], seals):  # noqa: B905
        check_seal(seal, before)
    first = seals[0]
    need(first["first"] <= fact["position"] <= first["last"], "the seal is of other positions")
    root = climb(leaf_of(fact), proof["index"], first["count"], proof["path"])
    need(root == first["root"], f"the fact is not under seal {first['number']}")


def kept(anchor, seals):
    """The numbers of those seals that you kept, by a hash alone or with others in a list."""
    alone = re.compile("[0-9a-fA-F]{64}").fullmatch
    data = anchor.encode() if alone(anchor) else Path(anchor).read_bytes()
    text = data.decode(json.detect_encoding(data)).strip()
    found = [{"number": None, "hash": text}] if alone(text) else json.loads(text)
    need("form" not in found, f"{anchor} is a proof itself: its seals are not what you kept")
    listed = found if isinstance(found, list) else found.get("seals", found.get("items"))
    have, mine = {seal["number"]: seal["hash"] for seal in seals}, set()
    for number, each in ((seal["number"], seal["hash"].lower()) for seal in listed):
        need(have.get(number, each) == each, f"seal {number} is not the one that you kept")
        mine.add(each)
    return [number for number, each in have.items() if each in mine]


def told(fact, limit):
    """What stands there, in lines none of which can look like a verdict."""
    said = {key: json.dumps(each)[1:-1] for key, each in {**fact["envelope"], **fact}.items()}
    at = datetime.fromtimestamp(0, timezone.utc) + timedelta(microseconds=fact["envelope"]["at"])  # noqa: UP017
    payload = json.dumps("binary results" if fact["payload"] is None else fact["payload"])
    lines = wrap(payload, 88, drop_whitespace=False, break_on_hyphens=False)
    if lines[limit:]:
        lines[limit:] = [f"... and {len(lines) - limit} lines more: --whole shows them"]
    place = f"position {fact['position']}: {said['name']}, version {fact['version']} of {said['stream']}"
    return [place, f"recorded {at.isoformat()} by {said['by']}", *lines]


def main(arguments):
    """Check the proof in a file, and say what is proved and what is not."""
    files = [each for each in arguments if each != "--whole"]
    if len(files) not in (1, 2) or files[0].startswith("-"):
        sys.stderr.write(__doc__)
        return 2
    fault = f"{files[0]} is no proof, or not a whole one"
    try:
        need(Path(files[0]).exists(), f"there is no file {files[0]}")
        proof = json.loads(Path(files[0]).read_bytes())
        check(proof)
        first, last = proof["seals"][0], proof["seals"][-1]
        fault = f"{files[-1]} is neither a list of seals nor the hash of one, 64 digits from 0 to f"
        match = kept(files[1], proof["seals"]) if files[1:] else []
        need(match or not files[1:], "none of its seals is one that you kept")
        lines = told(proof["fact"], 10 if files == arguments else sys.maxsize)
    except Exception as wrong:  # noqa: BLE001  # whatever it is, nothing is proved
        print(f"{NOT}{wrong if isinstance(wrong, AssertionError) else fault}")
        return 1
    print(*lines, sep="\n            ")
    print(f"PROVED      that stood there when seal {first['number']} was made")
    print(f"PROVED      from there a chain leads to seal {last['number']}, hash {last['hash']}")
    genuine = f"PROVED      seal {match[0]} is the one that you kept" if match else ""
    print(genuine or f"{NOT}that seal {last['number']} is genuine: give one that you kept")
    print(f"{NOT}that the fact is true; only that nobody has changed it since it was sealed")
    return 0 if match else 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
