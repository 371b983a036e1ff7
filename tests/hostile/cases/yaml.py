# SPDX-License-Identifier: LGPL-2.1-or-later
"""Section 3: YAML. Damage is done to the text of the manifest, unless said otherwise."""
from hostile import *


def text(name, rules, why, change, full="STRUCTURE", narrow=SAME, like=None):
    add(name, rules, why, full, lambda: write(manifest_text=change), narrow, like)


VERSION = b'version: "7.0"\n'


def version(new):
    """Another value of the key version, as it stands."""
    return replacing(VERSION, b"version: " + new + b"\n")


def quoted(point):
    return version(b'"7' + point + b'"')


def utf8(point):
    return quoted(chr(point).encode("utf-8", "surrogatepass"))


def extra(lines):
    return replacing(VERSION, VERSION + lines)


# --- Y1: characters ---

for point, what in ((0x0, "nul"), (0x7, "bell"), (0x8, "backspace"), (0x9, "tab"), (0xd, "carriage_return"),
(0x1b, "escape"),
                    (0x7f, "delete"), (0x85, "next_line"), (0x9b, "csi"), (0x200b, "zero_width_space"),
                    (0x200e, "left_to_right_mark"), (0x2028, "line_separator"), (0x202e, "right_to_left_override"),
                    (0x2066, "isolate"), (0xd800, "surrogate"), (0xfdd0, "noncharacter"), (0xfeff, "byte_order_mark"),
                    (0xfffe, "swapped_mark"), (0x1ffff, "plane_1_end"), (0x10ffff, "last_point")):
    text("y1_" + what, "Y1", "U+%04X in a text." % point, utf8(point),
         like="terminal escapes in metadata" if point in (0x1b, 0x9b, 0x202e) else None)
text("y1_byte_order_mark_first", "Y1", "The file begins with a byte-order mark.", lambda t: b"\xef\xbb\xbf" + t)
text("y1_utf16", "Y1", "UTF-16.", lambda t: t.decode().encode("utf-16"))
text("y1_line_ends", "Y1", "Lines end as on DOS.", lambda t: t.replace(b"\n", b"\r\n"))
text("y1_tab_indentation", "Y1", "Tabs for indentation.", lambda t: t.replace(b"  ", b"\t"))
text("y1_overlong", "Y1", "An overlong zero.", quoted(b"\xc0\x80"))
text("y1_overlong_slash", "Y1", "An overlong slash.", quoted(b"\xe0\x80\xaf"))
text("y1_cut_sequence", "Y1", "A UTF-8 sequence is cut off.", quoted(b"\xe2\x82"))
text("y1_latin_1", "Y1", "Latin-1.", quoted(b"\xe9"))
text("y1_beyond_unicode", "Y1", "U+110000.", quoted(b"\xf4\x90\x80\x80"))
add("y1_escape_in_fixes", "Y1", "An escape sequence in a summary, for whoever lists the fixes.", "STRUCTURE",
    lambda: write(fixes=setting("fixes", 0, "summary", "\x1b[2J")), narrow="OK", like="terminal escapes in metadata")
add("y1_escape_in_metadata", "Y1", "An escape sequence in the metadata that are read.", "STRUCTURE",
    lambda: write(metadata=setting(1, "release", "6.1\x1b[2J")), like="terminal escapes in metadata")
text("y1_all_that_is_allowed", "Y1", "Other scripts, emoji and spaces are texts like others.",
     utf8(0xe9) and version('"7.0 \u00e9 \u65e5\u672c \U0001f427 \u00a0 \ue000 \U000f0000"'.encode()), full="OK")

# --- Y2: what YAML has more ---

