# SPDX-License-Identifier: LGPL-2.1-or-later
"""CMS signatures (format-spec, "CMS"): a writer of which each part can be changed, and a strict reader."""
import base64
import hashlib
import os
import subprocess

import lpb
from lpb_der import (BITS, INTEGER, OCTETS, OID, SEQUENCE, SET, TIME, UTC_TIME, UTF8, Malformed, bits, context, integer,
                     items, oid, parse, sequence, set_of, split, take, tlv)

ABSENT = b""
DATA, SIGNED_DATA = oid("1.2.840.113549.1.7.1"), oid("1.2.840.113549.1.7.2")
CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_TIME = (oid("1.2.840.113549.1.9.%d" % i) for i in (3, 4, 5))
SIGNING_CERTIFICATE = oid("1.2.840.113549.1.9.16.2.47")
NO_PARAMETERS = b"\5\0"
EC, P256, P384 = oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7"), oid("1.3.132.0.34")
RSA, MGF1, PSS = (oid("1.2.840.113549.1.1.%d" % i) for i in (1, 8, 10))
RSA_SHA256 = sequence(oid("1.2.840.113549.1.1.11"), NO_PARAMETERS)
SHA256_OID = oid("2.16.840.1.101.3.4.2.1")
DIGESTS = {"sha256": sequence(SHA256_OID), "sha384": sequence(oid("2.16.840.1.101.3.4.2.2")),
           "sha512": sequence(oid("2.16.840.1.101.3.4.2.3"))}
ECDSA = {"sha256": sequence(oid("1.2.840.10045.4.3.2")), "sha384": sequence(oid("1.2.840.10045.4.3.3")),
         "sha512": sequence(oid("1.2.840.10045.4.3.4"))}
HERE = os.path.dirname(os.path.abspath(__file__))
SALT_MIN, MODULUS_BITS = 32, range(3072, 8193)


def pss(salt, digest=None):
    digest = digest or sequence(SHA256_OID, NO_PARAMETERS)
    return sequence(PSS, sequence(context(0, digest), context(1, sequence(MGF1, digest)), context(2, integer(salt))))


# --- Keys and certificates ---

class CmsKey:
    """A private key in a file that openssl reads. digest is the D that goes with it."""

    def __init__(self, path, digest="sha256"):
        self.path = path
        self.digest = digest
        self.spki = lpb.run("openssl", "pkey", "-in", path, "-pubout", "-outform", "DER")
        self.id = lpb.sha256(self.spki)
        self.is_rsa = RSA in self.spki

    def sign(self, data, digest=None, salt=None):
        options = [] if salt is None else ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:%d" % salt,
                                           "-sigopt", "rsa_mgf1_md:sha256"]
        return lpb.run("openssl", "dgst", "-" + (digest or self.digest), "-sign", self.path, *options,
                       lpb.put_file("signed", data))

    def algorithm(self, salt=None):
        return ECDSA[self.digest] if not self.is_rsa else sequence(RSA, NO_PARAMETERS) if salt is None else pss(salt)

    def public_pem(self):
        return lpb.run("openssl", "pkey", "-in", self.path, "-pubout")


def ec_key(seed, curve=P256, size=32, digest="sha256"):
    """An EC key with that secret number."""
    key = sequence(integer(0), sequence(EC, curve),
                   tlv(OCTETS, sequence(integer(1), tlv(OCTETS, seed.ljust(size, b"\1")))))
    return CmsKey(lpb.put_file("ec-key", b"-----BEGIN PRIVATE KEY-----\n" + base64.encodebytes(key) +
                               b"-----END PRIVATE KEY-----\n"), digest)


def rsa_key():
    return CmsKey(os.path.join(HERE, "rsa.key"))


def name(text):
    return sequence(set_of(sequence(oid("2.5.4.3"), tlv(UTF8, text.encode()))))


def certificate(key, subject, serial=1, issuer=None, issuer_key=None, spki=None, ca=False):
    """An X.509 certificate; without an issuer its own. By RSA it is the same each time."""
    by = issuer_key or key
    algorithm = RSA_SHA256 if by.is_rsa else ECDSA[by.digest]
    usage = sequence(oid("2.5.29.15"), tlv(1, b"\xff"), tlv(OCTETS, tlv(BITS, b"\2\4" if ca else b"\7\x80")))
    constraints = sequence(oid("2.5.29.19"), tlv(1, b"\xff"), tlv(OCTETS, sequence(tlv(1, b"\xff") if ca else b"")))
    body = sequence(context(0, integer(2)), integer(serial), algorithm, name(issuer or subject),
                    sequence(tlv(UTC_TIME, b"200101000000Z"), tlv(UTC_TIME, b"490101000000Z")), name(subject),
                    spki or key.spki, context(3, sequence(constraints, usage)))
    return sequence(body, algorithm, bits(by.sign(body)))


