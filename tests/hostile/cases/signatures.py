# SPDX-License-Identifier: LGPL-2.1-or-later
"""Section 5: signatures."""
from hostile import *

MORE = [lpb.Key(b"lppack test key, one of many  " + b"%02d" % i) for i in range(16)]


def signatures(change):
    return lambda: write(signatures=change)


def renamed(name):
    return signatures(lambda s: [(name, s[0][1])])


def data(change):
    return signatures(lambda s: [(s[0][0], change(s[0][1]))])


# --- S1: names ---

for name, value, full in (
        ("another_key", "signatures/%s.ed25519" % STRANGER.id, "BAD_SIGNATURE"),
        ("upper_case", "signatures/%s.ed25519" % KEY.id.upper(), "STRUCTURE"),
        ("short", "signatures/%s.ed25519" % KEY.id[:62], "STRUCTURE"),
        ("long", "signatures/%s00.ed25519" % KEY.id, "STRUCTURE"),
        ("no_scheme", "signatures/%s" % KEY.id, "STRUCTURE"),
        ("empty_scheme", "signatures/%s." % KEY.id, "STRUCTURE"),
        ("empty", "signatures/", "STRUCTURE"),
        ("parent", "signatures/../../../etc/cron.d/x", "STRUCTURE"),
        ("not_hex", "signatures/%s.ed25519" % ("g" * 64), "STRUCTURE"),
        ("folder", "signatures/x/%s.ed25519" % KEY.id, "STRUCTURE"),
        ("escape", "signatures/\x1b[2J.ed25519", "STRUCTURE"),
        ("scheme_upper_case", "signatures/%s.ED25519" % KEY.id, "STRUCTURE"),
        ("scheme_with_more", "signatures/%s.ed25519.bak" % KEY.id, "STRUCTURE")):
    likes = {"parent": "apko CVE-2026-42574: traversal", "escape": "terminal escapes in metadata"}
    add("s1_name_" + name, "S1 S3 S6", "A signature named %r." % value.replace(KEY.id, "KEYID"), full, renamed(value),
        like=likes.get(name))


@case("S1", "BAD_SIGNATURE", like="a trusted id claimed over a stranger's key")
def s1_trusted_name_strange_key():
    """The name claims the trusted key; key and signature within are a stranger's."""
    return lpb.write(bundle(keys=[STRANGER]), signatures=lambda s: [("signatures/%s.ed25519" % KEY.id, s[0][1])])


@case("S1 S3", "BAD_SIGNATURE")
def s1_trusted_key_strange_signature():
    """Name and key are the trusted one's; the signature is a stranger's."""
    return lpb.write(bundle(keys=[STRANGER]), signatures=lambda s: [
        ("signatures/%s.ed25519" % KEY.id, KEY.spki + s[0][1][44:])])


# --- S2: data of ed25519 ---

add("s2_empty", "S2 S4 L1", "A signature without bytes.", "LIMIT", data(lambda d: b""))
add("s2_only_signature", "S2", "The signature without its key.", "BAD_SIGNATURE", data(lambda d: d[44:]))
add("s2_one_byte_less", "S2", "107 bytes.", "BAD_SIGNATURE", data(lambda d: d[:-1]))
add("s2_one_byte_more", "S2", "109 bytes.", "BAD_SIGNATURE", data(lambda d: d + b"\0"))
add("s2_key_of_another_kind", "S2", "X25519's identifier instead of Ed25519's.", "BAD_SIGNATURE",
    data(patching(8, b"\x6e")))
add("s2_key_not_der", "S2", "A length in BER's long form.", "BAD_SIGNATURE",
    data(lambda d: b"\x30\x81\x29" + d[2:44] + d[45:]))
add("s2_key_with_parameters", "S2", "The key's unused bits are not 0.", "BAD_SIGNATURE", data(patching(11, b"\x01")))
add("s2_key_garbage", "S2", "No key at all.", "BAD_SIGNATURE", data(lambda d: bytes(44) + d[44:]))


