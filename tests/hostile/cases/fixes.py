# SPDX-License-Identifier: LGPL-2.1-or-later
"""Section 6: fixes. A narrow reader does not read them."""
from hostile import *


def changes(name, rules, why, change, full="STRUCTURE", like=None):
    add(name, rules, why, full, lambda: write(fixes=change), narrow="OK", like=like)


def ids(key, *names):
    def change(document):
        element = document[key][0]
        document[key] = [dict(element, id=name) for name in names]
        return document
    return change


# --- F1 ---

add("f1_digest", "F1", "fixes.yaml is not what the manifest says.", "CORRUPT",
lambda: write(archive=replacing(b"TEST-9", b"TEST-8")),
    narrow="OK")
add("f1_manifest_digest", "F1", "The manifest gives another digest.", "CORRUPT",
    lambda: write(manifest=setting("fixes", "sha256", "0" * 64)), narrow="OK")


@case("F1 A1 A3", "STRUCTURE")
def f1_size():
    """The manifest gives another size: all that follows stands elsewhere then."""
    return write(manifest=lambda m: setting("fixes", "size", m["fixes"]["size"] + 512)(m))


@case("A3 F1", "STRUCTURE", narrow="OK")
def f1_size_within_the_padding():
    """The manifest counts one byte of the padding to fixes.yaml, with a digest that fits."""
    text = lpb.emit(fixes()) + b"\0"

    def change(manifest):
        manifest["fixes"] = {"size": len(text), "sha256": lpb.sha256(text)}
        return manifest
    return write(manifest=change)


@case("F1 Y3 Y4", "STRUCTURE", narrow="OK")
def f1_no_bytes():
    """A list of fixes without a byte is no document."""
    return write(fixes_text=lambda text: b"")


# --- F2 ---

changes("f2_unsorted", "F2", "Fixes out of order.", ids("fixes", "TEST-2", "TEST-1"))
changes("f2_twice", "F2", "A fix twice.", ids("fixes", "TEST-1", "TEST-2", "TEST-2"),
    like="libjcat 0.2.6: duplicate ids")
changes("f2_locale", "F2", "The order of a locale, not that of bytes.", ids("fixes", "a", "B"))
changes("f2_empty_id", "F2", "An id without a byte.", ids("fixes", "", "TEST-2"))
changes("f2_512_bytes", "F2", "An id of 512 bytes.", ids("fixes", "T" * 512))
add("f2_511_bytes", "F2", "An id of 511 bytes.", "OK", lambda: lpb.write(
    bundle(kernels()[:2]), fixes=ids("fixes", "T" * 511)))
changes("f2_unfixable_unsorted", "F2", "The unfixable out of order.", ids("unfixable", "TEST-2", "TEST-0"))
changes("f2_unfixable_twice", "F2", "An unfixable twice.", ids("unfixable", "TEST-0", "TEST-0"))
changes("f2_unfixable_empty_id", "F2", "An unfixable without id.", ids("unfixable", ""))
changes("f2_withdrawn_unsorted", "F2", "The withdrawn out of order.", ids("withdrawn", "TEST-9", "TEST-8"))
changes("f2_withdrawn_twice", "F2", "A withdrawn one twice.", ids("withdrawn", "TEST-9", "TEST-9"))
changes("f2_withdrawn_kinds", "F2", "Kinds out of order.", lambda d: dict(d, withdrawn=d["withdrawn"][::-1]))
add("f2_withdrawn_of_two_kinds", "F2", "An id begins anew with each kind.", "OK",
    lambda: write(fixes=lambda d: dict(d, withdrawn=[
    {"kind": "fix", "id": "b", "reason": "r"}, {"kind": "kernel", "id": "00112233", "reason": "r"},
    {"kind": "state", "id": "0", "reason": "r"}])))
for key, number, text in (("fixes", 0, "summary"), ("unfixable", 0, "reason"), ("withdrawn", 1, "reason")):
    changes("f2_%s_%s_empty" % (key, text), "F2", "A text without a byte.", setting(key, number, text, ""))
    changes("f2_%s_%s_4096" % (key, text), "F2", "4,096 bytes.", setting(key, number, text, "s" * 4096))
    changes("f2_%s_%s_4095" % (key, text), "F2", "4,095 bytes.", setting(key, number, text, "s" * 4095), full="OK")
changes("f2_summary_characters", "F2", "4,095 characters, in more bytes.",
        setting("fixes", 0, "summary", "\u00e9" * 4095))
changes("f2_cvss_empty", "F2", "A cvss without a byte.", setting("fixes", 1, "cvss", ""))
changes("f2_cvss_512", "F2", "A cvss of 512 bytes.", setting("fixes", 1, "cvss", "9" * 512))
changes("f2_cvss_511", "F2", "A cvss of 511 bytes.", setting("fixes", 1, "cvss", "9" * 511), full="OK")
changes("f2_function_empty", "F2", "A function without a name.", setting("fixes", 0, "functions", 1, ""))
changes("f2_function_512", "F2", "A function of 512 bytes.", setting("fixes", 0, "functions", 1, "f" * 512))
changes("f2_function_511", "F2", "A function of 511 bytes.", setting("fixes", 0, "functions", 1, "f" * 511), full="OK")

# --- F4 ---

def withdraws(name, why, kind, id, full="STRUCTURE"):
    changes("f4_" + name, "F4", why, lambda d: dict(d, withdrawn=[{"kind": kind, "id": id, "reason": "r"}]), full)


withdraws("fix_that_is_there", "A fix that is both there and withdrawn.", "fix", "TEST-2")
withdraws("fix_that_is_unfixable", "What cannot be fixed any more was withdrawn.", "fix", "TEST-0", full="OK")
withdraws("function_like_a_fix", "A function named as a fix is.", "function", "TEST-2")
withdraws("function_no_object", "A function of no object.", "function", ":seq_read")
withdraws("function_no_name", "An object without a function.", "function", "vmlinux:")
withdraws("function_only_position", "A position without a function.", "function", "vmlinux:,2")
for i, position in enumerate(("", "0", "1", "02", "+2", "2 ", "x", "2,2", str(2 ** 64))):
    withdraws("function_position_%d" % i, "A position that is none.", "function", "vmlinux:seq_read," + position)
withdraws("function_second", "The second function of a name.", "function", "vmlinux:seq_read,2", full="OK")
withdraws("function_last", "The last function of a name.", "function", "vmlinux:f,%d" % (2 ** 64 - 1), full="OK")
withdraws("function_colons", "Only the first colon parts.", "function", "a,b:c:d", full="OK")
for i, build_id in enumerate(("6.1.0-1-test", "001122", "0011223", "001122334", "0011223X", "AABBCCDD", "00" * 33)):
    withdraws("kernel_%d" % i, "No build ID.", "kernel", build_id)
withdraws("kernel_longest", "The longest build ID.", "kernel", "ab" * 32, full="OK")
for i, number in enumerate(("one", "01", "-1", "+1", " 1", "0x1", "1:2", str(2 ** 64))):
    withdraws("state_%d" % i, "No number.", "state", number)
withdraws("state_largest", "The largest number.", "state", str(2 ** 64 - 1), full="OK")

# --- F3 ---

changes("f3_since", "F3", "A fix of the future.", setting("fixes", 1, "since", 8))
changes("f3_since_2_64", "F3", "A fix of the far future.", setting("fixes", 1, "since", 2 ** 64 - 1))
