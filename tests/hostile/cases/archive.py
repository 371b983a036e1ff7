# SPDX-License-Identifier: LGPL-2.1-or-later
"""Section 2: archive."""
from hostile import *

EXTRA = lpb.Member("extra", b"something else\n")
WHOLE = write()


def cut(at):
    return lambda: WHOLE[:at]


PAYLOAD = WHOLE.index(b"fixes.yaml\0")


# --- A1: these members, in this order, and nothing else ---

@case("A1", "TRUNCATED")
def a1_empty_file():
    """An empty file has no member."""
    return b""


@case("A1 A3", "NOT_BUNDLE")
def a1_not_a_bundle():
    """Any other file is told apart from a damaged bundle."""
    return b"#!/bin/sh\necho this is no bundle\n" * 64


@case("A1 A3", "NOT_BUNDLE")
def a1_another_archive():
    """A tar archive that does not begin with the member lppack."""
    return write(members=lambda m: m[1:])


for at, where in ((7, "the first name"), (300, "the first header"), (516, "the magic line"),
(1200, "the manifest's header"),
                  (1600, "the manifest"), (2080, "the first signature's header"), (2600, "the first signature"),
                  (PAYLOAD - 1, "pad"), (PAYLOAD, "the payload's beginning"), (PAYLOAD + 600, "fixes.yaml"),
                  (PAYLOAD + 5000, "the index"), (len(WHOLE) - 3000, "a kernel"),
                  (len(WHOLE) - 1024, "the end's zeros"),
                  (len(WHOLE) - 1, "the last byte")):
    add("a1_cut_in_%s" % where.replace(" ", "_").replace("'", ""), "A1 A5 S1 S2", "The file ends within %s." % where,
    "TRUNCATED",
        cut(at), like="rauc CVE-2026-34155: a size that is taken from the wrong place" if at == 1600 else None)


@case("A1", "STRUCTURE")
def a1_magic_twice():
    """The first member stands twice."""
    return write(members=lambda m: m[:1] + m)


@case("A1", "STRUCTURE")
def a1_manifest_twice():
    """A second manifest, which an extracting tar would leave in place of the signed one."""
    return write(members=lambda m: m[:2] + m[1:])


@case("A1", "STRUCTURE")
def a1_no_manifest():
    """No manifest at all."""
    return write(members=lambda m: m[:1] + m[2:])


@case("A1", "STRUCTURE")
def a1_manifest_after_signatures():
    """The head's members in another order."""
    return write(members=lambda m: [m[0], m[2], m[1]] + m[3:])


@case("A1 S7", "STRUCTURE")
def a1_no_pad():
    """The head without pad."""
    return write(members=lambda m: [x for x in m if x.name != "pad"])


@case("A1 A3 A5 S7", "STRUCTURE")
def a1_pad_twice():
    """Two members of padding."""
    return write(members=inserted("fixes.yaml", lpb.Member("pad", b"")))


@case("A1", "STRUCTURE")
def a1_member_before_the_first():
    """A member before the magic one, inside the signature area's neighbourhood."""
    return write(members=inserted("signatures/", EXTRA))


@case("A1 A3 F1", "STRUCTURE")
def a1_member_before_the_payload():
    """A member between pad and fixes.yaml that the payload's size counts."""
    return write(payload=inserted("fixes.yaml", EXTRA), records=shifted(0, EXTRA.size()))


@case("A1 A3 I5", "STRUCTURE", narrow="OK")
def a1_member_between_kernels():
    """A member before the last kernel, which all offsets take into account."""
    return write(payload=inserted(name_of(2), EXTRA), records=shifted(2, EXTRA.size()))


@case("A1", "STRUCTURE", narrow="OK")
def a1_member_at_the_end():
    """A member after the last one that the payload's size counts."""
    return write(payload=lambda m: m + [EXTRA])


@case("A1", "STRUCTURE", narrow="OK")
def a1_second_kernel_pair():
    """The last kernel's members stand twice."""
    return write(payload=lambda m: m + m[-2:])


@case("A1 A3 F1", "STRUCTURE")
def a1_fixes_after_the_fence():
    """The payload's members in another order."""
    return write(payload=lambda m: [m[1], m[0]] + m[2:])


@case("A1 A3 K1", "STRUCTURE")
def a1_module_before_metadata():
    """A kernel's two members in another order."""
    return write(payload=lambda m: m[:5] + [m[6], m[5]] + m[7:])


@case("A1 A3", "STRUCTURE")
def a1_missing_module():
    """The last module is missing; the payload's size says so too."""
    return write(payload=lambda m: m[:-1])


