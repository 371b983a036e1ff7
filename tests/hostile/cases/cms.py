# SPDX-License-Identifier: LGPL-2.1-or-later
"""Section 5: CMS signatures. Unless a case says otherwise, the bundle has nothing but one, by a trusted key on P-256."""
import lpb_cms
from hostile import *
from lpb_cms import ABSENT, DATA, NO_PARAMETERS, attribute
from lpb_der import OCTETS, SET, context, integer, oid, sequence, tlv

SIGNER = lpb_cms.ec_key(b"lppack CMS test key")
P384 = lpb_cms.ec_key(b"lppack CMS test key", lpb_cms.P384, 48, "sha384")
AUTHORITY = lpb_cms.ec_key(b"lppack CMS test authority")
ROOT = lpb_cms.ec_key(b"lppack CMS test root")
RSA = lpb_cms.rsa_key()
CERTIFICATE = lpb_cms.certificate(SIGNER, "signer", issuer="authority", issuer_key=AUTHORITY)
INTERMEDIATE = lpb_cms.certificate(AUTHORITY, "authority", 2, "root", ROOT, ca=True)
ANCHOR = lpb_cms.certificate(ROOT, "root", 3, ca=True)
CHAIN = [CERTIFICATE, INTERMEDIATE, ANCHOR]


def signed(key=SIGNER, certificates=None, keys=(), trusted=None, key_id=None, salt=None, over=lpb.message, **change):
    """A bundle with this CMS beside Ed25519 signatures by `keys`."""
    def make():
        notes = {}

        def keep(text):
            notes["text"] = text
            return text

        def sign(found):
            own = certificates or [lpb_cms.certificate(key, "signer")]
            der = lpb_cms.make(key, over(notes["text"]), own, salt=salt, **change)
            return sorted(found + [("signatures/%s.cms" % (key_id or key.id), der)])
        data = lpb.write(bundle(keys=keys, area=8192), manifest_text=keep, signatures=sign)
        return data, {"trusted.pub": (trusted or key).public_pem()}
    return make


def cms(name, rules, why, full="BAD_SIGNATURE", like=None, **options):
    add(name, rules, why, full, signed(**options), like=like)


def extended(*more):
    return lambda parts: parts + list(more)


def at(number, new):
    """Replaces an element of a list: by bytes, or by what a function makes of it."""
    def change(parts):
        return [new(part) if i == number and callable(new) else new if i == number else part
                for i, part in enumerate(parts)]
    return change


def dropped(number):
    return lambda parts: parts[:number] + parts[number + 1:]


# --- What is allowed ---

cms("s9_p256", "S9 S10", "ECDSA on P-256.", "OK")
cms("s9_p384", "S9 S10", "ECDSA on P-384.", "OK", key=P384)
cms("s9_rsa", "S9 S10", "RSA with PKCS#1 v1.5.", "OK", key=RSA)
cms("s9_rsa_pss", "S9 S10", "RSA-PSS.", "OK", key=RSA, salt=32)
cms("s9_rsa_pss_long_salt", "S9 S10", "RSA-PSS with the longest salt.", "OK", key=RSA, salt=384 - 32 - 2)
cms("s11_no_time", "S11", "No signing time.", "OK", time=None)
cms("s11_absurd_time", "S11", "A signing time that nobody believes.", "OK", time=b"991231235959Z")
cms("s12_chain", "S12", "The issuers are embedded.", "OK", certificates=CHAIN)
cms("s12_chain_p384", "S12", "The same with SHA-384.", "OK", key=P384, certificates=[
    lpb_cms.certificate(P384, "signer", issuer="authority", issuer_key=AUTHORITY), INTERMEDIATE, ANCHOR])
cms("s9_beside_ed25519", "S9", "A CMS signature by a stranger beside a trusted key's.", "OK", keys=[KEY], trusted=KEY)
cms("s9_by_a_stranger", "S5", "A valid CMS signature by a key that is not trusted.", "UNTRUSTED", trusted=STRANGER)

# --- S1, S3: the key and the message ---

cms("s1_cms_of_another_key", "S1 S3", "The name has another key's id.", key_id=STRANGER.id)
cms("s1_cms_of_the_certificate", "S1 S3", "The name has the certificate's digest.",
    key_id=lpb.sha256(CERTIFICATE), certificates=[CERTIFICATE])
cms("s3_cms_bare_manifest", "S3", "The signature is over the manifest without its type.", over=lambda text: text)
cms("s3_cms_another_manifest", "S3", "The signature is over another manifest.",
    over=lambda text: lpb.message(text.replace(b"serial: 7", b"serial: 8")))
cms("s3_cms_another_digest", "S3", "messageDigest is of something else, and rightly signed.",
    message_digest=lambda d: d[::-1])
