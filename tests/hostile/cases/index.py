# SPDX-License-Identifier: LGPL-2.1-or-later
"""Section 7: index. All records stand on the one page that a narrow reader reads too, unless said otherwise."""
from hostile import *


def record(name, rules, why, number, field, value, full="STRUCTURE", narrow=SAME, like=None):
    add(name, rules, why, full, lambda: write(records=setting(number, field, value)), narrow, like)


# --- I1 ---

add("i1_first_unused", "I1", "A byte in the first unused record.", "STRUCTURE",
lambda: write(pages=patching(3 * 128, b"\1")))
add("i1_last_byte", "I1", "The page's last byte.", "STRUCTURE", lambda: write(pages=patching(4095, b"\1")))


@case("I1", "STRUCTURE")
def i1_hidden_record():
    """A fourth record where the manifest tells of three."""
    hidden = b"\x90" * 20 + bytes(12)
    return write(pages=lambda pages: pages[:384] + hidden + pages[256 + 32:384] + pages[512:])


@case("I1", "STRUCTURE", narrow="OK")
def i1_on_another_page():
    """The second of two pages has a byte in an unused record; the first is what is read."""
    return lpb.write(bundle(many(33)), pages=patching(8191, b"\1"))


# --- I2 ---

def swapped(records):
    for key in ("build_id", "length"):
        records[0][key], records[1][key] = records[1][key], records[0][key]
    return records


add("i2_unsorted", "I2", "Records out of order.", "STRUCTURE", lambda: write(records=swapped))


def with_ids(*ids):
    """The valid bundle with other build IDs everywhere; the first is the narrow reading's."""
    made = kernels()
    for one, build_id in zip(made, ids):
        one.build_id = build_id
    return lpb.write(bundle(made))


add("i2_twice", "I2", "A kernel twice.", "STRUCTURE", lambda: with_ids(IDS[0], IDS[1], IDS[1]),
like="libjcat 0.2.6: duplicate ids")
add("i2_equal_when_filled", "I2", "Two build IDs that differ in length only.", "STRUCTURE",
    lambda: with_ids(IDS[0], IDS[1], IDS[1] + b"\0"))
add("i2_descending", "I2", "The last record is the least.", "STRUCTURE", lambda: with_ids(IDS[0], IDS[1], b"\1" * 20))


@case("I2", "STRUCTURE", narrow="OK")
def i2_across_pages():
    """The second page begins with a build ID of the first; the fence agrees."""
    made = many(33)
    made[32].build_id = made[31].build_id
    return lpb.write(bundle(made))


@case("I2", "STRUCTURE", narrow="OK")
def i2_across_pages_last():
    """The first page ends with a build ID beyond the second page's first; the fence does not show it."""
    made = many(33)
    made[31].build_id = b"\xee" * 20
    return lpb.write(bundle(made))


@case("I2", "OK", narrow="NO_KERNEL")
def i2_lengths():
    """Build IDs of 4, 20 and 32 bytes, one the beginning of the next."""
    return with_ids(b"\x55" * 4, b"\x55" * 20, b"\x55" * 32)


# --- I3 ---

record("i3_length_3", "I3", "A build ID of 3 bytes.", 0, "length", 3)
record("i3_length_33", "I3", "A build ID of 33 bytes.", 0, "length", 33)
record("i3_length_255", "I3", "A build ID of 255 bytes.", 2, "length", 255)
record("i3_length_0", "I3", "No build ID.", 2, "length", 0)
record("i3_length_shorter", "I3", "A length that leaves bytes after the build ID.", 2, "length", 19)
record("i3_after_build_id", "I3", "A byte after the build ID.", 2, "build_id", IDS[2] + bytes(11) + b"\1")
record("i3_reserved", "I3", "Reserved bytes.", 2, "reserved", 1)
record("i3_reserved_high", "I3", "The second of them.", 2, "reserved", 0x100)
record("i3_reserved2", "I3", "The others.", 2, "reserved2", 1 << 31)
record("i3_filter", "I3", "A filter without a feature that defines it.", 2, "filter", 1, full="UNSUPPORTED")
record("i3_filter_255", "I3", "The last filter.", 1, "filter", 255, full="UNSUPPORTED")


@case("I3", "STRUCTURE", narrow="OK")
def i3_on_another_page():
    """A reserved byte on a page that the narrow reading does not read."""
    return lpb.write(bundle(many(33)), records=setting(32, "reserved", 1))


# --- I4 ---

record("i4_itself", "I4", "A module that is its own base.", 1, "base", 1)
record("i4_beyond", "I4", "A base beyond the index.", 1, "base", 3)
record("i4_far_beyond", "I4", "A base far beyond the index.", 1, "base", 0xfffffffe)
record("i4_on_the_page", "I4", "An unused record of the page as base.", 1, "base", 31)


@case("I4 M5", "STRUCTURE")
def i4_cycle():
    """Two modules that are each other's base."""
    return write(records=setting(0, "base", 1))


@case("I4 M5", "STRUCTURE")
def i4_cycle_of_deepest_chains():
    """The same with the longest chains allowed."""
    return write(records=setting(0, "base", 1), manifest=setting("limits", "base_depth", 8))


@case("I4 M5", "STRUCTURE")
def i4_cycle_of_three():
    """Three modules in a circle."""
    return write(records=lambda r: setting(2, "base", 1)(setting(0, "base", 2)(r)),
        manifest=setting("limits", "base_depth", 8))