def certificate_parts(whole):
    """Serial number, issuer, subject and SubjectPublicKeyInfo, as they stand."""
    body = items(items(whole, SEQUENCE)[0], SEQUENCE)
    if body and body[0][0] == 0xa0:
        body = body[1:]
    if len(body) < 6:
        raise Malformed("not a certificate")
    return body[0], body[2], body[4], body[5]


# --- The writer ---

def ess_id(whole, digest):
    serial, issuer, _, _ = certificate_parts(whole)
    return sequence(ABSENT if digest == "sha256" else DIGESTS[digest],
                    tlv(OCTETS, hashlib.new(digest, whole).digest()),
                    sequence(sequence(context(4, issuer)), serial))


def attribute(kind, *values):
    return sequence(kind, set_of(*values))


STAGES = ("message_digest", "ess_ids", "attributes", "attribute_set", "signed", "signature", "algorithm", "signer_id",
          "digest", "signer", "signers", "digests", "content", "data", "info", "der")


def make(key, message, certificates, salt=None, time=b"260102030405Z", **change):
    """The DER of a signature; certificates: the signer's, then its issuers. change: as for lpb.write()."""
    assert set(change) <= set(STAGES), change

    def stage(name, value):
        return change[name](value) if name in change else value

    own = certificates[0]
    digest = stage("digest", DIGESTS[key.digest])
    ids = stage("ess_ids", [ess_id(one, key.digest) for one in certificates])
    attributes = [attribute(CONTENT_TYPE, DATA), attribute(SIGNING_CERTIFICATE, sequence(sequence(*ids))),
                  attribute(MESSAGE_DIGEST, tlv(OCTETS, stage("message_digest",
                                                              hashlib.new(key.digest, message).digest())))]
    if time:
        attributes.append(attribute(SIGNING_TIME, tlv(UTC_TIME, time)))
    encoded = stage("attribute_set", b"".join(sorted(stage("attributes", attributes))))
    signature = stage("signature", key.sign(stage("signed", tlv(SET, encoded)), salt=salt))
    serial, issuer, _, _ = certificate_parts(own)
    algorithm = stage("algorithm", key.algorithm(salt))
    signer = stage("signer", [integer(1), stage("signer_id", sequence(issuer, serial)), digest,
                              tlv(0xa0, encoded) if encoded else ABSENT, algorithm, tlv(OCTETS, signature)])
    data = stage("data", [integer(1), tlv(SET, *stage("digests", [digest])), sequence(stage("content", DATA)),
                          context(0, *sorted(certificates)),
                          tlv(SET, *stage("signers", [sequence(*signer)]))])
    return stage("der", sequence(*stage("info", [SIGNED_DATA, context(0, sequence(*data))])))


def signature(key, manifest, certificates, **options):
    return "signatures/%s.cms" % key.id, make(key, lpb.message(manifest), certificates, **options)


# --- The reader ---

def demand(condition, text):
    if not condition:
        raise Malformed(text)


def one(whole, tag):
    found = items(whole, tag)
    demand(len(found) == 1, "not one element")
    return found[0]


def take_apart(der):
    """[S9]: the digest algorithm, certificates, signer's name, attributes, algorithm and signature."""
    kind, content = split_exactly(parse(der, SEQUENCE), 2)
    demand(kind == SIGNED_DATA, "not SignedData")
    version, digests, encapsulated, certificates, signers = split_exactly(parse(one(content, 0xa0), SEQUENCE), 5)
    demand(version == integer(1) and encapsulated == sequence(DATA), "version, or content")
    digest = one(digests, SET)
    parts = items(certificates, 0xa0)
    demand(parts == sorted(set(parts)) and all(part[0] == SEQUENCE for part in parts), "certificates")
    version, signer_id, own_digest, attributes, algorithm, value = split_exactly(
        parse(one(signers, SET), SEQUENCE), 6)
    demand(version == integer(1) and own_digest == digest and signer_id[0] == SEQUENCE, "the signer")
    return digest, parts, signer_id, parse(attributes, 0xa0), algorithm, parse(value, OCTETS)


