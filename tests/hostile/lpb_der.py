# SPDX-License-Identifier: LGPL-2.1-or-later
"""DER (X.690), as far as CMS signatures and certificates need it: writing, and strict reading."""

INTEGER, BITS, OCTETS, NULL, OID, UTF8, UTC_TIME, TIME, SEQUENCE, SET = 2, 3, 4, 5, 6, 12, 0x17, 0x18, 0x30, 0x31


class Malformed(Exception):
    pass


def length(n):
    if n < 0x80:
        return bytes([n])
    size = (n.bit_length() + 7) // 8
    return bytes([0x80 | size]) + n.to_bytes(size, "big")


def tlv(tag, *parts):
    data = b"".join(parts)
    return bytes([tag]) + length(len(data)) + data


def integer(n):
    return tlv(INTEGER, n.to_bytes(n.bit_length() // 8 + 1, "big"))


def oid(text):
    first, second, *rest = map(int, text.split("."))
    out = bytes([40 * first + second])
    for number in rest:
        part = [number & 0x7f]
        while number > 0x7f:
            number >>= 7
            part.append(number & 0x7f | 0x80)
        out += bytes(reversed(part))
    return tlv(OID, out)


def sequence(*parts):
    return tlv(SEQUENCE, *parts)


def set_of(*parts):
    return tlv(SET, *sorted(parts))


def context(number, *parts):
    return tlv(0xa0 | number, *parts)


def bits(data):
    return tlv(BITS, b"\0", data)


# --- Reading ---

def take(data):
    """Tag, contents, whole element, and what follows it."""
    if len(data) < 2 or data[0] & 0x1f == 0x1f:
        raise Malformed("no element")
    size, at = data[1], 2
    if size >= 0x80:
        count = size & 0x7f
        number = data[2:2 + count]
        size, at = int.from_bytes(number, "big"), 2 + count
        if not 1 <= count <= 4 or len(number) != count or number[0] == 0 or size < 0x80:
            raise Malformed("not the shortest length")
    if len(data) < at + size:
        raise Malformed("ends early")
    return data[0], data[at:at + size], data[:at + size], data[at + size:]


def parse(data, tag):
    """The contents of the one element of that tag that the bytes are."""
    found, inside, _, rest = take(data)
    if found != tag or rest:
        raise Malformed("tag %#x instead of %#x, or more" % (found, tag))
    return inside


def split(data):
    """The elements, whole, that follow each other."""
    out = []
    while data:
        _, _, whole, data = take(data)
        out.append(whole)
    return out


def items(whole, tag):
    """The elements within the one of that tag."""
    return split(parse(whole, tag))