def by_anybody(name, point, what):
    """Beside the trusted signature: one by the key of that point, and of that point, which anybody makes."""
    spki = lpb.SPKI_PREFIX + point
    add("s2_" + name, "S2", what, "BAD_SIGNATURE",
        signatures(lambda s: sorted(s + [("signatures/%s.ed25519" % lpb.sha256(spki), spki + point + bytes(32))])),
        like="dalek 259, wolfSSL PR 10540, libsodium 112: keys of small order")


P = 2 ** 255 - 19
by_anybody("identity", (1).to_bytes(32, "little"), "The identity as a key: it signs every message with zeros.")
by_anybody("order_2", (P - 1).to_bytes(32, "little"), "The point of order 2 as a key.")
by_anybody("order_4", bytes(32), "A point of order 4 as a key.")
by_anybody("identity_beyond_p", (P + 1).to_bytes(32, "little"), "The identity in a second encoding.")
by_anybody("identity_signed", (2 ** 255 + 1).to_bytes(32, "little"), "The identity with the sign of an x that is 0.")
by_anybody("no_point", (2).to_bytes(32, "little"), "A y that no point of the curve has.")

# --- S3: validity ---

add("s3_bit_in_r", "S2 S3", "A bit in the first half of the signature.", "BAD_SIGNATURE",
    data(lambda d: d[:50] + bytes([d[50] ^ 1]) + d[51:]))
add("s3_bit_in_s", "S3", "A bit in the second half.", "BAD_SIGNATURE",
    data(lambda d: d[:-5] + bytes([d[-5] ^ 1]) + d[-4:]))
add("s3_zeros", "S2 S3", "A signature of zeros.", "BAD_SIGNATURE", data(lambda d: d[:44] + bytes(64)),
    like="fwupd CVE-2020-10759: zero valid signatures counting as success")
ORDER = 2 ** 252 + 27742317777372353535851937790883648493


def malleated(d):
    s = int.from_bytes(d[76:], "little") + ORDER
    return d[:76] + s.to_bytes(32, "little")


add("s3_malleated", "S3", "S plus the group's order, which RFC 8032 refuses: a second signature from a first.",
"BAD_SIGNATURE",
    data(malleated))


def signed_over(message_of):
    def change(found):
        text = change.text
        return [(found[0][0], KEY.spki + KEY.sign(message_of(text)))]

    def keep(text):
        change.text = text
        return text
    return lambda: write(manifest_text=keep, signatures=change)


for name, why, message_of in (
        ("bare_manifest", "The signature is over the manifest without its type.", lambda t: t),
        ("another_type", "The signature is over another media type.",
        lambda t: b"DSSEv1 10 text/plain %d %s" % (len(t), t)),
        ("digest", "The signature is over the manifest's digest.", lambda t: lpb.sha256(t).encode()),
        ("no_length", "The signature is over an encoding without the length.",
        lambda t: lpb.message(t).replace(b" %d " % len(t), b" 0 ")),
        ("line_feed", "The signature is over a manifest with one more line feed.", lambda t: lpb.message(t + b"\n")),
        ("another_manifest", "The signature is over another bundle's manifest.",
        lambda t: lpb.message(t.replace(b"serial: 7", b"serial: 8")))):
    add("s3_over_" + name, "S3", why, "BAD_SIGNATURE", signed_over(message_of))


@case("S3", "BAD_SIGNATURE")
def s3_manifest_changed_afterwards():
    """One digit of the manifest is changed after the signing."""
    return write(archive=replacing(b"\nserial: 7\n", b"\nserial: 8\n"))


@case("S3", "BAD_SIGNATURE")
def s3_damaged_strange_signature():
    """A trusted signature is valid, but beside it stands a damaged one by a stranger."""
    def change(found):
        return [(n, d if n.startswith("signatures/" + KEY.id) else d[:-1] + bytes([d[-1] ^ 1])) for n, d in found]
    return lpb.write(bundle(keys=[KEY, STRANGER]), signatures=change)


# --- S4: order, number, size ---

add("s4_twice", "S4", "A signature twice.", "STRUCTURE", lambda: lpb.write(bundle(keys=[KEY, KEY])),
    like="GHSA-pwqf-9h7j-7mv8: one key counted twice against a threshold")