text("y2_anchor", "Y2", "An anchor.", version(b'&a "7.0"'))
text("y2_alias", "Y2", "An alias.", lambda t: version(b"*a")(t.replace(b'stream: "', b'stream: &a "')))
text("y2_tag", "Y2", "A tag.", version(b'!!str "7.0"'))
text("y2_local_tag", "Y2", "A tag of one's own.", version(b'!x "7.0"'))
text("y2_directive", "Y2", "A directive.", lambda t: b"%YAML 1.2\n---\n" + t)
text("y2_document_start", "Y2", "The start of a document is marked.", lambda t: b"---\n" + t)
text("y2_document_end", "Y2", "The end of a document is marked.", lambda t: t + b"...\n")
text("y2_second_document", "Y2", "A second document follows.", lambda t: t + b"---\n" + t)
text("y2_comment", "Y2", "A line with a comment.", lambda t: b"# signed, so what\n" + t)
text("y2_comment_at_end", "Y2", "A comment after a value.", version(b'"7.0" # seven'))
text("y2_merge_key", "Y2 Y3", "A merge key.", extra(b"<<: {}\n"))
text("y2_billion_laughs", "Y2", "Aliases that grow beyond all bounds.",
     lambda t: b"x-a: &a [1, 1, 1]\nx-b: &b [*a, *a, *a]\n" + t, like="untrusted bytes in a general parser")

# --- Y3: maps and keys ---

text("y3_list", "Y3", "The document is a list.", lambda t: b"- 1\n")
text("y3_scalar", "Y3 Y4", "The document is a text.", lambda t: b'"format: 1"\n')
text("y3_only_line_feed", "Y3 Y4", "The document is empty.", lambda t: b"\n")
text("y3_empty_map", "Y3 Y4 Y5", "A map without keys.", lambda t: b"{}\n")
text("y3_duplicate_key", "Y3", "A key twice, with another value.", extra(b'version: "8.0"\n'),
    like="libjcat 0.2.6: duplicate ids")
text("y3_duplicate_key_same", "Y3", "A key twice, with the same value.", extra(VERSION))
text("y3_duplicate_extension", "Y3", "A key twice, though readers ignore it.", extra(b"x-a: 1\nx-a: 2\n"))
text("y3_duplicate_inner_key", "Y3", "A key twice in an inner map.",
    replacing(b"  base_depth: 1\n", b"  base_depth: 1\n  base_depth: 1\n"))
text("y3_upper_case_key", "Y3 Y4", "A key in capitals.", extra(b"X-a: 1\n"))
text("y3_digit_key", "Y3 Y4", "A key begins with a digit.", extra(b"1x: 1\n"))
text("y3_quoted_key", "Y3 Y4", "A key in quotes.", extra(b'"x-a": 1\n'))
text("y3_number_key", "Y3 Y4", "A key that is a number.", extra(b"1: 1\n"))
text("y3_list_as_key", "Y3 Y4", "A list as a key.", extra(b"? - 1\n: 2\n"))
text("y3_long_key", "Y3 Y4", "A key of 65 characters.", extra(b"x-" + b"a" * 63 + b": 1\n"))
text("y3_longest_key", "Y3", "A key of 64 characters.", extra(b"x-" + b"a" * 62 + b": 1\n"), full="OK")
text("y3_257_keys", "Y3", "A map of 257 keys.", extra(b"".join(b"x-%d: 1\n" % i for i in range(257 - 16))))
text("y3_nine_levels", "Y3", "Nine levels of maps and lists.", extra(b"x-a:\n  " + b"- " * 8 + b"1\n"),
    like="untrusted bytes in a general parser")
text("y3_nine_levels_empty", "Y3", "The ninth level is an empty list.", extra(b"x-a:\n  " + b"- " * 7 + b"[]\n"))
text("y3_eight_levels", "Y3", "Eight levels.", extra(b"x-a:\n  " + b"- " * 7 + b"1\n"), full="OK")
text("y3_thousands_of_levels", "Y3", "Levels enough to overflow a stack.", extra(b"x-a:\n  " + b"- " * 20000 + b"1\n"),
     like="untrusted bytes in a general parser")
text("y3_thousands_of_brackets", "Y2 Y3 Y4", "The same in flow style.", extra(b"x-a: " + b"[" * 20000 + b"\n"))
text("y3_256_keys", "Y3", "A map of 256 keys.", extra(b"".join(b"x-%d: 1\n" % i for i in range(256 - 16))), full="OK")

# --- Y4: the canonical form ---