cms("s3_cms_signed_attributes_changed", "S3", "A signed attribute was changed afterwards.",
    signed=lambda text: text.replace(b"260102030405Z", b"260102030406Z"))
cms("s3_cms_signed_as_context", "S3", "Signed are the attributes with their own tag instead of a SET's.",
    signed=lambda text: b"\xa0" + text[1:])
cms("s3_cms_damaged_beside_trusted", "S3", "A stranger's CMS signature is damaged beside a trusted key's valid one.",
    keys=[KEY], trusted=KEY, signature=lambda d: d[:-1] + bytes([d[-1] ^ 1]))
cms("s3_cms_zeros", "S3", "r and s are 0.", signature=lambda d: sequence(integer(0), integer(0)),
    like="fwupd CVE-2020-10759: zero valid signatures counting as success")
cms("s3_cms_empty", "S3", "No bytes of signature.", signature=lambda d: b"")
cms("s3_cms_certificate_of_another", "S3", "The certificate is another key's.",
    certificates=[lpb_cms.certificate(AUTHORITY, "signer")], trusted=AUTHORITY, key_id=AUTHORITY.id)
cms("s3_cms_rsa_padding", "S3", "PSS's bytes under PKCS#1's name.", key=RSA, salt=32,
    algorithm=lambda a: RSA.algorithm())
cms("s3_cms_rsa_salt", "S3", "The salt is another than it says.", key=RSA, salt=48, algorithm=lambda a: lpb_cms.pss(32))

# --- S9: the shape ---

garbage = {"empty_sequence": b"0\0", "text": b"-----BEGIN CMS-----\n", "ones": b"\xff" * 300, "one_byte": b"0"}
for what, bytes_ in garbage.items():
    cms("s9_garbage_" + what, "S9", "No CMS at all: %r." % bytes_[:12], der=lambda d, b=bytes_: b)
cms("s9_trailing_byte", "S9", "A byte after it.", der=lambda d: d + b"\0")
cms("s9_trailing_element", "S9", "An element after it.", der=lambda d: d + b"\5\0")
cms("s9_cut", "S9", "The last byte is missing.", der=lambda d: d[:-1])
cms("s9_long_length", "S9", "A length with a leading zero.",
    der=lambda d: b"\x30\x83\0" + d[2:])
cms("s9_indefinite", "S9", "BER's indefinite length.", der=lambda d: b"\x30\x80" + d[4:] + b"\0\0")
cms("s9_pem", "S9", "PEM instead of DER.",
    der=lambda d: b"-----BEGIN CMS-----\n" + lpb_cms.base64.encodebytes(d) + b"-----END CMS-----\n")
cms("s9_another_type", "S9", "EnvelopedData's name.", info=at(0, oid("1.2.840.113549.1.7.3")))
cms("s9_more_in_info", "S9", "A third element of ContentInfo.", info=extended(NO_PARAMETERS))
cms("s9_version_3", "S9", "SignedData of version 3.", data=at(0, integer(3)))
cms("s9_signer_version_3", "S9", "A signer named by its key's identifier.", signer=at(0, integer(3)),
    signer_id=lambda d: tlv(0x80, b"\1" * 20))
cms("s9_signer_id_version_1", "S9", "The same with version 1.", signer_id=lambda d: tlv(0x80, b"\1" * 20))
cms("s9_no_digests", "S9", "No digest algorithm.", digests=lambda d: [])
cms("s9_two_digests", "S9", "Two of them.", digests=extended(lpb_cms.DIGESTS["sha384"]))
cms("s9_same_digest_twice", "S9", "One twice.", digests=lambda d: d * 2)
cms("s9_attached", "S9", "The content is attached.", content=lambda d: d + context(0, tlv(OCTETS, b"hidden")))
cms("s9_attached_empty", "S9", "An empty content is attached.", content=lambda d: d + context(0, tlv(OCTETS)))
cms("s9_content_of_another_type", "S9", "The content is a timestamp's.",
    content=lambda d: oid("1.2.840.113549.1.9.16.1.4"))
cms("s9_crl", "S9", "Revocation lists are embedded.", data=lambda d: d[:4] + [context(1, sequence())] + d[4:])
cms("s9_no_certificates", "S9 S12", "No certificates.", data=dropped(3))
cms("s9_no_signers", "S9", "No signer.", signers=lambda s: [],
    like="fwupd CVE-2020-10759: zero valid signatures counting as success")
cms("s9_two_signers", "S9", "The signer twice.", signers=lambda s: s * 2,
    like="openssl#3028: CMS with several signers being all or nothing")
cms("s9_second_signer", "S9", "A second signer, who is nobody.", signers=lambda s: s + [s[0][:-1] + b"\0"],
    like="openssl#3028: CMS with several signers being all or nothing")
