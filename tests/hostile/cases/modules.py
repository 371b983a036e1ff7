# SPDX-License-Identifier: LGPL-2.1-or-later
"""Section 9: modules. Damage is done to the kernel that a narrow reader reads, to its base, and to another one."""
import struct

from hostile import *


def frames(name, rules, why, full, change, like=None):
    """change: of the frame; it is tried on each kernel. Record and manifest agree with what it makes."""
    for number, who, narrow in ((NARROW, "read", SAME), (0, "base", SAME), (OUTSIDE, "unread", "OK")):
        add("%s_%s" % (name, who), rules, why, full, lambda n=number: write(frames=of(n, change)), narrow, like)


def remade(name, rules, why, full, make, like=None):
    """make: a frame from the module."""
    def of_kernel(n):
        data = kernels()[n].module
        return lambda frame: make(data)
    for number, who, narrow in ((NARROW, "read", SAME), (0, "base", SAME), (OUTSIDE, "unread", "OK")):
        add("%s_%s" % (name, who), rules, why, full, lambda n=number: write(frames=of(n, of_kernel(n))), narrow, like)


def block(kind, size, data, last=True):
    return struct.pack("<I", size << 3 | kind << 1 | last)[:3] + data


def rle(total, most=1 << 17):
    """Blocks that stand for so many zeros."""
    out = b""
    while total > 0:
        size = min(total, most)
        total -= size
        out += block(1, size, b"\0", last=total == 0)
    return out


SKIPPABLE = b"\x50\x2a\x4d\x18\4\0\0\0evil"

# --- Z1 ---

for number, who, narrow in ((NARROW, "read", SAME), (0, "base", SAME), (OUTSIDE, "unread", "OK")):
    add("z1_digest_" + who, "Z1", "The record gives another digest.", "CORRUPT",
        lambda n=number: write(records=setting(n, "frame_sha256", bytes(32))), narrow)
    add("z1_size_" + who, "Z1 A3 I5", "The record counts a byte of the padding to the frame.", "STRUCTURE",
        lambda n=number: write(records=lambda r: setting(n, "frame_size", r[n]["frame_size"] + 1)(r),
                               manifest=setting("limits", "frame_size", 50000)), narrow)
frames("z1_empty", "Z1 Z2", "No frame at all.", "STRUCTURE", lambda f: b"")

# --- Z2 ---

remade("z2_plain_module", "Z2", "A module that is not compressed.", "STRUCTURE", lambda d: d)
remade("z2_gzip", "Z2", "Another compression.", "STRUCTURE", lambda d: __import__("gzip").compress(d, mtime=0))
frames("z2_magic", "Z2", "The frame's magic of an old version.", "STRUCTURE", patching(0, b"\x27"))
frames("z2_two_frames", "Z2", "A second frame, which zstd -d would append.", "STRUCTURE",
    lambda f: f + lpb.raw_frame(b"x"))
frames("z2_empty_frame_after", "Z2", "An empty second frame.", "STRUCTURE", lambda f: f + lpb.raw_frame(b""))
frames("z2_skippable_before", "Z2", "A skippable frame before.", "STRUCTURE", lambda f: SKIPPABLE + f)
frames("z2_skippable_after", "Z2", "A skippable frame after.", "STRUCTURE", lambda f: f + SKIPPABLE)
frames("z2_only_skippable", "Z2", "Nothing but a skippable frame.", "STRUCTURE", lambda f: SKIPPABLE)
frames("z2_byte_after", "Z2", "A byte after the frame.", "STRUCTURE", lambda f: f + b"\0")
frames("z2_cut", "Z2", "The frame is cut off.", "STRUCTURE", lambda f: f[:-1])
frames("z2_cut_to_header", "Z2", "Only the frame's header.", "STRUCTURE", lambda f: f[:9])
remade("z2_no_content_size", "Z2", "No content size.", "STRUCTURE",
       lambda d: lpb.frame_header(len(d), single_segment=False, has_size=False, window=0x58) + lpb.raw_blocks(d))
remade("z2_content_size_less", "Z2", "The frame declares a byte less.", "STRUCTURE",
    lambda d: lpb.frame_header(len(d) - 1) + lpb.raw_blocks(d))
remade("z2_content_size_more", "Z2", "The frame declares 4 GiB less one.", "STRUCTURE",
    lambda d: lpb.frame_header(0xffffffff) + lpb.raw_blocks(d),
       like="decompression bombs")
remade("z2_content_size_unknown", "Z2", "A content size of 64 bits, all ones: zstd's sign for unknown.", "STRUCTURE",
       lambda d: b"\x28\xb5\x2f\xfd\xe0" + b"\xff" * 8 + lpb.raw_blocks(d))