for name, why, change in (
        ("deep_indentation", "Four spaces of indentation.", lambda t: t.replace(b"  ", b"    ")),
        ("list_not_indented", "A list at its key's indentation.", extra(b"x-a:\n- 1\n")),
        ("flow_map", "A map in braces.", extra(b"x-a: {b: 1}\n")),
        ("flow_list", "A list in brackets.", extra(b"x-a: [1]\n")),
        ("space_in_brackets", "Another empty list.", replacing(b"compat: []", b"compat: [ ]")),
        ("single_quotes", "Single quotes.", version(b"'7.0'")),
        ("no_quotes", "A text without quotes.", version(b"seven")),
        ("folded_text", "A text on two lines.", version(b'"7\n  0"')),
        ("line_feed_in_text", "A line feed in a text.", version(b'"7\n0"')),
        ("literal_block", "A literal block.", version(b"|\n  7.0")),
        ("escaped_line_feed", "An escaped line feed.", version(b'"7\\n0"')),
        ("escaped_letter", "An escaped letter.", version(b'"\\u0037.0"')),
        ("escaped_slash", "An escaped slash.", version(b'"7\\/0"')),
        ("hex_escape", "A byte as an escape, which brings back all that Y1 forbids.", version(b'"7\\x1b[2J"')),
        ("open_quote", "A text that does not end.", version(b'"7.0')),
        ("bare_backslash", "A backslash before the closing quote.", version(b'"7.0\\"')),
        ("two_texts", "Two texts on a line.", version(b'"7" "0"')),
        ("leading_zero", "A leading zero.", extra(b"x-a: 07\n")),
        ("plus", "A sign.", extra(b"x-a: +7\n")),
        ("minus", "A negative number.", extra(b"x-a: -7\n")),
        ("hex_number", "A hexadecimal number.", extra(b"x-a: 0x7\n")),
        ("fraction", "A fraction.", extra(b"x-a: 7.0\n")),
        ("exponent", "An exponent.", extra(b"x-a: 7e3\n")),
        ("number_2_64", "A number of 2^64.", extra(b"x-a: 18446744073709551616\n")),
        ("number_huge", "A number of 40 digits.", extra(b"x-a: %s\n" % (b"9" * 40))),
        ("capital_true", "True.", extra(b"x-a: True\n")),
        ("yes", "A boolean of YAML 1.1.", extra(b"x-a: yes\n")),
        ("null", "Nothing as a value.", extra(b"x-a:\n")),
        ("tilde", "Nothing, written.", extra(b"x-a: ~\n")),
        ("empty_line", "An empty line.", extra(b"\n")),
        ("space_at_end", "A space at the end of a line.", version(b'"7.0" ')),
        ("spaces_after_colon", "Two spaces after a colon.", version(b' "7.0"')),
        ("space_before_colon", "A space before a colon.", replacing(b"version:", b"version :")),
        ("no_space_after_colon", "No space after a colon.", version(b"x")),
        ("no_line_feed", "No line feed at the end.", lambda t: t[:-1]),
        ("two_line_feeds", "An empty line at the end.", lambda t: t + b"\n"),
        ("leading_space", "The whole map is indented.", lambda t: b" " + t.replace(b"\n", b"\n ")[:-1]),
        ("dash_and_line_feed", "A map begins on the line after its dash.", extra(b"x-a:\n  -\n    b: 1\n")),
):
    rules = "Y4 Y3" if name in ("leading_space", "no_space_after_colon") else "Y4"
    text("y4_" + name, rules, why, change if name != "no_space_after_colon" else replacing(VERSION, b'version:"7.0"\n'))


def reordered(document):
    return dict(reversed(list(document.items())))


add("y4_order_of_keys", "Y4 Y5", "Readers do not depend on the order of keys.", "OK", lambda: write(
    manifest=reordered, fixes=reordered, metadata=lambda m: [reordered(d) for d in m]))
text("y4_largest_number", "Y4", "2^64-1.", extra(b"x-a: 18446744073709551615\n"), full="OK")
text("y4_indented_fence", "Y4", "An inner map with one line too far right.",
    replacing(b"  base_depth", b"   base_depth"))
for number, narrow in ((1, SAME), (2, "OK")):
    add("y4_metadata_%d" % number, "Y4", "The canonical form is that of all documents.", "STRUCTURE",
        lambda number=number: write(metadata_text=of(number, replacing(b"callbacks: []", b"callbacks: [ ]"))),
        narrow=narrow)
add("y4_fixes", "Y4", "The canonical form is that of all documents.", "STRUCTURE",
    lambda: write(fixes_text=lambda t: t + b"\n"), narrow="OK")