add("s4_unsorted", "S4", "Signatures out of order.", "STRUCTURE",
    lambda: lpb.write(bundle(keys=[KEY, STRANGER]), signatures=lambda s: s[::-1]))
add("s4_sixteen", "S4", "16 signatures, one of them trusted.", "OK",
    lambda: lpb.write(bundle(keys=[KEY] + MORE[:15], area=2048)))
add("s4_seventeen", "S4 L1", "17 signatures.", "LIMIT", lambda: lpb.write(bundle(keys=[KEY] + MORE)))
add("s4_16385_bytes", "S4 L1", "A signature of 16,385 bytes.", "LIMIT", data(lambda d: d + bytes(16385 - len(d))))
# --- S5: a trusted one ---

add("s5_none", "S5", "No signature at all.", "UNTRUSTED", lambda: lpb.write(bundle(keys=[])),
    like="fwupd CVE-2020-10759: zero valid signatures counting as success")
add("s5_stranger", "S5", "A valid signature by a key that is not trusted.", "UNTRUSTED",
    lambda: lpb.write(bundle(keys=[STRANGER])))
add("s5_strangers", "S5", "16 of them.", "UNTRUSTED", lambda: lpb.write(bundle(keys=MORE)))
add("s5_one_of_two", "S5", "A trusted signature beside a stranger's.", "OK",
    lambda: lpb.write(bundle(keys=[KEY, STRANGER])),
    like="openssl#3028: several signers being all or nothing")


@case("S5", "UNTRUSTED")
def s5_before_the_manifest():
    """An untrusted manifest is not parsed: this one would be refused in other words."""
    return lpb.write(bundle(keys=[STRANGER]), manifest_text=lambda text: b"&a [\x1b[31m\n")


# --- S6: schemes that cannot be checked ---

add("s6_unknown_scheme", "S6", "A scheme of the future.", "UNSUPPORTED",
    signatures(lambda s: sorted(s + [("signatures/%s.ml-dsa-65" % ("0" * 64), b"\1" * 100)])), narrow="OK")
add("s6_unknown_scheme_of_the_trusted_key", "S6", "One key's signature under two schemes, of which one is unknown.",
    "UNSUPPORTED", signatures(lambda s: sorted(s + [("signatures/%s.ml-dsa-65" % KEY.id, b"\1" * 100)])), narrow="OK",
    like="GHSA-pwqf-9h7j-7mv8: one key counted twice against a threshold")
add("s6_unknown_scheme_only", "S6 S5", "Only such a signature: it does not count.", "UNTRUSTED",
    signatures(lambda s: [("signatures/%s.ml-dsa-65" % KEY.id, b"\1" * 100)]))

# --- S7, S8: the area ---

add("s7_pad_too_small", "S7", "The area is not a multiple.", "STRUCTURE", lambda: write(pad=lambda p: p[:-512]))
add("s7_pad_too_large", "S7", "A multiple, but not the smallest.", "STRUCTURE",
    lambda: write(pad=lambda p: p + bytes(lpb.AREA)))
add("s7_pad_odd", "S7", "pad does not end on a block, its padding fills it up.", "STRUCTURE",
    lambda: write(pad=lambda p: p[:-1]))
add("s7_pad_huge", "S7 A1 A3", "pad claims 8 GiB.", "TRUNCATED",
    lambda: write(members=with_header("pad", lambda h: lpb.seal(h[:124] + b"77777777777 " + h[136:]))))
add("s8_byte_in_pad", "S8", "A byte in pad.", "STRUCTURE", lambda: write(pad=lambda p: b"!" + p[1:]))
add("s8_last_byte_of_pad", "S8", "The last byte of pad.", "STRUCTURE", lambda: write(pad=lambda p: p[:-1] + b"\1"))


@case("S8", "STRUCTURE", like="tokio-tar CVE-2025-62518: two tar readers seeing two archives")
def s8_archive_in_pad():
    """A whole member, with header, lies in pad, for readers that look for one."""
    hidden = lpb.Member("manifest.yaml", b"serial: 9\n").encode(0)
    return lpb.write(bundle(area=4096), pad=lambda p: hidden + p[len(hidden):])
