#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The certificates of tests/pki/make: what is signed by them, here and by openssl, and what is then said of it.
. "$(dirname "$0")/../check/tap.sh"
make_scratch
tool=$(cd "$top_builddir" && pwd)/tests/tools/cms
[ -x "$tool" ] || skip_all "tests/tools/cms is not built: make tests/tools/cms"
now=1800000000
"$top_srcdir/tests/pki/make" "$scratch/pki" $now || exit 99
cd "$scratch/pki" || exit 99
printf 'DSSEv1 32 application/vnd.lppack.bundle.v1 9 manifest:' > message
cat root.pem issuing.pem > roots.pem

# openssl_signs NAME OUT [ARGUMENT]...: by the command that crypto/cms_verify.h gives
openssl_signs()
{
	local name=$1 file=$2 digest=sha256

	shift 2
	[ "$name" != p384 ] || digest=sha384
	openssl cms -sign -binary -cades -md $digest -nosmimecap -outform DER -signer "$name.pem" -inkey "$name.key" \
		-in message -out "$file" "$@" 2>&1
}

# verdict NAME EXPECTED WORDS ARGUMENT...: of `cms check`; EXPECTED and WORDS are its two lines, the second in part
verdict()
{
	local name=$1 expected=$2 words=$3 said

	shift 3
	said=$("$tool" check "$@" 2>&1)
	{
		[ "${said%%$'\n'*}" = "$expected" ] && [[ $said == *"$words"* ]] ||
			printf 'expected: %s ... %s\nsaid: %s\n' "$expected" "$words" "$said"
	} | ok "$name"
}

for name in p256 p384 rsa rsa4096; do
	case $name in
	p256) algorithm=ecdsa-sha256 ;;
	p384) algorithm=ecdsa-sha384 ;;
	*) algorithm=rsa-pss-sha256 ;;
	esac
	"$tool" sign $name.key $name.pem $name.chain message $name.cms | ok "$name signs, with its chain"
	verdict "$name: trusted" "$algorithm trusted 1" "" $name.cms message $now root.pem
	openssl cms -verify -binary -cades -inform DER -in $name.cms -content message -CAfile root.pem -purpose any \
		-attime $now -out /dev/null 2>&1 | grep -v successful | ok "$name: openssl verifies it"
	"$tool" sign $name.key $name.pem - message $name.bare | ok "$name signs, without"
	verdict "$name: the chain from the host" "$algorithm trusted 0" "" $name.bare message $now root.pem $name.chain
	verdict "$name: no chain" "$algorithm unknown-issuer 0" "local issuer" $name.bare message $now root.pem
	openssl cms -verify -binary -cades -inform DER -in $name.bare -content message -CAfile roots.pem -purpose any \
		-attime $now -out /dev/null 2>&1 | grep -v successful | ok "$name: openssl verifies that"
	openssl_signs $name $name.openssl | ok "$name: openssl signs"
	verdict "$name: what openssl signed" "${algorithm/pss/pkcs1} trusted 0" "" \
		$name.openssl message $now issuing.pem
done
openssl_signs rsa pss -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:32 | ok "openssl signs with PSS"
verdict "what openssl signed with PSS" "rsa-pss-sha256 trusted 0" "" pss message $now issuing.pem
"$tool" sign p256.enc.key p256.pem - message enc secret | ok "an encrypted key signs"
"$tool" sign p256.old.key p256.pem - message old | ok "a key in the traditional form signs"
cmp <(openssl pkey -in p256.key -pubout) <(openssl x509 -in again.pem -noout -pubkey) | ok "two certificates of one key"

# name : verdict : words, each against root with its own chain from the host
while IFS=: read -r name expected words; do
	openssl_signs "$name" "$name.cms"
	verdict "$name: $expected" "ecdsa-sha256 $expected 0" "$words" "$name.cms" message $now root.pem "$name.chain"