def chain(length, depth=None):
    """The last kernel has so many bases below it."""
    made = many(length + 1)
    for i, one in enumerate(made[1:]):
        one.base = i
    if depth is None:
        return lpb.write(bundle(made, compress=plain_frame))
    return lpb.write(bundle(made, compress=plain_frame), manifest=setting("limits", "base_depth", depth))


def plain_frame(data, base=None):
    return lpb.raw_frame(data)


add("i4_chain_of_8", "I4", "The longest chain of bases.", "OK", lambda: chain(8), narrow="OK")
add("i4_chain_of_9", "I4 M5", "One base more, with the most that the manifest may allow.", "STRUCTURE",
    lambda: chain(9, 8), narrow="OK")
add("i4_chain_longer_than_said", "I4 M5", "A chain of 3 where the manifest says 2.", "STRUCTURE", lambda: chain(3, 2),
    narrow="OK")


@case("I4", "OK")
def i4_base_after():
    """A base may stand after the module that refers to it."""
    made = kernels()
    made[0].base, made[1].base = 1, None
    return lpb.write(bundle(made))


# --- I5 ---

def moved(number, by):
    return lambda: write(records=lambda r: setting(number, "offset", (r[number]["offset"] + by) % 2 ** 64)(r))


add("i5_gap", "I5 A1 A3", "A record points one block further.", "STRUCTURE", moved(2, 512), narrow=SAME)
add("i5_earlier", "I5", "A record points one block back.", "STRUCTURE", moved(2, -512), narrow="OK")
add("i5_off_by_one", "I5", "A record points between blocks.", "STRUCTURE", moved(1, 1))
add("i5_offset_0", "I5", "A record points to fixes.yaml.", "STRUCTURE", lambda: write(records=setting(1, "offset", 0)))
add("i5_offset_2_64", "I5", "An offset that wraps to the file's beginning.", "STRUCTURE",
    lambda: write(records=setting(1, "offset", 2 ** 64 - 512)), like="rauc CVE-2026-34155: a size that overflows")
add("i5_offset_2_63", "I5", "An offset that is negative if signed.", "STRUCTURE",
    lambda: write(records=setting(1, "offset", 2 ** 63)))
add("i5_offset_beyond", "I5", "An offset beyond the file.", "STRUCTURE",
    lambda: write(records=setting(2, "offset", 1 << 40)))
add("i5_another_kernels_members", "I5", "Two records with the same members.", "STRUCTURE",
    lambda: write(records=lambda r: setting(2, "offset", r[1]["offset"])(r)), narrow="OK")


@case("I5 A3 K2", "STRUCTURE", narrow="STRUCTURE")
def i5_swapped_members():
    """Two records point to each other's members, digests included."""
    def change(records):
        for key in ("offset", "metadata_size", "frame_size", "module_size", "metadata_sha256", "frame_sha256"):
            records[1][key], records[2][key] = records[2][key], records[1][key]
        return records
    return write(records=change)


@case("I5 M6 L1", "LIMIT")
def i5_metadata_too_large():
    """A record's metadata exceed the manifest's limit."""
    return write(records=setting(1, "metadata_size", 1 << 20))


@case("I5", "LIMIT", like="decompression bombs")
def i5_module_too_large():
    """A record's module exceeds the manifest's limit: 4 GiB less one."""
    return write(records=setting(1, "module_size", 0xffffffff))


@case("I5", "LIMIT")
def i5_frame_too_large():
    """A record's frame exceeds the manifest's limit."""
    return write(records=setting(1, "frame_size", 0xffffffff))


# --- I6, I7 ---

add("i6_digest", "I6", "The fence is not what the manifest says.", "CORRUPT",
lambda: write(manifest=setting("fence", "sha256", "0" * 64)))


@case("I6", "CORRUPT")
def i6_changed():
    """A byte of the fence is changed."""
    return write(payload=lambda m: m, members=lambda m: change_data(m, "index/fence", patching(5, b"!")))


def change_data(members, name, change):
    one = member(members, name)
    one.data = change(one.data)
    return members


add("i7_page_digest", "I7", "The fence gives another digest.", "CORRUPT", lambda: write(fence=patching(40, b"!!")))
add("i7_page_changed", "I7", "A byte of the page is changed.", "CORRUPT",
    lambda: write(members=lambda m: change_data(m, "index/pages", patching(70, b"!"))))
add("i7_first_build_id", "I7", "The fence gives another first build ID.", "STRUCTURE",
    lambda: write(fence=patching(0, b"\x0f")))


@case("I7", "STRUCTURE", narrow="OK")
def i7_fence_hides_a_page():
    """The second page's first build ID is less in the fence than on the page."""
    return lpb.write(bundle(many(33)), fence=patching(65, b"\x1f"))


@case("I7 I2", "STRUCTURE")
def i7_pages_swapped():
    """Two pages stand in each other's place, the fence with them."""
    return lpb.write(bundle(many(64)), pages=lambda p: p[4096:] + p[:4096])


@case("I7", "CORRUPT", narrow="OK")
def i7_another_page():
    """The second of two pages is changed; the narrow reading looks into the first."""
    return lpb.write(bundle(many(33)), members=lambda m: change_data(m, "index/pages", patching(4096 + 70, b"!")))


@case("I7", "OK")
def i7_three_pages():
    """65 kernels on three pages."""
    return lpb.write(bundle(many(65)))