@case("A1", "STRUCTURE")
def a1_no_end():
    """The archive ends without its 1,024 zeros."""
    def shorter(document):
        document["payload_size"] -= 1024
        return document
    return write(manifest=shorter, archive=lambda data: data[:-1024])


def resized(by, archive):
    def change(document):
        document["payload_size"] += by
        return document
    return lambda: write(manifest=change, archive=archive)


add("a1_half_an_end", "A1", "One block of zeros instead of two.", "STRUCTURE", resized(-512, lambda d: d[:-512]))
add("a1_long_end", "A1", "Three blocks of zeros, as GNU tar fills up its record.", "STRUCTURE",
    resized(512, lambda d: d + bytes(512)), narrow="OK")
add("a1_nonzero_end", "A1", "A byte hides in the archive's end.", "STRUCTURE",
    lambda: WHOLE[:-300] + b"!" + WHOLE[-299:],
    narrow="OK")
add("a1_nonzero_last_byte", "A1", "The very last byte.", "STRUCTURE", lambda: WHOLE[:-1] + b"\1", narrow="OK")


# --- A2: the magic line ---

def magic(line):
    def change(members):
        members[0].data = line
        return members
    return lambda: write(members=change)


add("a2_version_2", "A2 A1", "A later version of the format.", "UNSUPPORTED", magic(b"lppack 2\n"))
add("a2_version_10", "A2 A1", "A later version, of another length.", "UNSUPPORTED", magic(b"lppack 10\n"))
add("a2_no_line_feed", "A2 A1", "The line without its end is none of version 1.", "UNSUPPORTED", magic(b"lppack 1"))
add("a2_carriage_return", "A2 A1", "Carried through a text mode.", "UNSUPPORTED", magic(b"lppack 1\r\n"))
add("a2_another_word", "A2 A1", "The right name, and something else in it.", "NOT_BUNDLE", magic(b"livepack\n"))
add("a2_empty", "A2 A1", "The magic member is empty.", "NOT_BUNDLE", magic(b""))


# --- A3: headers ---

def field(offset, new):
    return lambda head: lpb.seal(head[:offset] + new + head[offset + len(new):])


def base256(head):
    size = int(head[124:135], 8)
    return lpb.seal(head[:124] + b"\x80" + size.to_bytes(11, "big") + head[136:])


def unsealed(offset, new):
    return lambda head: head[:offset] + new + head[offset + len(new):]


HEADERS = {
    "mode": ("mode 0755", field(100, b"000755 \0")),
    "mode_seven_digits": ("the mode as GNU tar writes it", field(100, b"0000644\0")),
    "uid": ("another owner", field(108, b"001750 \0")),
    "gid": ("another group", field(116, b"001750 \0")),
    "size_end": ("the size ends with a zero", field(135, b"\0")),
    "time": ("another time", field(136, b"00000000000 ")),
    "time_end": ("the time ends with a zero", field(147, b"\0")),
    "checksum": ("a wrong checksum", unsealed(148, b"000000\0 ")),
    "checksum_end": ("the checksum ends with a space and a zero", unsealed(154, b" \0")),
    "type_old": ("the type of before POSIX", field(156, b"\0")),
    "type_directory": ("a directory", field(156, b"5")),
    "type_link": ("a symbolic link", field(156, b"2")),
    "type_contiguous": ("a contiguous file", field(156, b"7")),
    "link_name": ("a link name", field(157, b"/etc/shadow")),
    "gnu_magic": ("GNU's magic", field(257, b"ustar  \0")),
    "no_magic": ("no magic", field(257, bytes(8))),
    "user_name": ("a user name", field(265, b"root")),
    "group_name": ("a group name", field(297, b"root")),
    "device": ("device numbers", field(329, b"000001 \0")),
    "prefix": ("a prefix, which tar puts in front of the name", field(345, b"etc")),
    "last_byte": ("a byte in the unused end", field(511, b"\1")),
    "after_name": ("bytes after the name's end", field(90, b"evil")),
}

for what, (why, change) in HEADERS.items():
    likes = {"user_name": "Mender MEN-1412, rpm#1672: headers outside the digest"}
    add("a3_manifest_" + what, "A3", "The manifest's header has %s." % why, "STRUCTURE",
        lambda change=change: write(members=with_header("manifest.yaml", change)), like=likes.get(what))
    add("a3_module_" + what, "A3", "A module's header has %s." % why, "STRUCTURE",
        lambda change=change: write(members=with_header(name_of(2) + ".ko", change)), narrow="OK")