# --- Y5: keys and types ---

MANIFEST_KEYS = ("format", "incompat", "compat", "stream", "epoch", "serial", "version", "created", "kernels", "limits",
                 "signature_area", "fixes", "fence", "pages_size", "payload_size")
for key in MANIFEST_KEYS:
    add("y5_manifest_without_" + key, "Y5", "The manifest lacks %s." % key, "STRUCTURE",
        lambda key=key: write(manifest=without(key)))
    add("y5_manifest_type_of_" + key, "Y5", "The manifest's %s has another type." % key, "STRUCTURE",
        lambda key=key: write(manifest=setting(key, True)))
for key in ("module_size", "frame_size", "metadata_size", "base_depth"):
    add("y5_limits_without_" + key, "Y5", "The limits lack %s." % key, "STRUCTURE",
        lambda key=key: write(manifest=without("limits", key)))
for key in ("fixes", "fence"):
    for inner in ("size", "sha256"):
        add("y5_%s_without_%s" % (key, inner), "Y5", "The manifest's %s lack their %s." % (key, inner), "STRUCTURE",
            lambda key=key, inner=inner: write(manifest=without(key, inner)),
            like="rpm#2486: one of two digests enough" if inner == "sha256" else None)
for key in ("fixes", "unfixable", "withdrawn"):
    add("y5_fixes_without_" + key, "Y5", "fixes.yaml lacks %s." % key, "STRUCTURE",
        lambda key=key: write(fixes=without(key)), narrow="OK")
for path in (("fixes", 0, "id"), ("fixes", 0, "since"), ("fixes", 0, "functions"), ("unfixable", 0, "reason"),
             ("withdrawn", 0, "kind"), ("withdrawn", 0, "id"), ("withdrawn", 0, "reason")):
    add("y5_%s_without_%s" % (path[0], path[2]), "Y5", "An element of %s lacks %s." % (path[0], path[2]), "STRUCTURE",
        lambda path=path: write(fixes=without(*path)), narrow="OK")
METADATA_KEYS = ("build_id", "release", "arch", "vermagic", "module", "objects", "states", "not_applicable")
MODULE_KEYS = ("name", "size", "sha256", "builder", "replace", "signed")
for key in METADATA_KEYS:
    add("y5_metadata_without_" + key, "Y5", "The metadata lack %s." % key, "STRUCTURE",
        lambda key=key: write(metadata=without(1, key)))
for key in MODULE_KEYS:
    add("y5_module_without_" + key, "Y5", "The metadata's module lacks %s." % key, "STRUCTURE",
        lambda key=key: write(metadata=without(1, "module", key)),
        like="opkg CVE-2020-7982: a digest that is not there passing" if key == "sha256" else None)
for path, value in ((("objects", 0, "name"), 1), (("objects", 0, "callbacks"), ["pre_patch", "pre_patch"]),
                    (("objects", 0, "callbacks"), ["mid_patch"]), (("objects", 0, "functions", 0, "sympos"), "0"),
                    (("module", "signed"), "false"), (("module", "size"), "5"), (("module", "builder"), "make"),
                    (("module", "replace"), "refuted"), (("module", "replace"), True), (("states",), {}),
                    (("not_applicable",), [1])):
    add("y5_metadata_%s_%s" % ("_".join(map(str, path)), str(value).replace(" ", "")), "Y5 K4",
        "In the metadata, %s is %r." % (".".join(map(str, path)), value), "STRUCTURE",
        lambda path=path, value=value: write(metadata=setting(1, *path, value)))
for path in (("objects", 0, "functions"), ("objects", 0, "callbacks"), ("objects", 0, "functions", 0, "sympos")):
    add("y5_metadata_without_" + "_".join(map(str, path)), "Y5", "The metadata lack %s." % (path[-1],), "STRUCTURE",
        lambda path=path: write(metadata=without(1, *path)))

text("y5_quoted_number", "Y5", "A number in quotes.", replacing(b"serial: 7", b'serial: "7"'))
text("y5_unquoted_digits", "Y5", "A text of digits without quotes is a number.", version(b"7"))
add("y5_severity", "Y5", "A severity that is none.", "STRUCTURE",
    lambda: write(fixes=setting("fixes", 0, "severity", "apocalyptic")), narrow="OK")
