#!/usr/bin/env python3
"""A second verifier of Coldmark's proof bundles, version 1; docs/verify.md says what it does and why.

Python 3.9 or later and nothing else: no package, none of Coldmark's code. It reaches the same results as
`./coldmark verify`; it doesn't tell the four answers about the pack, only what is proved to have been said.

    python3 coldmark_verify.py BUNDLE.json --trust TRUST.json [--code CODE] [--rpc URL ...] [--max-age 24h]
                                           [--checkpoint NOTE]
"""

import argparse
import base64
import binascii
import hashlib
import json
import re
import sys
import time
import urllib.request
from itertools import accumulate
from urllib.parse import quote, unquote

DAY_MS = 86_400_000
SAFE = 2**53 - 1  # the largest integer that a double holds exactly


class Ended(Exception):
    """The check has come to a result; `as_of` where an anchor was proved before that."""

    def __init__(self, result, reason, as_of=None):
        super().__init__(f"{result}: {reason}")
        self.result, self.reason, self.as_of = result, reason, as_of


def malformed(reason):
    return Ended("MALFORMED", reason)


# ---- Hashes ---------------------------------------------------------------------------------------------------------


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def keccak_256(data):
    """Keccak-256 as Ethereum has it: SHA-3's permutation with the older padding, so hashlib's sha3 won't do."""
    mask, rate = 2**64 - 1, 136
    turn = lambda word, by: ((word << by) | (word >> (64 - by))) & mask if by else word
    padded = bytearray(data) + b"\x01" + bytes(-(len(data) + 1) % rate)
    padded[-1] |= 0x80
    lanes = [[0] * 5 for _ in range(5)]
    for start in range(0, len(padded), rate):
        for at in range(rate // 8):
            word = padded[start + 8 * at : start + 8 * at + 8]
            lanes[at % 5][at // 5] ^= int.from_bytes(word, "little")
        register = 1
        for _ in range(24):
            column = [lane[0] ^ lane[1] ^ lane[2] ^ lane[3] ^ lane[4] for lane in lanes]
            mixed = [column[x - 1] ^ turn(column[(x + 1) % 5], 1) for x in range(5)]
            lanes = [[word ^ mixed[x] for word in lanes[x]] for x in range(5)]
            x, y, current = 1, 0, lanes[1][0]
            for step in range(24):
                x, y = y, (2 * x + 3 * y) % 5
                current, lanes[x][y] = lanes[x][y], turn(current, (step + 1) * (step + 2) // 2 % 64)
            for y in range(5):
                row = [lanes[x][y] for x in range(5)]
                for x in range(5):
                    lanes[x][y] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5] & mask)
            for bit in range(7):
                if register & 1:
                    lanes[0][0] ^= 1 << ((1 << bit) - 1)
                register = (register << 1) ^ ((register >> 7) * 0x171)
    return b"".join(lanes[at % 5][at // 5].to_bytes(8, "little") for at in range(4))


def utf8(text):
    """The UTF-8 bytes of a text; half of a surrogate pair is no character and is replaced."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text).encode("utf-8")


# ---- Ed25519 (RFC 8032 §5.1), verification only ---------------------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
NEUTRAL = (0, 1, 1, 0)


def point_add(a, b):
    """The sum of two points in extended coordinates (X, Y, Z, T), x = X/Z, y = Y/Z, xy = T/Z."""
    left = (a[1] - a[0]) * (b[1] - b[0]) % P
    right = (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = right - left, d - c, d + c, right + left
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def point_times(factor, point):
    total = NEUTRAL
    while factor:
        if factor & 1:
            total = point_add(total, point)
        point, factor = point_add(point, point), factor >> 1
    return total


def same_point(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def point_of(encoded):
    """The point of 32 bytes, or None where they are no canonical encoding of one."""
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if y >= P:
        return None
    squared = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(squared, (P + 3) // 8, P)
    if (x * x - squared) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - squared) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P)


BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def ed25519_holds(public_key, message, signature):
    """Whether a signature holds: S below the order, no key of small order, [8][S]B = [8]R + [8][k]A."""
    if len(public_key) != 32 or len(signature) != 64:
        return False
    a, r = point_of(public_key), point_of(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= ORDER or same_point(point_times(8, a), NEUTRAL):
        return False
    digest = hashlib.sha512(signature[:32] + public_key + message).digest()
    k = int.from_bytes(digest, "little") % ORDER
    right = point_add(r, point_times(k, a))
    return same_point(point_times(8, point_times(s, BASE)), point_times(8, right))


# ---- JSON: strict in, canonical out ---------------------------------------------------------------------------------


def number_of(token):
    """Every number is a double (RFC 7493); one that is an exact integer counts as that, whatever its spelling."""
    value = float(token)
    return int(value) if abs(value) <= SAFE and value == int(value) else value


def strict_json(text, max_bytes, max_depth):
    """The value of a JSON text without duplicate or `__proto__` keys, inside the limits."""

    def members(pairs):
        keys = [key for key, _ in pairs]
        if len(set(keys)) < len(keys) or "__proto__" in keys:
            raise malformed("a key appears twice, or is __proto__")
        return dict(pairs)

    def no_number(token):
        raise malformed(f"{token} is not JSON")

    if len(utf8(text)) > max_bytes:
        raise malformed("the JSON is too large")
    try:
        numbers = {"parse_int": number_of, "parse_float": number_of, "parse_constant": no_number}
        value = json.loads(text, object_pairs_hook=members, **numbers)
    except (ValueError, RecursionError):
        raise malformed("the text is not JSON, or nested too deep") from None
    if depth_of(value) > max_depth:
        raise malformed("nested too deep")
    return value


def depth_of(value):
    if not isinstance(value, (dict, list)):
        return 0
    return 1 + max((depth_of(item) for item in (value.values() if isinstance(value, dict) else value)), default=0)


def canonical(value):
    """The RFC 8785 text of a JSON value."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, str):
        if re.search("[\ud800-\udfff]", value):
            raise malformed("half of a surrogate pair is not text")
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, list):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    # Keys go by their UTF-16 units, which is not the order of code points.
    keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
    return "{" + ",".join(canonical(key) + ":" + canonical(value[key]) for key in keys) + "}"


def number_text(value):
    """A double as ECMAScript writes it: Python has the same digits, but another place for the point."""
    if value in (float("inf"), float("-inf")):
        raise malformed("a number is too large")
    sign, whole = ("-", repr(-value)) if value < 0 else ("", repr(value))
    mantissa, _, exponent = whole.partition("e")
    before, _, after = mantissa.partition(".")
    after = "" if after == "0" else after
    digits = (before + after).lstrip("0")
    point = len(before) + int(exponent or 0) - (len(before + after) - len(digits))
    digits = digits.rstrip("0")
    if len(digits) <= point <= 21:
        return sign + digits.ljust(point, "0")
    if 0 < point <= 21:
        return sign + digits[:point] + "." + digits[point:]
    if -6 < point <= 0:
        return sign + "0." + "0" * -point + digits
    power = ("+" if point > 0 else "-") + str(abs(point - 1))
    return sign + digits[0] + ("." + digits[1:] if len(digits) > 1 else "") + "e" + power


def base64_bytes(text):
    """The bytes of canonical base64, or None."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, binascii.Error):
        return None
    return data if base64.b64encode(data).decode() == text else None


# ---- Shapes: what a bundle and a trust file must look like ----------------------------------------------------------


def is_integer(value, least=-SAFE):
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= SAFE


def integer(least=-SAFE):
    return lambda value: is_integer(value, least)


def text(most):
    """A text of at most so many UTF-16 units, which is how the first verifier counts."""
    return lambda value: isinstance(value, str) and len(value.encode("utf-16-le", "surrogatepass")) <= 2 * most


def hexadecimal(length):
    return lambda value: isinstance(value, str) and re.fullmatch(f"[0-9a-f]{{{2 * length}}}", value) is not None


def chain_hex(length):
    """As chains and their tools write bytes: 0x, and either case."""
    return lambda value: isinstance(value, str) and re.fullmatch(f"0x[0-9a-fA-F]{{{2 * length}}}", value) is not None


def one_of(*values):
    return lambda value: any(type(value) is type(one) and value == one for one in values)


def any_of(*shapes):
    return lambda value: any(shape(value) for shape in shapes)


def list_of(shape, most):
    return lambda value: isinstance(value, list) and len(value) <= most and all(map(shape, value))


def row_of(*shapes):
    return lambda value: (
        isinstance(value, list) and len(value) == len(shapes) and all(s(v) for s, v in zip(shapes, value))
    )


def record(needed, optional=None):
    """An object with these members, perhaps the optional ones, and no other."""
    known = {**needed, **(optional or {})}
    return lambda value: (
        isinstance(value, dict)
        and all(name in value for name in needed)
        and all(name in known and known[name](item) for name, item in value.items())
    )


def dictionary(key, shape):
    return lambda value: isinstance(value, dict) and all(key(k) and shape(v) for k, v in value.items())


anything = lambda value: True
HASH, SALT, COUNT, NOTHING = hexadecimal(32), hexadecimal(16), integer(0), one_of(None)
HEADER = {"kind": text(40), "from": integer(), "to": integer()}
OPENED = {"salt": SALT, "header": record(HEADER), "bodySalt": SALT, "body": anything}
READING = row_of(text(64), integer(), any_of(integer(), NOTHING), any_of(text(64), NOTHING))
ENTRY = any_of(
    record(OPENED, {"readings": list_of(READING, 200_000)}),
    record({"salt": SALT, "header": record({**HEADER, "body": HASH})}),
    record({"commit": HASH}),
)
HEAD = record(
    {"siblings": list_of(any_of(HASH, one_of("")), 256)},
    {"seq": COUNT, "leaf": HASH, "other": record({"stream": HASH, "seq": COUNT, "leaf": HASH})},
)
PLACE = {"seq": COUNT, "prev": HASH, "opening": record(OPENED)}
HEADS = record({**PLACE, "path": list_of(HASH, 64)})
STRETCH = record({
    "stream": HASH, "from": COUNT, "prev": HASH, "entries": list_of(ENTRY, 100_000),
    "end": any_of(one_of("newest"), COUNT), "head": HEAD,
})
DAY = record({
    "day": COUNT, "size": integer(1), "root": HASH, "anchoredAt": COUNT, "heads": HEADS,
    "streams": dictionary(HASH, HEAD),
})
BUNDLE = record({
    "v": one_of(1), "subject": text(300), "view": one_of("public", "partner"), "checkpoint": text(10_000),
    "heads": HEADS, "anchor": record({"tx": any_of(text(66), NOTHING)}), "days": list_of(DAY, 4_000),
    "streams": list_of(STRETCH, 1_000), "references": list_of(record({"stream": HASH, **PLACE}), 1_000),
})
TRUST = record(
    {
        "chainId": COUNT, "contract": chain_hex(20), "codeHash": chain_hex(32), "logId": chain_hex(32),
        "logKeys": list_of(text(300), 20), "chainClass": one_of("operator", "consortium", "public"),
        "profiles": list_of(record({"name": text(40), "version": integer(1)}), 20),
    },
    {"witnesses": list_of(text(300), 50)},
)


def parse_bundle(text):
    value = strict_json(text, 64 * 1024 * 1024, 16)
    if not BUNDLE(value):
        raise malformed("the document has not the shape of a bundle of version 1")
    return value


def parse_trust(text):
    value = strict_json(text, 64 * 1024, 6)
    if not TRUST(value):
        raise malformed("the document has not the shape of a trust file")
    return value


# ---- The checkpoint -------------------------------------------------------------------------------------------------

CONTROL = "\x00-\x09\x0b-\x1f\x7f-\x9f"  # all but the line feed
SPACES = "\t\n\x0b\x0c\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"


def open_checkpoint(note, keys):
    """Origin, size and root of a note that a key of the trust file signed and none signed wrongly."""
    body, signatures = split_note(note)
    checkpoint = checkpoint_of(body)
    known = [key for key in map(verifier_key, keys) if key is not None]
    checks = []
    for name, key_id, signature in signatures:
        key = next((key for key in known if key[:2] == (name, key_id)), None)
        if key is not None:
            checks.append(ed25519_holds(key[2], utf8(body), signature))
    if not checks:
        raise Ended("KEY_UNKNOWN", "no key of the trust file signed the checkpoint")
    if not all(checks):
        raise Ended("BAD_SIGNATURE", "a key of the trust file did not sign this checkpoint")
    return checkpoint


def split_note(note):
    fault = malformed("the checkpoint is not a signed note")
    blank = note.rfind("\n\n")
    if blank < 0 or not note.endswith("\n") or re.search(f"[{CONTROL}\ud800-\udfff]", note):
        raise fault
    lines = note[blank + 2 : -1].split("\n")
    signatures = []
    for line in lines:
        found = re.fullmatch(f"— ([^{SPACES}+]+) ([^{SPACES}]+)", line)
        data = base64_bytes(found[2]) if found else None
        if data is None or len(data) < 5:
            raise fault
        signatures.append((found[1], data[:4], data[4:]))
    if len(signatures) > 64:
        raise fault
    return note[: blank + 1], signatures


def checkpoint_of(body):
    lines = body.split("\n")
    if len(lines) != 4 or lines[0] == "" or lines[3] != "":
        raise malformed("the checkpoint has not three lines")
    root = base64_bytes(lines[2])
    is_size = re.fullmatch("0|[1-9][0-9]{0,19}", lines[1]) is not None and int(lines[1]) < 2**64
    if not is_size or root is None or len(root) != 32:
        raise malformed("the checkpoint's size or root is ill-formed")
    return lines[0], int(lines[1]), root


def verifier_key(key):
    """Name, key id and public key of `name+id+base64(0x01 ‖ key)`; None for other types and for wrong ids."""
    found = re.fullmatch("([^+]+)\\+([0-9a-f]{8})\\+(.+)", key)
    data = base64_bytes(found[3]) if found else None
    if data is None or len(data) != 33 or data[0] != 1:
        return None
    key_id = sha256(utf8(found[1] + "\n"), data)[:4]
    return (found[1], key_id, data[1:]) if key_id.hex() == found[2] else None


# ---- Entries, the tree, the heads -----------------------------------------------------------------------------------

NO_PREVIOUS = "0" * 64


def stream_of(subject):
    return sha256(b"coldmark/stream/1\x00", utf8(subject)).hex()


def salted(salt, value):
    return sha256(bytes.fromhex(salt), utf8(canonical(value))).hex()


def commitment(opening):
    header = {**opening["header"], "body": salted(opening["bodySalt"], opening["body"])}
    return salted(opening["salt"], header)


def leaf_of(stream, seq, prev, commit):
    entry = {"v": 1, "stream": stream, "seq": seq, "prev": prev, "commit": commit}
    return sha256(b"\x00", utf8(canonical(entry)))


def node(left, right):
    return sha256(b"\x01", left, right)


def tree_root(leaves):
    """The RFC 9162 root: pairs from the left, an odd last node rises as it is."""
    while len(leaves) > 1:
        pairs = [node(*leaves[at : at + 2]) for at in range(0, len(leaves) - 1, 2)]
        leaves = pairs + ([leaves[-1]] if len(leaves) % 2 else [])
    return leaves[0] if leaves else sha256()


def is_included(index, size, leaf, path, root):
    """RFC 9162 §2.1.3.2."""
    if not 0 <= index < size:
        return False
    fn, sn, found = index, size - 1, leaf
    for sibling in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            found = node(sibling, found)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = node(found, sibling)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and found == root


def heads_root(heads, size, root):
    """The heads tree's root, as the last leaf of a tree states it."""
    opening = heads["opening"]
    leaf = leaf_of(stream_of("urn:coldmark:heads"), heads["seq"], heads["prev"], commitment(opening))
    if not is_included(size - 1, size, leaf, [bytes.fromhex(one) for one in heads["path"]], root):
        raise Ended("BAD_PATH", "the heads entry is not the last leaf of its tree")
    body = opening["body"]
    stated = body.get("root") if isinstance(body, dict) else None
    is_hex = isinstance(stated, str) and re.fullmatch("(?:[0-9a-f]{2})*", stated) is not None
    if opening["header"]["kind"] != "heads" or not is_hex:
        raise malformed("the last leaf is not an entry of kind heads")
    return bytes.fromhex(stated)


def head_in(root, stream, proof):
    """The last entry (seq, leaf) of a stream under a heads root, None where the stream is proved absent."""
    fault = Ended("BAD_PATH", f"the heads tree does not prove stream {stream}")
    siblings, other = proof["siblings"], proof.get("other")
    has_own = ("seq" in proof) + ("leaf" in proof)
    if has_own == 1 or (other is not None and has_own) or len(root) != 32 or siblings[-1:] == [""]:
        raise fault
    bits = bin_of(stream)
    end, below = None, bytes(32)
    if has_own:
        end = (proof["seq"], proof["leaf"])
        below = head_hash(stream, *end)
    elif other is not None:
        if other["stream"] == stream or bin_of(other["stream"])[: len(siblings)] != bits[: len(siblings)]:
            raise fault
        below = head_hash(other["stream"], other["seq"], other["leaf"])
    for depth in reversed(range(len(siblings))):
        if siblings[depth] == NO_PREVIOUS:
            raise fault
        sibling = bytes.fromhex(siblings[depth]) or bytes(32)
        below = sha256(b"\x11", sibling, below) if bits[depth] == "1" else sha256(b"\x11", below, sibling)
    if below != root:
        raise fault
    return end


def head_hash(stream, seq, leaf):
    return sha256(b"\x10", bytes.fromhex(stream), seq.to_bytes(8, "big"), bytes.fromhex(leaf))


def bin_of(stream):
    return bin(int(stream, 16))[2:].zfill(256)


# ---- Streams --------------------------------------------------------------------------------------------------------


def check_streams(bundle, newest):
    """Every stretch against the newest heads and against each day's; gives the leaves of each stream's entries."""
    refuse_twice([day["day"] for day in bundle["days"]])
    refuse_twice([stretch["stream"] for stretch in bundle["streams"]])
    days = sorted(bundle["days"], key=lambda day: day["day"])
    roots = {day["day"]: heads_root(day["heads"], day["size"], bytes.fromhex(day["root"])) for day in days}
    shown = {}
    for stretch in bundle["streams"]:
        leaves = shown[stretch["stream"]] = leaves_of(stretch)
        check_end(stretch, leaves, newest if stretch["end"] == "newest" else roots.get(stretch["end"]))
        seqs = [check_day(stretch, leaves, day, roots[day["day"]]) for day in days]
        if any(later < earlier for earlier, later in zip(seqs, seqs[1:])):
            raise Ended("FORK_DETECTED", "a stream grew shorter from one day to the next")
    return shown


def refuse_twice(names):
    if len(set(names)) < len(names):
        raise malformed("a day or a stream is shown twice")


def leaves_of(stretch):
    prev, leaves = stretch["prev"], []
    if stretch["from"] == 0 and prev != NO_PREVIOUS:
        raise Ended("TAMPERED", "a stream's first entry follows nothing")
    for at, entry in enumerate(stretch["entries"]):
        if "commit" in entry:
            commit = entry["commit"]
        else:
            commit = commitment(entry) if "bodySalt" in entry else salted(entry["salt"], entry["header"])
        prev = leaf_of(stretch["stream"], stretch["from"] + at, prev, commit).hex()
        leaves.append(prev)
    return leaves


def check_end(stretch, leaves, root):
    if root is None:
        raise malformed("a stretch ends at a day that is not in the bundle")
    head = head_in(root, stretch["stream"], stretch["head"])
    shown = (stretch["from"] + len(leaves) - 1, leaves[-1]) if leaves else None
    if head != shown or (head is None and stretch["from"] > 0):
        raise Ended("TAMPERED", "the entries of a stream are not those under its head")


def check_day(stretch, leaves, day, root):
    """The sequence that the day's heads give the stream, -1 for none yet."""
    proof = day["streams"].get(stretch["stream"])
    if proof is None:
        raise Ended("BAD_PATH", "a day leaves out a stream")
    head = head_in(root, stretch["stream"], proof)
    if head is None:
        return -1
    seq, leaf = head
    first, is_beyond = stretch["from"], stretch["end"] != "newest" and day["day"] > stretch["end"]
    if seq >= first - 1 and not is_beyond:
        at = seq - first
        expected = stretch["prev"] if at == -1 else leaves[at] if at < len(leaves) else None
        if expected != leaf:
            raise Ended("FORK_DETECTED", "a stream had another history on a day")
    return seq


def is_whole(stretch):
    """Whether a stretch runs from its stream's first entry to the newest heads."""
    return stretch is not None and stretch["end"] == "newest" and stretch["from"] == 0


def check_readings(stretch):
    """Readings that travel with a window must be those under its `data` root."""
    for entry in stretch["entries"]:
        if "readings" not in entry:
            continue
        order = lambda row: (row[0].encode("utf-16-be", "surrogatepass"), row[1])
        root = tree_root([sha256(b"\x00", utf8(canonical(row))) for row in sorted(entry["readings"], key=order)])
        if not isinstance(entry["body"], dict) or entry["body"].get("data") != root.hex():
            raise Ended("TAMPERED", "the readings of a window are not those that were sealed")


def lot_of(streams, subject, code):
    """GTIN and lot of the pack, or None where nobody names a lot and nothing hidden might; its stream must be there."""
    carried = None if code is None else read_code(code)[1]
    gtin, lot, may_be_hidden = named_in(subject, streams[stream_of(subject)]["entries"])
    if carried is not None and lot is not None and carried != lot:
        raise Ended("SUBJECT_MISMATCH", "the bundle is about a pack of another lot")
    if carried is None and may_be_hidden:
        raise Ended("BAD_PATH", "the bundle does not open what may name the code's lot")
    found = lot if carried is None else carried
    if gtin is None or found is None:
        return None
    stretch = streams.get(stream_of(lot_subject(gtin, found)))
    is_needed = stretch is not None or lot is not None or may_be_hidden
    if is_needed and not is_whole(stretch):
        raise Ended("BAD_PATH", "the bundle leaves out the stream of the code's lot, or a part of it")
    return gtin, found


def named_in(subject, entries):
    """GTIN and lot as the code's own stream names them, and whether an entry that isn't opened comes before that."""
    in_code = re.search("/01/([0-9]{14})/", subject)
    gtin, lot, may_be_hidden = in_code[1] if in_code else None, None, False
    for entry in entries:
        if gtin is not None and lot is not None:
            break
        may_be_hidden = may_be_hidden or "body" not in entry
        gtin = text_in(entry, "gtin") if gtin is None else gtin
        lot = text_in(entry, "lot") if lot is None else lot
    return gtin, lot, may_be_hidden


def text_in(entry, name):
    body = entry.get("body")
    value = body.get(name) if isinstance(body, dict) else None
    return value if isinstance(value, str) else None


def lot_subject(gtin, lot):
    return f"https://id.gs1.org/01/{gtin}/10/{quote(lot, safe='-._~')}"


def is_hiding(streams, subject, lot):
    """Whether a statement about the code, or that there is one about its lot, is not shown: it may be a sale or a recall."""
    own = streams[stream_of(subject)]["entries"]
    of_lot = streams.get(stream_of(lot_subject(*lot))) if lot is not None else None
    is_lot_hiding = of_lot is None or any("header" not in entry for entry in of_lot["entries"])
    return (lot is not None and is_lot_hiding) or any("body" not in entry for entry in own)


# ---- Which sensors lay in an equipment ------------------------------------------------------------------------------

FOREVER = float("inf")
GRACE_MS, OFFLINE_MS = 15 * 60_000, 72 * 3_600_000


def windows_in_doubt(bundle, shown):
    """Where the opened windows begin, newest version of each, that don't say by which rosters to judge them."""
    found = []
    for stretch in bundle["streams"]:
        rosters = rosters_of(bundle, stretch, shown[stretch["stream"]])
        newest = {}
        for seq, entry in enumerate(stretch["entries"], stretch["from"]):
            if is_window(entry) and isinstance(entry.get("body"), dict) and named_rosters(entry["body"]):
                newest[entry["header"]["from"]] = seq, entry["header"], entry["body"]
        found += [start for start, window in newest.items() if not is_fully_stated(rosters, *window)]
    return sorted(found)


def is_window(entry):
    return entry.get("header", {}).get("kind") in ("segment", "late")


def named_rosters(body):
    """The leaf hashes of the rosters that a window names, the one it was sealed under first."""
    roster, earlier = body.get("roster"), body.get("earlierRosters")
    named = [roster, *earlier] if isinstance(earlier, list) else [roster]
    return [leaf for leaf in named if isinstance(leaf, str)]


def rosters_of(bundle, stretch, leaves):
    """The rosters that are shown of an equipment, by leaf and in order: its place, body, and for how long it was in force."""
    named = {leaf for entry in stretch["entries"] if isinstance(entry.get("body"), dict) for leaf in named_rosters(entry["body"])}
    found, sealed_to = [], -FOREVER
    for one in bundle["references"]:
        leaf = leaf_of(one["stream"], one["seq"], one["prev"], commitment(one["opening"]))
        if one["stream"] == stretch["stream"] and one["seq"] < stretch["from"] and leaf in named:
            found.append((one["seq"], leaf, one["opening"], sealed_to))
    for seq, (leaf, entry) in enumerate(zip(leaves, stretch["entries"]), stretch["from"]):
        if is_window(entry):
            sealed_to = max(sealed_to, entry["header"]["to"])
        found.append((seq, leaf, entry, sealed_to))
    ordered = [one for one in sorted(found, key=lambda one: one[0]) if one[2].get("header", {}).get("kind") == "equipment"]
    times = [entry["header"]["to"] for _, _, entry, _ in ordered]
    begins = [-FOREVER] + list(accumulate(reversed(times[1:]), min))[::-1]
    ends = [max(end, one[3]) for end, one in zip(accumulate(times[1:], max), ordered[1:])] + [FOREVER]
    return {
        leaf: {"seq": seq, "body": entry.get("body"), "from": since, "until": until}
        for (seq, leaf, entry, _), since, until in zip(ordered, begins, ends)
    }


def is_fully_stated(rosters, seq, header, body):
    """Whether a window names each roster that is known to have been in force, and they list each point that it states."""
    named = named_rosters(body)
    in_force = [leaf for leaf, one in rosters.items() if one["from"] < header["to"] and one["until"] > header["from"]]
    if any(leaf not in rosters or rosters[leaf]["seq"] >= seq for leaf in named):
        return False
    under = rosters[named[0]]["seq"]
    for leaf in in_force:
        place, is_begun = rosters[leaf]["seq"], rosters[leaf]["from"] <= header["from"]
        is_excused = "earlierRosters" not in body and (place <= under or not is_begun)
        if place < seq and leaf not in named and not is_excused:
            return False
    bodies = [rosters[leaf]["body"] for leaf in {*in_force, named[0]}]
    listed = {point for one in bodies for point in points_of(one, header["to"])}
    return None not in bodies and points_of(body) <= listed


def points_of(body, before=None):
    """The measuring points that a body lists; `before` leaves out those whose placement doesn't count until then."""
    points = body.get("points") if isinstance(body, dict) else None
    points = [one for one in points if isinstance(one, dict)] if isinstance(points, list) else []
    return {str(one.get("point")) for one in points if before is None or placed_from(one) < before}


def placed_from(point):
    since, accepted = point.get("since"), point.get("accepted")
    if not is_integer(since) or not is_integer(accepted):
        return FOREVER
    return since if accepted - since <= (OFFLINE_MS if point.get("offline") is True else GRACE_MS) else accepted


# ---- The code on the pack -------------------------------------------------------------------------------------------

SET_82 = "[!\"%&'()*+,\\-./0-9:;<=>?A-Z_a-z]{1,20}"
DATE = "[0-9]{2}(?:0[1-9]|1[0-2])(?:[0-2][0-9]|3[01])"
VALUES = {"01": "[0-9]{14}", "10": SET_82, "11": DATE, "17": DATE, "21": SET_82, "22": SET_82}


def canonical_code(code):
    """The canonical EPC of a code, else None, which must end in SUBJECT_MISMATCH."""
    return read_code(code)[0]


def read_code(code):
    """The canonical EPC of a code in one of the spellings below, and the lot that it carries; None where there is none:
    20 digits or their URN; `(01)…(17)…(10)…(21)…` as printed; a Digital Link `…/01/…/10/…/21/…` without a query."""
    code = code.strip()
    china = re.fullmatch("(?:urn:x-cn:dtc:)?([0-9]{20})", code)
    if china and not code.startswith("00"):  # 20 digits that begin with 00 may be an SSCC: left to others
        return f"urn:x-cn:dtc:{china[1]}", None
    link = re.fullmatch("https?://[^/?#]+(?:/[^?#]*?)?(/01/[^?#]+)", code)
    if link:
        parts = link[1].split("/")[1:]
        pairs = [(name, unquote(value)) for name, value in zip(parts[::2], parts[1::2])]
        is_read = len(parts) % 2 == 0 and [name for name, _ in pairs] in LINK_ORDERS
    else:
        pairs = re.findall("\\(([0-9]{2})\\)([^(]*)", code)
        is_read = "".join(f"({name}){value}" for name, value in pairs) == code
    ai = dict(pairs)
    is_sound = all(name in VALUES and re.fullmatch(VALUES[name], value) for name, value in pairs)
    if not is_read or not is_sound or len(ai) < len(pairs) or "01" not in ai or not has_check_digit(ai["01"]):
        return None, None
    qualifier = next((name for name in ("21", "10") if name in ai), None)
    tail = "" if qualifier is None else f"/{qualifier}/{quote(ai[qualifier], safe='-._~')}"
    return f"https://id.gs1.org/01/{ai['01']}{tail}", ai.get("10")


LINK_ORDERS = [["01"] + [q for q, on in zip(("22", "10", "21"), (a, b, c)) if on] for a in (0, 1) for b in (0, 1) for c in (0, 1)]


def has_check_digit(digits):
    total = sum(int(digit) * (3 if at % 2 == 0 else 1) for at, digit in enumerate(reversed(digits[:-1])))
    return -total % 10 == int(digits[-1])


# ---- The chain ------------------------------------------------------------------------------------------------------


def word(value):
    return value.to_bytes(32, "big").hex()


def seal_digest(day):
    words = word(day["size"]) + day["root"] + word(day["anchoredAt"] // 1000)
    return keccak_256(bytes.fromhex(words)).hex()


def selector(signature):
    return keccak_256(signature.encode())[:4].hex()


ANCHORED = "0x" + keccak_256(b"Anchored(bytes32,uint48,bytes32)").hex()


class Chain:
    """One log in one contract, asked with four JSON-RPC methods."""

    def __init__(self, rpc, trust):
        self.rpc, self.contract, self.log_id = rpc, trust["contract"].lower(), trust["logId"].lower()

    def chain_id(self):
        return quantity(self.rpc("eth_chainId", []))

    def code_hash(self):
        """Creation code that returns EXTCODEHASH of the contract, run by eth_call."""
        data = f"0x73{self.contract[2:]}3f60005260206000f3"
        return str(self.rpc("eth_call", [{"data": data}, "latest"])).lower()

    def head(self, tag):
        root, size, _, anchored_at, flags = self.call(selector("head(bytes32)") + self.log_id[2:], tag)[:5]
        return root, number(size, 48), number(anchored_at, 40) * 1000, number(flags, 8)

    def last_day(self):
        """The last UTC day whose seals count in a retired log."""
        return number(self.call(selector("retirement(bytes32)") + self.log_id[2:], "latest")[0], 32)

    def seals(self, first, last):
        """Digest by day; at most 400 days a call, days without a seal left out."""
        if last - first > 100_000:  # longer than any chain has been there
            raise ValueError("the chain names a time that can't be")
        found = {}
        for start in range(first, last + 1, 400):
            end = min(last, start + 399)
            data = selector("seals(bytes32,uint32,uint32)") + self.log_id[2:] + word(start) + word(end)
            digests = self.call(data, "latest")[2:]
            found.update({start + at: one for at, one in enumerate(digests) if int(one, 16)})
        return found

    def revocation(self, gtin, lot):
        subject = keccak_256(b"lot\x00" + utf8(gtin) + b"\x00" + utf8(lot)).hex()
        since, until = self.call(selector("revocation(bytes32)") + subject, "latest")[:2]
        return number(since, 40), number(until, 40)

    def anchored_by(self, tx):
        """Size, root, block and time (ms) that a transaction anchored, or None."""
        receipt = self.rpc("eth_getTransactionReceipt", [tx])
        if receipt is None or quantity(receipt["status"]) != 1:
            return None
        block = self.block(receipt["blockNumber"])
        ours = [self.contract, ANCHORED, self.log_id]
        name = lambda log: [part.lower() for part in (log["address"], *log["topics"][:2])]
        logs = [log for log in receipt["logs"] if name(log) == ours]
        if not logs or block["hash"] != receipt["blockHash"]:
            return None
        size, root = int(logs[0]["topics"][2], 16), logs[0]["data"][2:66]
        return size, root, quantity(block["number"]), quantity(block["timestamp"]) * 1000

    def block(self, tag):
        block = self.rpc("eth_getBlockByNumber", [tag, False])
        if block is None:
            raise ValueError(f"there is no block {tag}")
        number(hex(quantity(block["timestamp"])), 40)
        return block

    def call(self, data, tag):
        answer = self.rpc("eth_call", [{"to": self.contract, "data": f"0x{data}"}, tag])
        if not isinstance(answer, str) or not re.fullmatch("0x(?:[0-9a-f]{64})+", answer):
            raise ValueError("the contract gave no answer that can be read")
        return re.findall("[0-9a-f]{64}", answer[2:])


def quantity(value):
    if not isinstance(value, str) or not re.fullmatch("0x[0-9a-f]+", value):
        raise ValueError("a number was expected")
    return int(value, 16)


def number(digits, bits):
    """The number in hex digits; none of the contract's is wider than its type, and no block's time than a time there."""
    value = int(digits, 16)
    if value >= 2**bits:
        raise ValueError("the chain names a number that can't be")
    return value


def first_day(stretch, days):
    """The UTC day from which on the seals are relied on; None where nothing about the code is said."""
    headers = [entry["header"] for entry in stretch["entries"] if "header" in entry]
    firsts = []
    if headers:
        accepted = min(header["to"] for header in headers)
        firsts.append(max(min(header["from"] for header in headers), accepted - 3 * DAY_MS) // DAY_MS)
    if len(headers) < len(stretch["entries"]):
        # An entry without a header may be as old as the first day for which the stream isn't proved absent.
        absent = [day["day"] for day in days if "seq" not in day["streams"][stretch["stream"]]]
        firsts.append(max(absent, default=-1) + 1)
    return min(firsts, default=None)


RETIRED = 2


def ask_chain(bundle, size, root, code, lot, trust, rpc):
    """Result, asOf and the chain's own time (ms); raises Ended, or whatever went wrong with the endpoint."""
    chain = Chain(rpc, trust)
    if chain.chain_id() != trust["chainId"]:
        raise Ended("CHAIN_UNREACHABLE", "the endpoint speaks for another chain than the trust file names")
    if chain.code_hash() != trust["codeHash"].lower():
        raise Ended("ANCHOR_UNPROVED", "the contract has other code than the trust file names")
    chain_time = quantity(chain.block("latest")["timestamp"]) * 1000
    heads = {tag: chain.head(tag) for tag in ("finalized", "latest")}
    result, as_of = anchor_of(bundle, size, root, chain, heads)
    try:
        check_seals(bundle, size, first_day(code, bundle["days"]), chain, as_of)
    except Ended as end:
        raise Ended(end.result, end.reason, as_of) from None
    if heads["latest"][3] & RETIRED and as_of >= (chain.last_day() + 1) * DAY_MS:
        raise Ended("ANCHOR_UNPROVED", "the log was retired, and this was anchored after its last day", as_of)
    if lot is not None:
        since, until = chain.revocation(*lot)
        if since != 0 and until == 0:
            result = "REVOKED"
    return result, as_of, chain_time


def anchor_of(bundle, size, root, chain, heads):
    for tag, result in (("finalized", "VALID_FINAL"), ("latest", "VALID_PROVISIONAL")):
        head_root, head_size, anchored_at, _ = heads[tag]
        if head_size == size:
            if head_root != root:
                raise Ended("FORK_DETECTED", "the chain holds another root for this size")
            return result, anchored_at
        if head_size > size:
            at = proved_before(bundle, size, root, chain, tag)
            if at is not None:
                return result, at
            if tag == "latest":
                raise Ended("ANCHOR_UNPROVED", "neither a transaction nor a seal proves this size")
    raise Ended("NOT_ANCHORED_YET", "this state of the log is not on the chain yet")


def proved_before(bundle, size, root, chain, tag):
    """When a size below the head was anchored, by a day's seal or by its transaction; else None."""
    for day in bundle["days"]:
        if day["size"] == size and day["root"] == root:
            if chain.seals(day["day"], day["day"]).get(day["day"]) == seal_digest(day):
                return day["anchoredAt"]
            break
    if bundle["anchor"]["tx"] is None:
        return None
    found = chain.anchored_by(bundle["anchor"]["tx"])
    if found is None or found[:2] != (size, root) or found[2] > quantity(chain.block(tag)["number"]):
        return None
    return found[3]


def check_seals(bundle, size, first, chain, as_of):
    """Every seal relied on is in the bundle, and is the chain's."""
    stated = {day["day"]: day for day in bundle["days"]}
    today = as_of // DAY_MS
    starts = list(stated) + ([] if first is None else [first - 399])
    if not starts:
        return
    sealed = chain.seals(max(0, min(starts)), today)
    # A day of the far future must not make a loop of it: days after the anchor's are asked for one by one.
    for number in (day for day in stated if today < day < 2**32):
        sealed.update(chain.seals(number, number))
    for number, day in stated.items():
        if sealed.get(number) != seal_digest(day):
            raise Ended("FORK_DETECTED", f"the seal of day {number} is not the one on the chain")
        if day["size"] > size:
            raise malformed("a day is newer than the checkpoint")
    if first is None:
        return
    ended = [day for day in sealed if (day + 1) * DAY_MS <= as_of]
    before = max((day for day in ended if day < first), default=None)
    if any(day not in stated for day in ended if day >= first or day == before):
        raise Ended("ANCHOR_UNPROVED", "the bundle leaves out the seal of a day")


# ---- The whole check ------------------------------------------------------------------------------------------------


def log_id(origin):
    return "0x" + keccak_256(utf8(origin)).hex()


def verify_bundle(text, trust, code=None, rpc=None, max_age_ms=None, now_ms=None, held=None):
    """One result of docs/verify.md with `asOf` (epoch ms or None) and a reason; `trust` is a parsed trust file or None,
    `rpc` a function of method and parameters, `now_ms` the caller's clock, `held` size and root of a checkpoint."""
    try:
        result, as_of, reason = check_bundle(text, trust, code, rpc, max_age_ms, now_ms, held)
        return {"result": result, "asOf": as_of, "reason": reason}
    except Ended as end:
        return {"result": end.result, "asOf": end.as_of, "reason": end.reason}


NOT_SHOWN = "a statement about the code or its lot is not shown: whether it was sold or recalled can't be told"
NOT_STATED = "windows don't state which sensors lay in the equipment: beginning at"


def check_bundle(text, trust, code, rpc, max_age_ms, now_ms, held):
    bundle = parse_bundle(text)
    if trust is None:
        raise Ended("KEY_UNKNOWN", "without a trust file no key is known")
    origin, size, root = open_checkpoint(bundle["checkpoint"], trust["logKeys"])
    if log_id(origin) != trust["logId"].lower():
        raise Ended("KEY_UNKNOWN", "the checkpoint is of another log")
    subject = bundle["subject"]
    if code is not None and canonical_code(code) != subject:
        raise Ended("SUBJECT_MISMATCH", "the bundle is about another code")
    shown = check_streams(bundle, heads_root(bundle["heads"], size, root))
    streams = {stretch["stream"]: stretch for stretch in bundle["streams"]}
    own = streams.get(stream_of(subject))
    if not is_whole(own):
        raise Ended("SUBJECT_MISMATCH", "the code's stream is not shown from its beginning to now")
    lot = lot_of(streams, subject, code)
    for stretch in bundle["streams"]:
        check_readings(stretch)
    if held is not None:
        check_held(bundle, size, root, *held)
    for one in bundle["references"]:
        commitment(one["opening"])
    reasons = [NOT_SHOWN] if is_hiding(streams, subject, lot) else []
    in_doubt = windows_in_doubt(bundle, shown)
    reasons += [f"{NOT_STATED} {', '.join(map(str, in_doubt))} (epoch ms)"] if in_doubt else []
    reason = "; ".join(reasons)
    if rpc is None:
        age = float("inf") if now_ms is None else now_ms - bundle["heads"]["opening"]["header"]["to"]
        is_stale = max_age_ms is not None and age > max_age_ms
        return ("STALE" if is_stale else "VALID_PROVISIONAL"), None, reason
    try:
        result, as_of, chain_time = ask_chain(bundle, size, root.hex(), own, lot, trust, rpc)
    except Ended:
        raise
    except Exception as fault:  # whatever an endpoint does wrong has one result
        raise Ended("CHAIN_UNREACHABLE", f"the chain could not be asked: {fault}") from None
    age = max(chain_time, now_ms or 0) - as_of
    if result.startswith("VALID") and max_age_ms is not None and age > max_age_ms:
        result = "STALE"
    return result, as_of, reason


def check_held(bundle, size, root, held_size, held_root):
    """Whether the bundle and a checkpoint from elsewhere are one history; other sizes would need the log's tiles."""
    roots = [day["root"] for day in bundle["days"] if day["size"] == held_size]
    if not roots and size != held_size:
        raise Ended("ANCHOR_UNPROVED", "the checkpoint is of another size: only the log's tiles show whether both are one log")
    if (roots or [root.hex()])[0] != held_root.hex():
        raise Ended("FORK_DETECTED", "the checkpoint is of another history than the bundle")


def json_rpc(url):
    """A function that asks an endpoint; it raises where none answers within ten seconds."""

    def ask(method, params):
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        request = urllib.request.Request(url, body, {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as response:
            answer = json.load(response)
        if answer.get("error") is not None:
            raise ValueError(answer["error"])
        return answer.get("result")

    return ask


# Of several endpoints the gravest counts that any of them says: what contradicts itself, then a recall, then all else.
GRAVEST = (
    "FORK_DETECTED", "TAMPERED", "BAD_SIGNATURE", "BAD_PATH", "MALFORMED", "SUBJECT_MISMATCH", "KEY_UNKNOWN", "REVOKED",
)


def weakest(outcomes):
    """Of several endpoints: the gravest result that isn't valid, of those not in the list the first; two that contradict
    each other about the time prove nothing; else the first provisional, else any."""
    invalid = [one for one in outcomes if not one["result"].startswith("VALID_")]
    gravest = [one for result in GRAVEST for one in invalid if one["result"] == result]
    provisional = [one for one in outcomes if one["result"] == "VALID_PROVISIONAL"]
    times = {None if one["asOf"] is None else one["asOf"] // 1000 for one in outcomes}
    if not invalid and len(times) > 1:
        reason = "the endpoints contradict each other about when this was anchored"
        return {"result": "CHAIN_UNREACHABLE", "asOf": None, "reason": reason}
    return (gravest + invalid + provisional + outcomes)[0]


def held_checkpoint(note, trust):
    """Size and root of a checkpoint of the trust file's log; raises Ended where it is none."""
    note = note.replace("\r\n", "\n")
    origin, size, root = open_checkpoint(note if note.endswith("\n") else note + "\n", trust["logKeys"])
    if log_id(origin) != trust["logId"].lower():
        raise Ended("KEY_UNKNOWN", "the checkpoint is of another log")
    return size, root


def subject_of(text):
    """Whose bundle it says to be, as printable characters only; a subject is proved where the result is valid."""
    try:
        return re.sub("[^ -~]", "?", parse_bundle(text)["subject"])
    except Ended:
        return "none: this is not a bundle of a pack"


def read_text(name):
    with open(name, "rb") as file:
        return file.read().decode("utf-8", "replace")


def main():
    parser = argparse.ArgumentParser(description="Checks a Coldmark proof bundle; exit 0 only for VALID_*.")
    parser.add_argument("bundle")
    parser.add_argument("--trust")
    parser.add_argument("--code")
    parser.add_argument("--rpc", nargs="+", default=[])
    parser.add_argument("--offline", action="store_true")
    parser.add_argument("--max-age", type=age_ms)
    parser.add_argument("--checkpoint")
    given = parser.parse_args()
    try:
        trust = None if given.trust is None else parse_trust(read_text(given.trust))
        is_held = given.checkpoint is not None and trust is not None
        held = held_checkpoint(read_text(given.checkpoint), trust) if is_held else None
    except Ended as fault:  # nothing is said about the bundle
        print(f"the trust file or the checkpoint can't be used: {fault.reason}", file=sys.stderr)
        return 65
    text = read_text(given.bundle)
    endpoints = [json_rpc(url) for url in ([] if given.offline else given.rpc)] or [None]
    more = {"max_age_ms": given.max_age, "now_ms": time.time() * 1000, "held": held}
    outcome = weakest([verify_bundle(text, trust, given.code, rpc, **more) for rpc in endpoints])
    print(outcome["result"])
    print(f"subject: {subject_of(text)}")
    if given.code is None:
        print("warning: no --code was given: this is about that subject, which need not be the pack in your hand")
    if outcome["asOf"] is not None:
        print(f"as of {outcome['asOf']} (epoch ms)")
    if outcome["reason"]:
        print(f"  {outcome['reason']}")
    return 0 if outcome["result"].startswith("VALID_") else 1


def age_ms(text):
    found = re.fullmatch("([0-9]{1,6})([smhd])", text)
    if found is None:
        raise argparse.ArgumentTypeError("takes a number and s, m, h or d, such as 24h")
    return int(found[1]) * {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": DAY_MS}[found[2]]


if __name__ == "__main__":
    sys.exit(main())
