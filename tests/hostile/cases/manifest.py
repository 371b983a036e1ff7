# SPDX-License-Identifier: LGPL-2.1-or-later
"""Section 4: manifest."""
from hostile import *


def sets(name, rules, why, full, *path_and_value, **options):
    add(name, rules, why, full, lambda: write(manifest=setting(*path_and_value)), **options)


# --- M1: size ---

def filled(size):
    def change(text):
        return text + b'x-fill: "' + b"f" * (size - len(text) - 11) + b'"\n'
    return lambda: write(manifest_text=change)


add("m1_65536_bytes", "M1", "The largest manifest.", "OK", filled(65536))
add("m1_65537_bytes", "M1 L1", "One byte more.", "LIMIT", filled(65537))
add("m1_empty", "M1", "A manifest without bytes.", "LIMIT", lambda: write(manifest_text=lambda text: b""))

# --- M2, M3: versions and features ---

sets("m2_format_2", "M2", "Another version.", "UNSUPPORTED", "format", 2)
sets("m2_format_0", "M2", "No version.", "UNSUPPORTED", "format", 0)
sets("m2_format_large", "M2", "A version that 8 bits would cut off to 1.", "UNSUPPORTED", "format", 257)
sets("m2_format_2_64", "M2", "The largest number.", "UNSUPPORTED", "format", 2 ** 64 - 1)


@case("M2", "UNSUPPORTED")
def m2_format_2_with_unknown_keys():
    """A later version may have other keys; that it is one must be said first."""
    return write(manifest=lambda m: {"format": 2, "incompat": [], "new": {"keys": 1}})


sets("m3_unknown_incompat", "M3", "A feature that this reader does not know.", "UNSUPPORTED", "incompat", ["delta-2"])


@case("M3", "UNSUPPORTED")
def m3_unknown_incompat_with_its_key():
    """The feature is refused before the key that it brings."""
    return write(manifest=lambda m: setting("delta", 1)(setting("incompat", ["delta-2"])(m)))


sets("m3_unknown_compat", "M3", "A feature that readers may ignore.", "OK", "compat", ["colour", "odour"])

# --- M4: names ---

for name, value in (("empty", ""), ("capital", "Stream"), ("dot_first", ".stream"), ("dash_first", "-rf"),
    ("slash", "a/b"),
                    ("parent", "../../etc/cron.d/x"), ("space", "a b"), ("long", "a" * 65), ("accent", "str\u00e9am"),
                    ("percent", "%s%n")):
    sets("m4_stream_" + name, "M4", "The stream is named %r." % value[:20], "STRUCTURE", "stream", value,
         like="apko CVE-2026-42574: traversal" if name == "parent" else None)
sets("m4_stream_longest", "M4", "64 characters.", "OK", "stream", "0" + "a._-" * 15 + "abc")
sets("m4_feature_capital", "M4", "A feature's name in capitals.", "STRUCTURE", "compat", ["Colour"])
sets("m4_features_unsorted", "M4", "Features out of order.", "STRUCTURE", "compat", ["b", "a"])
sets("m4_features_twice", "M4", "A feature twice.", "STRUCTURE", "compat", ["a", "a"],
    like="libjcat 0.2.6: duplicate ids")
sets("m4_feature_text", "M4 Y5", "A feature that is a number.", "STRUCTURE", "compat", [1])

# --- M5: limits ---

for key, code in (("module_size", "LIMIT"), ("frame_size", "LIMIT"), ("metadata_size", "LIMIT")):
    def change(by, key=key):
        return lambda: write(manifest=lambda m: setting("limits", key, m["limits"][key] + by)(m))
    add("m5_%s_too_large" % key, "M5", "limits.%s is more than occurs." % key, "STRUCTURE", change(1), narrow="OK")
    add("m5_%s_too_small" % key, "M5 I5", "limits.%s is less than occurs." % key, code, change(-1))
sets("m5_base_depth_too_large", "M5", "limits.base_depth is more than occurs.", "STRUCTURE", "limits", "base_depth",
2, narrow="OK")
sets("m5_base_depth_too_small", "M5 I4", "limits.base_depth is less than occurs.", "STRUCTURE", "limits",
    "base_depth", 0)