cms("s9_unsigned_attribute", "S9", "An unsigned attribute.",
    signer=extended(context(1, attribute(oid("1.2.840.113549.1.9.16.2.14"), sequence()))))
cms("s9_empty_unsigned_attributes", "S9", "Unsigned attributes, of which there are none.", signer=extended(context(1)))
cms("s9_no_signed_attributes", "S9 S11", "The signature is over the message itself.", attribute_set=lambda a: ABSENT,
    signed=lambda a: lpb.message(b""))
cms("s9_certificates_unsorted", "S9", "Certificates out of DER's order.", certificates=CHAIN,
    data=at(3, lambda d: context(0, *sorted(CHAIN)[::-1])))
cms("s9_certificate_twice", "S9 S12", "A certificate twice.", certificates=[CERTIFICATE],
    data=at(3, lambda d: context(0, CERTIFICATE, CERTIFICATE)))
cms("s9_attribute_certificate", "S9 S12", "A certificate of another choice.",
    data=at(3, lambda d: d[:1] + lpb_cms.tlv(0xa0, d[4:], context(2, sequence()))[1:]))

# --- S10: keys and algorithms ---

cms("s10_digest_of_another_size", "S10", "SHA-384 with P-256.",
    key=lpb_cms.ec_key(b"lppack CMS test key", digest="sha384"))
cms("s10_digest_of_p384", "S10", "SHA-256 with P-384.",
    key=lpb_cms.ec_key(b"lppack CMS test key", lpb_cms.P384, 48, "sha256"))
cms("s10_sha512", "S10", "SHA-512.", key=lpb_cms.ec_key(b"lppack CMS test key", digest="sha512"))
cms("s10_digest_parameters", "S10", "The digest's parameters are NULL.",
    digest=lambda d: sequence(lpb_cms.SHA256_OID, NO_PARAMETERS))
cms("s10_algorithm_parameters", "S10", "ECDSA's parameters are NULL.",
    algorithm=lambda a: sequence(oid("1.2.840.10045.4.3.2"), NO_PARAMETERS))
cms("s10_rsa_without_parameters", "S10", "RSA's are absent.", key=RSA, algorithm=lambda a: sequence(lpb_cms.RSA))
cms("s10_rsa_with_digest", "S10", "sha256WithRSAEncryption instead of rsaEncryption.", key=RSA,
    algorithm=lambda a: lpb_cms.RSA_SHA256)
cms("s10_ecdsa_for_rsa", "S10", "ECDSA's name for an RSA signature.", key=RSA,
    algorithm=lambda a: lpb_cms.ECDSA["sha256"])
cms("s10_salt_of_20", "S10", "A salt of 20 bytes.", key=RSA, salt=20)
cms("s10_salt_of_31", "S10", "A salt of 31 bytes.", key=RSA, salt=31)
cms("s10_pss_defaults", "S10", "RSA-PSS without parameters: SHA-1.", key=RSA, salt=32,
    algorithm=lambda a: sequence(lpb_cms.PSS, sequence()))
cms("s10_pss_trailer", "S10", "The default trailer is written.", key=RSA, salt=32,
    algorithm=lambda a: sequence(lpb_cms.PSS, sequence(*lpb_cms.items(lpb_cms.items(a, 0x30)[1], 0x30),
                                                       context(3, integer(1)))))


def weak_rsa():
    path = lpb.new_scratch("weak.key")
    lpb.run("openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", path)
    return lpb_cms.CmsKey(path)


@case("S10", "BAD_SIGNATURE")
def s10_rsa_of_2048_bits():
    """An RSA key of 2,048 bits."""
    return signed(key=weak_rsa(), trusted=SIGNER)()


@case("S10", "BAD_SIGNATURE")
def s10_p521():
    """A key on P-521."""
    path = lpb.new_scratch("p521.key")
    lpb.run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521", "-out", path)
    return signed(key=lpb_cms.CmsKey(path), trusted=SIGNER)()


@case("S10", "BAD_SIGNATURE")
def s10_compressed_point():
    """The certificate's point is compressed: the same key under another id."""
    spki = lpb.run("openssl", "pkey", "-in", SIGNER.path, "-pubout", "-outform", "DER", "-ec_conv_form", "compressed")
    return signed(certificates=[lpb_cms.certificate(SIGNER, "signer", spki=spki)], key_id=lpb.sha256(spki))()


@case("S10", "BAD_SIGNATURE")
def s10_explicit_curve():
    """The certificate's curve is written out: the same key under another id."""
    spki = lpb.run("openssl", "pkey", "-in", SIGNER.path, "-pubout", "-outform", "DER", "-ec_param_enc", "explicit")
    return signed(certificates=[lpb_cms.certificate(SIGNER, "signer", spki=spki)], key_id=lpb.sha256(spki))()