for name in ("lppack", "signatures/", "pad", "index/fence", name_of(1) + ".yaml", name_of(1) + ".ko",
name_of(0) + ".ko"):
    add("a3_owner_of_" + name.strip("/").replace("/", "_"), "A3", "Each header is compared: that of %s." % name,
    "STRUCTURE",
        lambda name=name: write(members=with_header(name, field(265, b"root"))))
for name in ("fixes.yaml", "index/pages", name_of(0) + ".yaml", name_of(2) + ".yaml"):
    add("a3_owner_of_" + name.replace("/", "_"), "A3", "Each header is compared: that of %s." % name, "STRUCTURE",
        lambda name=name: write(members=with_header(name, field(265, b"root"))), narrow="OK")

add("a3_base256_size", "A3", "A size in GNU's binary form.", "STRUCTURE",
    lambda: write(members=with_header("manifest.yaml", base256)))
add("a3_spaces_in_size", "A3", "A size with leading spaces, as old tars write it.", "STRUCTURE",
    lambda: write(members=with_header("manifest.yaml",
    lambda h: lpb.seal(h[:124] + b"%11o " % int(h[124:135], 8) + h[136:]))))
add("a3_name_in_prefix", "A3", "A member's folder stands in the prefix: the same file for tar, other bytes.",
    "STRUCTURE",
    lambda: write(members=with_header(name_of(1) + ".yaml", lambda h: lpb.header(
        IDS[1].hex() + ".yaml", int(h[124:135], 8), int(h[136:147], 8), prefix="kernels"))))


def extended(kind, name, data):
    """A header that changes the meaning of the next one."""
    one = lpb.Member(name, data)
    one.header = field(156, kind)(lpb.header(name, len(data), lpb.parse_time(bundle().created)))
    return one


PAX = extended(b"x", "PaxHeader/manifest.yaml", b"16 size=00000001\n")
add("a3_pax_size", "A1 A3", "A pax record gives the manifest a second size.", "STRUCTURE",
    lambda: write(members=inserted("manifest.yaml", PAX)),
    like="tokio-tar CVE-2025-62518: two tar readers seeing two archives")
add("a3_pax_global", "A1 A3", "A global pax header at the beginning.", "NOT_BUNDLE",
    lambda: write(members=lambda m: [extended(b"g", "pax_global_header", b"16 comment=abcd\n")] + m))
add("a3_pax_in_payload", "A1 A3 I5", "A pax record before a kernel's metadata.", "STRUCTURE",
    lambda: write(payload=inserted(name_of(2), PAX), records=shifted(2, PAX.size())), narrow="OK")
add("a3_gnu_long_name", "A1 A3", "GNU's long name renames the manifest for tar.", "STRUCTURE",
    lambda: write(members=inserted("manifest.yaml", extended(b"L", "././@LongLink", b"evil.yaml\0"))))


# --- A4: padding ---

def padded(name):
    def change(members):
        one = member(members, name)
        one.padding = lpb.padding(len(one.data))[:-1] + b"!"
        return members
    return lambda: write(members=change)


for name in ("lppack", "manifest.yaml", "signatures/", "index/fence", name_of(1) + ".yaml", name_of(1) + ".ko",
name_of(0) + ".ko"):
    add("a4_after_" + name.strip("/").replace("/", "_"), "A4", "A byte after the data of %s." % name, "STRUCTURE",
        padded(name))
for name in ("fixes.yaml", name_of(0) + ".yaml", name_of(2) + ".yaml", name_of(2) + ".ko"):
    add("a4_after_" + name.replace("/", "_"), "A4", "A byte after the data of %s." % name, "STRUCTURE", padded(name),
        narrow="OK")


# --- A5: the file's size ---

add("a5_one_byte_more", "A5", "One byte after the end.", "STRUCTURE", lambda: WHOLE + b"\0")
add("a5_more_zeros", "A5", "Zeros up to GNU tar's record of 10 KiB.", "STRUCTURE", lambda: WHOLE + bytes(10240))
add("a5_second_bundle", "A5", "A second bundle after the first.", "STRUCTURE", lambda: WHOLE + WHOLE)
add("a5_size_too_large", "A1 A5", "The manifest's payload_size exceeds the file.", "TRUNCATED",
    resized(512, lambda d: d))
add("a5_size_too_small", "A1 A5", "The manifest's payload_size is less than the file.", "STRUCTURE",
    resized(-512, lambda d: d))
add("a5_size_near_2_53", "A1 A5", "A payload_size near the largest number.", "TRUNCATED",
    lambda: write(manifest=setting("payload_size", 2 ** 53 - 1)),
    like="rauc CVE-2026-34155: a size over 2 GiB that overflowed")