# --- Z3 ---

remade("z3_raw_blocks", "Z3", "A frame of raw blocks is one like others.", "OK", lpb.raw_frame)
remade("z3_checksum", "Z2 Z3", "A wrong content checksum in the frame.", "CORRUPT",
       lambda d: lpb.frame_header(len(d), checksum=True) + lpb.raw_blocks(d) + b"\0\1\2\3")
remade("z3_window_1_gib", "Z3", "A window of 1 GiB.", "LIMIT",
       lambda d: lpb.frame_header(len(d), single_segment=False, window=20 << 3) + lpb.raw_blocks(d),
       like="decompression bombs")
remade("z3_window_144_mib", "Z3", "The smallest window that is too large.", "LIMIT",
       lambda d: lpb.frame_header(len(d), single_segment=False, window=17 << 3 | 1) + lpb.raw_blocks(d))
remade("z3_window_128_mib", "Z3", "The largest window.", "OK",
       lambda d: lpb.frame_header(len(d), single_segment=False, window=17 << 3) + lpb.raw_blocks(d))
remade("z3_dictionary", "Z3", "A dictionary is asked for.", "CORRUPT",
       lambda d: lpb.frame_header(len(d), dictionary=b"\7\0\0\0") + lpb.raw_blocks(d))
remade("z3_declares_less_than_it_holds", "Z3", "Little is declared, 64 MiB of zeros are in it.", "CORRUPT",
       lambda d: lpb.frame_header(len(d)) + rle(64 << 20, min(len(d), 1 << 17)), like="decompression bombs")
remade("z3_holds_less", "Z3", "Less in it than declared.", "CORRUPT",
    lambda d: lpb.frame_header(len(d)) + lpb.raw_blocks(d[:-1]))
remade("z3_digest", "Z3", "The content is another one of the same size.", "CORRUPT",
    lambda d: lpb.raw_frame(d[:-1] + b"!"))
remade("z3_reserved_block", "Z3 Z2", "A block of the reserved type.", "STRUCTURE",
    lambda d: lpb.frame_header(len(d)) + block(3, 4, b"abcd"))
remade("z3_broken_block", "Z3", "A compressed block that is none.", "CORRUPT",
    lambda d: lpb.frame_header(len(d)) + block(2, 40, b"\xff" * 40))
add("z3_metadata_digest", "Z3", "The metadata give another digest of the module.", "CORRUPT",
    lambda: write(metadata=setting(1, "module", "sha256", "0" * 64)), like="rpm#2486: one of two digests enough")
add("z3_wrong_base", "Z3", "The frame was made with another base than the record's.", "CORRUPT",
    lambda: write(records=setting(1, "base", 2)))
add("z3_no_base", "Z3", "The frame needs a base, the record has none.", "CORRUPT",
    lambda: write(records=setting(1, "base", lpb.NO_BASE), manifest=setting("limits", "base_depth", 0)))


def bomb(size):
    """A module of zeros, correctly declared everywhere."""
    made = kernels()
    data = bytes(size)
    facts = dict(made[1].facts, module=dict(made[1].facts["module"], size=size, sha256=lpb.sha256(data)))
    made[2] = kernel(2, data, facts=facts)
    return lpb.write(bundle(made), frames=of(2, lambda f: lpb.frame_header(size) + rle(size)))


@case("Z4", "MODULE", narrow="OK", like="decompression bombs")
def z3_bomb_within_the_limit():
    """64 MiB from some hundred bytes, within all limits: it costs no more than any module may."""
    return bomb(64 << 20)


# --- Z4 ---

def with_module(data, number, **change):
    """Another module in place of one; what is said of it is the old one's, but for size and digest."""
    made = kernels()
    facts = made[number].facts
    facts["module"].update({"size": len(data), "sha256": lpb.sha256(data)})
    facts["module"].update(change)
    made[number].module = data
    return lpb.write(bundle(made), frames=of(number, lambda frame: lpb.raw_frame(data)))


def not_module(name, why, full, make, rule="Z4", **change):
    for number, who, narrow in ((NARROW, "read", SAME), (OUTSIDE, "unread", "OK")):
        add("z4_%s_%s" % (name, who), rule, why, full, lambda n=number: with_module(make(n), n, **change), narrow)


