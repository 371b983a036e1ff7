#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes levels 1 to N of a module whose name ends in _0000: another name of the same length, and another build ID."""
import hashlib
import os
import sys

# Type 3, "GNU", 20 bytes: the header of a GNU build ID (elf.h, NT_GNU_BUILD_ID).
NOTE = b'\4\0\0\0\x14\0\0\0\3\0\0\0GNU\0'


def renumber(module, stem, number):
    name = f'{stem}_{number:04}'.encode()
    out = bytearray(module.replace(f'{stem}_0000'.encode(), name))
    at = module.index(NOTE) + len(NOTE)
    out[at:at + 20] = hashlib.sha1(name + module).digest()
    return out


def main():
    path, count, target = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    stem = os.path.basename(path).removesuffix('_0000.ko')
    with open(path, 'rb') as file:
        module = file.read()
    for number in range(1, count + 1):
        with open(os.path.join(target, f'{stem}_{number:04}.ko'), 'wb') as file:
            file.write(renumber(module, stem, number))


if __name__ == '__main__':
    main()
