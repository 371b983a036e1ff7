#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""mangle.py IN OUT-PREFIX COUNT SEED: damaged copies of a file, always the same ones."""
import random
import sys

WORDS = [b"\0" * 8, b"\xff" * 8, b"\x7f" + b"\0" * 7, b"\xff\xff\xff\x7f" + b"\0" * 4, b"\0\0\0\x80", b"\xfe\xff\xff\xff"]


def damage(data, rng):
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 8, 64])):
        if not data:
            break
        at = rng.randrange(min(len(data), rng.choice([64, 512, 4096, len(data)])))
        kind = rng.randrange(6)
        if kind == 0:
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            word = rng.choice(WORDS)
            data[at : at + len(word)] = word
        elif kind == 2:
            del data[at:]
        elif kind == 3:
            n = rng.randrange(1, 256)
            data[at:at] = bytes(rng.randrange(256) for _ in range(n))
        elif kind == 4:
            del data[at : at + rng.randrange(1, 256)]
        else:
            other = rng.randrange(len(data))
            n = rng.randrange(1, 512)
            data[at : at + n] = data[other : other + n]
    return bytes(data)


def main():
    source, prefix, count, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
    with open(source, "rb") as f:
        data = f.read()
    rng = random.Random(source.rsplit("/", 1)[-1] + seed)
    for i in range(count):
        with open("%s%03d" % (prefix, i), "wb") as f:
            f.write(damage(data, rng))


main()
