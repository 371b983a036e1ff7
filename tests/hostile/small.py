# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes a small valid bundle of two kernels, one the other's base: small.py OUTPUT.lpb KEY.pub"""
import sys

import hostile
import lpb


def small():
    made = hostile.kernels()[:2]
    return lpb.write(hostile.bundle(made, fixes={"fixes": [], "unfixable": [], "withdrawn": []}))


if __name__ == "__main__":
    with open(sys.argv[1], "wb") as out:
        out.write(small())
    with open(sys.argv[2], "wb") as out:
        out.write(hostile.KEY.public_pem())