add("y5_kind", "Y5", "A kind of withdrawal that is none.", "STRUCTURE",
    lambda: write(fixes=setting("withdrawn", 1, "kind", "modules")), narrow="OK")
add("y5_unknown_key", "Y5", "A key that this version does not have.", "STRUCTURE",
    lambda: write(manifest=setting("hooks", "run.sh")))
add("y5_unknown_key_in_limits", "Y5", "The same in an inner map.", "STRUCTURE",
    lambda: write(manifest=setting("limits", "time", 5)))
add("y5_unknown_key_in_fixes", "Y5", "The same in fixes.yaml.", "STRUCTURE",
    lambda: write(fixes=setting("fixes", 0, "url", "x")), narrow="OK")
add("y5_unknown_key_in_metadata", "Y5", "The same in the metadata.", "STRUCTURE",
    lambda: write(metadata=setting(1, "parameters", "x")))
add("y5_unknown_key_in_module", "Y5", "The same in the metadata's module.", "STRUCTURE",
    lambda: write(metadata=setting(1, "module", "args", "x")))

ANYTHING = {"a": [1, True, "text", [], {}, [[], {"b": "c"}], {"d": 1, "e": [2]}], "f": {"g": {}}}


def extended(document):
    document["x-last"] = ANYTHING
    return {"x-first": "1", **document}


def extended_all(document):
    if isinstance(document, dict):
        return {"x-a": 1, **{key: extended_all(value) for key, value in document.items()}, "x-b": ["c"]}
    return [extended_all(element) for element in document] if isinstance(document, list) else document


add("y5_extensions", "Y5", "Keys that begin with x- may stand in any map, with any value.", "OK",
    lambda: write(manifest=lambda d: extended(extended_all(d)), fixes=lambda d: extended(extended_all(d)),
                  metadata=lambda m: [extended(extended_all(d)) for d in m]))

for name, value in (("lower_case_z", "2026-07-01T12:00:00z"), ("offset", "2026-07-01T12:00:00+00:00"),
                    ("fraction", "2026-07-01T12:00:00.0Z"), ("space", "2026-07-01 12:00:00Z"),
                    ("february_30", "2026-02-30T12:00:00Z"), ("second_60", "2026-06-30T23:59:60Z"),
                    ("hour_24", "2026-06-30T24:00:00Z"), ("year_1969", "1969-12-31T23:59:59Z"),
                    ("five_digits", "12026-07-01T12:00:00Z"), ("signs", "2026-+7-01T12:00:00Z"), ("empty", "")):
    add("y5_time_" + name, "Y5", "expires is %r." % value, "STRUCTURE",
    lambda value=value: write(manifest=setting("expires", value)))
add("y5_created_too_late", "Y5", "A time that a header cannot hold.", "STRUCTURE",
    lambda: write(manifest=setting("created", "2242-03-16T12:56:32Z")))
add("y5_version_empty", "Y5", "A version of no bytes.", "STRUCTURE", lambda: write(manifest=setting("version", "")))
add("y5_version_512", "Y5", "A version of 512 bytes.", "STRUCTURE",
    lambda: write(manifest=setting("version", "7" * 512)))
for name, change in (("upper_case", str.upper), ("short", lambda d: d[:62]), ("long", lambda d: d + "00"),
    ("odd", lambda d: d[:63]),
                     ("prefixed", lambda d: "0x" + d[2:]), ("space", lambda d: " " + d[1:]), ("empty", lambda d: ""),
                     ("not_hex", lambda d: "g" + d[1:])):
    add("y5_digest_" + name, "Y5", "A digest that is %s." % name.replace("_", " "), "STRUCTURE",
        lambda change=change: write(manifest=lambda m: setting("fence", "sha256", change(m["fence"]["sha256"]))(m)),
        like="opkg CVE-2020-7982: a digest that fails to parse passing")
add("y5_digest_of_module_upper_case", "Y5", "The module's digest in capitals.", "STRUCTURE",
    lambda: write(metadata=lambda m: setting(1, "module", "sha256", m[1]["module"]["sha256"].upper())(m)))
add("y5_build_id_upper_case", "Y5", "A build ID in capitals.", "STRUCTURE",
    lambda: write(metadata=setting(1, "module", "build_id", "AB" * 20)))
