# SPDX-License-Identifier: LGPL-2.1-or-later
"""Section 8: kernels. Most cases come twice: for the kernel that a narrow reader reads, and for another."""
from hostile import *


def both(name, rules, why, full, make, like=None, narrow=SAME):
    """make(number) returns the bundle with that kernel damaged."""
    add(name + "_read", rules, why, full, lambda: make(NARROW), narrow, like)
    add(name + "_unread", rules, why, full, lambda: make(OUTSIDE), narrow="OK", like=like)


def says(*path_and_value):
    return lambda number: write(metadata=setting(number, *path_and_value))


# --- K1 ---

both("k1_digest", "K1", "The record gives another digest.", "CORRUPT",
     lambda n: write(records=setting(n, "metadata_sha256", bytes(32))))
both("k1_size", "K1 A3 I5 M5", "The record counts a byte of the padding to the metadata.", "STRUCTURE",
     lambda n: write(records=lambda r: setting(n, "metadata_size", r[n]["metadata_size"] + 1)(r),
     manifest=setting("limits", "metadata_size", 5000)))
both("k1_changed", "K1", "A byte of the metadata is changed.", "CORRUPT",
     lambda n: write(members=lambda m: change_data(m, name_of(n) + ".yaml")))
both("k1_empty", "K1 Y3 Y4", "Metadata without a byte.", "STRUCTURE",
    lambda n: write(metadata_text=of(n, lambda t: b"")))


def change_data(members, name):
    one = member(members, name)
    one.data = one.data.replace(b"6.1.0", b"6.2.0", 1)
    return members


# --- K2 ---

both("k2_build_id", "K2", "The metadata tell of another kernel.", "STRUCTURE", says("build_id", "ab" * 20))
both("k2_build_id_longer", "K2", "The build ID with zeros after it.", "STRUCTURE",
     lambda n: write(metadata=setting(n, "build_id", IDS[n].hex() + "00")))
both("k2_size", "K2", "The metadata give the module another size.", "STRUCTURE", says("module", "size", 4096))


@case("K2", "STRUCTURE")
def k2_another_kernels_metadata():
    """A kernel's metadata are another's, with a digest that fits."""
    return write(metadata=lambda m: [m[0], dict(m[1], build_id=m[0]["build_id"]), m[2]])


# --- K3 ---

both("k3_release", "K3", "The release is not the vermagic's first word.", "STRUCTURE", says("release", "6.1.0-99-test"))
both("k3_release_prefix", "K3", "The release is but the beginning of the first word.", "STRUCTURE",
    says("release", "6.1.0"))
both("k3_release_with_more", "K3", "The release is more than the first word.", "STRUCTURE",
     lambda n: write(metadata=setting(n, "release", "6.1.0-%d-test SMP" % (n + 1))))
both("k3_release_empty", "K3", "An empty release.", "STRUCTURE", says("release", ""))

# --- K4 ---

def lies(name, why, *path_and_value, like=None):
    both("k4_" + name, "K4", why, "FACTS", says(*path_and_value), like)


both("k4_vermagic", "K4", "Another vermagic of the same release.", "FACTS",
     lambda n: write(metadata=lambda m: setting(n, "vermagic", m[n]["vermagic"] + "x")(m)))
both("k4_release", "K4", "Another release, and a vermagic that agrees.", "FACTS",
    lambda n: write(metadata=lambda m: setting(
    n, "release", "5.10.0")(setting(n, "vermagic", "5.10.0 SMP preempt mod_unload modversions ")(m))))
lies("arch", "Another architecture.", "arch", "aarch64")
lies("name", "Another name of the module.", "module", "name", "livepatch_other")
lies("name_parent", "A name that leads out of a folder.", "module", "name", "../../../../etc/modules-load.d/x",
     like="apko CVE-2026-42574: traversal")
lies("build_id", "Another build ID of the module.", "module", "build_id", "ab" * 20)
lies("srcversion", "A srcversion that the module does not have.", "module", "srcversion", "ABCDEF")
lies("depends", "A dependency that the module does not have.", "module", "depends", "ext4")
lies("builder", "Another builder.", "module", "builder", "kpatch-build")
lies("replace", "Said to be declared where it is proved.", "module", "replace", "declared")
both("k4_signed", "K4", "The module's own signature is denied, or invented.", "FACTS",
     lambda n: write(metadata=setting(n, "module", "signed", n == NARROW)))
both("k4_no_build_id", "K4", "The module's build ID is left out.", "FACTS",
    lambda n: write(metadata=without(n, "module", "build_id")))
lies("no_objects", "Nothing is said to be patched.", "objects", [])
lies("function_name", "Another function.", "objects", 0, "functions", 0, "name", "seq_lseek")
lies("sympos", "Another place among functions of one name.", "objects", 0, "functions", 0, "sympos", 3)
lies("object_name", "Another object.", "objects", 0, "name", "xfs")
lies("callbacks", "A callback that is not there.", "objects", 0, "callbacks", ["pre_patch", "post_unpatch"])
lies("states", "A state that is not there.", "states", [{"id": 1, "version": 3}])
both("k4_function_left_out", "K4", "A function is left out.", "FACTS", lambda n: write(metadata=lambda m: setting(
    n, "objects", 0, "functions", m[n]["objects"][0]["functions"][1:])(m)))
both("k4_function_more", "K4", "A function is said to be fixed that is not patched.", "FACTS",
    lambda n: write(metadata=lambda m: setting(
    n, "objects", 0, "functions", m[n]["objects"][0]["functions"] + [{"name": "zero", "sympos": 0}])(m)))
add("k4_functions_unsorted", "K4", "Functions out of order.", "FACTS", lambda: write(metadata=lambda m: setting(
    1, "objects", 0, "functions", m[1]["objects"][0]["functions"][::-1])(m)))
add("k4_objects_unsorted", "K4", "Objects out of order.", "FACTS",
    lambda: write(metadata=lambda m: setting(1, "objects", m[1]["objects"][::-1])(m)))
add("k4_object_twice", "K4", "An object twice.", "FACTS",
    lambda: write(metadata=lambda m: setting(1, "objects", m[1]["objects"] + m[1]["objects"][1:])(m)),
    like="libjcat 0.2.6: duplicate ids")
add("k4_base_lies", "K4", "What is said of a base concerns only who reads its metadata.", "FACTS",
    lambda: write(metadata=setting(0, "arch", "s390x")),
    narrow="OK")


@case("K4", "FACTS")
def k4_another_module():
    """The module is another one, of the same size; its digest is told rightly, all else is the old one's."""
    made = kernels()
    facts = made[1].facts
    made[1].module = sample(4)
    facts["module"]["sha256"] = lpb.sha256(made[1].module)
    return lpb.write(bundle(made))


# --- K5: a narrow reader does not read fixes.yaml ---

both("k5_unknown_fix", "K5", "A fix that is not in fixes.yaml.", "STRUCTURE", says("not_applicable", ["TEST-3"]),
     narrow="OK")
both("k5_unfixable", "K5", "What cannot be fixed is no fix.", "STRUCTURE", says("not_applicable", ["TEST-0"]),
     narrow="OK")
both("k5_unsorted", "K5 Y5", "Ids out of order.", "STRUCTURE", says("not_applicable", ["TEST-2", "TEST-1"]))
both("k5_twice", "K5 Y5", "An id twice.", "STRUCTURE", says("not_applicable", ["TEST-1", "TEST-1"]))
both("k5_all", "K5", "All fixes.", "OK", says("not_applicable", ["TEST-1", "TEST-2"]))
