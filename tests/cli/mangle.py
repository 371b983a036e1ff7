# SPDX-License-Identifier: LGPL-2.1-or-later
"""mangle.py BUNDLE OUTPUT WHAT [ARGUMENT]...: a bundle that is damaged in one way.

members                 prints the names of the members
flip MEMBER OFFSET      changes a bit of a member's content
headers                 OUTPUT is a directory of bundles that have a bit of one header changed
paddings                the same for what fills the last block of a member
swap MEMBER MEMBER      changes places
twice MEMBER            the member stands twice
without MEMBER          the member is missing
extra MEMBER            a copy of the member with another name stands after it
"""
import sys

BLOCK = 512


class Member:
    def __init__(self, data, at):
        self.header = bytearray(data[at:at + BLOCK])
        self.name = self.header[:100].split(b"\0")[0].decode()
        size = int(self.header[124:136].split(b"\0")[0], 8)
        self.content = bytearray(data[at + BLOCK:at + BLOCK + size])
        end = at + BLOCK + (size + BLOCK - 1) // BLOCK * BLOCK
        self.padding = bytearray(data[at + BLOCK + size:end])
        self.end = end

    def rename(self, name):
        self.header[:100] = name.encode().ljust(100, b"\0")
        self.header[148:156] = b" " * 8
        self.header[148:156] = b"%06o\0 " % sum(self.header)

    def encoded(self):
        return bytes(self.header + self.content + self.padding)


def read(path):
    with open(path, "rb") as f:
        data = f.read()
    members = []
    at = 0
    while data[at]:
        members.append(Member(data, at))
        at = members[-1].end
    return members, data[at:]


def mangle(members, what, names):
    # A name may be given by how it ends, for those that are digests.
    places = [next(i for i, m in enumerate(members) if m.name == n or m.name.endswith("." + n)) for n in names if not n.isdigit()]
    one = members[places[0]]
    offset = int(names[-1]) if names[-1].isdigit() else 0
    if what == "flip":
        one.content[offset] ^= 1
    elif what == "swap":
        members[places[0]], members[places[1]] = members[places[1]], one
    elif what == "twice":
        members.insert(places[0], one)
    elif what == "without":
        del members[places[0]]
    elif what == "extra":
        copy = Member(one.encoded(), 0)
        copy.rename("extra")
        members.insert(places[0] + 1, copy)
    else:
        sys.exit(__doc__)


def write(path, members, end):
    with open(path, "wb") as f:
        f.write(b"".join(m.encoded() for m in members) + end)


def write_each(folder, members, end, part, offsets):
    """A bundle for every member and every offset into that part of it."""
    for number, member in enumerate(members):
        for offset in offsets:
            data = getattr(member, part)
            if data:
                data[offset] ^= 1
                write("%s/%02d-%s%d.lpb" % (folder, number, part, offset), members, end)
                data[offset] ^= 1


def main():
    (members, end), output, what = read(sys.argv[1]), sys.argv[2], sys.argv[3]
    if what == "members":
        print("\n".join(m.name for m in members))
    elif what == "headers":
        # Name, mode, size, time, checksum, magic, and what must be zeros.
        write_each(output, members, end, "header", [1, 103, 130, 140, 150, 258, 400, 511])
    elif what == "paddings":
        write_each(output, members, end, "padding", [0, -1])
    else:
        mangle(members, what, sys.argv[4:])
        write(output, members, end)


main()