not_module("script", "A script instead of a module.", "MODULE", lambda n: b"#!/bin/sh\nrm -rf /\n")
not_module("empty", "A module without a byte.", "MODULE", lambda n: b"")
not_module("cut", "A module that is cut off.", "MODULE", lambda n: sample(n + 1)[:-700])
not_module("elf_header_only", "An ELF header and no more.", "MODULE", lambda n: sample(n + 1)[:64])
not_module("kernel", "A kernel instead of a module.", "MODULE", lambda n: module("--kind", "vmlinux"))
not_module("not_livepatch", "A module that is not a livepatch.", "FACTS", lambda n: sample(n + 1, "--not-livepatch"))
not_module("not_replace", "A livepatch that is not in replace mode.", "FACTS", lambda n: sample(n + 1, "--no-replace"))
not_module("not_replace_declared", "The same, said to be declared.", "FACTS", lambda n: sample(n + 1, "--no-replace"),
    replace="declared")
not_module("no_modinfo", "A module without modinfo.", "MODULE", lambda n: sample(n + 1, "--no-modinfo"))
not_module("32_bit", "A 32-bit ELF file.", "MODULE", lambda n: patching(4, b"\1")(sample(n + 1)))
not_module("machine", "A machine that is not known.", "MODULE", lambda n: patching(18, b"\x08")(sample(n + 1)))
not_module("other_machine", "A machine that is known, and not the one that is named.", "FACTS",
    lambda n: patching(18, b"\xf3")(sample(n + 1)), rule="K4")


# --- Z5 ---

LONG = "f" * 511


def text_of(name, why, make, change, full="MODULE", rules="Z5"):
    """make: a module of a number; change: its facts from those of the usual module, so that all agree with it."""
    def bundle_with(number):
        made = kernels()
        data = make(number)
        facts = lpb_facts.inspect(sample(number + 1))
        facts["module"].update({"size": len(data), "sha256": lpb.sha256(data)})
        change(facts)
        made[number] = kernel(number, data, facts=facts)
        return lpb.write(bundle(made))
    for number, who, narrow in ((NARROW, "read", SAME), (OUTSIDE, "unread", "OK")):
        add("z5_%s_%s" % (name, who), rules, why, full, lambda n=number: bundle_with(n), narrow)


def options_with(old, new):
    return lambda n: sample(n + 1, *(new if option == old else option for option in PLAIN))


def put_bytes(*old_new):
    """Changes a name in the module's data, but leaves the symbols alone."""
    return lambda n: replacing(*old_new)(sample(n + 1))


def function_is(name):
    return lambda facts: facts["objects"][1]["functions"][0].update(name=name)


def object_is(name):
    return lambda facts: facts["objects"][1].update(name=name)


def info_is(**values):
    return lambda facts: facts["module"].update(values)


text_of("function_600", "A function's name of 600 characters.", options_with("ext4_sync_fs", "f" * 600),
        function_is("f" * 600))
text_of("function_512", "One character too many.", options_with("ext4_sync_fs", LONG + "f"), function_is(LONG + "f"))
text_of("function_511", "The longest name.", options_with("ext4_sync_fs", LONG), function_is(LONG), full="OK")
text_of("function_empty", "A function without a name.", put_bytes(b"ext4_sync_fs\0", b"\0xt4_sync_fs\0"),
        function_is(""))
text_of("function_not_ascii", "A function's name in UTF-8.", put_bytes(b"ext4_sync_fs\0", b"\xc3\xa9t4_sync_fs\0"),
        function_is("\u00e9t4_sync_fs"))
text_of("object_512", "An object's name of 512 characters.", options_with("ext4", LONG + "f"), object_is(LONG + "f"))
text_of("object_511", "The longest name of an object.", options_with("ext4", LONG), object_is(LONG), full="OK")
text_of("object_empty", "An object without a name.", put_bytes(b"\0ext4\0", b"\0\0xt4\0"), object_is(""))
for size, full in ((4096, "OK"), (4097, "MODULE")):
    text_of("depends_%d" % size, "modinfo of %d bytes." % size,
            lambda n, s=size: sample(n + 1, *PLAIN, "--depends", "d" * s), info_is(depends="d" * size), full)
text_of("srcversion_not_ascii", "modinfo in UTF-8.", lambda n: sample(n + 1, *PLAIN, "--srcversion", "\u00e9"),
        info_is(srcversion="\u00e9"))


# --- Z4, Z6, Z7: the mark, the name, and what cannot be read ---

for mark in ("N", "y", "1", "YES"):
    not_module("mark_" + mark, "Marked livepatch=%s." % mark, "FACTS", lambda n, m=mark: sample(n + 1, "--mark", m))