# --- M6: numbers ---

sets("m6_no_kernels", "M6", "A bundle for nobody.", "STRUCTURE", "kernels", 0)
sets("m6_65537_kernels", "M6 L1", "More kernels than there may be.", "STRUCTURE", "kernels", 65537)
sets("m6_kernels_2_32", "M6 L1", "More kernels than 32 bits hold: 3 if cut off.", "STRUCTURE", "kernels", 2 ** 32 + 3)
sets("m6_floor_above_serial", "M6", "Going back is allowed to what lies ahead.", "STRUCTURE", "rollback_floor", 8)
add("m6_floor", "M6", "rollback_floor equals the serial.", "OK", lambda: lpb.write(bundle(rollback_floor=7)))
add("m6_no_expiry", "M6 Y5", "expires is optional.", "OK", lambda: lpb.write(bundle(expires=None)))
sets("m6_largest_serial", "M6", "2^53-1.", "OK", "serial", 2 ** 53 - 1)
for key in ("epoch", "serial"):
    sets("m6_%s_2_53" % key, "M6", "%s is 2^53." % key, "STRUCTURE", key, 2 ** 53)
sets("m6_payload_size_2_53", "M6", "payload_size is 2^53.", "STRUCTURE", "payload_size", 2 ** 53)
sets("m6_payload_size_2_64", "M6", "payload_size is 2^64-1: added to an offset it wraps.", "STRUCTURE",
    "payload_size", 2 ** 64 - 1,
     like="rauc CVE-2026-34155: a size that overflows")
sets("m6_payload_size_0", "A5 M6", "payload_size is 0.", "STRUCTURE", "payload_size", 0)
sets("m6_payload_size_too_small_for_the_end", "A5 M6", "payload_size is less than the members before the kernels.",
    "STRUCTURE",
     "payload_size", 512)
for key, most in (("module_size", 64 << 20), ("frame_size", 65 << 20), ("metadata_size", 1 << 20), ("base_depth", 8)):
    sets("m6_limit_" + key, "M6 L1", "limits.%s exceeds the format's." % key, "STRUCTURE", "limits", key, most + 1)
sets("m6_fixes_size", "M6 L1", "fixes.yaml is larger than it may be.", "STRUCTURE", "fixes", "size", (8 << 20) + 1)

# --- M7: sizes of the index ---

sets("m7_pages_size", "M7", "A page more than the kernels need.", "STRUCTURE", "pages_size", 8192)
sets("m7_pages_size_odd", "M7", "Not whole pages.", "STRUCTURE", "pages_size", 4097)
sets("m7_pages_size_0", "M7", "No page.", "STRUCTURE", "pages_size", 0)
sets("m7_fence_size", "M7", "A fence for more pages.", "STRUCTURE", "fence", "size", 128)
sets("m7_fence_size_0", "M7", "No fence.", "STRUCTURE", "fence", "size", 0)
sets("m7_more_kernels", "M7", "33 kernels with an index for 32.", "STRUCTURE", "kernels", 33)


@case("M7", "STRUCTURE")
def m7_page_too_many():
    """An index with a second page that no kernel needs, all sizes and digests fitting."""
    extra = bytes(lpb.PAGE)
    return write(pages=lambda pages: pages + extra, records=shifted(0, lpb.PAGE))


# --- M8: signature_area ---

for value in (0, 512, 1536, 2047, 2049, (1 << 20) + 512, 1 << 21):
    sets("m8_area_%d" % value, "M8 M6", "signature_area is %d." % value, "STRUCTURE", "signature_area", value)
for value in (2048, 2560, 8192, 1 << 20):
    add("m8_area_%d" % value, "M8", "signature_area is %d." % value, "OK",
    lambda value=value: lpb.write(bundle(area=value)))

# --- M9: expires ---

for name, value in (("before", "2026-01-01T00:00:00Z"), ("at_zero", "1970-01-01T00:00:00Z")):
    sets("m9_" + name, "M9", "expires is %s." % value, "STRUCTURE", "expires", value)


@case("M9", "STRUCTURE")
def m9_equal():
    """The bundle expires when it is created."""
    return write(manifest=lambda m: setting("expires", m["created"])(m))
