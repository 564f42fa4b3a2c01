#!/usr/bin/env python3
"""Verifies an export of rekey's log, as docs/audit.md describes it, without rekey.

Needs Python 3.9 and the package `cryptography`. Exits with 0 when every event is as it was signed,
with 1 when something does not hold, with 2 when the export, a key or a checkpoint is none."""
import argparse, base64, functools, gzip, hashlib, json, re, struct, sys
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

KINDS = {"position": int, "epoch": int, "stream": str, "version": int, "id": str, "type": str, "schema": int,
         "time": int, "payload": str, "metadata": str}

def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()

def uuid(text):
    if not re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text):
        raise ValueError(f"{text!r} is no UUID")
    return bytes.fromhex(text.replace("-", ""))

def exactly(pairs):
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a line says something twice")
    return dict(pairs)

def open_key(text):
    name, number, key = (text.strip().split("+", 2) + ["", ""])[:3]
    raw = base64.b64decode(key, validate=True)
    if raw[:1] != b"\x01" or sha256(name.encode(), b"\n", raw)[:4].hex() != number:
        raise ValueError(f"{text} is no Ed25519 key of signed notes")
    return name, bytes.fromhex(number), Ed25519PublicKey.from_public_bytes(raw[1:])

def open_checkpoint(note, keys):
    """Size and root of a checkpoint that one of the keys has signed, else None."""
    try:
        text, _, signatures = note.rpartition("\n\n")
        origin, size, root = text.split("\n")[:3]
        for dash, name, signature in (line.split(" ") for line in signatures.splitlines()):
            raw = base64.b64decode(signature, validate=True)
            for known, number, public in keys:
                if (dash, name, origin, raw[:4]) == ("\u2014", known, known, number):
                    public.verify(raw[4:], f"{text}\n".encode())
                    return int(size), base64.b64decode(root, validate=True)
    except (ValueError, InvalidSignature):
        pass
    return None

def leaf(log, event):
    kind = event["type"].encode()
    return sha256(
        b"\x00rekey event v1\x00", log, struct.pack(">i", event["epoch"]), uuid(event["stream"]),
        struct.pack(">q", event["version"]), uuid(event["id"]), struct.pack(">I", len(kind)), kind,
        struct.pack(">iq", event["schema"], event["time"]),
        sha256(event["payload"].encode()), sha256(event["metadata"].encode()))

def push(roots, size, hash_):
    """Adds a leaf to a tree: `roots` are those of its complete subtrees, the largest first (RFC 6962, 2.1)."""
    while size & 1:
        hash_, size = sha256(b"\x01", roots.pop(), hash_), size >> 1
    roots.append(hash_)

def verify(lines, keys, since):
    """What does not hold, up to which position somebody vouches for the log, and how long it is."""
    first = json.loads(next(lines, "null"), object_pairs_hook=exactly)
    if not isinstance(first, dict) or first.get("log", {}).get("format") != "rekey export v1":
        raise ValueError("this is no export, or one of another format")
    log, wrong, roots = uuid(first["log"]["log"]), [], []
    size, sealed, position, epoch, end = 0, 0, 0, 0, None
    signed = {until: {root for other, root in since if other == until} for until, _ in since}
    for line in lines:
        (kind, body), = json.loads(line, object_pairs_hook=exactly).items()
        if end is not None:
            raise ValueError("there is more after the last line")
        if kind == "checkpoint" and size == 0:
            until, root = open_checkpoint(body, keys) or (0, None)
            signed.setdefault(until, set()).add(root)
        elif kind == "event":
            if set(body) != KINDS.keys() or any(type(body[name]) is not KINDS[name] for name in KINDS):
                raise ValueError(f"an event must have {', '.join(KINDS)}, and nothing else")
            if body["position"] != position + 1 or body["epoch"] < epoch:
                wrong.append(f"after position {position} comes {body['position']}, of epoch {body['epoch']}")
            position, epoch = body["position"], body["epoch"]
            push(roots, size, leaf(log, body))
            size += 1
            if size in signed:
                root = functools.reduce(lambda right, left: sha256(b"\x01", left, right), reversed(roots))
                sealed = size if signed[size] == {root} and not wrong else sealed
                wrong += [] if signed[size] == {root} else [
                    f"the first {size} events are not those that were signed; the first {sealed} are"]
        elif kind == "end":
            end = body["events"]
        elif kind not in ("origin", "receipt", "person"):
            raise ValueError(f"{kind!r} is no line of an export")
    if type(end) is not int:
        raise ValueError("the export is not whole: take it again")
    wrong += [] if end == size else [f"the export says that it has {end} events, and has {size}"]
    wrong += [f"{until} events were signed, and there are {size}" for until in sorted(signed) if until > size]
    wrong += [] if sealed else ["no checkpoint by this key holds: nobody vouches for this log"]
    return wrong, sealed, size

def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("export")
    parser.add_argument("--key", action="append", required=True, help="NAME+HASH+KEY")
    parser.add_argument("--since", action="append", default=[], help="a file with an earlier checkpoint")
    given = parser.parse_args()
    keys = [open_key(text) for text in given.key]
    since = [open_checkpoint(open(path, encoding="utf-8").read(), keys) for path in given.since]
    if None in since:
        raise ValueError(f"{given.since[since.index(None)]} is not signed by this key, or of another log")
    wrong, sealed, size = verify(gzip.open(given.export, "rt", encoding="utf-8", newline="\n"), keys, since)
    print(*(f"WRONG: {flaw}" for flaw in wrong[:20]), f"{size} events; all up to {sealed} are as signed.", sep="\n")
    return 1 if wrong else 0

if __name__ == "__main__":
    try:
        sys.exit(main())
    except Exception as error:
        sys.exit(print(f"This cannot be verified: {error}", file=sys.stderr) or 2)
