#!/usr/bin/env python3
"""Check the record of a Group of Friends platform, with nothing but Python 3.9 or newer and the package `cryptography`.

    python verify_record.py https://platform.example --head kept-heads.txt --all --token token.txt

The quick way: every head that you hold is signed, and the newest one is proved to go on from it (RFC 9162 section 2.1.4).
With --leaf that entry is proved to be in the record (2.1.3). With --all every hash is read, every root computed anew, and
wrong places are named; with --token also what your entries say. Exit 0: whole, 1: tampered with, 2: cannot be checked.
"""

import argparse
import base64
import hashlib
import json
import re
import sys
import urllib.error
import urllib.parse
import urllib.request

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

NOTE = re.compile(r"((\S+)\n(\d+)\n([A-Za-z0-9+/]{43}=)\n(\S+)\n)\n\u2014 \2 ([A-Za-z0-9+/]+=*)", re.ASCII)
problems = []


def wrong(sentence):
    problems.append(sentence)
    print(f"WRONG  {sentence}")


def leaf_hash(data):
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


class Record:
    def __init__(self, address, token):
        self.address, self.headers = address.rstrip("/"), {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path, **asked):
        address = f"{self.address}/record/{path}?{urllib.parse.urlencode(asked)}"
        if not address.startswith(("https://", "http://")):
            raise ValueError(f"{self.address} is no address")
        with urllib.request.urlopen(urllib.request.Request(address, headers=self.headers), timeout=60) as answer:
            return json.load(answer)


def read_heads(text, keys, whose):
    """(size, root, time) of every signed note in a text; what no trusted key signed is a problem."""
    heads = []
    for found in NOTE.finditer(text.replace("\r\n", "\n")):
        signed, origin, size, root, time, signature = found.groups()
        signature = base64.b64decode(signature)
        for key in keys:
            if hashlib.sha256(origin.encode() + b"\n\x01" + key).digest()[:4] == signature[:4]:
                try:
                    Ed25519PublicKey.from_public_bytes(key).verify(signature[4:], signed.encode())
                    heads.append((int(size), base64.b64decode(root), time))
                    break
                except InvalidSignature:
                    pass
        else:
            wrong(f"the head of {size} entries of {time} ({whose}) was not signed by a key that you trust")
    return heads


def is_included(leaf, place, size, root, path):
    here, last, found = place, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if here & 1 or here == last:
            found = node_hash(step, found)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            found = node_hash(found, step)
        here, last = here >> 1, last >> 1
    return place < size and last == 0 and found == root


def is_consistent(first, second, first_root, second_root, path):
    if first in {0, second}:
        return first_root == (second_root if first else hashlib.sha256().digest())
    steps = [first_root, *path] if first & (first - 1) == 0 else list(path)
    here, last = first - 1, second - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    old = new = steps[0] if steps else b""
    for step in steps[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            new = node_hash(new, step)
        here, last = here >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


def check_quickly(record, held, newest):
    size, root, _ = newest
    for first, first_root, time in held:
        if first > size:
            wrong(f"places {size} to {first - 1} are gone: you hold a head of {first} entries of {time}")
            continue
        try:
            path = record.get("proof/consistency", first=first, second=size)["path"] if first else []
        except urllib.error.HTTPError:
            path = ["00"]  # proves nothing
        if not is_consistent(first, size, first_root, root, [bytes.fromhex(step) for step in path]):
            wrong(f"somewhere in places 0 to {first - 1}: the record is not the one of your head of {time}; use --all")


def check_leaf(record, leaf, newest):
    proof = record.get("proof/inclusion", leaf=leaf, size=newest[0])
    path = [bytes.fromhex(step) for step in proof["path"]]
    if not is_included(bytes.fromhex(proof["hash"]), proof["place"], *newest[:2], path):
        wrong(f"place {proof['place']}: {leaf} is not proved to stand there")


def check_all(record, heads, with_entries):
    """Read every hash again; a root that differs from a head's means something before it, behind the last right one."""
    peaks, place, right, size, by_size = [], 0, 0, record.get("tree", first=0)["size"], {}
    for head_size, root, time in heads:
        by_size.setdefault(head_size, []).append((root, time))
    while place < size:
        page = record.get("tree", first=place)
        seen = record.get("entries", first=place)["entries"] if with_entries else []
        entries = {one["place"]: one["text"] for one in seen}
        for told, what in (page["damaged"] or {}).items():
            wrong(f"place {told}: the platform itself finds its entry {what}")
        for text in page["hashes"][: size - place]:
            if text is None:
                wrong(f"place {place}: its hash is gone; nothing behind it can be checked")
                return
            leaf, carry = bytes.fromhex(text), place
            if place in entries and leaf_hash(entries[place].encode()) != leaf:
                wrong(f"place {place}: its entry was changed")
            while carry & 1:
                leaf, carry = node_hash(peaks.pop(), leaf), carry >> 1
            peaks, place = [*peaks, leaf], place + 1
            if place in by_size:
                root = peaks[-1]
                for peak in reversed(peaks[:-1]):
                    root = node_hash(peak, root)
                differ = [time for signed, time in by_size[place] if signed != root]
                if differ:
                    wrong(f"places {right} to {place - 1}: not what the head of {place} entries of {differ[0]} says")
                right = place
        print(f"{place:,} of {size:,} entries read", file=sys.stderr)
    for gone in sorted(one for one in by_size if one > size):
        wrong(f"places {size} to {gone - 1} are gone: a head of {gone} entries was signed")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address")
    parser.add_argument("--head", action="append", default=[], help="a file of signed heads that you hold")
    parser.add_argument("--key", action="append", default=[], help="a public key to trust, 64 hexadecimal digits")
    parser.add_argument("--token", help="a file with a token")
    parser.add_argument("--leaf", help="the id of an entry to prove")
    parser.add_argument("--all", action="store_true", help="read all")
    asked = parser.parse_args()
    record = Record(asked.address, open(asked.token, encoding="utf-8").read().strip() if asked.token else None)
    keys = [bytes.fromhex(key) for key in asked.key or record.get("keys")["keys"]]
    if not asked.key:
        print("keys as the platform tells them; compare with others, then use --key:", *(key.hex() for key in keys))
    held = [head for path in asked.head for head in read_heads(open(path, encoding="utf-8").read(), keys, path)]
    page = record.get("heads")["heads"]
    newest = read_heads("".join(one["note"] for one in page[:1]), keys, "newest")
    if held and not newest:
        wrong("no head that you could trust is published any more, and you hold some")
    if newest:
        check_quickly(record, held, newest[0])
    if newest and asked.leaf:
        check_leaf(record, asked.leaf, newest[0])
    if asked.all:
        published = []
        while page:
            published += read_heads("\n".join(one["note"] for one in page), keys, "published")
            page = record.get("heads", before=page[-1]["signedAt"])["heads"]
        check_all(record, [*held, *published], asked.token)
    print("NOT whole" if problems else f"whole, as far as checked: {len(held)} heads held")
    return 1 if problems else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (urllib.error.URLError, OSError, ValueError, KeyError) as error:
        print(f"cannot be checked: {error}", file=sys.stderr)
        sys.exit(2)