done << 'END'
again:trusted:
revoked:trusted:
by-short:trusted:
expired:expired:CN=expired
future:not-yet-valid:CN=future
encipher:wrong-purpose:digitalSignature
tls:wrong-purpose:codeSigning
mail:wrong-purpose:codeSigning
sha1:weak:digest
stranger:unknown-issuer:CN=stranger
pinned:unknown-issuer:CN=pinned
by-deep:path-length:CN=short
by-old-ca:expired:CN=old-ca
by-weak-ca:weak:CN=weak-ca
by-tls-ca:wrong-purpose:CN=tls-ca
by-no-ca:wrong-purpose:CN=no-ca
END
verdict "pinned, by itself" "ecdsa-sha256 trusted 0" "" pinned.cms message $now pinned.pem
verdict "stranger, by its own root" "ecdsa-sha256 trusted 0" "" stranger.cms message $now other-root.pem
verdict "expired, while it counted" "ecdsa-sha256 trusted 0" "" expired.cms message $((now - 172800)) issuing.pem
verdict "future, when it counts" "ecdsa-sha256 trusted 0" "" future.cms message $((now + 172800)) issuing.pem
verdict "by the CA of the same name" "ecdsa-sha256 unknown-issuer 0" "" again.cms message $now issuing-renewed.pem

# CRLs : verdict : words
while IFS=: read -r crls expected words; do
	# shellcheck disable=SC2086
	verdict "CRLs $crls: $expected" "ecdsa-sha256 $expected 1" "$words" p256.cms message $now root.pem - $crls
done << 'END'
issuing.crl:trusted:
issuing.crl.pem:trusted:
other-root.crl:trusted:
issuing.crl root.crl:trusted:
issuing.crl other-root.crl:no-crl:CN=issuing
root.crl other-root.crl:no-crl:CN=p256
issuing-expired.crl:bad-crl:has expired
issuing-future.crl:bad-crl:not yet valid
issuing-forged.crl:bad-crl:not signed by its issuer
root-revokes.crl:revoked:CN=issuing
END
verdict "revoked" "ecdsa-sha256 revoked 0" "CN=revoked" revoked.cms message $now issuing.pem - issuing.crl

# name : words of the refusal
while IFS=: read -r name words; do
	openssl_signs "$name" "$name.cms"
	verdict "$name: refused" "BAD_SIGNATURE: $name.cms: $words" "" "$name.cms" message $now root.pem "$name.chain"
done << 'END'
weak:an RSA key of 2048 bits cannot sign bundles: too weak
p521:an EC key of another curve than P-256 and P-384, or not in the plain form, cannot sign bundles
p224:an EC key of another curve than P-256 and P-384, or not in the plain form, cannot sign bundles
END
verdict "another message" "BAD_SIGNATURE: p256.cms: the signature is of something else" "" \
	p256.cms root.pem $now root.pem
shape='not a CMS signature of the known shape'
# arguments for openssl : words
while IFS=: read -r arguments words; do
	# shellcheck disable=SC2086
	openssl cms -sign -binary -outform DER -signer p256.pem -inkey p256.key -in message -out other $arguments
	verdict "openssl cms $arguments: refused" "BAD_SIGNATURE: other: $shape: $words" "" other message $now root.pem
done << 'END'
-md sha256 -nosmimecap:its signed attributes do not name its certificates (-cades)
-md sha256 -cades:a signed attribute that is not allowed
-md sha384 -cades -nosmimecap:not the digest that goes with the key
-md sha256 -cades -nosmimecap -nodetach:not detached, or not of plain data
-md sha256 -cades -nosmimecap -nocerts:no certificate
-md sha256 -cades -nosmimecap -keyid:not of version 1
-md sha256 -noattr:no signed attributes
-md sha256 -cades -nosmimecap -certfile issuing.pem:its signed attributes do not name just its certificates
-md sha256 -cades -nosmimecap -certfile other-root.pem:a certificate that is no issuer of the signer's
-md sha256 -cades -nosmimecap -signer rsa.pem -inkey rsa.key:several signers
END

# arguments of `cms sign` : the refusal
while IFS=: read -r arguments words; do
	# shellcheck disable=SC2086
	diff <(echo "$words") <("$tool" sign $arguments 2>&1) | ok "$arguments: refused"
done << 'END'
ed25519.key ed25519.pem - message out:KEY: ed25519.pem: a key of type ed25519 makes no CMS signature
p256.key p384.pem - message out:KEY: p384.pem: not the certificate of that key
p256.key p256.pem other-root.pem message out:KEY: other-root.pem: a certificate that is no issuer of the signer's
p256.enc.key p256.pem - message out:KEY: p256.enc.key: not an unencrypted PEM private key: it is encrypted
p256.enc.key p256.pem - message out wrong:KEY: p256.enc.key: the passphrase does not open it
weak.key weak.pem - message out:KEY: weak.key: an RSA key of 2048 bits cannot sign bundles: too weak
p256.pub p256.pem - message out:KEY: p256.pub: not an unencrypted PEM private key: it is a public key
END
done_testing
