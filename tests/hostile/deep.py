# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes the deepest chain of the largest modules, FOLDER/deep.lpb: a small file, each module of which has 64 MiB and has
the one before it as base; and FOLDER/deep.pub."""
import os
import sys

import hostile
import lpb
import lpb_facts

DEPTH = 8
SIZE = 64 << 20
BLOCK = 128 << 10


def compress(data, base=None):
    """A frame that stores the module and repeats the zeros after it; over a base as well as alone."""
    used = len(data.rstrip(b"\0"))
    used += -used % BLOCK
    blocks = [(data[at:at + BLOCK], BLOCK << 3) for at in range(0, used, BLOCK)]
    blocks += [(b"\0", 1 << 1 | BLOCK << 3)] * ((len(data) - used) // BLOCK)
    blocks[-1] = blocks[-1][0], blocks[-1][1] | 1
    return lpb.frame_header(len(data)) + b"".join(size.to_bytes(3, "little") + text for text, size in blocks)


def main(folder):
    made = []
    for number in range(DEPTH + 1):
        data = hostile.sample(number + 1)
        data += bytes(SIZE - len(data))
        base = number - 1 if number else None
        made.append(lpb.Kernel(bytes([number] * 20), data, lpb_facts.inspect(data), base=base))
    bundle = hostile.bundle(made, fixes={"fixes": [], "unfixable": [], "withdrawn": []}, compress=compress)
    for suffix, data in ((".lpb", lpb.write(bundle)), (".pub", hostile.KEY.public_pem())):
        with open(os.path.join(folder, "deep" + suffix), "wb") as out:
            out.write(data)


if __name__ == "__main__":
    main(sys.argv[1])
