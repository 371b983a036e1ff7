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
    {"kind": "fix", "id": "b", "reason": ""}, {"kind": "kernel", "id": "a", "reason": ""},
    {"kind": "state", "id": "a", "reason": ""}])))

# --- F3 ---

changes("f3_since", "F3", "A fix of the future.", setting("fixes", 1, "since", 8))
changes("f3_since_2_64", "F3", "A fix of the far future.", setting("fixes", 1, "since", 2 ** 64 - 1))