def split_exactly(data, count):
    found = split(data)
    demand(len(found) == count, "%d elements instead of %d" % (len(found), count))
    return found


def read_attributes(encoded):
    """[S11]: the values by kind."""
    found = split(encoded)
    demand(found == sorted(set(found)), "order of attributes")
    values = {}
    for whole in found:
        kind, value = split_exactly(parse(whole, SEQUENCE), 2)
        demand(kind not in values, "an attribute twice")
        values[kind] = one(value, SET)
    wanted = {CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_CERTIFICATE}
    demand(wanted <= set(values) <= wanted | {SIGNING_TIME}, "which attributes")
    demand(values[CONTENT_TYPE] == DATA, "content type")
    if SIGNING_TIME in values:
        tag, text, _, _ = take(values[SIGNING_TIME])
        demand((tag, len(text)) in ((UTC_TIME, 13), (TIME, 15)), "signing time")
    return values


def order_certificates(parts, signer_id):
    """[S12]: the signer's certificate, then its issuers upward."""
    read = [(part, *certificate_parts(part)) for part in parts]
    chain = [one for one in read if sequence(one[2], one[1]) == signer_id]
    demand(len(chain) == 1, "the signer's certificate")
    left = [one for one in read if one is not chain[0]]
    while left:
        issuers = [one for one in left if one[3] == chain[-1][2]]
        demand(issuers, "a certificate that is no issuer")
        chain.append(issuers[0])
        left.remove(issuers[0])
    return [one[0] for one in chain], chain[0][4]


def digest_of(spki):
    """[S10]: the name of D for this key."""
    algorithm, key = split_exactly(parse(spki, SEQUENCE), 2)
    for curve, size, digest in ((P256, 32, "sha256"), (P384, 48, "sha384")):
        if algorithm == sequence(EC, curve):
            demand(parse(key, BITS)[:2] == b"\0\4" and len(parse(key, BITS)) == 2 + 2 * size, "not a whole point")
            return digest
    demand(algorithm == sequence(RSA, NO_PARAMETERS), "the kind of key")
    modulus, _ = items(parse(key, BITS)[1:], SEQUENCE)
    demand(int.from_bytes(parse(modulus, INTEGER), "big").bit_length() in MODULUS_BITS, "the size of the key")
    return "sha256"


def salt_of(algorithm, spki, digest):
    """[S10]: None, or the size of the salt of RSA-PSS."""
    if EC in spki:
        demand(algorithm == ECDSA[digest], "the signature's algorithm")
        return None
    if algorithm == sequence(RSA, NO_PARAMETERS):
        return None
    sizes = [size for size in range(SALT_MIN, 1000) if algorithm == pss(size)]
    demand(sizes, "the signature's algorithm")
    return sizes[0]


def is_valid(spki, digest, salt, value, data):
    options = [] if salt is None else ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:%d" % salt]
    pem = b"-----BEGIN PUBLIC KEY-----\n" + base64.encodebytes(spki) + b"-----END PUBLIC KEY-----\n"
    command = ["openssl", "dgst", "-" + digest, "-verify", lpb.put_file("public", pem), *options, "-signature",
               lpb.put_file("signature", value), lpb.put_file("signed", data)]
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def check(must, der, message):
    """The signer's SubjectPublicKeyInfo; must(rule, condition, text) is called with what does not hold."""
    def by(rule, function, *arguments):
        try:
            return function(*arguments)
        except (Malformed, ValueError, IndexError) as error:
            must(rule, False, str(error))

    digest, parts, signer_id, attributes, algorithm, value = by("S9", take_apart, der)
    values = by("S11", read_attributes, attributes)
    chain, spki = by("S12", order_certificates, parts, signer_id)
    name = by("S10", digest_of, spki)
    must("S10", digest == DIGESTS[name], "the digest's algorithm")
    salt = by("S10", salt_of, algorithm, spki, name)
    must("S12", values[SIGNING_CERTIFICATE] == sequence(sequence(*(ess_id(one, name) for one in chain))),
         "the certificates are not those that are signed")
    must("S3", values[MESSAGE_DIGEST] == tlv(OCTETS, hashlib.new(name, message).digest()), "of another message")
    must("S3", is_valid(spki, name, salt, value, tlv(SET, attributes)), "the signature does not fit")
    return spki
