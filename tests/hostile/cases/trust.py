# SPDX-License-Identifier: LGPL-2.1-or-later
"""Section 10: trust. These cases vary the keys, not the bundle; paths below etc and usr make a whole root."""
from hostile import *

PEM = KEY.public_pem()
OTHER = STRANGER.public_pem()
ADMIN, VENDOR = "etc/lppack/keys.d/", "usr/lib/lppack/keys.d/"


def keys(name, rules, why, full, files, like=None):
    add(name, rules, why, full, lambda: (write(), files), like=like)


UNREADABLE = "Mender: an unreadable key store meaning \"unverified\""

# --- T1 ---

keys("t1_no_keys", "T1", "A folder without keys.", "NO_KEYS", {}, like=UNREADABLE)
keys("t1_other_files_only", "T1", "Files of other names are no keys.", "NO_KEYS", {"README": PEM, "vendor.key": PEM})
keys("t1_empty_file", "T1", "An empty key file beside a good one.", "KEY", {"a.pub": PEM, "b.pub": b""},
    like=UNREADABLE)
keys("t1_garbage", "T1", "A file that is no key beside a good one.", "KEY", {"a.pub": PEM, "b.pem": b"not a key\n"})
keys("t1_cut", "T1", "A key that is cut off.", "KEY", {"a.pub": PEM, "b.pub": PEM[:60]})
keys("t1_private_key", "T1", "A private key in the wrong place.", "KEY",
     {"a.pub": lpb.run("openssl", "pkey", "-inform", "DER", "-in", KEY.path)})
keys("t1_another_kind", "T1", "A key of another kind.", "KEY", {"a.pub": PEM, "b.pub": lpb.run(
    "openssl", "pkey", "-inform", "DER", "-in", lpb.put_file("x25519",
    bytes.fromhex("302e020100300506032b656e04220420") + b"x" * 32), "-pubout")})
keys("t1_two_in_one_file", "T1", "Two keys in one file, of which one would be overlooked.", "KEY",
    {"a.pub": PEM + OTHER})
keys("t1_folder", "T1", "A folder with a key's name.", "KEY IO", {"a.pub": PEM, "b.pub/c": PEM})
keys("t1_root_without_keys", "T1", "A machine without any keys.", "NO_KEYS", {ADMIN: None, VENDOR: None})
keys("t1_root_without_folders", "T1", "A machine without the folders.", "NO_KEYS", {"etc/": None}, like=UNREADABLE)
keys("t1_root_malformed", "T1", "A malformed key of the administrator's beside the vendor's good one.", "KEY",
     {ADMIN + "a.pub": b"x", VENDOR + "b.pub": PEM}, like=UNREADABLE)

# --- T2 ---

keys("t2_in_two_files", "T2", "A key in two files is one key.", "OK", {"a.pub": PEM, "b.pem": PEM},
     like="GHSA-pwqf-9h7j-7mv8: one key counted twice against a threshold")
keys("t2_in_both_folders", "T2", "A key in both folders.", "OK", {ADMIN + "a.pub": PEM, VENDOR + "b.pub": PEM})
keys("t2_vendor", "T2", "The vendor's folder counts.", "OK", {VENDOR + "a.pub": PEM})
keys("t2_masked", "T2 S5", "The administrator's file masks the vendor's of the same name.", "UNTRUSTED",
     {ADMIN + "a.pub": OTHER, VENDOR + "a.pub": PEM})
keys("t2_masked_garbage", "T2", "What is masked is not read.", "OK", {ADMIN + "a.pub": PEM, VENDOR + "a.pub": b"x"})
keys("t2_others", "T2", "Many keys, one of which has signed.", "OK", {"a.pub": OTHER, "b.pub": PEM})
keys("t2_not_that_one", "T2 S5", "A key, but not the one that has signed.", "UNTRUSTED", {"a.pub": OTHER})