# --- S11: signed attributes (0: contentType, 1: signingCertificateV2, 2: messageDigest, 3: signingTime) ---

for number, what in enumerate(("content_type", "signing_certificate", "message_digest")):
    cms("s11_no_" + what, "S11", "An attribute is missing: %s." % what, attributes=dropped(number))
for number, what in enumerate(("content_type", "signing_certificate", "message_digest", "signing_time")):
    cms("s11_two_of_" + what, "S11", "An attribute is there twice: %s." % what,
        attributes=lambda a, n=number: a + [a[n]])
    cms("s11_two_values_of_" + what, "S11", "An attribute has two values: %s." % what,
        attributes=at(number, lambda a: sequence(lpb_cms.items(a, 0x30)[0], tlv(
            SET, *(2 * [lpb_cms.items(lpb_cms.items(a, 0x30)[1], SET)[0]])))))
    cms("s11_no_value_of_" + what, "S11", "An attribute has no value: %s." % what,
        attributes=at(number, lambda a: sequence(lpb_cms.items(a, 0x30)[0], tlv(SET))))
cms("s11_content_type", "S11", "contentType is a timestamp's.",
    attributes=at(0, attribute(lpb_cms.CONTENT_TYPE, oid("1.2.840.113549.1.9.16.1.4"))))
cms("s11_another_attribute", "S11", "S/MIME capabilities.",
    attributes=extended(attribute(oid("1.2.840.113549.1.9.15"), sequence())))
cms("s11_signing_certificate_v1", "S11 S12", "The older signingCertificate, with SHA-1.",
    attributes=at(1, attribute(oid("1.2.840.113549.1.9.16.2.12"), sequence(sequence(sequence(tlv(OCTETS, b"x" * 20)))))))
cms("s11_unsorted", "S11", "Attributes out of DER's order.",
    attributes=lambda a: sorted(a), attribute_set=lambda s: b"".join(reversed(lpb_cms.split(s))))
cms("s11_time_is_no_time", "S11", "A signing time that is a number.",
    attributes=at(3, attribute(lpb_cms.SIGNING_TIME, integer(5))))

# --- S12: certificates ---

cms("s12_not_the_signers", "S12", "The signer's certificate is missing.", certificates=CHAIN,
    data=at(3, lambda d: context(0, *sorted(CHAIN[1:]))))
cms("s12_one_more", "S12", "A certificate of somebody else.", certificates=[CERTIFICATE],
    data=at(3, lambda d: context(0, *sorted([CERTIFICATE, lpb_cms.certificate(ROOT, "somebody")]))))
cms("s12_issuer_added", "S12", "An issuer was added afterwards.", certificates=[CERTIFICATE],
    data=at(3, lambda d: context(0, *sorted([CERTIFICATE, INTERMEDIATE]))))
cms("s12_issuer_taken_away", "S12", "An issuer was taken away afterwards.", certificates=CHAIN,
    data=at(3, lambda d: context(0, *sorted(CHAIN[:2]))))
cms("s12_issuer_changed", "S12", "A bit of an issuer's signature is changed, which nobody else would notice.",
    certificates=CHAIN, data=at(3, lambda d: context(0, *sorted([CERTIFICATE, INTERMEDIATE,
                                                                   ANCHOR[:-1] + bytes([ANCHOR[-1] ^ 1])]))))
cms("s12_own_changed", "S12", "A bit of the signer's certificate is changed.", certificates=[CERTIFICATE],
    data=at(3, lambda d: context(0, CERTIFICATE[:-1] + bytes([CERTIFICATE[-1] ^ 1]))))
cms("s12_gap", "S12", "An issuer's issuer without the one between.", certificates=[CERTIFICATE, ANCHOR])
cms("s12_order", "S12", "The certificates are named in another order.", certificates=CHAIN,
    ess_ids=lambda ids: [ids[0], ids[2], ids[1]])
cms("s12_own_not_first", "S12", "The signer's is named last.", certificates=CHAIN, ess_ids=lambda ids: ids[::-1])
cms("s12_only_own_named", "S12", "Only the signer's is named.", certificates=CHAIN, ess_ids=lambda ids: ids[:1])
cms("s12_none_named", "S12", "None is named.", ess_ids=lambda ids: [])
cms("s12_default_written", "S12", "The default digest is written.",
    ess_ids=at(0, lambda d: sequence(lpb_cms.DIGESTS["sha256"], *lpb_cms.items(d, 0x30))))
cms("s12_without_serial", "S12", "Issuer and serial number are left away.",
    ess_ids=at(0, lambda d: sequence(lpb_cms.items(d, 0x30)[0])))
cms("s12_malformed", "S9 S12", "A certificate that is none.", data=at(3, lambda d: context(0, sequence(integer(1)))))
