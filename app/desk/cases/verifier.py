"""Check a bundle of evidence from NET CASH Desk: python verifier.py FILE [--key HEX] [--json]

This one file needs Python 3.9 or newer and nothing else, no network and no desk. Ask the desk for
its public key at /signing-key, over a way you trust, and give it with --key: without it anybody
could have signed. Exit 0: whole. 1: not what was signed. 2: there is nothing to check.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

FORMAT = "netcash-desk evidence 1"
LARGEST = 2**53 - 1  # the greatest whole number that every reader of JSON reads alike

SENTENCES = {
    "altered": "Altered: {part} is not what was signed; {valid} of {asked} parts are valid.",
    "removed": "Removed: {part} was signed and is not here; {valid} of {asked} parts are valid.",
    "added": "Added: {part} is here and was never signed; {valid} of {asked} parts are valid.",
    "unsigned": "Unsigned: nobody vouches for it, though {valid} of {asked} parts are valid.",
    "not-pinned": "Signed by a key that was not pinned: {key}; {valid} of {asked} parts are valid.",
    "": "Whole: {valid} of {asked} parts are valid, signed by the key {key}.",
}


class Report(NamedTuple):
    """What came of it. `fault` is empty for a whole bundle, `part` the first part at fault."""

    fault: str
    part: str
    asked: int
    found: int
    valid: int
    key: str
    pinned: bool

    @property
    def sentence(self) -> str:
        """The same in words."""
        return SENTENCES[self.fault].format(**self._asdict())


def verify(data: bytes, pins: Sequence[str] = ()) -> Report:
    """Judge a bundle. `pins`: public keys in hex, of which one must have signed; none: any may."""
    try:
        bundle = json.loads(data.decode("utf-8"))
        manifest, parts = bundle["manifest"], bundle["parts"]
        listed = {str(one["name"]): one["sha256"] for one in manifest["parts"]}
        key = manifest["public_key"]
        is_ours = manifest["format"] == FORMAT and isinstance(parts, dict) and isinstance(key, str)
    except (ValueError, KeyError, TypeError, RecursionError):
        is_ours = False
    if not is_ours:
        return Report("altered", "the file", 0, 0, 0, "", pinned=False)
    fault, part, valid = _judge_parts(listed, parts)
    if not fault:
        fault, part = _judge_whole(data, bundle, key, pins)
    return Report(fault, part, len(listed), len(parts), valid, key, pinned=key in pins)


def _judge_parts(listed: dict[str, Any], parts: dict[str, Any]) -> tuple[str, str, int]:
    wrong = []
    for name, expected in listed.items():
        if name not in parts:
            wrong.append(("removed", name))
        elif _digest(parts[name]) != expected:
            wrong.append(("altered", name))
    valid = len(listed) - len(wrong)
    wrong += [("added", name) for name in parts if name not in listed]
    return (wrong[0] if wrong else ("", "")) + (valid,)


def _judge_whole(
    data: bytes, bundle: dict[str, Any], key: str, pins: Sequence[str]
) -> tuple[str, str]:
    signature, whole = bundle.get("signature"), bundle.get("whole")
    if not signature:
        return "unsigned", ""
    signed = {"manifest": bundle["manifest"], "parts": bundle["parts"]}
    if whole != _digest(signed):
        return "altered", "the list of parts"
    if not _is_signed(key, signature, message(whole)):
        return "altered", "the signature"
    # What is read alike may still be written otherwise: then it is not the file that was made.
    if data != canonical(bundle):
        return "altered", "how the file is written"
    return ("not-pinned", "") if pins and key not in pins else ("", "")


def message(whole: str) -> bytes:
    """What is signed: the digest of manifest and parts, and what it is a digest for."""
    return f"{FORMAT}\n{whole}".encode()


def _digest(value: Any) -> str:
    try:
        return hashlib.sha256(canonical(value)).hexdigest()
    except (ValueError, RecursionError):
        return ""


def canonical(value: Any) -> bytes:
    """JSON in its one canonical form (RFC 8785), for what has no numbers but whole ones.

    Raises ValueError for what has no such form.
    """
    return _ordered(value).encode("utf-8")


def _ordered(value: Any) -> str:
    if isinstance(value, dict):
        # By UTF-16 code units, which only differs from Python's order beyond U+FFFF.
        pairs = sorted(value.items(), key=lambda pair: str(pair[0]).encode("utf-16-be"))
        return "{" + ",".join(f"{_text(name)}:{_ordered(one)}" for name, one in pairs) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(_ordered, value)) + "]"
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int) and abs(value) <= LARGEST:
        return str(value)
    if isinstance(value, str):
        return _text(value)
    raise ValueError(f"{type(value).__name__} has no canonical form here")


def _text(value: str) -> str:
    # The standard library escapes exactly what the RFC does, and in the same form.
    return json.dumps(str(value), ensure_ascii=False)


# Ed25519 (RFC 8032), to verify alone: points are (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)  # a square root of -1
Point = "tuple[int, int, int, int]"


def _is_signed(key: str, signature: str, signed: bytes) -> bool:
    try:
        public, both = bytes.fromhex(key), bytes.fromhex(signature)
    except (ValueError, TypeError):
        return False
    # One way to write each, or a changed letter would go unseen.
    if public.hex() != key or both.hex() != signature or (len(public), len(both)) != (32, 64):
        return False
    point, start = _point(public), _point(both[:32])
    scalar = int.from_bytes(both[32:], "little")
    if point is None or start is None or scalar >= ORDER:
        return False
    hashed = hashlib.sha512(both[:32] + public + signed).digest()
    times = int.from_bytes(hashed, "little") % ORDER
    return _same(_times(scalar, BASE), _plus(start, _times(times, point)))


def _point(encoded: bytes) -> Any:
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    x = _x_of(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


def _x_of(y: int, sign: int) -> Any:
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if (x & 1) != sign else x


def _plus(one: Any, other: Any) -> Any:
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(scalar: int, point: Any) -> Any:
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = _plus(result, point)
        point, scalar = _plus(point, point), scalar >> 1
    return result


def _same(one: Any, other: Any) -> bool:
    return not (
        (one[0] * other[2] - other[0] * one[2]) % P or (one[1] * other[2] - other[1] * one[2]) % P
    )


BASE = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def main(arguments: Sequence[str]) -> int:
    """The command: say what came of it, and exit accordingly."""
    parser = argparse.ArgumentParser(description="Check a bundle of evidence")
    add_arguments(parser)
    return verify_bundle(parser.parse_args(arguments))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--key", action="append", default=[], metavar="HEX", help="a pinned key")
    parser.add_argument("--json", action="store_true", help="say it as JSON")


def verify_bundle(chosen: argparse.Namespace) -> int:
    """Check a file, and say so on standard output, or what is wrong on standard error."""
    try:
        data = Path(chosen.file).read_bytes()
    except OSError as error:
        sys.stderr.write(f"{chosen.file} cannot be read: {error.strerror}.\n")
        return 2
    report = verify(data, [key.strip().lower() for key in chosen.key])
    if chosen.json:
        told = {**report._asdict(), "whole": not report.fault, "sentence": report.sentence}
        sys.stdout.write(json.dumps(told) + "\n")
    elif report.fault:
        sys.stderr.write(report.sentence + "\n")
    else:
        pinned = "" if report.pinned else " It was not pinned: give the desk's own with --key."
        sys.stdout.write(report.sentence + pinned + "\n")
    return 1 if report.fault else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