for title, name in (("path", "../../x"), ("dash", "live-patch"), ("dot", "live.patch"), ("space", "live patch"),
                    ("56", "n" * 56)):
    text_of("name_" + title, "The module's name is one that no kernel can load: %s." % name,
            lambda n, m=name: sample(n + 1, *PLAIN, "--name", m), info_is(name=name), "MODULE_NAME", "Z6")


def data_at(symbol, offset, value):
    """Changes the module's data, from the start of an object's symbol on."""
    def change(data):
        elf = lpb_facts.Elf(data)
        number, start = next((index, at) for name, index, at in lpb_facts.object_symbols(elf) if name == symbol)
        place = lpb_facts.offset_of(data, number) + start + offset
        return data[:place] + value + data[place + len(value):]
    return change


def unreadable(name, why, change, *options):
    for number, who, narrow in ((NARROW, "read", SAME), (OUTSIDE, "unread", "OK")):
        add("z7_%s_%s" % (name, who), "Z7", why, "MODULE",
            lambda n=number: with_module(change(sample(n + 1, *(options or PLAIN))), n), narrow)


unreadable("byte_in_func", "A byte behind the named fields of a klp_func.", data_at("funcs", 30, b"\1"))
unreadable("byte_in_second_func", "A byte in the second klp_func.", data_at("funcs", 152 + 40, b"\1"))
unreadable("byte_in_object", "A byte behind the named fields of a klp_object.", data_at("objs", 60, b"\1"))
unreadable("func_end", "The end entry of an array of klp_func is not empty.", data_at("funcs", 2 * 152 + 16, b"\1"))
unreadable("object_end", "The end entry of the array of klp_object is not empty.", data_at("objs", 2 * 168, b"\1"))
unreadable("layout_5_3", "replace where kernels before 5.4 had it.", data_at("patch", 16, b"\1"))
unreadable("layout_number", "replace is a number.", data_at("patch", 24, b"\2"))
unreadable("layout_wide_number", "replace is a wide number.", data_at("patch", 24, b"\0\1"))
unreadable("state_padding", "A klp_state with something behind its version.", data_at("patch", 200 + 12, b"\1"),
           *PLAIN, "--state", "1:2")
unreadable("state_end", "The end of the states is not empty.", data_at("patch", 200 + 24 + 8, b"\1"),
           *PLAIN, "--state", "1:2")
unreadable("object_twice", "An object that is listed twice.", lambda data: data,
           *PLAIN, "--object", "ext4", "--function", "ext4_other")
unreadable("object_twice_klp_build", "The same of klp-build.", lambda data: data,
           "--builder", "klp-build", *PLAIN, "--object", "ext4", "--function", "ext4_other")
unreadable("vmlinux_spelled", "The kernel's own object has a name.", replacing(b"\0vmlinuz\0", b"\0vmlinux\0"),
           "--object", "vmlinuz", "--function", "seq_read")


@case("Z4 K4", "OK", narrow="OK")
def z4_builders():
    """All builders, architectures and options that the fake modules have."""
    made = kernels()
    made[0].module = sample(5, "--builder", "kpatch-build", "--arch", "s390x", *PLAIN, "--depends", "ext4,jbd2",
        "--srcversion", "0A1B2C")
    made[1].module = sample(6, "--builder", "klp-build", "--arch", "ppc64le", *PLAIN, "--callback", "post_unpatch",
        "--stripped")
    made[2].module = sample(7, "--arch", "aarch64", "--no-build-id", "--signed", *PLAIN, "--object", "xfs",
        "--function",
                            "xfs_a", "--function", "xfs_b,18446744073709551615", "--state",
                            "18446744073709551615:4294967295",
                            "--state", "5:1")
    for one in made:
        one.facts = lpb_facts.inspect(one.module)
    return lpb.write(bundle(made))


@case("Z4 K4", "OK", narrow="OK")
def z4_newer_architectures():
    """Source-built, where the 64-bit relocation is of type 2."""
    made = kernels()
    made[0].module = sample(5, "--arch", "riscv64", *PLAIN, "--object", "xfs", "--function", "xfs_a", "--state", "5:1")
    made[1].module = sample(6, "--arch", "loongarch64", *PLAIN, "--object", "xfs", "--function", "xfs_a", "--state", "5:1")
    for one in made[:2]:
        one.facts = lpb_facts.inspect(one.module)
    return lpb.write(bundle(made))


@case("Z4 K4", "OK")
def z4_unknown_builder():
    """A livepatch in whose data nothing is found is of an unknown builder."""
    made = kernels()
    made[1].module = sample(8, "--no-anatomy")
    made[1].facts = lpb_facts.inspect(made[1].module)
    return lpb.write(bundle(made))
